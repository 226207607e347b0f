"""Rows of a new result, and the result of the same engine that makes it unnecessary."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pipeline.store.finding_labels import label_result
from pipeline.store.result_keys import ids_where
from pipeline.store.search import index_result
from pipeline.store.sums import sum_result

if TYPE_CHECKING:
    from sqlite_utils import Database

    from pipeline.store.prepared import Ready
    from pipeline.store.row_forms import DbRow

ENGINE_KEY = (
    "model_sha256",
    "lexicon_version",
    "scoring_version",
    "callqa_version",
    "settings_version",
)
"""Two results with the same values are of one engine. A model's name does not count."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The origin of a corrected result: the machine's result that it corrects, and a digest of the
    review actions."""

    revised_of: int
    revision: str


def insert_result(
    db: Database,
    prepared: Ready,
    *,
    run_id: int | None,
    heard_id: int | None,
    correction: Correction | None,
) -> int:
    """Write all rows of a result but its call's, and return its id. See ``ResultStore.put``. Raises
    ``sqlite3.Error``."""
    if prepared.recording is not None and correction is None:
        updates = ", ".join(f"{name} = excluded.{name}" for name in prepared.recording)
        _add(db, "recordings", prepared.recording, f"ON CONFLICT (sha256) DO UPDATE SET {updates}")
    row = (
        prepared.row
        | {"run_id": run_id, "heard_id": heard_id}
        | (asdict(correction) if correction else {})
    )
    result_id = _add(db, "results", row)
    if prepared.measures is not None:
        db.execute(
            "INSERT INTO measures (measures, tone, result_id) VALUES (?, ?, ?)",
            [*prepared.measures.values(), result_id],
        )
    for table, (names, lines) in prepared.lines.items():
        sql = f"INSERT INTO {table} ({', '.join(names)}, result_id) VALUES ({'?, ' * len(names)}{result_id})"
        db.conn.executemany(sql, lines)
    sum_result(db, result_id)
    label_result(db, result_id, prepared.findings())
    if heard_id is None:
        index_result(db, result_id, prepared.said)
    if prepared.voice is not None:
        _add(db, "voices", prepared.voice | {"result_id": result_id})
    if prepared.sound_print:
        row = {"sha256": prepared.row["sha256"], "print": prepared.sound_print}
        _add(db, "sound_prints", row, "ON CONFLICT (sha256) DO UPDATE SET print = excluded.print")
    return result_id


def find_same(db: Database, row: DbRow, correction: Correction | None) -> int | None:
    """The stored result of the same recording, engine and outcome, or of the same correction;
    ``None`` without one. Raises ``sqlite3.Error``."""
    names = ("sha256", *ENGINE_KEY, "outcome")
    where = " AND ".join(f"results.{name} = ?" for name in (*names, "revision"))
    values = [*(row[name] for name in names), correction.revision if correction else ""]
    if correction:
        where, values = f"{where} AND results.revised_of = ?", [*values, correction.revised_of]
    ids = ids_where(db, where, values)
    if correction or not ids:
        return ids[0] if ids else None
    counting = db.execute(
        """SELECT coalesce(results.revised_of, results.id) FROM calls
        JOIN results ON results.id = calls.result_id WHERE calls.sha256 = ?""",
        [row["sha256"]],
    ).fetchone()
    if counting and counting[0] in ids:  # also as a part of a conversation
        return int(counting[0])
    as_such = ids_where(db, f"{where} AND results.part_of IS ?", [*values, row["part_of"]])
    return as_such[0] if as_such else None


def _add(db: Database, table: str, row: DbRow, conflict: str = "") -> int:
    """Insert a row and return its id. ``Table.insert`` takes ten times as long: it reads the
    table's columns every time."""
    sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) {conflict}"
    row_id = db.execute(sql, list(row.values())).lastrowid
    assert row_id is not None
    return row_id
