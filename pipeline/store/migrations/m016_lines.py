"""Migration 016: what the telephone system says about a call: direction, answer, ringing, the side
that hung up, transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="016_lines")
def _lines(db: Database) -> None:
    columns = (
        "direction TEXT",
        "answer TEXT",
        "ringing_s REAL",
        "hung_up_by TEXT",
        "transferred_to TEXT",
    )
    for table in ("results", "calls"):
        for column in columns:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
