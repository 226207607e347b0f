"""A night of eight hours with 20,000 calls, its clock and its recogniser faked: memory, open files
and temporary files of the run and its workers, the first quarter against the last.

    python -m bench.endurance.long_night --calls 20000
    python -m bench.endurance.long_night --calls 1000 --heard
"""

from __future__ import annotations

import os
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import click

from bench.endurance.mutants import DeafPlan
from pipeline.nightly.backlog import find_backlog
from pipeline.nightly.run import run_night, stop_at
from pipeline.nightly.scored import NightPlan
from pipeline.nightly.tally import Tally
from pipeline.store import Store
from pipeline.workers import score_all
from tests.night_process import FakePlan

BEGIN = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
HOURS = 8
SAMPLES = 200
"""Looks at the processes in a night."""

HEARD_S = 1.0
RATE_HZ = 8000


@dataclass(slots=True)
class Watch:
    """The night's clock, which goes on with each call, and what was seen of the processes.
    ``seen``: by name of the figure, one value a look."""

    calls: int
    place: Path
    done: int = 0
    seen: dict[str, list[float]] = field(default_factory=dict)

    def moment(self) -> float:
        """Seconds since 1970."""
        return (BEGIN + timedelta(hours=HOURS * self.done / self.calls)).timestamp()

    def now(self) -> str:
        return datetime.fromtimestamp(self.moment(), UTC).isoformat(timespec="seconds")

    def look(self, _: Tally) -> None:
        self.done += 1
        if self.done % max(1, self.calls // SAMPLES) == 0:
            workers = sorted(children(os.getpid()))
            figures = {
                "memory of the run, MB": resident_mb(os.getpid()),
                "memory of the largest worker, MB": max(map(resident_mb, workers), default=0.0),
                "open files of the run": open_files(os.getpid()),
                "open files of the workers": sum(map(open_files, workers)),
                "threads of the run": threading.active_count(),
                "processes": len(workers),
                "temporary files": sum(len(files) for _, _, files in os.walk(self.place / "tmp")),
                "write-ahead log, MB": (self.place / "callqa.db-wal").stat().st_size / 1e6,
            }
            for name, value in figures.items():
                self.seen.setdefault(name, []).append(float(value))


def children(pid: int) -> list[int]:
    """Processes that a process and its threads have started, worker processes among them."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def resident_mb(pid: int) -> float:
    """Memory of a process that is its own, shared pages left out: 0.0 for one that has gone."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files(pid: int) -> int:
    """Handles of a process."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def recordings(calls: int, *, heard: bool) -> Iterator[bytes]:
    """Files of which none is as another: a few bytes, or a second of hum as a WAV."""
    for number in range(calls):
        if not heard:
            yield f"call {number}".encode()
            continue
        count = int(HEARD_S * RATE_HZ)
        sound = struct.pack(
            f"<{count}h",
            *(((at * (number % 97 + 3)) % 4001) - 2000 for at in range(count - 1)),
            number % 32768,
        )
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16)
        yield (
            b"RIFF"
            + struct.pack("<I", 36 + len(sound))
            + b"WAVE"
            + form
            + b"data"
            + struct.pack("<I", len(sound))
            + sound
        )


@click.command()
@click.option("--calls", default=20_000, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option(
    "--heard",
    is_flag=True,
    help="Through the whole pipeline but recognition, instead of a scorer that hears nothing.",
)
def main(calls: int, workers: int, heard: bool) -> None:
    """Print the median of each figure over the first and the last quarter of the night."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for folder in ("in", "tmp"):
            (place / folder).mkdir()
        os.environ["TMPDIR"] = tempfile.tempdir = str(place / "tmp")
        for number, data in enumerate(recordings(calls, heard=heard)):
            path = place / "in" / f"{number:05d}.wav"
            path.write_bytes(data)
            os.utime(path, (0, 0))
        watch, start = Watch(calls, place), time.process_time()
        tally = night(place, watch, DeafPlan() if heard else FakePlan(), workers)
        print(
            f"found, scored, failed, left\t{tally.found}, {tally.scored}, {len(tally.failures)}, {tally.left}"
        )
        print(f"the run's own time, ms a call\t{(time.process_time() - start) / calls * 1000:.1f}")
        print("\tfirst quarter\tlast quarter\tmost")
        for figure, values in watch.seen.items():
            quarter = max(1, len(values) // 4)
            print(
                f"{figure}\t{median(values[:quarter]):.1f}\t{median(values[-quarter:]):.1f}\t{max(values):.1f}"
            )


def night(place: Path, watch: Watch, plan: NightPlan, workers: int) -> Tally:
    """The night itself, to be stopped at its end by the clock."""
    stop = threading.Event()
    stop_at(BEGIN.timestamp() + HOURS * 3600 + 1, stop, clock=watch.moment)
    with Store.open(place / "callqa.db") as store:
        backlog = find_backlog([str(place / "in")], store, settle_s=2.0, now=watch.moment())
        run_id = store.runs.begin("nightly", started_at=watch.now())
        engine = partial(score_all, plan=plan, workers=workers, memory_mb=1500, stop=stop)
        tally = run_night(
            store,
            engine,
            backlog,
            save=partial(store.results.put, run_id=run_id),
            now=watch.now,
            log=lambda event, detail: None,
            tell=watch.look,
        )
        found = store.ledger.verify(with_results=False)
    print(f"entries in the ledger, faults\t{found.entries}, {len(found.faults)}")
    return tally


if __name__ == "__main__":
    main()
