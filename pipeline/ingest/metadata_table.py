"""A table beside the recordings: who called whom and when, by the recording's file name."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.imports import (
    CONVERSATION_HEADINGS,
    LINE_HEADINGS,
    OTHER_CALL_HEADINGS,
    PBX_HEADINGS,
    SIDE_HEADINGS,
    UNCLEAR,
    Table,
    call_rows,
    conversation_column,
    conversation_value,
    customer_of,
    direction_heading,
    iso_time,
    line_values,
    other_headings,
    read_rows,
    rename,
    rounded_cells,
)
from pipeline.ingest.recorded_as import HowRecorded, how_of
from pipeline.settings import NAME_FIELDS
from pipeline.types import CallMeta, readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.imports import TableRow

HEADINGS: Mapping[str, str] = {
    "file": "file", "filename": "file", "文件": "file", "文件名": "file", "录音文件": "file",
    "call_id": "call_id", "通话编号": "call_id", "流水号": "call_id", "录音编号": "call_id",
    "agent_id": "agent_id", "工号": "agent_id", "坐席": "agent_id", "坐席工号": "agent_id", "客服工号": "agent_id",
    "customer_id": "customer_id", "客户": "customer_id", "客户编号": "customer_id", "客户号码": "customer_id",
    "started_at": "started_at", "开始时间": "started_at", "通话时间": "started_at",
    "queue": "queue", "队列": "queue", "技能组": "queue", "业务": "queue",
    "not_heard": "not_heard", "没听到": "not_heard",
    "agent_channel": "agent_channel", "客服声道": "agent_channel",
    "handed_over_s": "handed_over_s", "换客服秒数": "handed_over_s",
    **LINE_HEADINGS, **SIDE_HEADINGS,
}  # fmt: skip
_NAMES = ("call_id", "agent_id", "customer_id", "caller", "called")


@dataclass(frozen=True, slots=True)
class MetadataTable:
    """The rows of one metadata file, by the recording's file name.

    ``refused``: name → the reason why its row cannot be taken. It costs only that recording.
    """

    rows: Mapping[str, CallMeta]
    refused: Mapping[str, str] = field(default_factory=dict)
    same_but_case: Mapping[str, str] = field(default_factory=dict)
    """Name in lower case → the only name that is written so."""
    faults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name → the reasons for cells of its row that are left unknown."""
    unread: str = ""
    """In Chinese: the columns that are not read; empty where all are."""
    recorded: Mapping[str, HowRecorded] = field(default_factory=dict)
    """Name → what its row says of the recording itself, where it says anything."""

    def look_up(self, recording: Path) -> CallMeta | None:
        """The row of a recording, by its whole name or its stem, else without regard to case;
        ``None`` without a row. Raises ``SettingsError`` where its row was refused."""
        name = self._name_of(recording)
        if name is None:
            return None
        if name in self.refused:
            raise SettingsError(self.refused[name])
        return self.rows[name]

    def lists(self, recording: Path) -> bool:
        """Whether a row is a recording's, one that was refused too."""
        return self._name_of(recording) is not None

    def faults_of(self, recording: Path) -> tuple[str, ...]:
        """The reasons for cells of a recording's row that are left unknown."""
        return self.faults.get(self._name_of(recording) or "", ())

    def recorded_as(self, recording: Path) -> HowRecorded:
        """What a recording's row says of the recording itself."""
        return self.recorded.get(self._name_of(recording) or "", HowRecorded())

    def _name_of(self, recording: Path) -> str | None:
        """The name that the row of a recording has."""
        names = (
            known
            for name in (readable(recording.name), stem_of(recording))
            for known in (name, self.same_but_case.get(name.casefold()))
        )
        return next((one for one in names if one in self.refused or one in self.rows), None)


def _same_but_case(names: Iterable[str]) -> dict[str, str]:
    """Lower case → name, where only one name is written so."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.casefold(), []).append(name)
    return {folded: same[0] for folded, same in found.items() if len(same) == 1}


def stem_of(recording: Path) -> str:
    """A file's name without its ending."""
    return PurePath(readable(recording.name)).stem


def read_table(path: Path) -> MetadataTable:
    """Read a table as all imports are read, with English or Chinese headings.

    A column ``file`` (文件名) is required; folders before the name, also of Windows, are left out.
    Unknown columns are left out, and named in ``unread``. Empty cells are unknown. A row that is listed twice, has a time
    that is none, or a rounded number is refused by itself. A conversation that a spreadsheet has
    rounded is unknown.
    """
    try:
        changed = path.stat()
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); check its permissions"
        ) from error
    return _read_once(path, changed.st_mtime_ns, changed.st_size)


@lru_cache(maxsize=4)
def _read_once(path: Path, _changed_ns: int, _size: int) -> MetadataTable:
    """The table is the same for each recording of its folder."""
    heads = {*HEADINGS, *PBX_HEADINGS, *CONVERSATION_HEADINGS, *OTHER_CALL_HEADINGS}
    read = read_rows(path, heads, tolerant=True)
    way = direction_heading(read.headings, [row.cells for row in read.rows])
    usual = {**HEADINGS, **conversation_column(read.headings), **way}
    others = other_headings(read.headings, usual)
    headings = {**usual, **{name: field for name, field in others.items() if field != "rating"}}
    table = call_rows(read) or _named(read, headings)
    found = _Recordings(path, rounded_cells(table, _NAMES), rounded_cells(table, ("conversation",)))
    for row in table.rows:
        found.add(row)
    by_id = f"{path}：没有文件名一列，文件名与通话编号相同的录音才用得上这个表"
    remarks = (_unread_note(path, table.unknown, found.unclear), table.several)
    unread = "；".join(filter(None, (*remarks, "" if "file" in table.headings else by_id)))
    same = _same_but_case({**found.rows, **found.refused})
    return MetadataTable(found.rows, found.refused, same, found.faults, unread, found.recorded)


@dataclass(slots=True)
class _Recordings:
    """The recordings of a table by their file names, line by line. ``rounded``: why the names of a
    line cannot be taken; ``unsure``: lines whose conversation cannot be; ``unclear``: lines whose
    customer is neither caller nor called for sure."""

    path: Path
    rounded: Mapping[int, str]
    unsure: Mapping[int, str]
    rows: dict[str, CallMeta] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    faults: dict[str, tuple[str, ...]] = field(default_factory=dict)
    recorded: dict[str, HowRecorded] = field(default_factory=dict)
    unclear: int = 0

    def add(self, row: TableRow) -> None:
        """Take the recording of a line, or note why it is refused."""
        where = f"{self.path}, line {row.line}"
        line = {key: value.strip() for key, value in row.cells.items()}
        file = PureWindowsPath(line.pop("file", "")).name or line.get("call_id", "")
        cells = {key: value for key, value in line.items() if key in NAME_FIELDS}
        if file in self.rows or file in self.refused:
            self.refused[file] = f"{where}: {file} is listed twice; keep one row for each recording"
            return
        try:
            if row.line in self.rounded:
                raise SettingsError(self.rounded[row.line])
            if cells.get("started_at"):
                cells["started_at"] = iso_time(cells["started_at"], where)
        except SettingsError as error:
            self.refused[file] = str(error)
            return
        named = "" if row.line in self.unsure else cells.get("conversation", "")
        cells["conversation"] = conversation_value(named) or ""
        self.rows[file] = self._meta(file, line, cells, where)

    def _meta(
        self, file: str, line: Mapping[str, str], cells: dict[str, str], where: str
    ) -> CallMeta:
        said, wrong = line_values(line, where, started_at=cells.get("started_at") or None)
        how, strange = how_of(line, where)
        if how != HowRecorded():
            self.recorded[file] = how
        if wrong or strange:
            self.faults[file] = (*wrong, *strange)
        if not cells.get("customer_id") and (line.get("caller") or line.get("called")):
            customer, told = customer_of(line, said.get("direction"))
            cells["customer_id"] = customer or ""
            said |= {"direction": told} if told else {}
            self.unclear += told is None
        known: dict[str, Any] = {key: value or None for key, value in cells.items()}
        return CallMeta(**known, **said)


def _named(read: Table, headings: Mapping[str, str]) -> Table:
    """The table by its fields, where the id of a call stands for the file's name if it has none."""
    table = rename(read, headings, needed=())
    return table if "call_id" in table.headings else rename(read, headings, needed=["file"])


def _unread_note(path: Path, headings: Iterable[str], unclear: int) -> str:
    """What a table has that is not read. A second column of conversations is none that nobody
    knows: only the surest counts. ``unclear``: rows whose direction is not told."""
    left = [one for one in headings if not conversation_column([one])]
    said = (
        f"没有读取这些列：{'、'.join(left)}" if left else "",
        f"有 {unclear} 行{UNCLEAR}" if unclear else "",
    )
    return f"{path}：{'；'.join(filter(None, said))}" if any(said) else ""
