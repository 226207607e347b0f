"""Tables with a column for each kind of event, such as 工号, 满意度调查, 第三方暗访."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.imports.event_units import (
    has_unit,
    of_hundred,
    without_count,
    without_mark,
    without_unit,
)
from pipeline.imports.event_words import find_kind
from pipeline.imports.tables import TableRow
from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.imports.tables import Table
    from pipeline.types import EventBook, EventKind

_NOTHING = ("", "-", "—", "/", "无", "無", "0")
"""Cells that say that there was no such event. A mark may be 0."""


def kind_columns(
    headings: Sequence[str], kinds: EventBook, columns: Mapping[str, str]
) -> dict[str, EventKind]:
    """The headings that are kinds of events, of a table without a column of kinds; none of another
    table. ``columns``: heading → field of the others. A heading with a unit or a word for a number
    beside the kind (满意度(%), 投诉次数) counts where no other column is the kind.

    >>> from pipeline.types import EventBook, EventKind
    >>> book = EventBook((EventKind("complaint", "投诉", "penalty"), EventKind("exam", "考试", "mark", value=(0, 100))))
    >>> [*kind_columns(["投诉次数", "考试（满分100）", "考试（满分10）"], book, {"投诉次数": "count"})]
    ['投诉次数', '考试（满分100）']
    """
    if "kind" in columns.values():
        return {}
    exact = {
        one: kind for one in headings if one not in columns and (kind := find_kind(kinds, one))
    }
    found: dict[str, EventKind] = dict(exact)
    for heading in headings:
        if heading in exact or columns.get(heading) not in (None, "count", "value"):
            continue
        kind = _with_unit(kinds, heading)
        if kind is not None and kind not in found.values():
            found[heading] = kind
    return {one: found[one] for one in headings if one in found}


def _with_unit(kinds: EventBook, heading: str) -> EventKind | None:
    """The kind beside which a heading has the unit of its values, or a word for a number."""
    name = spelling(heading)
    for plain in (without_unit(name, of_marks=True), without_mark(name)):
        mark = find_kind(kinds, plain)
        if mark is not None and mark.value is not None:
            return mark if of_hundred(name) or not mark.is_of_hundred else None
    for plain in (without_unit(name, of_marks=False), without_count(name)):
        number = find_kind(kinds, plain)
        if number is not None and (number.sort != "mark" or number.value):
            return number
    return None


def with_kinds(raw: Table, named: Table, columns: Mapping[str, EventKind]) -> Table:
    """``named`` with a row for each filled cell of ``columns``: marks have the cell as their value,
    other events as their number. ``raw``: the same rows by heading."""
    rows: list[TableRow] = []
    for row, own in zip(raw.rows, named.rows, strict=True):
        for heading, kind in columns.items():
            text = row.cells[heading].strip()
            if text in _NOTHING and not (kind.sort == "mark" and text == "0"):
                continue
            unit = "value_with_unit" if has_unit(spelling(heading)) else "value"
            field = unit if kind.value else "level" if kind.sort == "mark" else "count"
            others = {**own.cells, "value": ""} if kind.value else own.cells
            rows.append(TableRow(row.line, {**others, "kind": kind.name, field: text}))
    return replace(
        named,
        headings=("kind", *named.headings),
        rows=tuple(rows),
        unknown=tuple(h for h in named.unknown if h not in columns),
    )
