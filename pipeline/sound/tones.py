"""Signalling tones in a channel: ringback and busy tones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.sound.spectrum import BIN_HZ, HOP_S, Spectrum
from pipeline.types import Seconds, SoundEvent, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

TONE_HZ, TONE_WITHIN_HZ = 450.0, 25.0
"""All signalling tones of the Chinese network are 450 Hz, within 25 Hz."""

BAND = slice(6, 110)
"""Bins of 188 to 3406 Hz, in which energy is compared. Mains hum lies below."""

TONE_BINS = slice(12, 18)
"""375 to 531 Hz: the main lobe of a tone of 425 to 475 Hz."""

TONE_SHARE = 0.8
"""Least share of the band's energy in the tone (our choice: at 10 dB over line noise it has
0.9)."""

QUIETEST_POWER = 1e-7
"""-70 dB relative to full scale. Quieter sound is not measured."""

STEADY_HZ = 8.0
"""Most standard deviation of the frequency over a beat (our choice). A hummed vowel glides, a
generator does not."""

APART = 6.0
"""Least ratio of a beat's power to the power just before and after it: 8 dB (our choice)."""

SAME_POWER = 2.0
"""Most ratio between the powers of one generator's beats: 3 dB (our choice)."""

LEAST_BEAT_S: Seconds = 0.08
LONGEST_BUSY_BEAT_S, LONGEST_BUSY_PAUSE_S = 0.9, 0.9
"""Busy is 0.35 s on and off, congestion 0.7 s, unobtainable number 0.1 and 0.4 s."""

LEAST_RING_S, LONGEST_RING_S = 0.8, 1.5
LEAST_RING_PAUSE_S, LONGEST_RING_PAUSE_S = 2.5, 5.5
"""Ringback is 1 s on and 4 s off. The wider bounds are for exchanges and recorders that clip (our
choice)."""

LEAST_CUT_RING_S: Seconds = 0.3
"""Least length of a ring that the start or end of the recording cuts off."""


FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Beat:
    span: Span
    hertz: float
    power: float


def find_cadences(channel: int, spectrum: Spectrum) -> tuple[SoundEvent, ...]:
    """Find ringing and busy tones, in order of time. Rings with their pauses are one event. No
    frames give none.

    Confidence is 0.7 for a single ring, 0.75 for two beats of a busy tone, and 0.95 for a longer
    cadence.
    """
    beats = _beats(spectrum)
    end_s = spectrum.frames * HOP_S
    events, first = [], 0
    while first < len(beats):
        last = _last_linked(beats, first, LONGEST_BUSY_BEAT_S, (0.0, LONGEST_BUSY_PAUSE_S))
        if last > first:
            group = beats[first : last + 1]
            if len(group) > 3 or _are_alike(group):
                confidence = 0.95 if len(group) > 2 else 0.75
                events.append(
                    SoundEvent(
                        group[0].span.start_s, group[-1].span.end_s, channel, "busy", confidence
                    )
                )
        else:
            last = _last_linked(
                beats, first, LONGEST_RING_S, (LEAST_RING_PAUSE_S, LONGEST_RING_PAUSE_S)
            )
            group = beats[first : last + 1]
            if any(_is_ring(beat.span, end_s) for beat in group):
                confidence = 0.95 if len(group) > 1 else 0.7
                events.append(
                    SoundEvent(
                        group[0].span.start_s, group[-1].span.end_s, channel, "ringing", confidence
                    )
                )
        first = last + 1
    return tuple(events)


def true_runs(flags: BoolArray) -> list[tuple[int, int]]:
    """Stretches in which ``flags`` are set, each as (first, one past the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _beats(spectrum: Spectrum) -> list[_Beat]:
    """The stretches with a steady 450 Hz and nothing else, and with quieter sound before and
    after."""
    band = spectrum.sums(BAND)
    is_tone = (band > QUIETEST_POWER) & (spectrum.sums(TONE_BINS) > TONE_SHARE * band)
    found = []
    for first, end in true_runs(is_tone):
        if (end - first) * HOP_S < LEAST_BEAT_S:
            continue
        pair = np.sqrt(spectrum.power[first:end][:, 14:16].astype(np.float64))
        ratio = pair[:, 1] / np.maximum(pair[:, 0], 1e-12)
        inner = (BIN_HZ * (14 + (2 * ratio - 1) / (1 + ratio)))[
            1:-1
        ]  # exact for a sine under a Hann window
        hertz, level = float(np.median(inner)), float(np.median(band[first:end]))
        about = np.concatenate(
            (band[max(0, first - 4) : max(0, first - 2)], band[end + 2 : end + 4])
        )
        is_alone = bool(np.all(about < level / APART))
        if is_alone and abs(hertz - TONE_HZ) <= TONE_WITHIN_HZ and np.std(inner) <= STEADY_HZ:
            found.append(
                _Beat(Span(max(0.0, (first - 0.5) * HOP_S), (end - 0.5) * HOP_S), hertz, level)
            )
    return found


def _last_linked(
    beats: Sequence[_Beat], first: int, longest_s: Seconds, pause_s: tuple[Seconds, Seconds]
) -> int:
    """The last beat that is linked to ``first`` by pauses and levels of one generator."""
    last = first
    while last + 1 < len(beats):
        a, b = beats[last], beats[last + 1]
        is_same = (
            abs(a.hertz - b.hertz) <= STEADY_HZ and 1 / SAME_POWER < a.power / b.power < SAME_POWER
        )
        short = max(a.span.duration_s, b.span.duration_s) <= longest_s
        if not (is_same and short and pause_s[0] <= b.span.start_s - a.span.end_s <= pause_s[1]):
            break
        last += 1
    return last


def _are_alike(beats: Sequence[_Beat]) -> bool:
    """Whether the beats last equally long. Few beats are a cadence only then. A beat cut off by the
    recording is shorter."""
    lengths = [beat.span.duration_s for beat in beats]
    return max(lengths) <= 1.25 * min(lengths) + 2 * HOP_S


def _is_ring(beat: Span, end_s: Seconds) -> bool:
    is_cut = beat.start_s <= 2 * HOP_S or beat.end_s >= end_s - 2 * HOP_S
    return (LEAST_CUT_RING_S if is_cut else LEAST_RING_S) <= beat.duration_s <= LONGEST_RING_S
