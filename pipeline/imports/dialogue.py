"""A conversation as plain text with the name before each line: 客服：您好."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.imports.draft import Draft, DraftLine, Reading
from pipeline.imports.exported_times import iso_time
from pipeline.imports.file_names import stem_of
from pipeline.imports.form_head import head_note, read_head
from pipeline.imports.log_times import day_heading, heading_time
from pipeline.imports.numbers import number_in_name
from pipeline.imports.speaker_names import is_label, role_of
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_NAMED = re.compile(
    r"\s*(?:[-–—*•]\s*)?(?:[\[【](?P<square>[^\]】\n]{1,20})[\]】]\s*[:：]?"
    r"|(?P<plain>[^\s:：，。！？；、,!?;\"“”/>＞»›|｜「『《↑↳][^:：，。！？；、,!?;\"“”/\n]{0,19})[:：])[ \t]*(?P<text>[^\n]*)"
)
_OF_FORM = re.compile(
    "电话|電話|热线|熱線|地址|姓名|名称|编号|編號|号码|號碼|工号|工號|时间|時間|日期|邮箱|微信|类型|级别|评价|满意|意见|诉求|备注|信息|等级|来源|情况|性别|账号|id$",
    re.IGNORECASE,
)
"""客服电话： and 客户姓名： are headings of a form."""
MOST_HEAD = 12
"""So many lines may stand above the first message (our choice)."""
_FEWEST = 2
"""So many lines with a name, one of them known, make a text a conversation (our choice)."""


def is_dialogue(text: str) -> bool:
    """Whether the lines of a text begin with the names of speakers.

    >>> is_dialogue("客服：您好\\n客户：我要退款"), is_dialogue("会话编号：1\\n备注：无"), is_dialogue("A：您好\\nB：退款")
    (True, False, True)
    >>> is_dialogue("通话记录\\n工号：8001\\n客服：您好\\n客户：我要退款")
    True
    """
    below = text.splitlines()[head_of(text) :]
    lines = [line for line in below if line.strip() and not day_heading(line)]
    named = [name for line in lines if (name := _name_of(line))]
    if len(named) < _FEWEST or not _name_of(lines[0]):
        return False
    return any(map(is_side, named)) or _are_strangers(named, len(lines))


def _are_strangers(named: Sequence[str], lines: int) -> bool:
    """Whether nearly all lines begin with names that nobody knows, two of which stand there twice,
    as 我： and 对方： do. No heading of a form is one."""
    several = [name for name, count in Counter(named).items() if count >= _FEWEST]
    return (
        len(several) >= _FEWEST
        and len(named) >= _MOSTLY * lines
        and not any(map(_OF_FORM.search, named))
    )


_LONGEST_VALUE = 30
"""A longer entry above a conversation is no name, time or number (our choice)."""
_MOSTLY = 0.8
"""Such a share of lines begins with names (our choice)."""


def head_of(text: str) -> int:
    """How many lines above the first one of a side are a form with what is known of the call."""
    lines = text.splitlines()
    people = _people_above(lines)
    side = (at for at, line in enumerate(lines) if at >= people and is_side(_name_of(line)))
    above = next(side, 0)
    return above if above <= MOST_HEAD and read_head(lines[:above]).values else 0


def _people_above(lines: Sequence[str]) -> int:
    """How many lines above an empty one are a form that names the two people: 坐席：王芳, 客户：李先生,
    时间：2026-11-02 09:30; 0 without one."""
    end = next((at for at, line in enumerate(lines) if not line.strip()), 0)
    said = [name_before(line) for line in lines[:end]]
    names = [name for name, _ in said]
    is_form = bool(end) and end <= MOST_HEAD and all(names) and len(set(names)) == end
    values = [value for _, value in said]
    short = all(
        len(value) <= _LONGEST_VALUE and not re.search("[，。！？,!?]", value) for value in values
    )
    return end if is_form and short and any(map(_OF_FORM.search, names)) else 0


def is_mostly_named(text: str) -> bool:
    """Whether more than half of the lines begin with the name of a side and a colon, so that a time
    at the end of one is a part of what was said.

    >>> is_mostly_named("客服：您好\\n客户：明天 09:30"), is_mostly_named("客服：小美 09:30\\n您好")
    (True, False)
    """
    lines = [line for line in text.splitlines() if line.strip()]
    return sum(is_side(_name_of(line)) for line in lines) * 2 > len(lines)


def read_dialogue(path: Path, text: str) -> Reading:
    """The conversation of such a text, without times; its id is the file's stem, where no head says
    another one.

    A word before a colon that is no known name is a speaker's if it stands there twice, or if only
    one side is known: what another says must not become the words of the one before. Else it is
    text.
    """
    begins = head_of(text)
    head = read_head(text.splitlines()[:begins])
    said = text.splitlines()[begins:]
    names = Counter(map(_name_of, said))
    sides = {role_of(name) for name in names if is_side(name)} & {"agent", "customer"}
    several = len(sides) == 2
    lines: list[DraftLine] = []
    for number, line in enumerate(said, begins + 1):
        name = _name_of(line)
        if name and (is_side(name) or names[name] > 1 or not several):
            where = f"{path}, line {number}"
            found = _NAMED.fullmatch(line)
            own = found["text"] if found else ""
            lines.append(DraftLine(where, name, own, names=(name,), place=f"line {number}"))
        elif lines and not day_heading(line):
            lines[-1] = replace(lines[-1], text=f"{lines[-1].text}\n{line}".strip("\n"))
    begun = next(filter(None, map(heading_time, text.splitlines())), None)
    meta = CallMeta(
        call_id=stem_of(path),
        agent_id=number_in_name(lines),
        started_at=iso_time(begun, str(path)) if begun else None,
    )
    notes = head_note(path, [line for line in head.rest if not day_heading(line)])
    return Reading((Draft(str(path), "chat", head.fill(meta), tuple(lines)),), notes=notes)


def name_before(line: str) -> tuple[str, str]:
    """The speaker before the colon of a line and what he says; two times "" without one."""
    found = _NAMED.fullmatch(line)
    name = _name_of(line)
    return (name, found["text"]) if name and found else ("", "")


def _name_of(line: str) -> str:
    """The word before the colon of a line; "" where it has none, or a number or an address."""
    found = _NAMED.fullmatch(line)
    if found is None or day_heading(line):
        return ""
    if found["square"] is not None:  # [微笑] is no speaker
        return found["square"].strip() if _is_known(found["square"].strip()) else ""
    name = found["plain"].strip()
    is_clock = name[-1:].isdigit() and found["text"][:2].isdigit()
    return "" if name.isdigit() or is_clock or name.lower() in ("http", "https", "ftp") else name


def _is_known(name: str) -> bool:
    return bool(name) and (role_of(name, in_text=True) != "unknown" or is_label(name))


def is_side(name: str) -> bool:
    """Whether a name before a colon says the side, as 客服小美 does, and is no heading of a form."""
    return _is_known(name) or (
        bool(name) and role_of(name) != "unknown" and not _OF_FORM.search(name)
    )
