"""Seals: the ledger has a digest of every row that judges people, or decides what does.

Each transaction of the program ends with the entry ``sealed``, which covers the rows that it wrote.
A row that was put in, changed or taken away by other means has no seal that fits it. Rows that
belong to one result (its words, findings, lines) have one seal together.

A seal is of all columns, with a salt: when a row was erased by right its salt goes, and nobody can
guess what it held from its digest.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from pipeline.store import ledger
from pipeline.store.sealed_tables import (
    PARTS,
    Key,
    SealedTable,
    dense,
    digest,
    read_row,
    read_tables,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlite_utils import Database

SEALED = "sealed"
"""The action of the entry that covers the seals of a transaction."""


AT_ONCE = 20_000
"""Seals that one entry covers where many rows are sealed at once: 5 MB (our choice)."""


class Sealer:
    """Watches what one connection writes, and seals it.

    ``begin`` and ``seal`` enclose a transaction. The watch is by triggers that only this connection
    has: they call a function with the key of each row, and with its values before the change."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tables: dict[str, SealedTable] = {}
        self._touched: dict[Key, tuple[Any, ...] | None] = {}
        self._trusted: set[Key] = set()

    def begin(self) -> None:
        """Forget what was written outside of a transaction. Raises ``sqlite3.Error``."""
        if not self._tables:
            self._watch()
        self._touched.clear()
        self._trusted.clear()

    def trust(self, keys: Iterable[Key]) -> None:
        """Seal these parts of results although they were sealed before; the caller has compared
        them with their seals."""
        self._trusted.update(keys)

    def is_trusted(self, key: Key) -> bool:
        """Whether ``trust`` was told of it in this transaction."""
        return key in self._trusted

    def forget(self, key: Key) -> None:
        """Seal nothing of a row whose seals were erased with it."""
        self._touched.pop(key, None)

    def seal(self, *, at: str) -> int:
        """Seal the rows written since ``begin`` and return the number of seals. A row that did not
        fit its seal before stays without a new one, so that it is found for ever. Raises
        ``sqlite3.Error``."""
        made: list[tuple[Key, bytes, bytes]] = []
        for key, before in sorted(self._touched.items(), key=lambda item: item[0]):
            last = last_seal(self._db, key)
            if not self._fitted(key, before, last):
                continue
            now = read_row(self._db, self._tables, key)
            if last is None and now is None:
                continue
            if last is not None and digest(key, now, last[0]) == last[1]:
                continue
            salt = os.urandom(16)
            made.append((key, salt, digest(key, now, salt)))
        write_seals(self._db, made, at=at)
        self._touched.clear()
        return len(made)

    def _fitted(
        self, key: Key, before: tuple[Any, ...] | None, last: tuple[bytes, bytes] | None
    ) -> bool:
        """Whether a row was as its last seal says before the transaction."""
        if key in self._trusted:
            return True
        if last is None:
            return before is None
        if key[0] == PARTS:
            return digest(key, None, last[0]) == last[1]
        columns = self._tables[key[0]].columns
        row = None if before is None else dense([columns], [before])
        return digest(key, row, last[0]) == last[1]

    def _touch(self, table: str, had_row: int, *values: Any) -> None:
        """Note a row: by all its columns as they were, or by its key."""
        sealed = self._tables[table]
        if sealed.is_part:
            self._touched.setdefault((PARTS, _as_key(values[:1])), None)
            return
        named = dict(zip(sealed.columns if had_row else sealed.key, values, strict=True))
        key = (table, _as_key([named[name] for name in sealed.key]))
        self._touched.setdefault(key, values if had_row else None)

    def _watch(self) -> None:
        tables = {table.name: table for table in read_tables(self._db)}
        self._db.conn.create_function("callqa_touch", -1, self._touch)
        for table in tables.values():
            for statement in _triggers(table):
                self._db.execute(statement)
        self._tables = tables


def _triggers(table: SealedTable) -> Iterator[str]:
    """The triggers of a table, in the connection's temporary schema."""
    own = table.key[:1] if table.is_part else table.columns
    key = table.key[:1] if table.is_part else table.key
    old, new = (", ".join(f"{row}.{name}" for name in names) for row, names in (("OLD", own), ("NEW", key)))  # fmt: skip
    added = f"SELECT callqa_touch('{table.name}', 0, {new});"
    gone = f"SELECT callqa_touch('{table.name}', 1, {old});"
    columns = ", ".join(table.columns)
    for event, body in (
        ("INSERT", added),
        ("DELETE", gone),
        (f"UPDATE OF {columns}", gone + added),
    ):
        name = f"seal_{table.name}_{event[:6].lower()}"
        yield f"CREATE TEMP TRIGGER {name} AFTER {event} ON main.{table.name} BEGIN {body} END"


def last_seal(db: Database, key: Key) -> tuple[bytes, bytes] | None:
    """Salt and digest of a row's last seal. Raises ``sqlite3.Error``."""
    row = db.execute(
        "SELECT salt, digest FROM seals WHERE tbl = ? AND key = ? ORDER BY id DESC LIMIT 1", key
    ).fetchone()
    return (row[0], row[1]) if row else None


def write_seals(db: Database, made: Sequence[tuple[Key, bytes, bytes]], *, at: str) -> None:
    """Write seals and the entry that covers them. Raises ``sqlite3.Error``."""
    if not made:
        return
    covered = cover(line[2] for line in made)
    entry = ledger.append(
        db, at=at, actor="callqa", action=SEALED, subject="rows",
        detail={"rows": len(made), "sha256": covered},
    )  # fmt: skip
    db.conn.executemany(
        "INSERT INTO seals (entry, tbl, key, salt, digest) VALUES (?, ?, ?, ?, ?)",
        [(entry, *key, salt, found) for key, salt, found in made],
    )


def cover(digests: Iterable[bytes]) -> str:
    """What the entry says of the seals of its transaction: SHA-256 of their digests."""
    hashed = hashlib.sha256()
    for one in digests:
        hashed.update(one)
    return hashed.hexdigest()


def seal_changed(db: Database, *, at: str, but: Collection[Key] = ()) -> int:
    """Seal each row that does not fit its last seal, as after a change of the tables, and return
    their number. ``but``: rows that did not fit before, which stay so. Raises ``sqlite3.Error``."""
    tables = {table.name: table for table in read_tables(db)}
    made: list[tuple[Key, bytes, bytes]] = []
    count = 0
    for key, _ in find_misfits(db):
        if key in but:
            continue
        salt = os.urandom(16)
        made.append((key, salt, digest(key, read_row(db, tables, key), salt)))
        if len(made) == AT_ONCE:
            count += len(made)
            write_seals(db, made, at=at)
            made = []
    write_seals(db, made, at=at)
    return count + len(made)


def find_misfits(db: Database) -> Iterator[tuple[Key, str]]:
    """The rows that do not fit their last seal, each with what is wrong. Raises
    ``sqlite3.Error``."""
    tables = {table.name: table for table in read_tables(db)}
    latest = db.execute(
        "SELECT tbl, key, salt, digest FROM seals JOIN"
        " (SELECT max(id) AS last FROM seals WHERE key <> '' GROUP BY tbl, key) ON id = last"
    )
    for name, text, salt, sealed in latest:
        key = (name, text)
        now = read_row(db, tables, key)
        if digest(key, now, salt) != sealed:
            if digest(key, None, salt) == sealed:
                yield key, "was added by other means"
            elif now is None:
                yield key, "is in the ledger and no longer in the database"
            else:
                yield key, "was altered after it was saved"
    for key in _unsealed(db, tables):
        yield key, "is not in the ledger: it was added by other means"


def _unsealed(db: Database, tables: Mapping[str, SealedTable]) -> Iterator[Key]:
    """The rows that have no seal at all; each result once."""
    parts: set[str] = set()
    for table in tables.values():
        name = PARTS if table.is_part else table.name
        key = table.key[:1] if table.is_part else table.key
        columns = ", ".join(f"{table.name}.{one}" for one in key)
        found = db.execute(
            f"SELECT DISTINCT {columns} FROM {table.name} WHERE NOT EXISTS"
            f" (SELECT 1 FROM seals WHERE tbl = ? AND key = json_array({columns}))",
            [name],
        )
        for row in found:
            text = _as_key(row)
            if table.is_part:
                if text in parts:
                    continue
                parts.add(text)
            yield name, text


def _as_key(values: Sequence[Any]) -> str:
    """As SQLite's ``json_array`` writes it."""
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))
