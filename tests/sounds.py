"""Recordings for tests: real speech from the examples, and silence, noise and tones made on the
spot."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from pipeline.types import SAMPLE_RATE

EXAMPLES = Path(__file__).parents[1] / "examples" / "calls"
TWO_SIDES = EXAMPLES / "d03_shirk.wav"
"""20.6 s, stereo: the agent on the left speaks four times, the customer on the right three
times."""
MIXED = EXAMPLES / "d10_mono_good.mp3"


def write_wav(
    path: Path,
    samples: npt.NDArray[np.float32],
    *,
    rate: int = SAMPLE_RATE,
    subtype: str = "PCM_16",
) -> Path:
    """Write samples (n,) or (n, channels) as a WAV."""
    soundfile.write(path, samples, rate, subtype=subtype, format="WAV")
    os.utime(path, (0, 0))  # long finished: nothing waits for it to settle
    return path


def silence(seconds: float, rate: int = SAMPLE_RATE) -> npt.NDArray[np.float32]:
    return np.zeros(round(seconds * rate), np.float32)


def noise(
    seconds: float, *, level: float = 0.05, rate: int = SAMPLE_RATE
) -> npt.NDArray[np.float32]:
    return (np.random.default_rng(7).standard_normal(round(seconds * rate)) * level).astype(
        np.float32
    )


def tone(
    hertz: float, seconds: float, *, level: float = 0.3, rate: int = SAMPLE_RATE
) -> npt.NDArray[np.float32]:
    at = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def hold_music(seconds: float, rate: int = SAMPLE_RATE) -> npt.NDArray[np.float32]:
    """A tune of decaying chords, half a second each, with harmonics."""
    at = np.arange(round(0.5 * rate)) / rate
    tune = (262, 330, 392, 523, 440, 349, 294, 392)
    chords = [
        sum(
            np.sin(2 * np.pi * root * ratio * h * at) / h
            for ratio in (1, 1.25, 1.5)
            for h in (1, 2, 3)
        )
        * np.exp(-3 * at)
        * 0.06
        for root in tune
    ]
    once = np.concatenate(chords)
    return np.tile(once, int(np.ceil(seconds / 4)))[: round(seconds * rate)].astype(np.float32)


def speech(channel: int = 0) -> npt.NDArray[np.float32]:
    """One side of ``TWO_SIDES`` at its own 8 kHz."""
    samples, _ = soundfile.read(TWO_SIDES, dtype="float32")
    return np.asarray(samples[:, channel])


def a_voice(
    pitch_hz: float, formant_hz: float, seconds: float, seed: int
) -> npt.NDArray[np.float32]:
    """A buzz of a pitch with a resonance, as a voice has them; its pitch wanders a little."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    hz = pitch_hz * (1 + 0.03 * np.sin(2 * np.pi * (0.7 + 0.2 * rng.random()) * at))
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE
    harmonics = np.arange(1, int(3500 / pitch_hz))
    gains = 1 / (1 + ((harmonics * pitch_hz - formant_hz) / 300) ** 2) + 0.05
    sound = sum(gain * np.sin(n * phase) for n, gain in zip(harmonics, gains, strict=True))
    return (0.1 * sound / np.abs(sound).max()).astype(np.float32)
