"""The database file: opened, locked, refused, made by several at once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Timer

import pytest
from sqlite_utils import Database

from pipeline.errors import StoreError
from pipeline.store import Store
from pipeline.store.failures import translated
from pipeline.store.migrations import VERSION, migrations
from pipeline.store.schema import APPLICATION_ID
from tests.store.full_results import AT, BARE, FULL

NEW_DATABASES = 6


def test_a_full_disk_saves_nothing_of_the_call_and_keeps_the_others(store: Store) -> None:
    store.results.save(BARE, scored_at=AT)
    pages = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {pages}")
    long = replace(FULL, utterances=FULL.utterances * 2000)
    with pytest.raises(StoreError, match="disk is full") as caught:
        store.results.save(long, scored_at=AT)
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert tuple(store.results.each(newest_only=False)) == (BARE,)
    store.db.execute("PRAGMA max_page_count = 1000000")
    store.results.save(long, scored_at=AT)
    assert store.results.find("C-1") == (long,)


def test_a_locked_database_is_waited_for_and_then_named(tmp_path: Path) -> None:
    path = tmp_path / "callqa.db"
    with Store.open(path, busy_timeout_s=0.05) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match=r"held the database for more than 0\.05 s"):
            store.results.save(FULL, scored_at=AT)
        assert store.results.find("C-1") == ()  # readers go on
        other.execute("ROLLBACK")
        other.close()
        store.results.save(FULL, scored_at=AT)
        assert store.results.find("C-1") == (FULL,)


def test_a_new_database_that_is_locked_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "callqa.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="another process held"):
        Store.open(path, busy_timeout_s=0.05)
    other.close()


def test_a_path_below_a_regular_file_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "callqa.db", tmp_path / "file" / "deeper" / "callqa.db"):
        with pytest.raises(StoreError, match="cannot be opened or written here"):
            Store.open(path)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened or written here"):
        Store.open(tmp_path)


def test_a_read_only_database_is_read_and_not_written(store: Store) -> None:
    store.results.save(BARE, scored_at=AT)
    store.db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="cannot be opened or written here"):
        store.results.save(FULL, scored_at=AT)
    assert tuple(store.results.each()) == (BARE,)


@pytest.mark.parametrize(
    "content", [b"not a database, just a text that is long enough " * 10, b"SQLite format 3\0"]
)
def test_a_file_that_is_no_database_is_left_as_it_was(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"notes\.txt: this is not a callqa database"):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_missing_database_is_not_made_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such database; score some calls first"):
        Store.open(tmp_path / "callqa.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_a_newer_callqa_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "callqa.db"
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute(f"PRAGMA user_version = {VERSION + 1}")
        raw.execute("CREATE TABLE calls_2030 (id)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(
        StoreError, match=f"newer version of callqa .*version {VERSION + 1}.*update callqa"
    ):
        Store.open(path)
    assert (path.read_bytes(), [p.name for p in tmp_path.iterdir()]) == (before, ["callqa.db"])


def test_a_database_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE customers (id)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="of another program"):
        Store.open(path)
    assert path.read_bytes() == before


def test_an_empty_database_gets_all_migrations_once(tmp_path: Path) -> None:
    path = tmp_path / "callqa.db"
    path.touch()
    with closing(Database(memory=True)) as empty:
        assert len(migrations.pending(empty)) == VERSION
    for _ in range(2):
        with Store.open(path) as store:
            applied = migrations.applied(store.db)
            pragmas = ("user_version", "journal_mode", "foreign_keys")
            set_to = [store.db.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in pragmas]
            assert (len(applied), set_to) == (VERSION, [VERSION, "wal", 1])
    with Store.open(path) as store:
        assert {row["applied_at"] for row in store.db.table("_sqlite_migrations").rows} == {
            migration.applied_at for migration in applied
        }


def _open_and_save(folder: Path, worker: int, together: Barrier) -> None:
    for number in range(NEW_DATABASES):
        together.wait(60)
        with Store.open(folder / f"{number}.db") as store:
            own = replace(FULL, recording=replace(FULL.recording, sha256=f"{worker:064x}"))
            store.results.save(own, scored_at=AT)
            store.results.save(FULL, scored_at=AT)


@pytest.mark.thorough
@pytest.mark.slow
def test_processes_make_and_fill_new_databases_at_the_same_moment(tmp_path: Path) -> None:
    spawn = get_context("spawn")
    together = spawn.Barrier(4)
    workers = [spawn.Process(target=_open_and_save, args=(tmp_path, n, together)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    for number in range(NEW_DATABASES):
        with Store.open(tmp_path / f"{number}.db", create=False) as store:
            assert len(store.results.find("C-1")) == 5


def test_a_new_database_waits_for_the_process_that_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "callqa.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    later = Timer(0.3, other.execute, ["ROLLBACK"])
    later.start()
    with Store.open(path, busy_timeout_s=30) as store:
        store.results.save(FULL, scored_at=AT)
    later.join()
    other.close()


def test_a_closed_store_closes_again_and_says_so_when_used(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "callqa.db")
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed database"):
        store.results.find("C-1")


def _sqlite_errors() -> list[type[sqlite3.Error]]:
    return [
        kind
        for kind in vars(sqlite3).values()
        if isinstance(kind, type) and issubclass(kind, sqlite3.Error)
    ]


@pytest.mark.parametrize("kind", [*_sqlite_errors(), OSError, PermissionError])
def test_every_foreign_error_becomes_ours_and_is_chained(kind: type[Exception]) -> None:
    error = kind("no")
    with (
        pytest.raises(StoreError, match=r"^callqa\.db: ") as caught,
        translated(Path("callqa.db"), 1.0),
    ):
        raise error
    assert caught.value.__cause__ is error
