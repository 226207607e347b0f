"""Key tones (DTMF) in a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.sound.series import blocks
from pipeline.sound.spectrum import BLOCK, HOP, HOP_S, Spectrum
from pipeline.sound.tones import BAND, QUIETEST_POWER, BoolArray, FloatArray
from pipeline.types import SAMPLE_RATE, Seconds, Series, SoundEvent, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

LOW_KEYS_HZ = np.array([697.0, 770.0, 852.0, 941.0])
HIGH_KEYS_HZ = np.array([1209.0, 1336.0, 1477.0, 1633.0])
KEYS = ("123A", "456B", "789C", "*0#D")
"""ITU-T Q.23: one tone of each group at a time. Rows are the low group."""

KEY_WINDOW, KEY_STEP = 384, 128
"""24 ms every 8 ms: three windows lie wholly in the shortest key of 40 ms."""

KEY_FFT = 2048
NAMED_AT_ONCE = 1024
"""Windows transformed together: 25 MB."""

LEAST_KEY_WINDOWS = 4
"""Windows that lie partly in the key count too. With 3 windows two keys were found in the same
speech."""
KEY_SHARE = 0.9
"""Least share of the band's energy in the two tones. With 0.85 one key was found in 134 minutes of
speech, with 0.9 none.

96 keys a codec were tried, at 20 and 30 dB over noise, 40 ms long, up to 1.5 % off and twisted by
-6 to 4 dB. All were found through A-law, mu-law, MP3 and Opus, and 0.73 through GSM (0.95 at 150
ms).
"""

KEY_OFF = 0.025
"""Most deviation of a tone from its frequency. Q.23 allows a telephone 1.8 %; the rest is our error
of measurement."""

TWIST_DB = 9.0
"""Most difference in level between the two tones (our choice: the slope of the line adds to that of
the telephone)."""

KEY_PAUSE_S: Seconds = 0.5
"""Keys closer than this are one dialling and become one sound event (our choice: no word fits
between)."""


@dataclass(frozen=True, slots=True)
class Key:
    """One pressed key: ``name`` is one of ``0123456789*#ABCD``."""

    span: Span
    name: str


def find_keys(samples: Series, spectrum: Spectrum) -> tuple[Key, ...]:
    """Find the pressed keys (DTMF, 40 ms and longer), in order of time, seconds. No samples give
    none.

    The spectrum gives the frames that may hold a key. Their samples are then measured in shorter
    windows.
    """
    starts = _key_windows(spectrum, len(samples))
    if not len(starts):
        return ()
    names, levels = _name_windows(samples, starts)
    keys, first = [], 0
    for i in range(1, len(starts) + 1):
        ended = i == len(starts) or names[i] != names[first] or starts[i] - starts[i - 1] > KEY_STEP
        if not ended:
            continue
        loud = np.flatnonzero(levels[first:i] > levels[first:i].max() / 10) + first
        if names[first] >= 0 and len(loud) >= LEAST_KEY_WINDOWS:
            middle_s = (starts[loud[[0, -1]]] + KEY_WINDOW / 2) / SAMPLE_RATE
            span = Span(float(middle_s[0]) - HOP_S / 2, float(middle_s[1]) + HOP_S / 2)
            keys.append(Key(span, KEYS[names[first] // 4][names[first] % 4]))
        first = i
    return tuple(keys)


def group_keys(channel: int, keys: Sequence[Key]) -> tuple[SoundEvent, ...]:
    """Sound events of keys. Keys that follow each other closely become one event."""
    events: list[SoundEvent] = []
    for key in keys:
        if events and key.span.start_s - events[-1].end_s < KEY_PAUSE_S:
            events[-1] = SoundEvent(events[-1].start_s, key.span.end_s, channel, "keys", 0.95)
        else:
            events.append(SoundEvent(key.span.start_s, key.span.end_s, channel, "keys", 0.9))
    return tuple(events)


def _key_windows(spectrum: Spectrum, samples: int) -> npt.NDArray[np.int64]:
    """Starts, in samples, of the windows around frames in which two tones hold most of the
    energy."""
    maybe = np.concatenate(
        [np.zeros(0, np.bool_), *(_may_hold_key(block) for block in blocks(spectrum.power, BLOCK))]
    )
    if not maybe.any():
        return np.zeros(0, np.int64)
    centres = np.flatnonzero(np.convolve(maybe, np.ones(5), "same") > 0) * HOP
    starts = (centres[:, None] + np.array([0, KEY_STEP]) - KEY_WINDOW // 2).ravel()
    inside = (starts >= 0) & (starts + KEY_WINDOW <= samples)
    return np.asarray(starts[inside], np.int64)


def _may_hold_key(power: npt.NDArray[np.float32]) -> BoolArray:
    """Whether two tones hold most of the energy, for each frame of shape (frames, bins)."""
    low, high = power[:, 21:32], power[:, 37:54]
    band = power[:, BAND].sum(axis=1)
    both = low.sum(axis=1) + high.sum(axis=1)
    peaks = low.max(axis=1) + high.max(axis=1)
    maybe = (band > QUIETEST_POWER) & (both > 0.7 * band) & (peaks > 0.35 * band)
    return np.asarray(maybe & (np.minimum(low.max(axis=1), high.max(axis=1)) > 0.04 * band))


def _name_windows(
    samples: Series, starts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """For each window the key (4 * row + column, or -1) and the energy of its two tones."""
    parts = [
        _name_some(np.stack([samples[start : start + KEY_WINDOW] for start in some.tolist()]))
        for some in np.split(starts, range(NAMED_AT_ONCE, len(starts), NAMED_AT_ONCE))
    ]
    return np.concatenate([names for names, _ in parts]), np.concatenate(
        [energy for _, energy in parts]
    )


def _name_some(windows: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """The same for windows of shape (n, ``KEY_WINDOW``)."""
    views = windows.astype(np.float64)
    views = (views - views.mean(axis=1, keepdims=True)) * np.hanning(KEY_WINDOW)
    power = np.abs(np.fft.rfft(views, KEY_FFT, axis=1)) ** 2
    hertz = SAMPLE_RATE / KEY_FFT
    band = power[:, round(200 / hertz) : round(3400 / hertz)].sum(axis=1)
    rows, low, row_is_exact = _strongest(power, LOW_KEYS_HZ)
    columns, high, column_is_exact = _strongest(power, HIGH_KEYS_HZ)
    twist = 10 ** (TWIST_DB / 10)
    is_key = row_is_exact & column_is_exact & (low + high > KEY_SHARE * band) & (band > 0)
    is_key &= (low < twist * high) & (high < twist * low)
    return np.where(is_key, 4 * rows + columns, -1), low + high


def _strongest(
    power: FloatArray, tones: FloatArray
) -> tuple[npt.NDArray[np.int64], FloatArray, BoolArray]:
    """For one group: the nearest tone to the peak, the energy around the peak, and whether the tone
    is near enough."""
    hertz = SAMPLE_RATE / KEY_FFT
    first = round(tones[0] * 0.95 / hertz)
    peak = power[:, first : round(tones[-1] * 1.05 / hertz)].argmax(axis=1) + first
    nearest = np.abs(peak[:, None] * hertz - tones).argmin(axis=1)
    lobe = round(2 * SAMPLE_RATE / KEY_WINDOW / hertz)
    energy = power[np.arange(len(peak))[:, None], peak[:, None] + np.arange(-lobe, lobe + 1)].sum(
        axis=1
    )
    return nearest, energy, np.abs(peak * hertz - tones[nearest]) <= KEY_OFF * tones[nearest]
