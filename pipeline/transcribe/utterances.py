"""Words into utterances: text with punctuation, times, confidence."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from pipeline.transcribe.script import punctuate
from pipeline.types import Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.transcribe.recogniser import Recognition


def make_utterances(heard: Sequence[Recognition]) -> tuple[Utterance, ...]:
    """One utterance for each stretch in which something was understood, by time; roles are unknown
    yet.

    The text of an utterance is that of its words, with a sentence end where the recogniser set
    none."""
    made = [
        Utterance(
            role="unknown",
            channel=piece.channel,
            start_s=piece.span.start_s,
            end_s=piece.span.end_s,
            text=punctuate("".join(word.text for word in piece.words)),
            confidence=fmean(word.confidence for word in piece.words),
            words=piece.words,
        )
        for piece in heard
        if piece.words
    ]
    return tuple(sorted(made, key=lambda utterance: (utterance.start_s, utterance.channel)))
