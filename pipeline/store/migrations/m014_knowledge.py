"""Migration 014: how questions about facts were answered.

Results of earlier versions have none: no knowledge file was compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="014_knowledge")
def _knowledge(db: Database) -> None:
    db.execute("ALTER TABLE results ADD COLUMN knowledge TEXT")  # JSON array, NULL where none
    # the checks alone, so that counting them reads no other column and no result without any
    db.execute(
        "CREATE INDEX results_knowledge ON results (id, knowledge) WHERE knowledge IS NOT NULL"
    )
