"""The second ear of a recogniser, made ready for the phrases of a book, and what it hears of one
call."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.ear import (
    HeardPhrase,
    PhraseHearing,
    PhraseSearch,
    SyllableHead,
    find_head,
    weigh_texts,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ear import LogProbabilities, Syllables
    from pipeline.phrases import PhraseBook
    from pipeline.transcribe import Recogniser
    from pipeline.types import Span, Track

ECHO = 0.2
"""A phrase that two channels have at one time belongs to neither if their scores a syllable differ
by less: where one side is loud in the other's channel, chance alone decides which score is the
better one, and with it who is charged (our choice)."""


@dataclass(frozen=True, slots=True)
class SecondEar:
    """Loaded once and used for every call."""

    head: SyllableHead
    search: PhraseSearch

    @classmethod
    def of(cls, recogniser: Recogniser, book: PhraseBook) -> SecondEar | None:
        """``None`` for a recogniser whose states no head was trained on. Raises ``ModelError``
        where a head cannot be read."""
        head = find_head(recogniser.encoder_sha256)
        return cls(head, PhraseSearch(head.units, book.matcher.audible)) if head else None

    def hearing(self) -> PhraseHearing:
        """For one call."""
        return PhraseHearing(self.head, self.search)


def digest_with_ear(sha256: str, encoder_sha256: str) -> str:
    """The digest of a recogniser and of the head on its states; ``sha256``, the recogniser's own,
    where there is none. Raises ``ModelError`` where a head cannot be read."""
    head = find_head(encoder_sha256)
    return hashlib.sha256(f"{sha256}\n{head.sha256}".encode()).hexdigest() if head else sha256


class CallEar:
    """What the second ear heard of a call; see ``pipeline.phrases.Ear``."""

    def __init__(
        self, hearing: PhraseHearing, recogniser: Recogniser, tracks: Sequence[Track]
    ) -> None:
        self._head = hearing.head
        self._recogniser = recogniser
        self._tracks = {track.channel: track for track in tracks}
        self._read: tuple[tuple[int, Span], LogProbabilities] | None = None
        self._phrases = _without_echoes(hearing.phrases)

    def phrases(self, channel: int, span: Span) -> Sequence[HeardPhrase]:
        """Those of a channel whose middle lies in a stretch."""
        return [
            phrase
            for phrase in self._phrases
            if phrase.channel == channel
            and span.start_s <= (phrase.span.start_s + phrase.span.end_s) / 2 < span.end_s
        ]

    def weigh(self, channel: int, span: Span, texts: Sequence[str]) -> Sequence[float]:
        """How well each text fits a stretch: natural logarithm, 0 at most."""
        if self._read is None or self._read[0] != (channel, span):
            states = self._recogniser.states_of(self._tracks[channel], span)
            self._read = (channel, span), self._head.read(states)
        return weigh_texts(self._head, self._read[1], texts)


def _without_echoes(heard: Sequence[HeardPhrase]) -> tuple[HeardPhrase, ...]:
    """Without phrases that another channel has at the same time about as well or better: crosstalk."""
    alike: defaultdict[Syllables, list[HeardPhrase]] = defaultdict(list)
    for phrase in heard:
        alike[phrase.syllables].append(phrase)
    return tuple(
        phrase
        for phrase in heard
        if not any(_is_echo(phrase, other) for other in alike[phrase.syllables])
    )


def _is_echo(phrase: HeardPhrase, other: HeardPhrase) -> bool:
    return (
        other.channel != phrase.channel
        and other.span.overlap_s(phrase.span) > phrase.span.duration_s / 2
        and other.score >= phrase.score - ECHO
    )
