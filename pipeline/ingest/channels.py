"""The channels of a recording: two sides, the same mix twice, one side only, or more than two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.sound import blocks
from pipeline.types import SAMPLE_RATE, Series, Track

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME_MIX = 0.98
"""Two channels with at least this correlation are the same mix. Our choice: two sides of a call lie
under 0.3."""

SILENT_DBFS = -70.0
"""A channel under this RMS level is silent: line noise of real recorders lies above -65 dBFS."""

BLOCK = 60 * SAMPLE_RATE
"""Samples that are read together: 4 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The tracks of a recording. ``stereo``: one side a track. ``mono``: both sides in one track,
    or only one side was recorded.

    ``notes`` tell a supervisor in Chinese about unusual channels.
    """

    kind: Literal["stereo", "mono"]
    tracks: tuple[Track, ...]
    notes: tuple[str, ...] = ()


def choose_channels(channels: Sequence[Series]) -> Layout:
    """Choose the tracks to analyse, in the file's order.

    Silent channels are left out. Of more than two channels the two loudest stay. Two channels with
    the same mix count as mono. If all channels are silent, the result is one mono track of silence.
    """
    notes: list[str] = []
    audible = [index for index, samples in enumerate(channels) if _dbfs(samples) > SILENT_DBFS]
    if len(channels) > 1 and len(audible) < 2:
        notes.append("只有一个声道有声音" if audible else "所有声道都没有声音")
    if len(audible) > 2:
        audible = sorted(sorted(audible, key=lambda index: -_dbfs(channels[index]))[:2])
        notes.append(f"录音有{len(channels)}个声道，只分析了声音最大的两个")
    if len(audible) == 2 and _correlation(channels[audible[0]], channels[audible[1]]) >= SAME_MIX:
        audible = audible[:1]
        notes.append("两个声道内容相同，按单声道处理")
    tracks = tuple(Track(index, channels[index]) for index in audible or [0])
    return Layout("stereo" if len(tracks) == 2 else "mono", tracks, tuple(notes))


def _dbfs(samples: Series) -> float:
    """RMS level in dBFS; minus infinity for digital silence or no samples."""
    energy = sum(
        float(np.sum(np.square(np.clip(block, -1, 1), dtype=np.float64)))
        for block in blocks(samples, BLOCK)
    )
    return 10 * math.log10(energy / len(samples)) if energy else -math.inf


def _correlation(left: Series, right: Series) -> float:
    """Absolute Pearson correlation, 0..1; 0 for a constant channel."""
    means = [
        sum(float(block.sum(dtype=np.float64)) for block in blocks(side, BLOCK)) / len(side)
        for side in (left, right)
    ]
    products = np.zeros((2, 2))
    for a, b in zip(blocks(left, BLOCK), blocks(right, BLOCK), strict=True):
        centred = np.stack((a, b)).astype(np.float64) - np.array(means)[:, None]
        products += centred @ centred.T
    norm = math.sqrt(products[0, 0] * products[1, 1])
    return abs(float(products[0, 1])) / norm if norm else 0.0
