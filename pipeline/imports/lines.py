"""What a telephone system says about a call: direction, answer, ringing, hang-up and transfer, as
the cells of tables have it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.errors import SettingsError
from pipeline.imports.exported_times import iso_time
from pipeline.imports.scripts import simplified

if TYPE_CHECKING:
    from pipeline.types import Seconds

LINE_HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("direction", "呼叫方向", "方向", "呼叫类型", "呼入呼出"), "direction"),
    **dict.fromkeys(
        ("ringing_s", "振铃时长", "振铃时间", "振铃秒数", "振铃时长（秒）", "振铃时长(秒)"),
        "ringing_s",
    ),
    **dict.fromkeys(("answered_at", "应答时间", "接听时间", "接通时间"), "answered_at"),
    **dict.fromkeys(
        ("answer", "是否接听", "是否接通", "接听状态", "接通状态", "应答状态"), "answer"
    ),
    **dict.fromkeys(("hung_up_by", "挂机方", "挂断方", "挂机方向"), "hung_up_by"),
    **dict.fromkeys(("transferred_to", "转接至", "转接到", "转接对象", "转接号码"), "transferred_to"),
}  # fmt: skip

OF_LINE = tuple(dict.fromkeys(LINE_HEADINGS.values()))
"""The cells that ``line_values`` reads."""

MOST_RINGING_S = 3600.0
"""A longer time is no ringing (our choice)."""

SWITCH_ANSWERS_S = 1.0
"""Whoever answers a queue or a menu so soon is the switch (our choice)."""

_SAYS_NOTHING = frozenset({"", "-", "--", "/", "无", "未知", "null", "none", "n/a", "unknown"})
DIRECTIONS = {
    **dict.fromkeys(("inbound", "in", "incoming", "呼入", "来电", "客户呼入", "入呼", "来话", "呼入电话", "进线", "call_in"), "inbound"),
    **dict.fromkeys(("outbound", "out", "outgoing", "呼出", "外呼", "去电", "外拨", "出呼", "去话", "呼出电话", "call_out"), "outbound"),
    **dict.fromkeys(("internal", "local", "内部", "内线", "内呼"), "internal"),
}  # fmt: skip
_SIDES = {
    **dict.fromkeys(("agent", "坐席", "座席", "客服", "坐席挂机", "座席挂机", "客服挂机"), "agent"),
    **dict.fromkeys(
        ("customer", "client", "客户", "用户", "客户挂机", "用户挂机", "访客"), "customer"
    ),
    **dict.fromkeys(("system", "系统", "系统挂机"), "system"),
}
_ANSWERS = {
    **dict.fromkeys(
        ("双方接听", "双方接通", "已接起", "接通成功", "呼叫成功", "人工接听", "座席接听", "坐席接听", "success"),
        "answered",
    ),
    **dict.fromkeys(
        ("1", "是", "已接", "已接听", "已接通", "接通", "接听", "已应答", "y", "yes", "true", "answered"),
        "answered",
    ),
    **dict.fromkeys(
        ("0", "否", "未接", "未接听", "未接通", "未应答", "漏接", "放弃", "n", "no", "false", "missed",
         "no answer", "noanswer"),
        "missed",
    ),
}  # fmt: skip
_NOBODY = _SAYS_NOTHING | {"否", "no", "0", "未转接", "没有"}
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2}(?:\.\d+)?)")
_DATED = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?) ?(?:秒|s|sec)?")
_SPOKEN = re.compile(r"(\d+)分(?:钟)?(?:(\d+)秒)?")

Read: TypeAlias = Callable[[str, str], Any]


def line_values(
    cells: Mapping[str, str], where: str, *, started_at: str | None
) -> tuple[dict[str, Any], list[str]]:
    """The fields of ``CallMeta`` that cells by the names of ``LINE_HEADINGS`` give, and the reasons
    for cells that give none. ``started_at``: of the call, on the clock of the site; an answer's time
    counts from it. A missed call has no ringing until an answer.

    >>> line_values({"direction": "呼入", "answered_at": "2026-11-02 9:30:12"}, "a.csv, line 2",
    ...     started_at="2026-11-02T09:30:00")
    ({'direction': 'inbound', 'answer': 'answered', 'ringing_s': 12.0}, [])
    """
    values: dict[str, Any] = {}
    faults: list[str] = []

    def take(name: str, read: Read, cell: str) -> None:
        text = cells.get(cell, "").strip()
        if simplified(text.casefold()) in _SAYS_NOTHING:
            return
        try:
            value = read(text, f"{where}: {cell}")
        except SettingsError as error:
            faults.append(str(error))
            return
        if value is not None:
            values[name] = value

    take("direction", _one_of(DIRECTIONS, "呼入, 呼出 or 内部"), "direction")
    take("answer", _one_of(_ANSWERS, "是 or 否"), "answer")
    if values.get("answer") != "missed":
        take("ringing_s", _span, "ringing_s")
        if "ringing_s" not in values:
            take("ringing_s", lambda text, at: _until(text, started_at, at), "answered_at")
        if "answer" not in values and _is_moment(cells.get("answered_at", "")) and not faults:
            values["answer"] = "answered"
    take("hung_up_by", _one_of(_SIDES, "坐席, 客户 or 系统"), "hung_up_by")
    take("transferred_to", _target, "transferred_to")
    order = ("direction", "answer", "ringing_s", "hung_up_by", "transferred_to")
    return {name: values[name] for name in order if name in values}, faults


def _one_of(words: Mapping[str, str], expected: str) -> Read:
    def read(text: str, where: str) -> str:
        said = simplified(text.casefold())
        found = words.get(said) or words.get(re.split(r"[(（]", said, maxsplit=1)[0].strip())
        if found is None:
            raise SettingsError(f"{where} is {text!r}; expected {expected}")
        return found

    return read


def _target(text: str, where: str) -> str | None:
    said = simplified(text.casefold())
    if said in ("是", "yes", "1", "true"):
        raise SettingsError(f"{where} is {text!r}; expected the number or agent it was handed to")
    return None if said in _NOBODY else text


def _span(text: str, where: str) -> Seconds | None:
    """Seconds of a number, 0:12, 00:00:12 or 1分5秒; ``None`` for the time of day at which it rang."""
    if _DATED.match(text):
        return None
    seconds: float | None = None
    if match := _SECONDS.fullmatch(text):
        seconds = float(match.group(1))
    elif match := _CLOCK.fullmatch(text):
        hours, minutes, rest = match.groups()
        seconds = 3600 * int(hours or 0) + 60 * int(minutes) + float(rest)
    elif match := _SPOKEN.fullmatch(simplified(text)):
        seconds = 60.0 * int(match.group(1)) + int(match.group(2) or 0)
    if seconds is None or seconds > MOST_RINGING_S:
        raise SettingsError(f"{where} is {text!r}; expected seconds up to {MOST_RINGING_S:g}")
    return seconds


def _is_moment(text: str) -> bool:
    return simplified(text.strip().casefold()) not in _SAYS_NOTHING


def _until(text: str, started_at: str | None, where: str) -> Seconds | None:
    """Seconds from the start to a moment, or a plain number of seconds; ``None`` where the start is
    not known. A clock without a day is of the day of the start."""
    if _SECONDS.fullmatch(text) and float(_SECONDS.fullmatch(text).group(1)) <= MOST_RINGING_S:  # type: ignore[union-attr]
        return _span(text, where)
    if started_at is None:
        return None
    if _CLOCK.fullmatch(text):
        text = f"{started_at[:10]} {text}"
    start = datetime.fromisoformat(started_at)
    seconds = (datetime.fromisoformat(iso_time(text, where)) - start).total_seconds()
    if not 0 <= seconds <= MOST_RINGING_S:
        raise SettingsError(
            f"{where} is {text!r}, which is {seconds:g} s after the start; expected a time from the "
            f"start {started_at} on, within an hour"
        )
    return seconds
