"""Copies of the whole database, made while others write, and read back before they count."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlite_utils import Database

from pipeline.errors import StoreError
from pipeline.store.connection import connect
from pipeline.store.failures import translated
from pipeline.store.schema import APPLICATION_ID
from pipeline.store.verify import Verified, Witness, verify

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from pipeline.store.key import DatabaseKey

PART = ".part"
"""Ends the name of a copy that is not whole yet."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was read back: its size in bytes, its ledger's entries and last hash."""

    path: Path
    size: int
    entries: int
    head: str


def copy_whole(source: Database, target: Path, key: DatabaseKey | None) -> Backup:
    """Copy a database to ``target`` as one file, at one moment, whoever writes meanwhile. With the
    database's ``key`` the copy is encrypted with it too.

    The copy has another name until it was read back: SQLite's integrity check, and the ledger's
    chain. Whatever ends this in the middle leaves no file of the name ``target``. Raises
    ``StoreError`` where there is one, or the copy is not whole; then it is deleted."""
    part = target.with_name(target.name + PART)
    with translated(target, 0.0):
        if target.exists():
            raise StoreError(f"{target}: there is such a file already; give another name")
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        try:
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with closing(connect(part, key, mode="rw", busy_timeout_s=0.0)) as copy:
                source.conn.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE").fetchone()
            found = check_copy(part, key)
            flush(part)
            part.replace(target)
            flush(target.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return Backup(target, target.stat().st_size, found.size, found.head)


def copy_file(source: Path, target: Path) -> None:
    """Copy a backup, flushed to the disk. Raises ``StoreError``."""
    with translated(target, 0.0):
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(source, target)
        flush(target)


def check_copy(path: Path, key: DatabaseKey | None = None) -> Verified:
    """Read a copy without a change: it is a database of callqa, whole, and its ledger's chain fits.
    ``key``: of an encrypted one. Raises ``StoreError`` for anything else."""
    with translated(path, 0.0):
        if not path.is_file() or not path.stat().st_size:
            raise StoreError(f"{path}: there is no such file, or it is empty: it is no backup")
        with closing(connect(path, key, mode="ro", busy_timeout_s=0.0)) as raw:
            ours = raw.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            if not ours:
                raise StoreError(f"{path}: is no database of callqa, or a part of one")
            faults = find_damage(raw)
            if faults:
                raise StoreError(f"{path}: is damaged: {faults[0]}; it is no backup")
            found = verify(Database(raw), Witness(), with_results=False)
    if found.faults:
        first = found.faults[0]
        raise StoreError(f"{path}: its ledger is not whole: {first.subject}: {first.what}")
    return found


def find_damage(raw: sqlite3.Connection) -> list[str]:
    """What SQLite's integrity check finds, and of an encrypted file that of each page's HMAC; empty
    for a whole file. Raises ``sqlite3.Error``."""
    found = [str(row[0]) for row in raw.execute("PRAGMA integrity_check(20)").fetchall()]
    pages = [str(row[0]) for row in raw.execute("PRAGMA cipher_integrity_check").fetchall()]
    return [*pages, *([] if found == ["ok"] else found)]


def flush(path: Path) -> None:
    """Have the disk hold what a file or folder has. Raises ``OSError``."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
