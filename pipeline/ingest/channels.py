"""What the channels of a recording hold: two sides, the same mix twice, one side only, or more."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.types import SAMPLE_RATE, Samples, Track

with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)  # it looks for ffmpeg, which decoded samples do not need
    from pydub import AudioSegment

SAME_MIX = 0.98
"""Correlation from which two channels are the same mix (our choice; two sides of a call lie under 0.3)."""

SILENT_DBFS = -70.0
"""RMS level under which a channel holds nothing: line noise of real recorders lies above -65 dBFS."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """``stereo``: one side a track. ``mono``: both sides in one track, or one side only recorded.

    ``notes`` say in Chinese what a supervisor should know of it.
    """

    kind: Literal["stereo", "mono"]
    tracks: tuple[Track, ...]
    notes: tuple[str, ...] = ()


def choose_channels(channels: Sequence[Samples]) -> Layout:
    """The tracks worth hearing, in the file's order.

    Silent channels are left out, of more than two the two loudest are kept, and the same mix on
    both channels counts as mono. All silent: one mono track of silence.
    """
    notes: list[str] = []
    heard = [index for index, samples in enumerate(channels) if _dbfs(samples) > SILENT_DBFS]
    if len(channels) > 1 and len(heard) < 2:
        notes.append("只有一个声道有声音" if heard else "所有声道都没有声音")
    if len(heard) > 2:
        heard = sorted(sorted(heard, key=lambda index: -_dbfs(channels[index]))[:2])
        notes.append(f"录音有{len(channels)}个声道，只分析了声音最大的两个")
    if len(heard) == 2 and _correlation(channels[heard[0]], channels[heard[1]]) >= SAME_MIX:
        heard = heard[:1]
        notes.append("两个声道内容相同，按单声道处理")
    tracks = tuple(Track(index, channels[index]) for index in heard or [0])
    return Layout("stereo" if len(tracks) == 2 else "mono", tracks, tuple(notes))


def _dbfs(samples: Samples) -> float:
    """RMS level below full scale, minus infinity for digital silence or no samples."""
    pcm = (np.clip(samples, -1, 1) * np.iinfo(np.int16).max).astype(np.int16)
    level: float = AudioSegment(pcm.tobytes(), frame_rate=SAMPLE_RATE, sample_width=2, channels=1).dBFS
    return level


def _correlation(left: Samples, right: Samples) -> float:
    """Absolute Pearson correlation, 0..1; 0 for a constant channel."""
    a, b = left - left.mean(), right - right.mean()
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return abs(float(np.dot(a, b))) / norm if norm else 0.0
