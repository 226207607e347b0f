"""Migration 004: sheets calls ledger search samples."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.store.ledger import append
from pipeline.store.migrations.registry import migrations
from pipeline.store.search import index_all

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="004_sheets_calls_ledger_search_samples")
def _sheets_calls_ledger_search_samples(db: Database) -> None:
    db.executescript(
        """
        -- A command that scored calls: what callqa diff compares.
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            command TEXT NOT NULL, note TEXT NOT NULL,
            started_at TEXT NOT NULL -- UTC, ISO 8601
        ) STRICT;

-- Made anew, since SQLite cannot drop the old UNIQUE: a result now also depends on settings and outcome.
        CREATE TABLE results_4 (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL REFERENCES recordings (sha256) ON DELETE CASCADE,
            recording TEXT NOT NULL, -- JSON object
            call_id TEXT, agent_id TEXT, customer_id TEXT, started_at TEXT, queue TEXT,
            model TEXT NOT NULL, model_sha256 TEXT NOT NULL, lexicon_version TEXT NOT NULL,
            scoring_version TEXT NOT NULL, callqa_version TEXT NOT NULL, settings_version TEXT NOT NULL DEFAULT '',
            attitude REAL, total REAL, fatal INTEGER NOT NULL, grade TEXT, veto_total REAL,
            vetoes TEXT NOT NULL DEFAULT '[]', -- JSON array of reasons
            agent_chars_per_min REAL, agent_fastest_chars_per_min REAL,
            agent_fastest_start_s REAL, agent_speaking_s REAL NOT NULL,
            customer_chars_per_min REAL, customer_fastest_chars_per_min REAL,
            customer_fastest_start_s REAL, customer_speaking_s REAL NOT NULL,
            talk_ratio_agent REAL, silence_s REAL, longest_silence_s REAL,
            interruptions_by_agent INTEGER, interruptions_by_customer INTEGER,
            response_latency_median_s REAL,
            customer_arousal REAL, customer_upset INTEGER NOT NULL DEFAULT 0,
            doubtful INTEGER NOT NULL DEFAULT 0, -- findings for review
            forbidden INTEGER NOT NULL DEFAULT 0, missing INTEGER NOT NULL DEFAULT 0, -- confirmed ones
            flags TEXT NOT NULL, -- JSON array of texts
            address TEXT NOT NULL DEFAULT '{"nin":0,"ni":0,"unsure":0}', -- JSON object
            outcome TEXT NOT NULL DEFAULT '{}', -- JSON object of what is known
            scored_at TEXT NOT NULL, -- UTC, ISO 8601
            run_id INTEGER REFERENCES runs (id),
            -- The result whose utterances and measures this one shares: it was scored again, not heard again.
            heard_id INTEGER REFERENCES results (id)
        ) STRICT;
        INSERT INTO results_4 (id, sha256, recording, call_id, agent_id, customer_id, started_at, queue, model,
                model_sha256, lexicon_version, scoring_version, callqa_version, attitude, total, fatal,
                agent_chars_per_min, agent_fastest_chars_per_min, agent_fastest_start_s, agent_speaking_s,
                customer_chars_per_min, customer_fastest_chars_per_min, customer_fastest_start_s, customer_speaking_s,
                talk_ratio_agent, silence_s, longest_silence_s, interruptions_by_agent, interruptions_by_customer,
                response_latency_median_s, flags, address, scored_at)
            SELECT id, sha256, recording, call_id, agent_id, customer_id, started_at, queue, model,
                model_sha256, lexicon_version, scoring_version, callqa_version, attitude, total, fatal,
                agent_chars_per_min, agent_fastest_chars_per_min, agent_fastest_start_s, agent_speaking_s,
                customer_chars_per_min, customer_fastest_chars_per_min, customer_fastest_start_s, customer_speaking_s,
                talk_ratio_agent, silence_s, longest_silence_s, interruptions_by_agent, interruptions_by_customer,
                response_latency_median_s, flags, address, scored_at
            FROM results;
        -- What was measured, apart from the results, whose rows stay small for reports that read many.
        CREATE TABLE measures (
            result_id INTEGER PRIMARY KEY REFERENCES results (id) ON DELETE CASCADE,
            measures TEXT NOT NULL, -- JSON object of pace, dynamics, sounds and overlaps; empty where not kept
            tone TEXT NOT NULL -- JSON object
        ) STRICT;
        INSERT INTO measures SELECT id, measures, tone FROM results;
        DROP TABLE results;
        ALTER TABLE results_4 RENAME TO results;
        CREATE INDEX results_agent ON results (agent_id, started_at);
        CREATE INDEX results_call ON results (call_id);
        CREATE INDEX results_recording ON results (sha256);
        CREATE INDEX results_heard ON results (heard_id);
        UPDATE results SET
            doubtful = (SELECT count(*) FROM findings WHERE result_id = results.id AND verdict = 'review'),
            forbidden = (SELECT count(*) FROM findings
                WHERE result_id = results.id AND kind = 'forbidden' AND verdict = 'confirmed'),
            missing = (SELECT count(*) FROM findings
                WHERE result_id = results.id AND kind = 'missing' AND verdict = 'confirmed');
        CREATE INDEX results_run ON results (run_id);

        ALTER TABLE score_items ADD COLUMN part TEXT NOT NULL DEFAULT 'items'; -- items, extras or beside
        ALTER TABLE score_items ADD COLUMN project TEXT NOT NULL DEFAULT '';
        ALTER TABLE score_items ADD COLUMN indicator TEXT NOT NULL DEFAULT '';
        ALTER TABLE score_items ADD COLUMN dimension TEXT;
        ALTER TABLE score_items ADD COLUMN applies INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE score_items ADD COLUMN note TEXT NOT NULL DEFAULT '';

        -- The few findings that are faults, so that counting them does not read all the others.
        CREATE INDEX findings_faults ON findings (result_id, rule, kind, role, points, phrase)
            WHERE verdict = 'confirmed' AND kind <> 'required';

        -- One row a recording: its metadata with the corrections of imports, and the result that counts.
        CREATE TABLE calls (
            sha256 TEXT PRIMARY KEY REFERENCES recordings (sha256) ON DELETE CASCADE,
            result_id INTEGER NOT NULL REFERENCES results (id),
            moment TEXT NOT NULL, -- when the call began, or was scored where that is not known
            call_id TEXT, agent_id TEXT, customer_id TEXT, started_at TEXT, queue TEXT,
            rating REAL, resolved INTEGER, praises INTEGER, complaints INTEGER,
            imported TEXT NOT NULL DEFAULT '[]' -- JSON array: the columns that an import has set
        ) STRICT;
        INSERT INTO calls (sha256, result_id, moment, call_id, agent_id, customer_id, started_at, queue)
            SELECT sha256, id, coalesce(started_at, scored_at), call_id, agent_id, customer_id, started_at, queue
            FROM results WHERE id IN (SELECT max(id) FROM results GROUP BY sha256);
        CREATE INDEX calls_moment ON calls (moment);
        CREATE INDEX calls_agent ON calls (agent_id, moment);
        CREATE INDEX calls_customer ON calls (customer_id, moment);
        CREATE INDEX calls_call ON calls (call_id);
        CREATE INDEX calls_result ON calls (result_id);

        -- The lexicons and sheets that results name, so that a score can be told of long after they changed.
        CREATE TABLE versions (
            kind TEXT NOT NULL, version TEXT NOT NULL,
            content TEXT NOT NULL, -- lexicon: JSON object of rule id and digest; sheet: its YAML
            PRIMARY KEY (kind, version)
        ) STRICT;

        CREATE TABLE agents (agent_id TEXT PRIMARY KEY, name TEXT, team TEXT) STRICT;

        CREATE TABLE samples (
            id INTEGER PRIMARY KEY, seed INTEGER NOT NULL,
            plan TEXT NOT NULL, -- JSON object
            drawn_at TEXT NOT NULL -- UTC, ISO 8601
        ) STRICT;
        CREATE TABLE sampled_calls (
            sample_id INTEGER NOT NULL REFERENCES samples (id) ON DELETE CASCADE,
            sha256 TEXT NOT NULL REFERENCES recordings (sha256) ON DELETE CASCADE,
            result_id INTEGER NOT NULL REFERENCES results (id),
            why TEXT NOT NULL, reason TEXT NOT NULL, probability REAL,
            PRIMARY KEY (sample_id, sha256)
        ) STRICT;
        CREATE INDEX sampled_calls_call ON sampled_calls (sha256);

        -- What was done, by whom; each entry's hash covers the one before it.
        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
            detail TEXT NOT NULL, -- JSON object
            hash TEXT NOT NULL
        ) STRICT;
        CREATE INDEX ledger_subject ON ledger (subject);
        CREATE TABLE ledger_head (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER NOT NULL, hash TEXT NOT NULL)
            STRICT;
        CREATE TRIGGER ledger_keeps BEFORE UPDATE ON ledger
            BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_stays BEFORE DELETE ON ledger
            BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

        -- Every character a token, so that a phrase is an exact substring of any length (pipeline.store.search).
        CREATE VIRTUAL TABLE spoken USING fts5 (
            agent, customer, unknown, content = '', tokenize = "unicode61 remove_diacritics 0"
        );
        """
    )
    index_all(db)
    last = db.execute("SELECT coalesce(max(id), 0) FROM results").fetchone()[0]
    append(
        db,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        actor="callqa",
        action="begun",
        subject="ledger",
        detail={"results_up_to": last},
        salted=False,
    )
