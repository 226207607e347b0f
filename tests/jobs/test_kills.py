"""SIGKILL in the middle of a backup, an erasure and a migration: nothing lost, nothing half."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.store import Store, check_copy
from tests.builders import a_result
from tests.store.full_site import AT
from tests.store.personal_site import PHONE, fill_with_person, left_in
from tests.store.test_old_databases import an_old_database

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(900)]

MOMENTS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Shares of the time that the whole work takes."""

BEGIN = "import sys; from pathlib import Path; from pipeline.store import Store\n"
READY = "print('ready', flush=True)\n"
BACKUP = f"{BEGIN}s = Store.open('callqa.db')\n{READY}s.back_up(Path('copy.db'))\n"
MIGRATE = f"{BEGIN}{READY}Store.open('callqa.db')\n"
ERASE = f"""{BEGIN}from pipeline.jobs import erase_person
from pipeline.settings import Settings
s = Store.open('callqa.db')
{READY}erase_person(s, Settings(), '{PHONE}', reason='x', actor='li', at='{AT}')
"""


def start(program: str, folder: Path) -> subprocess.Popen[str]:
    """A process that is about to begin its work."""
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=folder, stdout=subprocess.PIPE, text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.stdout.close()
    return process


def killed(program: str, template: Path, folder: Path, share: float) -> bool:
    """Kill the work in a copy of a site after a share of its time; whether it was still at it."""
    whole = folder / "whole"
    if not whole.exists():
        shutil.copytree(template, whole)
        process = start(program, whole)
        began = time.monotonic()
        assert process.wait() == 0
        (whole / "took").write_text(str(time.monotonic() - began), encoding="utf-8")
    shutil.copytree(template, folder / "cut")
    process = start(program, folder / "cut")
    time.sleep(share * float((whole / "took").read_text(encoding="utf-8")))
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with enough in it that its work takes some tenths of a second."""
    folder = tmp_path_factory.mktemp("template")
    fill_with_person(folder / "callqa.db")
    with Store.open(folder / "callqa.db") as store, store.batch():
        for number in range(300):
            recording = replace(a_result().recording, sha256=f"{number:064x}")
            store.results.save(a_result(recording=recording), scored_at=AT)
    return folder


@pytest.mark.parametrize("share", MOMENTS)
def test_a_backup_that_is_killed_leaves_none_or_a_whole_one(
    template: Path, tmp_path: Path, share: float
):
    killed(BACKUP, template, tmp_path, share)

    copy = tmp_path / "cut" / "copy.db"
    if copy.exists():
        assert check_copy(copy).faults == ()
        copy.unlink()
    with Store.open(tmp_path / "cut" / "callqa.db") as store:
        assert store.ledger.verify().faults == ()
        assert check_copy(store.back_up(copy).path).faults == ()
    assert not list((tmp_path / "cut").glob("*.part"))


@pytest.mark.parametrize("share", MOMENTS)
def test_an_erasure_that_is_killed_is_none_or_whole_or_named(
    template: Path, tmp_path: Path, share: float
):
    killed(ERASE, template, tmp_path, share)

    cut = tmp_path / "cut"
    with Store.open(cut / "callqa.db") as store:
        subjects = {fault.subject.split()[0] for fault in store.ledger.verify().faults}
        assert subjects <= {"erasure"}
        assert len(store.calls.records()) == 304
        if not store.erasure.calls_of(PHONE):
            assert subjects == {"erasure"} if store.erasure.unfinished() else subjects == set()
    if store_has(cut):
        process = start(ERASE, cut)
        assert process.wait() == 0
    else:
        with Store.open(cut / "callqa.db") as store:
            store.erasure.clean(actor="li", at=AT)
    assert left_in(cut) == []
    with Store.open(cut / "callqa.db") as store:
        assert store.ledger.verify().faults == ()


def store_has(folder: Path) -> bool:
    with Store.open(folder / "callqa.db") as store:
        return bool(store.erasure.calls_of(PHONE))


@pytest.mark.parametrize("share", MOMENTS)
def test_a_migration_that_is_killed_is_done_by_the_next_one(tmp_path: Path, share: float):
    old = tmp_path / "template"
    old.mkdir()
    an_old_database(old / "callqa.db", 17, a_result())

    killed(MIGRATE, old, tmp_path, share)

    with Store.open(tmp_path / "cut" / "callqa.db") as store:
        found = store.ledger.verify()
        assert (found.results, found.faults) == (1, ())
        assert store.results.get(1) == a_result()
