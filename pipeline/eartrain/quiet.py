"""Make sound in which nobody speaks: silence, noise, ringing, keys, hold music.

The ear must hear no syllable there. Everything is made by code, so nothing has to be licensed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.eartrain.telephone import make_noise
from pipeline.types import SAMPLE_RATE, Samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

RINGS_S = ((1.0, 4.0), (0.35, 0.35), (0.7, 0.7))
"""On and off of the tones of Chinese networks (450 Hz): ringing, busy, congestion."""

RING_HZ = 450.0

KEYS_HZ = ((697, 770, 852, 941), (1209, 1336, 1477))
"""The two tones of a telephone's keys (DTMF, ITU-T Q.23)."""

SCALE = (0, 2, 4, 7, 9, 12, 14, 16)
"""Steps of a melody above its first note, in semitones (pentatonic)."""


def make_quiet(length_s: float, rng: Generator) -> Samples:
    """A stretch without speech, of a random kind and level: float32, 16 kHz."""
    kinds: tuple[Callable[[int, Generator], Samples], ...] = (
        _silence,
        _noise,
        _bursts,
        _ringing,
        _keys,
        _music,
        _music,
    )
    sound = kinds[int(rng.integers(len(kinds)))](int(length_s * SAMPLE_RATE), rng)
    rms = float(np.sqrt(np.mean(sound**2)))
    level = 10 ** (rng.uniform(-50, -18) / 20)
    out: Samples = (sound * (level / rms) if rms > 0 else sound).astype(np.float32)
    return out


def _silence(length: int, rng: Generator) -> Samples:  # noqa: ARG001 - one kind among others
    return np.zeros(length, np.float32)


def _noise(length: int, rng: Generator) -> Samples:
    return make_noise(length, rng, SAMPLE_RATE)


def _bursts(length: int, rng: Generator) -> Samples:
    """Noise that swells and stops: breath, a door, a keyboard."""
    out = 0.02 * make_noise(length, rng, SAMPLE_RATE)
    for _ in range(int(rng.integers(3, 20))):
        size = int(rng.uniform(0.01, 0.5) * SAMPLE_RATE)
        at = int(rng.integers(0, max(1, length - size)))
        burst = make_noise(size, rng, SAMPLE_RATE) * np.exp(
            -np.linspace(0, rng.uniform(1, 6), size)
        )
        out[at : at + size] += rng.uniform(0.1, 1.0) * burst[: length - at]
    return out


def _ringing(length: int, rng: Generator) -> Samples:
    time_s = np.arange(length) / SAMPLE_RATE + rng.uniform(0, 5)
    on_s, off_s = RINGS_S[int(rng.integers(len(RINGS_S)))]
    tone = np.sin(2 * np.pi * RING_HZ * time_s) * (time_s % (on_s + off_s) < on_s)
    out: Samples = (tone + 0.01 * make_noise(length, rng, SAMPLE_RATE)).astype(np.float32)
    return out


def _keys(length: int, rng: Generator) -> Samples:
    out = 0.01 * make_noise(length, rng, SAMPLE_RATE)
    at = 0
    while at < length:
        size = int(rng.uniform(0.08, 0.3) * SAMPLE_RATE)
        time_s = np.arange(min(size, length - at)) / SAMPLE_RATE
        pair = [float(rng.choice(group)) for group in KEYS_HZ]
        out[at : at + size] += sum(np.sin(2 * np.pi * hz * time_s) for hz in pair)
        at += size + int(rng.uniform(0.1, 1.0) * SAMPLE_RATE)
    return out


def _music(length: int, rng: Generator) -> Samples:
    """A melody with overtones over a held chord, like hold music."""
    out = np.zeros(length, np.float32)
    root_hz, beat_s = rng.uniform(110, 330), rng.uniform(0.15, 0.6)
    overtones = 1 / np.arange(1, int(rng.integers(3, 9))) ** rng.uniform(0.7, 2.0)
    decay = rng.uniform(0.3, 5)
    for chord in (False, True):
        at = 0
        while at < length:
            size = int(beat_s * SAMPLE_RATE * (4 if chord else rng.choice([1, 1, 2])))
            time_s = np.arange(min(size, length - at)) / SAMPLE_RATE
            steps = (0, 4, 7) if chord else (int(rng.choice(SCALE)) + 12,)
            shift = int(rng.choice((0, 5, 7))) if chord else 0
            for step in steps:
                hz = root_hz * 2 ** ((step + shift) / 12)
                note = _note(hz, time_s, overtones) * np.exp(-decay * time_s / beat_s / 4)
                out[at : at + size] += note * (0.3 if chord else 1.0)
            at += size
    return out


def _note(
    hz: float, time_s: npt.NDArray[np.float64], overtones: npt.NDArray[np.float64]
) -> Samples:
    """A note with its overtones below half the sample rate, with a short attack."""
    parts = [
        strength * np.sin(2 * np.pi * hz * n * time_s)
        for n, strength in enumerate(overtones, start=1)
        if hz * n < SAMPLE_RATE / 2
    ]
    out: Samples = (sum(parts) * np.minimum(1.0, time_s / 0.01)).astype(np.float32)
    return out
