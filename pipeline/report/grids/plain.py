"""Tables as CSV, JSON lines and Parquet."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.report.grids.grid import Grid, encodable, readable, time_text, whole_file, yes_no
from pipeline.types import load_extra

if TYPE_CHECKING:
    from pathlib import Path

_FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@\t\r\n＝＋－＠]")
"""Text that Excel takes for a formula in a CSV: OWASP, CSV Injection; and its full-width forms."""

_Cell: TypeAlias = Callable[[Any], Any]


def write_csv(path: Path, grid: Grid) -> Path:
    """Write RFC 4180 with the mark of UTF-8, so that Excel reads it as UTF-8.

    Numbers are written in full. Text that Excel would take for a formula gets an apostrophe before
    it. Raises ``ReportError``.
    """
    with whole_file(path) as part, part.open("w", 1 << 20, encoding="utf-8", newline="") as file:
        file.write("\ufeff")  # the codec utf-8-sig does the same at half the speed
        writer = csv.writer(file)
        writer.writerow([escape_formula(column.heading) for column in grid.columns])
        writer.writerows(
            _rows(grid, {"text": escape_formula, "flag": yes_no, "time": _guarded_time})
        )
    return path


def write_jsonl(path: Path, grid: Grid) -> Path:
    """Write one object for each row, by the columns' keys; unknown is ``null``. Raises
    ``ReportError``."""
    keys = [column.key for column in grid.columns]
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    with whole_file(path) as part, part.open("w", encoding="utf-8") as file:
        rows = _rows(grid, {"text": encodable, "flag": bool, "time": time_text})
        file.writelines(encode(dict(zip(keys, row, strict=True))) + "\n" for row in rows)
    return path


def write_parquet(path: Path, grid: Grid) -> Path:
    """Write columns by their keys, with the title, the note and the headings as metadata. Raises
    ``ReportError``."""
    pyarrow = load_extra("pyarrow", extra="tables", use=str(path))
    parquet = load_extra("pyarrow.parquet", extra="tables", use=str(path))

    kinds = {
        "text": "string",
        "time": "string",
        "number": "float64",
        "integer": "int64",
        "flag": "bool",
    }
    fields = [
        pyarrow.field(
            column.key, kinds[column.kind], metadata={"heading": encodable(column.heading)}
        )
        for column in grid.columns
    ]
    about = {"title": encodable(grid.title), "note": encodable(grid.note)}
    cells = _cells({"text": encodable, "flag": bool, "time": time_text})
    columns = [
        _array([row.get(c.key) for row in grid.rows], kinds[c.kind], cells[c.kind])
        for c in grid.columns
    ]
    with whole_file(path) as part:
        table = pyarrow.table(columns, schema=pyarrow.schema(fields, metadata=about))
        parquet.write_table(table, part, compression="zstd")
    return path


def escape_formula(value: object) -> str:
    """The text of a cell in a CSV, with an apostrophe before it if Excel would take it for a
    formula.

    >>> escape_formula("=1+1"), escape_formula(" ＠SUM(A1)"), escape_formula("您好")
    ("'=1+1", "' ＠SUM(A1)", '您好')
    """
    text = readable(value if isinstance(value, str) else str(value))
    return f"'{text}" if not text[:1].isalnum() and _FORMULA.match(text) else text


def _rows(grid: Grid, own: Mapping[str, _Cell]) -> Iterator[list[Any]]:
    """The rows' cells in the columns' order; unknown is ``None``. ``own`` converts the kinds that
    it names."""
    cells = _cells(own)
    places = [(column.key, cells[column.kind]) for column in grid.columns]
    for row in grid.rows:
        yield [None if (value := row.get(key)) is None else cell(value) for key, cell in places]


def _array(values: list[object], kind: str, cell: _Cell) -> Any:
    pyarrow = load_extra("pyarrow", extra="tables", use="a Parquet file")
    if cell is not _finite:
        try:
            return pyarrow.array(values, kind)  # valid values need no conversion
        except (pyarrow.ArrowException, TypeError, UnicodeError):
            pass
    return pyarrow.array([None if value is None else cell(value) for value in values], kind)


def _cells(own: Mapping[str, _Cell]) -> dict[str, _Cell]:
    return {"number": _finite, "integer": int, **own}


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def _guarded_time(value: object) -> str:
    return escape_formula(time_text(value))
