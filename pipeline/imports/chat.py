"""Chat logs and transcripts as a table: one row for each line of the conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError, UnreadableError
from pipeline.imports.call_sides import customer_in, is_direction, is_side
from pipeline.imports.cell_talks import lines_in_cell
from pipeline.imports.chat_groups import Group, file_column, groups_of, with_stems
from pipeline.imports.cleaning import with_real_breaks
from pipeline.imports.days import Days, days_of, with_start
from pipeline.imports.draft import Draft, DraftLine, Reading
from pipeline.imports.file_names import stem_of
from pipeline.imports.json_texts import text_in
from pipeline.imports.line_faults import ensure_enough
from pipeline.imports.machine_words import is_machine, is_way, says_machine
from pipeline.imports.moments import moment_of
from pipeline.imports.numbers import number_in_name
from pipeline.imports.sequence import is_sequence
from pipeline.imports.side_flags import (
    by_direction,
    by_people,
    flag_side,
    is_flag,
    is_person,
    people_in,
    sent_way,
    with_flag,
)
from pipeline.imports.speaker_names import role_of
from pipeline.imports.tables import (
    Table,
    TableRow,
    is_rounded,
    iso_time,
    read_rows,
    rename,
    rounded_cells,
)
from pipeline.imports.vocabulary import (
    HEADINGS,
    fields_of,
    is_remark,
    is_system_kind,
    remarks_not_own,
    says_yes,
    spelling,
    unread_note,
    whole_of,
)
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_NAMES = ("id", "agent_id", "customer_id")
"""Fields whose numbers are names: a rounded one may be somebody else's."""

_SHARED = frozenset(
    heading for heading, field in HEADINGS.items() if field in (*_NAMES, "queue", "role", "speaker")
)
"""Headings under which merged cells count for each row: who spoke, and in which conversation."""

_OF_CALL: Mapping[str, str] = {"开始时间": "started_at"}
_OF_LINE: Mapping[str, str] = {"开始时间": "start", "结束时间": "end"}
"""开始时间 is the time of the line only if 结束时间 is there and no other column has times."""


def read_chat(path: Path, _data: bytes) -> Reading:
    """Read the conversations of a table, in the order of their first rows.

    Without a column of ids the table is one conversation, and its id is the file's stem; but each
    row is one where its cell holds a whole conversation. Raises ``SettingsError`` or
    ``UnreadableError`` with the line if nothing can be read.
    """
    whole = read_rows(path, HEADINGS, tolerant=True, shared=_SHARED)
    headings = _headings_for(whole)
    fields = rename(replace(whole, rows=()), headings, needed=()).headings
    by_file = "" if "id" in fields else file_column(whole)
    named = {**headings, **({by_file: "id"} if by_file else {})}
    table = _with_breaks(rename(whole, named, needed=("text",)))
    table = with_stems(table) if by_file else table
    for reason in rounded_cells(table, _NAMES).values():
        raise UnreadableError(reason)
    if not table.rows:
        raise UnreadableError(
            next(iter(table.faults), "")
            or f"{path}, line 2: no rows below the headings; expected one for each line that was said"
        )
    days = days_of(stem_of(path), table.titles)
    groups, faults = groups_of(table, _flags(whole))
    drafts: list[Draft] = []
    for group in groups:
        try:
            draft = _draft(path, group, days)
        except (SettingsError, UnreadableError) as error:
            faults.append(str(error))
            continue
        faults += [fault for fault in draft.lost if fault not in faults]
        drafts.append(draft)
    unread = [heading for heading in table.unknown if not _is_beside(heading)]
    notes = (*unread_note(path, unread), *filter(None, (table.several, table.sheets_note)))
    return Reading(tuple(drafts), tuple(faults), notes)


def _with_breaks(table: Table) -> Table:
    rows = (
        TableRow(row.line, {**row.cells, "text": with_real_breaks(str(text_in(row.cells["text"])))})
        for row in table.rows
    )
    return replace(table, rows=tuple(rows))


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
    whole = whole_of(table.headings)
    return {**usual, **others, **({whole.strip().casefold(): "conversation"} if whole else {})}


def _is_beside(heading: str) -> bool:
    """Whether a column tells of the side, the people, the numbers or the state of a message."""
    return any(
        one(heading) for one in (is_flag, is_person, is_remark, is_sequence, is_side, is_way)
    )


def _flags(table: Table) -> dict[int, dict[str, str]]:
    """Line → its cells that may say the side by yes and no, by a direction, or by a person's name,
    and those that remark on it."""
    columns = [h for h in table.headings if _is_beside(h) or is_direction(h)]
    if not columns:
        return {}
    return {row.line: {name: row.cells[name] for name in columns} for row in table.rows}


def _draft(path: Path, group: Group, days: Days) -> Draft:
    started = next((row for row in group.rows if row.cells.get("started_at")), None)
    started_at = (
        iso_time(
            days.complete(started.cells["started_at"], f"{path}, line {started.line}"),
            f"{path}, line {started.line}",
        )
        if started
        else None
    )
    known = with_start(days, started_at)
    lines: list[DraftLine] = []
    lost = list(group.lost)
    for row in group.rows:
        try:
            lines += _lines(f"{path}, line {row.line}", row, group.flags.get(row.line, {}), known)
        except (SettingsError, UnreadableError) as error:
            lost.append(str(error))
    where = f"{path}, conversation {group.call_id}"
    ensure_enough(where, lost, len(lines))
    meta = CallMeta(
        call_id=group.call_id,
        agent_id=_agent_of(lines) or _first(group.rows, "agent_id") or number_in_name(lines),
        customer_id=_first(group.rows, "customer_id") or _customer_in(group),
        started_at=started_at,
        queue=_first(group.rows, "queue"),
        conversation=_only(group.rows, "conversation"),
    )
    people: dict[str, str] = {}
    for row in group.rows:
        people |= people_in(group.flags.get(row.line, {}))
    sided = by_direction(by_people(lines, people))
    return Draft(where, "chat", meta, sided, lost=tuple(lost))


def _customer_in(group: Group) -> str | None:
    """The customer by caller and called party, where all lines that name them agree."""
    agent = _first(group.rows, "agent_id") or ""
    found = {customer_in({**cells, "agent_id": agent}) for cells in group.flags_of_rows}
    return found.pop() if len(found) == 1 else None


def _first(rows: Sequence[TableRow], field: str) -> str | None:
    return next((row.cells[field] for row in rows if row.cells.get(field)), None)


def _agent_of(lines: Sequence[DraftLine]) -> str | None:
    """The first 工号 beside a line of an agent; else beside one that no robot wrote."""
    said = [(role_of(line.speaker), line.agent_id) for line in lines if line.agent_id]
    own = [number for side, number in said if side == "agent"]
    return next(iter((*own, *(number for side, number in said if side != "system"))), None)


def _by_machine(role: str, name: str, flags: Mapping[str, str]) -> bool:
    return is_machine(role) or is_machine(name) or says_machine(flags)


def _only(rows: Sequence[TableRow], field: str) -> str | None:
    """The value of a field, ``None`` where the rows have several."""
    found = {cell for row in rows if (cell := row.cells.get(field)) and not is_rounded(cell)}
    return found.pop() if len(found) == 1 else None


def _lines(where: str, row: TableRow, flags: Mapping[str, str], days: Days) -> Sequence[DraftLine]:
    """The line of a row; the lines of a chat with names and times that its cell holds."""
    role, name = row.cells.get("role", ""), row.cells.get("speaker", "")
    whole = () if role or name else lines_in_cell(where, row.cells["text"], days)
    return whole or [_line(where, row, flags, days)]


def _line(where: str, row: TableRow, flags: Mapping[str, str], days: Days) -> DraftLine:
    cells = row.cells
    start, end = cells.get("start"), cells.get("end")
    role, name = cells.get("role", ""), cells.get("speaker", "")
    system = (
        is_system_kind(cells.get("kind", ""))
        or says_yes(cells.get("recalled", ""))
        or remarks_not_own(flags)
        or (role_of(role) != "customer" and _by_machine(role, name, flags))
    )
    flag = flag_side(flags, where)
    names = with_flag(tuple(filter(None, (role, name))), flag, where)
    usual = role if role and (not name or role_of(role) != "unknown") else name
    speaker = names[0] if flag else usual
    return DraftLine(
        where,
        "system" if system else speaker,
        cells["text"],
        moment_of(start, where, days) if start else None,
        moment_of(end, where, days) if end else None,
        names=() if system else names,
        agent_id=cells.get("agent_id") or None,
        queue=cells.get("queue") or None,
        place=f"line {row.line}",
        sent=sent_way(flags),
    )
