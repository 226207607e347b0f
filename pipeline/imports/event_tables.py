"""Tables of service events as imports, and the columns of call tables that name a complaint's
level."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.imports.call_tables import CALL_HEADINGS, COMPLAINT_HEADINGS
from pipeline.imports.event_days import EventDays, named_months, named_year
from pipeline.imports.event_headings import (
    EVENT_NAMES,
    FIRST_TIME,
    event_columns,
)
from pipeline.imports.event_lines import LineReader
from pipeline.imports.event_units import of_hundred
from pipeline.imports.event_values import MarkForms, are_of_ten, are_shares, is_repeat, read_level
from pipeline.imports.event_wide import kind_columns, with_kinds
from pipeline.imports.event_words import find_kind
from pipeline.imports.identities import names_several
from pipeline.imports.tables import read_rows, rename, rounded_cells
from pipeline.imports.vocabulary import spelling
from pipeline.types import OF_CALL, EventLine, ServiceEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pipeline.imports.tables import Table
    from pipeline.types import EventBook, EventKind

_OF_ALL_ROWS = ("agent_id", "person", "team", "day", "month", "year", "day_of_month", "key")
_SHARED = tuple(one for one in EVENT_NAMES if EVENT_NAMES[one] in _OF_ALL_ROWS)
"""Columns whose merged cells count for each of their rows. Two rows of one 编号 are one event, and are
refused."""

MOST_NAMED = 20
"""Bad lines that one message names (our choice): more fill the screen."""

COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class EventTable:
    """The events of a table, one for each time that a line counts. ``unread``: columns that nobody
    knows. ``notes``: in Chinese, what was understood otherwise than it is written, and what was left
    out."""

    path: Path
    lines: tuple[EventLine, ...]
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_events(path: Path, kinds: EventBook, *, today: date | None = None) -> list[EventLine]:
    """The events of a table, as :func:`read_event_table`."""
    return list(read_event_table(path, kinds, today=today).lines)


def read_event_table(
    path: Path, kinds: EventBook, *, today: date | None = None, kind: EventKind | None = None
) -> EventTable:
    """The events of a table. ``kind``: that of all lines, for a table without such a column; without
    it each column whose heading is a kind counts. Without a day a line takes that of its call, or
    the first of the month that the file's name and titles name.

    Raises ``SettingsError`` with file and line of each bad line, of the first ``MOST_NAMED`` at
    most: an unknown kind or level, a value that the kind has not, no agent, team or call, no day,
    a day after ``today``, the site's day, or a line that is equal to one above.
    """
    raw = read_rows(path, EVENT_NAMES, shared=_SHARED)
    columns = event_columns(raw.headings)
    wide = kind_columns(raw.headings, kinds, columns) if kind is None else {}
    columns = {one: field for one, field in columns.items() if one not in wide}
    table = rename(raw, columns, needed=())
    if wide:
        table = with_kinds(raw, table, wide)
    elif kind is None and "kind" not in columns.values():
        raise SettingsError(_no_kind(raw))
    for reason in rounded_cells(table, ("call", "agent_id", "key", "order")).values():
        raise SettingsError(reason)
    days = EventDays(
        named_months(path.stem, raw.titles),
        today or date.max,
        named_year(path.stem, raw.titles),
    )
    reader = LineReader(
        path,
        kinds,
        days,
        kind=kind,
        marks=_mark_forms(table, kinds, kind),
        asks_first=any(spelling(h) in FIRST_TIME for h in columns),
    )
    events: list[EventLine] = []
    refused: list[str] = []
    equal = _equal_rows(raw)
    several = _several_agents(raw, columns)
    for row in table.rows:
        try:
            if row.line in equal and not row.cells.get("key"):
                raise SettingsError(
                    f"{path}, line {row.line}: equal to line {equal[row.line]}; delete one of them, or where it "
                    "happened twice, tell them apart by 编号 or write 次数 2 in one line"
                )
            events += reader.read(row, several=several.get(row.line, ""))
        except SettingsError as error:
            refused.append(str(error))
    if refused:
        raise SettingsError(name_refused(refused))
    told = (table.sheets_note, *reader.notes())
    return EventTable(path, tuple(events), table.unknown, tuple(filter(None, told)))


def name_refused(refused: Sequence[str]) -> str:
    """The messages of bad lines as one, each on a line of its own.

    >>> name_refused(["line 2: no day", "line 9: no day"])
    'line 2: no day\\nline 9: no day'
    """
    named, more = refused[:MOST_NAMED], len(refused) - MOST_NAMED
    return "\n".join([*named, f"and {more} more lines"] if more > 0 else named)


def read_complaints(path: Path, kinds: EventBook) -> tuple[list[EventLine], list[str]]:
    """The complaints of a table of calls with a level, or with 是 as repeated, one a line, and the
    reasons for lines that cannot be read, with file and line. A table without such columns has
    none."""
    raw = read_rows(path, CALL_HEADINGS, tolerant=True)
    known = set(map(spelling, COMPLAINT_HEADINGS))
    kind = kinds.find(COMPLAINT)
    if kind is None or known.isdisjoint(map(spelling, raw.headings)):
        return [], []
    keys = {heading: "key" for heading, field in CALL_HEADINGS.items() if field == "key"}
    found: list[EventLine] = []
    faults: list[str] = []
    for row in rename(raw, {**keys, **COMPLAINT_HEADINGS}, needed=["key"]).rows:
        where, call = f"{path}, line {row.line}", row.cells["key"].strip()
        try:
            level = read_level(kind, row.cells.get("level", ""), where)
            repeat = is_repeat(kind, row.cells.get("repeat", ""), where)
        except SettingsError as error:
            faults.append(str(error))
            continue
        if level is not None or repeat:
            event = ServiceEvent(kind.id, date.min, level=level, repeat=repeat, key=OF_CALL)
            found.append(EventLine(event, call, False, where))
    return found, faults


def unread_columns(path: Path, headings: Iterable[str]) -> tuple[str, ...]:
    """The columns of a table that none of ``headings`` means. Raises ``SettingsError``."""
    names = tuple(headings)
    known = set(map(spelling, names))
    found = read_rows(path, names).headings
    return tuple(one for one in found if one and spelling(one) not in known)


def _no_kind(table: Table) -> str:
    found = "、".join(filter(None, table.headings))
    return (
        f"{table.path}: no column for 事项; found {found}; rename the column that has it, or if all lines are "
        "of one kind, name it, such as --kind 投诉"
    )


def _equal_rows(table: Table) -> dict[int, int]:
    """The lines that are equal in all their cells to one above, with the number of that line."""
    seen: dict[tuple[str, ...], int] = {}
    equal: dict[int, int] = {}
    for row in table.rows:
        first = seen.setdefault(tuple(row.cells.values()), row.line)
        if first != row.line:
            equal[row.line] = first
    return equal


def _several_agents(table: Table, columns: Mapping[str, str]) -> dict[int, str]:
    """Line → its cell of 工号, where that names several agents."""
    heading = next((one for one, field in columns.items() if field == "agent_id"), "")
    cells = {row.line: row.cells.get(heading, "") for row in table.rows}
    return {line: " ".join(cell.split()) for line, cell in cells.items() if names_several(cell)}


def _mark_forms(table: Table, kinds: EventBook, only: EventKind | None) -> MarkForms:
    values: dict[str, list[str]] = defaultdict(list)
    for row in table.rows:
        kind = only or find_kind(kinds, row.cells.get("kind", ""))
        if kind is not None and kind.is_of_hundred:
            cells = row.cells
            values[kind.id].append(cells.get("value", "") or cells.get("value_with_unit", ""))
    return MarkForms(
        frozenset(kind for kind, own in values.items() if are_shares(own)),
        frozenset(kind for kind, own in values.items() if are_of_ten(own)),
        next((one for one in table.unknown if not of_hundred(spelling(one))), ""),
    )
