"""JSON transcripts: callqa's own form, a plain list of messages, Whisper's segments, or one of
these a line."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NoReturn

from pipeline.errors import UnreadableError
from pipeline.imports.cleaning import clean
from pipeline.imports.conversation import CLAIMED, Draft, DraftLine, Medium
from pipeline.imports.moments import Moment, moment_of
from pipeline.imports.speaker_names import role_of
from pipeline.imports.tables import decode, iso_time
from pipeline.types import CallMeta, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LISTS = ("utterances", "segments", "messages")
_TEXT = ("text", "content", "message")
_START = ("start_s", "start", "time", "timestamp", "sent_at")
_END = ("end_s", "end")
_NAME = ("role", "speaker", "sender")
_FORMS = 'an object with "utterances" or "segments", or a list of {"role": …, "text": …}'


def read_json(path: Path, data: bytes) -> tuple[Draft, ...]:
    """Read the conversations of a JSON or JSON lines file.

    Without a ``call_id`` the id is the file's stem and the number of the conversation. Raises
    ``UnreadableError`` or ``SettingsError`` with the line or entry.
    """
    entries = _entries(decode(data, path), path)
    if not entries:
        raise UnreadableError(f"{path}: the list is empty; expected {_FORMS}")
    if isinstance(entries[0][1], dict) and not any(_is_conversation(entry) for _, entry in entries):
        return (_draft(str(path), {}, entries, path.stem),)
    several = len(entries) > 1
    drafts: list[Draft] = []
    for at, (place, entry) in enumerate(entries, 1):
        where = f"{path}, {place}" if place else str(path)
        if not _is_conversation(entry):
            _refuse(where, f"{_kind(entry)} that is no conversation", _FORMS)
        numbered = [
            (f"{_key(entry)} entry {number}", member)
            for number, member in enumerate(entry[_key(entry)], 1)
        ]
        drafts.append(_draft(where, entry, numbered, f"{path.stem}-{at}" if several else path.stem))
    return tuple(drafts)


def _entries(text: str, path: Path) -> list[tuple[str, Any]]:
    """Values with their places: the one value, the members of a list, or one value a line."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        by_line = path.suffix.lower() != ".json" or error.msg == "Extra data"
        if not by_line:
            _refuse(
                f"{path}, line {error.lineno}",
                f"not JSON ({error.msg}, column {error.colno})",
                _FORMS,
            )
        return [
            _entry_of_line(path, *line)
            for line in enumerate(text.split("\n"), 1)
            if line[1].strip()
        ]
    except (ValueError, RecursionError) as error:
        raise UnreadableError(
            f"{path}: JSON that cannot be read ({error}); expected {_FORMS}"
        ) from error
    if isinstance(whole, dict) and not _is_conversation(whole):
        _refuse(str(path), "an object that is no conversation", _FORMS)
    if isinstance(whole, list):
        return [(f"entry {at}", entry) for at, entry in enumerate(whole, 1)]
    return [("", whole)]


def _entry_of_line(path: Path, number: int, line: str) -> tuple[str, Any]:
    try:
        return f"line {number}", json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(
            f"{path}, line {number}: not JSON ({error}); expected one JSON object a line"
        ) from error


def _is_conversation(entry: Any) -> bool:
    return isinstance(entry, dict) and _key(entry) != ""


def _key(entry: Mapping[str, Any]) -> str:
    return next((key for key in _LISTS if isinstance(entry.get(key), list)), "")


def _draft(
    where: str, found: Mapping[str, Any], numbered: Sequence[tuple[str, Any]], default_id: str
) -> Draft:
    """A conversation of entries with their places. ``found`` is the object that contains them."""
    lines = tuple(_line(f"{where}, {place}", entry) for place, entry in numbered)
    spoken = "segments" in found or (
        bool(lines) and all(line.start is not None and line.end is not None for line in lines)
    )
    medium = found.get("medium")
    if medium not in (None, "voice", "chat"):
        _refuse(where, f"medium is {medium!r}", '"voice" or "chat"')
    usual: Medium = "voice" if spoken else "chat"
    return Draft(where, medium or usual, _meta(where, found.get("call"), default_id), lines)


def _meta(where: str, call: Any, default_id: str) -> CallMeta:
    if not isinstance(call, dict | None):
        _refuse(
            where,
            f'"call" is {_kind(call)}',
            'an object such as {"call_id": "c1", "agent_id": "8012"}',
        )
    values: dict[str, str | None] = {}
    for field in fields(CallMeta):
        value = (call or {}).get(field.name)
        if isinstance(value, bool) or not isinstance(value, str | int | None):
            _refuse(where, f'"{field.name}" is {_kind(value)}', "text")
        values[field.name] = clean(str(value)) or None if value is not None else None
    started = values["started_at"]
    values["started_at"] = iso_time(started, f"{where}, started_at") if started else None
    return CallMeta(**{**values, "call_id": values["call_id"] or default_id})


def _line(where: str, entry: Any) -> DraftLine:
    if not isinstance(entry, dict):
        _refuse(where, f"{_kind(entry)}", 'an object such as {"role": "agent", "text": "您好"}')
    texts = [entry[key] for key in _TEXT if key in entry]
    if not texts or not isinstance(texts[0], str | None):
        _refuse(
            where,
            f'"text" is {_kind(texts[0]) if texts else "missing"}',
            "text in text, content or message",
        )
    names = [str(entry[key]) for key in _NAME if entry.get(key) not in (None, "")]
    known = [name for name in names if role_of(name) != "unknown"]
    words = entry.get("words") or []
    if not isinstance(words, list):
        _refuse(where, f'"words" is {_kind(words)}', "a list")
    return DraftLine(
        where,
        next(iter((*known, *names)), ""),
        texts[0] or "",
        _moment(where, entry, _START),
        _moment(where, entry, _END),
        _share(where, entry.get("confidence")),
        tuple(_word(f"{where}, word {at}", word) for at, word in enumerate(words, 1)),
    )


def _moment(where: str, entry: Mapping[str, Any], keys: Sequence[str]) -> Moment | None:
    value = next((entry[key] for key in keys if entry.get(key) not in (None, "")), None)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        _refuse(where, f'"{keys[0]}" is {_kind(value)}', "seconds or a time")
    return moment_of(value, where)


def _word(where: str, word: Any) -> Word:
    if not isinstance(word, dict):
        _refuse(
            where, _kind(word), 'an object such as {"text": "您", "start_s": 0.0, "end_s": 0.2}'
        )
    text = word.get("text", word.get("word"))
    start, end = _moment(where, word, _START), _moment(where, word, _END)
    if (
        not isinstance(text, str)
        or not isinstance(start, float)
        or not isinstance(end, float)
        or end < start
    ):
        _refuse(
            where,
            "text or times are missing or wrong",
            "text, start_s and an end_s that is not before it",
        )
    confidence = _share(where, word.get("confidence", word.get("probability")))
    return Word(text, start, end, CLAIMED if confidence is None else confidence)


def _share(where: str, value: Any) -> float | None:
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= 1
        or math.isnan(value)
    ):
        _refuse(where, f"confidence is {str(value)[:40]}", "a number from 0 to 1")
    return float(value)


def _kind(value: Any) -> str:
    """JSON's name for the type of a value.

    >>> _kind({}), _kind(None), _kind(1)
    ('an object', 'null', 'a number')
    """
    names = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "true or false",
        type(None): "null",
    }
    return names.get(type(value), "a number")


def _refuse(where: str, wrong: str, expected: str) -> NoReturn:
    raise UnreadableError(f"{where}: {wrong}; expected {expected}")
