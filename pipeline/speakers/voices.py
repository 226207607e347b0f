"""Separate the two voices of a mono mix: short windows, features of the voice, two clusters.

Each stretch of speech gets a row of features from a ``VoiceModel``, and two-means clustering finds
two voices. If both speak in a stretch without a pause, the stretch is cut where the voice changes.
Pieces between the two voices belong to neither.

Measured on mono mixes of 82 synthetic telephone calls, 44 for choosing features and 38 held out:
all speech time has the right voice in both (``python -m bench.quality.diarization``). The two voices of
these calls differ in sex.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.sound import BIN_HZ, BINS, Acoustics
from pipeline.speakers.turn_taking import chance_of_runs, count_runs
from pipeline.types import Seconds, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray = npt.NDArray[np.float64]

MELS = 24
CEPSTRA = 13
LOW_HZ, HIGH_HZ = 200.0, 3600.0
"""The telephone band."""

PITCH_WEIGHT = 4.0
"""Weight of an octave against one unit of cepstrum. 4 was the best of 4, 8 and 16 on 44 mono
mixes."""

LEAST_VOICED = 6
"""Least voiced frames (0.1 s) for a pitch and a cepstrum of the voice. With fewer, the louder
frames are used."""

SHORTEST_S: Seconds = 0.1
WINDOW_S: Seconds = 1.0
"""Length of the windows in which a change of voice is searched. Shorter windows are wrong too
often. At ``SIDE``, 8 of 515 stretches of one voice were cut, and 240 of 245 of two voices."""

SIDE = 0.3
"""Least distance of a window from the middle between the voices to belong to one of them. The
voices are at 0.5."""


NEAR = 0.6
"""Share of ``VoiceModel.clear_distance`` from which voices that take turns are two as well (our
choice)."""

BY_CHANCE = 0.02
"""Most probability of so many turns by chance, from which two near voices are two. In 8 mixes with
voices between ``NEAR`` and the clear distance four are under it, all of them split rightly; of the
others three are not. Of 35 single sides none is."""

TOO_FEW = 0.02
"""Most probability of so few turns by chance at which one of the voices only speaks before or after
the talk (our choice; of 56 mixes one is under it, in which a machine speaks first)."""

TALK = 4
"""Least stretches of a talk that is left beside such a block (our choice)."""


class VoiceModel(Protocol):
    """Turns stretches of speech into rows that are close to each other for the same voice."""

    @property
    def name(self) -> str: ...

    @property
    def clear_distance(self) -> float:
        """From this distance two clusters are two voices, and not one voice in two moods."""
        ...

    @property
    def sure_distance(self) -> float:
        """From this distance roles that rest on the voices are certain enough for points."""
        ...

    @property
    def cut_distance(self) -> float:
        """From this distance a stretch may be cut if its windows lie on both sides. Nearer voices
        vary so much from window to window that pieces go to the wrong voice."""
        ...

    def embed(self, acoustics: Acoustics, spans: Sequence[Span]) -> FloatArray:
        """Shape (len(spans), d): one row a span, compared by Euclidean distance."""
        ...


@dataclass(frozen=True, slots=True)
class SpectralVoice:
    """Mean cepstrum of the voiced frames, and median pitch. It uses numpy only and loads no
    weights."""

    name: str = "embedded"
    clear_distance: float = 2.0
    """3 % of 82 mixes of two voices lie under it, and 7 in 10 of the same calls' single sides."""
    sure_distance: float = 2.5
    """Nine in ten of those mixes lie over it."""
    cut_distance: float = 3.5
    """Without it 5 of 82 calls got pieces of the wrong voice, with it 1."""

    def embed(self, acoustics: Acoustics, spans: Sequence[Span]) -> FloatArray:
        """Shape (len(spans), CEPSTRA + 1). A stretch without a figure gets the median of the
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
    """A stretch of speech with its voice: 0, 1, or ``None`` if neither can be named."""

    span: Span
    voice: int | None


@dataclass(frozen=True, slots=True)
class Voices:
    """The voices of a track. ``turns`` cover the speech in order of time, but for a block that only
    a third voice says; voice 0 speaks first.

    ``distance`` between the two voices is in units of the model's own features. Under the model's
    ``clear_distance`` there may be only one voice, unless they take turns.
    """

    turns: tuple[VoiceTurn, ...]
    distance: float
    is_clear: bool


def split_voices(acoustics: Acoustics, model: VoiceModel) -> Voices:
    """Tell for each stretch of the track's speech which of two voices speaks.

    Fewer than two usable stretches are one voice, 0, which is never clear. Stretches shorter than
    ``SHORTEST_S`` have no voice. If one of the voices only speaks in one block before or after all
    that the other says, the block is left out, and the rest is split.
    """
    return _split(acoustics, acoustics.track.speech, model)


def _split(acoustics: Acoustics, speech: Sequence[Span], model: VoiceModel) -> Voices:
    usable = [span for span in speech if span.duration_s >= SHORTEST_S]
    labels = _cluster(acoustics, usable, model)
    if len(set(labels)) < 2:
        return Voices(
            tuple(VoiceTurn(span, 0 if span in usable else None) for span in speech),
            0.0,
            is_clear=False,
        )
    talk = _talk_beside_a_block(usable, labels)
    if talk:
        return _split(acoustics, talk, model)
    rows = model.embed(acoustics, usable)
    weights = np.array([span.duration_s for span in usable])
    axis = _Axis.between(rows, np.array(labels), weights)
    voice_of = dict(zip(usable, labels, strict=True))
    turns = [
        turn for span in speech for turn in _turns(span, voice_of.get(span), acoustics, model, axis)
    ]
    return Voices(tuple(turns), axis.distance, is_clear=_are_two(axis.distance, labels, model))


def _cluster(acoustics: Acoustics, spans: Sequence[Span], model: VoiceModel) -> list[int]:
    """The cluster of each stretch, 0 or 1; that of the first is 0."""
    if len(spans) < 2:
        return [0] * len(spans)
    weights = np.array([span.duration_s for span in spans])
    from sklearn.cluster import KMeans  # noqa: PLC0415 - takes a second to load

    rows = model.embed(acoustics, spans)
    labels = KMeans(2, n_init=4, random_state=0).fit(rows, sample_weight=weights).labels_.tolist()
    return [int(label != labels[0]) for label in labels]


def _are_two(distance: float, labels: Sequence[int], model: VoiceModel) -> bool:
    few, many = chance_of_runs(labels)
    if distance >= model.clear_distance:
        return few > TOO_FEW
    return distance >= NEAR * model.clear_distance and many <= BY_CHANCE


def _talk_beside_a_block(spans: Sequence[Span], labels: Sequence[int]) -> tuple[Span, ...]:
    """The stretches of the longer one of two blocks, where each voice has one block; none where the
    voices take turns, or too little is left."""
    few, _ = chance_of_runs(labels)
    if few > TOO_FEW or count_runs(labels) > 2:
        return ()
    blocks = [
        tuple(span for span, label in zip(spans, labels, strict=True) if label == own)
        for own in (0, 1)
    ]
    longer = max(blocks, key=lambda block: sum(span.duration_s for span in block))
    return longer if len(longer) >= TALK else ()


@dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    """The line from voice 0 to voice 1."""

    middle: FloatArray
    direction: FloatArray
    """Divided by its squared length, so the voices lie at -0.5 and 0.5."""
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
    """The stretch as one turn, or cut into several turns if both voices are in it."""
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
