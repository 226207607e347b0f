"""Tell two voices of a mono mix apart: short windows, features of the voice, two clusters.

Each stretch of speech gets a row of features from a ``VoiceModel`` and two-means clustering finds
two voices. Stretches in which both speak without a pause between them are cut where the voice
changes; what lies between the two voices is given to neither.

Measured on mono mixes of 82 synthetic telephone calls, 44 for choosing features and 38 kept aside:
all speech time on the right voice in both (``python -m bench.quality.diarization``). Both voices there
differ in sex."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.sound import BIN_HZ, BINS, Acoustics
from pipeline.types import Seconds, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray = npt.NDArray[np.float64]

MELS = 24
CEPSTRA = 13
LOW_HZ, HIGH_HZ = 200.0, 3600.0
"""The telephone band."""

PITCH_WEIGHT = 4.0
"""Weight of an octave against one unit of cepstrum: of 4, 8 and 16 the best on 44 mono mixes."""

LEAST_VOICED = 6
"""Voiced frames (0.1 s) that give a pitch and a cepstrum of the voice; with fewer the louder frames
do."""

SHORTEST_S: Seconds = 0.1
WINDOW_S: Seconds = 1.0
"""Windows in which a change of voice is looked for. Shorter ones are mistaken too often: of 515
stretches of one voice 8 were cut, and of 245 of two voices 240, both at ``SIDE``."""

SIDE = 0.3
"""How far from the middle between both voices a window must lie to be one of them; the voices are
at 0.5."""


class VoiceModel(Protocol):
    """Turns stretches of speech into rows that are near each other where the voice is the same."""

    @property
    def name(self) -> str: ...

    @property
    def clear_distance(self) -> float:
        """Distance of two clusters from which they are two voices and not one voice in two
        moods."""
        ...

    @property
    def sure_distance(self) -> float:
        """Distance from which roles that rest on the voices are certain enough for points."""
        ...

    @property
    def cut_distance(self) -> float:
        """Distance from which a stretch may be cut where its windows lie on both sides: nearer
        voices vary so much from window to window that pieces go to the wrong one."""
        ...

    def embed(self, acoustics: Acoustics, spans: Sequence[Span]) -> FloatArray:
        """Shape (len(spans), d): one row a span; Euclidean distance."""
        ...


@dataclass(frozen=True, slots=True)
class SpectralVoice:
    """Mean cepstrum of the voiced frames, and median pitch: numpy only, no weights to load."""

    name: str = "embedded"
    clear_distance: float = 2.0
    """Of 82 mixes of two voices 3 in 100 lie under it; of the same calls' single sides 7 in 10."""
    sure_distance: float = 2.5
    """Nine of ten of those mixes lie over it."""
    cut_distance: float = 3.5
    """Without it 5 of 82 calls got pieces of the wrong voice, with it 1."""

    def embed(self, acoustics: Acoustics, spans: Sequence[Span]) -> FloatArray:
        """Shape (len(spans), CEPSTRA + 1). A stretch that gives no figure has the median of the
        others."""
        basis = _cepstral_basis()
        level = acoustics.spectrum.band_db(LOW_HZ, HIGH_HZ)
        rows = np.full((len(spans), CEPSTRA + 1), np.nan)
        for row, span in zip(rows, spans, strict=True):
            inside = acoustics.spectrum.inside(span)
            hz = acoustics.pitch.hz[inside]
            if not len(hz):
                continue
            voiced = hz > 0
            enough = voiced.sum() >= LEAST_VOICED
            used = voiced if enough else level[inside] >= np.percentile(level[inside], 30)
            logs = np.log(acoustics.spectrum.power[inside][used] @ _MEL_BANK.T + 1e-10)
            row[:CEPSTRA] = basis @ logs.mean(axis=0)
            row[CEPSTRA] = PITCH_WEIGHT * np.median(np.log2(hz[voiced])) if enough else np.nan
        known = [column[~np.isnan(column)] for column in rows.T]
        middle = np.array([np.median(column) if len(column) else 0.0 for column in known])
        return np.where(np.isnan(rows), middle, rows)


@dataclass(frozen=True, slots=True)
class VoiceTurn:
    """A stretch of speech with the voice that speaks in it: 0, 1, or ``None`` where neither can be
    named."""

    span: Span
    voice: int | None


@dataclass(frozen=True, slots=True)
class Voices:
    """``turns`` cover the speech in order of time; voice 0 speaks first. ``distance`` of the two
    voices, in units of the model's own features; under the model's ``clear_distance`` it may be one
    voice only."""

    turns: tuple[VoiceTurn, ...]
    distance: float
    is_clear: bool


def split_voices(acoustics: Acoustics, model: VoiceModel) -> Voices:
    """Which of two voices speaks in each stretch of the track's speech.

    Fewer than two usable stretches are one voice, 0, which is never clear; stretches shorter than
    ``SHORTEST_S`` have no voice.
    """
    speech = acoustics.track.speech
    usable = [span for span in speech if span.duration_s >= SHORTEST_S]
    if len(usable) < 2:
        return Voices(
            tuple(VoiceTurn(span, 0 if span in usable else None) for span in speech),
            0.0,
            is_clear=False,
        )
    rows = model.embed(acoustics, usable)
    weights = np.array([span.duration_s for span in usable])
    from sklearn.cluster import KMeans  # noqa: PLC0415 - takes a second to load

    labels = KMeans(2, n_init=4, random_state=0).fit(rows, sample_weight=weights).labels_
    labels = labels if labels[0] == 0 else 1 - labels
    if len(set(labels.tolist())) < 2:
        return Voices(
            tuple(VoiceTurn(span, 0 if span in usable else None) for span in speech),
            0.0,
            is_clear=False,
        )
    axis = _Axis.between(rows, labels, weights)
    voice_of = {span: int(label) for span, label in zip(usable, labels, strict=True)}
    turns = [
        turn for span in speech for turn in _turns(span, voice_of.get(span), acoustics, model, axis)
    ]
    return Voices(tuple(turns), axis.distance, is_clear=axis.distance >= model.clear_distance)


@dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    """The line from voice 0 to voice 1."""

    middle: FloatArray
    direction: FloatArray
    """Divided by its squared length, so that the voices lie at -0.5 and 0.5."""
    distance: float

    @classmethod
    def between(cls, rows: FloatArray, labels: npt.NDArray[np.int32], weights: FloatArray) -> _Axis:
        zero, one = (
            np.average(rows[labels == k], axis=0, weights=weights[labels == k]) for k in (0, 1)
        )
        length = float(np.linalg.norm(one - zero))
        return cls((zero + one) / 2, (one - zero) / max(length, 1e-6) ** 2, length)

    def place(self, rows: FloatArray) -> FloatArray:
        """Shape (len(rows),): -0.5 at voice 0, 0.5 at voice 1."""
        return np.asarray((rows - self.middle) @ self.direction)


def _turns(
    span: Span, voice: int | None, acoustics: Acoustics, model: VoiceModel, axis: _Axis
) -> tuple[VoiceTurn, ...]:
    """The stretch as one turn, or cut into several where both voices are in it."""
    count = round(span.duration_s / WINDOW_S)
    if voice is None or count < 2 or axis.distance < model.cut_distance:
        return (VoiceTurn(span, voice),)
    edges = np.linspace(span.start_s, span.end_s, count + 1).tolist()
    windows = [Span(start_s, end_s) for start_s, end_s in pairwise(edges)]
    places = axis.place(model.embed(acoustics, windows))
    if not (places.min() < -SIDE and places.max() > SIDE):
        return (VoiceTurn(span, voice),)
    turns: list[VoiceTurn] = []
    for window, place in zip(windows, places.tolist(), strict=True):
        side = None if abs(place) <= SIDE else int(place > 0)
        if turns and turns[-1].voice == side:
            turns[-1] = VoiceTurn(Span(turns[-1].span.start_s, window.end_s), side)
        else:
            turns.append(VoiceTurn(window, side))
    return tuple(turns)


def _mel_bank() -> FloatArray:
    """Triangular filters, shape (MELS, BINS)."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOW_HZ, HIGH_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, MELS + 2) / 2595) - 1)
    bins = np.arange(BINS)[None] * BIN_HZ
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rising, falling))


_MEL_BANK = _mel_bank()


def _cepstral_basis() -> FloatArray:
    """Rows 1..CEPSTRA of the cosine transform, shape (CEPSTRA, MELS)."""
    k = np.arange(1, CEPSTRA + 1)[:, None]
    return np.asarray(np.cos(np.pi * k * (np.arange(MELS) + 0.5)[None] / MELS) * np.sqrt(2 / MELS))
