"""The tables, how they came to be, and how the file is opened.

A change of the tables is a new function under ``migrations`` and ``VERSION`` one higher; a
migration that was released is never edited.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database, Migrations

from pipeline.errors import StoreError
from pipeline.store.ledger import append
from pipeline.store.search import index_all

VERSION = 5
"""The number of migrations below; kept in the file's ``user_version``."""

APPLICATION_ID = 0x63716131
"""Marks the file as ours ("cqa1" in ASCII), so that no other program's database is changed."""

RETRY_S = 0.02

CACHE_KIB = 16_384
"""Holds the inner pages of the indexes by SHA-256 of a million calls, about 4 MB, which the usual 2 MB do not."""

CHECKPOINT_PAGES = 4000
"""Pages in the write-ahead log, 16 MB, before they go into the file: with the usual 1000 each call that is added costs
three times the wall time (``bench.growth``)."""

migrations = Migrations("callqa")


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
    )


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


def connect(path: Path, *, create: bool, busy_timeout_s: float) -> sqlite3.Connection:
    """A connection to ``path`` that leaves every transaction to us. Raises ``sqlite3.Error``."""
    mode = "rwc" if create else "rw"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=busy_timeout_s, isolation_level=None
    )


def prepare(db: Database, path: Path, *, busy_timeout_s: float) -> None:
    """Bring the tables to ``VERSION``; a file that already has them is only read.

    Raises ``StoreError`` for a newer version or another program's file, before anything is
    written, and ``sqlite3.Error``.
    """
    version = _checked_version(db, path)
    _use_wal(db, busy_timeout_s)
    if version != VERSION:
        db.execute("PRAGMA foreign_keys = OFF")  # a table that is made anew must not take its children with it
        with writing(db):
            migrations.apply(db)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction that has the write lock from its start: all of it or nothing.

    ``Database.atomic`` begins deferred, so that two writers meet "database is locked" at once.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def _checked_version(db: Database, path: Path) -> int:
    db.execute("BEGIN")  # one snapshot: another process may be making the tables just now
    try:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    finally:
        db.rollback()
    if not ours and (version or tables):
        raise StoreError(f"{path}: this is a database of another program; give callqa a file of its own")
    if version > VERSION:
        raise StoreError(
            f"{path}: made by a newer version of callqa (tables of version {version}, "
            f"this one knows {VERSION}); update callqa, or give another file"
        )
    return version


def _use_wal(db: Database, busy_timeout_s: float) -> None:
    """SQLite does not wait for the lock that this switch needs, so we do."""
    until = time.monotonic() + busy_timeout_s
    while db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            db.execute("PRAGMA journal_mode = wal")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(RETRY_S)
