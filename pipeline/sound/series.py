"""Series of a recording that may be too large for memory, stored in a file without a name."""

from __future__ import annotations

import os
import tempfile
import weakref
from typing import IO, TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.errors import NoRoomError
from pipeline.types import ensure_extra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.types import Series

FloatArray = npt.NDArray[np.float32]

MOST_IN_MEMORY = 256 * 2**20
"""Four hours of an uncompressed call at 8 kHz (our choice)."""

BLOCK = 16
"""Bytes of a block of AES."""

ROOMY = "/var/tmp"
"""The place for large temporary files by the Filesystem Hierarchy Standard. ``/tmp`` is memory on
many machines."""


_encrypts = False


def encrypt_series(wanted: bool) -> None:
    """Encrypt the series that this process makes from now on, with keys that it forgets: a freed
    file's bytes stay on the disk until others are written there. Raises ``ExtraError``."""
    global _encrypts  # noqa: PLW0603 - what one process writes sound with
    if wanted:
        ensure_extra("encryption", use="[site] key_file")
    _encrypts = wanted


class _Cipher:
    """AES-256 in counter mode with a key of its own. A place is written once, and nobody else can
    name the file, so that no tag is needed."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - an extra

        self._key = algorithms.AES(os.urandom(32))
        self._mode, self._made = modes.CTR, Cipher

    def apply(self, data: bytes, at: int) -> bytes:
        """Encrypt, or decrypt, what begins ``at`` bytes after the beginning."""
        counter = (at // BLOCK).to_bytes(BLOCK, "big")
        stream = self._made(self._key, self._mode(counter)).encryptor()
        stream.update(bytes(at % BLOCK))
        return bytes(stream.update(data))


class DiskSeries:
    """A ``Series`` on disk: shape (n,), or (n, ``width``). Rows are appended; a slice of them is
    read into memory.

    The file never has a name, so nothing is left behind however the process ends. It is read and
    not mapped: mapped pages count as the process's memory and against its limit of address space.
    Not for two processes or threads at once.
    """

    def __init__(self, width: int | None = None) -> None:
        """Raises ``NoRoomError`` if no temporary file can be made."""
        self._shape = () if width is None else (width,)
        self._row_bytes = 4 * (width or 1)
        self._rows = 0
        self._cipher = _Cipher() if _encrypts else None
        try:
            self._file = tempfile.TemporaryFile(buffering=0, dir=_folder())  # noqa: SIM115 - closed with this object
        except OSError as error:
            raise _no_room(error) from error
        weakref.finalize(self, self._file.close)

    def append(self, rows: FloatArray) -> None:
        """Raises ``NoRoomError`` if the disk is full."""
        data = np.ascontiguousarray(rows, np.float32).tobytes()
        if self._cipher is not None:
            data = self._cipher.apply(data, self._rows * self._row_bytes)
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            raise _no_room(error) from error
        self._rows += len(rows)

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, where: slice, /) -> FloatArray:
        """Rows in their order, as a new array. Slices with a step are not supported."""
        first, end, step = where.indices(self._rows)
        assert step == 1
        rows = np.empty((max(0, end - first), *self._shape), np.float32)
        at = first * self._row_bytes
        free = rows.data.cast("B") if rows.size else memoryview(b"")
        while free:
            count = os.preadv(self._file.fileno(), [free], at)
            assert count, "a file without a name cannot become shorter"
            free, at = free[count:], at + count
        if self._cipher is not None and rows.size:
            plain = self._cipher.apply(rows.tobytes(), first * self._row_bytes)
            rows = np.frombuffer(bytearray(plain), np.float32).reshape(rows.shape)
        return rows


def nameless_file(size: int) -> IO[bytes]:
    """A file that goes with the process, however it ends; where series are encrypted it lies in
    memory, if it has so many bytes at most. Raises ``OSError``."""
    if _encrypts and size <= MOST_IN_MEMORY:
        return os.fdopen(os.memfd_create("callqa", os.MFD_CLOEXEC), "w+b")
    return tempfile.TemporaryFile()


def blocks(series: Series, length: int) -> Iterator[FloatArray]:
    """The series in pieces of ``length``, the last one shorter. An empty series has no pieces.

    >>> [block.tolist() for block in blocks(np.arange(3, dtype=np.float32), 2)]
    [[0.0, 1.0], [2.0]]
    """
    return (series[first : first + length] for first in range(0, len(series), length))


def _folder() -> str | None:
    if any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")):
        return None  # the administrator has said where
    return ROOMY if os.access(ROOMY, os.W_OK) else None


def temporary_folder() -> str:
    """Where the sound of recordings goes."""
    return _folder() or tempfile.gettempdir()


def _no_room(error: OSError) -> NoRoomError:
    return NoRoomError(
        f"{temporary_folder()}: no room for the sound of a recording ({error.strerror}); an hour of "
        "two channels takes 700 MB; free some, or set TMPDIR to a folder on a larger disk"
    )
