"""Texts that name their speakers: cut by name, and without what they copy of the other side."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.imports.speaker_names import NameMap, SpeakerName, is_label, role_of

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s([^<>]*)>")
_PREFIX = re.compile(
    r"\s*(?:[-–—]\s*)?(?:[\[【](?P<square>[^\]】]{1,40})[\]】]\s*[:：]?|[(（](?P<round>[^)）]{1,40})[)）]\s*[:：]?"
    r"|(?P<plain>[^:：\[【]{1,40})[:：])"
)

_INNER = re.compile(
    r"(?<=[\s。！？；;!?~～>|/])[\[【(（]?([^\s:：，。！？；、,!?;\[\]【】()（）]{1,12})[\]】)）]?[ \t]*[:：]"
)
"""A name inside a line, behind a space or the end of a sentence."""
_TAGGED_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/tr)\b[^<>]*>", re.IGNORECASE)

_OTHER = {"agent": "customer", "customer": "agent"}
_GREETS = re.compile(r"\s*(?:您|你|请|尊敬|亲)")


def without_others(text: str, side: SpeakerName) -> str:
    """The lines of a message without those that begin with the name of the other side: they are
    copied from it. Where the sender speaks to him so (客户：您好), it is his own.

    >>> without_others("客户：不归我管？\\n马上处理", "agent"), without_others("客户：您好", "agent")
    ('马上处理', '客户：您好')
    """
    other = _OTHER.get(side)
    if other is None or not re.search("[:：\\]】]", text):
        return text
    lines = text.split("\n")
    kept = [line for line in lines if not _is_of(line, other)]
    return text if len(kept) == len(lines) else "\n".join(kept)


def _is_of(line: str, side: str) -> bool:
    name, words = _split_name(line, NameMap())
    return bool(name) and role_of(name, in_text=True) == side and not _GREETS.match(words)


def split_turns(text: str, names: NameMap | None = None) -> tuple[tuple[str, str], ...]:
    """Split a text by speaker into (name, text). The name is "" if the text names no speaker.

    Names are ``<v NAME>``, and 客服： or [客户] at the beginning of a line, if they name a role,
    one letter, or "speaker 1". Any other word before a colon is part of the text.

    >>> split_turns("客服：您好\\n请讲\\n客户：退款原因：坏了")
    (('客服', '您好\\n请讲'), ('客户', '退款原因：坏了'))
    >>> split_turns("<v 客服>您好</v>")
    (('客服', '您好</v>'),)
    """
    text = with_breaks(text)
    before, *tagged = _VOICE.split(text)
    if tagged:
        turns = [("", before), *zip(tagged[::2], tagged[1::2], strict=True)]
        return tuple((name.strip(), words) for name, words in turns if words.strip())
    named: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        name, words = _split_name(line, names or NameMap())
        if name or not named:
            named.append((name, [words]))
        else:
            named[-1][1].append(words)
    return tuple((name, "\n".join(lines)) for name, lines in named)


def with_breaks(text: str) -> str:
    """The text with each speaker on a line of his own, where it is one line that begins with a side
    and names the other one later, behind a space or the end of a sentence.

    >>> with_breaks("客服：您好 客户：退款").splitlines(), with_breaks("客服：请拨打客服：95598").splitlines()
    (['客服：您好 ', '客户：退款'], ['客服：请拨打客服：95598'])
    """
    lines = _TAGGED_BREAK.sub("\n", text)
    return "\n".join(map(_with_breaks, lines.split("\n")))


def _with_breaks(line: str) -> str:
    first = _PREFIX.match(line)
    begins = next(filter(None, first.groups()), "").strip() if first else ""
    side = role_of(begins, in_text=True) if begins else "unknown"
    if side == "unknown":
        return line
    places = [
        (found.start(), role_of(found[1], in_text=True))
        for found in _INNER.finditer(line)
        if role_of(found[1], in_text=True) != "unknown"
    ]
    if not {role for _, role in places} - {side}:
        return line
    edges = [0, *(at for at, _ in places), len(line)]
    return "\n".join(line[one:two] for one, two in pairwise(edges) if line[one:two].strip())


def _split_name(line: str, names: NameMap) -> tuple[str, str]:
    match = _PREFIX.match(line)
    name = next(filter(None, match.groups()), "").strip() if match else ""
    if match is None or not (
        _is_before_text(name, names) or (is_label(name) and not name.isdigit())
    ):
        return "", line
    return name, line[match.end() :]


def _is_before_text(name: str, names: NameMap) -> bool:
    return names.own_role_of(name) is not None or role_of(name, in_text=True) != "unknown"
