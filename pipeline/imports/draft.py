"""A written conversation as it is in its file, before cleaning."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, astuple, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.imports.cleaning import clean
from pipeline.imports.named_turns import split_turns, without_others
from pipeline.imports.own_words import own_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.imports.moments import Moment
    from pipeline.imports.speaker_names import NameMap, SpeakerName
    from pipeline.types import CallMeta, Part, Word

Medium: TypeAlias = Literal["voice", "chat"]


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One entry as it is in the file.

    ``where``: file and line, for messages. ``speaker`` "": the text may name the speaker.
    ``confidence`` ``None``: not given. ``words``: given words, in the file's seconds. ``names``:
    all names given, the side first; ``in_seconds``: the unit of the times is known. ``agent_id``,
    ``queue``: of this line.
    """

    where: str
    speaker: str
    text: str
    start: Moment | None = None
    end: Moment | None = None
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    names: tuple[str, ...] = ()
    in_seconds: bool = False
    agent_id: str | None = None
    queue: str | None = None
    place: str = ""
    """Its line or entry in the file."""
    sent: str = ""
    """``out``: by the site, ``in``: by the customer; "" where no column says so."""

    def turns(self, names: NameMap) -> list[tuple[SpeakerName, str]]:
        """The speakers and cleaned texts of the line. Empty texts are left out. A text that is
        quoted, forwarded, recalled or automatic is of the system."""
        return [(role, text) for role, text, _ in self.voiced(names)]

    def voiced(self, names: NameMap) -> list[tuple[SpeakerName, str, str]]:
        """As ``turns``, each with its name as written."""
        return [*_voiced(self.speaker, self.names, self.text, names)]


@lru_cache(maxsize=10_000)
def _voiced(
    speaker: str, written: tuple[str, ...], text: str, names: NameMap
) -> tuple[tuple[SpeakerName, str, str], ...]:
    """The turns of a line. It is asked for them five times until its conversation is finished."""
    parts: Sequence[tuple[str, str]] = split_turns(text, names) if not speaker else ()
    if speaker:
        known = (name for name in written if names.role_of(name) != "unknown")
        parts = ((next(known, speaker), text),)
    turns: list[tuple[SpeakerName, str, str]] = []
    for name, words in parts:
        side = names.role_of(name)
        own = clean(without_others(own_words(words), side))
        role: SpeakerName = side if own else "system"
        turns.append((role, own or clean(words), name))
    return tuple(turn for turn in turns if turn[1])


def forget_turns() -> None:
    """Forget the turns of the lines so far: what people say stays in memory no longer than the
    reading of their file."""
    _voiced.cache_clear()


@dataclass(frozen=True, slots=True)
class Draft:
    """A conversation as read, before cleaning. ``meta.call_id`` is always known."""

    where: str
    medium: Medium
    meta: CallMeta
    lines: tuple[DraftLine, ...]
    part: Part | None = None
    lost: tuple[str, ...] = ()
    """Lines that could not be read and may be of this conversation, each with its reason."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is in a file. ``faults``: lines and conversations that were left out, each with its
    place and reason. ``notes``: what a person should know of the whole file, in Chinese."""

    drafts: tuple[Draft, ...]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def digest_of_draft(draft: Draft) -> str:
    """SHA-256 (hex) of a conversation's metadata and lines as they are in the file, independent of
    their place in it."""
    lines = [
        [
            line.speaker,
            line.text,
            str(line.start),
            str(line.end),
            line.confidence,
            [*map(astuple, line.words)],
        ]
        for line in draft.lines
    ]
    canonical = json.dumps([asdict(draft.meta), lines], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
