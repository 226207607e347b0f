"""A cheap look at a line: whether the learned tagger could find anything in it. Four ordinary lines
in five are done with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pipeline.privacy.addresses import ASKED_ESTATE
from pipeline.privacy.signs import ASKED_ADDRESS, ASKED_NAME, FIRST
from pipeline.privacy.spelt_names import FROM_AFAR
from pipeline.privacy.surnames import COMPOUND, SINGLE
from pipeline.privacy.tagger import load_tagger

if TYPE_CHECKING:
    from pipeline.privacy.signs import Line, Small

PLACE = re.compile(
    r"[省市区县旗镇乡村庄屯寨街路巷弄道苑园府庭城里湾厦院楼栋幢座室号组社]|[A-Za-z0-9]-[0-9]"
)
COUNTED = re.compile(r"[0-9零一二三四五六七八九十百幺]")
_TOLD = re.compile("[一-鿿]{3}(?:女士|先生)|[姓叫]|名字|[机户车业房]主|[收联投保申]..?人")
_PAIR = re.compile(
    rf"(?=(?P<pair>[{SINGLE}](?P<given>[\u4e00-\u9fff]))(?P<third>[\u4e00-\u9fff])?)"
)
_COMPOUND = re.compile(COMPOUND)

LONGEST_ESTATE = 16
"""Characters of an answer that may be only the name of an estate (our choice)."""

EVER_GIVEN, OFTEN_GIVEN, MOSTLY_A_FAMILY = 1, 4, 5
"""Of eight steps: from the first a character may follow a surname, from the second it may end a name
that begins like a usual word, from the third it may begin a name though it ends a usual word. Of what the tagger finds in ``tests/data/privacy`` one in a hundred
is not looked at (our choice)."""


@dataclass(frozen=True)
class Sight:
    """``words``: codes of usual words of two characters. ``given``, ``often``, ``families``:
    characters that stand in given names, that often do, and that are mostly surnames."""

    words: frozenset[int]
    given: frozenset[str]
    often: frozenset[str]
    families: frozenset[str]

    def may_hold(self, line: Line) -> bool:
        """Whether a name or an address could stand in a line."""
        text = line.text
        if PLACE.search(text) and (COUNTED.search(text) or ASKED_ADDRESS.search(line.asked)):
            return True
        if len(text) <= LONGEST_ESTATE and ASKED_ESTATE.search(line.asked):
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
        if third is None or third not in self.given:
            return False
        return third in self.often or not self._is_word(pair[1] + third)

    def _is_word(self, pair: str) -> bool:
        return ord(pair[0]) << 16 | ord(pair[1]) in self.words


@cache
def load_sight() -> Sight:
    """The sight by the tables of the tagger."""
    tables = load_tagger().tables

    def characters(table: Small, least: int) -> frozenset[str]:
        return frozenset(chr(FIRST + at) for at in (table >= least).nonzero()[0])

    return Sight(
        frozenset(tables.words[0].tolist()),
        characters(tables.given, EVER_GIVEN),
        characters(tables.given, OFTEN_GIVEN),
        characters(tables.family, MOSTLY_A_FAMILY),
    )
