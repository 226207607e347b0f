"""Topics of many calls, counted by SQLite, and the words of calls that have none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.store.calls import where_of
from pipeline.types import AGAIN_DAYS, OpeningWords, Scope, TopicSum, TopicTotals

if TYPE_CHECKING:
    from sqlite_utils import Database

OPENING_UTTERANCES = 4
"""Utterances of the customer that say why the customer calls, with one for 喂，你好 (our choice)."""

SOLVED = "coalesce(calls.resolved, settlements.solved)"
"""What an import says wins over the words."""


def sum_topics(db: Database, scope: Scope) -> tuple[TopicSum, ...]:
    """The topics of the calls in a scope, the most frequent first."""
    where, values = where_of(scope)
    found = db.execute(
        f"""SELECT topics.id, max(topics.name), max(topics.matter), max(topics.trade), count(*),
            sum(topics.position = 0), avg(calls.call_points),
            coalesce(sum({SOLVED} = 1), 0), coalesce(sum({SOLVED} = 0), 0)
        FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id
            CROSS JOIN topics ON topics.result_id = calls.result_id
            LEFT JOIN settlements ON settlements.result_id = calls.result_id
        WHERE {where} GROUP BY topics.id ORDER BY count(*) DESC, topics.id""",
        values,
    ).fetchall()
    followed = _count_followed(db, scope)
    none = (0, 0)
    return tuple(TopicSum(*(*row, *followed.get(row[0], none))) for row in found)


def _count_followed(db: Database, scope: Scope) -> dict[str, tuple[int, int]]:
    """By topic the calls of known customers that are at least ``AGAIN_DAYS`` old, and those of them
    that were followed by another call of the customer about it."""
    where, values = where_of(scope)
    within, bounds = "1", []
    if scope.since is not None:
        within, bounds = "calls.moment >= ?", [scope.since.isoformat()]
    if scope.until is not None:
        within += " AND calls.moment < ?"
        bounds.append((scope.until + timedelta(days=AGAIN_DAYS + 1)).isoformat())
    found = db.execute(
        f"""WITH followed AS (
            SELECT topics.id, {where} AS is_inside, julianday(calls.moment) AS day,
                lead(calls.moment) OVER (PARTITION BY customer_id, topics.id ORDER BY calls.moment) AS next
            FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id
                CROSS JOIN topics ON topics.result_id = calls.result_id
            WHERE customer_id IS NOT NULL AND {within})
        SELECT id, count(*), coalesce(sum(julianday(next) - day <= {AGAIN_DAYS}), 0)
        FROM followed
        WHERE is_inside AND day + {AGAIN_DAYS} <= (SELECT julianday(max(moment)) FROM calls)
        GROUP BY id""",
        [*values, *bounds],
    )
    return {topic: (calls, again) for topic, calls, again in found.fetchall()}


def count_calls(db: Database, scope: Scope) -> TopicTotals:
    """How many calls of a scope have topics, have none, or were never asked."""
    where, values = where_of(scope)
    looked, with_topic, calls = db.execute(
        f"""SELECT coalesce(sum(EXISTS (SELECT 1 FROM settlements WHERE settlements.result_id = calls.result_id)), 0),
            coalesce(sum(EXISTS (SELECT 1 FROM topics WHERE topics.result_id = calls.result_id)), 0), count(*)
        FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id WHERE {where}""",
        values,
    ).fetchone()
    return TopicTotals(looked, looked - with_topic, calls - looked)


def opening_words(db: Database, scope: Scope, *, limit: int) -> list[OpeningWords]:
    """The customer's first words of calls without a topic. Their SHA-256 draws them: the same calls
    each time, and none is preferred."""
    where, values = where_of(scope)
    drawn = db.execute(
        f"""SELECT calls.result_id, calls.call_id, coalesce(results.heard_id, results.id)
        FROM calls JOIN results ON results.id = calls.result_id
            LEFT JOIN agents ON agents.agent_id = calls.agent_id
        WHERE {where}
            AND EXISTS (SELECT 1 FROM settlements WHERE settlements.result_id = calls.result_id)
            AND NOT EXISTS (SELECT 1 FROM topics WHERE topics.result_id = calls.result_id)
        ORDER BY calls.sha256 LIMIT ?""",
        [*values, limit],
    ).fetchall()
    return [
        OpeningWords(result_id, call_id, _first_words(db, heard_id))
        for result_id, call_id, heard_id in drawn
    ]


def _first_words(db: Database, result_id: int) -> str:
    found = db.execute(
        """SELECT text FROM utterances WHERE result_id = ? AND role <> 'agent'
        ORDER BY position LIMIT ?""",
        [result_id, OPENING_UTTERANCES],
    )
    return "\n".join(row[0] for row in found.fetchall())
