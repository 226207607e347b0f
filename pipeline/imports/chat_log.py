"""A chat that was saved as plain text: 千牛, 旺旺, QQ, WeChat, one line of name and time above each
message."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError, UnreadableError
from pipeline.imports.days import Days, days_of
from pipeline.imports.dialogue import MOST_HEAD, is_mostly_named, is_side, name_before
from pipeline.imports.draft import Draft, DraftLine, Reading
from pipeline.imports.file_names import stem_of
from pipeline.imports.form_head import head_note, read_head
from pipeline.imports.line_faults import ensure_enough
from pipeline.imports.log_times import (
    CLOCK,
    DATED,
    LOOSE,
    UNCLEAR_CLOCK,
    UNTIL,
    day_heading,
    is_unclear,
    log_moment,
)
from pipeline.imports.numbers import number_in_name
from pipeline.imports.side_flags import by_people, is_person, people_in
from pipeline.imports.speaker_names import is_label, role_of
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_OPEN, _CLOSE = (
    r"[ \t]*[(（\[【]?\s*",
    r"\s*[)）\]】]?[ \t]*(?:[(（\[【]?(?:已读|未读)[)）\]】]?[ \t]*)?",
)
_NAME_FIRST = re.compile(
    rf"\s*(?P<name>[^\n]{{1,60}}?){_OPEN}(?P<time>{DATED}){_CLOSE}[:：]?[ \t]*(?P<text>)"
)
_TIME_FIRST = re.compile(
    rf"\s*[(（\[【]?\s*(?P<time>{DATED})\s*[)）\]】]?[ \t]+(?P<name>[^\n:：]{{1,60}}?|[^\n:：]{{1,30}}[:：][^\n:：]{{1,20}}?)[ \t]*(?:[:：][ \t]*(?P<text>[^\n]*))?"
)
_PLAIN = r"[^\n:：，。！？；、,!?;…\"“”()（）\[\]【】]"
"""A name beside a time without a date has none of these: else it is a sentence with a time in it."""
_LOOSE_NAME_FIRST = re.compile(
    rf"\s*(?P<name>{_PLAIN}{{1,20}}?(?:[:：]{_PLAIN}{{1,20}}?)?(?:[(（<][\w*@.-]{{1,40}}[)）>])?)(?:[ \t]+[(（\[【]?|[(（\[【]){_OPEN}(?P<time>{LOOSE}){_CLOSE}[:：]?[ \t]*(?P<text>)"
)
_LOOSE_TIME_FIRST = re.compile(
    rf"\s*[(（\[【]?\s*(?P<time>{LOOSE}){UNTIL}\s*[)）\]】]?[ \t]+(?P<name>{_PLAIN}{{1,20}}?)[ \t]*(?:[:：][ \t]*(?P<text>[^\n]*))?"
)
_OTHER_SIDE = re.compile(r"\s*(?:消息对象|消息對象|聊天对象)\s*[:：]\s*(?P<name>\S[^\n]*?)\s*")
_ACCOUNT = re.compile(r"\s*(?:[(（]\s*[\w*@.-]{3,}\s*[)）]|<[^<>]*>)\s*\Z")
_RULE = re.compile(r"\s*[=＝]{6,}\s*")
_SHOP = re.compile(r"[^:：]{1,30}[:：][^:：]{1,20}")
_EXPORTED = re.compile(
    r"\s*(?:[^\s:：\d]{0,6}(?:时间|時間|日期)|(?:export(?:ed)?\s*)?(?:date|time|at))\s*[:：]",
    re.IGNORECASE,
)
"""导出时间：2026-11-03 10:00 is a title, and nobody's name."""
_FEWEST = 2
"""So many names with a time below a head make a text a chat log (our choice)."""
_MOSTLY = 0.8
"""Such a share of lines below any head makes one (our choice)."""
_OF_HEAD = re.compile(r"\s*(?P<label>[^:：\s]{1,12})\s*[:：]\s*(?P<name>\S[^\n]*?)\s*")


@dataclass(frozen=True, slots=True)
class _Message:
    """A line of name and time, and the lines below it. ``day``: of the heading above it."""

    number: int
    name: str
    time: str
    texts: tuple[str, ...]
    day: str = ""


def is_chat_log(text: str) -> bool:
    """Whether one of the first lines that have text is a name with a date and a time, or the first
    one is a name with a time.

    >>> is_chat_log("客服小美 (2026-11-02 09:30:00):\\n您好"), is_chat_log("内容\\n您好")
    (True, False)
    >>> is_chat_log("客服小美 09:30\\n您好"), is_chat_log("请 09:30 来，谢谢")
    (True, False)
    >>> is_chat_log("聊天记录\\n工号：8001\\n客服小美 09:30\\n您好")
    True
    """
    first = [line for line in text.splitlines()[_head_of(text) :] if line.strip()][:MOST_HEAD]
    dated = sum(_dated(line) is not None for line in text.splitlines())
    if any(_dated(line) for line in first) and not (is_mostly_named(text) and dated < _FEWEST):
        return True
    if is_mostly_named(text):
        return False
    below = [line for line in first if not (day_heading(line) or _EXPORTED.match(line))]
    if any(_loose(line) for line in below[:2]) and len(below) > 1:
        return True
    if _are_mostly_loose(text):
        return True
    named = _people_of(below)
    beside = [name for line in below if (name := _name_alone(line))]
    return len(beside) >= _FEWEST and (
        len(set(beside)) < len(beside) or any(map(named.get, beside))
    )


def is_said(line: str) -> bool:
    """Whether a line begins what somebody says: a name with a time, or a side before a colon.

    >>> is_said("客服小美 09:30:05"), is_said("客户：在吗"), is_said("质检意见：合格")
    (True, True, False)
    """
    name, _ = name_before(line)
    return bool(_loose(line)) or is_side(name)


def _head_of(text: str) -> int:
    """How many lines above the first name with a time are a form with what is known of the call."""
    lines = text.splitlines()
    above = next((at for at, line in enumerate(lines) if _loose(line)), 0)
    return above if above <= MOST_HEAD and read_head(lines[:above]).values else 0


def _are_mostly_loose(text: str) -> bool:
    """Whether nearly all lines below a head are names with a time and what they say."""
    lines = [line for line in text.splitlines() if line.strip() and not day_heading(line)]
    begins = next((at for at, line in enumerate(lines) if _loose(line)), len(lines))
    said = [found for line in lines[begins:] if (found := _loose(line)) and found["text"]]
    return (
        begins <= MOST_HEAD and len(said) > _FEWEST and len(said) >= _MOSTLY * (len(lines) - begins)
    )


def _name_alone(line: str) -> str:
    """The name of a line that is only a name without a colon, and a time."""
    found = _loose(line)
    alone = found is not None and not found["text"] and not re.search("[:：]", found["name"])
    return found["name"].strip() if found is not None and alone else ""


def _people_of(head: Iterable[str]) -> dict[str, str]:
    """The people whom lines such as 客服：小美 above the first message name, with their side."""
    found = (_OF_HEAD.fullmatch(line) for line in head)
    return people_in({one["label"]: one["name"] for one in found if one})


def read_chat_log(path: Path, text: str) -> Reading:
    """The conversation of a saved chat; its id is the file's stem. A name such as 店铺:小美 is an
    agent's, and the name behind 消息对象 is the customer's. Raises ``UnreadableError`` where too few
    messages can be read."""
    messages, above = _messages(text)
    others = (_OTHER_SIDE.fullmatch(line) for line in above)
    customer = next((found["name"] for found in others if found), "")
    days = days_of(stem_of(path), above)
    lines, faults, unclear = _lines(str(path), messages, days, customer)
    lines = by_people(lines, _people_of(above))
    ensure_enough(str(path), faults, len(lines))
    meta = CallMeta(call_id=stem_of(path), agent_id=number_in_name(lines))
    used = (_OTHER_SIDE, _RULE)
    head = read_head([line for line in above if not any(one.fullmatch(line) for one in used)])
    left = [line for line in head.rest if not _is_person(line)]
    notes = (*([f"{path}：{UNCLEAR_CLOCK}"] if unclear else ()), *head_note(path, left))
    draft = Draft(str(path), "chat", head.fill(meta), lines, lost=faults)
    return Reading((draft,), faults, notes)


def _is_person(line: str) -> bool:
    found = _OF_HEAD.fullmatch(line)
    return found is not None and is_person(found["label"])


def lines_of_cell(where: str, text: str, days: Days) -> tuple[DraftLine, ...]:
    """The lines of a whole chat in one cell of a table. Raises ``UnreadableError`` for a time that
    cannot be read."""
    messages, _ = _messages(text)
    lines, faults, _ = _lines(where, messages, days, "")
    if faults:
        raise UnreadableError(faults[0])
    place = where.rpartition(", ")[2]
    return tuple(replace(line, place=f"{place}, {line.place}") for line in lines)


def _messages(text: str) -> tuple[list[_Message], list[str]]:
    """The messages, and the lines above the first one."""
    messages: list[_Message] = []
    above: list[str] = []
    day = ""
    lines = text.splitlines()
    names = {found["name"] for line in lines if (found := _dated(line))}
    for number, line in enumerate(lines, 1):
        heading = day_heading(line)
        if heading:
            day = heading
        elif found := _header(line, names):
            own = found["text"]
            messages.append(
                _Message(number, found["name"], found["time"], (own,) if own else (), day)
            )
        elif messages and not _RULE.fullmatch(line):
            last = messages[-1]
            messages[-1] = replace(last, texts=(*last.texts, line))
        elif line.strip() and not messages:
            above.append(line)
    return messages, above


def _header(line: str, names: set[str]) -> re.Match[str] | None:
    """The name and time of a line. ``names``: those beside a date. Where there are some, a time
    without a date makes a header only beside one of these, or beside a side's name."""
    found = _loose(line)
    if found is None or not names or found["name"] in names or _dated(line):
        return found
    return found if role_of(found["name"]) != "unknown" else None


def _dated(line: str) -> re.Match[str] | None:
    if _EXPORTED.match(line):
        return None
    return _TIME_FIRST.fullmatch(line) or _NAME_FIRST.fullmatch(line)


def _loose(line: str) -> re.Match[str] | None:
    if _EXPORTED.match(line):
        return None
    found = _LOOSE_TIME_FIRST.fullmatch(line) or _LOOSE_NAME_FIRST.fullmatch(line)
    return _dated(line) or (None if day_heading(line) else found)


def _lines(
    where: str, messages: Sequence[_Message], days: Days, customer: str
) -> tuple[tuple[DraftLine, ...], tuple[str, ...], bool]:
    """The lines, those that cannot be read, and whether no time was taken since hours and minutes
    cannot be told from minutes and seconds."""
    clocks = [one.time for one in messages if CLOCK.fullmatch(one.time)]
    unclear = bool(clocks) and is_unclear(clocks, all(is_label(one.name) for one in messages))
    lines: list[DraftLine] = []
    faults: list[str] = []
    for one in messages:
        at = f"{where}, line {one.number}"
        try:
            moment = None if unclear else log_moment(one.time, one.day, at, days)
        except (SettingsError, UnreadableError) as error:
            faults.append(str(error))
            continue
        names = _names(one.name.strip().strip(":："), customer)
        text = "\n".join(one.texts).strip("\n")
        lines.append(DraftLine(at, names[0], text, moment, names=names, place=f"line {one.number}"))
    return tuple(lines), tuple(faults), unclear


def _names(written: str, customer: str) -> tuple[str, ...]:
    name = written if role_of(written) != "unknown" else _ACCOUNT.sub("", written)
    side = role_of(name)
    if side == "unknown" and customer and name == _ACCOUNT.sub("", customer):
        return ("customer", name)
    if side == "unknown" and _SHOP.fullmatch(name):
        return ("agent", name)
    return (name,)
