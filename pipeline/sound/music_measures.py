"""What tells music from a voice, measured in each frame of a spectrum and over windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.sound.series import blocks

if TYPE_CHECKING:
    from pipeline.types import Series

LOW_BIN, HIGH_BIN = 6, 110
"""188 to 3406 Hz."""

HIGH_FROM = 16
"""From this bin after ``LOW_BIN`` a harmonic counts as high (690 Hz): there a gliding voice glides
faster."""

DYNAMIC_DB, LEVEL_DYNAMIC_DB = 55.0, 45.0
"""Most difference to the loud frames, in a bin and in the whole band. Anything quieter is raised to
it."""

LOUD_PERCENTILE, FLOOR_PERCENTILE = 95, 10

LEAST_OVER_FLOOR_DB = 6.0
"""Only sound this far over each bin's own floor counts: a lasting hum or whistle is not a note."""

SAMPLED_FRAMES = 4096
"""Frames, spread over the channel, that give its floor and its loud level."""

BLOCK, MARGIN = 4096, 48
"""Frames measured together, and frames on both sides that the averages reach."""

NOTE_FRAMES = (8, 20, 40)
"""128, 320 and 640 ms: a syllable, a note and a long note."""

LEAST_PEAK_DB = 3.0
"""Least height of a peak over its surroundings: averaged noise is seldom higher."""

SLOW_FRAMES, FAST_FRAMES = 16, 4
"""Changes of level between 64 and 256 ms are the changes of syllables."""

LOGARITHM_FROM = 0.05
RATIO_FROM = 0.2

FloatArray = npt.NDArray[np.float32]


def over_windows(frames: FloatArray, window: int) -> FloatArray:
    """Shape (frames, 10).

    Logarithms of: the peaks over 128 ms, the high ones over 320 and over 640 ms, and the highest
    one. Then the share of the peaks that outlives 320 and 640 ms, the change from frame to frame,
    the variation of level (dB) and of centre (bins), and the change of level at the rate of
    syllables (dB).
    """
    means = mean_over(frames, window)
    peaks, middle, longest = means[:, 0], means[:, 2], means[:, 4]
    spread = np.sqrt(
        np.maximum(
            mean_over(np.square(frames[:, 8:10], dtype=np.float64), window) - means[:, 8:10] ** 2,
            0,
        )
    )
    level = frames[:, 9]
    syllables = mean_over(level, FAST_FRAMES) - mean_over(level, SLOW_FRAMES)
    return np.column_stack(
        (
            np.log(means[:, [0, 3, 5, 6]] + LOGARITHM_FROM),
            middle / (peaks + RATIO_FROM),
            longest / (peaks + RATIO_FROM),
            means[:, 7],
            spread[:, ::-1],
            np.sqrt(mean_over(syllables**2, window)),
        )
    )


def frame_measures(power: Series) -> FloatArray:
    """Shape (frames, 10): see ``_block_measures``, and the level in dB."""
    frames = len(power)
    some = _decibels(_every(power, max(1, frames // SAMPLED_FRAMES)))
    quietest = np.float32(np.percentile(some.max(axis=1), LOUD_PERCENTILE) - DYNAMIC_DB)
    floor = np.percentile(np.maximum(some, quietest), FLOOR_PERCENTILE, axis=0).astype(np.float32)
    measures = np.empty((frames, 10), np.float32)
    for first in range(0, frames, BLOCK):
        start, end = max(0, first - MARGIN), min(frames, first + BLOCK + MARGIN)
        band = power[start:end][:, LOW_BIN:HIGH_BIN]
        inner = slice(first - start, first - start + BLOCK)
        block = _block_measures(np.maximum(_decibels(band), quietest) - floor)[inner]
        measures[first : first + BLOCK] = np.column_stack(
            (block, _decibels(band[inner].sum(axis=1)))
        )
    level = measures[:, -1]
    loud = np.percentile(level[:: max(1, frames // SAMPLED_FRAMES)], LOUD_PERCENTILE)
    np.maximum(level, np.float32(loud - LEVEL_DYNAMIC_DB), out=level)
    return measures


def _every(power: Series, step: int) -> FloatArray:
    """The band of every ``step``-th frame."""
    length = step * max(1, BLOCK // step)
    return np.concatenate(
        [block[::step, LOW_BIN:HIGH_BIN].copy() for block in blocks(power, length)]
    )  # a view keeps its block


def _block_measures(over: FloatArray) -> FloatArray:
    """Measures of each frame.

    The peaks of the spectrum averaged over each of ``NOTE_FRAMES`` (of all bins, of high bins, and
    the highest over the longest), the change from frame to frame, and the spectrum's centre, in
    bins.
    """
    over = np.maximum(over, LEAST_OVER_FLOOR_DB)
    columns = []
    for frames in NOTE_FRAMES:
        around = np.pad(over, ((frames, frames), (0, 0)), constant_values=LEAST_OVER_FLOOR_DB)
        peaks = _peaks(mean_over(around, frames)[frames:-frames])
        columns += [peaks.mean(axis=1), peaks[:, HIGH_FROM - 3 :].mean(axis=1)]
    columns.append(peaks.max(axis=1))
    columns.append(np.abs(np.diff(over, axis=0, prepend=over[:1])).mean(axis=1))
    columns.append(over @ np.arange(over.shape[1], dtype=np.float32) / over.sum(axis=1))
    return np.column_stack(columns)


def _peaks(smooth: FloatArray) -> FloatArray:
    """Height of each bin over the bins 2 and 3 away; the nearest bins belong to the peak itself."""
    about = smooth[:, :-6] + smooth[:, 1:-5] + smooth[:, 5:-1] + smooth[:, 6:]
    return np.maximum(smooth[:, 3:-3] - about / 4 - LEAST_PEAK_DB, 0)


def mean_over(values: FloatArray, frames: int) -> FloatArray:
    """Centred running mean along the first axis. At the ends it is the mean of the existing
    values."""
    before, after = frames // 2, frames - frames // 2
    sums = np.concatenate(
        (np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0, dtype=np.float64))
    )
    at = np.arange(len(values))
    start, end = np.maximum(at - before, 0), np.minimum(at + after, len(values))
    counts = (end - start).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray((sums[end] - sums[start]) / counts, np.float32)


def _decibels(power: FloatArray) -> FloatArray:
    return np.asarray(10 * np.log10(np.maximum(power, 1e-12)), np.float32)
