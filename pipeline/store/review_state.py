"""The review state of each call: whether it waits for a person, and how urgently.

It is stored in columns of ``calls``, so the queue of 100 000 calls is read through an index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

FATAL, LOST_POINT, UPSET, SAMPLED, DOUBTFUL, APPEALED = 1000, 5, 20, 15, 10, 2000
"""Weights in the order of the queue (our choice). Appeals have a deadline, a fatal call may cost
pay; then the worst attitude comes first. A doubtful finding weighs as two points, a call drawn at
random as three."""

REVIEW_STATE = f"""
    UPDATE calls SET (spoken_id, call_points, is_fatal, faults, doubts,
            flagged, sampled, appealed, reviewed, settled, waiting, assigned, mark, total_points,
            duration_s, urgency) = (
        SELECT heard, attitude, fatal, forbidden + missing, doubtful, flagged, sampled, appealed, reviewed, settled,
            appealed > 0 OR (NOT settled AND (flagged OR sampled)), assigned, mark,
            total, coalesce(json_extract(recording, '$.stretch.end_s') - json_extract(recording, '$.stretch.start_s'),
                json_extract(recording, '$.duration_s')),
            {APPEALED} * (appealed > 0) + {FATAL} * fatal + {LOST_POINT} * (100 - coalesce(attitude, 100))
                + {DOUBTFUL} * doubtful + {UPSET} * customer_upset + {SAMPLED} * sampled
        FROM (SELECT r.total, r.recording, coalesce(r.heard_id, r.id) AS heard, r.attitude, r.fatal, r.forbidden, r.doubtful, r.missing, r.customer_upset,
            (r.fatal OR r.doubtful > 0 OR r.flags <> '[]') AND r.no_talk IS NULL AS flagged,
            EXISTS (SELECT 1 FROM sampled_calls s WHERE s.sha256 = :sha256) AS sampled,
            (SELECT count(*) FROM appeals a WHERE a.sha256 = :sha256 AND outcome IS NULL) AS appealed,
            EXISTS (SELECT 1 FROM acts a WHERE a.sha256 = :sha256 AND undone_at IS NULL
                AND kind NOT IN ('comment', 'assign', 'mark')) AS reviewed,
            coalesce({{last_settle}}, 0) AS settled, {{last_assign}} AS assigned, {{last_mark}} AS mark
            FROM results r WHERE r.id = calls.result_id))
    WHERE sha256 = :sha256
"""


def _last(kind: str, field: str) -> str:
    return f"""(SELECT json_extract(value, '$.{field}') FROM acts a
        WHERE a.sha256 = :sha256 AND kind = '{kind}' AND undone_at IS NULL ORDER BY id DESC LIMIT 1)"""


REFRESH = REVIEW_STATE.format(
    last_settle=_last("settle", "settled"),
    last_assign=_last("assign", "to"),
    last_mark=_last("mark", "mark"),
)


def refresh_standing(db: Database, sha256: str) -> None:
    """Update the review state of one call, in the caller's transaction. Raises
    ``sqlite3.Error``."""
    db.execute(REFRESH, {"sha256": sha256})
