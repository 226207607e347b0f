"""Two channels whose speakers change places in the middle of a recording: a transfer, a recorder that
begins a new leg."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.speakers.evidence import Cues, agent_evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.sound import Acoustics
    from pipeline.speakers.voices import VoiceModel
    from pipeline.types import Seconds, Span, Utterance

LEAST_ODDS = 2.0
"""Log odds by which the words before and after must name different agents: 0.88 each, above the 0.85
that is sure (our choice)."""

LEAST_SPEECH_S: Seconds = 1.5
"""Least speech of each side before and after a place, for its voice to be known (our choice)."""

CROSSED = 0.5
"""Most distance of the voices to the other channel's after the place, as a share of that to their
own channel's. On 13 two-channel calls the least is 2.3 as they are, and 0.2 to 0.4 (two times 0.6
and 0.9) with the second half exchanged."""

APART = 1.5
"""Least distance of the two voices from each other, in units of ``VoiceModel.clear_distance``."""


def find_swap(
    sounds: Sequence[Acoustics], utterances: Sequence[Utterance], *, cues: Cues, voices: VoiceModel
) -> Seconds | None:
    """When two channels change places, by the words or by the voices; ``None`` if nothing tells so.

    Needs two tracks, and enough said before and after.
    """
    by_words = _by_words(utterances, sounds[0].track.channel, cues)
    return by_words if by_words is not None else _by_voices(sounds, voices)


def _by_words(utterances: Sequence[Utterance], first: int, cues: Cues) -> Seconds | None:
    """The place where the words before and after name different agents most surely."""
    best: tuple[float, Seconds] | None = None
    for at in range(1, len(utterances)):
        before = _odds(utterances[:at], first, cues)
        after = _odds(utterances[at:], first, cues)
        least = min(abs(before), abs(after))
        if before * after < 0 and least >= LEAST_ODDS and (best is None or least > best[0]):
            best = (least, utterances[at].start_s)
    return best[1] if best else None


def _odds(utterances: Sequence[Utterance], first: int, cues: Cues) -> float:
    zero = agent_evidence([u for u in utterances if u.channel == first], cues)
    one = agent_evidence([u for u in utterances if u.channel != first], cues)
    return zero - one


def _by_voices(sounds: Sequence[Acoustics], voices: VoiceModel) -> Seconds | None:
    """The place where each channel's voice goes on in the other one."""
    sides = [tuple(s for s in one.track.speech if s.duration_s >= 0.5) for one in sounds]
    if any(len(spans) < 2 for spans in sides):
        return None
    rows = [voices.embed(one, spans) for one, spans in zip(sounds, sides, strict=True)]
    best: tuple[float, Seconds] | None = None
    for place in sorted({span.start_s for spans in sides for span in spans}):
        means = [_means(own, spans, place) for own, spans in zip(rows, sides, strict=True)]
        if means[0] is None or means[1] is None:
            continue
        (before0, after0), (before1, after1) = means[0], means[1]
        own = np.linalg.norm(before0 - after0) + np.linalg.norm(before1 - after1)
        other = np.linalg.norm(before0 - after1) + np.linalg.norm(before1 - after0)
        apart = min(np.linalg.norm(before0 - before1), np.linalg.norm(after0 - after1))
        if apart < APART * voices.clear_distance or other > CROSSED * own:
            continue
        if best is None or other / own < best[0]:
            best = (float(other / own), place)
    return best[1] if best else None


def _means(
    rows: np.ndarray[tuple[int, int], np.dtype[np.float64]], spans: Sequence[Span], place: Seconds
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...] | None:
    """The mean voice before and after a place; ``None`` if too little is said on either side."""
    lengths = np.array([span.duration_s for span in spans])
    before = np.array([span.start_s < place for span in spans])
    if min(lengths[before].sum(), lengths[~before].sum()) < LEAST_SPEECH_S:
        return None
    return tuple(
        np.average(rows[chosen], axis=0, weights=lengths[chosen]) for chosen in (before, ~before)
    )
