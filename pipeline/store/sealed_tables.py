"""The tables whose rows have seals, and their rows as a seal covers them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

PARTS = "parts"
"""The rows of one result in all tables that are keyed by it, as one row."""

UNSEALED = frozenset({
    "ledger", "ledger_head", "heads", "seals", "attempts", "readings",
    "live_talks", "live_lines", "live_alarms", "live_beats", "live_calls", "live_announced",
    "live_untold",
})  # fmt: skip
"""Tables without seals: the ledger's own, failed log-ins, which are deleted after a day, what was
read, until it is in the ledger, and conversations in progress, whose results are sealed."""

FREE = {("sessions", "seen_at")}
"""Columns that change without being sealed: the time of each page view."""

NOUNS = {
    "results": "result", PARTS: "result", "calls": "call", "recordings": "recording", "users": "user",
    "acts": "action", "appeals": "appeal", "agents": "agent", "samples": "sample", "tokens": "token",
    "service_events": "event", "coaching_records": "measure", "review_only": "rule", "runs": "run",
    "calibrations": "calibration", "promises": "promise",
}  # fmt: skip
"""How faults name a row; other tables by their own name."""

Key: TypeAlias = tuple[str, str]
"""A table, and the values of a row's primary key as JSON."""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """``key``: the columns of the primary key; ``columns``: all that are sealed, by name."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def is_part(self) -> bool:
        """Whether its rows belong to a result."""
        return self.key[0] == "result_id"


def read_tables(db: Database) -> tuple[SealedTable, ...]:
    """The tables of the file that are sealed, by name. Raises ``sqlite3.Error``."""
    names = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '*sqlite_*'"
        " AND name NOT GLOB 'spoken*' AND name NOT GLOB 'labelled*' ORDER BY name"
    ).fetchall()
    tables: list[SealedTable] = []
    for (name,) in names:
        if name in UNSEALED:
            continue
        columns = db.execute(f"PRAGMA table_info({name})").fetchall()
        keyed = sorted((place, column) for _, column, _, _, _, place in columns if place)
        key = tuple(column for _, column in keyed) or (columns[0][1],)
        own = sorted(column[1] for column in columns if (name, column[1]) not in FREE)
        tables.append(SealedTable(name, key, tuple(own)))
    return tuple(tables)


def read_row(db: Database, tables: Mapping[str, SealedTable], key: Key) -> list[Any] | None:
    """The columns of a row that are not NULL, or all rows of a result; ``None`` where there is
    none. Raises ``sqlite3.Error``."""
    name, values = key[0], json.loads(key[1])
    if name == PARTS:
        found = []
        for table in tables.values():
            if table.is_part:
                rows = _select(db, table, values[:1], order=", ".join(table.key))
                found += [[table.name, *dense([table.columns], rows)]] if rows else []
        return found or None
    if name not in tables:
        return None
    rows = _select(db, tables[name], values, order="1")
    return dense([tables[name].columns], rows) if rows else None


def _select(
    db: Database, table: SealedTable, values: Sequence[Any], *, order: str
) -> list[tuple[Any, ...]]:
    where = " AND ".join(f"{name} IS ?" for name in table.key[: len(values)])
    columns = ", ".join(table.columns)
    return db.execute(
        f"SELECT {columns} FROM {table.name} WHERE {where} ORDER BY {order}", list(values)
    ).fetchall()


def dense(columns: Sequence[Sequence[str]], rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Names and values of the columns that hold anything: a column that a later version adds
    changes no digest."""
    names = columns[0]
    used = [at for at in range(len(names)) if any(row[at] is not None for row in rows)]
    return [[names[at] for at in used], [[row[at] for at in used] for row in rows]]


def digest(key: Key, row: list[Any] | None, salt: bytes) -> bytes:
    """SHA-256 of a salt, a row's place and its values; ``None`` says that there is no row."""
    text = repr([*key, row]).encode("utf-8", "backslashreplace")
    return hashlib.sha256(salt + text).digest()


def name_row(key: Key) -> str:
    """A row as faults name it.

    >>> name_row(("users", '["chen"]')), name_row(("sampled_calls", '[1,"ab"]'))
    ('user chen', 'sampled_calls 1 ab')
    """
    values = " ".join(str(value) for value in json.loads(key[1]))
    return f"{NOUNS.get(key[0], key[0])} {values}"
