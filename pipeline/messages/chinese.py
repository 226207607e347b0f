"""A message in Chinese, by the catalogue ``zh_CN/LC_MESSAGES/callqa.po``.

The code raises and prints English texts with values in them. The catalogue has them as templates,
``{0}: cannot be read ({1})``. A finished message is matched against the templates, so that no error
needs to know of languages, and one that was stored years ago is translated like a new one."""

from __future__ import annotations

import gettext
import itertools
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
DOMAIN = "callqa"

PLACE = re.compile(r"\{(\d+)\}")
LETTERS = re.compile(r"[A-Za-z]")
PATH_LIKE = re.compile(r"[/\\]|\.[A-Za-z]\w*\b")
WEAK = 6
"""A template with so few letters and no punctuation of its own, such as ``{0} in {1}``, may match
a file name by chance: it is not used for what looks like one (our choice)."""

SHORT = 11
"""A template with fewer letters, such as ``{0}, line {1}``, is within one clause (our choice)."""

CUTS = ((". ", "。"), ("; ", "；"), (": ", "："), (", ", "，"))
MOST_CUTS = 8
"""Signs of one kind at which a text is cut (our choice)."""

WIDE = "\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”"
SPACED_WIDE = re.compile(rf"(?<=[{WIDE}]) (?=[{WIDE}])")
CHINESE = re.compile(r"[\u4e00-\u9fff].*[，。；：（、]", re.DOTALL)
"""What rooms write in Chinese has a sign of Chinese punctuation, which file names rarely have."""
WRITTEN_CHINESE = re.compile(r"(?:(?![:;,.] ).)*?：")
"""A Chinese colon before any sign of English: what the text quotes, as ``{say: 字}``, is not cut."""
ITEM = r"(?:'[^']*'|\"[^\"]*\"|[^\s,;:'\"()（），、；：/\\]+)"
LISTED = re.compile(rf"{ITEM}(?:, {ITEM})*(?:(?:,| or| and) {ITEM})")
WITH_LIST = re.compile(rf"(\w+) \(({LISTED.pattern})\)")
FILE_NAME = re.compile(r"\w\.(?:csv|json[l]?|wav|mp3|xlsx?|txt|db|yaml|toml|srt|vtt)$")
FILE_AHEAD = re.compile(r"^(\S+): (?=[\[\"'])")
"""A file before a setting or a key in it, which stay as they are."""
SAID_BY_LIBRARY = re.compile(r"（([A-Z'][\x20-\x7e]+|did not [\x20-\x7e]+|[a-z]+ [\x20-\x7e]+)）")
"""What a library says of a fault, in brackets within a text that a room writes in Chinese."""


@dataclass(frozen=True, slots=True)
class _Template:
    """``letters``: in its own words; ``piece``: its longest own words, which a text must hold."""

    english: str
    chinese: str
    letters: int
    piece: str

    @classmethod
    def of(cls, english: str, chinese: str) -> _Template:
        own = PLACE.split(english)[::2]  # the words between the places
        return cls(english, chinese, sum(len(LETTERS.findall(p)) for p in own), max(own, key=len))

    @property
    def is_weak(self) -> bool:
        own = "".join(PLACE.split(self.english)[::2])
        return self.letters <= WEAK and not re.search(r"[^\w ]", own)

    def match(self, text: str) -> re.Match[str] | None:
        if self.piece not in text or (self.is_weak and PATH_LIKE.search(text)):
            return None
        found = _pattern(self.english).fullmatch(text)
        if found and self.letters < SHORT and ": " not in self.english:
            return None if any(": " in one for one in found.groups()) else found
        return found


@cache
def _pattern(english: str) -> re.Pattern[str]:
    parts = PLACE.split(english)
    made = "".join("(.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile(made, re.DOTALL)


@cache
def _catalogue() -> dict[str, str]:
    """Texts and templates with their Chinese; plural forms, which are click's, left out."""
    found = vars(gettext.translation(DOMAIN, FOLDER, ["zh_CN"]))["_catalog"]
    return {key: value for key, value in found.items() if isinstance(key, str) and key}


@cache
def _templates() -> tuple[_Template, ...]:
    """Those with the most words of their own first."""
    made = (_Template.of(*pair) for pair in _catalogue().items() if PLACE.search(pair[0]))
    return tuple(sorted(made, key=lambda one: (-one.letters, -len(one.piece))))


def in_chinese(text: str) -> str:
    """A text of the program in Chinese; what the catalogue does not have stays as it is.

    Values stay, unless they are texts of the program themselves.

    >>> in_chinese("a.csv, line 3: 'soon' is not a time; expected one such as 2026-11-02 09:30:00")
    "a.csv 第 3 行：'soon' 不是时间；应类似 2026-11-02 09:30:00"
    """
    if "\n" in text:
        lines = text.split("\n")
        each = [_whole(line, is_part=False) if line.strip() else line for line in lines]
        whole = None if all(one is not None for one in each) else _whole(text, is_part=False)
        return whole or "\n".join(map(in_chinese, lines))
    found = _whole(text, is_part=False)
    if found is None and CHINESE.search(text):
        return SAID_BY_LIBRARY.sub(lambda said: f"（{_part(said[1])}）", text)
    return text if found is None else found


@lru_cache(maxsize=4096)
def _whole(text: str, *, is_part: bool = True) -> str | None:
    """The Chinese of a text that the catalogue has, as it is, as a template, or in pieces. Only a
    part of another text is one of few words."""
    if (exact := _exact(text)) is not None:
        return exact
    is_told = bool(WRITTEN_CHINESE.match(text))
    if not is_told and (listed := _as_list(text)) is not None:
        return listed
    if text.count(": ") <= MOST_CUTS:
        for cut in re.finditer(": ", text):
            head = text[: cut.start()]
            if (exact := _exact(text[cut.end() :])) is not None and (
                " " not in head or _part(head) != head
            ):
                return f"{_ahead(head)}：{exact}"
    for template in _templates():
        if (is_part or not template.is_weak) and (found := template.match(text)):
            parts = [_part(one) for one in found.groups()]
            if template.english.startswith("{0}: "):
                parts[0] = _ahead(found[1])
            return _filled(template.chinese, parts)
    return None if is_told else _in_pieces(text, is_part=is_part)


def _exact(text: str) -> str | None:
    """The Chinese of a text without places, with or without what a library says of it behind it, in
    brackets."""
    known = _catalogue()
    if text in known:
        return known[text]
    head, _, rest = text.rpartition(" (")
    return f"{known[head]}（{_part(rest[:-1])}）" if text.endswith(")") and head in known else None


def _as_list(text: str) -> str | None:
    """Several values of one kind, such as models with their speed: each by the same template."""
    pieces = text.split(", ")
    if len(pieces) > 1:
        for template in _templates():
            found = [template.match(piece) for piece in pieces]
            if all(found):
                filled = (_filled(template.chinese, [*one.groups()]) for one in found if one)
                return "、".join(filled)
    return None


def _in_pieces(text: str, *, is_part: bool) -> str | None:
    """A place and what is wrong there, or several sentences; one of both may stay English."""
    for both, (sign, wide) in itertools.product((True, False), CUTS):
        if text.count(sign) > MOST_CUTS:  # a list of values
            continue
        for cut in re.finditer(re.escape(sign), text):
            head, rest = text[: cut.start()], text[cut.end() :]
            shown, then = _ahead(head, is_part=is_part), _part(rest, is_part=is_part)
            changed = (shown != head, then != rest or bool(CHINESE.search(rest)))
            if all(changed) or (any(changed) and not both):
                return f"{shown}{wide}{then}"
    if text.endswith(")") and " (" in text:
        head, _, rest = text.rpartition(" (")
        if (shown := _part(head, is_part=is_part)) != head:
            return f"{shown}（{_part(rest[:-1], is_part=is_part)}）"
    return None


def _part(text: str, *, is_part: bool = True) -> str:
    """What stands at a place of a template. A single word, and a quoted text, is a value; values of
    a list get its Chinese signs."""
    if LISTED.fullmatch(text) and not FILE_NAME.search(text):
        return _list(text)
    if found := WITH_LIST.fullmatch(text):
        return f"{found[1]}（{_list(found[2])}）"
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" and text.count(text[0]) == 2
    if " " not in text.strip() or quoted:
        return text
    return _whole(text, is_part=is_part) or text


def _ahead(text: str, *, is_part: bool = True) -> str:
    """What stands before a sign: a list there is a name that somebody chose."""
    return text if LISTED.fullmatch(text) else _part(text, is_part=is_part)


def _list(text: str) -> str:
    """Values of a list, with the signs of a Chinese one.

    >>> _list("呼入, 呼出 or 内部"), _list("x, y")
    ('呼入、呼出或内部', 'x、y')
    """
    text = re.sub(r",? (or|and) ", lambda sign: "或" if sign[1] == "or" else "和", text)
    return text.replace(", ", "、")


def _filled(chinese: str, parts: list[str]) -> str:
    """A template with its places filled; a space between two Chinese signs is taken out."""
    filled = PLACE.sub(lambda found: parts[int(found[1])], chinese)
    return FILE_AHEAD.sub(r"\1：", SPACED_WIDE.sub("", filled))
