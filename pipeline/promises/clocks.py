"""Clock times, parts of a day and durations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from pipeline.promises.days import ImpossibleTimeError, add_months
from pipeline.promises.numbers import read_number

if TYPE_CHECKING:
    from pipeline.promises.atoms import Atom
    from pipeline.promises.workdays import WorkCalendar

DAY_END = time(23, 59)

PART_ENDS = {
    "night": time(6, 0), "morning": time(12, 0), "noon": time(14, 0), "afternoon": time(18, 0),
    "dusk": time(20, 0), "evening": DAY_END,
}  # fmt: skip
"""The last moment of each part of a day, as generous as people use the words (our choice)."""

PART_STARTS = {
    "noon": time(12, 0),
    "afternoon": time(18, 0),
    "dusk": time(18, 0),
    "evening": time(18, 0),
}
"""The term of 中午前, 晚上前. 下午之前 may mean before or by the afternoon: its end counts."""

_PARTS = {
    "night": ("凌晨",),
    "morning": ("清晨", "早晨", "早上", "清早", "一早", "一大早", "大早", "一上班", "上班后", "上午", "午前", "早间", "早", "晨"),
    "noon": ("中午", "正午", "晌午", "午间"),
    "afternoon": ("下午", "午后"),
    "dusk": ("傍晚",),
    "evening": ("晚上", "晚间", "夜里", "夜间", "夜晚", "半夜", "深夜", "午夜", "晚", "夜"),
}  # fmt: skip
PART_OF = {word: part for part, words in _PARTS.items() for word in words}


@dataclass(frozen=True, slots=True)
class ClockTime:
    """``hour``, ``minute`` as said, 0..24 and 0..59. ``off``: 下班."""

    hour: int
    minute: int
    off: bool = False


def read_clock(atom: Atom) -> ClockTime:
    """The clock time of an atom. Raises ``ImpossibleTimeError``."""
    given = atom.groups
    if "off" in given:
        return ClockTime(0, 0, off=True)
    if "to" in given:
        before = 15 if given["to"].startswith("一刻") else _whole(given["to"].rstrip("分"))
        minutes = _whole(given["hour_to"]) * 60 - before
        return ClockTime(minutes // 60, minutes % 60)
    hour = _whole(given.get("hour") or given["hour2"])
    minute = 30 if "half_hour" in given else 0
    if "quarter" in given:
        minute = 45 if given["quarter"] in "三3" else 15
    if text := given.get("minute") or given.get("minute2"):
        minute = _whole(text)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ImpossibleTimeError(f"没有{hour}点{f'{minute}分' if minute else ''}")
    return ClockTime(hour, minute)


def hours_from_midnight(clock: ClockTime, part: str | None) -> int:
    """The hour of a clock time in a part of the day, counted from the day's midnight; the next
    day's first hours are 24 and more. Raises ``ImpossibleTimeError``."""
    hour = clock.hour
    if part == "evening":
        return (
            hour + 24
            if hour in (0, 1, 2, 3, 4)
            else 24
            if hour in (12, 24)
            else hour
            if hour > 12
            else hour + 12
        )
    if part in ("afternoon", "dusk"):
        return hour + 12 if 1 <= hour < 12 else hour
    if part == "noon":
        return hour + 12 if 1 <= hour <= 3 else hour
    if part in ("morning", "night") and hour > 12:
        raise ImpossibleTimeError(f"上午没有{hour}点")
    return 0 if part == "night" and hour == 12 else hour


def usual_hour(hour: int) -> int:
    """The hour that people mean without a part of the day, on another day than today: from 7 to 18
    o'clock (our choice).

    >>> [usual_hour(hour) for hour in (3, 9, 12, 15)]
    [15, 9, 12, 15]
    """
    return hour + 12 if 1 <= hour <= 6 else hour


def add_duration(atom: Atom, moment: datetime, calendar: WorkCalendar, *, about: bool) -> datetime:
    """The last moment that a duration from ``moment`` allows: exact below a day, else the end of
    the last day. Raises ``ImpossibleTimeError``."""
    number, unit = _amount(atom)
    if number > 9999:
        raise ImpossibleTimeError(f"“{atom.text}”太长")
    minutes = {"分钟": 1, "刻钟": 15, "小时": 60, "钟头": 60, "钟": 60, "h": 60}
    if unit in minutes:
        return moment + timedelta(minutes=number * minutes[unit] + 30 * about)
    if (number, unit) == (0.5, "天"):
        return moment + timedelta(hours=12)
    if unit in ("工作日", "工作天"):
        day = calendar.after(moment.date(), math.ceil(number) + about)
    elif unit in ("月", "年"):
        months = number * (12 if unit == "年" else 1)
        day = add_months(moment.date(), int(months)) + timedelta(days=15 * (months % 1 > 0) + about)
    else:
        days = number * (7 if unit in ("周", "星期", "礼拜") else 1)
        day = moment.date() + timedelta(days=math.ceil(days) + about)
    return datetime.combine(day, DAY_END, moment.tzinfo)


def is_short(atom: Atom) -> bool:
    """Whether a duration is counted in minutes or hours."""
    return _amount(atom)[1] in ("分钟", "刻钟", "小时", "钟头", "钟", "h")


def _amount(atom: Atom) -> tuple[float, str]:
    given = atom.groups
    unit = next(
        given[name] for name in ("unit", "unit1", "unit2", "unit3", "unit4") if name in given
    )
    plain = unit.removeprefix("个")
    if "half" in given:
        return 0.5, plain
    if "some" in given:
        said = {"十几": 19, "二十几": 29, "三十几": 39, "十来": 15, "二十来": 25, "个把": 2}
        return said[given["some"]], plain
    text = given.get("high") or given.get("count") or given["number"]
    number = read_number(text)
    if number is None:
        raise ImpossibleTimeError(f"看不懂“{text}”")
    return number + 0.5 * ("unit3" in given or "andhalf" in given), plain


def _whole(text: str) -> int:
    number = read_number(text)
    if number is None or number != int(number):
        raise ImpossibleTimeError(f"看不懂“{text}”")
    return int(number)
