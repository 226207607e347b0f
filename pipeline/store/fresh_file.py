"""A database written anew: encrypted, under another key, or plain again.

The new file has another name until it was checked, and then takes the place of the old one in one
step: a process that is killed leaves the old database or the new one, whole.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlite_utils import Database

from pipeline.errors import StoreError
from pipeline.store.backup import check_copy, copy_file, find_damage, flush
from pipeline.store.connection import HMAC, connect, database_errors, is_plain, open_with
from pipeline.store.failures import translated
from pipeline.store.schema import APPLICATION_ID
from pipeline.store.store import Store
from pipeline.store.verify import Witness, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.store.faults import Fault
    from pipeline.store.key import DatabaseKey
    from pipeline.store.verify import Verified

Change: TypeAlias = Literal["encrypted", "rekeyed", "decrypted"]
"""What is done, as the ledger's entry names it."""

FRESH = ".recrypting"
"""Ends the name of the new file while it is written."""

SIDES = ("", "-wal", "-shm", "-journal")

ROOM = 1.1
"""Free space that is asked for, by the size of the database (our choice)."""

AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Recrypted:
    """A database that was written anew: its size in bytes, its ledger's entries, and faults of the
    ledger that it had before already."""

    path: Path
    size: int
    entries: int
    faults: tuple[Fault, ...]


def rewrite(
    path: Path,
    change: Change,
    *,
    old: DatabaseKey | None,
    new: DatabaseKey | None,
    actor: str,
    at: str,
) -> Recrypted:
    """Write the database ``path``, which opens with ``old``, anew for the key ``new``, and note it in
    its ledger. ``None``: plain.

    The new file is checked first: SQLite's integrity, each page's HMAC, each table's rows, the
    ledger and each row's seal. The old plain file is overwritten. Raises ``StoreError`` where others
    have the database open, there is no room, or the new file is not whole; then nothing changed."""
    path = path.resolve()  # a link to another disk stays one
    fresh = path.with_name(path.name + FRESH)
    remove_unfinished(path)
    Store.open(path, create=False, key=old).close()  # brings the tables to this version
    with translated(path, 0.0), _alone(path, old) as source:
        _ensure_room(path)
        try:
            write_anew(source, fresh, new)
            found = _check(source, fresh, new, change, actor=actor, at=at)
            _put_in_place(fresh, path, wipe=old is None)
        except BaseException:
            remove_unfinished(path)
            raise
    return Recrypted(path, path.stat().st_size, found.size, found.faults)


def remove_unfinished(path: Path) -> None:
    """Delete what a killed ``rewrite`` of this database has left; plain words are overwritten.
    Raises ``StoreError``."""
    with translated(path, 0.0):
        for side in SIDES:
            left = path.with_name(f"{path.name}{FRESH}{side}")
            if is_plain(left):
                with left.open("r+b") as file:
                    _overwrite(file.fileno())
            left.unlink(missing_ok=True)


def copy_for(
    source: Path, target: Path, *, old: DatabaseKey | None, new: DatabaseKey | None
) -> Verified:
    """Copy a backup that opens with ``old`` to ``target`` for the key ``new``, and read the copy.
    Raises ``StoreError``."""
    if old == new:
        copy_file(source, target)
    else:
        uri = f"{source.absolute().as_uri()}?mode=ro"
        with translated(source, 0.0), closing(open_with(old, uri, 0.0)) as raw:
            write_anew(raw, target, new)
    return check_copy(target, new)


def write_anew(source: sqlite3.Connection, target: Path, key: DatabaseKey | None) -> None:
    """Copy all that a connection through SQLCipher reads into a new file for ``key``. Raises
    ``OSError``, and the errors of ``database_errors``."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    version = source.execute("PRAGMA user_version").fetchone()[0]
    raw = "" if key is None else key.raw
    uri = f"{target.absolute().as_uri()}?mode=rw"
    source.execute("ATTACH ? AS fresh KEY ?", [uri, raw])
    if key is not None:
        source.execute(f"PRAGMA fresh.{HMAC}")
    source.execute("PRAGMA fresh.journal_mode = OFF").fetchall()  # half a file is thrown away
    source.execute("PRAGMA fresh.synchronous = OFF")  # flushed at the end
    source.execute("BEGIN")
    source.execute("SELECT sqlcipher_export('fresh')").fetchall()
    source.execute(f"PRAGMA fresh.application_id = {APPLICATION_ID}")
    source.execute(f"PRAGMA fresh.user_version = {version}")
    source.execute("COMMIT")
    source.execute("DETACH fresh")
    flush(target)


@contextmanager
def _alone(path: Path, key: DatabaseKey | None) -> Iterator[sqlite3.Connection]:
    """The only connection to a database, which nobody can open meanwhile. Leaving the write-ahead
    log needs that nobody else has the file open."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(open_with(key, uri, 0.0)) as source:
        _lock_whole(source, path)
        yield source


@contextmanager
def hold_alone(path: Path, key: DatabaseKey | None) -> Iterator[None]:
    """Nobody else can open the database meanwhile; its write-ahead log is in the file. A file that
    cannot be read with the key, such as a damaged one, cannot be held, and stays as it is. Raises
    ``StoreError`` where others have it open."""
    with ExitStack() as stack:
        try:
            raw = connect(path, key, mode="rw", busy_timeout_s=0.0)
        except (StoreError, OSError):
            raw = None
        except database_errors() as error:
            _refuse_where_busy(error, path)
            raw = None
        if raw is not None:
            stack.enter_context(closing(raw))
            with suppress(*database_errors()):
                _lock_whole(raw, path)
        yield


def _lock_whole(source: sqlite3.Connection, path: Path) -> None:
    """Lock a database until its connection is closed. Raises ``StoreError`` where others have it
    open, and the errors of ``database_errors``."""
    try:
        source.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        source.execute("PRAGMA journal_mode = DELETE").fetchall()
        source.execute("BEGIN EXCLUSIVE")
        source.execute("ROLLBACK")  # in this mode the lock stays
    except database_errors() as error:
        _refuse_where_busy(error, path)
        raise


def _refuse_where_busy(error: Exception, path: Path) -> None:
    """Raises ``StoreError`` where an error of SQLite says that others have the database open."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise StoreError(
            f"{path}: others have the database open; stop them (callqa serve, callqa watch, callqa "
            "live) and run again"
        ) from error


def _check(
    source: sqlite3.Connection,
    fresh: Path,
    key: DatabaseKey | None,
    change: Change,
    *,
    actor: str,
    at: str,
) -> Verified:
    """Compare the new file with the old one, and note in its ledger what was done. Raises
    ``StoreError``."""
    with Store.open(fresh, create=False, key=key) as made:
        with translated(fresh, 0.0):
            if _contents(source) != _contents(made.db.conn):
                raise StoreError(f"{fresh}: has other rows than the database; please report it")
            damage = find_damage(made.db.conn)
        if damage:
            raise StoreError(f"{fresh}: is damaged: {damage[0]}; check the disk")
        made.ledger.record(change, "database", {}, actor=actor, at=at)
        found = made.ledger.verify()
        made.fold_log()
    if found.faults:
        before = verify(Database(source), Witness())
        if set(found.faults) != set(before.faults):
            first = found.faults[0]
            raise StoreError(f"{fresh}: its ledger is not whole: {first.subject}: {first.what}")
    return found


def _contents(raw: sqlite3.Connection) -> tuple[list[tuple[object, ...]], list[int]]:
    """The tables, indexes and triggers, and the number of rows of each table. An index without its
    texts cannot be counted; what it is made of is."""
    wanted = (
        "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    )
    parts = [tuple(row) for row in raw.execute(wanted)]
    tables = [
        str(name) for kind, name, sql in parts if kind == "table" and "content = ''" not in str(sql)
    ]
    return parts, [
        int(raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in tables
    ]


def _ensure_room(path: Path) -> None:
    size, free = path.stat().st_size, shutil.disk_usage(path.absolute().parent).free
    if free < size * ROOM:
        raise StoreError(
            f"{path}: a second copy needs {size * ROOM / 1e9:.1f} GB and {free / 1e9:.1f} GB are free; "
            "free some space and run again"
        )


def _put_in_place(fresh: Path, path: Path, *, wipe: bool) -> None:
    """Give the new file the old one's name, rights and owner. ``wipe``: overwrite the old one, which
    no name leads to any more."""
    flush(fresh)
    old = os.open(path, os.O_RDWR)
    try:
        state = os.fstat(old)
        fresh.chmod(state.st_mode & 0o777)
        try:
            os.chown(fresh, state.st_uid, state.st_gid)
        except PermissionError as error:
            raise StoreError(f"{path}: belongs to another account; run this as that one") from error
        fresh.replace(path)
        flush(path.absolute().parent)
        if wipe:
            _overwrite(old)
    finally:
        os.close(old)


def _overwrite(file: int) -> None:
    """Zeros over all bytes of an open file. A disk that writes elsewhere (an SSD, a file system that
    copies on write) may keep the old ones: docs/encryption.md."""
    left, zeros = os.fstat(file).st_size, bytes(AT_ONCE)
    os.lseek(file, 0, os.SEEK_SET)
    while left > 0:
        left -= os.write(file, zeros[:left])
    os.fsync(file)
