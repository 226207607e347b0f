"""SIGKILL in the middle of encrypting, a new key and an encrypted backup: the old database or the
new one, whole."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from pipeline.store import DatabaseKey, Store, check_copy, is_plain, rewrite
from tests.store.full_site import HER
from tests.store.personal_site import PERSON, fill_with_person, left_in

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]

SPAWN = get_context("spawn")
Work = Callable[[Path], None]
OLD, NEW = DatabaseKey("1f" * 32), DatabaseKey("2e" * 32)
KILLS = 10
LONGEST_S = 12.0
"""Of each of the three works, so that all end within 40 s on a busy machine."""


def encrypt(db: Path) -> None:
    rewrite(db, "encrypted", old=None, new=NEW, **HER)


def rekey(db: Path) -> None:
    rewrite(db, "rekeyed", old=OLD, new=NEW, **HER)


def back_up(db: Path) -> None:
    with Store.open(db, key=OLD) as store:
        store.back_up(db.with_name("copy.db"))


def alone(work: Work, db: Path, running: Event) -> None:
    """What the other process does: it says so when all is imported, and works."""
    running.set()
    work(db)


def killed(work: Work, db: Path, after_s: float | None) -> float:
    """Do the work in a process of its own, killed after a time; how long it ran. Not forked: a
    process with threads, as one that has trained a head has, must not be."""
    running = SPAWN.Event()
    child = SPAWN.Process(target=alone, args=(work, db, running))
    child.start()
    assert running.wait(60)
    began = time.monotonic()
    child.join(after_s)
    child.kill()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL)
    return time.monotonic() - began


@pytest.mark.parametrize("work", [encrypt, rekey, back_up])
def test_what_is_killed_leaves_one_whole_database(work: Work, tmp_path: Path) -> None:
    template = tmp_path / "template.db"
    fill_with_person(template)
    before = None if work is encrypt else OLD
    if before is not None:
        rewrite(template, "encrypted", old=None, new=OLD, **HER)
    folder = tmp_path / "cut"
    db, copy, ends_at = folder / "callqa.db", folder / "copy.db", time.monotonic() + LONGEST_S
    took_s, outcomes = 0.0, []
    for number in range(KILLS + 1):
        if number > 1 and time.monotonic() > ends_at:
            break
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copyfile(template, db)
        ran_s = killed(work, db, took_s * number / (KILLS + 1) if number else None)
        took_s = took_s or ran_s
        outcomes.append(_state(db, before))
        if copy.exists():
            assert check_copy(copy, OLD).faults == ()
        if outcomes[-1] == "old" and work is not back_up:
            work(db)  # what was left does not stand in the way
            assert _state(db, before) == "new"
        assert not list(folder.glob("*.recrypting*"))
        assert not is_plain(db) or outcomes[-1] == "old"
    assert outcomes[0] == ("old" if work is back_up else "new")
    if work is not encrypt:
        assert left_in(folder, PERSON) == []


def _state(db: Path, before: DatabaseKey | None) -> str:
    """Which of the two it is: it opens, and its ledger and rows are whole."""
    plain = is_plain(db)
    for name, key in (("old", before), ("new", NEW)):
        if (key is None) == bool(plain):
            try:
                with Store.open(db, create=False, key=key) as store:
                    assert store.ledger.verify().faults == ()
                    assert len(store.calls.records()) == 4
                    return name
            except Exception as error:
                if "another key" not in str(error):
                    raise
    raise AssertionError(f"{db} opens with neither key")
