"""Plain text in other layouts, each line turned into one that the readers of saved chats and of
dialogues know. The numbers of lines stay."""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, TypeAlias

from pipeline.imports.dialogue import is_side, name_before
from pipeline.imports.identities import plain_lines
from pipeline.imports.log_times import DATED, HOURS, day_heading
from pipeline.imports.speaker_names import is_bare, is_label, role_of
from pipeline.imports.text_tables import HEAD_LINES
from pipeline.imports.vocabulary import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Form: TypeAlias = "Callable[[list[str]], list[str]]"

_MOST = 0.8
"""Such a share of the lines has the layout, where nothing else tells it (our choice)."""
_NAME = r"[^\s:：，。！？；、,!?;\"“”/>|｜][^\n:：，。！？；,!?;\"“”|｜]{0,29}?"
_NUMBERED = re.compile(r"\s*(?:[(（]?(\d{1,4})[)）]|(\d{1,4})[.、．])\s*(?=\S)")
_BOLD = re.compile(r"^(\s*(?:[-*•]\s+)?)(\*\*|__)(.{1,40}?)(?:\2\s*([:：])|([:：])\s*\2)")
_DASH = re.compile(
    rf"^\s*(?P<time>{DATED})\s+[-–—]\s+(?!\d{{1,2}}[:：]\d\d)(?:(?P<name>{_NAME})[:：][ \t]*(?P<text>.*)|(?P<told>\S.*))$"
)
_TABBED = re.compile(
    rf"^\s*(?P<time>{DATED}|{HOURS})\t(?:(?P<name>[^\t]{{1,40}})\t(?P<text>.*)|(?P<told>[^\t]+))$"
)
_HEADER = re.compile(rf"\s*{_NAME}\s*[(（\[【]?\s*{DATED}\s*[)）\]】]?\s*[:：]?\s*")
_CELLS = re.compile(r"[,;\t|，]")
_FRACTION = re.compile(r"^(\s*[\[【(（]?)(\d{1,3}):([0-5]\d)[.](\d{1,3})([\]】)）])\s*(?=\S)")
_GLUED = re.compile(rf"^(\s*[\[【(（]\s*(?:{DATED}|{HOURS})\s*[\]】)）])(?=\S)")
_LATE = re.compile(
    rf"^(?P<said>{_NAME}[:：].*?)\s*[\[【(（]\s*(?P<time>{DATED}|\d{{1,2}}:\d\d:\d\d)\s*[\]】)）]\s*$"
)
_BESIDE = re.compile(
    rf"^\s*(?P<name>{_NAME})\s*[(（\[【]\s*(?P<time>{DATED}|\d{{1,2}}:\d\d:\d\d)\s*[)）\]】]\s*[:：]\s*(?P<text>\S.*)$"
)
_SPAN = re.compile(
    r"^(?P<head>\s*[^\n]{1,30}?[ \t(（\[【]*\d{1,2}:\d\d:\d\d(?:[.,]\d{1,3})?)\s*(?:-{1,2}>|[-–—~～至到])\s*\d{1,2}:\d\d:\d\d(?:[.,]\d{1,3})?"
    r"(?=\s*[)）\]】]?\s*[:：]?\s*$)"
)
_SECONDS = re.compile(
    r"^\s*[\[【(（]?(\d{1,5}(?:\.\d{1,3})?)\s*(?:s|秒)?\s*(?:[-–—~～至到]|-{1,2}>)\s*\d{1,5}(?:\.\d{1,3})?\s*(?:s|秒)?[\]】)）]?[ \t]+(?=\S)"
)
_TAGGED = re.compile(
    rf"^\s*[【\[](?P<tag>[^】\]\n\d]{{1,10}})[】\]]\s*(?P<name>{_NAME})[:：](?=\s*\S)"
)
_TIME_ALONE = re.compile(rf"\s*(?:{DATED}|{HOURS})\s*")
_SPACED = re.compile(r"^\s*(\S{1,12}?)(?:[ \t　]+|\s*[-–—]{1,2}\s*)(\S.*)$")


def as_usual(text: str) -> str:
    """The text with its lines as the readers know them, and without invisible marks.

    >>> as_usual("客服\\n您好\\n客户\\n退款\\n").splitlines()
    ['客服：', '您好', '客户：', '退款']
    >>> as_usual("1、客服：您好\\n2、客户：退款").splitlines(), as_usual("[00:01.20]客服：您好")
    (['客服：您好', '客户：退款'], '[00:00:01.20] 客服：您好')
    """
    lines = [plain_lines(line) for line in text.splitlines()]
    for form in () if _has_headings(lines) else _FORMS:
        lines = form(lines)
    return "\n".join(lines)


def _has_headings(lines: Sequence[str]) -> bool:
    """Whether one of the first lines has the headings of a table."""
    heads = ([cell.strip(" \t'\"") for cell in _CELLS.split(line)] for line in lines[:HEAD_LINES])
    return any(len(cells) > 1 and "text" in fields_of(cells) for cells in heads)


def _with_told(one: re.Match[str]) -> str:
    """A line of time, name and text; one without a name tells what the program did."""
    name, text = ("系统消息", one["told"]) if one["told"] else (one["name"].strip(), one["text"])
    return f"{one['time']} {name}: {text}"


def _each(pattern: re.Pattern[str], made: Callable[[re.Match[str]], str]) -> Form:
    return lambda lines: [pattern.sub(made, line) for line in lines]


def _without_numbers(lines: list[str]) -> list[str]:
    """Without 1. 2. 3. at the beginning, where the lines that have text count up so."""
    found = [(at, _NUMBERED.match(line)) for at, line in enumerate(lines) if line.strip()]
    numbers = [int(one[1] or one[2]) for _, one in found if one]
    if len(numbers) < 2 or len(numbers) < _MOST * len(found):
        return lines
    if any(after <= one for one, after in pairwise(numbers)):
        return lines
    ends = {at: one.end() for at, one in found if one}
    return [line[ends.get(at, 0) :] for at, line in enumerate(lines)]


def _dashed(lines: list[str]) -> list[str]:
    """Time, dash and name as WhatsApp writes them, where that happens twice; 10:00 - 11:00 is a
    stretch of time."""
    named = [found for line in lines if (found := _DASH.match(line)) and found["name"]]
    return [_DASH.sub(_with_told, line) for line in lines] if len(named) > 1 else lines


def _tabbed(lines: list[str]) -> list[str]:
    """Time, name and text between tabs as LINE writes them. Between messages that begin with a name
    and a date such lines are a part of what somebody says."""
    found = [_TABBED.match(line) for line in lines]
    others = (line for line, one in zip(lines, found, strict=True) if not one)
    if not any(found) or any(map(_HEADER.fullmatch, others)):
        return lines
    return [_with_told(one) if one else line for line, one in zip(lines, found, strict=True)]


def _names_behind_tags(lines: list[str]) -> list[str]:
    """【VIP】老王： as 老王（VIP）：, so that his words do not become those of the line above. A name
    that is no side's counts where it stands so beside two turns of the sides, or without the tag on
    another line: 【快递】单号： is a line of a message."""
    found = [_TAGGED.match(line) for line in lines]
    plain = [name_before(line)[0] for line in lines]
    turns = accumulate(map(is_side, plain))
    apart = {
        (turn, one["tag"], one["name"].strip())
        for turn, one in zip(turns, found, strict=True)
        if one
    }
    times, names = Counter((tag, name) for _, tag, name in apart), frozenset(plain)
    return [
        f"{one['name'].strip()}（{one['tag']}）：{line[one.end() :]}"
        if one and _is_tagged_name(one, times, names)
        else line
        for line, one in zip(lines, found, strict=True)
    ]


def _is_tagged_name(
    one: re.Match[str], times: Mapping[tuple[str, str], int], names: frozenset[str]
) -> bool:
    tag, name = one["tag"], one["name"].strip()
    if role_of(tag) != "unknown" or is_label(tag):
        return False
    return is_side(name) or name in names or times[tag, name] > 1


def _seconds_first(lines: list[str]) -> list[str]:
    """1.00s-3.00s 客服：… as 00:00:01.000 客服：…, where most lines begin so."""
    found = [_SECONDS.match(line) for line in lines]
    if sum(map(bool, found)) < max(2, _MOST * sum(bool(line.strip()) for line in lines)):
        return lines
    return [
        f"[{_clock(float(one[1]))}] {line[one.end() :]}" if one else line
        for line, one in zip(lines, found, strict=True)
    ]


def _clock(seconds: float) -> str:
    whole = int(seconds)
    thousandths = round((seconds - whole) * 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{thousandths:03}"


def _time_first(lines: list[str]) -> list[str]:
    """The time at the end of a line, in brackets, before its speaker; where all speakers have one."""
    named = [line for line in lines if _is_side_before_colon(line)]
    late = [_LATE.match(line) for line in named]
    if len(named) < 2 or not all(late):
        return lines
    moved = {one.string: f"[{one['time']}] {one['said']}" for one in late if one}
    return [moved.get(line, line) for line in lines]


def _is_side_before_colon(line: str) -> bool:
    name = re.split("[:：]", line, maxsplit=1)[0].strip() if re.search("[:：]", line) else ""
    return bool(name) and len(name) <= 20 and (role_of(name) != "unknown" or is_label(name))


def _joined_times(lines: list[str]) -> list[str]:
    """A name on a line and its time alone on the next as one, where that happens twice."""
    pairs = [
        at
        for at in range(len(lines) - 1)
        if _TIME_ALONE.fullmatch(lines[at + 1])
        and re.fullmatch(rf"\s*{_NAME}\s*", lines[at])
        and not day_heading(lines[at])
        and not _TIME_ALONE.fullmatch(lines[at])
    ]
    if len(pairs) < 2:
        return lines
    made = list(lines)
    for at in pairs:
        made[at], made[at + 1] = f"{lines[at].strip()} {lines[at + 1].strip()}", ""
    return made


def _own_lines(lines: list[str]) -> list[str]:
    """The name of a side alone on its line with a colon, where both sides stand so."""
    alone = [line.strip() for line in lines if _is_name_alone(line)]
    if not {"agent", "customer"} <= {role_of(name) for name in alone}:
        return lines
    if len(alone) * 3 < sum(bool(line.strip()) for line in lines):
        return lines
    return [f"{line.strip()}：" if _is_name_alone(line) else line for line in lines]


def _is_name_alone(line: str) -> bool:
    name = line.strip()
    return bool(name) and len(name) <= 20 and is_bare(name) and not re.search("[:：]", name)


def _spaced_names(lines: list[str]) -> list[str]:
    """客服 您好, 客服\\t您好 and 客服—您好 with a colon, where nearly all lines begin so."""
    found = [_SPACED.match(line) for line in lines]
    names = Counter(one[1] for one in found if one and is_bare(one[1]))
    sides = {role_of(name) for name in names}
    filled = sum(bool(line.strip()) for line in lines)
    if not {"agent", "customer"} <= sides or sum(names.values()) < _MOST * filled:
        return lines
    return [
        f"{one[1]}：{one[2]}" if one and one[1] in names else line
        for line, one in zip(lines, found, strict=True)
    ]


_FORMS: Sequence[Form] = (
    _without_numbers,
    _each(_BOLD, lambda one: f"{one[1]}{one[3]}{one[4] or one[5]}"),
    _names_behind_tags,
    _dashed,
    _tabbed,
    _each(
        _FRACTION,
        lambda one: f"[{int(one[2]) // 60:02}:{int(one[2]) % 60:02}:{one[3]}.{one[4]}] ",
    ),
    _each(_GLUED, lambda one: f"{one[1]} "),
    _seconds_first,
    _each(_SPAN, lambda one: one["head"]),
    _each(_BESIDE, lambda one: f"[{one['time']}] {one['name']}：{one['text']}"),
    _time_first,
    _joined_times,
    _own_lines,
    _spaced_names,
)
