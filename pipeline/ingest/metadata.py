"""Who called whom and when, from a CSV beside the recordings or from the file's name."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.settings import META_FIELDS, IngestSettings
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADINGS: Mapping[str, str] = {
    "file": "file", "filename": "file", "文件": "file", "文件名": "file", "录音文件": "file",
    "call_id": "call_id", "通话编号": "call_id", "流水号": "call_id", "录音编号": "call_id",
    "agent_id": "agent_id", "工号": "agent_id", "坐席": "agent_id", "客服工号": "agent_id",
    "customer_id": "customer_id", "客户": "customer_id", "客户编号": "customer_id", "客户号码": "customer_id",
    "started_at": "started_at", "开始时间": "started_at", "通话时间": "started_at",
    "queue": "queue", "队列": "queue", "技能组": "queue", "业务": "queue",
}  # fmt: skip
TIME_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
)


@dataclass(frozen=True, slots=True)
class MetadataTable:
    """The rows of one metadata file, by the recording's file name."""

    rows: Mapping[str, CallMeta]

    def look_up(self, recording: Path) -> CallMeta | None:
        """The row of a recording, by its whole name or its stem; ``None`` without a row."""
        return self.rows.get(recording.name) or self.rows.get(recording.stem)


def read_metadata(recording: Path, settings: IngestSettings) -> CallMeta:
    """Read the metadata of a call.

    The CSV beside the recording takes precedence over the pattern of the file's name. Values that
    neither gives are ``None``, except ``call_id``, which is then the file's stem. Raises
    ``SettingsError`` with the line for a CSV that cannot be read.
    """
    named = _from_name(recording, settings)
    table = recording.parent / settings.metadata_file
    listed = read_table(table).look_up(recording) if table.is_file() else None
    values = {
        key: (getattr(listed, key) if listed else None) or getattr(named, key)
        for key in META_FIELDS
    }
    meta = CallMeta(**values)
    return meta if meta.call_id else replace(meta, call_id=recording.stem)


def read_table(path: Path) -> MetadataTable:
    """Read a CSV in UTF-8 (with or without BOM) or GB 18030, with English or Chinese headings.

    A column ``file`` (文件名) is required. Unknown columns are left out. Empty cells are unknown.
    """
    try:
        text = _decode(path.read_bytes())
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); check its permissions"
        ) from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = {
        heading: HEADINGS.get((heading or "").strip().lower())
        for heading in reader.fieldnames or ()
    }
    if "file" not in names.values():
        raise SettingsError(
            f"{path}, line 1: no column 'file' (文件名); found {', '.join(map(str, names)) or 'nothing'}"
        )
    rows: dict[str, CallMeta] = {}
    for row in reader:
        cells = {key: (row[heading] or "").strip() for heading, key in names.items() if key}
        where = f"{path}, line {reader.line_num}"
        file = Path(cells.pop("file")).name
        if file in rows:
            raise SettingsError(f"{where}: {file} is listed twice; keep one row for each recording")
        if cells.get("started_at"):
            cells["started_at"] = _iso_time(cells["started_at"], TIME_FORMATS, where)
        rows[file] = CallMeta(**{key: value or None for key, value in cells.items()})
    return MetadataTable(rows)


def _from_name(recording: Path, settings: IngestSettings) -> CallMeta:
    match = re.search(settings.name_pattern, recording.stem) if settings.name_pattern else None
    if match is None:
        return CallMeta()
    values: dict[str, str | None] = {key: value or None for key, value in match.groupdict().items()}
    if values.get("started_at"):
        values["started_at"] = _iso_time(
            str(values["started_at"]), (settings.time_format,), str(recording)
        )
    return CallMeta(**values)


def _iso_time(text: str, formats: tuple[str, ...], where: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        pass
    for form in formats:
        try:
            return datetime.strptime(text, form).isoformat()
        except ValueError:
            continue
    raise SettingsError(
        f"{where}: started_at is {text!r}; expected a time such as 2026-11-02 09:30:00"
    )


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")
