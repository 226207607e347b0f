"""Migration 005: files and nights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="005_files_and_nights")
def _files_and_nights(db: Database) -> None:
    db.executescript(
        """
        -- Recordings that a nightly run has seen, as they were then.
        CREATE TABLE files (
            path TEXT PRIMARY KEY, -- JSON text: any path comes back as it was
            size INTEGER NOT NULL, changed_ns INTEGER NOT NULL,
            sha256 TEXT NOT NULL, -- of the content; empty where it could not be read
            state TEXT NOT NULL CHECK (state IN ('scored', 'quarantined', 'dropped')),
            reason TEXT NOT NULL, -- why it is in quarantine
            at TEXT NOT NULL -- UTC, ISO 8601
        ) STRICT;
        CREATE INDEX files_state ON files (state, at);

        CREATE TABLE nights (
            id INTEGER PRIMARY KEY,
            started_at TEXT NOT NULL, ended_at TEXT, -- UTC, ISO 8601; no end: it was killed
            found INTEGER NOT NULL, scored INTEGER NOT NULL, failed INTEGER NOT NULL, left INTEGER NOT NULL,
            audio_s REAL NOT NULL, outcome TEXT NOT NULL
        ) STRICT;
        """
    )
