"""Measure a voice by numbers that do not depend on the level of the recording.

Windows are 3 to 10 seconds of one speaker's clean speech, without times in which the other side
speaks. The measures follow the minimal acoustic set of Eyben et al. (2016, GeMAPS) as far as a
telephone line carries them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.pace import spoken_length
from pipeline.sound import BIN_HZ, Acoustics
from pipeline.types import Seconds, Span, Utterance, Word, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

FEATURES = (
    "pitch_st",
    "pitch_range_st",
    "level_db",
    "level_spread_db",
    "tilt_db",
    "cpp_db",
    "rate_cps",
    "pause_share",
)
"""Median pitch in semitones over 100 Hz; 10th to 90th percentile of pitch in semitones; level over
the speaker's own median in this call, dB; standard deviation of the level of voiced frames, dB;
energy of 1-3.4 kHz over that of 0.25-1 kHz, dB; cepstral peak prominence, dB; characters a second
of speech; share of pauses in the window."""

WINDOW_LEAST_S: Seconds = 3.0
WINDOW_MOST_S: Seconds = 10.0
PIECE_LEAST_S: Seconds = 0.3
VOICED_LEAST = 40
"""With fewer voiced frames (0.64 s) a window gives no figures (our choice)."""

MID_HZ, LOW_HZ, HIGH_HZ = 1000.0, 250.0, 3400.0
CEPSTRUM_FROM_HZ, CEPSTRUM_TO_HZ = 400.0, 70.0
"""Range of voice periods in which the cepstral peak is searched."""

DEEPEST = 1e-8
"""Power relative to the frame's strongest bin below which nothing counts: -80 dB. So a quiet
recording has the same shape."""
FIRST_BIN = 2

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RawWindow:
    """A window with its measures in the order of ``FEATURES``; ``None`` for a measure that is not
    possible."""

    start_s: Seconds
    end_s: Seconds
    speech_s: Seconds
    values: tuple[float | None, ...]


def measure_windows(
    utterances: Sequence[Utterance], acoustics: Acoustics, *, others: Sequence[Span] = ()
) -> tuple[RawWindow, ...]:
    """Measure windows of one speaker's utterances on one track, in order of time.

    ``others``: times to leave out. Empty if the speaker speaks alone for less than
    ``WINDOW_LEAST_S``.
    """
    pieces = [
        piece
        for u in utterances
        for piece in subtract_spans(u.span, others)
        if piece.duration_s >= PIECE_LEAST_S
    ]
    groups = _group(sorted(pieces))
    if not groups:
        return ()
    level = acoustics.spectrum.band_db(LOW_HZ, HIGH_HZ).astype(np.float64)
    voiced = acoustics.pitch.voiced
    words = [word for utterance in utterances for word in utterance.words]
    taken = np.concatenate(
        [np.arange(acoustics.spectrum.frames)[acoustics.spectrum.inside(p)] for p in pieces]
    )
    voiced_frames = taken[voiced[taken]]
    usual_level = float(np.median(level[voiced_frames])) if len(voiced_frames) else 0.0
    return tuple(_measure(group, acoustics, level - usual_level, words) for group in groups)


def signal_to_noise_db(acoustics: Acoustics) -> float | None:
    """Level of the voiced frames over the level of the frames without speech, dB; ``None`` if
    either is missing."""
    level = acoustics.spectrum.band_db(LOW_HZ, HIGH_HZ)
    silent = np.ones(len(level), bool)
    for span in acoustics.track.speech:
        around = acoustics.spectrum.inside(Span(max(0.0, span.start_s - 0.1), span.end_s + 0.1))
        silent[around] = False
    voiced = acoustics.pitch.voiced
    if not voiced.any() or silent.sum() < VOICED_LEAST:
        return None
    return float(np.median(level[voiced]) - np.median(level[silent]))


def _group(pieces: Sequence[Span]) -> list[tuple[Span, ...]]:
    """Join pieces until a window has enough speech. A window that is too long is cut into equal
    parts."""
    groups: list[tuple[Span, ...]] = []
    open_group: list[Span] = []
    for piece in pieces:
        if open_group and piece.end_s - open_group[0].start_s > WINDOW_MOST_S:
            open_group = []
        count = int(np.ceil(piece.duration_s / WINDOW_MOST_S))
        if count > 1:
            edges = np.linspace(piece.start_s, piece.end_s, count + 1).tolist()
            groups += [(Span(start_s, end_s),) for start_s, end_s in pairwise(edges)]
            continue
        open_group.append(piece)
        if sum(part.duration_s for part in open_group) >= WINDOW_LEAST_S:
            groups.append(tuple(open_group))
            open_group = []
    return groups


def _measure(
    group: tuple[Span, ...], acoustics: Acoustics, level: FloatArray, words: Sequence[Word]
) -> RawWindow:
    frames = np.concatenate(
        [np.arange(acoustics.spectrum.frames)[acoustics.spectrum.inside(p)] for p in group]
    )
    speech_s = sum(part.duration_s for part in group)
    whole = Span(group[0].start_s, group[-1].end_s)
    spoken = frames[acoustics.pitch.voiced[frames]]
    if len(spoken) < VOICED_LEAST:
        return RawWindow(whole.start_s, whole.end_s, speech_s, (None,) * len(FEATURES))
    semitones = 12 * np.log2(acoustics.pitch.hz[spoken] / 100)
    low, high = np.percentile(semitones, [10, 90])
    power = acoustics.spectrum.power[int(spoken[0]) : int(spoken[-1]) + 1][spoken - spoken[0]]
    characters = sum(
        spoken_length(word.text)
        for word in words
        if any(part.start_s <= (word.start_s + word.end_s) / 2 <= part.end_s for part in group)
    )
    values = (
        float(np.median(semitones)),
        float(high - low),
        float(np.median(level[spoken])),
        float(np.std(level[spoken])),
        _tilt(power),
        _peak_prominence(power),
        characters / speech_s if characters else None,
        _pauses(frames, level),
    )
    return RawWindow(whole.start_s, whole.end_s, speech_s, values)


def _tilt(power: npt.NDArray[np.float32]) -> float:
    """Median over frames of the energy above ``MID_HZ`` over the energy below, dB."""
    low, mid, high = (round(hz / BIN_HZ) for hz in (LOW_HZ, MID_HZ, HIGH_HZ))
    above, below = power[:, mid:high].sum(axis=1), power[:, low:mid].sum(axis=1)
    return float(np.median(10 * np.log10(np.maximum(above, 1e-15) / np.maximum(below, 1e-15))))


def _peak_prominence(power: npt.NDArray[np.float32]) -> float:
    """Mean height of the cepstral peak of the voice's period over the line through the cepstrum, dB
    (Hillenbrand et al. 1994). Clearer phonation gives a higher peak."""
    logs = 10 * np.log10(np.maximum(power, power.max(axis=1, keepdims=True) * DEEPEST))
    logs[:, :FIRST_BIN] = logs[
        :, FIRST_BIN : FIRST_BIN + 1
    ]  # a constant offset appears in the lower bins
    cepstrum = np.abs(np.fft.irfft(logs - logs.mean(axis=1, keepdims=True), axis=1))
    period = np.arange(cepstrum.shape[1]) / 8000  # the spectrum ends at 4 kHz
    used = (period >= 1 / CEPSTRUM_FROM_HZ) & (period <= 1 / CEPSTRUM_TO_HZ)
    heights = 20 * np.log10(cepstrum[:, used] + 1e-6)
    at = period[used] - period[used].mean()
    slope = heights @ at / np.sum(at**2)
    top = heights.argmax(axis=1)
    line = heights.mean(axis=1) + slope * at[top]
    return float(np.mean(heights[np.arange(len(top)), top] - line))


def _pauses(frames: npt.NDArray[np.int64], level: FloatArray) -> float:
    """Share of frames so far under the window's loud end that they are not speech."""
    inside = level[frames]
    return float(np.mean(inside < np.percentile(inside, 95) - 30))
