"""Who called whom and when, from a table beside the recordings or from the file's name."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipeline.imports import iso_time, named_in, not_yet, site_time
from pipeline.ingest.metadata_table import read_table, stem_of
from pipeline.ingest.recorded_as import HowRecorded
from pipeline.settings import NAME_FIELDS, IngestSettings
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from pathlib import Path


def read_metadata(recording: Path, settings: IngestSettings) -> CallMeta:
    """Read the metadata of a call.

    The table beside the recording takes precedence over the pattern of the file's name. Values that
    neither gives are ``None``, except ``call_id``, which is then the file's stem; so is a start that
    has not come yet. Raises ``SettingsError`` with the line for a table that cannot be read.
    """
    meta = _meta_as_told(recording, settings)
    return (
        replace(meta, started_at=None) if not_yet(meta.started_at, "", today=date.today()) else meta
    )


def _meta_as_told(recording: Path, settings: IngestSettings) -> CallMeta:
    named = _from_name(recording, settings)
    table = recording.parent / settings.metadata_file
    listed = read_table(table).look_up(recording) if table.is_file() else None
    values = {
        key: (getattr(listed, key) if listed else None) or getattr(named, key)
        for key in NAME_FIELDS
    }
    meta = replace(listed or CallMeta(), **values)
    return meta if meta.call_id else replace(meta, call_id=stem_of(recording))


def metadata_faults(recording: Path, settings: IngestSettings) -> tuple[str, ...]:
    """The reasons for cells beside a recording that are left unknown, each with file and line, and
    for a start that its name gives. Raises ``SettingsError`` as ``read_metadata``."""
    table = recording.parent / settings.metadata_file
    cells = read_table(table).faults_of(recording) if table.is_file() else ()
    ahead = not_yet(
        _meta_as_told(recording, settings).started_at, str(recording), today=date.today()
    )
    return (*cells, ahead) if ahead else cells


def how_recorded(recording: Path, settings: IngestSettings) -> HowRecorded:
    """What the table beside a recording says of the recording itself. Raises ``SettingsError`` as
    ``read_metadata``."""
    table = recording.parent / settings.metadata_file
    return read_table(table).recorded_as(recording) if table.is_file() else HowRecorded()


def unread_columns_beside(recording: Path, settings: IngestSettings) -> str:
    """In Chinese: the columns of the table beside a recording that are not read; empty where all
    are, or no table is there. Raises ``SettingsError`` as ``read_metadata``."""
    table = recording.parent / settings.metadata_file
    return read_table(table).unread if table.is_file() else ""


def is_unlisted(recording: Path, settings: IngestSettings) -> bool:
    """Whether the table beside a recording has no row for it. Raises ``SettingsError`` as
    ``read_metadata``."""
    table = recording.parent / settings.metadata_file
    return table.is_file() and not read_table(table).lists(recording)


def _from_name(recording: Path, settings: IngestSettings) -> CallMeta:
    match = re.search(settings.name_pattern, stem_of(recording)) if settings.name_pattern else None
    if match is None:
        return CallMeta()
    values: dict[str, Any] = {
        key: named_in(key, value or "") or None for key, value in match.groupdict().items()
    }
    if values.get("started_at"):
        values["started_at"] = _named_time(
            str(values["started_at"]), settings.time_format, recording
        )
    return CallMeta(**values)


def _named_time(text: str, form: str, recording: Path) -> str:
    try:
        moment = datetime.strptime(text, form)
    except ValueError:
        return iso_time(text, str(recording))
    # strptime takes 202611020930 for 9:03:00 and 1793583005, seconds since 1970, for the year 1793.
    whole = not text.isdigit() or moment.strftime(form) == text
    return site_time(moment).isoformat() if whole else iso_time(text, str(recording))
