"""A call whose two sides lie in two files, told by their names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

AGENTS = ("agent", "agt", "operator", "oper", "seat", "staff", "csr", "坐席", "座席", "客服", "员工", "业务员", "话务员")  # fmt: skip
CUSTOMERS = (
    "customer", "cust", "client", "user", "caller", "callee", "visitor", "guest", "客户", "用户", "来电", "主叫", "被叫",
    "顾客", "访客",
)  # fmt: skip
"""Words that name a side. An agent's word and a customer's word make a pair, and its sides are
sure."""

HINTS = (
    ("out", "in"), ("tx", "rx"), ("t", "r"), ("transmit", "receive"), ("write", "read"), ("send", "recv"),
    ("local", "remote"), ("near", "far"), ("mic", "speaker"), ("mic", "spk"), ("callee", "caller"), ("被叫", "主叫"),
    ("本端", "对端"), ("left", "right"), ("l", "r"), ("左", "右"),
)  # fmt: skip
"""Pairs that name a direction; the first of each is the agent on most recorders. Asterisk's MixMonitor
writes with ``t()`` what the channel sends to the customer, and with ``r()`` what it receives. The
words of both sides decide, since the direction turns round on an outgoing call."""

OPENS, CLOSES = r"[-_.\s~#@+]*[(\[（【]?", r"[)\]）】]?"


@dataclass(frozen=True, slots=True)
class Side:
    """A side that a file's name names. ``base``: what is the same in the names of both files."""

    base: str
    word: str
    ending: str
    form: str
    """The name with ``{}`` in the place of the word."""

    def other_names(self, words: Iterable[str]) -> Iterator[str]:
        for word in words:
            for spelt in dict.fromkeys((_spelt_as(word, self.word), word)):
                yield self.form.replace("\0", spelt)


@dataclass(frozen=True, slots=True)
class CallFiles:
    """The files of one call, the agent's first; most calls have one. ``agent_sure``: the names say
    who is the agent."""

    files: tuple[Path, ...]
    agent_sure: bool = False


@dataclass(frozen=True, slots=True)
class SideNames:
    """Which names belong together. ``own``: pairs of endings from the settings, the agent's
    first."""

    own: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, settings: tuple[str, ...]) -> SideNames:
        """With the lines of ``[ingest] sides``. Raises ``SettingsError``."""
        return _side_names(settings)

    def partner(self, name: str, exists: Callable[[str], bool]) -> tuple[str, bool, bool] | None:
        """The name of the other side's file, whether the name given is the agent's, and whether that
        is sure; ``None`` without a partner.

        >>> SideNames().partner("a-in.wav", {"a-out.wav"}.__contains__)
        ('a-out.wav', False, False)
        >>> SideNames().partner("a_客服.wav", {"a_客户.wav"}.__contains__)
        ('a_客户.wav', True, True)
        """
        pure = PurePath(name)
        for agent, customer in self.own:
            for mine, other, is_agent in ((agent, customer, True), (customer, agent, False)):
                if pure.stem.endswith(mine) and len(pure.stem) > len(mine):
                    found = pure.stem.removesuffix(mine) + other + pure.suffix
                    if exists(found):
                        return found, is_agent, True
        return self._known_partner(pure, exists) if pure.suffix else None

    def _known_partner(
        self, pure: PurePath, exists: Callable[[str], bool]
    ) -> tuple[str, bool, bool] | None:
        side = _side_of(pure)
        if side is None:
            return None
        word = side.word.lower()
        named = (word in AGENTS, word in CUSTOMERS)
        if any(named):
            for other in side.other_names(CUSTOMERS if named[0] else AGENTS):
                if exists(other):
                    return other, named[0], True
        for agent, customer in HINTS:
            if word in (agent, customer):
                for other in side.other_names([customer if word == agent else agent]):
                    if exists(other):
                        return other, word == agent, False
        return None

    def is_side(self, name: str) -> bool:
        """Whether a name may be one side of two."""
        pure = PurePath(name)
        own = any(pure.stem.endswith(end) for pair in self.own for end in pair)
        return own or _side_of(pure) is not None


_WORDS = sorted({*AGENTS, *CUSTOMERS, *(w for pair in HINTS for w in pair)}, key=len, reverse=True)
_LATIN = "|".join(word for word in _WORDS if word.isascii())
_CHINESE = "|".join(word for word in _WORDS if not word.isascii())
_ENDS = re.compile(
    rf"(?s)(?P<before>.+?(?:[-_.\s~#@+]+[(\[（【]?|[(\[（【]))(?P<word>{_LATIN})(?P<after>{CLOSES})$"
    rf"|(?P<before2>.+?{OPENS})(?P<word2>{_CHINESE})(?P<after2>(?:声道|录音|侧|端)?{CLOSES})$",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    rf"(?P<word>{'|'.join((*AGENTS, *CUSTOMERS))})(?P<after>[-_.\s~#@+].+)$", re.IGNORECASE
)


def _side_of(pure: PurePath) -> Side | None:
    """The side that a name tells, by its end, or by its beginning where that names a person."""
    if found := _ENDS.match(pure.stem):
        before = found["before"] or found["before2"]
        word = found["word"] or found["word2"]
        after = found["after"] if found["word"] else found["after2"]
    elif found := _BEGINS.match(pure.stem):
        before, word, after = "", found["word"], found["after"]
    else:
        return None
    form = f"{before}\0{after}{pure.suffix}"
    return Side((before + after).strip("-_. ~#@+()[]（）【】"), word, pure.suffix, form)


def _spelt_as(word: str, like: str) -> str:
    """``word`` in the case of ``like``."""
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word


def files_of_call(path: Path, sides: tuple[str, ...]) -> CallFiles:
    """The files of the call that ``path`` belongs to: itself, or both sides of the call."""
    names = SideNames.of(sides)
    found = names.partner(
        path.name,
        lambda name: name != path.name and os.path.isfile(path.parent / name),  # noqa: PTH113 - Path.is_file raises where a connection is broken
    )
    if found is None:
        return CallFiles((path,))
    other, is_agent, sure = path.parent / found[0], found[1], found[2]
    return CallFiles((path, other) if is_agent else (other, path), sure)


def base_of(path: Path, sides: tuple[str, ...]) -> str:
    """The stem that a call has without the word of its side.

    >>> base_of(Path("8012_7-out.wav"), ())
    '8012_7'
    """
    for pair in SideNames.of(sides).own:
        for end in pair:
            if path.stem.endswith(end) and len(path.stem) > len(end):
                return path.stem.removesuffix(end).rstrip("-_. ")
    side = _side_of(path)
    return side.base if side else path.stem


@lru_cache(maxsize=16)
def _side_names(settings: tuple[str, ...]) -> SideNames:
    pairs = []
    for line in settings:
        parts = [part.strip() for part in line.split("/")]
        if len(parts) != 2 or not all(parts) or parts[0] == parts[1]:
            raise SettingsError(
                f"[ingest] sides has {line!r}; expected the ending of the agent's file, a slash, and that of the "
                "customer's, such as '-out / -in'"
            )
        pairs.append((parts[0], parts[1]))
    return SideNames(tuple(pairs))
