"""Migration 013: recordings without a conversation, the same sound twice, and what a run left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="013_unheard_and_same")
def _unheard_and_same(db: Database) -> None:
    db.executescript(
        """
        ALTER TABLE results ADD COLUMN no_talk TEXT; -- why there is no conversation, NULL if there is one

        CREATE TABLE sound_prints (
            sha256 TEXT PRIMARY KEY, -- of the recording
            print BLOB NOT NULL
        ) STRICT;

        CREATE TABLE files_new (
            path TEXT PRIMARY KEY, -- JSON text: any path comes back as it was
            size INTEGER NOT NULL, changed_ns INTEGER NOT NULL,
            sha256 TEXT NOT NULL, -- of the content; empty where it could not be read
            state TEXT NOT NULL CHECK (state IN ('scored', 'quarantined', 'dropped', 'same')),
            reason TEXT NOT NULL, -- why it is in quarantine, or the path of the call that it repeats
            at TEXT NOT NULL, -- UTC, ISO 8601
            is_as_long INTEGER NOT NULL DEFAULT 0 -- it has the times of the call that it repeats
        ) STRICT;
        INSERT INTO files_new SELECT path, size, changed_ns, sha256, state, reason, at, 0 FROM files;
        DROP TABLE files;
        ALTER TABLE files_new RENAME TO files;
        CREATE INDEX files_state ON files (state, at);
        CREATE INDEX files_same ON files (sha256) WHERE state = 'same';
        CREATE INDEX files_copies ON files (reason) WHERE state = 'same';

        ALTER TABLE nights ADD COLUMN unanswered INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE nights ADD COLUMN same INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE nights ADD COLUMN left_out TEXT NOT NULL DEFAULT '[]'; -- JSON: counts by ending and reason
        """
    )
