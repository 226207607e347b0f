"""Translate the errors of SQLite and the disk into plain words with a remedy."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import StoreError, UnsavableError
from pipeline.store.connection import database_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NOT_WRITABLE = (
    "cannot be opened or written here; check the folder and its permissions, or give another path"
)
_FULL = "the disk is full, nothing of this call was saved; free some space and run again"
_LOCKED = (
    "another process held the database for more than {wait:g} s; wait until it has ended "
    "(a nightly run, a database browser) and run again"
)
_NO_DATABASE = (
    "this is not a callqa database, or it is damaged, or encrypted and its key is not named; name the "
    "key in [site] key_file, give another path, or restore it from a backup"
)
_DISK = "the disk reported an error; check the disk and the connection to it, then run again"

_BY_SQLITE: dict[int, str] = {
    sqlite3.SQLITE_READONLY: _NOT_WRITABLE,
    sqlite3.SQLITE_PERM: _NOT_WRITABLE,
    sqlite3.SQLITE_AUTH: _NOT_WRITABLE,
    sqlite3.SQLITE_CANTOPEN: _NOT_WRITABLE,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_NOTADB: _NO_DATABASE,
    sqlite3.SQLITE_CORRUPT: _NO_DATABASE,
    sqlite3.SQLITE_IOERR: _DISK,
}
_BY_ERRNO: dict[int, str] = {errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EIO: _DISK}


@contextmanager
def translated(path: Path, busy_timeout_s: float) -> Iterator[None]:
    """Turn the errors of SQLite and ``OSError`` about the database ``path`` into a ``StoreError``,
    chained.

    A text without a UTF-8 form (a file name in another encoding) becomes one too.
    """
    try:
        yield
    except database_errors() as error:
        code = getattr(error, "sqlite_errorcode", None)
        words = _BY_SQLITE.get(code & 0xFF) if code is not None else None
        words = words or "the database refused this; please report it with this line"
        raise StoreError(f"{path}: {words.format(wait=busy_timeout_s)} ({error})") from error
    except OSError as error:
        words = _BY_ERRNO.get(error.errno or 0, _NOT_WRITABLE)
        raise StoreError(f"{path}: {words} ({error.strerror or error})") from error
    except UnicodeEncodeError as error:
        raise UnsavableError(
            f"{path}: {error.object!r} cannot be saved, since it is no valid UTF-8; rename the "
            "recording or mend its metadata, and run again"
        ) from error
