"""Migration 031: telephone calls in progress, with where their sound lies and what may be heard of it,
and what a telephone system announced of calls to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="031_live_calls")
def _live_calls(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE live_calls (
            talk_id INTEGER PRIMARY KEY REFERENCES live_talks (id) ON DELETE CASCADE,
            protocol TEXT NOT NULL,
            file TEXT NOT NULL, -- below [live] recordings
            behind INTEGER NOT NULL DEFAULT 0, -- 1: its words come at its end only
            heard_s REAL NOT NULL DEFAULT 0, -- of its begin on, transcribed and searched for numbers
            silent_since REAL, -- seconds since 1970; NULL while somebody speaks
            talk_overs INTEGER NOT NULL DEFAULT 0, chars_per_min REAL, loud TEXT NOT NULL DEFAULT '',
            covered TEXT NOT NULL DEFAULT '[]' -- JSON: [start_s, end_s, kind] of what may not be heard
        ) STRICT;

        -- What a telephone system said of a stream before it came, by the stream's id.
        CREATE TABLE live_announced (
            stream TEXT PRIMARY KEY, at REAL NOT NULL,
            call TEXT NOT NULL, side TEXT NOT NULL CHECK (side IN ('agent', 'customer', 'mix')),
            agent_id TEXT, customer_id TEXT, queue TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX live_announced_call ON live_announced (call);
        """
    )
