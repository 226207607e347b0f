"""Pass sound through a random telephone line, as calls are recorded."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, resample_poly, sosfilt

from pipeline.types import SAMPLE_RATE, Samples, load_extra

if TYPE_CHECKING:
    from numpy.random import Generator

LINE_RATE = 8000
"""Samples a second on a telephone line."""

BAND_HZ = (300, 3400)

CODECS = ("ALAW", "ULAW", "GSM610", "PCM_16")
"""G.711 of both laws, GSM 06.10 and plain samples, in libsndfile's names."""

RATES = (0.85, 1.2)
"""Slowest and fastest playing. Pitch moves along, which also makes other speakers of one."""

LEVEL_DB = (-10.0, 6.0)
"""Level around an RMS of 0.06, about that of a recorded agent."""

NOISE_DB = (-38.0, -12.0)
"""Level of the line's noise below the speech."""

USUAL_RMS = 0.06


def change_rate(samples: Samples, rng: Generator) -> Samples:
    """The sound played faster or slower, within ``RATES``."""
    percent = round(100 * rng.uniform(*RATES))
    changed: Samples = resample_poly(samples, 100, percent).astype(np.float32)
    return changed


def pass_telephone(samples: Samples, rng: Generator) -> Samples:
    """The sound at the end of a random line: level, band, noise and codec. 16 kHz in and out.

    Digital silence comes out as the noise of the line.
    """
    rms = float(np.sqrt(np.mean(samples**2)))
    level = USUAL_RMS * 10 ** (rng.uniform(*LEVEL_DB) / 20)
    loud = samples * (level / rms) if rms > 0 else samples
    band = butter(4, BAND_HZ, "bandpass", fs=SAMPLE_RATE, output="sos")
    line = resample_poly(sosfilt(band, loud), 1, SAMPLE_RATE // LINE_RATE)
    noise = make_noise(len(line), rng) * level * 10 ** (rng.uniform(*NOISE_DB) / 20)
    coded = _code(np.clip(line + noise, -0.99, 0.99), str(rng.choice(CODECS)))
    out: Samples = resample_poly(coded, SAMPLE_RATE // LINE_RATE, 1).astype(np.float32)
    return out[: len(samples)]


def make_noise(length: int, rng: Generator, rate_hz: int = LINE_RATE) -> Samples:
    """Noise of a line, of RMS 1: white, low or a hum of the mains, or a mixture."""
    noise = rng.standard_normal(length)
    if rng.random() < 0.7:
        low = butter(1, rng.uniform(400, 1500), "lowpass", fs=rate_hz, output="sos")
        noise = sosfilt(low, noise)
    noise /= np.sqrt(np.mean(noise**2)) + 1e-9
    if rng.random() < 0.4:
        noise += 0.7 * np.sin(2 * np.pi * 50 * np.arange(length) / rate_hz)
    out: Samples = (noise / (np.sqrt(np.mean(noise**2)) + 1e-9)).astype(np.float32)
    return out


def _code(samples: Samples, codec: str) -> Samples:
    """The samples (8 kHz) after the codec."""
    soundfile = load_extra("soundfile", extra="ear", use="a random telephone")
    file = io.BytesIO()
    soundfile.write(file, samples, LINE_RATE, format="WAV", subtype=codec)
    file.seek(0)
    back: Samples = soundfile.read(file, dtype="float32")[0]
    return back
