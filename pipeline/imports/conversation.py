"""A written conversation, and times and words for its lines."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pipeline.errors import UnreadableError
from pipeline.imports.cleaning import spread, spread_given
from pipeline.imports.json_values import CLAIMED
from pipeline.imports.moments import offsets, step_of
from pipeline.imports.speaker_names import NOT_SAID, NameMap, SpeakerName, is_label
from pipeline.imports.units import in_seconds
from pipeline.types import CallMeta, Part, Seconds, Span, Utterance, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.imports.draft import Draft, DraftLine, Medium

CHARACTERS_PER_S = 4.0
"""Speed of a line without an end: 240 characters a minute, about the pace of speech (our
choice)."""


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
    places: tuple[str, ...] = ()
    """For each utterance its line or entry in the file."""
    voices: tuple[str, ...] = ()
    """For each utterance the label of a speaker without a side (SPEAKER_00), else ""."""
    strangers: tuple[str, ...] = ()
    """Names of speakers that were not understood."""
    part: Part | None = None
    others: tuple[Utterance, ...] = ()
    """Of a part: what is said in the other parts, in their order."""
    lost: tuple[str, ...] = ()
    """Lines that could not be read and may be of this conversation, each with its reason."""
    system_end: str = ""
    """What the system says behind the last words of either side."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line with its time in seconds from the start, and its given words in the same time."""

    line: DraftLine
    span: Span
    words: tuple[Word, ...] = ()


def finish(draft: Draft, *, path: str, sha256: str, names: NameMap | None = None) -> Conversation:
    """The cleaned conversation in order of time, without lines of the system.

    If no line is left, it has no utterances and lasts 0 s. Raises ``UnreadableError`` for
    impossible times.
    """
    known = names or NameMap()
    lines = _timely(draft, known)
    timed = any(line.start is not None for line in lines)
    placed, started_at = (
        _by_their_times(draft.where, lines, known)
        if timed
        else (_one_after_another(lines, known), None)
    )
    said = [spoken for one in placed for spoken in _utterances(one, draft.medium, known)]
    utterances = tuple(utterance for utterance, _, _ in said)
    return Conversation(
        path,
        sha256,
        draft.medium,
        replace(draft.meta, started_at=draft.meta.started_at or started_at),
        utterances,
        max((utterance.end_s for utterance in utterances), default=0.0),
        timed,
        ended=timed and all(line.end is not None and len(line.turns(known)) == 1 for line in lines),
        step_s=step_of([moment for line in lines for moment in (line.start, line.end)]),
        system_s=tuple(
            one.span.start_s
            for one in placed
            if timed and any(role == "system" for role, _ in one.line.turns(known))
        ),
        places=tuple(place for _, place, _ in said),
        voices=tuple(
            name if utterance.role == "unknown" and is_label(name) else ""
            for utterance, _, name in said
        ),
        strangers=tuple(
            dict.fromkeys(
                name.strip()
                for utterance, _, name in said
                if utterance.role == "unknown" and _is_stranger(name)
            )
        ),
        part=draft.part,
        lost=draft.lost,
        system_end=_system_end(placed, known),
    )


def _system_end(placed: Sequence[_Placed], names: NameMap) -> str:
    said: list[str] = []
    for one in reversed(placed):
        turns = one.line.turns(names)
        if any(role != "system" for role, _ in turns):
            break
        said += [text for _, text in turns]
    return "\n".join(reversed(said))


def _timely(draft: Draft, names: NameMap) -> list[DraftLine]:
    """The lines with text, their times in seconds; a later part begins at 0."""
    lines = [line for line in draft.lines if _length_s(line, names)]
    lines = in_seconds(lines, draft.where)
    starts = [line.start for line in lines if isinstance(line.start, float)]
    if draft.part is None or draft.part.number == 1 or not starts:
        return lines
    return [_shifted(line, -min(starts)) for line in lines]


def _shifted(line: DraftLine, by: Seconds) -> DraftLine:
    start, end = (t + by if isinstance(t, float) else t for t in (line.start, line.end))
    return replace(line, start=start, end=end, words=tuple(_moved(word, by) for word in line.words))


def _is_stranger(name: str) -> bool:
    return name.strip().casefold() not in NOT_SAID and not is_label(name)


def in_order(draft: Draft) -> tuple[DraftLine, ...]:
    """The lines of a draft in order of time; as they are where not all have one."""
    if any(line.start is None for line in draft.lines):
        return draft.lines
    return tuple(line for _, _, line in _timed(draft.where, draft.lines)[0])


def _length_s(line: DraftLine, names: NameMap) -> Seconds:
    return sum(len(text) for _, text in line.turns(names)) / CHARACTERS_PER_S


def _one_after_another(lines: Sequence[DraftLine], names: NameMap) -> list[_Placed]:
    ends = accumulate((_length_s(line, names) for line in lines), initial=0.0)
    return [
        _Placed(line, Span(start, end))
        for line, (start, end) in zip(lines, pairwise(ends), strict=True)
    ]


def _by_their_times(
    where: str, lines: Sequence[DraftLine], names: NameMap
) -> tuple[list[_Placed], str | None]:
    """Lines in order of time, and the start of the conversation if it is known.

    A line without an end lasts as long as it takes to say, but not into the next line.
    """
    for line in lines:
        if line.start is None:
            raise UnreadableError(
                f"{line.where}: no time, though other lines have one; expected one for every line"
            )
    timed, started_at = _timed(where, lines)
    starts = [*(start for start, _, _ in timed), math.inf]
    placed: list[_Placed] = []
    for (start, end, line), following in zip(timed, starts[1:], strict=True):
        if end is not None and end < start:
            raise UnreadableError(
                f"{line.where}: ends {start - end:g} s before it starts; expected the end after the start"
            )
        span = Span(start, min(start + _length_s(line, names), following) if end is None else end)
        shift = start - line.start if isinstance(line.start, float) else None
        placed.append(
            _Placed(
                line,
                span,
                () if shift is None else tuple(_moved(word, shift) for word in line.words),
            )
        )
    return placed, started_at


def _timed(
    where: str, lines: Sequence[DraftLine]
) -> tuple[list[tuple[Seconds, Seconds | None, DraftLine]], str | None]:
    """Lines with start and end in order of time, and the start of the conversation."""
    moments = [moment for line in lines for moment in (line.start, line.end) if moment is not None]
    seconds, started_at = offsets(moments, where)
    at = iter(seconds)
    timed = [(next(at), None if line.end is None else next(at), line) for line in lines]
    if timed[0][0] > timed[-1][0] and all(one[0] >= after[0] for one, after in pairwise(timed)):
        timed.reverse()  # newest first: a stable sort alone would reverse the lines of one minute
    timed.sort(key=lambda one: one[0])
    return timed, started_at


def _moved(word: Word, shift: Seconds) -> Word:
    return replace(word, start_s=word.start_s + shift, end_s=word.end_s + shift)


def _utterances(
    placed: _Placed, medium: Medium, names: NameMap
) -> Iterator[tuple[Utterance, str, str]]:
    """The utterances of each speaker of a line, with the line's place and the name. They share the
    line's time by the number of characters."""
    line, span = placed.line, placed.span
    turns = line.voiced(names)
    confidence = (
        1.0 if medium == "chat" else CLAIMED if line.confidence is None else line.confidence
    )
    total = sum(len(text) for _, text, _ in turns)
    before = 0
    for role, text, name in turns:
        after = before + len(text)
        start = span.start_s + span.duration_s * before / total
        # The last one ends exactly with the line; a fraction would be off by a rounding error.
        end = span.end_s if after == total else span.start_s + span.duration_s * after / total
        before = after
        if role != "system":
            given = spread_given(text, placed.words) if medium == "voice" else ()
            words = given or spread(text, Span(start, end), confidence)
            utterance = Utterance(role, _channel(role), start, end, text, confidence, words)
            yield utterance, line.place or line.where, name


def _channel(role: SpeakerName) -> int:
    return 1 if role == "customer" else 0
