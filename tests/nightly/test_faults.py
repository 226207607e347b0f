"""Faults of the machine, done to the real command and its real processes: each ends the night in
order, with a message that says what is wrong, and the next night completes it with every call
scored once."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.store import Store

ROOT = Path(__file__).parents[2]
CALLS = 12

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Site:
    """A folder with recordings, a database, and a folder for whatever is temporary."""

    place: Path
    db: Path

    def begin(self, takes_s: float, *under: str) -> subprocess.Popen[str]:
        (self.place / "tmp").mkdir(exist_ok=True)
        settings = f'[site]\ndb = "{self.db}"\n[nightly]\nfolders = ["in"]\nlog = "log"\nworkers = 2\nmetrics = "prom"\n'
        (self.place / "callqa.toml").write_text(settings, encoding="utf-8")
        return subprocess.Popen(
            [*under, sys.executable, "-m", "tests.nightly_command", str(takes_s)],
            cwd=self.place,
            env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(self.place / "tmp")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def night(self, *under: str) -> Ended:
        return self.end(self.begin(0.01, *under))

    def end(self, running: subprocess.Popen[str]) -> Ended:
        """Wait for the end of a run; nothing of it may be left."""
        out, err = running.communicate(timeout=100)
        until = time.monotonic() + 5.0
        while (left := members(running.pid)) and time.monotonic() < until:
            time.sleep(0.1)
        assert (left, os.listdir(self.place / "tmp")) == ([], [])
        assert "Traceback" not in err, err
        return Ended(running.returncode, out, err)

    def events(self) -> list[str]:
        try:
            lines = (self.place / "log").read_text(encoding="utf-8").splitlines()
        except OSError:
            return []
        return [json.loads(line)["event"] for line in lines]

    def wait_for_scored(self, running: subprocess.Popen[str]) -> None:
        while "scored" not in self.events():
            assert running.poll() is None, running.communicate()
            time.sleep(0.02)

    def assert_all_once(self) -> None:
        with Store.open(self.db) as store:
            assert sorted(record.call_id or "" for record in store.calls.records()) == [
                f"{n:03d}" for n in range(CALLS)
            ]
            counted = store.db.execute(
                "SELECT count(*), count(DISTINCT sha256) FROM results"
            ).fetchone()
            assert (counted, store.files.quarantined(), store.ledger.verify().faults) == (
                (CALLS, CALLS),
                (),
                (),
            )


def members(session: int) -> list[int]:
    """Living processes of a session."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of = place.read_text(encoding="utf-8").rpartition(") ")[2].split()[:4]
        except OSError:
            continue
        if int(of) == session and state != "Z":
            found.append(int(place.parent.name))
    return found


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "in").mkdir()
    for number in range(CALLS):
        path = tmp_path / "in" / f"{number:03d}.wav"
        path.write_bytes(path.name.encode())
        os.utime(path, (0, 0))
    return Site(tmp_path, tmp_path / "db" / "callqa.db")


@contextmanager
def mounted(*command: str | Path, at: Path) -> Iterator[None]:
    """Skips where this machine does not let us mount."""
    done = subprocess.run(
        ["mount", *map(str, command), str(at)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"mounting is refused here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """A file or folder that cannot be written; modes do not bind root, a read-only mount does."""
    if os.geteuid():
        mode = path.stat().st_mode
        path.chmod(mode & ~0o222)
        try:
            yield
        finally:
            path.chmod(mode)
        return
    with mounted("--bind", path, at=path):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(path)], check=True)
        yield


def test_a_full_disk_ends_the_night_and_the_next_completes_it(site: Site):
    site.db.parent.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=8m", "tmpfs", at=site.db.parent):
        Store.open(site.db).close()
        filler = site.db.parent / "filler"
        free = os.statvfs(site.db.parent)
        filler.write_bytes(bytes(free.f_bavail * free.f_frsize - 600_000))

        ended = site.night()
        saved = site.events().count("scored")
        filler.unlink()
        again = site.night()

        assert (ended.code, "the disk is full" in ended.err, "运行中断" in ended.out) == (
            74,
            True,
            True,
        )
        assert 0 < saved < CALLS
        assert (again.code, site.events().count("scored")) == (0, CALLS)
        site.assert_all_once()


def test_a_file_that_may_not_grow_ends_the_night_and_the_next_completes_it(site: Site):
    Store.open(site.db).close()

    ended = site.night("prlimit", "--fsize=800000")
    saved = site.events().count("scored")
    again = site.night()

    assert (ended.code, "the disk reported an error" in ended.err) == (74, True)
    assert 0 < saved < CALLS
    assert again.code == 0
    site.assert_all_once()


def test_a_database_that_is_locked_for_too_long_ends_the_night_and_the_next_completes_it(
    site: Site,
):
    running = site.begin(0.2)
    site.wait_for_scored(running)
    other = sqlite3.connect(site.db, isolation_level=None, timeout=30.0)
    other.execute("BEGIN IMMEDIATE")

    ended = site.end(running)
    other.execute("ROLLBACK")
    other.close()
    again = site.night()

    assert (ended.code, "another process held the database for more than 10 s" in ended.err) == (
        74,
        True,
    )
    assert site.events().count("broke off") == 1
    assert again.code == 0
    site.assert_all_once()


@pytest.mark.parametrize(
    ("what", "said"),
    [(lambda db: db, "cannot be opened or written"), (lambda db: db.parent, "cannot be written")],
)
def test_a_read_only_database_ends_the_night_and_the_next_completes_it(
    site: Site, what: Callable[[Path], Path], said: str
):
    Store.open(site.db).close()
    with read_only(what(site.db)):
        ended = site.night()

    assert (ended.code, said in ended.err, ended.err.count("\n")) == (74, True, 1)
    assert site.night().code == 0
    site.assert_all_once()


@pytest.mark.parametrize("leaves_an_empty_one", [False, True])
def test_a_network_folder_that_disappears_is_a_problem_and_the_next_night_completes(
    site: Site, leaves_an_empty_one: bool
):
    folder, away = site.place / "in", site.place / "away"
    running = site.begin(0.3)
    site.wait_for_scored(running)
    folder.rename(away)
    if leaves_an_empty_one:
        folder.mkdir()

    ended = site.end(running)
    if leaves_an_empty_one:
        folder.rmdir()
    away.rename(folder)
    again = site.night()

    assert (ended.code, "运行开始后不见了或变空了" in ended.out) == (1, True)
    assert again.code == 0
    site.assert_all_once()


@pytest.mark.parametrize("whole_group", [False, True])
def test_sigterm_ends_what_is_in_hand_and_the_next_night_completes(site: Site, whole_group: bool):
    running = site.begin(0.5)
    site.wait_for_scored(running)
    (os.killpg if whole_group else os.kill)(running.pid, signal.SIGTERM)

    ended = site.end(running)
    saved = site.events().count("scored")
    again = site.night()

    assert (ended.code, "运行中断" in ended.out) == (0, False)
    assert 0 < saved < CALLS
    assert again.code == 0
    site.assert_all_once()
