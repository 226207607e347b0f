"""Tell the side of a speaker by the name that a transcript or a platform gives."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.types import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

SpeakerName: TypeAlias = Role | Literal["system"]

_NAMES: Mapping[SpeakerName, str] = {
    "agent": "客服 坐席 座席 话务员 接线员 员工 agent staff operator",
    "customer": "客户 用户 顾客 来电人 市民 customer caller user guest",
    "system": "系统 系统消息 系统提示 机器人 智能客服 system bot robot",
}
_SPEAKERS: Mapping[str, SpeakerName] = {
    name: role for role, names in _NAMES.items() for name in names.split()
}
_BRACKETS = re.compile(r"[\[【](.*)[\]】]")
_NUMBER = re.compile(r"[\s_#-]*\d+$|\s*[(\[【][^()\[\]【】]*[)\]】]$|[\s_-]*工号[\s:]*[\w-]+$")
_LONGEST_NAME = 40
"""No name of a role with a number is longer (our choice). Anything longer is text."""

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s([^<>]*)>")
_PREFIX = re.compile(
    r"\s*(?:[-–—]\s*)?(?:[\[【](?P<square>[^\]】]{1,40})[\]】]\s*[:：]?|[(（](?P<round>[^)）]{1,40})[)）]\s*[:：]?"
    r"|(?P<plain>[^:：\[【]{1,40})[:：])"
)
_NOBODY = re.compile(r"[a-z]|(?:speaker|spk|说话人|发言人)[\s_-]*\w{0,3}", re.IGNORECASE)


def role_of(name: str) -> SpeakerName:
    """The side of a name, with or without a number behind it; "unknown" for names of persons.

    >>> role_of("客服8012"), role_of("坐席（工号8012）"), role_of("[客户]"), role_of("Caller_1"), role_of("机器人"), role_of("客户经理")
    ('agent', 'agent', 'customer', 'customer', 'system', 'unknown')
    """
    key = unicodedata.normalize("NFKC", name).casefold().strip(" \t:")
    key = _BRACKETS.sub(r"\1", key) if _BRACKETS.fullmatch(key) else key
    if len(key) > _LONGEST_NAME:
        return "unknown"
    return _SPEAKERS.get(key) or _SPEAKERS.get(_NUMBER.sub("", key).strip(), "unknown")


def split_turns(text: str) -> tuple[tuple[str, str], ...]:
    """Split a text by speaker into (name, text). The name is "" if the text names no speaker.

    Names are ``<v NAME>``, and 客服： or [客户] at the beginning of a line, if they name a role,
    one letter, or "speaker 1". Any other word before a colon is part of the text.

    >>> split_turns("客服：您好\\n请讲\\n客户：退款原因：坏了")
    (('客服', '您好\\n请讲'), ('客户', '退款原因：坏了'))
    >>> split_turns("<v 客服>您好</v>")
    (('客服', '您好</v>'),)
    """
    before, *tagged = _VOICE.split(text)
    if tagged:
        turns = [("", before), *zip(tagged[::2], tagged[1::2], strict=True)]
        return tuple((name.strip(), words) for name, words in turns if words.strip())
    named: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        name, words = _split_name(line)
        if name or not named:
            named.append((name, [words]))
        else:
            named[-1][1].append(words)
    return tuple((name, "\n".join(lines)) for name, lines in named)


def _split_name(line: str) -> tuple[str, str]:
    match = _PREFIX.match(line)
    name = next(filter(None, match.groups()), "").strip() if match else ""
    if match is None or (role_of(name) == "unknown" and not _NOBODY.fullmatch(name)):
        return "", line
    return name, line[match.end() :]
