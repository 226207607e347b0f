"""Migration 028: alarms of conversations in progress that are still to be told to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="028_live_untold")
def _live_untold(db: Database) -> None:
    db.executescript(
        """
        -- A row stands from the moment an alarm is kept until its message was sent or given up.
        CREATE TABLE live_untold (
            talk_id INTEGER NOT NULL REFERENCES live_talks (id) ON DELETE CASCADE,
            rule TEXT NOT NULL, at REAL NOT NULL, verdict TEXT NOT NULL, -- of the alarm
            target TEXT NOT NULL, -- digest of the address: it may hold a key
            PRIMARY KEY (talk_id, rule, at, verdict, target)
        ) STRICT, WITHOUT ROWID;
        """
    )
