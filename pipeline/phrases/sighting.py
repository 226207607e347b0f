"""Where a phrase was found, and where a condition of a rule has a hit."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Literal

from pipeline.phrases.text import Turn, covered_words, span_of
from pipeline.types import Quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.phrases.matching import Hit
    from pipeline.types import MatchKind, Span, Utterance, Word


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
    sentences: tuple[Occurrence, ...] | None = None
    """The sentences that it rests on, each with one speaker; ``None``: itself alone. Empty where
    nothing was said."""

    @property
    def spoken(self) -> tuple[Occurrence, ...]:
        return (self,) if self.sentences is None else self.sentences


def quotes_of(hit: Occurrence, utterances: Sequence[Utterance]) -> tuple[Quote, ...]:
    """The sentences of a hit with their speakers, in order of time. Of something measured the place
    is that of the utterance that it belongs to."""
    quotes: list[Quote] = []
    for one in hit.spoken:
        if one.quote and one.first < len(utterances):
            utterance = utterances[one.first]
            span = utterance.span if one.match == "signal" else one.span
            quotes.append(Quote(utterance.role, span.start_s, span.end_s, one.quote))
    return tuple(sorted(dict.fromkeys(quotes), key=lambda quote: (quote.start_s, quote.end_s)))


@dataclass(frozen=True, slots=True)
class Sighting:
    """A phrase that was said, by one of the layers. ``confidence`` 0..1 that it was. ``span``: when,
    where that is known better than from the words that were written. ``alike``: of a sound-alike whether
    what was written has the ``same`` syllables, and the ear heard them, so that no sound tells the
    two apart; or they are ``near``, and neither witness is against it. Empty otherwise."""

    hit: Hit
    turn: Turn
    match: MatchKind
    confidence: float
    evidence: str = ""
    span: Span | None = None
    alike: Literal["", "same", "near"] = ""

    @property
    def words(self) -> tuple[Word, ...]:
        return covered_words(self.turn.text, self.hit.start, self.hit.end, self.turn.words)

    @property
    def quote(self) -> str:
        return "".join(word.text for word in self.words).strip("，。？！、 ,.?!")

    def as_occurrence(self) -> Occurrence:
        latest = len(self.turn.text.plain) - 1
        first = min(self.hit.start, latest)
        return Occurrence(
            first=self.turn.number_at(first),
            last=self.turn.number_at(max(first, self.hit.end - 1)),
            span=self.span or span_of(self.words),
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
