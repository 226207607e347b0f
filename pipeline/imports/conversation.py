"""A written conversation, and times and words for its lines."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, astuple, dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.errors import UnreadableError
from pipeline.imports.cleaning import clean, spread, spread_given
from pipeline.imports.moments import Moment, offsets, step_of
from pipeline.imports.speaker_names import SpeakerName, role_of, split_turns
from pipeline.types import CallMeta, Seconds, Span, Utterance, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Medium: TypeAlias = Literal["voice", "chat"]

CHARACTERS_PER_S = 4.0
"""Speed of a line without an end: 240 characters a minute, about the pace of speech (our
choice)."""

CLAIMED = 0.9
"""Confidence of a transcript without one: it is somebody's claim (our choice)."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A finished conversation.

    ``path`` ends with ``#id`` if the file holds several. ``sha256``: of the file, or of the
    conversation if the file holds several, so that later ones do not change it. ``timed``: the file
    has times. Without them the lines follow each other at four characters a second, and only their
    order has a meaning.
    """

    path: str
    sha256: str
    medium: Medium
    meta: CallMeta
    utterances: tuple[Utterance, ...]
    duration_s: Seconds
    timed: bool
    ended: bool = False
    step_s: Seconds = 0.0
    system_s: tuple[Seconds, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One entry as it is in the file.

    ``where``: file and line, for messages. ``speaker`` "": the text may name the speaker.
    ``confidence`` ``None``: not given. ``words``: given words, in the file's seconds.
    """

    where: str
    speaker: str
    text: str
    start: Moment | None = None
    end: Moment | None = None
    confidence: float | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A conversation as read, before cleaning. ``meta.call_id`` is always known."""

    where: str
    medium: Medium
    meta: CallMeta
    lines: tuple[DraftLine, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line with its time in seconds from the start, and its given words in the same time."""

    line: DraftLine
    span: Span
    words: tuple[Word, ...] = ()


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


def finish(draft: Draft, *, path: str, sha256: str) -> Conversation:
    """The cleaned conversation in order of time, without lines of the system.

    If no line is left, it has no utterances and lasts 0 s. Raises ``UnreadableError`` for
    impossible times.
    """
    lines = [line for line in draft.lines if _length_s(line)]
    timed = any(line.start is not None for line in lines)
    placed, started_at = (
        _by_their_times(draft.where, lines) if timed else (_one_after_another(lines), None)
    )
    utterances = tuple(utterance for one in placed for utterance in _utterances(one, draft.medium))
    return Conversation(
        path,
        sha256,
        draft.medium,
        replace(draft.meta, started_at=draft.meta.started_at or started_at),
        utterances,
        max((utterance.end_s for utterance in utterances), default=0.0),
        timed,
        ended=timed and all(line.end is not None and len(_turns(line)) == 1 for line in lines),
        step_s=step_of([moment for line in lines for moment in (line.start, line.end)]),
        system_s=tuple(
            one.span.start_s
            for one in placed
            if timed and any(role == "system" for role, _ in _turns(one.line))
        ),
    )


def _turns(line: DraftLine) -> list[tuple[SpeakerName, str]]:
    """The speakers and cleaned texts of a line. Empty texts are left out."""
    named = ((line.speaker, line.text),) if line.speaker else split_turns(line.text)
    turns = [(role_of(name), clean(text)) for name, text in named]
    return [(role, text) for role, text in turns if text]


def _length_s(line: DraftLine) -> Seconds:
    return sum(len(text) for _, text in _turns(line)) / CHARACTERS_PER_S


def _one_after_another(lines: Sequence[DraftLine]) -> list[_Placed]:
    ends = accumulate(map(_length_s, lines), initial=0.0)
    return [
        _Placed(line, Span(start, end))
        for line, (start, end) in zip(lines, pairwise(ends), strict=True)
    ]


def _by_their_times(where: str, lines: Sequence[DraftLine]) -> tuple[list[_Placed], str | None]:
    """Lines in order of time, and the start of the conversation if it is known.

    A line without an end lasts as long as it takes to say, but not into the next line.
    """
    for line in lines:
        if line.start is None:
            raise UnreadableError(
                f"{line.where}: no time, though other lines have one; expected one for every line"
            )
    moments = [moment for line in lines for moment in (line.start, line.end) if moment is not None]
    seconds, started_at = offsets(moments, where)
    at = iter(seconds)
    timed = [(next(at), None if line.end is None else next(at), line) for line in lines]
    if timed[0][0] > timed[-1][0] and all(one[0] >= after[0] for one, after in pairwise(timed)):
        timed.reverse()  # newest first: a stable sort alone would reverse the lines of one minute
    timed.sort(key=lambda one: one[0])
    starts = [*(start for start, _, _ in timed), math.inf]
    placed: list[_Placed] = []
    for (start, end, line), following in zip(timed, starts[1:], strict=True):
        if end is not None and end < start:
            raise UnreadableError(
                f"{line.where}: ends {start - end:g} s before it starts; expected the end after the start"
            )
        span = Span(start, min(start + _length_s(line), following) if end is None else end)
        shift = start - line.start if isinstance(line.start, float) else None
        placed.append(
            _Placed(
                line,
                span,
                () if shift is None else tuple(_moved(word, shift) for word in line.words),
            )
        )
    return placed, started_at


def _moved(word: Word, shift: Seconds) -> Word:
    return replace(word, start_s=word.start_s + shift, end_s=word.end_s + shift)


def _utterances(placed: _Placed, medium: Medium) -> Iterator[Utterance]:
    """The utterances of each speaker of a line. They share the line's time by the number of
    characters."""
    line, span = placed.line, placed.span
    turns = _turns(line)
    confidence = (
        1.0 if medium == "chat" else CLAIMED if line.confidence is None else line.confidence
    )
    total = sum(len(text) for _, text in turns)
    before = 0
    for role, text in turns:
        after = before + len(text)
        start = span.start_s + span.duration_s * before / total
        # The last one ends exactly with the line; a fraction would be off by a rounding error.
        end = span.end_s if after == total else span.start_s + span.duration_s * after / total
        before = after
        if role != "system":
            given = spread_given(text, placed.words) if medium == "voice" else ()
            words = given or spread(text, Span(start, end), confidence)
            yield Utterance(role, _channel(role), start, end, text, confidence, words)


def _channel(role: SpeakerName) -> int:
    return 1 if role == "customer" else 0
