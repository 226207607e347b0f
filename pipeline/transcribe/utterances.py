"""Make utterances from words: text with punctuation, times, confidence."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from pipeline.transcribe.script import punctuate
from pipeline.types import Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.transcribe.recogniser import Recognition


def make_utterances(recognitions: Sequence[Recognition]) -> tuple[Utterance, ...]:
    """One utterance for each stretch with words, in order of time. Roles are still unknown.

    The text is that of the words, with a sentence end if the recogniser gave none.
    """
    utterances = [
        Utterance(
            role="unknown",
            channel=piece.channel,
            start_s=piece.span.start_s,
            end_s=piece.span.end_s,
            text=punctuate("".join(word.text for word in piece.words)),
            confidence=fmean(word.confidence for word in piece.words),
            words=piece.words,
        )
        for piece in recognitions
        if piece.words
    ]
    return tuple(sorted(utterances, key=lambda utterance: (utterance.start_s, utterance.channel)))
