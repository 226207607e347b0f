"""Days of events that one cell does not write as a day: year and month in columns of their own, and
stretches such as 11月1日-11月5日."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLOCK = r"(?:\s*(?:上午|下午|凌晨|早上|中午|晚上)?\s*\d{1,2}[:时点]\d{0,2}(?::\d{1,2}|分)?)?"
_DAY = re.compile(
    rf"(?:(?P<year>\d{{4}})\s*[-/.年]\s*)?(?P<month>\d{{1,2}})\s*[-/.月]\s*(?P<day>\d{{1,2}})[日号]?{_CLOCK}"
)
_COMPACT = re.compile(r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)")
_MONTH = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月份?|(?P<y>20\d\d)[-/.](?P<m>\d\d)(?!\d)"
)
_DAY_ALONE = re.compile(r"(\d{1,2})[日号]?")
_CLOCK_ALONE = re.compile(r"(?:\d{1,2}[:时点]\d{0,2}(?::\d{1,2}|分)?)")
_TO = re.compile(r"\s*(?:[~∼至到]|[-–—―]{1,3})\s*")
_THIRD = re.compile(r"(?:(\d{4})年)?(\d{1,2})月份?([上中下])旬")
_BETWEEN = re.compile(r"\s*[、,;]\s*|和|与|及")
_FROM_CLOCK = re.compile(
    r"(?P<day>\D*\d[^T]*?\s\d{1,2}[:时点]\d\d分?)\s*[-–—―~∼至到]{1,3}\s*\d{1,2}[:时点]\d\d分?"
)
"""Not T09:00-05:00 nor 09:00:00-05:00: these are zones."""


_YEAR = re.compile(r"(20\d\d)(?:\.0|年度?)?")
_ORDINAL = re.compile(r"(?P<month>0?[1-9]|1[0-2])(?:\.0)?(?:月份?)?")
_WHOLE_MONTH = re.compile(
    r"(?P<year>20\d\d)(?:(?:年|[-/.])(?=\d)|(?=\d\d))(?P<month>0?[1-9]|1[0-2])(?:月份?|-01(?:[T ]00:00:00)?)?"
)
_HAS_YEAR = re.compile(r"\d{4,}|\D*\d+\D+20\d\d|民")


class RoughDay(NamedTuple):
    """A day as far as it is written: ``None`` for what is not."""

    year: int | None
    month: int
    day: int | None


def written_day(cells: Mapping[str, str], where: str, *, month: str = "") -> tuple[str, int | None]:
    """The day as the cells ``day``, ``month``, ``year`` and ``day_of_month`` write it together, and
    its year where another cell than its own says it. One of ``day``, ``month`` and ``day_of_month``
    is there; ``month``: for a number of a day alone, what the file names. Raises ``SettingsError``
    beginning with ``where`` for a year that is none.

    >>> written_day({"year": "2026年", "month": "11", "day_of_month": "5"}, "")
    ('11月5日', 2026)
    >>> written_day({"month": "2026年11月", "day": "11月5日"}, ""), written_day({"day": "2026-11-05"}, "")
    (('11月5日', 2026), ('2026-11-05', None))
    """
    text = cells.get("day") or cells.get("day_of_month") or ""
    alone = _DAY_ALONE.fullmatch(_plain(text))
    months = cells.get("month") or (month if alone else "")
    if whole := _WHOLE_MONTH.fullmatch(_plain(months)):
        year, number = int(whole["year"]), int(whole["month"])
        rough = _rough(_plain(text))
        if alone:
            return f"{number}月{alone[1]}日", year
        if rough and not rough.year and rough.month == number:
            return text, year
    if (ordinal := _ORDINAL.fullmatch(_plain(months))) and (alone or not text):
        text = f"{ordinal['month']}月" + (f"{alone[1]}日" if alone else "")
    text = text or months
    return text, None if _HAS_YEAR.match(_plain(text)) else _year_of(cells.get("year", ""), where)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _year_of(text: str, where: str) -> int | None:
    found = _YEAR.fullmatch(_plain(text))
    if text and found is None:
        raise SettingsError(f"{where}: the year is {text!r}; expected one such as 2026")
    return int(found[1]) if found else None


def without_end_of_clock(text: str) -> str:
    """A day with a stretch of the clock as the day with its begin; any other text as it is.

    >>> without_end_of_clock("2026-11-05 20:00-21:00"), without_end_of_clock("2026-11-05T20:00-05:00")
    ('2026-11-05 20:00', '2026-11-05T20:00-05:00')
    """
    found = _FROM_CLOCK.fullmatch(text)
    return found["day"] if found else text


def span_of(text: str) -> tuple[RoughDay, RoughDay] | None:
    """The first and the last day of a stretch, or its months; ``None`` for any other text.

    >>> span_of("2026年11月1日至5日"), span_of("2026-11-05")
    ((RoughDay(year=2026, month=11, day=1), RoughDay(year=2026, month=11, day=5)), None)
    >>> span_of("11月上旬")
    (RoughDay(year=None, month=11, day=1), RoughDay(year=None, month=11, day=10))
    """
    if third := _THIRD.fullmatch(text):
        year = int(third[1]) if third[1] else None
        begin, end = {"上": (1, 10), "中": (11, 20), "下": (21, 28)}[third[3]]
        return RoughDay(year, int(third[2]), begin), RoughDay(year, int(third[2]), end)
    for mark in _TO.finditer(text):
        first = _rough(text[: mark.start()])
        rest = text[mark.end() :]
        if len(rest) < 3 and "-" in mark[0] and "月" not in text:
            continue  # 10-05-11 is a day of a year of two digits
        last = _last(rest, first) if first else None
        if first and last:
            return first, last
    return None


def days_listed(text: str) -> int:
    """How many days a cell lists, such as 11月2日、11月5日; 0 for any other text.

    >>> days_listed("11月2日、5日"), days_listed("11月2日")
    (2, 0)
    """
    first, *others = _BETWEEN.split(text)
    begun = _rough(first)
    if not (begun and others and begun.day and all(_last(one, begun) for one in others)):
        return 0
    return 1 + len(others)


def _rough(text: str) -> RoughDay | None:
    found = _DAY.fullmatch(text) or _COMPACT.fullmatch(text)
    if found:
        year = int(found["year"]) if found["year"] else None
        return RoughDay(year, int(found["month"]), int(found["day"]))
    if month := _MONTH.fullmatch(text):
        written = month["year"] or month["y"]
        return RoughDay(int(written) if written else None, int(month["month"] or month["m"]), None)
    return None


def _last(text: str, first: RoughDay) -> RoughDay | None:
    """The end of a stretch. What it does not write is as in ``first``; a month ends a month, and a
    day a day."""
    found = _rough(text)
    if found is None and first.day and (alone := _DAY_ALONE.fullmatch(text)):
        found = RoughDay(first.year, first.month, int(alone[1]))
    if found is None and first.day and _CLOCK_ALONE.fullmatch(text):
        found = first
    if found is None or (found.day is None) != (first.day is None):
        return None
    return found if found.year else found._replace(year=first.year)
