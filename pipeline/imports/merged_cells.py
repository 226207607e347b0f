"""Merged cells of a sheet: only the first of them has the text, and it counts for all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pipeline.imports.text_tables import HEAD_LINES
from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Corner: TypeAlias = tuple[int, int]
"""Row and column of a cell, from 0."""


def fill_down(
    rows: Sequence[list[str]],
    merged: Sequence[tuple[Corner, Corner]],
    *,
    known: Collection[str],
    shared: Collection[str],
) -> None:
    """Write the text of merged cells into the rows below, in their first column. Of headings
    (``known``) all, so that a head of two lines is whole in its second; of other cells those under a
    heading of ``shared``: what names somebody. A complaint or a sentence that spans two rows is
    one. All in lower case.

    >>> rows = [["工号", "投诉"], ["8012", "1"], ["", ""]]
    >>> fill_down(rows, [((1, 0), (2, 0)), ((1, 1), (2, 1))], known={"工号", "投诉"}, shared={"工号"})
    >>> rows
    [['工号', '投诉'], ['8012', '1'], ['8012', '']]
    """
    for (top, column), (bottom, _) in merged:
        if bottom == top or column >= len(rows[top]):
            continue
        text = rows[top][column]
        heading = _heading(rows, top, column, known)
        if not text or not (_known(text, known) or _known(heading, shared)):
            continue
        for row in rows[top + 1 : bottom + 1]:
            if column < len(row) and not row[column].strip():
                row[column] = text


def _heading(rows: Sequence[Sequence[str]], above: int, column: int, known: Collection[str]) -> str:
    """The last heading of a column above a row."""
    head = rows[: min(above, HEAD_LINES)]
    found = [row[column] for row in head if column < len(row) and _known(row[column], known)]
    return found[-1] if found else ""


def _known(text: str, names: Collection[str]) -> bool:
    return text.strip().casefold() in names or spelling(text) in names
