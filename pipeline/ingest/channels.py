"""The channels of a recording: two sides, the same mix twice, one side only, or more parties."""

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

MOST_TRACKS = 4
"""Of more audible channels the loudest are heard (our choice: a conference of two agents, a customer
and an expert)."""

BLOCK = 60 * SAMPLE_RATE
"""Samples that are read together: 4 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The tracks of a recording. ``stereo``: one party a track. ``mono``: both sides in one track,
    or only one side was recorded.

    ``notes`` tell a supervisor in Chinese about unusual channels. ``one_sided``: the other channel is
    silent, so the track is one party's. ``unaligned``: in Chinese why the tracks' clocks are not
    sure; empty if they are.
    """

    kind: Literal["stereo", "mono"]
    tracks: tuple[Track, ...]
    notes: tuple[str, ...] = ()
    one_sided: bool = False
    unaligned: str = ""


def choose_channels(channels: Sequence[Series]) -> Layout:
    """Choose the tracks to analyse, in the file's order.

    Silent channels are left out. Channels with the same mix count as one. Of more than
    ``MOST_TRACKS`` the loudest stay. If all channels are silent, the result is one mono track of
    silence.
    """
    notes: list[str] = []
    audible = [index for index, samples in enumerate(channels) if _dbfs(samples) > SILENT_DBFS]
    one_sided = len(channels) > 1 and len(audible) == 1
    if len(channels) > 1 and len(audible) < 2:
        notes.append("只有一个声道有声音" if audible else "所有声道都没有声音")
    different = _without_copies(channels, audible)
    if len(different) < len(audible):
        notes.append(
            "两个声道内容相同，按单声道处理"
            if len(audible) == 2
            else "有内容相同的声道，只分析其中一个"
        )
    if len(different) > MOST_TRACKS:
        loudest = sorted(different, key=lambda index: -_dbfs(channels[index]))[:MOST_TRACKS]
        notes.append(f"录音有{len(channels)}个声道，只分析了声音最大的{MOST_TRACKS}个")
        different = sorted(loudest)
    tracks = tuple(Track(index, channels[index]) for index in different or [0])
    kind: Literal["stereo", "mono"] = "stereo" if len(tracks) > 1 else "mono"
    return Layout(kind, tracks, tuple(notes), one_sided=one_sided)


def _without_copies(channels: Sequence[Series], audible: Sequence[int]) -> list[int]:
    """The audible channels without those that repeat an earlier one."""
    different: list[int] = []
    for index in audible:
        if all(_correlation(channels[one], channels[index]) < SAME_MIX for one in different):
            different.append(index)
    return different


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
