"""The calendar periods that reports are about: a day, a week, a month, a quarter, a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Self, TypeAlias

from pipeline.types.records import Scope

PeriodKind: TypeAlias = Literal["day", "week", "month", "quarter", "year"]

PERIOD_NAMES: dict[PeriodKind, str] = {
    "day": "日", "week": "周", "month": "月", "quarter": "季", "year": "年",
}  # fmt: skip

PERIOD_EXAMPLES: dict[PeriodKind, str] = {
    "day": "2026-11-22", "week": "2026-W47", "month": "2026-11", "quarter": "2026-Q3", "year": "2026",
}  # fmt: skip
"""How the key of a period is written."""

_FORMS: dict[PeriodKind, str] = {
    "day": r"\d{4}-\d\d-\d\d", "week": r"\d{4}-W\d\d", "month": r"\d{4}-\d\d", "quarter": r"\d{4}-Q[1-4]",
    "year": r"\d{4}",
}  # fmt: skip
_FIRST, _LAST = 1970, 2200
_QUARTERS = "一二三四"


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` to ``until``, both included.

    >>> Period.around("week", date(2026, 11, 23)).name
    '2026-11-23 至 2026-11-29'
    >>> Period.around("quarter", date(2026, 11, 23)).before
    datetime.date(2026, 9, 30)
    """

    kind: PeriodKind
    since: date
    until: date

    @classmethod
    def around(cls, kind: PeriodKind, day: date) -> Self:
        """The day itself, its week from Monday, or its calendar month, quarter or year."""
        if kind == "day":
            return cls(kind, day, day)
        if kind == "week":
            monday = day - timedelta(days=day.weekday())
            return cls(kind, monday, monday + timedelta(days=6))
        months = {"month": 1, "quarter": 3, "year": 12}[kind]
        first = day.replace(month=day.month - (day.month - 1) % months, day=1)
        last = first.replace(month=first.month + months - 1)
        return cls(kind, first, (last + timedelta(days=32)).replace(day=1) - timedelta(days=1))

    @classmethod
    def of_key(cls, key: str) -> Self:
        """The period that a key names, such as ``2026-11-22``, ``2026-W47``, ``2026-11``,
        ``2026-Q3`` or ``2026``. Raises ``ValueError``, also for years before 1970 or after 2200.

        >>> Period.of_key("2026-Q3").until
        datetime.date(2026, 9, 30)
        """
        kind = next((kind for kind, form in _FORMS.items() if re.fullmatch(form, key, re.A)), None)
        if kind is None or not _FIRST <= int(key[:4]) <= _LAST:
            raise ValueError(f"{key!r} is no period")
        if kind == "quarter":
            return cls.around(kind, date(int(key[:4]), 3 * int(key[-1]), 1))
        first = f"{key}-1" if kind == "week" else key + "-01" * {"month": 1, "year": 2}.get(kind, 0)
        try:
            return cls.around(kind, date.fromisoformat(first))
        except ValueError as error:  # such as month 13, or week 53 of a year with 52
            raise ValueError(f"{key!r} is no period") from error

    @property
    def key(self) -> str:
        """The period in ASCII, for file names and commands; ``of_key`` reads it.

        >>> Period.around("week", date(2027, 1, 1)).key
        '2026-W53'
        """
        if self.kind == "week":
            year, week, _ = self.since.isocalendar()
            return f"{year}-W{week:02d}"
        if self.kind == "quarter":
            return f"{self.since.year}-Q{(self.since.month + 2) // 3}"
        return self.since.isoformat()[: {"year": 4, "month": 7}.get(self.kind, 10)]

    @property
    def name(self) -> str:
        """The period for people, in Chinese."""
        if self.kind == "week":
            return f"{self.since} 至 {self.until}"
        if self.kind == "quarter":
            return f"{self.since.year} 年第{_QUARTERS[self.since.month // 3]}季度"
        return f"{self.since.year} 年" if self.kind == "year" else self.key

    @property
    def previous(self) -> Self:
        """The period before.

        >>> Period.of_key("2026-Q1").previous.key
        '2025-Q4'
        """
        return self.around(self.kind, self.before)

    @property
    def next(self) -> Self:
        """The period after."""
        return self.around(self.kind, self.after)

    @property
    def before(self) -> date:
        """A day of the period before."""
        return self.since - timedelta(days=1)

    @property
    def after(self) -> date:
        """A day of the period after."""
        return self.until + timedelta(days=1)

    def scope(self, **which: str | None) -> Scope:
        """The calls of the period."""
        return Scope(self.since, self.until, **which)


_UNFINISHED: dict[PeriodKind | None, str] = {
    "day": "当天", "week": "本周", "month": "本月", "quarter": "本季", "year": "本年", None: "本期",
}  # fmt: skip


def tell_interim(since: date | None, until: date | None, *, today: date) -> str:
    """In Chinese, that the days from ``since`` to ``until`` have not ended, or not begun; empty
    where they have ended, or have no end.

    >>> tell_interim(date(2026, 11, 1), date(2026, 11, 30), today=date(2026, 11, 29))
    '本月未结束，得分为暂计，截至 2026-11-29'
    >>> tell_interim(date(2027, 1, 1), date(2027, 3, 31), today=date(2026, 11, 29))
    '2027 年第一季度还没有开始，没有得分'
    >>> tell_interim(date(2026, 11, 1), date(2026, 11, 30), today=date(2026, 12, 1))
    ''
    """
    if until is None or until < today:
        return ""
    period = _period_of(since, until)
    if since is not None and today < since:
        name = period.name if period else f"{since} 至 {until}"
        return f"{name}{' ' if name[-1].isdigit() else ''}还没有开始，没有得分"
    return f"{_UNFINISHED[period.kind if period else None]}未结束，得分为暂计，截至 {today}"


def _period_of(since: date | None, until: date) -> Period | None:
    """The calendar period with these days, ``None`` where there is none."""
    kinds: tuple[PeriodKind, ...] = ("day", "week", "month", "quarter", "year")
    found = (Period.around(kind, until) for kind in kinds)
    return next((one for one in found if (one.since, one.until) == (since, until)), None)
