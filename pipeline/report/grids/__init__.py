"""Typed tables as XLSX, CSV, JSON lines and Parquet. No cell can become a formula. A file is
written whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import ReportError
from pipeline.report.grids.grid import Column, ColumnKind, Grid
from pipeline.report.grids.plain import escape_formula, write_csv, write_jsonl, write_parquet
from pipeline.report.grids.workbook import sheet_names, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "Column",
    "ColumnKind",
    "Grid",
    "escape_formula",
    "sheet_names",
    "write_csv",
    "write_grid",
    "write_grids",
    "write_jsonl",
    "write_parquet",
    "write_xlsx",
]


def write_grid(path: Path, grid: Grid) -> Path:
    """Write a table in the form that the suffix names. Raises ``ReportError``: unknown suffix, not
    writable, too large."""
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ReportError(
            f"{path}: {path.suffix or 'no suffix'} is no table; expected {', '.join(_WRITERS)}"
        )
    return write(path, grid)


def write_grids(path: Path, grids: Sequence[Grid]) -> Path:
    """Write tables in the form that the suffix names. Only a workbook holds several; other files
    hold the first one. Raises ``ReportError``."""
    return write_xlsx(path, grids) if path.suffix.lower() == ".xlsx" else write_grid(path, grids[0])


def _write_book(path: Path, grid: Grid) -> Path:
    return write_xlsx(path, [grid])


_WRITERS: Mapping[str, Callable[[Path, Grid], Path]] = {
    ".xlsx": _write_book,
    ".csv": write_csv,
    ".jsonl": write_jsonl,
    ".parquet": write_parquet,
}
