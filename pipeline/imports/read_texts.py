"""Read finished transcripts and chat logs as conversations. The same rules check them, without a
recording."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError, UnreadableError
from pipeline.imports.chat import read_chat
from pipeline.imports.conversation import Conversation, Draft, Medium, digest_of_draft, finish
from pipeline.imports.subtitles import read_subtitles
from pipeline.imports.tables import TABLE_SUFFIXES, is_rounded
from pipeline.imports.transcript_json import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_READERS: Mapping[str, Callable[[Path, bytes], tuple[Draft, ...]]] = {
    ".srt": read_subtitles,
    ".vtt": read_subtitles,
    ".json": read_json,
    ".jsonl": read_json,
    ".ndjson": read_json,
    **dict.fromkeys(sorted(TABLE_SUFFIXES), read_chat),
}
TEXT_SUFFIXES = frozenset(_READERS)

__all__ = ["TEXT_SUFFIXES", "Conversation", "Medium", "read_conversations"]


def read_conversations(path: Path) -> tuple[Conversation, ...]:
    """Read the conversations of one file, in its order; at least one. Conversations in which only
    the system speaks are left out.

    Raises ``UnreadableError`` with the line or entry for a file in none of the forms of
    docs/imports.md.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableError(
            f"{path}: {path.suffix or 'no suffix'} is not a transcript; expected {', '.join(sorted(TEXT_SUFFIXES))}"
        )
    data = _read(path)
    try:
        drafts = reader(path, data)
    # Tables and times raise SettingsError; here the file takes a recording's place.
    except SettingsError as error:
        raise UnreadableError(str(error)) from error
    _refuse_twins(path, drafts)
    _refuse_rounded(drafts)
    if len(drafts) == 1:
        found = [finish(drafts[0], path=str(path), sha256=hashlib.sha256(data).hexdigest())]
    else:
        found = [
            finish(draft, path=f"{path}#{draft.meta.call_id}", sha256=digest_of_draft(draft))
            for draft in drafts
        ]
    spoken = tuple(conversation for conversation in found if conversation.utterances)
    if not spoken:
        raise UnreadableError(
            f"{path}: nobody says anything in it; expected at least one line of text by a person"
        )
    return spoken


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


def _refuse_twins(path: Path, drafts: tuple[Draft, ...]) -> None:
    for call_id, times in Counter(draft.meta.call_id for draft in drafts).items():
        if times > 1:
            raise UnreadableError(
                f"{path}: {times} conversations have the id {call_id!r}; expected one each; give each its own call_id"
            )
