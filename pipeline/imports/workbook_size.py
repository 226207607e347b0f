"""Refuse a workbook that would not fit into memory, before it is read.

The reader of sheets makes one table of all cells from the first to the last, empty ones too: a
single cell in the last corner of a sheet is a table of 17 thousand million cells, for which the
reader ends the process.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_CELLS = 10_000_000
"""Cells of the table from A1 to the last used row and column: 300,000 rows of 30 columns, in about
0.4 GB (our choice)."""

MOST_BYTES = 1 << 30
"""Bytes of a workbook's parts when they are unpacked (our choice)."""

CHUNK_BYTES = 1 << 20
_PLACE = re.compile(rb"<(?:\w+:)?c [^>]{0,200}?\br=\"([A-Z]{1,3})(\d{1,7})\"")
_LONGEST_TAG = 256


def refuse_oversized(data: bytes, path: Path, *, sheet: str) -> None:
    """Check the parts of an .xlsx and the extent of one ``sheet``, a part's name. Raises
    ``SettingsError``; a damaged file is left to its reader."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            if sum(part.file_size for part in book.infolist()) > MOST_BYTES:
                raise SettingsError(
                    f"{path}: unpacked it has over {MOST_BYTES >> 20} MB; split it, or save it as CSV"
                )
            column, row, last = 0, 0, ""
            for letters, digits in _places(book, sheet):
                here = (_number(letters), int(digits))
                if here[0] > column or here[1] > row:
                    last = f"{letters.decode()}{digits.decode()}"
                column, row = max(column, here[0]), max(row, here[1])
                if column * row > MOST_CELLS:
                    raise SettingsError(
                        f"{path}, cell {last}: so far from the first cell that the table does not "
                        "fit into memory; delete what is there and the empty rows and columns "
                        "before it, and save again"
                    )
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, NotImplementedError):
        return


def _places(book: zipfile.ZipFile, sheet: str) -> Iterator[tuple[bytes, bytes]]:
    """Column letters and row digits of each cell that is written down."""
    with book.open(sheet) as part:
        text = b""
        while chunk := part.read(CHUNK_BYTES):
            text += chunk
            end = 0
            for found in _PLACE.finditer(text):
                end = found.end()
                yield found[1], found[2]
            text = text[max(end, len(text) - _LONGEST_TAG) :]


def _number(letters: bytes) -> int:
    """The number of a column from 1: A, B, … AA.

    >>> _number(b"A"), _number(b"AA"), _number(b"XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
