"""Migration 006: what people do with calls: acts, appeals, users, calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="006_review")
def _review(db: Database) -> None:
    db.executescript(
        """
        -- A result that people corrected stands beside the machine's: revised_of is the machine's, revision a digest
        -- of the acts that were applied, empty for the machine's own.
        ALTER TABLE results ADD COLUMN revised_of INTEGER REFERENCES results (id);
        ALTER TABLE results ADD COLUMN revision TEXT NOT NULL DEFAULT '';
        CREATE INDEX results_revised ON results (revised_of) WHERE revised_of IS NOT NULL;

        -- Where a call stands in the review; pipeline.store.review_state keeps these columns true.
        ALTER TABLE calls ADD COLUMN flagged INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE calls ADD COLUMN sampled INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE calls ADD COLUMN appealed INTEGER NOT NULL DEFAULT 0; -- appeals that are not decided
        ALTER TABLE calls ADD COLUMN settled INTEGER NOT NULL DEFAULT 0; -- a person has done with it
        ALTER TABLE calls ADD COLUMN reviewed INTEGER NOT NULL DEFAULT 0; -- a person has decided something
        ALTER TABLE calls ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0; -- it is in the queue
        ALTER TABLE calls ADD COLUMN urgency REAL NOT NULL DEFAULT 0; -- greater: sooner
        ALTER TABLE calls ADD COLUMN assigned TEXT;
        ALTER TABLE calls ADD COLUMN mark TEXT; -- good or coaching
        -- What the queue is filtered by, of the result that counts: see pipeline.store.queue.
        ALTER TABLE calls ADD COLUMN spoken_id INTEGER; -- the row of its utterances in spoken
        ALTER TABLE calls ADD COLUMN call_points REAL; -- attitude
        ALTER TABLE calls ADD COLUMN is_fatal INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE calls ADD COLUMN faults INTEGER NOT NULL DEFAULT 0; -- confirmed: forbidden and missing ones
        ALTER TABLE calls ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0; -- findings for review
        CREATE INDEX calls_mark ON calls (mark, agent_id) WHERE mark IS NOT NULL;

        CREATE TABLE appeals (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL REFERENCES recordings (sha256) ON DELETE CASCADE,
            result_id INTEGER NOT NULL REFERENCES results (id), -- the result that counted when it was filed
            level INTEGER NOT NULL CHECK (level IN (1, 2)),
            first_id INTEGER REFERENCES appeals (id), -- of level 2: the appeal whose outcome is appealed
            finding TEXT NOT NULL, -- JSON object that names the finding; {} for the call as a whole
            agent_id TEXT NOT NULL, filed_by TEXT NOT NULL, reason TEXT NOT NULL,
            filed_at TEXT NOT NULL, due_at TEXT NOT NULL, -- UTC, ISO 8601
            outcome TEXT CHECK (outcome IN ('upheld', 'changed', 'rejected', 'withdrawn')),
            decided_by TEXT, decided_at TEXT, answer TEXT NOT NULL DEFAULT '',
            reminded_at TEXT
        ) STRICT;
        CREATE INDEX appeals_call ON appeals (sha256);
        CREATE INDEX appeals_agent ON appeals (agent_id, filed_at);
        CREATE INDEX appeals_open ON appeals (due_at) WHERE outcome IS NULL;

        -- What people did with a call, in order; an act that was undone stays.
        CREATE TABLE acts (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL REFERENCES recordings (sha256) ON DELETE CASCADE,
            result_id INTEGER NOT NULL REFERENCES results (id), -- the machine's result that was looked at
            kind TEXT NOT NULL CHECK (kind IN
                ('decide', 'add', 'role', 'text', 'override', 'tone', 'comment', 'mark', 'assign', 'settle')),
            rule TEXT, -- of the finding that was decided or added
            value TEXT NOT NULL, -- JSON object, by kind
            actor TEXT NOT NULL, at TEXT NOT NULL, -- UTC, ISO 8601
            appeal_id INTEGER REFERENCES appeals (id), -- the appeal whose outcome it is
            undone_by TEXT, undone_at TEXT
        ) STRICT;
        CREATE INDEX acts_call ON acts (sha256, id);
        CREATE INDEX acts_rule ON acts (rule, at) WHERE kind = 'decide';
        INSERT INTO acts (id, sha256, result_id, kind, rule, value, actor, at)
            SELECT decisions.id, results.sha256, decisions.result_id, 'decide', findings.rule,
                json_object('decision', decision, 'finding', json_object('rule', findings.rule, 'kind', findings.kind,
                    'role', findings.role, 'start_s', findings.start_s, 'end_s', findings.end_s,
                    'phrase', findings.phrase)), reviewer, decided_at
            FROM decisions JOIN findings USING (result_id, position) JOIN results ON results.id = decisions.result_id
            ORDER BY decisions.id;
        DROP TABLE decisions;

        UPDATE calls SET (spoken_id, call_points, is_fatal, faults, doubts, flagged, sampled, reviewed, waiting, urgency) = (
            SELECT heard, attitude, fatal, forbidden + missing, doubtful, flagged, sampled, reviewed, flagged OR sampled,
                1000 * fatal + 50 * forbidden + 10 * doubtful + 5 * missing + 20 * customer_upset + 15 * sampled
            FROM (SELECT (fatal OR doubtful > 0 OR flags <> '[]') AS flagged, attitude, fatal, forbidden, doubtful,
                missing, customer_upset, coalesce(heard_id, id) AS heard, EXISTS (SELECT 1 FROM sampled_calls s WHERE s.sha256 = calls.sha256) AS sampled,
                EXISTS (SELECT 1 FROM acts WHERE acts.sha256 = calls.sha256) AS reviewed
                FROM results WHERE id = calls.result_id));
        -- The order of the queue, then all that it is filtered by, so that no call is looked up that is not shown.
        CREATE INDEX calls_waiting ON calls (urgency, moment, result_id, agent_id, queue, call_points, is_fatal, faults,
            doubts, mark, assigned, reviewed, appealed, spoken_id) WHERE waiting;
        DROP INDEX calls_moment;
        CREATE INDEX calls_newest ON calls (moment, result_id, agent_id, queue, call_points, is_fatal, faults, doubts,
            mark, assigned, reviewed, flagged, sampled, spoken_id);
        DROP INDEX findings_rule;
        CREATE INDEX findings_rule ON findings (rule, result_id);

        -- Rules that people set to leave every finding to a person.
        CREATE TABLE review_only (
            rule TEXT PRIMARY KEY, reason TEXT NOT NULL, actor TEXT NOT NULL, at TEXT NOT NULL -- UTC, ISO 8601
        ) STRICT;

        CREATE TABLE users (
            name TEXT PRIMARY KEY,
            role TEXT NOT NULL CHECK (role IN ('agent', 'qa', 'supervisor', 'admin', 'auditor')),
            password TEXT NOT NULL DEFAULT '', -- argon2; empty: no log-in by password
            agent_id TEXT, -- whose calls an agent sees
            active INTEGER NOT NULL DEFAULT 1,
            made_at TEXT NOT NULL -- UTC, ISO 8601
        ) STRICT;
        CREATE TABLE sessions (
            digest TEXT PRIMARY KEY, -- SHA-256 of what the browser holds
            user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
            csrf TEXT NOT NULL,
            begun_at REAL NOT NULL, seen_at REAL NOT NULL -- seconds since 1970
        ) STRICT;
        CREATE INDEX sessions_user ON sessions (user);
        CREATE TABLE tokens (
            id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, -- SHA-256 of the token
            user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
            label TEXT NOT NULL, made_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT -- UTC, ISO 8601
        ) STRICT;
        CREATE TABLE attempts (
            name TEXT NOT NULL, address TEXT NOT NULL, at REAL NOT NULL -- log-ins that failed; seconds since 1970
        ) STRICT;
        CREATE INDEX attempts_at ON attempts (at);

        CREATE TABLE calibrations (
            id INTEGER PRIMARY KEY, title TEXT NOT NULL,
            made_by TEXT NOT NULL, made_at TEXT NOT NULL, closed_at TEXT -- UTC, ISO 8601
        ) STRICT;
        CREATE TABLE calibration_calls (
            calibration_id INTEGER NOT NULL REFERENCES calibrations (id) ON DELETE CASCADE,
            sha256 TEXT NOT NULL REFERENCES recordings (sha256) ON DELETE CASCADE,
            result_id INTEGER NOT NULL REFERENCES results (id),
            PRIMARY KEY (calibration_id, sha256)
        ) STRICT;
        CREATE TABLE calibration_reviewers (
            calibration_id INTEGER NOT NULL REFERENCES calibrations (id) ON DELETE CASCADE,
            user TEXT NOT NULL, PRIMARY KEY (calibration_id, user)
        ) STRICT;
        CREATE TABLE calibration_grades (
            calibration_id INTEGER NOT NULL REFERENCES calibrations (id) ON DELETE CASCADE,
            sha256 TEXT NOT NULL, reviewer TEXT NOT NULL, item TEXT NOT NULL, -- an item of the sheet
            points REAL NOT NULL, at TEXT NOT NULL, -- UTC, ISO 8601
            PRIMARY KEY (calibration_id, sha256, reviewer, item)
        ) STRICT;
        """
    )
