"""Frames of a stream as blocks of samples, and its damaged places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np

from pipeline.types import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ERRORS_IN_A_ROW = 500
"""Decoding stops after this many errors without a good frame between them (our choice)."""


class DamageCount:
    """Counts the damaged places while frames are being drawn."""

    def __init__(self) -> None:
        self.errors = 0


def frames_of(container: Any, stream: Any, counter: DamageCount) -> Iterator[Any]:
    """Frames of a stream. After an error decoding goes on behind the damage."""
    in_a_row = 0
    while in_a_row < MAX_ERRORS_IN_A_ROW:
        try:
            for frame in container.decode(stream):
                in_a_row = 0
                yield frame
            return
        except (EOFError, StopIteration):
            return
        except av.FFmpegError:
            counter.errors += 1
            in_a_row += 1


def resampled(frames: Iterator[Any]) -> Iterator[np.ndarray[Any, np.dtype[np.float32]]]:
    """Blocks of shape (channels, n) at ``SAMPLE_RATE``.

    A change of format within the file starts a new resampler. If a block has another number of
    channels than the first one, its channels are averaged and repeated.
    """
    resampler, form, width = None, None, None
    for frame in frames:
        now = (frame.format.name, frame.layout.name, frame.sample_rate)
        if now != form:
            if resampler is not None:
                yield from (_as_wide(_samples(f), width) for f in resampler.resample(None))
            resampler, form = av.AudioResampler(format="flt", rate=SAMPLE_RATE), now
        width = width or frame.layout.nb_channels
        assert resampler is not None
        yield from (_as_wide(_samples(f), width) for f in resampler.resample(frame))
    if resampler is not None:
        yield from (_as_wide(_samples(f), width) for f in resampler.resample(None))


def _samples(frame: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The samples of an interleaved frame, shape (channels, n).

    PyAV reads at most eight planes: a planar frame of eight channels and more ends the process.
    """
    interleaved: np.ndarray[Any, np.dtype[np.float32]] = frame.to_ndarray()
    return interleaved.reshape(-1, frame.layout.nb_channels).T


def _as_wide(block: Any, width: int | None) -> np.ndarray[Any, np.dtype[np.float32]]:
    clean: np.ndarray[Any, np.dtype[np.float32]] = np.nan_to_num(
        block.astype(np.float32, copy=False)
    )
    if width is None or len(clean) == width:
        return clean
    return np.repeat(clean.mean(axis=0, keepdims=True, dtype=np.float32), width, axis=0)
