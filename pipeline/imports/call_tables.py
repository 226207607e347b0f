"""Tables of metadata, satisfaction and agents as imports: the meaning of their columns, and the
allowed values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.imports.call_headings import OTHER_CALL_HEADINGS, other_headings, unit_headings
from pipeline.imports.call_sides import SIDE_HEADINGS, UNCLEAR, customer_of, direction_heading
from pipeline.imports.call_values import read_number, read_start, read_yes
from pipeline.imports.conversation_headings import (
    CONVERSATION_HEADINGS,
    conversation_column,
    conversation_value,
)
from pipeline.imports.lines import LINE_HEADINGS, OF_LINE, line_values
from pipeline.imports.pbx import PBX_HEADINGS, call_rows
from pipeline.imports.ratings import NO_RATING, Scale, read_rating, unclear_scale
from pipeline.imports.scripts import simplified
from pipeline.imports.tables import Table, TableRow, read_rows, rename, rounded_cells
from pipeline.types import Imported

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COMPLAINT_HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("level", "投诉级别", "投诉等级"), "level"),
    **dict.fromkeys(("repeat", "重复投诉", "二次投诉", "是否重复投诉", "是否二次投诉"), "repeat"),
}
"""Columns that make a complaint of the month: ``pipeline.imports.event_tables`` reads them."""

CALL_HEADINGS: Mapping[str, str] = {
    **COMPLAINT_HEADINGS,
    **dict.fromkeys(
        (
            "call_id",
            "file",
            "filename",
            "通话编号",
            "流水号",
            "录音编号",
            "文件",
            "文件名",
            "录音文件",
        ),
        "key",
    ),
    **dict.fromkeys(("agent_id", "工号", "坐席", "坐席工号", "客服工号"), "agent_id"),
    **dict.fromkeys(("customer_id", "客户", "客户编号", "客户号码"), "customer_id"),
    **dict.fromkeys(("started_at", "开始时间", "通话时间"), "started_at"),
    **dict.fromkeys(("queue", "队列", "技能组", "业务"), "queue"),
    **dict.fromkeys(("rating", "满意度", "满意度评分", "客户评价", "评价"), "rating"),
    **dict.fromkeys(("resolved", "是否解决", "问题是否解决", "解决"), "resolved"),
    **dict.fromkeys(("praises", "表扬", "表扬次数"), "praises"),
    **dict.fromkeys(("complaints", "投诉", "投诉次数"), "complaints"),
    **LINE_HEADINGS,
    **SIDE_HEADINGS,
}
AGENT_HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("agent_id", "工号", "坐席", "坐席工号", "客服工号"), "agent_id"),
    **dict.fromkeys(("name", "姓名", "客服姓名"), "name"),
    **dict.fromkeys(("team", "班组", "团队", "小组", "部门"), "team"),
}

_FILES = frozenset(("file", "filename", "文件", "文件名", "录音文件"))
_OF_PBX = ("agent_id", "customer_id", "started_at", "queue", "conversation", *OF_LINE)
_NAMES = ("key", "agent_id", "customer_id", "caller", "called")
"""Fields whose numbers are names: a rounded one may be somebody else's."""


@dataclass(frozen=True, slots=True)
class CallTable:
    """``lines``: one a call. ``faults``: cells and lines that were left out, with place and reason;
    the rest of the line is taken. ``notes``: what a person should know of the whole table."""

    lines: tuple[Imported, ...]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    contradicted: frozenset[str] = frozenset()
    """Calls that have two lines with different values. Neither is taken."""


def read_call_table(
    path: Path,
    scale: Scale = Scale(),  # noqa: B008 - frozen
    *,
    today: date | None = None,
) -> CallTable:
    """Read the lines of a table of metadata or satisfaction, or of a telephone system's call
    records, each with the name of its call. An empty cell has no effect. A start after ``today``,
    the site's day, is a fault. Of two lines of one call that differ neither is taken.

    Raises ``SettingsError`` with the file if no column names the call, or no other column is known.
    """
    table = _named_columns(path)
    if len(table.headings) < 2:
        raise SettingsError(
            f"{path}: only the calls are named; expected a column such as 工号, 满意度 or 是否解决"
        )
    faults = list(table.faults)
    rounded = rounded_cells(table, _NAMES)
    unsure = rounded_cells(table, ("conversation",))
    doubtful = unclear_scale([row.cells.get("rating", "") for row in table.rows], scale)
    seen: dict[str, TableRow] = {}
    twice: set[str] = set()
    unclear = 0
    lines: list[Imported] = []
    for row in table.rows:
        where, key = f"{path}, line {row.line}", row.cells["key"].strip()
        first = seen.get(key)
        fault = rounded.get(row.line) or _name_fault(where, key, row, first)
        if fault:
            faults.append(fault)
            twice |= {key} if first and first.cells != row.cells else set()
            continue
        seen[key] = row
        skip = (
            *(("rating",) if doubtful else ()),
            *(("conversation",) if row.line in unsure else ()),
        )
        values, wrong = _values(row, where, scale, today=today or date.max, skip=skip)
        unclear += _with_customer(row, values)
        faults += (*wrong, *([unsure[row.line]] if row.line in unsure else []))
        if values:
            lines.append(Imported(key, values, where, row.cells.get("other", "").strip()))
    notes = [f"{path}: {doubtful}"] if doubtful else []
    notes += filter(None, (table.several, table.sheets_note))
    if unclear:
        notes.append(f"{path}: 有 {unclear} 行{UNCLEAR}")
    if table.unknown:
        notes.append(f"{path}：没有读取这些列：{'、'.join(table.unknown)}")
    taken = tuple(line for line in lines if line.key not in twice)
    return CallTable(taken, tuple(faults), tuple(notes), frozenset(twice))


def _named_columns(path: Path) -> Table:
    known = {*CALL_HEADINGS, *PBX_HEADINGS, *CONVERSATION_HEADINGS, *OTHER_CALL_HEADINGS}
    who = ("agent_id", "customer_id", "queue")
    shared = {*CONVERSATION_HEADINGS, *(name for name, own in CALL_HEADINGS.items() if own in who)}
    table = read_rows(path, known, tolerant=True, shared=shared)
    records = call_rows(table)
    if records is None:
        way = direction_heading(table.headings, [row.cells for row in table.rows])
        usual = {**CALL_HEADINGS, **conversation_column(table.headings), **way}
        names = {h: "file" if h in _FILES else "call_id" for h, f in usual.items() if f == "key"}
        headings = {**usual, **names}
        named = {**headings, **other_headings(table.headings, headings)}
        named |= unit_headings(table.headings, named)
        if not {"file", "call_id"} & set(rename(table, named, needed=()).headings):
            return rename(table, CALL_HEADINGS, needed=["key"])
        return _keyed(rename(table, named, needed=()))
    rows = tuple(
        TableRow(
            row.line,
            {
                "key": row.cells["file"] or row.cells["call_id"],
                **{name: row.cells[name] for name in _OF_PBX},
            },
        )
        for row in records.rows
    )
    return Table(path, ("key", *_OF_PBX), rows, faults=records.faults)


def _keyed(table: Table) -> Table:
    """The table with the name of the recording as ``key``, and the call's id beside it as ``other``;
    without such a name the id is the key."""
    present = [name for name in ("file", "call_id") if name in table.headings]
    rows = []
    for row in table.rows:
        named = [row.cells[name] for name in present if row.cells[name].strip()]
        own = {"key": named[0] if named else "", "other": named[1] if len(named) > 1 else ""}
        rows.append(TableRow(row.line, {**row.cells, **own}))
    kept = [name for name in table.headings if name not in present]
    return replace(table, headings=("key", *kept), rows=tuple(rows))


def _name_fault(where: str, key: str, row: TableRow, first: TableRow | None) -> str | None:
    """What is wrong with the name of a call. ``first``: an earlier line with this name."""
    if not key:
        return (
            f"{where}: no call is named; fill in the call id or the file name, or delete the line"
        )
    if first is None:
        return None
    if first.cells == row.cells:
        return f"{where}: {key} is listed twice, first in line {first.line}; keep one of them"
    return (
        f"{where}: {key} is listed twice, first in line {first.line}, with other values; "
        "neither was taken, keep one of them"
    )


def _values(
    row: TableRow, where: str, scale: Scale, *, today: date, skip: tuple[str, ...]
) -> tuple[dict[str, Any], list[str]]:
    """The values of a row, and the reasons for cells that have none."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    filled = _filled_cells(row)
    for name, text in filled.items():
        if name in OF_LINE or name in skip or (name == "rating" and _says_nothing(text, scale)):
            continue
        if name == "conversation" and conversation_value(text) is None:
            continue
        try:
            value = _value(name, text, where, scale, today)
        except SettingsError as error:
            wrong.append(str(error))
            continue
        values |= {} if value is None else {name: value}
    said, faults = line_values(filled, where, started_at=values.get("started_at"))
    return values | said, wrong + faults


def _with_customer(row: TableRow, values: dict[str, Any]) -> bool:
    """Add the customer by caller and called party, where the line does not name him; whether it
    cannot be told which of them he is."""
    if "customer_id" in values or not (row.cells.get("caller") or row.cells.get("called")):
        return False
    if "customer_id" in row.cells and row.cells["customer_id"].strip():
        return False
    customer, way = customer_of(row.cells, values.get("direction"))
    if customer is not None:
        values |= {"customer_id": customer, "direction": way}
    return way is None


def _says_nothing(text: str, scale: Scale) -> bool:
    return simplified(text.casefold()) in NO_RATING and not (text == "0" and scale.has(0))


def read_agents(path: Path) -> list[tuple[str, str | None, str | None]]:
    """Read agents as ``(agent_id, name, team)``. Raises ``SettingsError`` with file and line."""
    teams = [heading for heading, own in AGENT_HEADINGS.items() if own == "team"]
    table = rename(
        read_rows(path, AGENT_HEADINGS, shared=teams), AGENT_HEADINGS, needed=["agent_id"]
    )
    for reason in rounded_cells(table, ["agent_id"]).values():
        raise SettingsError(reason)
    found: dict[str, tuple[str, str | None, str | None]] = {}
    for row in table.rows:
        agent_id = row.cells["agent_id"].strip()
        if not agent_id or agent_id in found:
            wrong = f"工号 {agent_id} is listed twice" if agent_id else "no 工号"
            raise SettingsError(f"{path}, line {row.line}: {wrong}; keep one line for each agent")
        found[agent_id] = (agent_id, row.cells.get("name") or None, row.cells.get("team") or None)
    return list(found.values())


def _filled_cells(row: TableRow) -> dict[str, str]:
    others = ("key", "file", "call_id", "other", "caller", "called", *COMPLAINT_HEADINGS.values())
    return {
        name: text.strip()
        for name, text in row.cells.items()
        if name not in others and text.strip()
    }


def _value(name: str, text: str, where: str, scale: Scale, today: date) -> Any:
    if name == "started_at":
        return read_start(text, where, today)
    if name == "rating":
        return read_rating(text, where, scale)
    if name == "resolved":
        return int(read_yes(text, where))
    if name in ("praises", "complaints"):
        return read_number("表扬" if name == "praises" else "投诉", text, where)
    return text
