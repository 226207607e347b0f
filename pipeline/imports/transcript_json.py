"""JSON transcripts: callqa's own form, a plain list of messages, Whisper's segments, or one of
these a line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.errors import UnreadableError
from pipeline.imports.draft import Draft, DraftLine, Medium
from pipeline.imports.json_forms import own_form
from pipeline.imports.json_values import (
    conversation_id,
    kind_of,
    own_text,
    read_meta,
    refuse,
    share,
    words_of,
)
from pipeline.imports.moments import Moment, moment_of
from pipeline.imports.numbers import number_in_name
from pipeline.imports.speaker_names import role_of
from pipeline.imports.tables import decode
from pipeline.imports.vocabulary import fields_of, is_system_kind, says_yes, spelling
from pipeline.imports.wecom import as_messages, is_archive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LISTS = (
    "utterances",
    "segments",
    "messages",
    "消息",
    "对话",
    "消息列表",
    "聊天记录",
    "records",
    "msgs",
    "dialogue",
    "dialog",
    "turns",
    "chat",
    "items",
    "list",
    "sentences",
)
_TEXT = "text in text, content, message, 内容 or 文本"
_FORMS = 'an object with "utterances" or "segments", or a list of {"role": …, "text": …}'


def read_json(path: Path, data: bytes) -> tuple[Draft, ...]:
    """Read the conversations of a JSON or JSON lines file.

    Messages with different conversation ids are several conversations. Without a ``call_id`` the
    id is the file's stem and the number of the conversation. Raises ``UnreadableError`` or
    ``SettingsError`` with the line or entry.
    """
    entries = _entries(decode(data, path), path)
    if not entries:
        raise UnreadableError(f"{path}: the list is empty; expected {_FORMS}")
    if is_archive(entries):
        entries = as_messages(entries)
    if isinstance(entries[0][1], dict) and not any(_is_conversation(entry) for _, entry in entries):
        return tuple(_drafts(str(path), {}, entries, path.stem))
    several = len(entries) > 1
    drafts: list[Draft] = []
    for at, (place, entry) in enumerate(entries, 1):
        where = f"{path}, {place}" if place else str(path)
        if not _is_conversation(entry):
            refuse(where, f"{kind_of(entry)} that is no conversation", _FORMS)
        numbered = [
            (f"{_key(entry)} entry {number}", member)
            for number, member in enumerate(entry[_key(entry)], 1)
        ]
        stem = f"{path.stem}-{at}" if several else path.stem
        drafts += _drafts(where, entry, numbered, stem, before=place)
    return tuple(drafts)


def _entries(text: str, path: Path) -> list[tuple[str, Any]]:
    """Values with their places: the one value, the members of a list, or one value a line."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        by_line = path.suffix.lower() != ".json" or error.msg == "Extra data"
        if not by_line:
            refuse(
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
    whole = own_form(whole)
    if isinstance(whole, dict) and not _is_conversation(whole):
        refuse(str(path), "an object that is no conversation", _FORMS)
    if isinstance(whole, list):
        return [(f"entry {at}", own_form(entry)) for at, entry in enumerate(whole, 1)]
    return [("", whole)]


def _entry_of_line(path: Path, number: int, line: str) -> tuple[str, Any]:
    try:
        return f"line {number}", own_form(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(
            f"{path}, line {number}: not JSON ({error}); expected one JSON object a line"
        ) from error


def _is_conversation(entry: Any) -> bool:
    return isinstance(entry, dict) and _key(entry) != ""


def _key(entry: Mapping[str, Any]) -> str:
    return next((key for key in _LISTS if isinstance(entry.get(key), list)), "")


def _drafts(
    where: str,
    found: Mapping[str, Any],
    numbered: Sequence[tuple[str, Any]],
    default_id: str,
    *,
    before: str = "",
) -> list[Draft]:
    """The conversations of entries with their places: one, or one for each id that the entries
    name. ``found`` is the object that contains them."""
    ids: dict[str | None, list[tuple[str, Any]]] = {}
    for place, entry in numbered:
        ids.setdefault(conversation_id(f"{where}, {place}", entry), []).append((place, entry))
    named = [one for one in ids if one]
    if named and len(ids) > 1 and None in ids:
        place = ids[None][0][0]
        refuse(
            f"{where}, {place}",
            "no conversation id, though other entries have one",
            "one in every entry",
        )
    return [_draft(where, found, own, default_id, before=before) for own in ids.values()] or [
        _draft(where, found, [], default_id)
    ]


def _draft(
    where: str,
    found: Mapping[str, Any],
    numbered: Sequence[tuple[str, Any]],
    default_id: str,
    *,
    before: str = "",
) -> Draft:
    head = f"{before}, " if before else ""
    lines = tuple(_line(f"{where}, {place}", f"{head}{place}", entry) for place, entry in numbered)
    spoken = "segments" in found or (
        bool(lines) and all(line.start is not None and line.end is not None for line in lines)
    )
    medium = found.get("medium")
    if medium not in (None, "voice", "chat"):
        refuse(where, f"medium is {medium!r}", '"voice" or "chat"')
    usual: Medium = "voice" if spoken else "chat"
    meta = read_meta(where, found, [entry for _, entry in numbered], default_id)
    if meta.agent_id is None:
        meta = replace(meta, agent_id=number_in_name(lines))
    return Draft(where, medium or usual, meta, lines)


def _line(where: str, place: str, entry: Any) -> DraftLine:
    if not isinstance(entry, dict):
        refuse(where, f"{kind_of(entry)}", 'an object such as {"role": "agent", "text": "您好"}')
    keys = fields_of(entry)
    text = _text_of(where, entry, keys)
    names = _names_of(entry, keys)
    known = [name for name in names if role_of(name) != "unknown"]
    start, end = (_moment(where, entry, keys.get(field)) for field in ("start", "end"))
    agent, queue = (own_text(where, entry, keys.get(field)) for field in ("agent_id", "queue"))
    kind, recalled = (str(entry.get(keys.get(field, ""), "")) for field in ("kind", "recalled"))
    if is_system_kind(kind) or says_yes(recalled):
        names, known = (), ["system"]
    return DraftLine(
        where,
        next(iter((*known, *names)), ""),
        text,
        start,
        end,
        share(where, entry.get("confidence")),
        words_of(where, entry.get("words"), (start, end)),
        names=names,
        in_seconds=bool({"starts", "startms", "beginms"} & set(map(spelling, entry))),
        agent_id=agent,
        queue=queue,
        place=place,
    )


def _text_of(where: str, entry: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    if "text" not in keys:
        refuse(where, '"text" is missing', _TEXT)
    text = entry[keys["text"]]
    if isinstance(text, dict):  # {"text": {"content": "您好"}}
        text = next((text[key] for key in ("content", "text", "内容") if key in text), text)
    if not isinstance(text, str | None):
        refuse(where, f'"text" is {kind_of(text)}', _TEXT)
    return text or ""


def _names_of(entry: Mapping[str, Any], keys: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the speaker, the side first."""
    found: list[str] = []
    for field in ("role", "speaker"):
        value = entry.get(keys.get(field, ""))
        members = value.values() if isinstance(value, dict) else (value,)
        found += [str(one) for one in members if isinstance(one, str | int) and one != ""]
    return tuple(dict.fromkeys(found))


def _moment(where: str, entry: Mapping[str, Any], key: str | None) -> Moment | None:
    value = entry.get(key) if key else None
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        refuse(where, f'"{key}" is {kind_of(value)}', "seconds or a time")
    moment = moment_of(value, where)
    in_ms = spelling(key or "").endswith("ms") and isinstance(moment, float)
    return moment / 1000 if in_ms and isinstance(moment, float) else moment
