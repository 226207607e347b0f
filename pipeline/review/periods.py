"""The period that a page is about, as its address names it."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import HTTPException

from pipeline.review.context import ReviewContext
from pipeline.types import PERIOD_NAMES, Period, PeriodKind, Scope


def chosen_period(
    site: ReviewContext,
    *,
    key: str | None = None,
    kind: PeriodKind = "month",
    agent_id: str | None = None,
    wrong: int = 400,
) -> Period:
    """The period with a key such as ``2026-11`` or ``2026-Q3``; without one that of ``kind`` around
    the last call, of an agent if one is given. The status ``wrong`` for a key that names none."""
    if key:
        try:
            return Period.of_key(key)
        except ValueError as error:
            raise HTTPException(wrong, "没有这个时段。") from error
    last = site.store.calls.last_day(Scope(agent=agent_id)) if agent_id else None
    return Period.around(kind, last or last_day(site))


def tabs_of(period: Period) -> list[tuple[str, str, bool]]:
    """Name, key and choice of the week, month, quarter and year around the last day of a
    period."""
    kinds: tuple[PeriodKind, ...] = ("week", "month", "quarter", "year")
    return [
        (PERIOD_NAMES[kind], Period.around(kind, period.until).key, kind == period.kind)
        for kind in kinds
    ]


def last_day(site: ReviewContext) -> date:
    """The day of the last call, today where there is none."""
    return site.store.calls.last_day() or today(site)


def today(site: ReviewContext) -> date:
    """The day in the server's time zone."""
    return datetime.fromtimestamp(site.clock()).astimezone().date()
