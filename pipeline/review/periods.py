"""The day, week or month that a page is about, as its address names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from pipeline.review.context import ReviewContext
from pipeline.types import Scope

PeriodKind: TypeAlias = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` to ``until``, both included; ``name`` in Chinese.

    >>> Period.around("week", date(2026, 11, 23)).name
    '2026-11-23 至 2026-11-29'
    >>> Period.around("month", date(2026, 11, 23)).before
    datetime.date(2026, 10, 31)
    """

    kind: PeriodKind
    since: date
    until: date

    @classmethod
    def around(cls, kind: PeriodKind, day: date) -> Period:
        """The day itself, its week from Monday, or its calendar month."""
        if kind == "day":
            return cls(kind, day, day)
        if kind == "week":
            monday = day - timedelta(days=day.weekday())
            return cls(kind, monday, monday + timedelta(days=6))
        first = day.replace(day=1)
        return cls(kind, first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))

    @property
    def name(self) -> str:
        if self.kind == "day":
            return self.since.isoformat()
        if self.kind == "month":
            return self.since.isoformat()[:7]
        return f"{self.since} 至 {self.until}"

    @property
    def before(self) -> date:
        """A day of the period before."""
        return self.since - timedelta(days=1)

    @property
    def after(self) -> date:
        """A day of the period after."""
        return self.until + timedelta(days=1)

    def scope(self, **which: str | None) -> Scope:
        return Scope(self.since, self.until, **which)


def last_day(site: ReviewContext) -> date:
    """The day of the last call, today where there is none."""
    found = site.store.calls.last_day()
    return found or datetime.fromtimestamp(site.clock()).astimezone().date()
