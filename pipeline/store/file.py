"""The database file: open, check, lock and close it."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from sqlite_utils import Database

from pipeline.errors import StoreError
from pipeline.store.backup import Backup, copy_whole, find_damage
from pipeline.store.connection import Mode, connect
from pipeline.store.failures import translated
from pipeline.store.heads import tip_text
from pipeline.store.key import DatabaseKey, database_key
from pipeline.store.ledger import append
from pipeline.store.schema import prepare_schema, writing
from pipeline.store.seals import Sealer
from pipeline.store.signing import active_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType


class StoreFile:
    """The database of one site. A store belongs to the thread that opened it; opening takes 1 ms.

    Several processes may read and write at once, with SQLite's write-ahead log and one writer at a
    time. The file must be on a local disk, since that log does not work on network shares.
    """

    def __init__(
        self, db: Database, path: Path, *, busy_timeout_s: float, key: DatabaseKey | None = None
    ) -> None:
        self.db = db
        self.path = path
        self.key = key
        self._busy_timeout_s = busy_timeout_s
        self._in_batch = False
        self.sealer = Sealer(db)

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        create: bool = True,
        busy_timeout_s: float = 10.0,
        key: DatabaseKey | Literal["site"] | None = "site",
    ) -> Self:
        """Open the store in the file ``path`` and bring its tables up to this version.

        With ``create`` a missing file and its folders are made. Another writer is waited for
        ``busy_timeout_s`` seconds. ``key``: instead of the one of ``use_database_key``. Raises ``StoreError``: no such file (without ``create``), not
        writable, locked, no database, another program's database, made by a newer callqa, or its
        key is another one. In the last four cases the file does not change. ``SettingsError`` where
        the key cannot be had.
        """
        target = Path(path)
        chosen = database_key() if key == "site" else key
        with translated(target, busy_timeout_s):
            if create:
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    target.touch()  # SQLite alone would not let a group write
            elif not target.exists():
                raise StoreError(
                    f"{target}: there is no such database; score some calls first, or give another path"
                )
            mode: Mode = "rwc" if create else "rw"
            db = Database(connect(target, chosen, mode=mode, busy_timeout_s=busy_timeout_s))
            try:
                prepare_schema(db, target, busy_timeout_s=busy_timeout_s, create=create)
            except BaseException:
                db.close()
                raise
        return cls(db, target, busy_timeout_s=busy_timeout_s, key=chosen)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make all writes inside one transaction: all or nothing, and faster than one at a time. A
        batch inside another is part of it."""
        with self.writing():
            outer, self._in_batch = self._in_batch, True
            try:
                yield
            finally:
                self._in_batch = outer

    def back_up(self, target: Path) -> Backup:
        """Copy the file whole to ``target`` and read the copy back. Raises ``StoreError``."""
        return copy_whole(self.db, target, self.key)

    def find_damage(self) -> list[str]:
        """What SQLite's integrity check finds; empty for a whole file. Raises ``StoreError``."""
        with self.reading():
            return find_damage(self.db.conn)

    def fold_log(self) -> None:
        """Put what is in the write-ahead log into the file, and empty the log. Raises ``StoreError``
        where others read the file all the time meanwhile."""
        with self.reading():
            busy = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise StoreError(
                f"{self.path}: others read the database, so its log keeps what was erased; stop them "
                "(callqa serve) and run again"
            )

    def close(self) -> None:
        """Close the file. A second call has no effect."""
        with self.reading():
            self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Translate the errors of SQLite and the disk into ``StoreError``."""
        with translated(self.path, self._busy_timeout_s):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, or a part of the batch's. It ends with the seals of what it wrote, and
        with the signature where there is a key."""
        if self._in_batch:
            yield
            return
        key = active_key()
        with translated(self.path, self._busy_timeout_s), writing(self.db):
            self.sealer.begin()
            yield
            self.sealer.seal(at=datetime.now(UTC).isoformat(timespec="seconds"))
            if key is not None and key.sign is not None:
                _sign_tip(self.db, key.sign)


def _sign_tip(db: Database, sign: Callable[[bytes], bytes]) -> None:
    """Sign the last entry where the transaction wrote any."""
    row = db.execute("SELECT entries, hash, signed FROM ledger_head").fetchone()
    if row and row[0] != row[2]:
        signature = sign(tip_text(row[0], row[1])).hex()
        db.execute("UPDATE ledger_head SET signed = entries, signature = ?", [signature])


class StorePart:
    """One subject of the file. All parts share its connection and its batch."""

    def __init__(self, file: StoreFile) -> None:
        self._file = file

    @property
    def _db(self) -> Database:
        return self._file.db

    @property
    def _path(self) -> Path:
        return self._file.path

    def _reading(self) -> AbstractContextManager[None]:
        return self._file.reading()

    def _writing(self) -> AbstractContextManager[None]:
        return self._file.writing()

    def _note(
        self, action: str, subject: str, detail: Mapping[str, Any], *, actor: str, at: str
    ) -> int:
        """Put an entry into the ledger, in the transaction of what it tells of, and return its id."""
        return append(
            self._db, at=utc(at), actor=actor, action=action, subject=subject, detail=detail
        )


def utc(moment: str) -> str:
    """An ISO 8601 time as UTC, to the second. Raises ``ValueError`` without a time zone.

    >>> utc("2026-11-02T09:30:00+08:00")
    '2026-11-02T01:30:00+00:00'
    """
    parsed = datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return parsed.astimezone(UTC).isoformat(timespec="seconds")
