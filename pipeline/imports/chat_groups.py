"""The rows of a table by conversation, each with what was lost of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from pipeline.imports.cell_talks import is_whole_talk
from pipeline.imports.file_names import stem_of
from pipeline.imports.line_faults import owners
from pipeline.imports.sequence import in_sequence
from pipeline.imports.tables import TableRow
from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.imports.tables import Table


_FILES = frozenset(
    map(
        spelling,
        ["录音文件", "录音文件名", "录音文件名称", "录音名称", "录音名", "音频文件", "音频文件名", "音频", "语音文件", "文件名", "文件名称", "錄音檔名", "錄音檔", "檔名", "file", "filename", "file_name", "audio", "audio_file", "wav", "recording", "recording_file"],
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one conversation, with the columns of yes and no of each. Other rows may lie
    between them. ``lost``: line → the reason, for lines that may be of it."""

    call_id: str
    rows: tuple[TableRow, ...]
    flags: Mapping[int, Mapping[str, str]]
    lost: tuple[str, ...] = ()

    @property
    def flags_of_rows(self) -> list[Mapping[str, str]]:
        return [self.flags[row.line] for row in self.rows if row.line in self.flags]


def file_column(table: Table) -> str:
    """The heading of the recording's file, where each row has one: without another id its rows are a
    conversation. "" without one."""
    found = [heading for heading in table.headings if spelling(heading) in _FILES]
    whole = [
        one for one in found if table.rows and all(row.cells[one].strip() for row in table.rows)
    ]
    return next(iter(whole), "")


def with_stems(table: Table) -> Table:
    """The table whose ids are names of files, without their folders and endings."""
    rows = (
        TableRow(row.line, {**row.cells, "id": PureWindowsPath(row.cells["id"]).stem})
        for row in table.rows
    )
    return replace(table, rows=tuple(rows))


def groups_of(
    table: Table, flags: Mapping[int, Mapping[str, str]]
) -> tuple[list[Group], list[str]]:
    """The rows of each conversation, and the lines that were left out."""
    if "id" not in table.headings:
        whole = _whole_in_cells(table)
        if whole:
            stem = stem_of(table.path)
            cells = [
                Group(f"{stem}-{at}" if len(whole) > 1 else stem, (row,), {})
                for at, row in enumerate(whole, 1)
            ]
            return cells, list(table.faults)
        ordered = in_sequence(table.rows, flags)
        return [Group(stem_of(table.path), ordered, flags, table.faults)], list(table.faults)
    rows: dict[str, list[TableRow]] = {}
    lost = dict(zip(table.fault_lines, table.faults, strict=True))
    for row in table.rows:
        if row.cells["id"]:
            rows.setdefault(row.cells["id"], []).append(row)
        else:
            lost[row.line] = (
                f"{table.path}, line {row.line}: no conversation id; expected one in every row; fill merged "
                "cells down"
            )
    places = {call_id: [row.line for row in own] for call_id, own in rows.items()}
    found = owners(dict.fromkeys(sorted(lost)), places)
    groups = [
        Group(
            call_id,
            in_sequence(own, flags),
            flags,
            tuple(lost[line] for line, whose in found.items() if call_id in whose),
        )
        for call_id, own in rows.items()
    ]
    return groups, [lost[line] for line in sorted(lost)]


def _whole_in_cells(table: Table) -> tuple[TableRow, ...]:
    """The rows, if each is a conversation: nothing but the text names speakers, and each text has
    several."""
    if {"role", "speaker", "start"} & set(table.headings):
        return ()
    filled = tuple(row for row in table.rows if row.cells["text"].strip())
    return filled if all(is_whole_talk(row.cells["text"]) for row in filled) else ()
