"""Decode a recording to float32 samples at 16 kHz, one series a channel.

Damaged places are skipped and counted. The samples go to disk: five hours of two channels are 2.3
GB.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from pipeline.errors import UnreachableError, UnreadableError
from pipeline.sound import DiskSeries
from pipeline.types import SAMPLE_RATE, Recording, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAX_ERRORS_IN_A_ROW = 500
"""Decoding stops after this many errors without a good frame between them (our choice)."""

SHORTFALL = 0.02
"""A WAV counts as cut off if more than this share of its announced length is missing (our
choice)."""

AT_ONCE = 10 * SAMPLE_RATE
"""Samples of a channel that are written together. Our choice: a codec's frame of 20 ms is too small
for one write."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A decoded recording. ``channels``: one float32 series (n,) a channel, all of one length, at
    ``SAMPLE_RATE``."""

    recording: Recording
    channels: tuple[Series, ...]


def decode_recording(path: Path) -> Decoded:
    """Decode all readable audio of a file and count its damaged places.

    Damaged packets are skipped and counted in ``Recording.decode_errors``. A WAV that ends before
    its announced length counts as one more. Raises ``UnreadableError`` if the file has no audio,
    ``UnreachableError`` if the file is missing, and ``NoRoomError`` if the disk is too full for the
    samples.
    """
    sha256 = digest_of_recording(path)
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            if not container.streams.audio:
                raise UnreadableError(f"{path}: there is no audio in it; expected a recording")
            stream = container.streams.audio[0]
            if stream.codec_context is None:  # the header names a codec that does not exist
                raise UnreadableError(
                    f"{path}: the kind of its sound is unknown; the header may be damaged, copy it again"
                )
            codec = stream.codec_context.name
            rate, announced_s = stream.codec_context.sample_rate, _announced_s(container, stream)
            counter = _Counter()
            channels = _store(_resampled(_frames(container, stream, counter)))
    except (av.FFmpegError, ValueError, RuntimeError) as error:
        raise UnreadableError(
            f"{path}: is not a recording that can be decoded ({_reason(error)})"
        ) from error
    if not channels:
        raise UnreadableError(
            f"{path}: no audio could be decoded ({counter.errors} damaged places); copy it again"
        )
    duration_s = len(channels[0]) / SAMPLE_RATE
    cut_off = announced_s is not None and duration_s < announced_s * (1 - SHORTFALL)
    return Decoded(
        Recording(
            path=str(path),
            sha256=sha256,
            duration_s=duration_s,
            sample_rate_hz=rate,
            channels=len(channels),
            codec=codec,
            decode_errors=counter.errors + cut_off,
        ),
        channels,
    )


def _store(blocks: Iterator[np.ndarray[Any, np.dtype[np.float32]]]) -> tuple[DiskSeries, ...]:
    """Write blocks of shape (channels, n) to disk, ``AT_ONCE`` samples at a time.

    Returns one series a channel, or ``()`` without blocks.
    """
    channels: tuple[DiskSeries, ...] = ()
    waiting: list[np.ndarray[Any, np.dtype[np.float32]]] = []
    for block in blocks:
        channels = channels or tuple(DiskSeries() for _ in block)
        waiting.append(block)
        if sum(part.shape[1] for part in waiting) >= AT_ONCE:
            _write(channels, waiting)
            waiting = []
    if waiting:
        _write(channels, waiting)
    return channels


def _write(
    channels: Sequence[DiskSeries], blocks: Sequence[np.ndarray[Any, np.dtype[np.float32]]]
) -> None:
    for channel, samples in zip(channels, np.concatenate(blocks, axis=1), strict=True):
        channel.append(samples)


class _Counter:
    """Counts the damaged places while frames are being drawn."""

    def __init__(self) -> None:
        self.errors = 0


def _frames(container: Any, stream: Any, counter: _Counter) -> Iterator[Any]:
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


def _resampled(frames: Iterator[Any]) -> Iterator[np.ndarray[Any, np.dtype[np.float32]]]:
    """Blocks of shape (channels, n) at ``SAMPLE_RATE``.

    A change of format within the file starts a new resampler. If a block has another number of
    channels than the first one, its channels are averaged and repeated.
    """
    resampler, form, width = None, None, None
    for frame in frames:
        now = (frame.format.name, frame.layout.name, frame.sample_rate)
        if now != form:
            if resampler is not None:
                yield from (_as_wide(f.to_ndarray(), width) for f in resampler.resample(None))
            resampler, form = av.AudioResampler(format="fltp", rate=SAMPLE_RATE), now
        width = width or frame.layout.nb_channels
        assert resampler is not None
        yield from (_as_wide(f.to_ndarray(), width) for f in resampler.resample(frame))
    if resampler is not None:
        yield from (_as_wide(f.to_ndarray(), width) for f in resampler.resample(None))


def _as_wide(block: Any, width: int | None) -> np.ndarray[Any, np.dtype[np.float32]]:
    clean: np.ndarray[Any, np.dtype[np.float32]] = np.nan_to_num(
        block.astype(np.float32, copy=False)
    )
    if width is None or len(clean) == width:
        return clean
    return np.repeat(clean.mean(axis=0, keepdims=True, dtype=np.float32), width, axis=0)


def _announced_s(container: Any, stream: Any) -> float | None:
    """The length in the header. ``None`` if the format is not WAV (others are not exact) or the
    length is 0."""
    if container.format.name != "wav" or not stream.duration:
        return None
    return float(stream.duration * stream.time_base)


def digest_of_recording(path: Path) -> str:
    """SHA-256 of a file's content, as 64 hex digits. Raises ``UnreachableError``."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except PermissionError as error:
        raise UnreachableError(
            f"{path}: no permission to read it; check its owner and mode"
        ) from error
    except OSError as error:
        raise UnreachableError(
            f"{path}: cannot be read ({error.strerror}); it may have been moved"
        ) from error


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".").lower()
