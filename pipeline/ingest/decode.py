"""Decode a recording to float32 samples at 16 kHz, one series a channel.

Damaged places are skipped and counted. The samples go to disk: five hours of two channels are 2.3
GB.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av

from pipeline.errors import UnreachableError, UnreadableError
from pipeline.ingest.announced import HEADER_BYTES, announced_s, announces_sound
from pipeline.ingest.endings import (
    ARCHIVE_HEADS,
    EMPTY_IS_UNANSWERED,
    SILK,
    Endings,
    is_recording,
    suffix_of,
)
from pipeline.ingest.frames import DamageCount, frames_of, resampled
from pipeline.ingest.sound_on_disk import Room, pad, store_blocks
from pipeline.settings import IngestSettings
from pipeline.sound import DiskSeries
from pipeline.types import SAMPLE_RATE, Recording, Series

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.ingest.endings import Raw

SHORTFALL = 0.02
"""A file counts as cut off if more than this share of its announced length is missing (our
choice)."""


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
    room = Room(path, settings.longest_h)
    if _is_unanswered(path):
        empty = Recording(str(path), sha256, 0.0, raw.rate_hz if raw else 8000, 1, "none", 0)
        return Decoded(empty, (DiskSeries(),))
    counter = DamageCount()
    streams = _decode_streams(room, raw, counter)
    first = streams[0]
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


def _decode_streams(room: Room, raw: Raw | None, counter: DamageCount) -> list[_Stream]:
    """The audio tracks of a file, in their order. Raises ``UnreadableError`` without any."""
    path = room.path
    try:
        with _open(path, raw) as container:
            count = len(container.streams.audio)
            if not count:
                raise UnreadableError(f"{path}: there is no audio in it; expected a recording")
            first = _decode_stream(room, container, 0, counter)
        return [first, *(_decode_again(room, raw, at, counter) for at in range(1, count))]
    except (av.FFmpegError, ValueError, RuntimeError) as error:
        _refuse_misnamed(path)
        raise UnreadableError(
            f"{path}: is not a recording that can be decoded ({_reason(error)}); try to play it, and copy it again"
        ) from error


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


def _decode_again(room: Room, raw: Raw | None, at: int, counter: DamageCount) -> _Stream:
    """Another track of a file: reading the file once more needs no memory for the others."""
    with _open(room.path, raw) as container:
        return _decode_stream(room, container, at, counter)


def _decode_stream(room: Room, container: Any, at: int, counter: DamageCount) -> _Stream:
    stream = container.streams.audio[at]
    if stream.codec_context is None:  # the header names a codec that does not exist
        raise UnreadableError(
            f"{room.path}: the kind of its sound is unknown; the header may be damaged, copy it again"
        )
    codec, rate_hz = stream.codec_context.name, stream.codec_context.sample_rate
    announced = announced_s(room.path, container, stream)
    start_s = float((stream.start_time or 0) * stream.time_base) if stream.time_base else 0.0
    size = container.size or 0
    channels = store_blocks(resampled(frames_of(container, stream, counter)), room)
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
