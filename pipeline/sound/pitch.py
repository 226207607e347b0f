"""Spectrum and pitch of a channel, measured once and read by several stages.

Pitch comes from swift-f0 (MIT; a small convolutional network, 0.014 of real time on one core),
which runs on speech only. On telephone speech it makes 0.07 % gross errors where pYIN makes 8.5 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from swift_f0 import SwiftF0

from pipeline.sound.spectrum import HOP, HOP_S, Spectrum, measure_spectrum
from pipeline.types import SAMPLE_RATE, Seconds, Series, Span, Track, join_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

PITCH_LOW_HZ, PITCH_HIGH_HZ = 60.0, 600.0
"""From the lowest men's voices to an excited woman's (our choice)."""

VOICED = 0.5
"""From this confidence swift-f0 calls a frame voiced (its own calibration)."""

MARGIN_S: Seconds = 0.128
"""Sound around a stretch that the network needs to be right at its ends. Its receptive field reaches
0.18 s; the last 0.05 s of it weigh next to nothing (see docs/notes/recognition.md)."""

INNER_S: Seconds = 0.192
"""Sound around a part of a stretch that was cut: the whole receptive field, 11 frames of 16 ms, so
that no pitch differs from that of the stretch in one."""

MOST_S: Seconds = 8.0
"""Most sound that the network gets at once, margins apart. What it works on then stays in the
processor's cache: parts of 2 to 4 s take 0.0047 for a second of sound, 8 s 0.0053, 15 s 0.0067 and
30 s 0.0079. Its memory grows with the longest part, by 4 MB a second (docs/notes/recognition.md)."""

SUMMED_S: Seconds = 60.0
"""Most sound that is read at once for its level."""

SPEECH_RMS = 0.05
"""Level to which speech is scaled for the network, -26 dBFS. Quiet recordings give it other results
than loud ones: at a tenth of the gain one pitch in ten was lost."""


@dataclass(frozen=True, slots=True, eq=False)
class Pitch:
    """``hz``: shape (frames,), float32, on the frames of ``Spectrum``; 0 in unvoiced frames."""

    hz: npt.NDArray[np.float32]

    @property
    def voiced(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.hz > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Acoustics:
    """A track with its spectrum and pitch; both have the same frames."""

    track: Track
    spectrum: Spectrum
    pitch: Pitch


def measure_acoustics(track: Track, spectrum: Spectrum | None = None) -> Acoustics:
    """Measure spectrum and pitch of a track whose speech was found. A given ``spectrum`` is used as
    it is."""
    measured = spectrum or measure_spectrum(track.samples)
    return Acoustics(track, measured, Pitch(_pitch(track.samples, track.speech, measured.frames)))


def _pitch(samples: Series, speech: Sequence[Span], frames: int) -> npt.NDArray[np.float32]:
    hz = np.zeros(frames, np.float32)
    spread = _spread(samples, speech)
    if spread == 0.0:
        return hz
    # the sound between two stretches is their margin: what lies close together goes in as one
    for span, wide in _parts(join_spans(speech, 2 * MARGIN_S)):
        first = max(0, int(wide.start_s / HOP_S))
        block = samples[first * HOP : int(wide.end_s * SAMPLE_RATE)]
        if len(block) < HOP:
            continue
        block = (block - block.mean()) * np.float32(SPEECH_RMS / spread)
        found = _detector().detect(block, SAMPLE_RATE, PITCH_LOW_HZ, PITCH_HIGH_HZ)
        voiced_hz = np.where(found.confidence >= VOICED, found.pitch_hz, 0.0)
        low, high = (
            int(np.ceil(span.start_s / HOP_S)),
            min(int(np.ceil(span.end_s / HOP_S)), first + len(voiced_hz), frames),
        )
        hz[low:high] = voiced_hz[low - first : high - first]
    spoken = np.zeros(frames, np.bool_)
    for span in speech:
        spoken[int(np.ceil(span.start_s / HOP_S)) : int(np.ceil(span.end_s / HOP_S))] = True
    return np.where(spoken, hz, np.float32(0.0))


def _spread(samples: Series, speech: Sequence[Span]) -> float:
    """Standard deviation of the samples of all speech; 0 without speech."""
    count, total, squares = 0, 0.0, 0.0
    for span in (part for whole in speech for part in _cut(whole, SUMMED_S)):
        block = samples[int(span.start_s * SAMPLE_RATE) : int(span.end_s * SAMPLE_RATE)].astype(
            np.float64
        )
        count += len(block)
        total += float(block.sum())
        squares += float(np.dot(block, block))
    return math.sqrt(max(0.0, squares / count - (total / count) ** 2)) if count else 0.0


def _parts(stretches: Sequence[Span]) -> list[tuple[Span, Span]]:
    """The stretches in parts of ``MOST_S`` at most: the place of each, and the same with the sound
    around it that the network needs."""
    found: list[tuple[Span, Span]] = []
    for whole in stretches:
        parts = _cut(whole, MOST_S)
        for at, part in enumerate(parts):
            before_s = INNER_S if at else MARGIN_S
            behind_s = INNER_S if at + 1 < len(parts) else MARGIN_S
            found.append((part, Span(part.start_s - before_s, part.end_s + behind_s)))
    return found


def _cut(span: Span, most_s: Seconds) -> list[Span]:
    """A stretch as it is, or in equal parts of ``most_s`` or less."""
    edges = np.linspace(
        span.start_s, span.end_s, 1 + max(1, math.ceil(span.duration_s / most_s))
    ).tolist()
    return [Span(start_s, end_s) for start_s, end_s in pairwise(edges)]


@cache
def _detector() -> SwiftF0:
    return SwiftF0(threads=1, spin=False)
