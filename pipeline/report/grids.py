"""Tables as XLSX, CSV, JSON lines and Parquet: typed columns, and no cell that could be taken for a formula."""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pipeline.errors import ReportError

CellKind: TypeAlias = Literal["text", "number", "integer", "flag"]

SUFFIXES = (".xlsx", ".csv", ".jsonl", ".parquet")
LONGEST_CELL = 32_767
"""Characters that a cell of Excel holds."""

_FORMULA = re.compile(r"^\s*[=+\-@\t\r＝＋－＠]")
"""What Excel takes for a formula when it opens a CSV."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML cannot hold."""


@dataclass(frozen=True, slots=True)
class Column:
    """``key``: the name in JSON and Parquet; ``heading``: what people read; ``width`` in characters."""

    key: str
    heading: str
    kind: CellKind = "text"
    width: int = 12
    digits: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows by the columns' keys; ``None`` or left out is unknown and gives an empty cell."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    title: str = ""


def write_grids(path: Path, grids: Sequence[Grid]) -> Path:
    """Write tables by the suffix of ``path``, whole or not at all; only a workbook holds several, of others the first
    counts. Raises ``ReportError``: another suffix, not writable."""
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ReportError(f"{path}: {path.suffix or 'no suffix'} is no table; expected {', '.join(SUFFIXES)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        os.close(handle)
        try:
            write(Path(temporary), grids)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ReportError(
            f"{path}: cannot be written ({error.strerror}); free space or choose another folder"
        ) from error
    return path


def _write_xlsx(path: Path, grids: Sequence[Grid]) -> None:
    import xlsxwriter  # noqa: PLC0415 - only where a workbook is wanted

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#eef2f7"})
    big = book.add_format({"bold": True, "font_size": 14})
    formats = {digits: book.add_format({"num_format": "0." + "0" * digits if digits else "0"}) for digits in range(4)}
    names: set[str] = set()
    for grid in grids:
        sheet = book.add_worksheet(_sheet_name(grid.name, names))
        first = 2 if grid.title else 0
        if grid.title:
            sheet.write_string(0, 0, _clean(grid.title), big)
        for at, column in enumerate(grid.columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(first, at, column.heading, head)
        for number, row in enumerate(grid.rows, first + 1):
            for at, column in enumerate(grid.columns):
                _write_cell(sheet, number, at, column, row.get(column.key), formats)
        sheet.freeze_panes(first + 1, 0)
        sheet.autofilter(first, 0, first + max(1, len(grid.rows)), max(0, len(grid.columns) - 1))
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(first)
    book.close()


def _write_cell(sheet: Any, row: int, at: int, column: Column, value: Any, formats: Mapping[int, Any]) -> None:
    if value is None:
        return
    if column.kind == "flag":
        sheet.write_string(row, at, "是" if value else "否")
    elif column.kind in ("number", "integer"):
        sheet.write_number(row, at, value, formats[column.digits if column.kind == "number" else 0])
    else:
        sheet.write_string(row, at, _clean(str(value)))


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel takes, and no other sheet of the book has."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", _clean(name)).strip()[:31] or "表"
    chosen, number = plain, 2
    while chosen.lower() in taken:
        chosen, number = f"{plain[:27]} {number}", number + 1
    taken.add(chosen.lower())
    return chosen


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)[:LONGEST_CELL]


def _write_csv(path: Path, grids: Sequence[Grid]) -> None:
    grid = grids[0]
    with path.open("w", encoding="utf-8-sig", newline="", errors="backslashreplace") as file:
        writer = csv.writer(file)
        writer.writerow(column.heading for column in grid.columns)
        for row in grid.rows:
            writer.writerow(_csv_cell(row.get(column.key), column) for column in grid.columns)


def _csv_cell(value: Any, column: Column) -> str:
    """A cell of a CSV; text that Excel would take for a formula gets an apostrophe before it.

    >>> _csv_cell("=1+1", Column("a", "a")), _csv_cell(-1.25, Column("a", "a", "number", digits=2))
    ("'=1+1", '-1.25')
    """
    if value is None:
        return ""
    if column.kind == "flag":
        return "是" if value else "否"
    if column.kind == "number":
        return f"{value:.{column.digits}f}"
    text = str(value)
    return f"'{text}" if column.kind == "text" and _FORMULA.match(text) else text


def _write_jsonl(path: Path, grids: Sequence[Grid]) -> None:
    grid = grids[0]
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        for row in grid.rows:
            file.write(json.dumps({c.key: row.get(c.key) for c in grid.columns}, ensure_ascii=False) + "\n")


def _write_parquet(path: Path, grids: Sequence[Grid]) -> None:
    import pyarrow  # noqa: PLC0415 - takes half a second
    import pyarrow.parquet  # noqa: PLC0415

    grid = grids[0]
    types = {
        "text": pyarrow.string(),
        "number": pyarrow.float64(),
        "integer": pyarrow.int64(),
        "flag": pyarrow.bool_(),
    }
    schema = pyarrow.schema([(column.key, types[column.kind]) for column in grid.columns])
    columns = [
        [None if row.get(c.key) is None else _parquet_value(row[c.key], c.kind) for row in grid.rows]
        for c in grid.columns
    ]
    pyarrow.parquet.write_table(pyarrow.table(columns, schema=schema), path, compression="zstd")


def _parquet_value(value: Any, kind: CellKind) -> Any:
    casts: Mapping[CellKind, Callable[[Any], Any]] = {
        "text": _clean_text,
        "number": float,
        "integer": int,
        "flag": bool,
    }
    return casts[kind](value)


def _clean_text(value: Any) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


_WRITERS: Mapping[str, Callable[[Path, Sequence[Grid]], None]] = {
    ".xlsx": _write_xlsx,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}
