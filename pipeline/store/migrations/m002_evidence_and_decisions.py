"""Migration 002: evidence and decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="002_evidence_and_decisions")
def _evidence_and_decisions(db: Database) -> None:
    db.executescript(
        """
        ALTER TABLE findings ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
        ALTER TABLE results ADD COLUMN address TEXT NOT NULL DEFAULT '{"nin":0,"ni":0,"unsure":0}'; -- JSON object
        CREATE INDEX findings_rule ON findings (rule);

        -- What people decided about a finding; the last decision counts.
        CREATE TABLE decisions (
            id INTEGER PRIMARY KEY,
            result_id INTEGER NOT NULL, position INTEGER NOT NULL,
            decision TEXT NOT NULL CHECK (decision IN ('confirmed', 'refused')),
            reviewer TEXT NOT NULL,
            decided_at TEXT NOT NULL, -- UTC, ISO 8601
            FOREIGN KEY (result_id, position) REFERENCES findings (result_id, position) ON DELETE CASCADE
        ) STRICT;
        CREATE INDEX decisions_finding ON decisions (result_id, position);
        """
    )
