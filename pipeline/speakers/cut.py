"""Cut utterances of a mix where the voice changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.speakers.voices import VoiceTurn
    from pipeline.types import Seconds, Utterance, Word


def cut_by_voice(
    utterances: Sequence[Utterance], turns: Sequence[VoiceTurn]
) -> tuple[tuple[Utterance, ...], tuple[int | None, ...]]:
    """Cut the utterances at the turns, and return them with the voice of each.

    A word belongs to the turn that contains its middle. A piece without words is left out.
    """
    pieces: list[Utterance] = []
    voices: list[int | None] = []
    for utterance in utterances:
        own = [turn for turn in turns if turn.span.overlap_s(utterance.span) > 0]
        if len(own) < 2:
            pieces.append(utterance)
            voices.append(own[0].voice if own else None)
            continue
        at = [_turn_at((word.start_s + word.end_s) / 2, own) for word in utterance.words]
        for turn, pairs in groupby(zip(at, utterance.words, strict=True), lambda pair: pair[0]):
            pieces.append(_piece(utterance, tuple(word for _, word in pairs), turn))
            voices.append(turn.voice)
    return tuple(pieces), tuple(voices)


def _turn_at(time_s: Seconds, turns: Sequence[VoiceTurn]) -> VoiceTurn:
    return min(
        turns, key=lambda turn: max(turn.span.start_s - time_s, time_s - turn.span.end_s, 0.0)
    )


def _piece(utterance: Utterance, words: tuple[Word, ...], turn: VoiceTurn) -> Utterance:
    return replace(
        utterance,
        start_s=max(utterance.start_s, turn.span.start_s),
        end_s=min(utterance.end_s, turn.span.end_s),
        text="".join(word.text for word in words),
        confidence=fmean(word.confidence for word in words),
        words=words,
    )
