"""A chat that was saved as plain text: 千牛, 旺旺, QQ, WeChat, one line of name and time above each
message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.imports.draft import Draft, DraftLine
from pipeline.imports.moments import moment_of
from pipeline.imports.numbers import number_in_name
from pipeline.imports.speaker_names import role_of
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from pathlib import Path

_TIME = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]+(?:上午|下午|AM|PM)?\s*\d{1,2}[:：]\d\d(?:[:：]\d\d)?"
_NAME_FIRST = re.compile(
    rf"\s*(?P<name>[^\n]{{1,60}}?)[ \t]*[(（\[【]?\s*(?P<time>{_TIME})\s*[)）\]】]?[ \t]*[:：]?[ \t]*(?P<text>)"
)
_TIME_FIRST = re.compile(
    rf"\s*[(（\[【]?\s*(?P<time>{_TIME})\s*[)）\]】]?[ \t]+(?P<name>[^\n:：]{{1,60}}?|[^\n:：]{{1,30}}[:：][^\n:：]{{1,20}}?)[ \t]*(?:[:：][ \t]*(?P<text>[^\n]*))?"
)
_OTHER_SIDE = re.compile(r"\s*(?:消息对象|消息對象|聊天对象)\s*[:：]\s*(?P<name>\S[^\n]*?)\s*")
_ACCOUNT = re.compile(r"\s*(?:[(（]\s*[\w*@.-]{3,}\s*[)）]|<[^<>]*>)\s*\Z")
_RULE = re.compile(r"\s*[=＝]{6,}\s*")
_SHOP = re.compile(r"[^:：]{1,30}[:：][^:：]{1,20}")


def is_chat_log(text: str) -> bool:
    """Whether one of the first lines that have text is a name with a time.

    >>> is_chat_log("客服小美 (2026-11-02 09:30:00):\\n您好"), is_chat_log("内容\\n您好")
    (True, False)
    """
    first = [line for line in text.splitlines() if line.strip()][:12]
    return any(_header(line) for line in first)


def read_chat_log(path: Path, text: str) -> Draft:
    """The conversation of a saved chat; its id is the file's stem. A name such as 店铺:小美 is an
    agent's, and the name behind 消息对象 is the customer's."""
    lines: list[DraftLine] = []
    customer = ""
    for number, line in enumerate(text.splitlines(), 1):
        other = _OTHER_SIDE.fullmatch(line)
        found = _header(line)
        if other and not lines:
            customer = other["name"]
        elif found:
            lines.append(_begin(path, number, found, customer))
        elif lines and not _RULE.fullmatch(line):
            last = lines[-1]
            lines[-1] = DraftLine(
                last.where,
                last.speaker,
                f"{last.text}\n{line}".strip("\n"),
                last.start,
                names=last.names,
                place=last.place,
            )
    meta = CallMeta(call_id=path.stem, agent_id=number_in_name(lines))
    return Draft(str(path), "chat", meta, tuple(lines))


def _header(line: str) -> re.Match[str] | None:
    return _TIME_FIRST.fullmatch(line) or _NAME_FIRST.fullmatch(line)


def _begin(path: Path, number: int, found: re.Match[str], customer: str) -> DraftLine:
    where = f"{path}, line {number}"
    written = found["name"].strip().strip(":：")
    name = written if role_of(written) != "unknown" else _ACCOUNT.sub("", written)
    side = role_of(name)
    if side == "unknown" and customer and name == _ACCOUNT.sub("", customer):
        names: tuple[str, ...] = ("customer", name)
    elif side == "unknown" and _SHOP.fullmatch(name):
        names = ("agent", name)
    else:
        names = (name,)
    return DraftLine(
        where,
        names[0],
        found["text"] or "",
        moment_of(found["time"], where),
        names=names,
        place=f"line {number}",
    )
