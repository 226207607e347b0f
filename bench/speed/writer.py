"""How many calls one writer saves in a second, and what a call takes on disk: real results put
together to calls of three minutes, each saved with the note that its file is done, as a nightly run
does.

    python -m bench.speed.writer RESULTS.jsonl
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import click

from bench.speed.many_calls import many_calls
from pipeline.report import result_from_dict
from pipeline.store import KnownFile, Ready, Store, ready

AT = "2026-11-01T00:00:00+00:00"


def calls_per_second(store: Store, made: list[Ready], *, together: int) -> float:
    """Calls saved in a second, ``together`` in one transaction; the time is that of the wall, disk
    and all."""
    run_id = store.runs.begin("bench", started_at=AT)
    began = time.perf_counter()
    for start in range(0, len(made), together):
        with store.batch():
            for one in made[start : start + together]:
                sha256 = str(one.row["sha256"])
                store.results.put(one, run_id=run_id)
                store.files.note(
                    KnownFile(Path(f"calls/{sha256}.wav"), 1, 1, sha256, "scored"), at=AT
                )
    return len(made) / (time.perf_counter() - began)


@click.command()
@click.argument("results", type=click.Path(exists=True, path_type=Path))
@click.option("--calls", default=2000, show_default=True)
def main(results: Path, calls: int) -> None:
    """Print calls a second and KB a call."""
    real = [
        result_from_dict(json.loads(line))
        for line in results.read_text(encoding="utf-8").splitlines()
    ]
    for together in (1, 100):
        made = [ready(call, scored_at=AT) for call in many_calls(real, calls, seed=together)]
        with tempfile.TemporaryDirectory(dir=".") as folder:
            db = Path(folder) / "calls.db"
            with Store.open(db) as store:
                rate = calls_per_second(store, made, together=together)
            print(
                f"{together} a transaction\t{rate:.0f} calls a second\t{db.stat().st_size / calls / 1000:.0f} KB a call"
            )


if __name__ == "__main__":
    main()
