"""Sums for reports, computed by SQLite: scorecard items, faults, calls that lost points, and
repeated calls."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from pipeline.store.calls import where_of
from pipeline.store.finding_labels import LABELLED, labels_of
from pipeline.types import (
    AGAIN_DAYS,
    FaultCount,
    ItemCall,
    ItemSum,
    KnowledgeSum,
    Resolution,
    Scope,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

FROM = """FROM calls JOIN results ON results.id = calls.result_id
    LEFT JOIN agents ON agents.agent_id = calls.agent_id"""


def sum_items(db: Database, scope: Scope) -> list[ItemSum]:
    """The lines of every scorecard in use, for each agent, in the order of the scorecards."""
    where, values = where_of(scope)
    found = db.execute(
        f"""SELECT calls.agent_id, results.scoring_version, part, project, indicator, score_items.id,
            score_items.name, dimension, full, sum(applies), sum(applies AND points <> full),
            sum(iif(applies, points - full, 0))
        {FROM} JOIN score_items ON score_items.result_id = results.id
        WHERE {where} AND results.total IS NOT NULL
        GROUP BY calls.agent_id, results.scoring_version, part, score_items.id
        ORDER BY calls.agent_id, results.scoring_version, min(position)""",
        values,
    )
    return [ItemSum(*row) for row in found.fetchall()]


def calls_behind(db: Database, scope: Scope) -> list[ItemCall]:
    """Every call that lost or won points, by item, the greatest loss first."""
    where, values = where_of(scope)
    found = db.execute(
        f"""SELECT results.scoring_version, score_items.id, calls.result_id, calls.call_id, points - full, reasons
        {FROM} JOIN score_items ON score_items.result_id = results.id
        WHERE {where} AND applies AND results.total IS NOT NULL AND points <> full AND part <> 'beside'
        ORDER BY points - full, calls.moment""",
        values,
    )
    return [ItemCall(*row) for row in found.fetchall()]


def count_faults(
    db: Database, scope: Scope, *, kinds: Sequence[str], limit: int
) -> list[FaultCount]:
    """The most frequent confirmed findings of these kinds; ``required`` is not among them."""
    where, values = where_of(scope)
    found = db.execute(
        f"""SELECT rule, kind, max(phrase), sum(hits), count(*), sum(faults.points)
        FROM calls CROSS JOIN faults ON faults.result_id = calls.result_id
            LEFT JOIN agents ON agents.agent_id = calls.agent_id
        WHERE {where} AND kind IN ({", ".join("?" * len(kinds))})
        GROUP BY rule, kind ORDER BY count(*) DESC, rule LIMIT ?""",
        [*values, *kinds, limit],
    )
    return [FaultCount(*row) for row in found.fetchall()]


def sum_knowledge(db: Database, scope: Scope) -> list[KnowledgeSum]:
    """The checks of facts, by agent and topic; an open one is counted as such only."""
    where, values = where_of(scope)
    # through the index of checks, or SQLite would read every result of the period
    joined = """FROM calls CROSS JOIN results INDEXED BY results_knowledge ON results.id = calls.result_id
        LEFT JOIN agents ON agents.agent_id = calls.agent_id"""
    found = db.execute(
        f"SELECT calls.agent_id, results.knowledge {joined} WHERE {where} AND results.knowledge IS NOT NULL",
        values,
    )
    counts: dict[tuple[str | None, str], Counter[str]] = defaultdict(Counter)
    names: dict[str, str] = {}
    for agent, text in found:
        for check in json.loads(text):
            names[check["topic"]] = check["name"]
            counts[agent, check["topic"]]["open" if check["open"] else check["answer"]] += 1
    rest = ("right", "wrong", "left_out", "no_answer", "unsure", "open")
    return [
        KnowledgeSum(agent, topic, names[topic], own.total(), *(own[name] for name in rest))
        for (agent, topic), own in sorted(
            counts.items(), key=lambda pair: (pair[0][0] or "", pair[0][1])
        )
    ]


def count_resolved(db: Database, scope: Scope) -> Resolution:
    """First-call resolution: whether the customer called again within ``AGAIN_DAYS``.

    Calls less than ``AGAIN_DAYS`` before the last call in the database are left out.
    """
    where, values = where_of(scope)
    row = db.execute(
        f"""SELECT count(*), coalesce(sum(julianday((
                SELECT min(later.moment) FROM calls later WHERE later.customer_id = calls.customer_id
                    AND (later.moment, later.sha256) > (calls.moment, calls.sha256)
            )) - julianday(calls.moment) <= {AGAIN_DAYS}), 0)
        {FROM}
        WHERE {where} AND calls.customer_id IS NOT NULL
            AND julianday(calls.moment) + {AGAIN_DAYS} <= (SELECT julianday(max(moment)) FROM calls)""",
        values,
    ).fetchone()
    return Resolution(*row)


def hourly_calls(db: Database, scope: Scope) -> dict[tuple[str, int], int]:
    """Number of calls that began in each hour, by day and hour. Calls with an unknown start are
    left out."""
    where, values = where_of(scope)
    found = db.execute(
        f"""SELECT substr(started_at, 1, 10), cast(substr(started_at, 12, 2) AS INTEGER), count(*)
        FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id
        WHERE {where} AND length(started_at) >= 13 GROUP BY 1, 2""",
        values,
    )
    return {(day, hour): calls for day, hour, calls in found.fetchall()}


def read_attitudes(db: Database, scope: Scope) -> list[tuple[str, str, float]]:
    """Day (ISO date), customer and attitude of each scored call, in order of time. A call of an
    unknown customer has one of its own."""
    where, values = where_of(scope)
    found = db.execute(
        f"""SELECT substr(calls.moment, 1, 10), coalesce(calls.customer_id, 'call ' || calls.sha256), calls.call_points
        FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id
        WHERE {where} AND calls.call_points IS NOT NULL ORDER BY calls.moment""",
        values,
    )
    return found.fetchall()


def read_faulty_days(db: Database, scope: Scope, rule: str) -> list[str]:
    """The day (ISO date) of each scored call with a confirmed finding of a rule, in order."""
    where, values = where_of(scope)
    found = db.execute(
        f"""SELECT substr(calls.moment, 1, 10)
        FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id
        WHERE {where} AND calls.call_points IS NOT NULL AND calls.result_id IN {LABELLED}
            AND EXISTS (SELECT 1 FROM findings
                WHERE findings.result_id = calls.result_id AND rule = ? AND verdict = 'confirmed')
        ORDER BY calls.moment""",
        [*values, labels_of(db, "rule", [rule]), rule],
    )
    return [row[0] for row in found.fetchall()]


def first_moments(db: Database, scope: Scope) -> dict[str, str]:
    """The time of each customer's first call ever, as ISO 8601 by customer, for the customers of a
    scope."""
    where, values = where_of(scope)
    found = db.execute(
        f"""SELECT customer_id, (SELECT min(moment) FROM calls c WHERE c.customer_id = chosen.customer_id) FROM (
            SELECT DISTINCT customer_id FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id
            WHERE {where} AND customer_id IS NOT NULL) chosen""",
        values,
    )
    return dict(found.fetchall())
