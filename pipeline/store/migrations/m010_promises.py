"""Migration 010: what agents promised, and by which sides calls are linked.

Calls of earlier versions have no row in ``contacts``; ``callqa promises read`` reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="010_promises")
def _promises(db: Database) -> None:
    db.executescript(
        """
        -- One row a call whose words were read for promises.
        CREATE TABLE contacts (
            sha256 TEXT PRIMARY KEY REFERENCES recordings (sha256) ON DELETE CASCADE,
            basis TEXT NOT NULL, -- digest of the words and the start that were read
            ticket TEXT NOT NULL, -- 工单号, empty for none
            topics TEXT NOT NULL, -- words, with a blank between them
            returns INTEGER NOT NULL -- the agent says that this is the call back
        ) STRICT;
        CREATE INDEX contacts_ticket ON contacts (ticket) WHERE ticket <> '';
        CREATE TABLE promises (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL REFERENCES recordings (sha256) ON DELETE CASCADE,
            kind TEXT NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL, quote TEXT NOT NULL,
            time_text TEXT NOT NULL,
            due_at TEXT, -- ISO 8601 in the frame of the call's start
            problem TEXT NOT NULL, sure INTEGER NOT NULL, agreed INTEGER NOT NULL,
            -- What somebody knows of it.
            outcome TEXT, outcome_at TEXT, outcome_by TEXT, outcome_note TEXT
        ) STRICT;
        CREATE INDEX promises_call ON promises (sha256);
        CREATE INDEX promises_due ON promises (due_at);
        """
    )
