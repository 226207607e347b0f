"""A nightly run that is killed again and again: 200 SIGKILLs over 300 short calls, with a scorer
that hears nothing.

python -m bench.endurance.faults --kills 200 --calls 300
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from pipeline.store import Store

CALL_S = 1.5
"""So long a call takes, so that killed runs get on slowly."""


def worker_processes() -> list[int]:
    """Processes of nightly runs that are still there."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if b"night_process" in command or b"spawn_main" in command:
            found.append(int(place.name))
    return found


@click.command()
@click.option("--kills", default=200, show_default=True)
@click.option("--calls", default=300, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(kills: int, calls: int, seed: int) -> None:
    """Print what is in the database when the run has come to its end."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        db, folder = Path(place, "callqa.db"), Path(place, "in")
        folder.mkdir()
        for number in range(calls):
            path = folder / f"{number:04d}.wav"
            path.write_bytes(f"call {number}".encode())
            os.utime(path, (0, 0))
        done = 0
        command = [sys.executable, "-m", "tests.night_process", str(db), str(folder), str(CALL_S)]
        while True:
            running = subprocess.Popen(command)
            try:
                code = running.wait(timeout=chance.uniform(0.5, 5.0) if done < kills else None)
            except subprocess.TimeoutExpired:
                _kill(running, chance)
                done += 1
                continue
            if code == 0:
                break
        time.sleep(1.0)
        with Store.open(db) as store:
            results = store.db.execute(
                "SELECT count(*), count(DISTINCT sha256) FROM results"
            ).fetchone()
            found = store.ledger.verify()
        print(
            f"kills\t{done}\nresults, different ones\t{results[0]}, {results[1]}\nledger faults\t{len(found.faults)}"
        )
        print(f"processes left\t{len(worker_processes())}")


def _kill(running: subprocess.Popen[bytes], chance: random.Random) -> None:
    """Kill the run, or one of its workers and then the run."""
    children = (
        Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text(encoding="ascii").split()
    )
    if children and chance.random() < 0.5:
        os.kill(int(chance.choice(children)), signal.SIGKILL)
        time.sleep(chance.uniform(0.0, 0.5))
    running.send_signal(signal.SIGKILL)
    running.wait()


if __name__ == "__main__":
    main()
