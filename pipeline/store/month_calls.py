"""The calls of a month as the monthly result counts them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipeline.store.calls import where_of
from pipeline.types import FULL, MonthCall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

    from pipeline.types import CallRecord, EventKind, EventOutcome, Scope

TOTALS = """
    SELECT results.id, results.fatal, results.veto_total,
        sum(iif(part = 'items' AND applies, points, 0)), sum(iif(part = 'items' AND applies, full, 0))
    FROM (SELECT DISTINCT calls.result_id AS id FROM calls
        LEFT JOIN agents ON agents.agent_id = calls.agent_id
        CROSS JOIN score_items ON score_items.result_id = calls.result_id
        WHERE {where} AND part = 'extras' AND applies AND points <> 0) AS won
    JOIN results ON results.id = won.id JOIN score_items ON score_items.result_id = won.id
    WHERE results.total IS NOT NULL GROUP BY results.id
"""
"""The calls with 加分项 or 扣分项 of their own; the total of all others is that of their items."""

SATISFIED_FROM = 4.0
"""As ``pipeline.study.summaries.SATISFIED_FROM``: of 1 to 5."""


def read_month_calls(
    db: Database,
    records: Sequence[CallRecord],
    scope: Scope,
    by_outcome: Mapping[EventOutcome, EventKind],
) -> list[MonthCall]:
    """The calls of ``records``, all in ``scope``. Raises ``sqlite3.Error``."""
    where, values = where_of(scope)
    totals = {
        row[0]: _total(*row[1:])
        for row in db.execute(TOTALS.format(where=where), values).fetchall()
    }
    praises = _count(db, where, values, "praises", by_outcome)
    complaints = _count(db, where, values, "complaints", by_outcome)
    return [
        MonthCall(
            record.result_id,
            record.sha256,
            _day(record.started_at[:10]) if record.started_at else None,
            record.call_id,
            record.queue,
            totals.get(record.result_id, record.total),
            record.attitude,
            None if record.rating is None else record.rating >= SATISFIED_FROM,
            record.resolved,
            praises.get(record.sha256, 0),
            complaints.get(record.sha256, 0),
        )
        for record in records
    ]


@lru_cache(maxsize=1024)
def _day(text: str) -> date:
    """The day of an ISO date. A month has few of them, and many calls."""
    return date.fromisoformat(text)


def _count(
    db: Database,
    where: str,
    values: Sequence[Any],
    outcome: EventOutcome,
    by_outcome: Mapping[EventOutcome, EventKind],
) -> dict[str, int]:
    """Imported praises or complaints by call, without those that events of the call stand for; an
    event that was withdrawn stands for one too."""
    kind = by_outcome.get(outcome)
    if kind is None:
        return {}
    found = db.execute(
        f"""SELECT calls.sha256, {outcome} - (SELECT count(*) FROM service_events e
                WHERE e.sha256 = calls.sha256 AND e.kind = ? AND e.state <> 'refused')
            FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id
            WHERE {where} AND {outcome} > 0""",
        [kind.id, *values],
    )
    return {sha256: number for sha256, number in found.fetchall() if number > 0}


def _total(fatal: int, veto_total: float | None, points: float, full: float) -> float | None:
    """The total of a call without 加分项 and 扣分项, 0..100."""
    if not full:
        return None
    total = points / full * FULL
    return min(total, veto_total) if fatal and veto_total is not None else total
