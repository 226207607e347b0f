"""The sound of a call in progress: a WAV file that grows with it, and is whole after a kill."""

from __future__ import annotations

import os
import re
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.types import Seconds

GROWING = ".growing"
"""Ends the name of a file whose call goes on, so that no nightly run takes it."""

INCOMPLETE = ".incomplete"
"""Ends the name of a file of which a part could not be kept: nobody takes it for the whole call."""

_GAP = 1
"""So many bytes of samples, which no file has, are told by the header of such a file while its call
goes on. It can be written where the disk is full."""

HEADER = 44
"""Bytes before the samples."""

LONGEST_NAME = 80
MOST_BYTES = 2**32 - 1 - HEADER
"""What a header of WAV can tell; at 8 kHz in stereo that is 37 hours."""


class CallFile:
    """A file of 16-bit samples, one channel a side. Written at once: what was heard is there however
    the process ends. ``path``: its name when it is whole."""

    def __init__(self, path: Path, rate: int, channels: int) -> None:
        """Raises ``OSError``."""
        self.path, self.rate, self.channels = path, rate, channels
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
        self._handle = os.open(growing(path), flags, 0o600)
        self._bytes = 0
        self._has_gap = False
        try:
            os.pwrite(self._handle, _header(rate, channels, 0), 0)
        except OSError:  # a full disk: the next try begins anew
            os.close(self._handle)
            growing(path).unlink(missing_ok=True)
            raise

    def write(self, channel: int, at: int, samples: NDArray[np.int16]) -> None:
        """Put one side's samples at their place; what nobody sent is silence. Raises ``OSError``."""
        width = 2 * self.channels
        first, count = at * width, len(samples) * width
        if not count or first + count > MOST_BYTES:
            return
        if self.channels == 1:
            data = samples.astype("<i2").tobytes()
        else:
            known = os.pread(self._handle, count, HEADER + first).ljust(count, b"\0")
            frames = np.frombuffer(bytearray(known), "<i2").reshape(-1, self.channels)
            frames[:, channel] = samples
            data = frames.tobytes()
        written = 0
        while written < count:
            written += os.pwrite(self._handle, data[written:], HEADER + first + written)
        self._bytes = max(self._bytes, first + count)

    def says(self, channel: int, at: int, samples: NDArray[np.int16]) -> bool:
        """Whether one side has these samples at this place already; where nothing was written it has
        silence. Raises ``OSError``."""
        width, count = 2 * self.channels, len(samples) * 2 * self.channels
        known = os.pread(self._handle, count, HEADER + at * width).ljust(count, b"\0")
        return np.array_equal(np.frombuffer(known, "<i2")[channel :: self.channels], samples)

    def note_gap(self) -> None:
        """A part of the call could not be kept. Raises ``OSError``."""
        if not self._has_gap:
            os.pwrite(self._handle, _header(self.rate, self.channels, _GAP), 0)
            self._has_gap = True

    def close(self, *, has_gap: bool = False) -> Path:
        """Make the file whole, and return the name that ``give_name`` gives it; a file with a gap has
        its name at once. Raises ``OSError``."""
        try:
            os.pwrite(self._handle, _header(self.rate, self.channels, self._bytes), 0)
            os.fsync(self._handle)
        finally:
            os.close(self._handle)
        if has_gap or self._has_gap:
            return growing(self.path).rename(incomplete(self.path))
        return self.path


@dataclass(frozen=True, slots=True)
class Listened:
    """A stretch of a call's sound, int16, shape (n, channels)."""

    samples: NDArray[np.int16]
    rate: int


def growing(path: Path) -> Path:
    """The name of a file while its call goes on."""
    return path.with_name(path.name + GROWING)


def incomplete(path: Path) -> Path:
    """The name of a file of which a part could not be kept, when its call has ended."""
    return path.with_name(path.name + INCOMPLETE)


def give_name(path: Path) -> None:
    """Give a whole file its name: from now on everybody may score it, so what is known of its call
    is written before. Raises ``OSError``."""
    if growing(path).exists() and not path.exists():
        growing(path).rename(path)


def name_of(folder: Path, name: str, began_at: float, *, taken: Collection[Path] = ()) -> Path:
    """A new name for a call's sound: a folder a day, on this machine's clock, and the call's number
    in characters that every file system takes. ``taken``: names of calls without a file so far.
    Raises ``RecordingError``.

    >>> from pathlib import Path
    >>> name_of(Path("/sound"), "C/../1", 0.0).name[-10:]
    'C_.._1.wav'
    """
    began = datetime.fromtimestamp(began_at).astimezone()
    plain = re.sub(r"[^\w.\-]", "_", name, flags=re.ASCII).strip(".")[:LONGEST_NAME] or "call"
    base = folder / f"{began:%Y-%m-%d}" / f"{began:%H%M%S}-{plain}"
    for number in range(1, 10_000):
        path = base.with_name(base.name + (f"~{number}" if number > 1 else "") + ".wav")
        if path not in taken and not path.exists() and not growing(path).exists():
            return path
    raise RecordingError(f"{base}.wav: ten thousand calls of this name; clear the folder")


@dataclass(frozen=True, slots=True)
class Repaired:
    """``mended``: the names of files that are whole now, for ``give_name``; ``faults``: those that are
    left as they were, and why."""

    mended: tuple[Path, ...]
    faults: tuple[tuple[Path, str], ...]


def repair(folder: Path) -> Repaired:
    """Make whole what a listener left that was killed; none has its name yet. A file without a sample
    goes. A file that cannot be made whole, or of which a part is missing, costs no other one. Raises
    ``OSError`` where the folder cannot be read."""
    mended: list[Path] = []
    faults: list[tuple[Path, str]] = []
    for file in sorted(folder.rglob(f"*.wav{GROWING}")):
        if not file.is_file():
            continue
        try:
            whole = _make_whole(file)
        except OSError as error:
            faults.append((file, error.strerror or str(error)))
        except ValueError as error:
            faults.append((file, str(error)))
        else:
            mended += [whole] if whole is not None else []
    return Repaired(tuple(mended), tuple(faults))


def _make_whole(file: Path) -> Path | None:
    """The name for a file that grew, made whole; ``None`` for one without a sample, which goes. Raises
    ``OSError``, ``ValueError``."""
    whole = file.with_name(file.name.removesuffix(GROWING))
    size = file.stat().st_size
    if size <= HEADER:
        file.unlink()
        return None
    with file.open("r+b") as opened:
        head = opened.read(HEADER)
        channels, rate = struct.unpack("<HI", head[22:28])
        written = struct.unpack("<I", head[40:44])[0]  # of a listener that died before the new name
        if not channels or not rate or head != _header(rate, channels, written):
            raise ValueError("its header is not as callqa writes it")
        has_gap = written == _GAP
        whole = incomplete(whole) if has_gap else whole
        if whole.exists():
            raise ValueError(f"{whole.name} is there already")
        opened.seek(0)
        opened.write(_header(rate, channels, (size - HEADER) // (2 * channels) * (2 * channels)))
        os.fsync(opened.fileno())
    if has_gap:
        file.rename(whole)
        raise ValueError("a part of the call could not be kept, so it is not scored")
    return whole


def read_stretch(path: Path, start_s: Seconds, end_s: Seconds) -> Listened:
    """A stretch of a call's sound, whether it goes on or is whole. Raises ``OSError``."""
    chosen = next((one for one in (growing(path), incomplete(path)) if one.exists()), path)
    with chosen.open("rb") as file:
        head = file.read(HEADER)
        channels, rate = struct.unpack("<HI", head[22:28])
        first, end = (round(at * rate) for at in (start_s, end_s))
        file.seek(HEADER + first * 2 * channels)
        data = file.read(max(0, end - first) * 2 * channels)
    whole = len(data) // (2 * channels) * (2 * channels)
    return Listened(np.frombuffer(data[:whole], "<i2").reshape(-1, channels), rate)


def as_wav(sound: Listened) -> bytes:
    """A stretch as a file of its own."""
    data = sound.samples.astype("<i2").tobytes()
    return _header(sound.rate, sound.samples.shape[1], len(data)) + data


def _header(rate: int, channels: int, count: int) -> bytes:
    """Of a WAV file with so many bytes of samples."""
    width = 2 * channels
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", count + HEADER - 8, b"WAVE", b"fmt ", 16, 1, channels, rate,
        rate * width, width, 16, b"data", count,
    )  # fmt: skip
