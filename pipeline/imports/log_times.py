"""Times of chats that were copied as plain text, where a line may have the clock only."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.imports.exported_times import read_time
from pipeline.imports.moments import moment_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.imports.days import Days
    from pipeline.imports.moments import Moment

_HALF = r"(?:(?:上午|下午|凌晨|早上|中午|晚上|AM|PM)\s*)?"
HOURS = rf"{_HALF}\d{{1,2}}[:：][0-5]\d(?:[:：][0-5]\d(?:[.,]\d{{1,6}})?)?(?:\s*[AP]M)?"
_WEEKDAY = r"(?:(?:星期|周|週|礼拜)[一二三四五六日天])"
DATED = rf"\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?[ T]+(?:{_WEEKDAY}\s*)?{HOURS}"
"""A date and a time, as a pattern; ``HOURS``: a time of day."""
LOOSE = rf"(?:(?:\d{{1,2}}[-/.月]\d{{1,2}}日?|今天|昨天|前天)\s*)?{HOURS}"
"""A time with or without a day, as a pattern."""
UNTIL = rf"(?:\s*(?:-{{1,2}}>|[-–—~～至])\s*{HOURS})?"
"""The end of a stretch, as a pattern; it is not read."""
CLOCK = re.compile(HOURS)
_HEADING = re.compile(
    rf"[\s\-—–=*_·.]*(?:日期\s*[:：]\s*)?(?P<day>(?:\d{{4}}[-/.年])?\d{{1,2}}[-/.月]\d{{1,2}}日?)\s*(?:[(（]?{_WEEKDAY}[)）]?|[(（][一二三四五六日][)）])?\s*(?P<clock>{HOURS})?[\s\-—–=*_·.]*"
)
UNCLEAR_CLOCK = "看不出时间是时:分还是分:秒，没有用这些时间，只按先后顺序判断"


def day_heading(line: str) -> str:
    """The day of a line that is a heading with a day, and perhaps a time; "" for other lines.

    >>> day_heading("———— 2026年11月2日 星期一 ————"), day_heading("11-02 的事")
    ('2026年11月2日', '')
    """
    found = _HEADING.fullmatch(line)
    return found["day"] if found else ""


def heading_time(line: str) -> str:
    """The day and time of such a line; "" where it has no year or no time.

    >>> heading_time("2026年11月2日 09:30"), heading_time("11-02 09:30")
    ('2026年11月2日 09:30', '')
    """
    found = _HEADING.fullmatch(line)
    whole = found is not None and found["clock"] and re.match(r"\d{4}", found["day"])
    return f"{found['day']} {found['clock']}" if found and whole else ""


def is_unclear(clocks: Sequence[str], numbered: bool) -> bool:
    """Whether times of two parts may be minutes and seconds of a recording: the speakers are only
    ``numbered``, the first time begins with 0, or an hour is none (our choice: a call begins at
    00:00, and few chats do).

    >>> is_unclear(["09:30", "09:31"], False), is_unclear(["00:02", "00:09"], False), is_unclear(["9:30", "31:05"], False)
    (False, True, True)
    """
    firsts = [re.split("[:：]", one) for one in clocks]
    short = [parts for parts in firsts if len(parts) == 2 and parts[0].strip().isdigit()]
    if not short:
        return False
    return numbered or int(short[0][0]) == 0 or any(int(parts[0]) > 23 for parts in short)


def log_moment(text: str, day: str, where: str, days: Days) -> Moment:
    """The time of a line. ``day``: of the heading above it, for a clock without one. Without any
    day it is a time of day. Raises ``SettingsError`` or ``UnreadableError`` beginning with
    ``where``."""
    written = text.replace("：", ":").strip()
    if not CLOCK.fullmatch(written):
        return moment_of(re.sub(_WEEKDAY, "", written), where, days)
    if day:
        whole = day if re.match(r"\d{4}", day) else days.complete(f"{day} {written}", where)
        return moment_of(whole if " " in whole else f"{whole} {written}", where, days)
    clock = read_time(f"2000-01-01 {written}", where)
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
