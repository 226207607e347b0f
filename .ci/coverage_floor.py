"""Fails where too few lines of ``pipeline/`` are run by tests.

python .ci/coverage_floor.py out/coverage.json

Both floors are our choice: what is below is not held by anything."""

from __future__ import annotations

import json
import sys
from pathlib import Path

TOTAL = 90.0
FILE = 70.0
EXEMPT = {
    "pipeline/nightly/worker.py",  # runs in worker processes, whose lines are not counted
    "pipeline/workers/malloc.py",  # so does this
    "pipeline/workers/worker.py",  # and this, split from the pool
    "pipeline/nightly/cluster.py",  # so are those that start a Dask cluster
    "pipeline/transcribe/whisper.py",  # needs the real model: tests that are marked model
    "pipeline/live/scorer.py",  # these four hear with the real model: tests that are marked model
    "pipeline/live/house.py",
    "pipeline/live/replaying.py",
    "pipeline/commands/live.py",
    "pipeline/speakers/camplus.py",  # needs the extra mono, which brings torch
    "pipeline/eartrain/fit.py",  # these three need the extra ear, which brings jax
    "pipeline/eartrain/network.py",
    "pipeline/eartrain/training.py",
}
"""Files that the floor of a file is not for."""

SHOWN = 15
"""Files with the fewest lines run, which are printed."""


def main(report: Path) -> int:
    """Print the total and the files with the fewest lines run; 1 where a floor is not reached."""
    found = json.loads(report.read_text(encoding="utf-8"))
    total = found["totals"]["percent_covered"]
    files = sorted(
        (file["summary"]["percent_covered"], name) for name, file in found["files"].items()
    )
    for share, name in files[:SHOWN]:
        print(f"{share:6.1f} %  {name}")
    low = [name for share, name in files if share < FILE and name not in EXEMPT]
    print(f"{total:6.1f} %  in total; at least {TOTAL:g} %, and {FILE:g} % in each file")
    for name in low:
        print(f"{name}: below {FILE:g} %", file=sys.stderr)
    return int(total < TOTAL or bool(low))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
