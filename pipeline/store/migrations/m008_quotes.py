"""Migration 008: the quotes of findings, each with its speaker and place.

Findings of earlier versions have none: their one quote gets its speaker when they are read
(``pipeline.types.name_speakers``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="008_quotes")
def _quotes(db: Database) -> None:
    db.execute("ALTER TABLE findings ADD COLUMN quotes TEXT")  # JSON array, NULL before this
