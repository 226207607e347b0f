"""How long a search of many recordings in linked folders takes.

    python -m bench.speed.list_folders [100000]

Half of the calls lie in two files; a hundred folders are reached by two links each, and one link
leads back to the top.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from pipeline.ingest import find_recordings
from pipeline.nightly import find_backlog
from pipeline.store import Store

FOLDERS = 100


def make(top: Path, count: int) -> Path:
    """``count`` files in folders beside a folder of links to them."""
    links = top / "calls"
    links.mkdir()
    for number in range(FOLDERS):
        day = top / f"day{number:03d}"
        day.mkdir()
        for call in range(count // FOLDERS // 4):
            for name in (
                f"{call:05d}-in.wav",
                f"{call:05d}-out.wav",
                f"a{call:05d}.mp3",
                f"b{call:05d}.sln",
            ):
                (day / name).write_bytes(b"x")
        for link in (f"one{number}", f"two{number}"):
            (links / link).symlink_to(day)
        (day / "up").symlink_to(links)
    return links


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as place:
        links = make(Path(place), count)
        began = time.perf_counter(), time.process_time()
        found = find_recordings([links])
        took = time.perf_counter() - began[0], time.process_time() - began[1]
        print(
            f"find_recordings: {count} files, {len(found)} calls, {took[0]:.1f} s, CPU {took[1]:.1f} s"
        )
        with Store.open(Path(place) / "c.db") as store:
            began = time.perf_counter(), time.process_time()
            backlog = find_backlog([str(links)], store, settle_s=2.0, now=time.time() + 3600)
            took = time.perf_counter() - began[0], time.process_time() - began[1]
        print(f"find_backlog: {len(backlog.new)} new, {took[0]:.1f} s, CPU {took[1]:.1f} s")


if __name__ == "__main__":
    main()
