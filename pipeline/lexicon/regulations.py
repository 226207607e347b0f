"""The documents that rules and scoring sheets rest on, and sources in words for people.

A source is ``D 第一部分 第二章 (三) 2 (你找领导去)；our choice: why``: clauses, each with words in
brackets where one likes, and what rests on no document.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

OUR_CHOICE = "our choice"
OUR_CHOICE_SHOWN = "本系统自定"

_SEPARATOR = re.compile(r"\s*[；;]\s*")
_REMARK = re.compile(r"(?P<at>.*?)\s*[(（](?P<remark>[^()（）]*)[)）]")
_HAN = "一二三四五六七八九十"
_BEGINS = rf"(?=\s|$|[(（]|第[{_HAN}]|[{_HAN}])"
"""What follows a document's name in a source; ``A级`` names no document."""

_STEP = re.compile(r"\([^()]*\)|\d+(?:\.\d+)*|[^\s\d()]+(?:\d+[^\s\d()]+)*")
_NUMBER = re.compile(rf"第[{_HAN}]+(?:部分|章|节)|\([^()]*\)|\d+(?:\.\d+)*|[{_HAN}]+")
_CITED = re.compile(r"（依据：(.*)）$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that can be cited: its address ``at`` in the document, and its gist."""

    at: str
    gist: str


@dataclass(frozen=True)
class Regulation:
    """A document. ``name``: short name, as sources write it; ``title`` without 《》. Without
    ``clauses`` any address in it may be cited."""

    name: str
    title: str
    clauses: tuple[Clause, ...] = ()
    about: str = ""

    @cached_property
    def addresses(self) -> frozenset[str]:
        """The addresses of all clauses and of the headings above them, without spaces."""
        steps = [_steps(clause.at) for clause in self.clauses]
        return frozenset("".join(s[:n]) for s in steps for n in range(1, len(s) + 1))

    def has(self, at: str) -> bool:
        """Whether an address can be cited; the empty one is the whole document.

        >>> one = Regulation("E", "规范", (Clause("三(二)5", "不推诿"),))
        >>> [one.has(at) for at in ("三(二)5", "三（二） 5", "三(二)", "", "三(二)6")]
        [True, True, True, True, False]
        """
        key = _plain(at)
        return not key or not self.clauses or key in self.addresses

    def near(self, at: str) -> list[str]:
        """Clauses that may be meant by an address that is none, three at most, the likeliest
        first."""
        key = _plain(at)
        ends = [clause.at for clause in self.clauses if _plain(clause.at).endswith(key)]
        begins = [clause.at for clause in self.clauses if key.startswith(_plain(clause.at))]
        return (sorted(begins, key=len, reverse=True)[:1] + ends)[:3]

    def show(self, at: str) -> str:
        """The title and an address as one prints them.

        >>> one = Regulation("D", "考核办法")
        >>> one.show("第一部分 第二章 (三) 2"), one.show("第一部分 第二章 (一) 送别语")
        ('《考核办法》第一部分第二章(三)2', '《考核办法》第一部分第二章(一) 送别语')
        """
        shown, before = "", True
        for step in _steps(at):
            is_number = _NUMBER.fullmatch(step) is not None
            shown += step if is_number and before else f" {step}"
            before = is_number
        return f"《{self.title}》{shown.strip()}"


@dataclass(frozen=True, slots=True)
class SourcePart:
    """One part of a source: a clause ``at`` of a ``document`` with a ``remark``; or our choice,
    ``remark`` says why; or free text, in ``remark``."""

    document: Regulation | None = None
    at: str = ""
    remark: str = ""
    is_our_choice: bool = False

    @property
    def is_known(self) -> bool:
        return self.document is None or self.document.has(self.at)

    def show(self) -> str:
        """The part as people read it."""
        if self.is_our_choice:
            return OUR_CHOICE_SHOWN + (f"：{self.remark}" if self.remark else "")
        if self.document is None:
            return self.remark
        return self.document.show(self.at) + (f"（{self.remark}）" if self.remark else "")


@dataclass(frozen=True, slots=True)
class Regulations:
    """The documents that a lexicon knows."""

    documents: tuple[Regulation, ...] = ()

    def read(self, source: str) -> tuple[SourcePart, ...]:
        """The parts of a source. Text that begins with no document's name is free."""
        return tuple(self._part(part) for part in _SEPARATOR.split(source.strip()) if part)

    def show(self, source: str) -> str:
        """A source as people read it: documents by their titles, never by short names.

        >>> known = Regulations((Regulation("B", "管理规章制度"),))
        >>> known.show("B 一 7 三要 (再见)；our choice: 习惯")
        '《管理规章制度》一7 三要（再见）；本系统自定：习惯'
        """
        return "；".join(part.show() for part in self.read(source))

    def show_reason(self, text: str) -> str:
        """The reason of a point, whose end names its source, as people read it.

        >>> known = Regulations((Regulation("B", "管理规章制度"),))
        >>> known.show_reason("缺少：再见（依据：B 一 7）")
        '缺少：再见（依据：《管理规章制度》一7）'
        """
        return _CITED.sub(lambda found: f"（依据：{self.show(found[1])}）", text)

    def _part(self, text: str) -> SourcePart:
        if text == OUR_CHOICE or re.match(rf"{OUR_CHOICE}\s*[:：]", text):
            return SourcePart(
                remark=text[len(OUR_CHOICE) :].lstrip(" :：").strip(), is_our_choice=True
            )
        for document in self.documents:
            if re.match(re.escape(document.name) + _BEGINS, text):
                return _clause(document, text[len(document.name) :].strip())
        return SourcePart(remark=text)


def sources_in(value: Any) -> Iterator[str]:
    """All sources inside a rule or a scoring sheet, in order."""
    if isinstance(value, tuple):
        for one in value:
            yield from sources_in(one)
    elif is_dataclass(value):
        for field in fields(value):
            inside = getattr(value, field.name)
            yield from (inside,) if field.name == "source" else sources_in(inside)


def _clause(document: Regulation, text: str) -> SourcePart:
    """The clause with the words in brackets behind it; brackets of the address itself are none."""
    found = _REMARK.fullmatch(text)
    if found and (not document.clauses or not document.has(text)):
        return SourcePart(document, found["at"], found["remark"].strip())
    return SourcePart(document, text)


def _steps(at: str) -> list[str]:
    """The steps of an address: headings and numbers, as they are nested."""
    return _STEP.findall(unicodedata.normalize("NFKC", at))


def _plain(at: str) -> str:
    return "".join(_steps(at))
