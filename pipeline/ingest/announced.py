"""How long a file says it is: one that is shorter was cut off while it was copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.types import Seconds

HEADER_BYTES = 65_536
"""A file without sound is at most so long: a header with its texts (our choice)."""

UNKNOWN_SIZE = 0x7F00_0000
"""Sizes in the header of a WAV from here on stand for a size that is not known."""

COUNTED = ("wav", "aiff", "au")
"""Containers whose header counts the samples."""

TAGS = (b"Xing", b"Info", b"VBRI")
"""An MP3 with one of these in its first frame counts its frames. In others the length is guessed."""


def announced_s(path: Path, container: Any, stream: Any) -> Seconds | None:
    """The length in the header of a file; ``None`` if the format has no exact one, or if it is 0
    or unknown."""
    name = container.format.name
    exact = name in COUNTED or (name == "mp3" and _counts_frames(path))
    if not exact or not stream.duration:
        return None
    length_s = float(stream.duration * stream.time_base)
    return length_s * _cut_by(path) if name == "wav" else length_s


def announces_sound(path: Path) -> bool:
    """Whether the header of a WAV announces samples. A recorder that never closed the file has left
    0 or the largest size, which announce nothing."""
    return _sizes(path)[0] > 0


def _cut_by(path: Path) -> float:
    """How many times as long as what is there a WAV should be; 1 for a whole one. FFmpeg shortens
    the length of plain samples to what is there. That of others then grows twice, which does no
    harm."""
    announced, there = _sizes(path)
    return max(1.0, announced / there) if there > 0 else 1.0


def _sizes(path: Path) -> tuple[int, int]:
    """The bytes of sound that the header of a WAV announces, 0 if it does not say, and those that
    are there at most."""
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    at = head.find(b"data")
    size = int.from_bytes(head[at + 4 : at + 8], "little") if at >= 0 else 0
    known = head.startswith(b"RIFF") and 0 < size < UNKNOWN_SIZE
    return size if known else 0, path.stat().st_size - at - 8


def _counts_frames(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    return any(tag in head for tag in TAGS)
