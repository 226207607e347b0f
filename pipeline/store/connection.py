"""The one place where database files are opened: plain ones with SQLite, and with a key through
SQLCipher, which is SQLite with each page encrypted (AES-256, HMAC-SHA-256)."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pipeline.errors import StoreError
from pipeline.store.key import USE, DatabaseKey
from pipeline.types import load_extra

if TYPE_CHECKING:
    from pathlib import Path

Mode: TypeAlias = Literal["ro", "rw", "rwc"]

HMAC = "cipher_hmac_algorithm = HMAC_SHA256"
"""Processors have instructions for it, and none for SQLCipher's usual SHA-512: a third of the time of
the check, which is most of what a key costs (docs/encryption.md)."""

PLAIN_HEADER = b"SQLite format 3\0"
"""The first bytes of every plain database (https://www.sqlite.org/fileformat.html, 1.3.1)."""


def database_errors() -> tuple[type[Exception], ...]:
    """The errors of SQLite, and of SQLCipher where it is loaded: it has classes of its own."""
    module = sys.modules.get("sqlcipher3.dbapi2")
    return (sqlite3.Error,) if module is None else (sqlite3.Error, module.Error)


CACHED_STATEMENTS = 512
"""Statements that a connection keeps prepared. A connection makes its 135 triggers first, and the 100
places of sqlcipher3 are then full of them: it prepared what saves a call again for each call, which cost
more than the encryption (``bench.speed.encryption``)."""


def is_plain(path: Path) -> bool | None:
    """Whether a file is a plain database; ``None`` for one that is missing or empty. Not for a file
    that this process has open as a database: closing it would end the locks of all threads
    (https://www.sqlite.org/howtocorrupt.html, 2.2). Raises ``OSError``."""
    try:
        with path.open("rb") as file:
            begin = file.read(len(PLAIN_HEADER))
    except FileNotFoundError:
        return None
    return begin == PLAIN_HEADER if begin else None


def connect(
    path: Path, key: DatabaseKey | None, *, mode: Mode, busy_timeout_s: float
) -> sqlite3.Connection:
    """A connection to ``path`` that leaves all transactions to us.

    Raises ``StoreError`` for a plain file where there is a key, and for one that the key does not
    fit; ``ExtraError`` without SQLCipher; ``sqlite3.Error``, ``OSError``."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    if key is None:
        return sqlite3.connect(
            uri,
            uri=True,
            timeout=busy_timeout_s,
            isolation_level=None,
            cached_statements=CACHED_STATEMENTS,
        )
    raw = open_with(key, uri, busy_timeout_s)
    if _is_readable(raw):
        return raw
    with closing(open_with(None, uri, busy_timeout_s)) as other:
        if _is_readable(other):
            raise StoreError(
                f"{path}: is not encrypted, and there is a key; encrypt it with callqa db encrypt, or "
                f"take {USE} (CALLQA_KEY_FILE, key_command) away"
            )
    raise StoreError(
        f"{path}: cannot be read with this key: it belongs to another key, or is damaged; give {USE} "
        "the key that it was encrypted with, or restore it from a backup"
    )


def _is_readable(raw: sqlite3.Connection) -> bool:
    """Whether the key fits. A connection whose key does not is closed."""
    try:
        raw.execute("SELECT 1 FROM sqlite_master").fetchone()
    except Exception as error:
        raw.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_NOTADB:
            raise
        return False
    return True


def open_with(key: DatabaseKey | None, uri: str, busy_timeout_s: float) -> sqlite3.Connection:
    """A connection through SQLCipher; without a key to a plain file, to copy it into an encrypted
    one. Nothing is read yet. Raises ``ExtraError``, and the errors of ``database_errors``."""
    raw: Any = _sqlcipher().connect(
        uri,
        uri=True,
        timeout=busy_timeout_s,
        isolation_level=None,
        cached_statements=CACHED_STATEMENTS,
    )
    raw.execute("PRAGMA cipher_log_level = NONE")  # else it writes to stderr; errors say enough
    if key is not None:
        raw.execute(f'PRAGMA key = "{key.raw}"')  # takes no parameter; hex needs no quoting
        raw.execute(f"PRAGMA {HMAC}")
    return raw  # type: ignore[no-any-return]


def _sqlcipher() -> Any:
    return load_extra("sqlcipher3.dbapi2", extra="encryption", use=USE)
