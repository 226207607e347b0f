"""Migration 027: what a log-in was made with, browsers that are known, and second factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="027_log_ins")
def _log_ins(db: Database) -> None:
    db.executescript(
        """
        ALTER TABLE sessions ADD COLUMN address TEXT;
        ALTER TABLE sessions ADD COLUMN browser TEXT; -- such as "Chrome · Windows"
        ALTER TABLE attempts ADD COLUMN device TEXT; -- digest of a browser that is known

        -- Browsers that have logged in with an account: others cannot lock them out.
        CREATE TABLE devices (
            digest TEXT NOT NULL, -- SHA-256 of what the browser holds
            user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
            made_at REAL NOT NULL, -- the last log-in; seconds since 1970
            PRIMARY KEY (digest, user)
        ) STRICT;
        CREATE INDEX devices_user ON devices (user);

        CREATE TABLE second_factors (
            user TEXT PRIMARY KEY REFERENCES users (name) ON DELETE CASCADE,
            secret TEXT NOT NULL, -- base 32, as the app has it
            made_at TEXT NOT NULL, -- UTC, ISO 8601
            last_step INTEGER NOT NULL -- of the last code that counted
        ) STRICT;
        CREATE TABLE recovery_codes (
            digest TEXT PRIMARY KEY, -- SHA-256
            user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
            used_at TEXT -- UTC, ISO 8601
        ) STRICT;
        CREATE INDEX recovery_codes_user ON recovery_codes (user);
        """
    )
