"""Migration 001: first tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="001_first_tables")
def _first_tables(db: Database) -> None:
    db.executescript(
        """
        -- The file as it was last scored; results.recording keeps what each result saw.
        CREATE TABLE recordings (
            sha256 TEXT PRIMARY KEY,
            path TEXT NOT NULL, name TEXT NOT NULL, stem TEXT NOT NULL,
            duration_s REAL NOT NULL, sample_rate_hz INTEGER NOT NULL, channels INTEGER NOT NULL,
            codec TEXT NOT NULL, decode_errors INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX recordings_path ON recordings (path);
        CREATE INDEX recordings_name ON recordings (name);
        CREATE INDEX recordings_stem ON recordings (stem);

        CREATE TABLE results (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL REFERENCES recordings (sha256) ON DELETE CASCADE,
            recording TEXT NOT NULL, -- JSON object
            call_id TEXT, agent_id TEXT, customer_id TEXT, started_at TEXT, queue TEXT,
            model TEXT NOT NULL, model_sha256 TEXT NOT NULL, lexicon_version TEXT NOT NULL,
            scoring_version TEXT NOT NULL, callqa_version TEXT NOT NULL,
            attitude REAL, total REAL, fatal INTEGER NOT NULL,
            agent_chars_per_min REAL, agent_fastest_chars_per_min REAL,
            agent_fastest_start_s REAL, agent_speaking_s REAL NOT NULL,
            customer_chars_per_min REAL, customer_fastest_chars_per_min REAL,
            customer_fastest_start_s REAL, customer_speaking_s REAL NOT NULL,
            talk_ratio_agent REAL, silence_s REAL, longest_silence_s REAL,
            interruptions_by_agent INTEGER, interruptions_by_customer INTEGER,
            response_latency_median_s REAL,
            tone TEXT NOT NULL, -- JSON object
            flags TEXT NOT NULL, -- JSON array of texts
            scored_at TEXT NOT NULL, -- UTC, ISO 8601
            UNIQUE (sha256, model_sha256, lexicon_version, scoring_version, callqa_version)
        ) STRICT;
        CREATE INDEX results_agent ON results (agent_id, started_at);
        CREATE INDEX results_call ON results (call_id);

        CREATE TABLE utterances (
            result_id INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            role TEXT NOT NULL, channel INTEGER NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL,
            text TEXT NOT NULL, confidence REAL NOT NULL,
            words TEXT NOT NULL, -- JSON array of [text, start_s, end_s, confidence]
            PRIMARY KEY (result_id, position)
        ) STRICT;

        CREATE TABLE findings (
            result_id INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            rule TEXT NOT NULL, kind TEXT NOT NULL, phrase TEXT NOT NULL, role TEXT NOT NULL,
            start_s REAL NOT NULL, end_s REAL NOT NULL, quote TEXT NOT NULL, match TEXT NOT NULL,
            confidence REAL NOT NULL, verdict TEXT NOT NULL, points REAL NOT NULL,
            PRIMARY KEY (result_id, position)
        ) STRICT;

        CREATE TABLE score_items (
            result_id INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            id TEXT NOT NULL, name TEXT NOT NULL, full REAL NOT NULL, points REAL NOT NULL,
            reasons TEXT NOT NULL, -- JSON array of {text, points, finding, figure}
            PRIMARY KEY (result_id, position)
        ) STRICT;
        """
    )
