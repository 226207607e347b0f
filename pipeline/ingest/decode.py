"""Decode a recording to 16 kHz float32 samples for each channel, past damage, counting it. They go
to disk: five hours of two channels are 2.3 GB."""

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
"""Errors without one good frame between them after which the rest is given up (our choice)."""

SHORTFALL = 0.02
"""Share of a WAV's announced length that may be missing before it counts as cut off (our
choice)."""

AT_ONCE = 10 * SAMPLE_RATE
"""Samples of a channel that are written together (our choice: frames of a codec are 20 ms, too few
for a write)."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """``channels``: one float32 series (n,) a channel, all of one length, at ``SAMPLE_RATE``."""

    recording: Recording
    channels: tuple[Series, ...]


def decode_recording(path: Path) -> Decoded:
    """All audio that can be had from a file, with the number of places where it was damaged.

    Damaged packets are skipped and counted in ``Recording.decode_errors``; a WAV that ends before
    its announced length counts as one more. Raises ``UnreadableError`` where there is no audio at
    all, ``UnreachableError`` where the file is not there, and ``NoRoomError`` where the disk has no
    room for it."""
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
    """The channels of blocks (channels, n), written ``AT_ONCE`` samples at a time; none where there
    is no block."""
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
    """Frames of a stream; after an error decoding is taken up again behind the damage."""
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
    """Blocks (channels, n) at ``SAMPLE_RATE``. A change of format within the file starts a new
    resampler; a block with another number of channels than the first is folded or repeated."""
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
    """The length in the header, where the format has an exact one (WAV) and it is not 0."""
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
