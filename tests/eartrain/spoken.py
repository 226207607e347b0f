"""A language of whistles: each syllable is a chord of its own, so speech with known text is made in
no time, and an encoder that hears it is a few bands of a spectrum."""

from __future__ import annotations

import numpy as np

from pipeline.types import SAMPLE_RATE, Samples

WORDS = ("您好", "请讲", "再见", "谢谢", "不知道", "我来办", "请稍等", "没问题")
SYLLABLE_S = 0.2
BANDS = 24


def whistle(text: str, rng: np.random.Generator) -> Samples:
    """Each character as a chord of two tones that its syllable chooses, 0.2 s, with pauses."""
    from pipeline.eartrain.spelling import make_units, spell  # noqa: PLC0415

    units = make_units().syllables
    time_s = np.arange(int(SYLLABLE_S * SAMPLE_RATE)) / SAMPLE_RATE
    edges = np.minimum(1, 20 * np.minimum(time_s, time_s[::-1]))
    parts = [np.zeros(2000)]
    for syllable in spell(text):
        number = units.index(syllable)
        chord = [400 + 120 * (number % 20), 450 + 120 * (number // 20)]
        parts += [edges * sum(np.sin(2 * np.pi * hz * time_s) for hz in chord), np.zeros(800)]
    sound = np.concatenate([*parts, np.zeros(2000)])
    return (0.1 * sound + 0.001 * rng.standard_normal(len(sound))).astype(np.float32)


def hear(samples: Samples, length_s: float) -> np.ndarray:
    """Logarithms of the sound's power in bands of 320 samples (50 a second), and 0 beyond the
    sound: float32 (frames, BANDS)."""
    padded = np.zeros(round(length_s * 50) * 320, np.float32)
    padded[: len(samples)] = samples[: len(padded)]
    power = np.abs(np.fft.rfft(padded.reshape(-1, 320) * np.hanning(320))) ** 2
    bands = power[:, 4 : 4 + 2 * BANDS].reshape(len(power), BANDS, 2).sum(axis=2)
    return np.log(bands + 1e-3).astype(np.float32)
