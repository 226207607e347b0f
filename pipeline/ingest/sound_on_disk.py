"""Decoded sound on disk, as long as a recording may be."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import NoRoomError, RecordingError, UnreadableError
from pipeline.sound import DiskSeries, blocks, temporary_folder
from pipeline.types import SAMPLE_RATE, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

AT_ONCE = 10 * SAMPLE_RATE
"""Samples of a channel that are written together. Our choice: a codec's frame of 20 ms is too small
for one write."""


def pad(samples: Series, lead: int, length: int) -> DiskSeries:
    """The series after ``lead`` samples of silence, and then silence up to ``length``."""
    padded = DiskSeries()
    _append_silence(padded, lead)
    for block in blocks(samples, AT_ONCE):
        padded.append(block)
    _append_silence(padded, length - len(padded))
    return padded


def _append_silence(series: DiskSeries, count: int) -> None:
    while count > 0:
        some = min(count, AT_ONCE)
        series.append(np.zeros(some, np.float32))
        count -= some


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a recording is decoded: a day of silence in a small file must not hold a night,
    nor fill the disk again in each."""

    path: Path
    longest_h: float

    def check_length(self, samples: int) -> None:
        """Raises ``UnreadableError`` for a recording that is too long."""
        if samples > self.longest_h * 3600 * SAMPLE_RATE:
            raise UnreadableError(
                f"{self.path}: longer than {self.longest_h:g} hours; split it, or raise "
                "[ingest] longest_h in callqa.toml"
            )

    def explain(self, error: NoRoomError, channels: Sequence[DiskSeries]) -> RecordingError:
        """The disk is full: whether free space would help, or this recording fits no such disk."""
        taken = sum(4 * len(channel) for channel in channels)
        folder = temporary_folder()
        total = shutil.disk_usage(folder).total
        if taken < total / 2:
            return error
        return UnreadableError(
            f"{self.path}: its sound takes more than {taken / 1e9:.1f} GB, and the whole disk of "
            f"{folder} has {total / 1e9:.1f} GB; set TMPDIR to a folder on a larger one"
        )


def store_blocks(
    blocks: Iterator[np.ndarray[Any, np.dtype[np.float32]]], room: Room
) -> tuple[DiskSeries, ...]:
    """Write blocks of shape (channels, n) to disk, ``AT_ONCE`` samples at a time.

    Returns one series a channel, or ``()`` without blocks.
    """
    channels: tuple[DiskSeries, ...] = ()
    waiting: list[np.ndarray[Any, np.dtype[np.float32]]] = []
    samples = 0
    for block in blocks:
        channels = channels or tuple(DiskSeries() for _ in block)
        waiting.append(block)
        samples += block.shape[1]
        if samples >= AT_ONCE:
            _write(channels, waiting, room)
            waiting, samples = [], 0
    if waiting:
        _write(channels, waiting, room)
    return channels


def _write(
    channels: Sequence[DiskSeries],
    blocks: Sequence[np.ndarray[Any, np.dtype[np.float32]]],
    room: Room,
) -> None:
    try:
        for channel, samples in zip(channels, np.concatenate(blocks, axis=1), strict=True):
            channel.append(samples)
    except NoRoomError as error:
        raise room.explain(error, channels) from error
    room.check_length(len(channels[0]))
