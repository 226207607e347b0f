"""Migration 023: what of a call was erased by right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="023_erased_calls")
def _erased_calls(db: Database) -> None:
    db.executescript(
        """
        ALTER TABLE calls ADD COLUMN erased TEXT; -- words or all; NULL for nothing
        ALTER TABLE calls ADD COLUMN sound_erased_at TEXT; -- UTC, ISO 8601
        CREATE INDEX calls_erased ON calls (erased, moment);
        """
    )
