"""Read finished transcripts and chat logs as conversations. The same rules check them, without a
recording."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import SettingsError, UnreadableError
from pipeline.imports.chat import read_chat
from pipeline.imports.conversation import Conversation, finish
from pipeline.imports.draft import Draft, Medium, Reading, digest_of_draft, forget_turns
from pipeline.imports.exported_times import not_yet
from pipeline.imports.line_faults import without_untimely
from pipeline.imports.parts import split_parts
from pipeline.imports.plain_texts import read_plain
from pipeline.imports.speaker_names import NameMap
from pipeline.imports.subtitles import read_subtitles
from pipeline.imports.tables import TABLE_SUFFIXES, is_rounded
from pipeline.imports.transcript_json import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_READERS: Mapping[str, Callable[[Path, bytes], Reading]] = {
    ".srt": read_subtitles,
    ".vtt": read_subtitles,
    ".json": read_json,
    ".jsonl": read_json,
    ".ndjson": read_json,
    **dict.fromkeys(sorted(TABLE_SUFFIXES), read_chat),
    ".txt": read_plain,
}
TEXT_SUFFIXES = frozenset(_READERS)

__all__ = [
    "TEXT_SUFFIXES",
    "Conversation",
    "Medium",
    "TextFile",
    "read_conversations",
    "read_text_bytes",
    "read_text_file",
]


@dataclass(frozen=True, slots=True)
class TextFile:
    """What is in a file. ``faults``: lines and conversations that were left out, each with its place
    and reason; ``notes``: what a person should know of the whole file, in Chinese; ``silent``: the
    conversations in which no person says anything, as ``path`` of a conversation names them."""

    conversations: tuple[Conversation, ...]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def read_conversations(path: Path, names: NameMap | None = None) -> tuple[Conversation, ...]:
    """As ``read_text_file``, if the whole of the file can be read.

    Raises ``UnreadableError`` with the line or entry for a file in none of the forms of
    docs/imports.md, and for the first line that cannot be read.
    """
    found = read_text_file(path, names)
    if found.faults:
        raise UnreadableError(found.faults[0])
    return found.conversations


def read_text_file(path: Path, names: NameMap | None = None) -> TextFile:
    """Read the conversations of one file, in its order; at least one, or one fault. A conversation
    that several agents led gives one for each agent's part, side by side. Conversations in which
    only the system speaks are ``silent``.

    A line that cannot be read is left out; the conversations that it may be of have it as ``lost``.
    ``names``: what the site calls the sides. Raises ``UnreadableError`` with the line or entry for
    a file in none of the forms of docs/imports.md.
    """
    reader = _reader_of(path)
    return _taken(path, reader, _read(path), names or NameMap())


def read_text_bytes(path: Path, data: bytes, names: NameMap | None = None) -> TextFile:
    """As ``read_text_file``, of what stands in ``data`` as if it were the file ``path``, such as a
    conversation that is handed over message by message."""
    return _taken(path, _reader_of(path), data, names or NameMap())


_Reader: TypeAlias = "Callable[[Path, bytes], Reading]"


def _reader_of(path: Path) -> _Reader:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableError(
            f"{path}: {path.suffix or 'no suffix'} is not a transcript; expected {', '.join(sorted(TEXT_SUFFIXES))}"
        )
    return reader


def _taken(path: Path, reader: _Reader, data: bytes, known: NameMap) -> TextFile:
    try:
        read = reader(path, data)
        _refuse_rounded(read.drafts)
    # Tables and times raise SettingsError; here the file takes a recording's place.
    except SettingsError as error:
        raise UnreadableError(str(error)) from error
    single = len(read.drafts) == 1
    whole = hashlib.sha256(data).hexdigest() if single else ""
    faults = [*read.faults, *_twins(path, read.drafts)]
    twins = {
        name for name, n in Counter(draft.meta.call_id for draft in read.drafts).items() if n > 1
    }
    today = date.today()
    spoken: list[Conversation] = []
    silent: list[str] = []
    for draft in read.drafts:
        if draft.meta.call_id in twins:
            continue
        try:
            timely = without_untimely(draft)
            found = _finished(path, timely, known, whole)
        except (SettingsError, UnreadableError) as error:
            faults.append(str(error))
            continue
        faults += [fault for fault in timely.lost if fault not in faults]
        ahead = [not_yet(one.meta.started_at, draft.where, today=today) for one in found]
        faults += filter(None, dict.fromkeys(ahead))
        found = [
            replace(one, meta=replace(one.meta, started_at=None)) if wrong else one
            for one, wrong in zip(found, ahead, strict=True)
        ]
        spoken += [one for one in found if one.utterances]
        silent += [one.path for one in found if not one.utterances]
    forget_turns()
    if not (spoken or faults):
        raise UnreadableError(
            f"{path}: nobody says anything in it; expected at least one line of text by a person"
        )
    return TextFile(tuple(spoken), tuple(faults), read.notes, tuple(silent))


def _refuse_rounded(drafts: tuple[Draft, ...]) -> None:
    """Tables have refused theirs with the line. Elsewhere a number of 16 digits may end in zero by
    itself."""
    for draft in drafts:
        for name in (draft.meta.call_id, draft.meta.agent_id, draft.meta.customer_id):
            if name and len(name) != 16 and is_rounded(name):
                raise UnreadableError(
                    f"{draft.where}: {name} is a number that a spreadsheet has rounded; its last digits are "
                    "lost; export it again with the number as text"
                )


def _finished(path: Path, draft: Draft, names: NameMap, whole: str) -> list[Conversation]:
    """The conversation of a draft, or its parts, each with what is said in the others. ``whole``:
    the SHA-256 of a file with this conversation only, else ""."""
    parts = split_parts(draft, names)
    if len(parts) == 1:
        at = str(path) if whole else f"{path}#{draft.meta.call_id}"
        return [finish(draft, path=at, sha256=whole or digest_of_draft(draft), names=names)]
    made = [
        finish(part, path=f"{path}#{part.meta.call_id}", sha256=digest_of_draft(part), names=names)
        for part in parts
    ]
    return [
        replace(
            one, others=tuple(u for other in made if other is not one for u in other.utterances)
        )
        for one in made
    ]


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableError(
            f"{path}: cannot be read ({error.strerror}); check path and permissions"
        ) from error
    if not data.strip():
        raise UnreadableError(f"{path}: the file is empty; expected a transcript; export it again")
    return data


def _twins(path: Path, drafts: tuple[Draft, ...]) -> list[str]:
    """Ids that several conversations have: none of them is taken."""
    return [
        f"{path}: {times} conversations have the id {call_id!r}; expected one each; give each its own call_id"
        for call_id, times in Counter(draft.meta.call_id for draft in drafts).items()
        if times > 1
    ]
