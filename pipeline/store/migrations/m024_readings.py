"""Migration 024: who has read what, until it is folded into an entry of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="024_readings")
def _readings(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE readings (
            actor TEXT NOT NULL, what TEXT NOT NULL,
            subject TEXT NOT NULL, -- id of a result; empty for a search
            at TEXT NOT NULL, -- UTC, ISO 8601, the first time
            PRIMARY KEY (actor, what, subject)
        ) STRICT, WITHOUT ROWID;
        """
    )
