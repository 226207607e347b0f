"""Change the weights of a model by a small adapter (LoRA, Hu et al. 2021, arXiv:2106.09685): to a
matrix W of out × in the product of two narrow ones, B · A, is added. A file of adapters is NumPy's
``.npz`` with ``<name>/a`` (rank, in) and ``<name>/b`` (out, rank), both float16, for each weight
``<name>/weight`` of CTranslate2's ``model.bin``.

The sum is made element by element in a fixed order, so every processor writes the same bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import ModelError
from pipeline.weights.arrays import UNREADABLE, read_arrays

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

FLOAT16 = 4
"""CTranslate2's number for float16."""

VERSIONS = range(5, 7)
"""Versions of CTranslate2's format whose names, shapes and types are read here."""


@dataclass(frozen=True, slots=True)
class _Weight:
    shape: tuple[int, ...]
    kind: int
    begin: int
    size_bytes: int


def adapt(content: bytearray, adapter: Path) -> None:
    """Change ``content``, a CTranslate2 model in float16, by the adapters in a file.

    Raises ``ModelError`` where the file cannot be read or does not fit the model.
    """
    try:
        factors = read_arrays(adapter)
        weights = dict(_weights(content))
        for name in sorted({key.rpartition("/")[0] for key in factors}):
            _add(content, weights[f"{name}/weight"], factors[f"{name}/a"], factors[f"{name}/b"])
    except (*UNREADABLE, struct.error) as error:
        raise ModelError(
            f"{adapter}: the adapter does not fit the model: {error}; install callqa again"
        ) from error


def read_weights(content: bytearray) -> dict[str, npt.NDArray[np.float16]]:
    """The float16 weights of a CTranslate2 model, by name. Raises ``ValueError`` for another format,
    and ``struct.error`` for a file that breaks off."""
    return {
        name: _array(content, weight)
        for name, weight in _weights(content)
        if weight.kind == FLOAT16
    }


def _array(content: bytearray, weight: _Weight) -> npt.NDArray[np.float16]:
    """The weights in their place: what is written there changes the content."""
    import numpy as np  # noqa: PLC0415 - callqa --help needs no numpy

    flat = np.frombuffer(content, np.float16, weight.size_bytes // 2, weight.begin)
    return flat.reshape(weight.shape)


def _weights(content: bytearray) -> Iterator[tuple[str, _Weight]]:
    """The entries of the file, by name. Layout: version, name and revision of the model, number of
    entries; of each its name, shape, type, size and bytes."""
    version, at = _unpack("I", content, 0)
    if version not in VERSIONS:
        raise ValueError(f"format {version}")
    _, at = _text(content, at)
    _, at = _unpack("I", content, at)
    number, at = _unpack("I", content, at)
    for _ in range(number):
        name, at = _text(content, at)
        rank, at = _unpack("B", content, at)
        shape = struct.unpack_from(f"<{rank}I", content, at)
        kind, at = _unpack("B", content, at + 4 * rank)
        size_bytes, at = _unpack("I", content, at)
        yield name, _Weight(shape, kind, at, size_bytes)
        at += size_bytes


def _unpack(form: str, content: bytearray, at: int) -> tuple[int, int]:
    """One number and the place behind it."""
    form = f"<{form}"
    return struct.unpack_from(form, content, at)[0], at + struct.calcsize(form)


def _text(content: bytearray, at: int) -> tuple[str, int]:
    """A text, which ends with a zero, and the place behind it."""
    length, at = _unpack("H", content, at)
    return content[at : at + length - 1].decode("utf-8"), at + length


def _add(
    content: bytearray,
    weight: _Weight,
    narrow: npt.NDArray[np.float16],
    wide: npt.NDArray[np.float16],
) -> None:
    import numpy as np  # noqa: PLC0415 - callqa --help needs no numpy

    if weight.kind != FLOAT16:
        raise ValueError("the weights are not float16")
    whole = _array(content, weight).reshape(weight.shape[0], -1)
    changed = whole.astype(np.float32)
    for row, column in zip(narrow.astype(np.float32), wide.T.astype(np.float32), strict=True):
        changed += column[:, None] * row
    whole[:] = changed
