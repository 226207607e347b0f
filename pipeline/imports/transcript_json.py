"""JSON transcripts: callqa's own form, a plain list of messages, Whisper's segments, or one of
these a line."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError, UnreadableError
from pipeline.imports.days import Days, days_of, with_start
from pipeline.imports.dialogue import is_dialogue
from pipeline.imports.draft import Draft, DraftLine, Medium, Reading
from pipeline.imports.encodings import decode
from pipeline.imports.file_names import stem_of
from pipeline.imports.json_lists import are_messages
from pipeline.imports.json_message import read_message
from pipeline.imports.json_meta import read_meta, unread_keys
from pipeline.imports.json_shapes import Talk, find_talks
from pipeline.imports.json_values import conversation_id, kind_of, refuse
from pipeline.imports.line_faults import ensure_enough, owners
from pipeline.imports.named_turns import with_breaks
from pipeline.imports.numbers import number_in_name
from pipeline.imports.side_flags import by_direction, by_people, people_in
from pipeline.imports.vocabulary import fields_of, unread_note
from pipeline.imports.wecom import as_messages, is_archive
from pipeline.imports.wecom_kf import with_pages_joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_FORMS = 'an object with "utterances" or "segments", or a list of {"role": …, "text": …}'


def read_json(path: Path, data: bytes) -> Reading:
    """Read the conversations of a JSON or JSON lines file, wherever in it they are.

    Messages with different conversation ids are several conversations. Without a ``call_id`` the
    id is the file's stem and the number of the conversation. Raises ``UnreadableError`` if there is
    no conversation in it.
    """
    talks, faults, lost = _talks(decode(data, path), path)
    if not talks:
        raise UnreadableError(
            faults[0] if faults else f"{path}: the list is empty; expected {_FORMS}"
        )
    talks = _pages_joined(talks)
    days = days_of(stem_of(path))
    drafts: list[Draft] = []
    for at, talk in enumerate(talks, 1):
        where = f"{path}, {talk.place}" if talk.place else str(path)
        stem = talk.name or (f"{stem_of(path)}-{at}" if len(talks) > 1 else stem_of(path))
        view = _View(where, talk, stem, len(talks) == 1, days)
        try:
            _refuse_page(view)
            found, wrong = _drafts(view, lost)
        except (SettingsError, UnreadableError) as error:
            faults.append(str(error))
            continue
        drafts += found
        faults += wrong
    unread = [key for talk in talks for key in unread_keys(talk)]
    return Reading(tuple(drafts), tuple(faults), unread_note(path, unread))


@dataclass(frozen=True, slots=True)
class _View:
    """Messages with what is around them. ``alone``: the file has no others."""

    where: str
    talk: Talk
    default_id: str
    alone: bool
    days: Days


def _talks(text: str, path: Path) -> tuple[list[Talk], list[str], dict[int, str]]:
    """The conversations of a file, what in it is none, and lines that may be messages (line → the
    reason)."""
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
        return _talks_by_line(path, text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(
            f"{path}: JSON that cannot be read ({error}); expected {_FORMS}"
        ) from error
    if whole == []:
        return [], [], {}
    whole = with_pages_joined(whole)
    alone = isinstance(whole, dict) and (path.suffix.lower() != ".json" or _has_whole_talk(whole))
    if alone and not find_talks(whole).talks:
        whole = [whole]
    search = find_talks(whole)
    faults = [_no_conversation(f"{path}, {place}", member) for place, member in search.faults]
    if not search.talks:
        first = isinstance(whole, list)
        where, value = (f"{path}, entry 1", whole[0]) if first else (str(path), whole)
        faults = [_no_conversation(where, value)]
    return search.talks, faults, {}


def _has_whole_talk(value: Mapping[str, Any]) -> bool:
    """Whether the text of an object is a conversation that names its speakers."""
    text = value.get(fields_of(value).get("text", ""))
    return isinstance(text, str) and is_dialogue(with_breaks(text))


def _talks_by_line(path: Path, text: str) -> tuple[list[Talk], list[str], dict[int, str]]:
    values: list[tuple[str, Any]] = []
    lost: dict[int, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                values.append((f"line {number}", json.loads(line)))
            except (ValueError, RecursionError) as error:
                lost[number] = (
                    f"{path}, line {number}: not JSON ({error}); expected one JSON object a line"
                )
    pages = [value for _, value in values]
    joined = with_pages_joined(pages)
    if joined is not pages:
        return find_talks(joined).talks, list(lost.values()), {}
    if are_messages(pages):
        entries = as_messages(values) if is_archive(values) else values
        return [Talk("", {}, entries)], list(lost.values()), lost
    talks: list[Talk] = []
    faults = list(lost.values())
    for place, value in values:
        search = find_talks(value)
        talks += [replace(one, place=_place(place, one.place)) for one in search.talks]
        faults += [
            _no_conversation(f"{path}, {place}, {inner}", member) for inner, member in search.faults
        ]
        if not search.talks:
            faults.append(_no_conversation(f"{path}, {place}", value))
    return talks, faults, {}


def _place(before: str, place: str) -> str:
    return f"{before}, {place}" if place else before


def _no_conversation(where: str, value: Any) -> str:
    return f"{where}: {kind_of(value)} that is no conversation; expected {_FORMS}"


def _pages_joined(talks: Sequence[Talk]) -> list[Talk]:
    """Pages whose messages name their conversations, as one list: the next page goes on with the
    conversation of the page before."""
    pages = [talk for talk in talks if talk.is_page and _all_named(talk)]
    if len(pages) < 2:
        return list(talks)
    entries = [
        (_place(talk.place, place) if talk.place else place, entry)
        for talk in pages
        for place, entry in talk.entries
    ]
    whole = Talk("", {}, entries, (*pages[0].above, pages[0].found))
    return [*(talk for talk in talks if talk not in pages), whole]


def _all_named(talk: Talk) -> bool:
    return all(
        isinstance(entry, dict) and fields_of(entry).get("id") and entry[fields_of(entry)["id"]]
        for _, entry in talk.entries
    )


def _refuse_page(view: _View) -> None:
    """A page of messages may go on with the conversation of the page before."""
    talk = view.talk
    named = any(conversation_id(view.where, entry) for _, entry in talk.entries)
    if view.alone or not talk.is_page or named or talk.name:
        return
    meta, _ = read_meta(view.where, talk, [], "", alone=True, days=view.days)
    if not meta.call_id:
        refuse(
            view.where,
            "a page of messages that name no conversation, among other pages",
            "会话编号 in each message, or all pages joined into one list",
        )


def _drafts(view: _View, broken: Mapping[int, str]) -> tuple[list[Draft], list[str]]:
    """The conversations of messages: one, or one for each id that they name; and what was left
    out. ``broken``: lines of the file that are no JSON."""
    ids: dict[str | None, list[tuple[int, str, Any]]] = {}
    for at, (place, entry) in enumerate(view.talk.entries, 1):
        number = int(place.removeprefix("line ")) if broken else at
        named = conversation_id(f"{view.where}, {place}", entry)
        ids.setdefault(named, []).append((number, place, entry))
    lost = dict(broken)
    if len(ids) > 1:
        for number, place, _ in ids.pop(None, ()):
            lost[number] = (
                f"{view.where}, {place}: no conversation id, though other entries have one; expected one in "
                "every entry"
            )
    names = {name or "": [number for number, _, _ in own] for name, own in ids.items()}
    whose = owners(dict.fromkeys(sorted(lost)), names)
    faults = [reason for number, reason in lost.items() if number not in broken]
    drafts: list[Draft] = []
    for name, own in (ids or {None: []}).items():
        missing = [lost[number] for number, of in whose.items() if (name or "") in of]
        try:
            draft, wrong = _draft(view, [(place, entry) for _, place, entry in own], missing)
        except (SettingsError, UnreadableError) as error:
            faults.append(str(error))
            continue
        drafts.append(draft)
        faults += wrong
    return drafts, faults


def _sided(
    talk: Talk, numbered: Sequence[tuple[str, Any]], lines: Sequence[DraftLine]
) -> tuple[DraftLine, ...]:
    """The lines with the sides that directions, and the names of the two people, tell."""
    people: dict[str, str] = {}
    for one in (talk.found, *(entry for _, entry in numbered)):
        if isinstance(one, dict):
            people |= people_in(one)
    return by_direction(by_people(lines, people))


def _draft(
    view: _View, numbered: Sequence[tuple[str, Any]], missing: Sequence[str]
) -> tuple[Draft, list[str]]:
    """A conversation, and the reasons for its lines and values that were left out."""
    where, talk = view.where, view.talk
    medium = talk.found.get("medium")
    if medium not in (None, "voice", "chat"):
        refuse(where, f"medium is {medium!r}", '"voice" or "chat"')
    meta, wrong = read_meta(
        where,
        talk,
        [entry for _, entry in numbered],
        view.default_id,
        alone=view.alone,
        days=view.days,
    )
    days = with_start(view.days, meta.started_at)
    head = f"{talk.place}, " if talk.place else ""
    lines: list[DraftLine] = []
    lost: list[str] = []
    for place, entry in numbered:
        try:
            lines.append(read_message(f"{where}, {place}", f"{head}{place}", entry, days))
        except (SettingsError, UnreadableError) as error:
            lost.append(str(error))
    ensure_enough(where, lost, len(lines))
    spoken = "segments" in talk.found or (
        bool(lines) and all(line.start is not None and line.end is not None for line in lines)
    )
    usual: Medium = "voice" if spoken else "chat"
    if meta.agent_id is None:
        meta = replace(meta, agent_id=number_in_name(lines))
    draft = Draft(
        where, medium or usual, meta, _sided(talk, numbered, lines), lost=(*missing, *lost)
    )
    return draft, [*lost, *wrong]
