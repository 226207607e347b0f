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
    return len(named) >= _FEWEST and bool(_name_of(lines[0])) and any(map(_is_side, named))


def head_of(text: str) -> int:
    """How many lines above the first one of a side are a form with what is known of the call."""
    lines = text.splitlines()
    side = (at for at, line in enumerate(lines) if _is_side(_name_of(line)))
    above = next(side, 0)
    return above if above <= MOST_HEAD and read_head(lines[:above]).values else 0


def is_mostly_named(text: str) -> bool:
    """Whether more than half of the lines begin with the name of a side and a colon, so that a time
    at the end of one is a part of what was said.

    >>> is_mostly_named("客服：您好\\n客户：明天 09:30"), is_mostly_named("客服：小美 09:30\\n您好")
    (True, False)
    """
    lines = [line for line in text.splitlines() if line.strip()]
    return sum(_is_side(_name_of(line)) for line in lines) * 2 > len(lines)


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
    sides = {role_of(name) for name in names if _is_side(name)} & {"agent", "customer"}
    several = len(sides) == 2
    lines: list[DraftLine] = []
    for number, line in enumerate(said, begins + 1):
        name = _name_of(line)
        if name and (_is_side(name) or names[name] > 1 or not several):
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


def _is_side(name: str) -> bool:
    """Whether a name before a colon says the side, as 客服小美 does, and is no heading of a form."""
    return _is_known(name) or (
        bool(name) and role_of(name) != "unknown" and not _OF_FORM.search(name)
    )
