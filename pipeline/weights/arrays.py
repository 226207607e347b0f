"""Files of arrays that numpy wrote."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

UNREADABLE = (
    OSError, EOFError, TypeError, ValueError, LookupError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What a file of arrays raises that is missing, damaged, incomplete or of another kind."""


def read_arrays(file: Path | IO[bytes]) -> dict[str, npt.NDArray[Any]]:
    """The arrays in a file or a stream that numpy wrote (``.npz``), by name. Raises one of
    ``UNREADABLE``; nothing that is pickled is loaded."""
    import numpy as np  # noqa: PLC0415 - callqa --help needs no numpy

    if isinstance(file, Path):
        with file.open("rb") as content:
            return read_arrays(content)
    with np.load(file, allow_pickle=False) as entries:
        return {name: entries[name] for name in entries.files}
