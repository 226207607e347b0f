"""Migration 009: service events, which count on the month: praises, complaints with their level,
marks of spot checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="009_service_events")
def _service_events(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE service_events (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL, -- of lexicons/monthly/events.yaml
            day TEXT NOT NULL, -- local, ISO 8601
            agent_id TEXT, team TEXT, -- of an agent, or of a whole team
            level TEXT, repeat INTEGER NOT NULL DEFAULT 0, value REAL, note TEXT NOT NULL DEFAULT '',
            sha256 TEXT REFERENCES recordings (sha256) ON DELETE SET NULL, -- the call it is about
            rule TEXT, -- of the finding that suggested it
            key TEXT NOT NULL UNIQUE, -- two events with one key are the same one
            origin TEXT NOT NULL CHECK (origin IN ('import', 'page', 'finding')),
            state TEXT NOT NULL CHECK (state IN ('accepted', 'refused', 'withdrawn')),
            actor TEXT NOT NULL, at TEXT NOT NULL -- UTC, ISO 8601
        ) STRICT;
        CREATE INDEX service_events_day ON service_events (day, agent_id);
        CREATE INDEX service_events_agent ON service_events (agent_id, day);
        CREATE INDEX service_events_call ON service_events (sha256, rule) WHERE sha256 IS NOT NULL;
        """
    )
