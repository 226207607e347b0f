"""How long ``callqa --help`` and ``import pipeline`` take, besides Python's own start.

    python -m bench.speed.startup

The middle of some runs, one after the other, in seconds of the processor, which other work on the
machine does not change as it does those of the clock. ``--help`` may take ``MOST_S`` more than Python
itself, or this ends with 1: a shell that completes words waits for it."""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys

RUNS = 9
MOST_S = 0.3
"""Our choice: a delay under a third of a second is hardly seen."""

CASES = {
    "python -c pass": ["-c", "pass"],
    "import pipeline": ["-c", "import pipeline"],
    "callqa --help": ["-m", "pipeline.commands.main", "--help"],
}


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    taken: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(RUNS + 1):
        for name, arguments in CASES.items():
            begun = _spent_s()
            subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
            taken[name].append(_spent_s() - begun)
    # the first round fills the caches of files
    middle = {name: statistics.median(times[1:]) for name, times in taken.items()}
    for name, seconds in middle.items():
        print(f"{name}\t{seconds:.3f} s")
    more = middle["callqa --help"] - middle["python -c pass"]
    print(f"callqa --help takes {more:.3f} s more than Python; at most {MOST_S} s")
    return int(more > MOST_S)


def _spent_s() -> float:
    """Processor time of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
