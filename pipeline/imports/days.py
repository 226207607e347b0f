"""The day of times that name none, or no year: 11-02 09:30, 昨天 09:30."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.imports.exported_times import read_time

if TYPE_CHECKING:
    from collections.abc import Iterable

_WHOLE = re.compile(
    r"(?<!\d)(20\d\d)(?:[-/.年_](\d{1,2})[-/.月_](\d{1,2})|(\d\d)(\d\d))(?!\d)|(?<!\d)(20\d\d)(\d\d)(\d\d)(?:\d{6}|\d{4})(?!\d)"
)
_EXPORTED = re.compile(r"(?:导出|導出|打印|列印|截取|exported|export)[^\n\d]{0,12}", re.IGNORECASE)
_NO_YEAR = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?\s*(\d{1,2}[:：].*)")
_RELATIVE = re.compile(r"(今天|今日|昨天|昨日|前天|前日|today|yesterday)\s*(.*)", re.IGNORECASE)
_BACK = {
    "今天": 0,
    "今日": 0,
    "today": 0,
    "昨天": 1,
    "昨日": 1,
    "yesterday": 1,
    "前天": 2,
    "前日": 2,
}
_MOST_APART = timedelta(days=92)
"""A day without a year is not further from the day that gives it the year (our choice)."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a file names. ``named``: in its name, its title, or beside the conversation;
    ``exported``: when it was exported, which 昨天 counts from."""

    named: tuple[date, ...] = ()
    exported: date | None = None

    def complete(self, text: str, where: str) -> str:
        """A time with its day and year; any other text as it is.

        Raises ``SettingsError`` beginning with ``where`` if the file does not say them.

        >>> Days((date(2026, 11, 3),)).complete("11-02 09:30", "")
        '2026-11-02 09:30'
        >>> Days(exported=date(2026, 11, 3)).complete("昨天 09:30", "")
        '2026-11-02 09:30'
        """
        written = text.strip()
        if found := _RELATIVE.fullmatch(written):
            if self.exported is None:
                raise SettingsError(
                    f"{where}: {text!r} is not a time; expected one such as 2026-11-02 09:30, or a line such as "
                    "导出时间：2026-11-03 10:00 above the table"
                )
            day = self.exported - timedelta(days=_BACK[found[1].lower()])
            return f"{day.isoformat()} {found[2]}".strip()
        if found := _NO_YEAR.fullmatch(written):
            return f"{self._with_year(int(found[1]), int(found[2]), text, where)} {found[3]}"
        return text

    def _with_year(self, month: int, day: int, text: str, where: str) -> str:
        """The date nearest to the days of the file."""
        near = {
            one
            for known in (*self.named, *filter(None, (self.exported,)))
            for year in (known.year - 1, known.year, known.year + 1)
            if (one := _date(year, month, day)) and abs(one - known) <= _MOST_APART
        }
        if len(near) != 1:
            raise SettingsError(
                f"{where}: {text!r} is not a time; expected one with its year such as 2026-11-02 09:30, or "
                "a day near it in the file's name, such as chat_2026-11-02.csv"
            )
        return near.pop().isoformat()


def days_of(name: str, titles: Iterable[str] = ()) -> Days:
    """The days in a file's name and its titles.

    >>> days_of("chat_20261103", ["导出时间：2026-11-04 10:00"])
    Days(named=(datetime.date(2026, 11, 3),), exported=datetime.date(2026, 11, 4))
    """
    exported: date | None = None
    named = list(_dates_in(name))
    for title in titles:
        found = list(_dates_in(title))
        if found and _EXPORTED.search(title):
            exported = exported or found[0]
        else:
            named += found
    return Days(tuple(dict.fromkeys(named)), exported)


def with_start(days: Days, started_at: str | None) -> Days:
    """With the day on which the conversation began, as its metadata says."""
    if started_at is None:
        return days
    try:
        moment: datetime = read_time(started_at, "")
    except SettingsError:
        return days
    return Days((moment.date(), *days.named), days.exported)


def _dates_in(text: str) -> Iterable[date]:
    for match in _WHOLE.finditer(text):
        year, month, day = (int(one) for one in match.groups() if one is not None)
        if found := _date(year, month, day):
            yield found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
