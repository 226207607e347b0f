"""A cheap look at a line: whether the learned tagger could find anything in it. Four ordinary lines
in five are done with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pipeline.privacy.signs import ASKED_ADDRESS, ASKED_NAME, FIRST
from pipeline.privacy.spelt_names import FROM_AFAR
from pipeline.privacy.surnames import COMPOUND, SINGLE
from pipeline.privacy.tagger import load_tagger

if TYPE_CHECKING:
    from pipeline.privacy.signs import Line

PLACE = re.compile(
    r"[省市区县旗镇乡村庄屯寨街路巷弄道苑园府庭城里湾厦院楼栋幢座室号组社]|[A-Za-z0-9]-[0-9]"
)
COUNTED = re.compile(r"[0-9零一二三四五六七八九十百幺]")
_TOLD = re.compile("[姓叫]")
_PAIR = re.compile(
    rf"(?=(?P<pair>[{SINGLE}](?P<given>[\u4e00-\u9fff]))(?P<third>[\u4e00-\u9fff])?)"
)
_COMPOUND = re.compile(COMPOUND)

EVER_GIVEN, MOSTLY_A_FAMILY = 2, 5
"""Of eight steps: from the first a character may follow a surname, from the second it may begin a
name though it ends a usual word. Of what the tagger finds in ``tests/data/privacy`` one in a hundred
is not looked at (our choice)."""


@dataclass(frozen=True)
class Sight:
    """``words``: codes of usual words of two characters. ``given``, ``families``: characters that
    stand in given names, and those that are mostly surnames."""

    words: frozenset[int]
    given: frozenset[str]
    families: frozenset[str]

    def may_hold(self, line: Line) -> bool:
        """Whether a name or an address could stand in a line."""
        text = line.text
        if PLACE.search(text) and (COUNTED.search(text) or ASKED_ADDRESS.search(line.asked)):
            return True
        if _TOLD.search(text) or ASKED_NAME.search(line.asked):
            return True
        if _COMPOUND.search(text) or FROM_AFAR.search(text):
            return True
        return any(self._may_begin(text, found) for found in _PAIR.finditer(text))

    def _may_begin(self, text: str, found: re.Match[str]) -> bool:
        """Whether a surname begins a name there and no usual word."""
        at, pair, third = found.start(), found["pair"], found["third"]
        if found["given"] not in self.given:
            return False
        if not self._is_word(pair):
            ends_a_word = at > 0 and self._is_word(text[at - 1 : at + 1])
            if not ends_a_word or pair[0] in self.families:
                return True
        return third is not None and third in self.given and not self._is_word(pair[1] + third)

    def _is_word(self, pair: str) -> bool:
        return ord(pair[0]) << 16 | ord(pair[1]) in self.words


@cache
def load_sight() -> Sight:
    """The sight by the tables of the tagger."""
    tables = load_tagger().tables
    return Sight(
        frozenset(tables.words[0].tolist()),
        frozenset(chr(FIRST + at) for at in (tables.given >= EVER_GIVEN).nonzero()[0]) | {"一"},
        frozenset(chr(FIRST + at) for at in (tables.family >= MOSTLY_A_FAMILY).nonzero()[0]),
    )
