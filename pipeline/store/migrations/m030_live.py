"""Migration 030: conversations in progress with their alarms, how the alarms fared in the finished
check, and what a token may be used for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="030_live")
def _live(db: Database) -> None:
    db.executescript(
        """
        -- Times in seconds since 1970.
        CREATE TABLE live_talks (
            id INTEGER PRIMARY KEY AUTOINCREMENT, -- the ledger names it; none is used again
            source TEXT NOT NULL CHECK (source IN ('api', 'folder', 'call')),
            name TEXT NOT NULL, -- the conversation's id where it comes from; erased: its digest
            agent_id TEXT, customer_id TEXT, queue TEXT,
            state TEXT NOT NULL DEFAULT 'open'
                CHECK (state IN ('open', 'ending', 'ended', 'failed', 'erased')),
            begun_at REAL NOT NULL, moved_at REAL NOT NULL,
            revision INTEGER NOT NULL DEFAULT 1, judged INTEGER NOT NULL DEFAULT 0,
            waits_since REAL, wait_limit_s REAL,
            result_id INTEGER, fault TEXT NOT NULL DEFAULT '',
            UNIQUE (source, name)
        ) STRICT;
        CREATE INDEX live_talks_state ON live_talks (state, moved_at);
        CREATE INDEX live_talks_customer ON live_talks (customer_id);

        -- text is empty once the conversation was scored; the id stays to know a message again.
        CREATE TABLE live_lines (
            talk_id INTEGER NOT NULL REFERENCES live_talks (id) ON DELETE CASCADE,
            message_id TEXT NOT NULL, number INTEGER NOT NULL,
            at REAL NOT NULL, speaker TEXT NOT NULL, text TEXT NOT NULL, agent_id TEXT,
            PRIMARY KEY (talk_id, message_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE live_alarms (
            talk_id INTEGER NOT NULL REFERENCES live_talks (id) ON DELETE CASCADE,
            rule TEXT NOT NULL, at REAL NOT NULL,
            level TEXT NOT NULL, verdict TEXT NOT NULL, quote TEXT NOT NULL, evidence TEXT NOT NULL,
            raised_at REAL NOT NULL,
            PRIMARY KEY (talk_id, rule, at)
        ) STRICT, WITHOUT ROWID;

        -- Until when the program that listens is known to run.
        CREATE TABLE live_beats (name TEXT PRIMARY KEY, at REAL NOT NULL) STRICT, WITHOUT ROWID;

        -- Alarms of a rule in a scored call: in both, in the finished check only, live only.
        CREATE TABLE live_outcomes (
            sha256 TEXT NOT NULL, rule TEXT NOT NULL, at TEXT NOT NULL,
            matched INTEGER NOT NULL, missed INTEGER NOT NULL, extra INTEGER NOT NULL,
            PRIMARY KEY (sha256, rule)
        ) STRICT;
        CREATE INDEX live_outcomes_rule ON live_outcomes (rule, at);

        ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT ''; -- empty: all that its account may
        """
    )
