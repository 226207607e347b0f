"""Migration 012: coaching records, and the reports of periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="012_coaching_and_period_reports")
def _coaching_and_period_reports(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE coaching_records (
            id INTEGER PRIMARY KEY,
            agent_id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('training', 'reminder', 'penalty', 'praise')),
            on_day TEXT NOT NULL, -- ISO date of the measure
            note TEXT NOT NULL,
            recorded_by TEXT NOT NULL, recorded_at TEXT NOT NULL, -- UTC, ISO 8601
            sha256 TEXT REFERENCES recordings (sha256) ON DELETE SET NULL, -- the call that it is about
            result_id INTEGER REFERENCES results (id) ON DELETE SET NULL,
            finding TEXT, -- JSON object that names the finding
            item TEXT NOT NULL DEFAULT '', -- name of the scorecard item
            answer TEXT NOT NULL DEFAULT '', answered_by TEXT, answered_at TEXT,
            withdrawn_by TEXT, withdrawn_at TEXT, withdrawn_why TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX coaching_agent ON coaching_records (agent_id, on_day);
        CREATE INDEX coaching_day ON coaching_records (on_day);
        CREATE INDEX coaching_call ON coaching_records (sha256) WHERE sha256 IS NOT NULL;
        CREATE INDEX coaching_result ON coaching_records (result_id) WHERE result_id IS NOT NULL;

        CREATE TABLE period_reports (
            period TEXT PRIMARY KEY, -- such as 2026-Q3
            kind TEXT NOT NULL,
            page TEXT NOT NULL DEFAULT '', -- where its page was written
            written_at TEXT, -- UTC, ISO 8601; NULL while it could not be written
            sent_to TEXT NOT NULL DEFAULT '[]', -- JSON array: digests of the addresses that took it
            done INTEGER NOT NULL DEFAULT 0, -- nothing is left to do
            tries INTEGER NOT NULL DEFAULT 0,
            reason TEXT NOT NULL DEFAULT '' -- of the last failure
        ) STRICT;
        """
    )
