"""One short-time power spectrum of a channel, made once and read by every measurement on sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.types import SAMPLE_RATE, Samples, Seconds, Span

HOP = 256
"""16 ms at ``SAMPLE_RATE``: the hop of the pitch detector, so that frames of both are the same."""

WINDOW = 512
"""32 ms: bins of 31.25 Hz."""

HOP_S: Seconds = HOP / SAMPLE_RATE
BIN_HZ = SAMPLE_RATE / WINDOW
TOP_HZ = 4000.0
"""The telephone's band ends at 3400 Hz; what a wide-band recording has above is left out, so that all
recordings are measured alike."""

BINS = round(TOP_HZ / BIN_HZ) + 1
QUIETEST_DB = -100.0
BLOCK = 4096
"""Frames that are transformed at once: 65 s, 17 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """``power``: shape (frames, ``BINS``), float32, of frames of ``WINDOW`` samples every ``HOP`` samples; frame i
    is centred on second ``i * HOP_S``. A full-scale sine sums to 1 over its bins."""

    power: npt.NDArray[np.float32]

    @property
    def frames(self) -> int:
        return len(self.power)

    def band_db(self, low_hz: float = 60.0, high_hz: float = TOP_HZ) -> npt.NDArray[np.float32]:
        """Level in each frame, shape (frames,), in dB below a full-scale sine; ``QUIETEST_DB`` at least."""
        low, high = round(low_hz / BIN_HZ), round(high_hz / BIN_HZ) + 1
        level = 10 * np.log10(np.maximum(self.power[:, low:high].sum(axis=1), 10 ** (QUIETEST_DB / 10)))
        return np.asarray(level, np.float32)

    def inside(self, span: Span) -> slice:
        """The frames whose centres lie in ``span``."""
        return slice(max(0, int(np.ceil(span.start_s / HOP_S))), max(0, int(np.ceil(span.end_s / HOP_S))))


def measure_spectrum(samples: Samples) -> Spectrum:
    """The spectrum of a channel; a constant offset does not show in it. No samples give no frames."""
    if not len(samples):
        return Spectrum(np.zeros((0, BINS), np.float32))
    frames = len(samples) // HOP + 1
    padded = np.pad(samples, (WINDOW // 2, WINDOW))
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    scale = np.float32(32 / 3 / WINDOW**2)  # a sine of amplitude 1 under a Hann window sums to 3/32 of WINDOW squared
    power = np.empty((frames, BINS), np.float32)
    views = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    for first in range(0, frames, BLOCK):
        spectra = np.fft.rfft(views[first : min(frames, first + BLOCK)] * window, axis=1)[:, :BINS]
        power[first : first + len(spectra)] = (spectra.real**2 + spectra.imag**2) * scale
    return Spectrum(power)
