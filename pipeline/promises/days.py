"""Days that a text names, by the calendar."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipeline.promises.numbers import read_number

if TYPE_CHECKING:
    from pipeline.promises.atoms import Atom


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days from ``first`` to ``last``. ``whole``: a period (下周, 十二月), not a day."""

    first: date
    last: date
    whole: bool = False
    near: bool = False
    """The day was meant by its nearest occurrence (周三, 15号)."""
    weekday: bool = False


class ImpossibleTimeError(ValueError):
    """A time that cannot be; the message says why, in Chinese."""


class PastTimeError(ValueError):
    """A time that a word such as 昨天 puts in the past."""


_REL = {"今": 0, "当": 0, "本": 0, "明": 1, "次": 1, "第": 1, "隔": 1, "大": 3, "后": 2}
_WEEKDAYS = (
    {c: n for n, c in enumerate("一二三四五六日", 1)}
    | {"天": 7, "末": 7}
    | {str(n): n for n in range(1, 8)}
)
_FIXED = {"元旦": (1, 1), "五一": (5, 1), "劳动节": (5, 1), "国庆": (10, 1), "国庆节": (10, 1), "十一": (10, 1), "双十一": (11, 11), "双十二": (12, 12)}  # fmt: skip
_PARTS = {"初": (1, 10), "上旬": (1, 10), "中": (11, 20), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}  # fmt: skip


def read_day(atom: Atom, today: date) -> DaySpan:
    """The days that an atom of the kind ``day`` names. Raises ``ImpossibleTimeError``,
    ``PastTimeError``."""
    given = atom.groups
    for group, reader in _READERS.items():
        if group in given:
            return reader(given, today)
    raise ImpossibleTimeError("看不懂的日期")


def _relative(given: dict[str, str], today: date) -> DaySpan:
    word = given["rel"]
    if word.startswith(("昨", "前")):
        raise PastTimeError(word)
    day = today + timedelta(days=_REL[word[0]])
    return DaySpan(day, day)


def _weekday(given: dict[str, str], today: date) -> DaySpan:
    name = given.get("wday") or given["wday3"]
    if name not in _WEEKDAYS:
        raise ImpossibleTimeError(f"没有星期{name}")
    which = given.get("week") or given.get("week3") or ""
    number = _WEEKDAYS[name]
    ahead = _ahead(which)
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=ahead)
    day = monday + timedelta(days=number - 1)
    if not which and day < today:
        day += timedelta(weeks=1)
    first = day - timedelta(days=1) if name == "末" else day
    return DaySpan(first, day, whole=name == "末", near=not which, weekday=True)


def _week(given: dict[str, str], today: date) -> DaySpan:
    monday = today - timedelta(days=today.weekday())
    monday += timedelta(weeks=_ahead(given.get("week2", "")))
    return DaySpan(monday, monday + timedelta(days=6), whole=True)


def _ahead(which: str) -> int:
    if which.startswith("上"):
        raise PastTimeError(which)
    return which.count("下")


def _month_day(given: dict[str, str], today: date) -> DaySpan:
    month = _number(given.get("month") or given["month3"])
    day = _number(given.get("mday") or given["mday3"])
    year = _year(given.get("year", ""), today)
    made = _date(year or today.year, month, day)
    if year is None and made < today:
        if (today - made).days < 180:
            raise ImpossibleTimeError(f"{month}月{day}日在通话之前")
        made = _date(today.year + 1, month, day)
    return DaySpan(made, made)


def _year(text: str, today: date) -> int | None:
    if not text:
        return None
    if text in ("今年", "本年"):
        return today.year
    if text == "明年":
        return today.year + 1
    number = read_number(text.rstrip("年"))
    return None if number is None else int(number)


def _day_of_month(given: dict[str, str], today: date) -> DaySpan:
    year, month = _month_named(given["month2"], today)
    day = _date(year, month, _number(given["mday2"]))
    return DaySpan(day, day)


def _day_alone(given: dict[str, str], today: date) -> DaySpan:
    number = _number(given["mday4"])
    if not 1 <= number <= 31:
        raise ImpossibleTimeError(f"没有{number}号")
    year, month = today.year, today.month
    if number < today.day:
        year, month = _add_month(year, month, 1)
    day = _date(year, month, number)
    return DaySpan(day, day, near=True)


def _month(given: dict[str, str], today: date) -> DaySpan:
    year, month = _month_named(given["month5"], today)
    return DaySpan(date(year, month, 1), _last(year, month), whole=True)


def _month_part(given: dict[str, str], today: date) -> DaySpan:
    named = given.get("month4")
    part = given["mpart"].removeprefix("月")
    year, month = _month_named(named, today) if named else (today.year, today.month)
    low, high = _PARTS[part]
    last = _last(year, month)
    span = DaySpan(date(year, month, low), min(date(year, month, min(high, 28)), last))
    if high == 31:
        span = DaySpan(span.first, last)
    if span.last < today:
        if named:
            raise ImpossibleTimeError("说的时间在通话之前")
        year, month = _add_month(year, month, 1)
        span = DaySpan(date(year, month, low), date(year, month, high))
    return span


def _month_named(text: str, today: date) -> tuple[int, int]:
    """Year and month of 这个月, 下个月, 十二月."""
    if text.startswith("上"):
        raise PastTimeError(text)
    if text.startswith(("这", "本", "当")):
        return today.year, today.month
    if text.startswith("下"):
        return _add_month(today.year, today.month, text.count("下"))
    if text.startswith("再下"):
        return _add_month(today.year, today.month, 2)
    month = _number(re_month(text))
    if not 1 <= month <= 12:
        raise ImpossibleTimeError(f"没有{month}月")
    return today.year + (month < today.month), month


def re_month(text: str) -> str:
    """The number in the name of a month.

    >>> re_month("十二月份")
    '十二'
    """
    return text.removesuffix("份").removesuffix("月")


def _year_end(given: dict[str, str], today: date) -> DaySpan:
    word = given["yend"]
    if "季" in word:
        month = (today.month + 2) // 3 * 3
        return DaySpan(today, _last(today.year, month))
    if word == "月内":
        return DaySpan(today, _last(today.year, today.month))
    year = today.year + word.startswith("明年")
    return DaySpan(date(year, 12, 1), date(year, 12, 31))


def _fixed(given: dict[str, str], today: date) -> DaySpan:
    month, day = _FIXED[given["fixed"]]
    made = date(today.year, month, day)
    if made < today:
        made = date(today.year + 1, month, day)
    return DaySpan(made, made, whole=True)


def _lunar(given: dict[str, str], _: date) -> DaySpan:
    raise ImpossibleTimeError(f"“{given['lunar']}”是哪一天要由人来看")


def _date(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise ImpossibleTimeError(f"没有{month}月")
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise ImpossibleTimeError(
            f"{year}年没有{month}月{day}日" if day == 29 else f"没有{month}月{day}日"
        )
    return date(year, month, day)


def _add_month(year: int, month: int, count: int) -> tuple[int, int]:
    months = year * 12 + month - 1 + count
    return months // 12, months % 12 + 1


def add_months(day: date, count: int) -> date:
    """The same day ``count`` months on, or the last of that month.

    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = _add_month(day.year, day.month, count)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _number(text: str) -> int:
    number = read_number(text)
    if number is None:
        raise ImpossibleTimeError(f"看不懂“{text}”")
    return int(number)


_READERS = {
    "month": _month_day, "month3": _month_day, "mday2": _day_of_month, "mpart": _month_part, "month5": _month,
    "mday4": _day_alone, "rel": _relative, "wday": _weekday, "wday3": _weekday, "week2": _week, "week_in": _week,
    "yend": _year_end, "fixed": _fixed, "lunar": _lunar,
}  # fmt: skip
