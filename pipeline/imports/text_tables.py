"""Cells of a text table: its delimiter and its quotes."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_DELIMITERS = ",;\t|"
_SEP = re.compile(r'\ufeff?"?sep=(.)"?[,;\t|]*\r?\n', re.IGNORECASE)
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
HEAD_LINES = 20
"""So many lines are searched for the headings (our choice)."""


def text_cells(
    text: str, path: Path, known: Collection[str] = ()
) -> Iterator[tuple[int, list[str]]]:
    """Cells of each row with the row's first line. ``known``: headings in lower case, by which the
    delimiter is chosen. ``="00812"`` is 00812. Raises ``SettingsError`` with the line."""
    declared = _SEP.match(text)
    delimiter = declared.group(1) if declared else _delimiter(text, known)
    text = text[declared.end() :] if declared else text
    offset = 1 if declared else 0
    # strict: without it an unclosed quote silently swallows the rest of the file.
    quoted = re.sub(r'(^|(?<=[,;\t|\n]))="([^"\n]*)"(?=[,;\t|\r\n]|$)', r'\1"\2"', text)
    reader = csv.reader(io.StringIO(quoted, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1 + offset
        try:
            yield line, [_plain(cell) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise SettingsError(
                f"{path}, line {line}: {error}; expected quotes only around a whole cell, doubled inside it; "
                "save the table again from Excel"
            ) from error


def _plain(cell: str) -> str:
    """A cell without the form by which exports keep leading zeros, and without the tab or the
    apostrophe before a number.

    >>> _plain('="00812"'), _plain("'00812"), _plain("=1+1")
    ('00812', '00812', '=1+1')
    """
    match = _AS_TEXT.fullmatch(cell.strip())
    if match:
        return match.group(1)
    stripped = cell.strip()
    return stripped[1:] if stripped[:1] in "'`" and stripped[1:].isdigit() else cell


def _delimiter(text: str, known: Collection[str]) -> str:
    """The delimiter that gives most known headings in one of the first lines; else that of the
    first line. Texts below the headings contain all of them."""
    lines = [line for line in text.splitlines()[: HEAD_LINES * 2] if line.strip()][:HEAD_LINES]
    counts = {
        mark: max((_known_in(line.split(mark), known) for line in lines), default=0)
        for mark in _DELIMITERS
    }
    best = max(counts, key=lambda mark: counts[mark])
    if counts[best] > 1:
        return best
    headings = lines[0] if lines else ""
    try:
        found = csv.Sniffer().sniff(headings, delimiters=",;\t").delimiter
    except csv.Error:
        return ","
    return found if found and found in ",;\t" else ","


def _known_in(cells: Collection[str], known: Collection[str]) -> int:
    return sum(cell.strip().strip('"').strip().casefold() in known for cell in cells)
