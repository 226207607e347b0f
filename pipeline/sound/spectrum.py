"""One short-time power spectrum of a channel, computed once and read by every measurement on
sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.sound.series import DiskSeries, blocks
from pipeline.types import SAMPLE_RATE, Seconds, Series, Span

HOP = 256
"""16 ms at ``SAMPLE_RATE``: the hop of the pitch detector, so both have the same frames."""

WINDOW = 512
"""32 ms: bins of 31.25 Hz."""

HOP_S: Seconds = HOP / SAMPLE_RATE
BIN_HZ = SAMPLE_RATE / WINDOW
TOP_HZ = 4000.0
"""The telephone's band ends at 3400 Hz. Higher frequencies of a wide-band recording are left out,
so that all recordings are measured alike."""

BINS = round(TOP_HZ / BIN_HZ) + 1
QUIETEST_DB = -100.0
BLOCK = 4096
"""Frames that are transformed or read together: 65 s, 17 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """``power``: shape (frames, ``BINS``), float32, of frames of ``WINDOW`` samples every ``HOP``
    samples.

    Frame i is centred on second ``i * HOP_S``. A full-scale sine sums to 1 over its bins.
    """

    power: Series

    @property
    def frames(self) -> int:
        return len(self.power)

    def band_db(self, low_hz: float = 60.0, high_hz: float = TOP_HZ) -> npt.NDArray[np.float32]:
        """Level of each frame, shape (frames,), in dB below a full-scale sine; never below
        ``QUIETEST_DB``."""
        low, high = round(low_hz / BIN_HZ), round(high_hz / BIN_HZ) + 1
        sums = self.sums(slice(low, high))
        return np.asarray(10 * np.log10(np.maximum(sums, 10 ** (QUIETEST_DB / 10))), np.float32)

    def sums(self, bins: slice) -> npt.NDArray[np.float32]:
        """Power of some bins together in each frame, shape (frames,)."""
        parts = [block[:, bins].sum(axis=1) for block in blocks(self.power, BLOCK)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def inside(self, span: Span) -> slice:
        """The frames whose centres lie in ``span``."""
        return slice(
            max(0, int(np.ceil(span.start_s / HOP_S))), max(0, int(np.ceil(span.end_s / HOP_S)))
        )


def measure_spectrum(samples: Series) -> Spectrum:
    """Measure the spectrum of a channel, without a constant offset. No samples give no frames.

    It goes to disk: an hour is 116 MB. Raises ``NoRoomError``.
    """
    power = DiskSeries(BINS)
    frames = len(samples) // HOP + 1 if len(samples) else 0
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    scale = np.float32(
        32 / 3 / WINDOW**2
    )  # a sine of amplitude 1 under a Hann window sums to 3/32 of WINDOW squared
    for first in range(0, frames, BLOCK):
        end = min(frames, first + BLOCK)
        views = np.lib.stride_tricks.sliding_window_view(_around(samples, first, end), WINDOW)[
            ::HOP
        ]
        spectra = np.fft.rfft(views * window, axis=1)[:, :BINS]
        power.append(np.asarray((spectra.real**2 + spectra.imag**2) * scale, np.float32))
    return Spectrum(power)


def _around(samples: Series, first: int, end: int) -> npt.NDArray[np.float32]:
    """The samples of some frames, with silence before the first and after the last sample."""
    low, high = first * HOP - WINDOW // 2, (end - 1) * HOP + WINDOW // 2
    return np.pad(samples[max(0, low) : high], (max(0, -low), max(0, high - len(samples))))
