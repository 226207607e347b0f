"""Migration 003: measures and tone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="003_measures_and_tone")
def _measures_and_tone(db: Database) -> None:
    db.executescript(
        """
        -- JSON object of pace, dynamics, sounds and overlaps; empty where only the columns above are known.
        ALTER TABLE results ADD COLUMN measures TEXT NOT NULL DEFAULT '';

        -- An agent's voice in one call: what baselines are made of.
        CREATE TABLE voices (
            result_id INTEGER PRIMARY KEY REFERENCES results (id) ON DELETE CASCADE,
            agent_id TEXT NOT NULL, kind TEXT NOT NULL, -- codec and rate
            measured TEXT NOT NULL -- JSON object: measure -> [median, standard deviation]
        ) STRICT;
        CREATE INDEX voices_agent ON voices (agent_id, kind, result_id);

        -- How reviewers grade the tone of a stretch; a reviewer's last grade of a stretch counts.
        CREATE TABLE tone_labels (
            id INTEGER PRIMARY KEY,
            result_id INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
            role TEXT NOT NULL CHECK (role IN ('agent', 'customer')),
            start_s REAL NOT NULL, end_s REAL NOT NULL,
            grade TEXT NOT NULL CHECK (grade IN ('calm', 'raised', 'flat')),
            reviewer TEXT NOT NULL,
            labelled_at TEXT NOT NULL -- UTC, ISO 8601
        ) STRICT;
        CREATE INDEX tone_labels_result ON tone_labels (result_id);
        """
    )
