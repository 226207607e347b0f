"""Transcripts of 飞书妙记 (Feishu minutes) as plain text: a head, 文字记录：, then name and time above
each stretch of speech."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError, UnreadableError
from pipeline.imports.draft import Draft, DraftLine, Reading
from pipeline.imports.exported_times import iso_time
from pipeline.imports.file_names import stem_of
from pipeline.imports.numbers import number_in_name
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.types import Seconds

_MARK = re.compile(r"\s*(?:文字记录|文字記錄|逐字稿|Transcript)\s*[:：]?\s*", re.IGNORECASE)
_HEADER = re.compile(
    r"\s*(?P<name>\S[^\n:：，。！？]{0,39}?)\s+(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,2}):(?P<seconds>[0-5]\d(?:[.,]\d{1,3})?)\s*"
)
_STARTED = re.compile(
    r"\s*(\d{4}年\d{1,2}月\d{1,2}日|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[^\n|｜]*?((?:上午|下午|凌晨|中午|晚上)?\s*\d{1,2}:\d{2}(?::\d{2})?)"
)
_HEAD_LINES = 200
"""So many lines are searched for the mark: keywords and a summary stand above it (our choice)."""


def is_minutes(text: str) -> bool:
    """Whether a text is such a transcript.

    >>> is_minutes("2026年11月2日 上午 9:30|1分钟 5秒\\n\\n文字记录:\\n\\n说话人 1 00:03\\n您好"), is_minutes("客服：您好")
    (True, False)
    """
    lines = text.splitlines()[:_HEAD_LINES]
    at = next((at for at, line in enumerate(lines) if _MARK.fullmatch(line)), None)
    below = [line for line in lines[at + 1 :] if line.strip()] if at is not None else []
    return bool(below) and bool(_HEADER.fullmatch(below[0]))


def read_minutes(path: Path, text: str) -> Reading:
    """The conversation of such a transcript; its id is the file's stem, its times count from the
    start of the recording. A name and a time are a header where the line above is empty and the
    time is not before that of the header before. Raises ``UnreadableError`` where nobody speaks."""
    lines = text.splitlines()
    mark = next(at for at, line in enumerate(lines) if _MARK.fullmatch(line))
    said: list[DraftLine] = []
    above, last_s = "", 0.0
    for number, line in enumerate(lines[mark + 1 :], mark + 2):
        found = _HEADER.fullmatch(line)
        start_s = _seconds(found) if found else 0.0
        if found and not above.strip() and start_s >= last_s:
            name, last_s = found["name"].strip(), start_s
            where = f"{path}, line {number}"
            place = f"line {number}"
            said.append(
                DraftLine(where, name, "", start_s, names=(name,), in_seconds=True, place=place)
            )
        elif said and line.strip():
            said[-1] = _with_text(said[-1], line.strip())
        above = line
    if not any(one.text for one in said):
        raise UnreadableError(
            f"{path}, line {mark + 1}: nobody says anything below it; expected lines such as 说话人 1 00:03"
        )
    meta = CallMeta(
        call_id=stem_of(path),
        agent_id=number_in_name(said),
        started_at=_start_of(lines[:mark], path),
    )
    return Reading((Draft(str(path), "voice", meta, tuple(said)),))


def _with_text(line: DraftLine, text: str) -> DraftLine:
    return replace(line, text=f"{line.text}\n{text}".strip("\n"))


def _seconds(found: re.Match[str]) -> Seconds:
    rest = float(found["seconds"].replace(",", "."))
    return 3600.0 * int(found["hours"] or 0) + 60 * int(found["minutes"]) + rest


def _start_of(head: list[str], path: Path) -> str | None:
    """When the recording began, as the head says; ``None`` where it does not."""
    for line in head:
        found = _STARTED.match(line)
        if found:
            try:
                return iso_time(f"{found[1]} {found[2].strip()}", str(path))
            except SettingsError:
                return None
    return None
