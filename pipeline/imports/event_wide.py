"""Tables with a column for each kind of event, such as 工号, 满意度调查, 第三方暗访."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.imports.tables import TableRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.imports.tables import Table
    from pipeline.types import EventBook

_NOTHING = ("", "-", "—", "/", "无", "0")
"""Cells that say that there was no such event. A mark may be 0."""


def kind_columns(table: Table, kinds: EventBook, columns: Mapping[str, str]) -> tuple[str, ...]:
    """The headings that are kinds of events, of a table without a column of kinds; none of another
    table. ``columns``: heading → field of the others."""
    if "kind" in columns.values():
        return ()
    return tuple(h for h in table.headings if h not in columns and kinds.find(h) is not None)


def with_kinds(raw: Table, named: Table, kinds: EventBook, columns: tuple[str, ...]) -> Table:
    """``named`` with a row for each filled cell of ``columns``: marks have the cell as their value,
    other events as their number. ``raw``: the same rows by heading."""
    rows: list[TableRow] = []
    for row, own in zip(raw.rows, named.rows, strict=True):
        for heading in columns:
            kind, text = kinds.find(heading), row.cells[heading].strip()
            if kind is None or (text in _NOTHING and not (kind.sort == "mark" and text == "0")):
                continue
            field = "value" if kind.value else "level" if kind.sort == "mark" else "count"
            rows.append(TableRow(row.line, {**own.cells, "kind": heading, field: text}))
    return replace(
        named,
        headings=("kind", *named.headings),
        rows=tuple(rows),
        unknown=tuple(h for h in named.unknown if h not in columns),
    )
