"""Migration 011: topics of calls, and whether their matter was settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="011_topics")
def _topics(db: Database) -> None:
    db.executescript(
        """
        -- Topics of a result, the main one first. Results of earlier versions have none; callqa
        -- rescore finds them.
        CREATE TABLE topics (
            result_id INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            id TEXT NOT NULL, name TEXT NOT NULL, matter TEXT NOT NULL, trade TEXT NOT NULL,
            score REAL NOT NULL,
            quotes TEXT NOT NULL, -- JSON array
            PRIMARY KEY (result_id, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX topics_id ON topics (id, result_id);

        CREATE TABLE settlements (
            result_id INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            solved INTEGER, -- NULL: the words do not tell
            reason TEXT NOT NULL,
            transferred INTEGER NOT NULL, promised INTEGER NOT NULL,
            quotes TEXT NOT NULL, -- JSON array
            PRIMARY KEY (result_id, position)
        ) STRICT, WITHOUT ROWID;
        """
    )
