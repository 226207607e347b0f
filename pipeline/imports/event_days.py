"""The day of an event, as tables of a month write it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.errors import SettingsError
from pipeline.imports.day_columns import day_of
from pipeline.imports.event_spans import RoughDay, days_listed, span_of, without_end_of_clock
from pipeline.imports.exported_times import iso_time
from pipeline.imports.scripts import simplified

if TYPE_CHECKING:
    from collections.abc import Iterable

DayForm: TypeAlias = Literal["day", "month", "no year", "number", "span"]
"""How a day was written. ``month``: only its month, so it is the first. ``number``: that of a day in
a spreadsheet. ``span``: a stretch of days of one month, so it is its first."""

EARLIEST = date(2000, 1, 1)
"""An earlier day is a slip (our choice)."""

_CLOCK = r"(?:\s*(?:上午|下午|凌晨|早上|中午|晚上)?\s*\d{1,2}[:时点]\d{0,2}(?::\d{1,2}|分)?)?"
_MONTH = re.compile(r"(20\d\d)(?:年(\d{1,2})月份?|[-/](\d{1,2})|\.?(\d\d))")
_NO_YEAR = re.compile(rf"(\d{{1,2}})(?:月(\d{{1,2}})[日号]?|[-/](\d{{1,2}})){_CLOCK}")
_MONTH_ALONE = re.compile(r"(\d{1,2})月份?")
_IN_NAME = re.compile(
    r"(?<!\d)(20\d\d)(?:年|[-_/.])?(1[0-2]|0?[1-9])(?:月份?(?!\d)|(?!\d|月|[-_/.]\d))"
)
"""A month without a day: 20261202 in a name says when a file was made."""
_YEAR_IN_NAME = re.compile(
    r"(?<!\d)(20\d\d)年(?:全年|度)?[^\d\W]{0,12}(?:表|统计|明细|台账|登记|汇总|记录|清单|情况|統計|明細|臺賬|登記|匯總|彙總|記錄|清單|情況)"
)
"""Not 根据2019年考核办法."""
_MADE = re.compile(
    r"(?:导出|匯出|汇出|導出|制表|製表|打印|列印|填表|填报|填報|审核|審核)(?:时间|時間|日期|人)?[:：\s]"
)
"""A title that says when the table was made, not of which month it is."""
_TWO_COMPACT = re.compile(r"\d{8}\D+\d{8}")
"""Python reads the second day of 20261101-20261105 as the time of the first."""
_BLANK = re.compile(r"(?<=[年月])\s+(?=\d)|(?<=\d)\s+(?=[年月日号])")
_NUMBER = re.compile(r"([3-5]\d{4})(?:\.\d+)?")
_DAY_NOUGHT = date(1899, 12, 30)
"""Days of a spreadsheet count from here."""
_MOST_BACK = timedelta(days=92)
"""A day without a year is no older, where the file does not name its month (our choice)."""


@dataclass(frozen=True, slots=True)
class EventDays:
    """What says the year of a day without one. ``months``: first days of the months that the file
    names; ``today``: of the site, ``date.max`` if unknown."""

    months: tuple[date, ...] = ()
    today: date = date.max
    year: int | None = None
    """The year that the file names without a month."""

    def read(self, text: str, where: str, *, year: int | None = None) -> tuple[date, DayForm]:
        """The day of a cell and how it was written. ``year``: that of a day without one, where a
        column says it. Raises ``SettingsError`` beginning with ``where`` for what is no day, several
        days, a stretch of two months, a day to come, or one before ``EARLIEST``.

        >>> days = EventDays(today=date(2026, 11, 30))
        >>> days.read("2026/11/5", "")[0], days.read("11月5日", "")[0], days.read("46331", "")[0]
        (datetime.date(2026, 11, 5), datetime.date(2026, 11, 5), datetime.date(2026, 11, 5))
        >>> days.read("2026年11月", "")
        (datetime.date(2026, 11, 1), 'month')
        """
        plain = without_end_of_clock(simplified(unicodedata.normalize("NFKC", text).strip()))
        day, form = self._read(_BLANK.sub("", plain), where, year)
        self._check(day, where)
        return day, form

    def _check(self, day: date, where: str) -> None:
        if day > self.today:
            raise SettingsError(f"{where}: {day} is after today, {self.today}; correct 日期")
        if day < EARLIEST:
            raise SettingsError(f"{where}: {day} is before {EARLIEST}; correct 日期")

    def _read(self, text: str, where: str, year: int | None) -> tuple[date, DayForm]:
        if found := _MONTH.fullmatch(text):
            month = next(filter(None, found.groups()[1:]))
            return _valid(int(found[1]), int(month), 1, text, where), "month"
        if found := _NUMBER.fullmatch(text):
            return _DAY_NOUGHT + timedelta(days=int(found[1])), "number"
        if found := _MONTH_ALONE.fullmatch(text):
            return self._with_year(int(found[1]), 1, text, where, year), "month"
        if found := _NO_YEAR.fullmatch(text):
            day = int(found[2] or found[3])
            return self._with_year(
                int(found[1]), day, text, where, year
            ), "day" if year else "no year"
        if _TWO_COMPACT.fullmatch(text) and (two := span_of(text)):
            return self._of_span(*two, text, where, year)
        try:
            return date.fromisoformat(iso_time(text, where)[:10]), "day"
        except SettingsError:
            if span := span_of(text):
                return self._of_span(*span, text, where, year)
            if number := days_listed(text):
                raise SettingsError(
                    f"{where}: {text!r} names {number} days, and an event has one; write a line for each event"
                ) from None
            raise

    def _of_span(
        self, first: RoughDay, last: RoughDay, text: str, where: str, year: int | None
    ) -> tuple[date, DayForm]:
        """The first day of a stretch within one month."""
        if first.month != last.month or first.year != (last.year or first.year):
            raise SettingsError(
                f"{where}: {text!r} spans several months, and an event counts in one; write the day on which it counts"
            )
        begin, end = (
            self._with_year(one.month, one.day or 1, text, where, first.year or last.year or year)
            for one in (first, last)
        )
        self._check(end, where)
        if end < begin:
            raise SettingsError(f"{where}: {text!r} ends before it begins; correct 日期")
        return begin, "span" if begin < end else "day" if first.day else "month"

    def _with_year(self, month: int, day: int, text: str, where: str, known: int | None) -> date:
        """The day in the year that is ``known``, else in the month that the file names, else the last
        such day that is not to come."""
        if known is not None:
            return _valid(known, month, day, text, where)
        years = {one.year for one in self.months if one.month == month}
        if not self.months and self.year is not None:
            years = {self.year}
        if len(years) == 1:
            return _valid(years.pop(), month, day, text, where)
        if self.today != date.max and not years:
            for year in (self.today.year, self.today.year - 1):
                found = _valid(year, month, day, text, where)
                if self.today - _MOST_BACK <= found <= self.today:
                    return found
        raise SettingsError(
            f"{where}: {text!r} has no year; write it whole, such as 2026-11-05, or name the month in a title "
            "or the file's name, such as 投诉_2026年11月.xlsx"
        )


def named_months(name: str, titles: Iterable[str] = ()) -> tuple[date, ...]:
    """The months in a file's name and its titles, by their first days.

    >>> named_months("投诉明细_202611", ["2026年11月投诉统计表", "制表日期：2026-12-02"])
    (datetime.date(2026, 11, 1),)
    """
    found = [
        date(int(one[1]), int(one[2]), 1)
        for text in (name, *titles)
        if not _MADE.search(text)
        for one in _IN_NAME.finditer(unicodedata.normalize("NFKC", text))
    ]
    return tuple(dict.fromkeys(found))


def named_year(name: str, titles: Iterable[str] = ()) -> int | None:
    """The one year that a file's name, or a title of its table, names without a month; ``None``
    without one.

    >>> named_year("投诉明细", ["2025年度投诉统计表"]), named_year("投诉", ["2025年3月投诉统计表"])
    (2025, None)
    """
    years = {
        int(found[1])
        for text in (name, *titles)
        if (found := _YEAR_IN_NAME.search(unicodedata.normalize("NFKC", text)))
    }
    return years.pop() if len(years) == 1 else None


def _valid(year: int, month: int, day: int, text: str, where: str) -> date:
    whole = day_of(f"{year}-{month}-{day}")
    if not whole:
        raise SettingsError(f"{where}: {text!r} is not a day; expected one such as 2026-11-05")
    return date.fromisoformat(whole)
