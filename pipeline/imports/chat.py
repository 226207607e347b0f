"""Chat logs and transcripts as a table: one row for each line of the conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import UnreadableError
from pipeline.imports.chat_log import is_chat_log, read_chat_log
from pipeline.imports.draft import Draft, DraftLine
from pipeline.imports.moments import moment_of
from pipeline.imports.numbers import number_in_name
from pipeline.imports.speaker_names import role_of
from pipeline.imports.tables import (
    Table,
    TableRow,
    decode,
    iso_time,
    read_rows,
    rename,
    rounded_cells,
)
from pipeline.imports.vocabulary import HEADINGS, fields_of, is_system_kind, says_yes, spelling
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_NAMES = ("id", "agent_id", "customer_id")
"""Fields whose numbers are names: a rounded one may be somebody else's."""

_OF_CALL: Mapping[str, str] = {"开始时间": "started_at"}
_OF_LINE: Mapping[str, str] = {"开始时间": "start", "结束时间": "end"}
"""开始时间 is the time of the line only if 结束时间 is there and no other column has times."""


@dataclass(frozen=True, slots=True)
class _Group:
    """The rows of one conversation. Other rows may lie between them."""

    call_id: str
    rows: tuple[TableRow, ...]


def read_chat(path: Path, data: bytes) -> tuple[Draft, ...]:
    """Read the conversations of a table, in the order of their first rows, or a chat that was saved
    as plain text.

    Without a column of ids the table is one conversation, and its id is the file's stem. Raises
    ``SettingsError`` or ``UnreadableError`` with the line.
    """
    if path.suffix.lower() == ".txt" and is_chat_log(text := decode(data, path)):
        return (read_chat_log(path, text),)
    table = read_rows(path, HEADINGS)
    table = rename(table, _headings_for(table), needed=("text",))
    for reason in rounded_cells(table, _NAMES).values():
        raise UnreadableError(reason)
    if not table.rows:
        raise UnreadableError(
            f"{path}, line 2: no rows below the headings; expected one for each line that was said"
        )
    return tuple(_draft(path, group) for group in _groups(table))


def _headings_for(table: Table) -> Mapping[str, str]:
    present = {heading.strip().casefold() for heading in table.headings}
    has_times = any(HEADINGS.get(heading) == "start" for heading in present)
    own = not has_times and _OF_LINE.keys() <= present
    usual = {**HEADINGS, **(_OF_LINE if own else _OF_CALL)}
    taken = {usual[heading] for heading in present if heading in usual}
    others = {
        name: field
        for field, name in fields_of(table.headings).items()
        if field not in taken and spelling(name) not in usual
    }
    return {**usual, **others}


def _groups(table: Table) -> tuple[_Group, ...]:
    if "id" not in table.headings:
        return (_Group(table.path.stem, table.rows),)
    rows: dict[str, list[TableRow]] = {}
    for row in table.rows:
        if not row.cells["id"]:
            raise UnreadableError(
                f"{table.path}, line {row.line}: no conversation id; expected one in every row; fill merged cells down"
            )
        rows.setdefault(row.cells["id"], []).append(row)
    return tuple(_Group(call_id, tuple(own)) for call_id, own in rows.items())


def _draft(path: Path, group: _Group) -> Draft:
    started = next((row for row in group.rows if row.cells.get("started_at")), None)
    lines = tuple(_line(f"{path}, line {row.line}", row) for row in group.rows)
    meta = CallMeta(
        call_id=group.call_id,
        agent_id=_first(group.rows, "agent_id") or number_in_name(lines),
        customer_id=_first(group.rows, "customer_id"),
        started_at=iso_time(started.cells["started_at"], f"{path}, line {started.line}")
        if started
        else None,
        queue=_first(group.rows, "queue"),
    )
    return Draft(f"{path}, conversation {group.call_id}", "chat", meta, lines)


def _first(rows: Sequence[TableRow], field: str) -> str | None:
    return next((row.cells[field] for row in rows if row.cells.get(field)), None)


def _line(where: str, row: TableRow) -> DraftLine:
    cells = row.cells
    start, end = cells.get("start"), cells.get("end")
    role, name = cells.get("role", ""), cells.get("speaker", "")
    system = is_system_kind(cells.get("kind", "")) or says_yes(cells.get("recalled", ""))
    return DraftLine(
        where,
        "system" if system else role if role and (not name or role_of(role) != "unknown") else name,
        cells["text"],
        moment_of(start, where) if start else None,
        moment_of(end, where) if end else None,
        names=() if system else tuple(filter(None, (role, name))),
        agent_id=cells.get("agent_id") or None,
        queue=cells.get("queue") or None,
        place=f"line {row.line}",
    )
