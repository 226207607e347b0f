"""A fingerprint of a call's sound: the same for the same sound packed again, at another level, with
other silence around it.

The method is that of Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System" (ISMIR 2002):
the sign of the change, from frame to frame, of the difference of energy between neighbouring bands.
Frames here are four times as far apart, which keeps the fingerprint of a call small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.types import SAMPLE_RATE, Seconds, Series

if TYPE_CHECKING:
    from collections.abc import Sequence

HOP = 1536
"""96 ms: a quarter of the frame, so that two packings whose frames lie apart by half of it still
agree."""

FRAME = 6144
"""0.384 s, near the 0.37 s of the paper."""

HALF_RATE_FFT = 4096
"""Frames are transformed at half the rate: 3072 samples with zeros up to here, bins of 1.95 Hz."""

BANDS = 16
LOW_HZ, HIGH_HZ = 300.0, 3000.0
"""The band of the paper, and of every telephone codec."""

BITS = BANDS - 1
ACTIVE = np.uint16(1 << BITS)
"""The bit of frames with sound; in the others the signs are chance."""

DEPTH_DB = 20.0
"""Frames so far under the loud ones (95th percentile) are not active. Of 15, 20 and 30 it
agrees best on 16 calls packed again in six ways."""

LEAST_ACTIVE = 20
"""Active frames (2 s) without which nothing is compared: a short sound is like others."""

LEAST_COMMON = 0.8
"""Least share of the longer fingerprint's active frames that meet active frames of the other one."""

LEAST_AGREEMENT = 0.35
"""Least mean product of signs, -1..1: two of three bits agree. On 16 calls packed again in six ways
(MP3, Opus, AAC, A-law at another level, silence cut off or added) the least is 0.56 with 0.90 in
common; of all 120 pairs of different calls the most is 0.07 (``python -m bench.quality.same_sound``)."""

AT_ONCE = 256
"""Frames transformed together."""


@dataclass(frozen=True, slots=True)
class SoundMatch:
    """How two fingerprints agree. ``agreement``: -1..1; ``common``: share of the longer one that the
    other one has; ``later_s``: by so much the second begins later than the first."""

    agreement: float
    common: float
    later_s: Seconds

    @property
    def is_same(self) -> bool:
        return self.agreement >= LEAST_AGREEMENT and self.common >= LEAST_COMMON


def make_print(channels: Sequence[Series]) -> bytes:
    """The fingerprint of the mean of all channels: two bytes for each 96 ms.

    Empty where less than ``LEAST_ACTIVE`` frames have sound.
    """
    energies = _energies(channels)
    if len(energies) < 2:
        return b""
    level = energies.sum(axis=1)
    active = level[1:] > np.percentile(level, 95) * 10 ** (-DEPTH_DB / 10)
    active &= level[1:] > 0
    if active.sum() < LEAST_ACTIVE:
        return b""
    slope = np.diff(energies, axis=1)
    signs = np.diff(slope, axis=0) > 0
    words = (signs @ (1 << np.arange(BITS))).astype(np.uint16)
    words[active] |= ACTIVE
    inside = np.flatnonzero(active)
    return words[inside[0] : inside[-1] + 1].astype("<u2").tobytes()


def count_active(sound_print: bytes) -> int:
    """The frames of a fingerprint that have sound."""
    return int(np.count_nonzero(np.frombuffer(sound_print, "<u2") & ACTIVE))


def compare_prints(first: bytes, second: bytes) -> SoundMatch:
    """The best agreement over all places of one fingerprint on the other; none for an empty one, nor
    where one is too long to be the other."""
    one, other = (np.frombuffer(data, "<u2") for data in (first, second))
    most = max(count_active(first), count_active(second))
    least = min(count_active(first), count_active(second))
    if least < LEAST_ACTIVE or least < LEAST_COMMON * most:
        return SoundMatch(0.0, least / most if most else 0.0, 0.0)
    import scipy.fft  # noqa: PLC0415 - 0.15 s to load, and workers compare nothing

    length = scipy.fft.next_fast_len(len(one) + len(other), real=True)
    spectra = [scipy.fft.rfft(_signs(words), length, axis=1) for words in (one, other)]
    products = spectra[0] * spectra[1].conj()
    common = scipy.fft.irfft(products[0], length)
    agreed = scipy.fft.irfft(products[1:].sum(axis=0), length)
    enough = common >= LEAST_COMMON * most
    if not enough.any():
        best = int(common.argmax())
    else:
        best = int(np.where(enough, agreed / np.maximum(common, 1), -np.inf).argmax())
    later = best if best < len(one) else best - length
    agreement = float(agreed[best] / (BITS * max(common[best], 1.0)))
    return SoundMatch(agreement, float(common[best] / most), later * HOP / SAMPLE_RATE)


def _signs(words: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
    """Shape (1 + BITS, n): whether a frame is active, and its signs, 0 where it is not."""
    active = (words & ACTIVE) > 0
    bits = ((words[None] >> np.arange(BITS)[:, None]) & 1).astype(np.float32) * 2 - 1
    return np.concatenate([active[None].astype(np.float32), bits * active]).astype(np.float32)


def _energies(channels: Sequence[Series]) -> npt.NDArray[np.float32]:
    """Energy in each band, shape (frames, BANDS)."""
    length = min((len(channel) for channel in channels), default=0)
    frames = (length - FRAME) // HOP + 1 if length >= FRAME else 0
    window = np.hanning(FRAME // 2).astype(np.float32)
    edges = np.geomspace(LOW_HZ, HIGH_HZ, BANDS + 1) * HALF_RATE_FFT / (SAMPLE_RATE / 2)
    places = np.round(edges).astype(int)
    parts = []
    for first in range(0, frames, AT_ONCE):
        count = min(AT_ONCE, frames - first)
        where = slice(first * HOP, (first + count - 1) * HOP + FRAME)
        mixed = np.stack([channel[where] for channel in channels]).sum(axis=0)
        halved = mixed[0::2] + mixed[1::2]
        views = np.lib.stride_tricks.sliding_window_view(halved, FRAME // 2)[:: HOP // 2]
        spectra = np.fft.rfft(views * window, HALF_RATE_FFT, axis=1)[:, : places[-1]]
        power = spectra.real**2 + spectra.imag**2
        parts.append(np.add.reduceat(power, places[:-1], axis=1))
    return np.concatenate(parts) if parts else np.zeros((0, BANDS), np.float32)
