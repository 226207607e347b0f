"""A text file: a saved chat, a dialogue, subtitles, JSON, or a table, told by what stands in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError, UnreadableError
from pipeline.imports.chat import read_chat
from pipeline.imports.chat_log import is_chat_log, is_header, is_said, read_chat_log
from pipeline.imports.dialogue import is_dialogue, read_dialogue
from pipeline.imports.draft import Reading
from pipeline.imports.encodings import decode
from pipeline.imports.file_names import stem_of
from pipeline.imports.form_foot import foot_note, without_foot
from pipeline.imports.lines_of_signs import unclear_note
from pipeline.imports.minutes import is_minutes, read_minutes
from pipeline.imports.plain_forms import as_usual
from pipeline.imports.plain_pieces import pieces_of
from pipeline.imports.subtitles import read_subtitles
from pipeline.imports.text_tables import HEAD_LINES
from pipeline.imports.transcript_json import read_json

if TYPE_CHECKING:
    from collections.abc import Sequence

_TIMES = re.compile(
    r"\s*(?:\d{1,4}:)?\d?\d:\d\d[.,]\d{1,6}\s*-->\s*(?:\d{1,4}:)?\d?\d:\d\d[.,]\d{1,6}\s*", re.ASCII
)


def read_plain(path: Path, data: bytes) -> Reading:
    """Read the conversations of a ``.txt``. Raises ``SettingsError`` or ``UnreadableError`` with the
    line if nothing can be read."""
    written = decode(data, path)
    if any(map(_TIMES.fullmatch, written.splitlines()[:HEAD_LINES])):
        return read_subtitles(path, data)
    if _is_json(written):
        return read_json(path, data)
    if is_minutes(written):
        return read_minutes(path, written)
    text = as_usual(written)
    pieces = pieces_of(text, _is_talk)
    if len(pieces) > 1 or _is_talk(text):
        read = _joined([_talk(path, piece, above) for above, piece in pieces])
        return replace(read, notes=(*read.notes, *unclear_note(path, text.splitlines())))
    try:
        return read_chat(path, data)
    except SettingsError as error:
        if "no column for" not in str(error):
            raise
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        raise UnreadableError(
            f"{path}: it does not show who says what; its first line is {first[:40]!r}; expected 客服： or 客户： before "
            "each line, a name with a time such as 2026-11-02 09:30:05 above each message, or a table with headings"
        ) from error


def _is_talk(text: str) -> bool:
    return is_chat_log(text) or is_dialogue(text)


def _talk(path: Path, whole: str, above: int) -> Reading:
    text, foot = without_foot(whole, is_said, is_header)
    reader = read_chat_log if is_chat_log(text) else read_dialogue
    read = reader(path, text, above)
    return replace(read, notes=(*read.notes, *foot_note(path, foot)))


def _joined(readings: Sequence[Reading]) -> Reading:
    """The conversations of a file; of several those without an id of their own are numbered."""
    if len(readings) == 1:
        return readings[0]
    drafts = [draft for one in readings for draft in one.drafts]
    stem = stem_of(Path(drafts[0].where))
    named = tuple(
        replace(draft, meta=replace(draft.meta, call_id=f"{stem}-{at}"))
        if draft.meta.call_id == stem
        else draft
        for at, draft in enumerate(drafts, 1)
    )
    faults = tuple(fault for one in readings for fault in one.faults)
    return Reading(named, faults, tuple(note for one in readings for note in one.notes))


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in ("[", "{"):
        return False
    try:
        return isinstance(json.loads(text), list | dict)
    except (ValueError, RecursionError):
        return False
