"""Turn the time of a line (seconds, a time of day, or a date with a time) into seconds from the
start."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import UnreadableError
from pipeline.imports.days import Days
from pipeline.imports.exported_times import read_time, site_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import Seconds

Moment: TypeAlias = float | timedelta | datetime
"""Seconds from the start, a time of day, or a point in time."""

NO_DAYS = Days()

EPOCH_FROM = 1e9
"""From here on (31 years) a number counts from 1970 (our choice)."""

_EPOCHS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (math.inf, 1e9))
"""Below each number it counts in parts of a second: seconds, milliseconds, microseconds,
nanoseconds (2001 to 2100 lie within)."""

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_DAY_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d(?:[.,]\d{1,6})?)", re.ASCII)
_UNIT = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|secs|秒|ms|毫秒)", re.ASCII | re.IGNORECASE)
_DAY_NUMBER = re.compile(r"[3-7]\d{4}\.\d{4,}", re.ASCII)
_COMPACT_DIGITS = (12, 14)


def moment_of(value: str | float, where: str, days: Days = NO_DAYS) -> Moment:
    """Read a time in any form that platforms write. Raises ``UnreadableError`` or ``SettingsError``
    that begins with ``where``. ``days``: what the file says of times without a day or a year.

    >>> moment_of("3.5", ""), moment_of("09:30:05", ""), moment_of("2026/11/2 9:30", "")
    (3.5, datetime.timedelta(seconds=34205), datetime.datetime(2026, 11, 2, 9, 30))
    """
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if unit := _UNIT.fullmatch(text):
        return float(unit[1]) / (1000 if unit[2].lower() in ("ms", "毫秒") else 1)
    if _DAY_NUMBER.fullmatch(text):
        raise UnreadableError(
            f"{where}: {text!r} is the number of a day in a spreadsheet; save the column as dates with times, "
            "such as 2026-11-02 09:30:05"
        )
    if isinstance(value, float) or (_NUMBER.fullmatch(text) and len(text) not in _COMPACT_DIGITS):
        return _number(value, where)
    day_time = _DAY_TIME.fullmatch(text)
    if day_time:
        hours, minutes, seconds = day_time.groups()
        return timedelta(
            hours=int(hours), minutes=int(minutes), seconds=float(seconds.replace(",", "."))
        )
    return read_time(days.complete(text, where), where)


def offsets(moments: Sequence[Moment], where: str) -> tuple[tuple[Seconds, ...], str | None]:
    """Seconds from the start for each moment, and the start on the clock of the site as ISO 8601 if
    dates give it.

    Clock times count from the earliest. A time of day that falls by more than 12 hours belongs to
    the next day. Seconds stay as they are, unless some are negative: then the earliest is 0. Raises
    ``UnreadableError`` for a mixture of kinds.

    >>> offsets([timedelta(hours=23, minutes=59, seconds=50), timedelta(seconds=5)], "")
    ((0.0, 15.0), None)
    """
    dates = [moment for moment in moments if isinstance(moment, datetime)]
    numbers = [moment for moment in moments if isinstance(moment, float)]
    zoned = sum(date.tzinfo is not None for date in dates)
    if (
        len(dates) not in (0, len(moments))
        or len(numbers) not in (0, len(moments))
        or zoned not in (0, len(dates))
    ):
        raise UnreadableError(
            f"{where}: its times are of different kinds; expected only seconds, only 09:30:05, or only dates with times"
        )
    if dates:
        known = _clock_turned_back(dates)
        instants = [date.timestamp() for date in known]
        first = min(instants)
        start = dates[instants.index(first)]
        return tuple(round(at - first, 6) for at in instants), site_time(start).isoformat()
    if numbers:
        origin = min(0.0, *numbers)
        return tuple(number - origin for number in numbers), None
    days = _unwrapped(
        [moment.total_seconds() for moment in moments if isinstance(moment, timedelta)]
    )
    return tuple(seconds - min(days) for seconds in days), None


def _clock_turned_back(dates: Sequence[datetime]) -> list[datetime]:
    """Times without a zone, in the order of the file. Where the clock goes back in it and the hour
    happens twice on the clock of the site, the later ones are of its second turn."""
    found: list[datetime] = []
    for date in dates:
        before = found[-1] if found else None
        if date.tzinfo is None and before is not None and date < before:
            later = date.replace(fold=1)
            turned = before - date > timedelta(minutes=1) and date.timestamp() < later.timestamp()
            found.append(later if turned and later.timestamp() >= before.timestamp() else date)
        elif before is not None and before.fold and date.tzinfo is None:
            found.append(date.replace(fold=1))
        else:
            found.append(date)
    return found


MINUTES_FROM = 3
"""So many lines at full minutes mean that the seconds were left out (our choice)."""


def step_of(moments: Sequence[Moment | None]) -> Seconds:
    """What the times are rounded to: 60 s where all are at full minutes of the clock, 1 s where all
    are full seconds, else 0.

    >>> step_of([datetime(2026, 11, 2, 9, minute) for minute in (30, 31, 45)]), step_of([1.0, 2.0]), step_of([0.5])
    (60.0, 1.0, 0.0)
    """
    given = [moment for moment in moments if moment is not None]
    seconds = [_second_of(moment) for moment in given]
    if not given or any(second != int(second) for second in seconds):
        return 0.0
    clock = not any(isinstance(moment, float) for moment in given)
    if clock and len(given) >= MINUTES_FROM and not any(second % 60 for second in seconds):
        return 60.0
    return 1.0


def _second_of(moment: Moment) -> Seconds:
    if isinstance(moment, datetime):
        return moment.second + moment.microsecond / 1e6
    return moment.total_seconds() if isinstance(moment, timedelta) else moment


def _unwrapped(seconds: Sequence[Seconds]) -> list[Seconds]:
    day, half = 86_400.0, 43_200.0
    days = 0
    found: list[Seconds] = []
    for at, now in enumerate(seconds):
        days += at > 0 and now < seconds[at - 1] - half
        found.append(now + days * day)
    return found


def _number(value: str | float, where: str) -> Moment:
    try:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(value)
        if number < EPOCH_FROM:
            return number
        per_s = next(unit for most, unit in _EPOCHS if number < most)
        return datetime.fromtimestamp(number / per_s, tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableError(
            f"{where}: {str(value)[:40]!r} is not a time; expected seconds, 09:30:05 or 2026-11-02 09:30:05"
        ) from error
