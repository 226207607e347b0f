"""Speaking rate (语速): characters a minute of a side's own speaking time.

Speaking time comes from speech detection and not from word timestamps, which stretch over pauses
(SYSTRAN/faster-whisper #120). Pauses of ``PAUSE_S`` and more are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.pace.reading import spoken_length
from pipeline.types import (
    Burst,
    Pace,
    PaceCheck,
    Role,
    RolePace,
    Seconds,
    Span,
    Utterance,
    Word,
    join_spans,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAUSE_S: Seconds = 0.5
FASTEST_S: Seconds = 10.0
"""Length of the stretches of speech among which the fastest one is found."""

LEAST_S: Seconds = 1.0
"""Less speech than this gives no rate (our choice): one short answer has no pace."""

BURST_FACTOR = 1.3
"""A stretch of ``FASTEST_S`` of speech is a burst if it is faster than usual by this factor. Our
choice: in calls of one steady voice the fastest ten seconds are up to 1.2 times the median."""

USUAL_LEAST_S: Seconds = 30.0
"""Least speech in a call that gives a usual rate for an agent without earlier calls (our
choice)."""

INTERVAL_LEAST = 3
"""Least utterances that give an interval."""

CHECK_LEAST_CHARS = 40
NUCLEI_LOST, NUCLEI_INVENTED = 1.2, 0.55
"""Bounds of syllable nuclei a character. Outside them the text does not fit the signal. On 121
sides of synthetic telephone calls with 40 characters and more it lay between 0.67 and 1.06: fast
speech runs syllables together."""

Times = npt.NDArray[np.float64]


def measure_pace(
    utterances: Sequence[Utterance],
    *,
    nuclei: Mapping[int, Times] | None = None,
    usual: float | None = None,
) -> Pace:
    """Measure the pace of agent and customer. A side that speaks for less than ``LEAST_S`` has no
    rate.

    ``nuclei``: times of the syllable nuclei of each channel, seconds in order. ``usual``: the
    agent's own rate over earlier calls, characters a minute.
    """
    return Pace(
        agent=_role_pace(utterances, "agent", nuclei or {}, usual),
        customer=_role_pace(utterances, "customer", nuclei or {}, None),
    )


def _role_pace(
    utterances: Sequence[Utterance], role: Role, nuclei: Mapping[int, Times], usual: float | None
) -> RolePace:
    own = [utterance for utterance in utterances if utterance.role == role]
    stretches = join_spans([utterance.span for utterance in own], PAUSE_S)
    speaking_s = sum(stretch.duration_s for stretch in stretches)
    if speaking_s < LEAST_S:
        return RolePace(None, None, None, speaking_s)
    characters = sum(spoken_length(utterance.text) for utterance in own)
    windows = _windows([word for utterance in own for word in utterance.words], stretches)
    fastest = max(reversed(windows), key=lambda window: window.chars_per_min, default=None)
    if usual is None and speaking_s >= USUAL_LEAST_S and windows:
        usual = median(window.chars_per_min for window in windows)
    rate = characters / speaking_s * 60
    share = _half_width(own)
    syllables = _syllables(own, nuclei)
    return RolePace(
        chars_per_min=rate,
        fastest_chars_per_min=fastest.chars_per_min if fastest else None,
        fastest_start_s=fastest.start_s if fastest else None,
        speaking_s=speaking_s,
        low_chars_per_min=None if share is None else max(0.0, rate * (1 - share)),
        high_chars_per_min=None if share is None else rate * (1 + share),
        usual_chars_per_min=usual,
        bursts=_bursts(windows, usual),
        syllables_per_min=syllables / speaking_s * 60 if syllables is not None else None,
        check=_check(characters, syllables),
    )


@dataclass(frozen=True, slots=True)
class _Timed:
    """A word on a clock that runs only while its speaker speaks."""

    clock_s: Seconds
    characters: int
    word: Word


def _windows(words: Sequence[Word], stretches: Sequence[Span]) -> list[Burst]:
    """The rate of each ``FASTEST_S`` of speech that begins with a word; none if the speech is
    shorter."""
    whole_s = sum(stretch.duration_s for stretch in stretches)
    timed = sorted(
        (
            _Timed(_speech_clock(word.start_s, stretches), spoken_length(word.text), word)
            for word in words
        ),
        key=lambda one: (one.clock_s, one.word.start_s),
    )
    found: list[Burst] = []
    last = inside = 0
    for first in timed:
        if first.clock_s + FASTEST_S > whole_s + 0.1 and found:
            break
        while last < len(timed) and timed[last].clock_s < first.clock_s + FASTEST_S:
            inside += timed[last].characters
            last += 1
        found.append(Burst(first.word.start_s, timed[last - 1].word.end_s, inside / FASTEST_S * 60))
        inside -= first.characters
    return found if whole_s >= FASTEST_S else []


def _bursts(windows: Sequence[Burst], usual: float | None) -> tuple[Burst, ...]:
    """The stretches that are faster than usual by ``BURST_FACTOR``. Overlapping ones become one,
    with the highest rate."""
    found: list[Burst] = []
    for window in windows:
        if usual is None or window.chars_per_min < usual * BURST_FACTOR:
            continue
        if found and window.start_s < found[-1].end_s:
            rate = max(window.chars_per_min, found[-1].chars_per_min)
            found[-1] = Burst(found[-1].start_s, window.end_s, rate)
        else:
            found.append(window)
    return tuple(found)


def _half_width(own: Sequence[Utterance]) -> float | None:
    """Half of the rate's 95 % interval as a share of the rate.

    It is the change of the rate when one utterance is left out (jackknife of a ratio, Quenouille
    1956; normal quantile). Errors in the text are not part of it.
    """
    if len(own) < INTERVAL_LEAST:
        return None
    characters = np.array([spoken_length(utterance.text) for utterance in own], float)
    seconds = np.array([max(1e-3, utterance.span.duration_s) for utterance in own])
    without = (characters.sum() - characters) / (seconds.sum() - seconds)
    error = np.sqrt((len(own) - 1) / len(own) * np.sum((without - without.mean()) ** 2))
    return float(1.96 * error * seconds.sum() / max(characters.sum(), 1))


def _syllables(own: Sequence[Utterance], nuclei: Mapping[int, Times]) -> int | None:
    """Nuclei within the utterances; ``None`` if the nuclei of a channel were not counted."""
    if any(utterance.channel not in nuclei for utterance in own):
        return None
    count = 0
    for utterance in own:
        times = nuclei[utterance.channel]
        count += int(
            np.searchsorted(times, utterance.end_s, "right")
            - np.searchsorted(times, utterance.start_s)
        )
    return count


def _check(characters: int, syllables: int | None) -> PaceCheck | None:
    if syllables is None or characters < CHECK_LEAST_CHARS:
        return None
    ratio = syllables / characters
    return (
        "text_lost"
        if ratio > NUCLEI_LOST
        else "text_invented"
        if ratio < NUCLEI_INVENTED
        else "agrees"
    )


def _speech_clock(time_s: Seconds, stretches: Sequence[Span]) -> Seconds:
    """Seconds of speech before a time of the call."""
    return sum(max(0.0, min(time_s, stretch.end_s) - stretch.start_s) for stretch in stretches)
