"""Migration 020: what the review room needs: answers that agents have not seen, lists that are
sorted and searched, first passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="020_review_room")
def _review_room(db: Database) -> None:
    db.executescript(
        """
        ALTER TABLE appeals ADD COLUMN answer_seen_at TEXT; -- by the agent; UTC, ISO 8601
        UPDATE appeals SET answer_seen_at = decided_at;
        CREATE INDEX appeals_unseen ON appeals (agent_id)
            WHERE outcome IS NOT NULL AND answer_seen_at IS NULL;

        ALTER TABLE users ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0; -- the first password
        ALTER TABLE users ADD COLUMN entered_at TEXT; -- the last log-in; UTC, ISO 8601
        UPDATE users SET entered_at = (SELECT max(at) FROM ledger
            WHERE subject = 'user ' || users.name AND action = 'logged in');

        ALTER TABLE calls ADD COLUMN total_points REAL;
        ALTER TABLE calls ADD COLUMN duration_s REAL;
        UPDATE calls SET (total_points, duration_s, urgency) = (
            SELECT r.total, json_extract(r.recording, '$.duration_s'),
                2000 * (appealed > 0) + 1000 * r.fatal + 5 * (100 - coalesce(r.attitude, 100))
                    + 10 * r.doubtful + 20 * r.customer_upset + 15 * calls.sampled
            FROM results r WHERE r.id = calls.result_id)
            WHERE result_id IN (SELECT id FROM results);
        DROP INDEX calls_waiting;
        CREATE INDEX calls_waiting ON calls (urgency, moment, result_id, agent_id, queue, call_points,
            is_fatal, faults, doubts, mark, assigned, reviewed, appealed, spoken_id, total_points,
            duration_s, call_id, customer_id) WHERE waiting;
        DROP INDEX calls_newest;
        CREATE INDEX calls_newest ON calls (moment, result_id, agent_id, queue, call_points, is_fatal,
            faults, doubts, mark, assigned, reviewed, flagged, sampled, spoken_id, total_points,
            duration_s, call_id, customer_id);
        CREATE INDEX calls_mine ON calls (assigned) WHERE waiting AND assigned IS NOT NULL;
        -- The few phrases that say what was wrong; see pipeline.store.finding.
        CREATE INDEX findings_phrase ON findings (phrase, result_id)
            WHERE kind IN ('forbidden', 'process');
        """
    )
