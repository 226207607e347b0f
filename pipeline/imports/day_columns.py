"""Day and time of day in two columns (日期, 时间) as one time."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.imports.exported_times import read_time
from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_DAY_NAME = re.compile(r"(.*?)(?:日期|date|day)")
_TIME_NAME = re.compile(r"(.*?)(?:时间|時間|时刻|時刻|time|(?<=[a-z])at|stamp)")
_OF_START = frozenset({"", "开始", "開始", "start", "started", "begin", "呼叫", "来电", "拨打", "通话", "call", "发送", "消息", "发生", "聊天", "send", "sent", "msg"})  # fmt: skip
_OF_CALL = frozenset({"录音", "会话", "對話", "对话", "接待", "咨询", "服务", "来话", "session", "record"})  # fmt: skip
"""A day so named is the call's, not that of a birth or a refund."""
_NO_MOMENT = re.compile("振铃|等待|排队|时长|用时|耗时|平均|间隔|ring|wait|duration|hold")
"""Columns of lengths of time."""
_LINE_TIMES = frozenset({"开始时间", "结束时间"})
"""What they mean depends on the other columns, so they keep their names."""
_USUAL = ("时间", "开始时间", "started_at")
"""What a reader calls the time, the first that it knows."""

_DAY = re.compile(
    r"(?:(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?|(?P<compact>\d{8})|(?P<short>\d{1,2}[-/.月]\d{1,2}日?))"
    r"(?:\s*[(（]?(?:星期|周|週|礼拜)[一二三四五六日天][)）]?)?(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?)?"
)
_CLOCK = re.compile(
    r"(?:(?:上午|下午|凌晨|早上|中午|晚上|[AP]M)\s*)?\d{1,2}[:时点]\d{1,2}(?:[:分]\d{1,2}(?:\.\d{1,9})?秒?)?分?(?:\s*[AP]M)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"([01]\d|2[0-4])([0-5]\d)([0-5]\d)")
_OF_SHEET = re.compile(r"1(?:899-12-3[01]|900-01-0[01])[T ](\d\d:\d\d:\d\d)(?:\.\d+)?")
"""How a workbook shows a time without a day."""
_SHARE = re.compile(r"0\.\d{3,}")
"""A time as a share of the day, as a workbook keeps it."""
_HALF_DAY = timedelta(hours=12)


def day_of(text: str) -> str:
    """A day without a time, with a year as ISO 8601; "" for any other text.

    >>> day_of("2026年11月2日 星期一"), day_of("20261102"), day_of("11-02"), day_of("2026-11-02 09:30")
    ('2026-11-02', '2026-11-02', '11-02', '')
    """
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return ""
    if found["short"]:
        return found["short"]
    whole = found["compact"]
    parts = (whole[:4], whole[4:6], whole[6:]) if whole else found.group("year", "month", "day")
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        return ""


def clock_of(text: str) -> str:
    """A time of day without a day; "" for any other text.

    >>> clock_of("9:30"), clock_of("093005"), clock_of("下午3:05"), clock_of("0.395891"), clock_of("180")
    ('9:30', '09:30:05', '下午3:05', '09:30:05', '')
    """
    written = unicodedata.normalize("NFKC", text).strip()
    if _CLOCK.fullmatch(written):
        return written
    if found := _COMPACT.fullmatch(written):
        return ":".join(found.groups())
    if found := _OF_SHEET.fullmatch(written):
        return found[1]
    if _SHARE.fullmatch(written):
        seconds = round(float(written) * 86_400)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return ""


def day_beside(names: Iterable[str], name: str) -> str | None:
    """The column or key of the day that belongs to a time of day; ``None`` without one.

    >>> day_beside(["通话日期", "开始日期", "开始时间"], "开始时间"), day_beside(["日期", "内容"], "发送时间")
    ('开始日期', '日期')
    """
    time = _TIME_NAME.fullmatch(spelling(name))
    if time is None or _NO_MOMENT.search(spelling(name)):
        return None
    days = {one: found[1] for one in names if (found := _DAY_NAME.fullmatch(spelling(one)))}
    same = [one for one, prefix in days.items() if prefix == time[1]]
    plain = [one for one, prefix in days.items() if prefix == ""]
    of_call = [one for one, prefix in days.items() if prefix in _OF_START | _OF_CALL]
    return next(iter((*same, *plain, *(of_call if len(of_call) == 1 else ()))), None)


def is_day_of_call(name: str) -> bool:
    """Whether a name is that of the day of a call, and not of a birth or a refund.

    >>> is_day_of_call("通话日期"), is_day_of_call("出生日期")
    (True, False)
    """
    found = _DAY_NAME.fullmatch(spelling(name))
    return found is not None and found[1] in _OF_START | _OF_CALL


def is_time_of_call(name: str) -> bool:
    """Whether a name is that of the time at which a call begins.

    >>> is_time_of_call("来电时间"), is_time_of_call("會話開始時間"), is_time_of_call("导出时间")
    (True, True, False)
    """
    found = _TIME_NAME.fullmatch(spelling(name))
    return found is not None and found[1].removesuffix("开始") in _OF_START | _OF_CALL


def with_day(cells: Mapping[str, Any], name: str) -> str:
    """The time under a name, with the day that stands beside it; the text itself where it is no
    time of day, or no day is there.

    >>> with_day({"日期": "2026/11/2", "时间": "9:30"}, "时间"), with_day({"时间": "9:30"}, "时间")
    ('2026-11-02 9:30', '9:30')
    """
    text = str(cells.get(name) or "")
    clock = clock_of(text)
    beside = day_beside(cells, name) if clock else None
    day = day_of(str(cells.get(beside) or "")) if beside else ""
    return f"{day} {clock}" if day else text


def join_days(
    headings: Sequence[str], rows: Sequence[Mapping[str, str]], known: Collection[str]
) -> tuple[tuple[str, ...], list[dict[str, str]]] | None:
    """Headings and rows with each time of day under its heading joined to the day beside it, and
    without the columns of these days; ``None`` where no two columns are one time.

    ``known``: the headings that the reader knows, in lower case. Where it knows neither of the two,
    the time gets the heading that it knows for times. A later time of a row that is more than 12
    hours before the first is of the next day. A row with a day and no time keeps the day.
    """
    pairs = {
        time: day
        for time in headings
        if (day := day_beside(headings, time)) and _are_one(rows, day, time)
    }
    if not pairs:
        return None
    names = {time: _heading_for(time, day, headings, known) for time, day in pairs.items()}
    gone = set(pairs.values()) | set(pairs)
    kept = tuple(names.get(one, one) for one in headings if one in pairs or one not in gone)
    return tuple(kept), [_joined(row, pairs, names, gone) for row in rows]


def _are_one(rows: Sequence[Mapping[str, str]], day: str, time: str) -> bool:
    return any(clock_of(row.get(time, "")) and day_of(row.get(day, "")) for row in rows)


def _heading_for(time: str, day: str, headings: Sequence[str], known: Collection[str]) -> str:
    """The heading of a joined time that its reader knows."""
    taken = {one.strip().casefold() for one in headings}
    own, of_day = time.strip().casefold(), day.strip().casefold()
    found = _TIME_NAME.fullmatch(spelling(time))
    if own in known or time.strip() in _LINE_TIMES or (found and found[1] not in _OF_START):
        return time
    if of_day in known:
        return day
    return next((one for one in _USUAL if one in known and one not in taken), time)


def _joined(
    row: Mapping[str, str], pairs: Mapping[str, str], names: Mapping[str, str], gone: set[str]
) -> dict[str, str]:
    made = {name: text for name, text in row.items() if name not in gone}
    first: datetime | None = None
    for time, day in pairs.items():
        text = with_day({day: row.get(day, ""), time: row.get(time, "")}, time)
        moment = _moment(text)
        if moment is not None and first is not None and first - moment > _HALF_DAY:
            text = (moment + timedelta(days=1)).isoformat(" ")
        first = first or moment
        made[names[time]] = text or row.get(day, "")
    return made


def _moment(text: str) -> datetime | None:
    try:
        return read_time(text, "").replace(tzinfo=None)
    except SettingsError:
        return None
