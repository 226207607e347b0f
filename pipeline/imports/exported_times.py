"""Times as exports write them, on the clock of the site."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from pipeline.errors import SettingsError
from pipeline.imports.time_words import in_figures

_CLOCK = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号號]?"
    r"(?:[T\s]*(\d{1,2})[:：时時点點](\d{1,2})(?:[:：分](\d{1,2})(?:\.(\d{1,9}))?)?[分秒]?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(?:(\d\d)(\d{3})?)?)?")
_HALF = re.compile(r"\s*(上午|下午|凌晨|早上|中午|晚上|[AP]\.?M\.?)\s*", re.IGNORECASE)
_ZONE = re.compile(r"\s*(?:(Z|UTC|GMT)|(?:UTC|GMT)?([+-]\d\d):?(\d\d))$", re.IGNORECASE)
_EPOCH = re.compile(r"(\d{10})(?:\.\d{1,9})?|(\d{13})|(\d{16})")
_IN_JSON = re.compile(r"\\?/Date\((\d{13})(?:[+-]\d{4})?\)\\?/")
"""How Microsoft's tools write a time in JSON: milliseconds since 1970."""
_WEEKDAY = re.compile(r"\s*[(（]?(?:星期|周|週|礼拜|禮拜)[一二三四五六日天][)）]?\s*")
_LETTER = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ")
"""How a time of RFC 5322 (mail) begins."""
_STRETCH = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}[日号號]?\s+\d{1,2}:\d\d"
    r"(?:\s*-\s*\d{1,2}:\d\d|(?::\d\d)?\s*-\s*\d{1,2}:\d\d:\d\d)"
)
"""2026-11-02 09:30-10:00: half an hour, or ten hours west of Greenwich?"""
_EPOCH_BEFORE = 2_000_000_000
"""Larger numbers of ten digits may be a compact date and hour (2026110209). They are refused."""


def read_time(text: str, where: str) -> datetime:
    """A date with or without a time. With a zone, or since 1970, it has its zone; else none.

    Raises ``SettingsError`` beginning with ``where`` for anything else.

    >>> read_time("2026/11/2 下午3:05", "").isoformat(), read_time("1793464200", "").isoformat()
    ('2026-11-02T15:05:00', '2026-10-31T16:30:00+00:00')
    """
    plain = unicodedata.normalize("NFKC", text.strip())
    try:
        written = _WEEKDAY.sub(" ", in_figures(_IN_JSON.sub(r"\1", plain))).strip()
        if _STRETCH.fullmatch(written):
            raise ValueError(written)
        if _LETTER.match(written):
            return parsedate_to_datetime(written)
        return _epoch(written) or _listed_time(written) or datetime.fromisoformat(written)
    except (ValueError, OverflowError) as error:
        raise SettingsError(
            f"{where}: {text!r} is not a time; expected one such as 2026-11-02 09:30:00"
        ) from error


def iso_time(text: str, where: str) -> str:
    """The time on the clock of the site (``[site] timezone``), ISO 8601 without a zone.

    Raises ``SettingsError`` beginning with ``where`` where it is no time.

    >>> iso_time("2026年11月2日 9:30", "a.csv, line 2"), iso_time("20261102093000", "")
    ('2026-11-02T09:30:00', '2026-11-02T09:30:00')
    """
    return site_time(read_time(text, where)).isoformat()


def site_time(moment: datetime) -> datetime:
    """A moment on the clock of the site, without a zone; one without a zone is on it already."""
    return moment.astimezone().replace(tzinfo=None, fold=0) if moment.tzinfo else moment


def not_yet(start: str | None, where: str, *, today: date) -> str:
    """Why a start (ISO 8601) cannot be: it lies more than a day after ``today``. That day is for
    clocks of another zone. Empty where it can be, or is unknown.

    >>> not_yet("2026-11-03T09:30:00", "a.csv", today=date(2026, 11, 2))
    ''
    >>> not_yet("2026-11-04T09:30:00", "a.csv", today=date(2026, 11, 2))
    'a.csv: the call would begin at 2026-11-04T09:30:00, after today, 2026-11-02; its start is left unknown'
    """
    if not start or date.fromisoformat(start[:10]) <= today + timedelta(days=1):
        return ""
    return (
        f"{where}: the call would begin at {start}, after today, {today}; its start is left unknown"
    )


def _epoch(text: str) -> datetime | None:
    match = _EPOCH.fullmatch(text)
    if match is None:
        return None
    whole, milli, micro = match.groups()
    seconds = float(text) if whole else int(milli) / 1e3 if milli else int(micro) / 1e6
    if not 1e8 <= seconds < _EPOCH_BEFORE:
        raise ValueError(text)
    return datetime.fromtimestamp(seconds, tz=UTC)


def _listed_time(text: str) -> datetime | None:
    plain, zone = _without_zone(text)
    half = _HALF.search(plain)
    plain = _HALF.sub(" ", plain, count=1).strip() if half else plain
    match = _COMPACT.fullmatch(plain) or _CLOCK.fullmatch(_time_last(plain))
    if match is None:
        # fromisoformat accepts any character between date and time, also a digit: 13 digits would
        # become a date. It knows no half of the day.
        if text.isdigit() or half:
            raise ValueError(text)
        return None
    year, month, day, hour, minute, second, *rest = match.groups()
    if half and hour is None:
        raise ValueError(text)
    hours = _hour(int(hour or 0), half.group(1) if half else "")
    fraction = ((rest[0] or "") if rest else "")[:6].ljust(6, "0")
    of_day = (hours, int(minute or 0), int(second or 0), int(fraction))
    at_midnight = of_day == (24, 0, 0, 0)  # ISO 8601: 24:00 is the end of the day
    found = datetime(
        int(year), int(month), int(day), *((0, 0, 0, 0) if at_midnight else of_day)
    ) + timedelta(days=at_midnight)
    return datetime.fromisoformat(found.isoformat() + zone)


def _without_zone(text: str) -> tuple[str, str]:
    """The text and its zone as "+08:00", "" where it has none."""
    match = _ZONE.search(text)
    if match is None or ":" not in text[: match.start()]:
        return text, ""
    named, hours, minutes = match.groups()
    return text[: match.start()], "+00:00" if named else f"{hours}:{minutes}"


def _time_last(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _hour(hour: int, half: str) -> int:
    """The hour of 24 for an hour with its half of the day. Raises ``ValueError`` for 晚上12点: the
    day is not clear."""
    name = half.upper().replace(".", "")
    if name == "晚上" and hour == 12:
        raise ValueError(hour)
    if name in ("上午", "凌晨", "早上", "AM"):
        if hour > 12:
            raise ValueError(hour)
        return hour % 12
    if name in ("下午", "晚上", "PM") or (name == "中午" and hour < 3):
        return hour + 12 if hour < 12 else hour
    return hour
