"""The ledger: every action with its time and actor, append-only.

Each entry's hash covers the entry and the hash before it. So any altered or missing entry changes
every later hash.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlite_utils import Database

START = "0" * 64
"""The hash before the first entry."""


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


@dataclass(frozen=True, slots=True)
class Fault:
    """A difference between the database and the ledger."""

    subject: str
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of a check. ``head``: the last hash. A copy of it kept elsewhere proves that the
    ledger was not replaced later."""

    entries: int
    results: int
    head: str
    faults: tuple[Fault, ...]


def append(
    db: Database, *, at: str, actor: str, action: str, subject: str, detail: Mapping[str, Any]
) -> int:
    """Add an entry in the caller's transaction and return its id. Raises ``sqlite3.Error``."""
    last = db.execute("SELECT entries, hash FROM ledger_head").fetchone() or (0, START)
    number = last[0] + 1
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    hashed = hash_of(number, at, actor, action, subject, text, before=last[1])
    db.execute(
        "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)",
        [number, at, actor, action, subject, text, hashed],
    )
    db.execute("INSERT OR REPLACE INTO ledger_head VALUES (1, ?, ?)", [number, hashed])
    return int(number)


def hash_of(
    number: int, at: str, actor: str, action: str, subject: str, detail: str, *, before: str
) -> str:
    """SHA-256 of an entry's fields and the hash before it, as 64 hex digits."""
    fields = json.dumps([number, at, actor, action, subject, detail, before], ensure_ascii=False)
    return hashlib.sha256(fields.encode("utf-8", "backslashreplace")).hexdigest()


def entries(db: Database, subject: str | None = None) -> Iterator[LedgerEntry]:
    """Entries in order, of one subject or all."""
    where, values = ("subject = ?", [subject]) if subject is not None else ("1", [])
    for row in db.execute(
        f"SELECT id, at, actor, action, subject, detail, hash FROM ledger WHERE {where} ORDER BY id",
        values,
    ):
        yield _entry(row)


def _entry(row: Sequence[Any]) -> LedgerEntry:
    number, at, actor, action, subject, detail, hashed = row
    return LedgerEntry(number, at, actor, action, subject, json.loads(detail), hashed)


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
    ``begin``, ``end``: times (UTC, ISO 8601) from the first up to the second."""
    asked = {
        "actor = ?": actor, "action = ?": action, "subject = ?": subject, "id < ?": before,
        "at >= ?": begin, "id >= ?": begin and _entry_at(db, begin) - DISORDER,
        "at < ?": end, "id <= ?": end and _entry_at(db, end) + DISORDER,
    }  # fmt: skip
    given = {part: value for part, value in asked.items() if value is not None}
    where = " AND ".join(given) or "1"
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


def verify(
    db: Database, *, expected_head: str | None = None, with_results: bool = True
) -> Verified:
    """Check the chain, and that every result is the same as when it was saved. Raises
    ``sqlite3.Error``."""
    faults: list[Fault] = []
    before, number = START, 0
    digests: dict[str, tuple[str, int]] = {}
    seen_head = expected_head in (None, START)
    for row in db.execute(
        "SELECT id, at, actor, action, subject, detail, hash FROM ledger ORDER BY id"
    ):
        number += 1
        if row[0] != number:
            faults.append(Fault(f"entry {number}", f"missing: the next entry is {row[0]}"))
            number = row[0]
        elif hash_of(*row[:6], before=before) != row[6]:
            faults.append(
                Fault(f"entry {number}", f"altered ({row[3]} {row[4]}), or the one before it")
            )
        before = row[6]
        seen_head = seen_head or before == expected_head
        if row[3] in ("scored", "rescored", "revised"):
            digests[row[4]] = _digest_in(row[5])
    faults += _check_head(db, number, before)
    if not seen_head:
        faults.append(
            Fault(
                "head",
                f"the expected hash {expected_head} is not in the ledger: entries were replaced",
            )
        )
    checked = 0
    if with_results:
        wrong, checked = _check_results(db, digests)
        faults += wrong
    return Verified(number, checked, before, tuple(faults))


def _digest_in(detail: str) -> tuple[str, int]:
    """A result's digest as the ledger has it, and its form."""
    try:
        found = json.loads(detail)
        return str(found.get("sha256", "")), int(found.get("form", 1))
    except (ValueError, TypeError, AttributeError):
        return "", 1


def _check_head(db: Database, number: int, last: str) -> list[Fault]:
    head = db.execute("SELECT entries, hash FROM ledger_head").fetchone() or (0, START)
    if head == (number, last):
        return []
    return [
        Fault(
            "end",
            f"{head[0]} entries were written, the last with the hash {head[1]}; {number} are there",
        )
    ]


def _check_results(db: Database, digests: Mapping[str, tuple[str, int]]) -> tuple[list[Fault], int]:
    faults: list[Fault] = []
    left = dict(digests)
    ids = [row[0] for row in db.execute("SELECT id FROM results ORDER BY id")]
    adopted = _adopted(db)
    for result_id in ids:
        known = left.pop(f"result {result_id}", None)
        if known is None and result_id > adopted:
            faults.append(
                Fault(f"result {result_id}", "is not in the ledger: it was added by other means")
            )
        elif known is not None and known[0] != digest_result(db, result_id, form=known[1]):
            faults.append(Fault(f"result {result_id}", "was altered after it was saved"))
    faults += [Fault(subject, "is in the ledger and no longer in the database") for subject in left]
    return faults, len(ids)


def _adopted(db: Database) -> int:
    """The last result that is older than the ledger."""
    first = db.execute("SELECT detail FROM ledger WHERE id = 1 AND action = 'begun'").fetchone()
    return int(json.loads(first[0])["results_up_to"]) if first else 0


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
