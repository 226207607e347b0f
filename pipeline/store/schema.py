"""Open the file and bring it to the tables of this version."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.errors import StoreError
from pipeline.store.connection import database_errors
from pipeline.store.migrations import VERSION, migrations
from pipeline.store.seals import find_misfits, seal_changed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlite_utils import Database

APPLICATION_ID = 0x63716131
"""Marks the file as ours ("cqa1" in ASCII), so that another program's database is never changed."""

RETRY_S = 0.02


CACHE_KIB = 16_384
"""Enough for the inner pages of the indexes by SHA-256 of a million calls, about 4 MB. The usual 2
MB are not."""

CHECKPOINT_PAGES = 4000
"""Pages in the write-ahead log, 16 MB, before they go into the file. With the usual 1000 each added
call takes three times the wall time (``bench.growth``)."""


def prepare_schema(db: Database, path: Path, *, busy_timeout_s: float, create: bool = True) -> None:
    """Bring the tables to ``VERSION``. A file that already has them is only read.

    Raises ``StoreError`` for a newer version or another program's file, and without ``create`` for
    one without any table, before anything is written, and ``sqlite3.Error``.
    """
    version = _checked_version(db, path)
    if not version and not create:
        raise StoreError(
            f"{path}: is empty; a plain copy lacks what SQLite keeps beside the file: restore it from "
            "a backup (callqa restore), or give another path"
        )
    _use_wal(db, busy_timeout_s)
    if version != VERSION:
        db.execute("PRAGMA foreign_keys = OFF")  # a replaced table must not delete its children
        with writing(db):
            altered = [key for key, _ in find_misfits(db)] if _has_seals(db) else []
            migrations.apply(db)
            seal_changed(db, at=datetime.now(UTC).isoformat(timespec="seconds"), but=altered)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")  # not every build of SQLite overwrites what is erased
    db.execute("PRAGMA recursive_triggers = ON")  # a row that REPLACE takes away is seen by seals
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction that has the write lock from its start: all or nothing.

    ``Database.atomic`` begins deferred, so two writers would meet "database is locked" at once.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def _has_seals(db: Database) -> bool:
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'seals'").fetchone())


def _checked_version(db: Database, path: Path) -> int:
    db.execute("BEGIN")  # one snapshot: another process may be creating the tables now
    try:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    finally:
        db.rollback()
    if not ours and (version or tables):
        raise StoreError(
            f"{path}: this is a database of another program; give callqa a file of its own"
        )
    if version > VERSION:
        raise StoreError(
            f"{path}: made by a newer version of callqa (tables of version {version}, "
            f"this one knows {VERSION}); update callqa, or give another file"
        )
    return version


def _use_wal(db: Database, busy_timeout_s: float) -> None:
    """SQLite does not wait for the lock that this switch needs, so this function does."""
    until = time.monotonic() + busy_timeout_s
    while db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            db.execute("PRAGMA journal_mode = wal")
        except database_errors() as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(RETRY_S)
