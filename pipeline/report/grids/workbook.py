"""Tables as an Excel workbook."""

from __future__ import annotations

import math
import re
import tempfile
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.errors import ReportError
from pipeline.report.grids.grid import (
    FORBIDDEN,
    Column,
    Grid,
    readable,
    time_text,
    whole_file,
    yes_no,
)
from pipeline.types import load_extra

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LONGEST_CELL = 32_767
"""Limits of Excel: rows and columns of a sheet, characters of its name, and UTF-16 units of a
cell."""
MOST_ROWS, MOST_COLUMNS, LONGEST_NAME = 1_048_576, 16_384, 31

STREAMED_ROWS = 20_000
"""With more rows a workbook is written row by row and not held in memory. Our choice: below it the
whole needs under 200 MB."""

WRAP_WIDTH = 24
"""Text in columns of this width is broken into lines. Our choice: narrower ones hold names and
numbers."""

DAY_ZERO = datetime(1899, 12, 30)
"""Excel counts days from here. It takes 1900 for a leap year, so dates are right from 1901 on."""


def write_xlsx(path: Path, grids: Sequence[Grid]) -> Path:
    """Write a workbook with one sheet for each table. Raises ``ReportError``: not writable, or more
    rows than a sheet holds."""
    xlsxwriter = load_extra("xlsxwriter", extra="tables", use=str(path))
    for grid in grids:
        _refuse_oversize(path, grid)
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": any(len(grid.rows) > STREAMED_ROWS for grid in grids),
    }
    # If XlsxWriter fails, it leaves its pieces, which hold personal data, in /tmp. A folder of our
    # own is always removed.
    with (
        whole_file(path) as part,
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".part-") as pieces,
    ):
        try:
            with xlsxwriter.Workbook(str(part), options | {"tmpdir": pieces}) as book:
                book.use_zip64()
                for grid, name in zip(
                    grids, sheet_names([grid.name for grid in grids]), strict=True
                ):
                    _fill_sheet(book, book.add_worksheet(name), grid)
        except (
            xlsxwriter.exceptions.FileCreateError
        ) as error:  # the system's error, such as a full disk
            raise error.args[0] from None
    return path


def sheet_names(names: Iterable[str]) -> list[str]:
    """Names that Excel accepts, in the same order, all different.

    >>> sheet_names(["3/5 通话", "3:5 通话", "", "History"])
    ['3 5 通话', '3 5 通话 (2)', '表', 'History_']
    """
    chosen: list[str] = []
    taken = {"history"}  # Excel reserves this name
    for name in names:
        plain = (
            _cut_utf16(re.sub(r"[\[\]:*?/\\\s]+", " ", readable(name)), LONGEST_NAME).strip(" '")
            or "表"
        )
        plain = f"{plain}_" if plain.lower() == "history" else plain
        unique, number = plain, 1
        while unique.lower() in taken:
            number += 1
            ending = f" ({number})"
            unique = _cut_utf16(plain, LONGEST_NAME - len(ending)) + ending
        taken.add(unique.lower())
        chosen.append(unique)
    return chosen


def _refuse_oversize(path: Path, grid: Grid) -> None:
    rows = len(grid.rows) + bool(grid.title) + 1 + 2 * bool(grid.note)
    if rows > MOST_ROWS or len(grid.columns) > MOST_COLUMNS:
        raise ReportError(
            f"{path}: sheet {grid.name}: {rows} rows by {len(grid.columns)} columns; Excel holds "
            f"{MOST_ROWS} by {MOST_COLUMNS}; write .csv or .parquet, or choose a shorter period"
        )


def _fill_sheet(book: Any, sheet: Any, grid: Grid) -> None:
    """Write from the top down: a streamed sheet accepts each row once."""
    first = 1 if grid.title else 0
    last = first + max(1, len(grid.rows))
    if grid.title:
        _put_text(sheet, 0, 0, grid.title, book.add_format({"bold": True, "font_size": 14}))
    head = book.add_format(
        {"bold": True, "bottom": 1, "bg_color": "#eef2f7", "text_wrap": True, "valign": "top"}
    )
    wrapped = any(column.kind == "text" and column.width >= WRAP_WIDTH for column in grid.columns)
    for at, column in enumerate(grid.columns):
        style = _style(column, beside_wrapped=wrapped)
        sheet.set_column(at, at, column.width, book.add_format(style) if style else None)
        _put_text(sheet, first, at, column.heading, head)
    day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"})
    put = {"text": _put_text, "number": _put_number, "integer": _put_number, "flag": _put_flag}
    places = [
        (at, column.key, put.get(column.kind) or (lambda *cell: _put_time(*cell, day=day)))
        for at, column in enumerate(grid.columns)
    ]
    for number, row in enumerate(grid.rows, first + 1):
        for at, key, put_cell in places:
            value = row.get(key)
            if value is not None:
                put_cell(sheet, number, at, value)
    if grid.note:
        _put_text(
            sheet,
            last + 2,
            0,
            grid.note,
            book.add_format({"italic": True, "font_color": "#66727f"}),
        )
    if grid.columns:
        sheet.autofilter(first, 0, last, len(grid.columns) - 1)
    _set_print(sheet, first)


def _set_print(sheet: Any, head: int) -> None:
    sheet.freeze_panes(head + 1, 0)
    sheet.repeat_rows(head)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _style(column: Column, *, beside_wrapped: bool) -> dict[str, Any]:
    """A format costs a tenth of the time to write a cell, so a cell has one only if it needs it."""
    forms = {
        "number": "0." + "0" * column.digits if column.digits else "0",
        "integer": "0",
        "time": "yyyy-mm-dd hh:mm:ss",
    }
    style: dict[str, Any] = {"valign": "top"} if beside_wrapped else {}
    if column.kind in forms:
        style["num_format"] = forms[column.kind]
    if column.kind == "text" and column.width >= WRAP_WIDTH:
        style["text_wrap"] = True
    if column.kind in ("flag", "time"):
        style["align"] = "center" if column.kind == "flag" else "left"
    return style


def _put_text(sheet: Any, row: int, at: int, value: object, style: Any = None) -> None:
    text = _sheet_text(value)
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter would write this into the file as unescaped markup. In pieces (it needs three)
        # it stays text.
        sheet.write_rich_string(row, at, "<", "r", text[2:], *([style] if style else []))
    elif text:
        sheet.write_string(row, at, text, style)


def _put_number(sheet: Any, row: int, at: int, value: Any) -> None:
    if math.isfinite(value):
        sheet.write_number(row, at, value)


def _put_flag(sheet: Any, row: int, at: int, value: object) -> None:
    sheet.write_string(row, at, yes_no(value))


def _put_time(sheet: Any, row: int, at: int, value: object, *, day: Any) -> None:
    """Write a time that Excel can sort and filter. Other text, and times before Excel's first
    years, stay text."""
    moment = value
    if isinstance(value, str):
        try:
            moment = (
                datetime.fromisoformat(value)
                if len(value) > len("2026-01-01")
                else date.fromisoformat(value)
            )
        except ValueError:
            return _put_text(sheet, row, at, value)
    if not isinstance(moment, date) or moment.year <= DAY_ZERO.year + 1:
        return _put_text(sheet, row, at, time_text(value))
    if isinstance(moment, datetime):
        passed = (
            moment.replace(tzinfo=None) - DAY_ZERO
        )  # Excel knows no zones: the local time is written
        sheet.write_number(row, at, passed / timedelta(days=1))
    else:
        sheet.write_number(row, at, (moment - DAY_ZERO.date()).days, day)
    return None


def _sheet_text(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    if text.isprintable() and len(text) * 2 <= LONGEST_CELL:
        return text
    text = FORBIDDEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    cut = _cut_utf16(text, LONGEST_CELL)
    return text if cut == text else _cut_utf16(text, LONGEST_CELL - 1) + "…"


def _cut_utf16(text: str, most: int) -> str:
    """Excel counts as UTF-16 does: a character outside the first plane counts as two."""
    return (
        text
        if len(text) * 2 <= most
        else text.encode("utf-16-le")[: most * 2].decode("utf-16-le", "ignore")
    )
