"""The ledger: every action with its time and actor, append-only.

Each entry's hash covers the entry and the hash before it. So any altered or missing entry changes
every later hash.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlite_utils import Database

START = "0" * 64
"""The hash before the first entry."""

UNSEALED = "action <> 'sealed'"
"""The entries of people and of the program, without those that cover rows (see
``pipeline.store.seals``)."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """``at``: UTC, ISO 8601. ``subject``: such as ``result 7``. ``detail``: JSON values."""

    id: int
    at: str
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    hash: str


def append(
    db: Database,
    *,
    at: str,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
    salted: bool = True,
) -> int:
    """Add an entry in the caller's transaction and return its id.

    ``salted``: the hash is also of a random salt, so that nobody can guess the detail from it once
    both were erased. Tables before version 22 have none. Raises ``sqlite3.Error``."""
    last = db.execute("SELECT entries, hash FROM ledger_head").fetchone() or (0, START)
    number = last[0] + 1
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    salt = secrets.token_hex(16) if salted else ""
    hashed = hash_of((number, at, actor, action, subject, text), salt=salt, before=last[1])
    row = {
        "id": number, "at": at, "actor": actor, "action": action, "subject": subject, "detail": text,
        "hash": hashed,
    } | ({"salt": salt} if salted else {})  # fmt: skip
    db.execute(
        f"INSERT INTO ledger ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )
    db.execute(
        "INSERT INTO ledger_head (one, entries, hash) VALUES (1, ?, ?) ON CONFLICT (one)"
        " DO UPDATE SET entries = excluded.entries, hash = excluded.hash",
        [number, hashed],
    )
    return int(number)


def hash_of(entry: Sequence[Any], *, salt: str, before: str) -> str:
    """SHA-256 of an entry's six fields (number, time, actor, action, subject, detail), the hash
    before it and its salt, as 64 hex digits."""
    fields = json.dumps([*entry, before, *([salt] if salt else [])], ensure_ascii=False)
    return hashlib.sha256(fields.encode("utf-8", "backslashreplace")).hexdigest()


def entries(db: Database, subject: str | None = None) -> Iterator[LedgerEntry]:
    """Entries in order, of one subject or all but the seals."""
    where, values = ("subject = ?", [subject]) if subject is not None else (UNSEALED, [])
    for row in db.execute(
        f"SELECT id, at, actor, action, subject, detail, hash FROM ledger WHERE {where} ORDER BY id",
        values,
    ):
        yield _entry(row)


def about_accounts(db: Database, actions: Sequence[str], *, begin: str) -> Iterator[LedgerEntry]:
    """Entries about accounts with these actions, from a time (UTC, ISO 8601) on, in order; found by
    the index of subjects."""
    marks = ", ".join("?" * len(actions))
    for row in db.execute(
        "SELECT id, at, actor, action, subject, detail, hash FROM ledger WHERE subject >= 'user '"
        f" AND subject < 'user!' AND at >= ? AND action IN ({marks}) ORDER BY id",
        [begin, *actions],
    ).fetchall():
        yield _entry(row)


def _entry(row: Sequence[Any]) -> LedgerEntry:
    number, at, actor, action, subject, detail, hashed = row
    return LedgerEntry(number, at, actor, action, subject, json.loads(detail or "{}"), hashed)


def page(  # noqa: PLR0913 - by keyword: each condition
    db: Database,
    *,
    actor: str | None,
    action: str | None,
    subject: str | None,
    before: int | None,
    limit: int,
    begin: str | None = None,
    end: str | None = None,
) -> list[LedgerEntry]:
    """The newest entries before the entry ``before``, the newest first; ``None`` for any.
    Seals are among them only where they are asked for. ``begin``, ``end``: times (UTC, ISO 8601) from the first up to the second."""
    asked = {
        "actor = ?": actor, "action = ?": action, "subject = ?": subject, "id < ?": before,
        "at >= ?": begin, "id >= ?": begin and _entry_at(db, begin) - DISORDER,
        "at < ?": end, "id <= ?": end and _entry_at(db, end) + DISORDER,
    }  # fmt: skip
    given = {part: value for part, value in asked.items() if value is not None}
    where = (
        " AND ".join([*given, *([UNSEALED] if action is None and subject is None else [])]) or "1"
    )
    found = db.execute(
        f"SELECT id, at, actor, action, subject, detail, hash FROM ledger WHERE {where} ORDER BY id DESC LIMIT ?",
        [*given.values(), limit],
    )
    return [_entry(row) for row in found.fetchall()]


DISORDER = 5000
"""Entries by which the order of times may differ from that of numbers: commands give one moment to
all that they write (our choice)."""


def _entry_at(db: Database, moment: str) -> int:
    """The number of the first entry from a time on, found in halves: entries come in order of time,
    but for ``DISORDER``."""
    low, high = 1, int(db.execute("SELECT coalesce(max(id), 0) FROM ledger").fetchone()[0]) + 1
    while low < high:
        middle = (low + high) // 2
        row = db.execute(
            "SELECT at FROM ledger WHERE id >= ? ORDER BY id LIMIT 1", [middle]
        ).fetchone()
        if row is not None and row[0] < moment:
            low = middle + 1
        else:
            high = middle
    return low


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "results": (
        "sha256", "recording", "model_sha256", "lexicon_version", "scoring_version", "callqa_version",
        "settings_version", "attitude", "total", "fatal", "grade", "flags", "vetoes", "veto_total", "address", "outcome",
        "scored_at", "notes", "knowledge", "part_of",
    ),
    "measures": ("measures", "tone"),
    "utterances": ("role", "channel", "start_s", "end_s", "text", "confidence", "words"),
    "findings": (
        "rule", "kind", "phrase", "role", "start_s", "end_s", "quote", "match", "confidence", "verdict", "points",
        "evidence", "left_to_review", "quotes",
    ),
    "score_items": (
        "part", "id", "name", "full", "points", "reasons", "project", "indicator", "dimension", "applies", "note",
    ),
}  # fmt: skip
"""The columns that make up a result, by table."""

DIGEST_FORM = 5
"""The columns that a digest is of, kept beside it; results of tables before version 7 have form 1,
those of version 7 form 2, which lack what was ``ADDED`` later."""

ADDED = {"notes": 2, "left_to_review": 2, "quotes": 3, "knowledge": 4, "part_of": 5}
"""The first form with a column, where it is not the first of all."""


def digest_rows(rows: Mapping[str, Iterable[Sequence[Any]]]) -> str:
    """SHA-256 of rows with the columns of ``COLUMNS``, as 64 hex digits.

    Integers and decimals of one value are the same: SQLite returns them by the type of the column.
    """
    hashed = hashlib.sha256()
    for table in COLUMNS:
        plain = [
            [float(v) if isinstance(v, int) else v for v in row] for row in rows.get(table, ())
        ]
        hashed.update(repr(plain).encode("utf-8", "backslashreplace"))
    return hashed.hexdigest()


def digest_result(db: Database, result_id: int, *, form: int = DIGEST_FORM) -> str:
    """The digest of a result as it stands in the database, in a form of ``DIGEST_FORM``."""
    rows: dict[str, Iterable[Sequence[Any]]] = {}
    for table, all_names in COLUMNS.items():
        names = [name for name in all_names if form >= ADDED.get(name, 1)]
        key = "id" if table == "results" else "result_id"
        order = "1" if table in ("results", "measures") else "position"
        found = db.execute(
            f"SELECT {', '.join(names)} FROM {table} WHERE {key} = ? ORDER BY {order}", [result_id]
        )
        rows[table] = found.fetchall()
    return digest_rows(rows)
