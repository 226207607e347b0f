"""Lists as tables for other programs: masked, and each in the ledger."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

from pipeline.privacy import mask_text
from pipeline.report import Grid, write_grids
from pipeline.review.context import site_of, visitor_of

TableForm: TypeAlias = Literal["xlsx", "csv"]
TYPES: Mapping[TableForm, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
MOST_ROWS = 20_000
"""Rows of an exported list: more take a minute of one processor (our choice). The table says where
it was cut."""

CUT = f"只列出前 {MOST_ROWS} 行，更多请缩小条件分次导出。"


def send_table(
    request: Request, grid: Grid, *, form: TableForm, asked: Mapping[str, str]
) -> Response:
    """A list as a file. Personal data in its texts is masked. ``asked``: the filter, for the
    ledger. Raises ``ReportError``, ``StoreError``."""
    site, visitor = site_of(request), visitor_of(request)
    grid = replace(grid, note=CUT) if len(grid.rows) >= MOST_ROWS else grid
    masked = replace(grid, rows=[{key: _plain(row[key]) for key in row} for row in grid.rows])
    filters = {
        name: mask_text(value, said=False)
        for name, value in asked.items()
        if value and name != "format"
    }
    with tempfile.TemporaryDirectory() as folder:
        data = write_grids(Path(folder) / f"list.{form}", [masked]).read_bytes()
    site.store.ledger.record(
        "exported", f"list {grid.name}", {"format": form, "rows": len(masked.rows), "filter": filters},
        actor=visitor.user.name, at=site.now,
    )  # fmt: skip
    name = quote(f"{grid.name}_{site.now[:10]}.{form}")
    disposition = f"attachment; filename*=UTF-8''{name}"
    return Response(data, media_type=TYPES[form], headers={"Content-Disposition": disposition})


def _plain(value: object) -> object:
    return _masked(value) if isinstance(value, str) else value


@lru_cache(maxsize=8192)
def _masked(text: str) -> str:
    """A text without personal data. Most cells of a column are the same."""
    return mask_text(text, said=False)
