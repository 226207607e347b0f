"""Where a phrase was found, and where a condition of a rule has a hit."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from pipeline.phrases.text import Turn, covered_words, span_of

if TYPE_CHECKING:
    from pipeline.phrases.matching import Hit
    from pipeline.types import MatchKind, Span, Word


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A hit of a condition over utterances ``first``..``last`` (numbers among all utterances)."""

    first: int
    last: int
    span: Span
    quote: str
    phrase: str
    match: MatchKind
    confidence: float
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A phrase that was said, by one of the layers. ``confidence`` 0..1 that it was."""

    hit: Hit
    turn: Turn
    match: MatchKind
    confidence: float
    evidence: str = ""

    @property
    def words(self) -> tuple[Word, ...]:
        return covered_words(self.turn.text, self.hit.start, self.hit.end, self.turn.words)

    @property
    def quote(self) -> str:
        return "".join(word.text for word in self.words).strip("，。？！、 ,.?!")

    def as_occurrence(self) -> Occurrence:
        return Occurrence(
            first=self.turn.number_at(self.hit.start),
            last=self.turn.number_at(self.hit.end - 1),
            span=span_of(self.words),
            quote=self.quote,
            phrase=(not self.hit.entry.condition and self.hit.rule.phrase) or self.hit.phrase.say,
            match=self.match,
            confidence=self.confidence,
            evidence=self.evidence,
        )


def clarity(hit: Hit, turn: Turn) -> float:
    """Mean confidence, 0..1, of the words that a hit covers."""
    return fmean(
        word.confidence for word in covered_words(turn.text, hit.start, hit.end, turn.words)
    )
