"""Two nightly runs that are started at the same instant, again and again: one works, the other ends
with 75.

python -m bench.endurance.doubles --rounds 50
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path

import click

from pipeline.store import Store
from tests.nightly_command import run

CALLS = 2
CALL_S = 1.0
"""So long a call takes, that the second run begins while the first is at work."""


@click.command()
@click.option("--rounds", default=50, show_default=True)
def main(rounds: int) -> None:
    """Print how the pairs ended, and what is in the database."""
    ends: Counter[tuple[int, ...]] = Counter()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "in").mkdir()
        (place / "callqa.toml").write_text(
            '[nightly]\nfolders = ["in"]\nworkers = 1\n', encoding="utf-8"
        )
        for number in range(rounds):
            for call in range(CALLS):
                path = place / "in" / f"{number:03d}-{call}.wav"
                path.write_bytes(path.name.encode())
                os.utime(path, (0, 0))
            ends[both(place)] += 1
        with Store.open(place / "callqa.db") as store:
            results = store.db.execute(
                "SELECT count(*), count(DISTINCT sha256) FROM results"
            ).fetchone()
            worked = sum(night.found == CALLS for night in store.nights.all(limit=10 * rounds))
            found = store.ledger.verify()
    for codes, times in ends.items():
        print(f"exit codes {codes[0]} and {codes[1]}\t{times}")
    print(
        f"runs that found calls\t{worked}\nresults, different ones\t{results[0]}, {results[1]} of {rounds * CALLS}"
    )
    print(f"ledger faults\t{len(found.faults)}")


def both(place: Path) -> tuple[int, ...]:
    """The exit codes of two runs, in order. Both wait, with everything loaded, for the end of one
    pipe."""
    reading, writing = os.pipe()
    pair = [_begin(place, reading, writing) for _ in range(2)]
    os.close(reading)
    os.close(writing)
    return tuple(sorted(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pair))


def _begin(place: Path, reading: int, writing: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.close(writing)
    os.chdir(place)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(nowhere, number)
    os.read(reading, 1)
    code = 1
    try:
        run(CALL_S, [])
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
