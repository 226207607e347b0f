"""Decode a recording to float32 samples at 16 kHz, one series a channel.

Damaged places are skipped and counted. The samples go to disk: five hours of two channels are 2.3
GB.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from pipeline.errors import NoRoomError, RecordingError, UnreachableError, UnreadableError
from pipeline.ingest.announced import HEADER_BYTES, announced_s, announces_sound
from pipeline.ingest.endings import (
    ARCHIVE_HEADS,
    EMPTY_IS_UNANSWERED,
    SILK,
    Endings,
    is_recording,
    suffix_of,
)
from pipeline.settings import IngestSettings
from pipeline.sound import DiskSeries, blocks, temporary_folder
from pipeline.types import SAMPLE_RATE, Recording, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.ingest.endings import Raw

MAX_ERRORS_IN_A_ROW = 500
"""Decoding stops after this many errors without a good frame between them (our choice)."""

SHORTFALL = 0.02
"""A file counts as cut off if more than this share of its announced length is missing (our
choice)."""

AT_ONCE = 10 * SAMPLE_RATE
"""Samples of a channel that are written together. Our choice: a codec's frame of 20 ms is too small
for one write."""


DEFAULTS = IngestSettings()


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A decoded recording. ``channels``: one float32 series (n,) a channel, all of one length, at
    ``SAMPLE_RATE``."""

    recording: Recording
    channels: tuple[Series, ...]


def decode_recording(path: Path, settings: IngestSettings = DEFAULTS) -> Decoded:
    """Decode all readable audio of a file and count its damaged places.

    Several audio tracks of a file become one after the other's channels, placed by their start.
    Damaged packets are skipped and counted in ``Recording.decode_errors``. A file that ends before
    the length that its header announces counts as one more. A file that announces no sound and has none gives one
    channel without samples. Raises ``UnreadableError`` if the file has no audio,
    ``UnreachableError`` if the file is missing, and ``NoRoomError`` if the disk is too full for the
    samples.
    """
    sha256 = digest_of_recording(path)
    raw = _raw_of(path, settings)
    room = _Room(path, settings.longest_h)
    if _is_unanswered(path):
        empty = Recording(str(path), sha256, 0.0, raw.rate_hz if raw else 8000, 1, "none", 0)
        return Decoded(empty, (DiskSeries(),))
    try:
        with _open(path, raw) as container:
            count = len(container.streams.audio)
            if not count:
                raise UnreadableError(f"{path}: there is no audio in it; expected a recording")
            counter = _Counter()
            first = _decode_stream(room, container, 0, counter)
        streams = [first, *(_decode_again(room, raw, at, counter) for at in range(1, count))]
    except (av.FFmpegError, ValueError, RuntimeError) as error:
        _refuse_misnamed(path)
        raise UnreadableError(
            f"{path}: is not a recording that can be decoded ({_reason(error)}); try to play it, and copy it again"
        ) from error
    heard = [stream for stream in streams if stream.channels] or [first]
    channels = _side_by_side(heard)
    if not channels and (counter.errors or not first.is_header_only or announces_sound(path)):
        raise UnreadableError(
            f"{path}: no audio could be decoded ({counter.errors} damaged places); copy it again"
        )
    channels = channels or (DiskSeries(),)
    duration_s = len(channels[0]) / SAMPLE_RATE
    announced = heard[0].announced_s
    cut_off = announced is not None and duration_s < announced * (1 - SHORTFALL)
    return Decoded(
        Recording(
            path=str(path),
            sha256=sha256,
            duration_s=duration_s,
            sample_rate_hz=heard[0].rate_hz,
            channels=len(channels),
            codec=heard[0].codec,
            decode_errors=counter.errors + cut_off,
        ),
        channels,
    )


def _refuse_misnamed(path: Path) -> None:
    """Raises ``UnreadableError`` with what to do, where a file is known to be something else than
    its name says."""
    with path.open("rb") as file:
        head = file.read(10)
    if not head:
        raise UnreadableError(f"{path}: is empty, 0 bytes; copy it again")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"<", b"{"):
        raise UnreadableError(
            f"{path}: is a page or an error message of a server and no recording; check the address and the "
            "rights, and fetch it again"
        )
    if SILK in head:  # 微信 writes a byte before it
        raise UnreadableError(
            f"{path}: is a SILK recording, as WeChat makes them, which cannot be decoded; convert it "
            "to WAV or MP3"
        )
    if head.startswith(ARCHIVE_HEADS):
        raise UnreadableError(f"{path}: is an archive and no recording; unpack it")


@dataclass(frozen=True, slots=True, eq=False)
class _Stream:
    """One audio track of a file. ``announced_s``: the length in its header, where that is exact."""

    channels: tuple[DiskSeries, ...]
    start_s: float
    rate_hz: int
    codec: str
    announced_s: float | None
    is_header_only: bool


def _raw_of(path: Path, settings: IngestSettings) -> Raw | None:
    """How a file without a header is written. A header in it counts more than its name."""
    raw = Endings.of(settings.raw).raw_of(path.name)
    if raw is None:
        return None
    try:
        with path.open("rb") as file:
            return None if is_recording(file.read(20)) else raw
    except OSError:
        return raw


def _is_unanswered(path: Path) -> bool:
    return suffix_of(path.name) in EMPTY_IS_UNANSWERED and path.stat().st_size == 0


def _open(path: Path, raw: Raw | None) -> Any:
    if raw is None:
        return av.open(str(path), metadata_errors="replace")
    layout = "stereo" if raw.channels == 2 else "mono"
    options = {"sample_rate": str(raw.rate_hz), "ch_layout": layout}
    if raw.form == "g722":  # the rate on the wire is fixed
        options = {}
    return av.open(str(path), format=raw.form, options=options)


def _decode_again(room: _Room, raw: Raw | None, at: int, counter: _Counter) -> _Stream:
    """Another track of a file: reading the file once more needs no memory for the others."""
    with _open(room.path, raw) as container:
        return _decode_stream(room, container, at, counter)


def _decode_stream(room: _Room, container: Any, at: int, counter: _Counter) -> _Stream:
    stream = container.streams.audio[at]
    if stream.codec_context is None:  # the header names a codec that does not exist
        raise UnreadableError(
            f"{room.path}: the kind of its sound is unknown; the header may be damaged, copy it again"
        )
    codec, rate_hz = stream.codec_context.name, stream.codec_context.sample_rate
    announced = announced_s(room.path, container, stream)
    start_s = float((stream.start_time or 0) * stream.time_base) if stream.time_base else 0.0
    size = container.size or 0
    channels = _store(_resampled(_frames(container, stream, counter)), room)
    return _Stream(channels, start_s, rate_hz, codec, announced, size <= HEADER_BYTES)


def _side_by_side(streams: Sequence[_Stream]) -> tuple[DiskSeries, ...]:
    """The channels of all tracks, the later ones moved by their start, all of one length."""
    if len(streams) == 1:
        return streams[0].channels
    begin_s = min(stream.start_s for stream in streams)
    moved = [
        (channel, round((stream.start_s - begin_s) * SAMPLE_RATE))
        for stream in streams
        for channel in stream.channels
    ]
    length = max(len(channel) + lead for channel, lead in moved)
    return tuple(pad(channel, lead, length) for channel, lead in moved)


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
class _Room:
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


def _store(
    blocks: Iterator[np.ndarray[Any, np.dtype[np.float32]]], room: _Room
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
    room: _Room,
) -> None:
    try:
        for channel, samples in zip(channels, np.concatenate(blocks, axis=1), strict=True):
            channel.append(samples)
    except NoRoomError as error:
        raise room.explain(error, channels) from error
    room.check_length(len(channels[0]))


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
