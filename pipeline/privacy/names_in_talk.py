"""Names in a talk: behind a word that names them, in the answer to a question, and what spells them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.privacy import learned, names, receivers, sought, spelt_names
from pipeline.privacy.talk import Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.privacy.talk import Talk
    from pipeline.types import PersonalKind

SPELT_WITHIN = 3
"""Utterances, with its own, in which the spelling of a name is looked for (our choice)."""

_NAMED = (
    ("told", names.TOLD, names.read_told),
    ("told", receivers.KIN_TOLD, receivers.read_kin_told),
    ("family", names.FAMILY, names.read_family),
    ("am", names.AM, names.read_self),
    ("called", names.CALLS, names.read_called),
    ("kin", names.OF_KIN, names.read_kin),
    ("paper", names.ON_PAPER, names.read_on_paper),
    ("am", names.AM_FROM, names.read_self),
    ("am", names.AM_AS, names.read_self),
)
"""For each naming pattern the cue without which it fits nowhere, and what reads the name behind it."""

_OF_NAMES = frozenset({"phone", "title", "corrected", *(cue for cue, _, _ in _NAMED)})


def find_names(talk: Talk, at: int, cues: set[str]) -> Iterator[Piece]:
    """The names that the words of utterance ``at`` name or ask for."""
    text = talk.text(at)
    for place in (*spelt_names.find_told_by_parts(text), *spelt_names.find_pointed(text)):
        yield Piece(at, *place, "name")
    for start, end in spelt_names.find_far(text):
        if not learned.is_usual(text[start:end]):
            yield Piece(at, start, end, "name")
    if not _OF_NAMES.isdisjoint(cues):
        for piece in _names(talk, at, cues):
            yield piece
            yield from _in_full(talk, piece)
    if "sought" in cues:
        yield from _sought(talk, at)


def _sought(talk: Talk, at: int) -> Iterator[Piece]:
    for start, end, is_called in sought.find_sought(talk.text(at)):
        if not (is_called and talk.is_agent(at)):  # what he is called is no customer's data
            yield Piece(at, start, end, "name")


def _names(talk: Talk, at: int, cues: set[str]) -> Iterator[Piece]:
    text = talk.text(at)
    if "phone" in cues:
        for found in names.BEFORE_PHONE.finditer(text):
            end = names.read_name(text, found.start("v"), strict=found.start() == 0)
            if end == found.end("v"):
                yield Piece(at, found.start("v"), end, "name")
    pieces = list(_named(talk, at, cues))
    yield from pieces
    if "title" in cues:
        for found in names.CALLED.finditer(text):
            if names.read_name(text, found.start("v"), strict=False) == found.end("v"):
                yield Piece(at, found.start("v"), found.end("v"), "name")
    asks = not cues.isdisjoint(("told", "family", "called"))
    if asks and not pieces and names.ASKED.search(text):
        yield from _named_in_answer(talk, at, names.read_answer)
    elif asks and not pieces and receivers.ASKED_TO.search(text):
        yield from _named_in_answer(talk, at, receivers.read_receiver)


def _in_full(talk: Talk, piece: Piece) -> Iterator[Piece]:
    """The full name behind a surname that somebody told alone."""
    text = talk.text(piece.utterance)
    family = text[piece.start : piece.end]
    if names.family_of(family) == family:
        place = spelt_names.find_full(text, family, piece.end)
        if place and names.read_name(text, place[0], strict=False) == place[1]:
            yield replace(piece, start=place[0], end=place[1])


def _named(talk: Talk, at: int, cues: set[str]) -> Iterator[Piece]:
    text = talk.text(at)
    if "corrected" in cues:
        for place in spelt_names.find_corrected(text):
            yield Piece(at, *place, "name")
    for cue, pattern, read in _NAMED:
        if cue not in cues:
            continue
        for found in pattern.finditer(text):
            end = read(text, found.end())
            if end is None or (cue == "paper" and _in_doubt(talk, at, found.end(), end)):
                continue
            mine = cue != "told" and found.group().startswith(names.MINE)
            own = mine and talk.is_agent(at)
            yield Piece(at, found.end(), end, "agent_name" if own else "name")


def _in_doubt(talk: Talk, at: int, start: int, end: int) -> bool:
    return learned.is_in_doubt(talk.text(at), talk.utterances[at].role, start, end)


def _named_in_answer(
    talk: Talk, at: int, read: Callable[[str], tuple[int, int] | None]
) -> Iterator[Piece]:
    for answer in talk.answers(at):
        if place := read(talk.text(answer)):
            kind: PersonalKind = "agent_name" if talk.is_agent(answer) else "name"
            yield Piece(answer, *place, kind)
            return


_LATIN_BEFORE = re.compile(r"[A-Z][a-z]{1,11}[ ·]?$")


def spelling_of(talk: Talk, piece: Piece) -> Iterator[Piece]:
    """What spells a name in its utterance and the next ones, and the English name before it."""
    first, text = piece.utterance, talk.text(piece.utterance)
    name = text[piece.start : piece.end]
    if latin := _LATIN_BEFORE.search(text, 0, piece.start):
        yield replace(piece, start=latin.start(), end=piece.start)
    parts = [(first, piece.end, text[piece.end :]), (first, 0, text[: piece.start])]
    for at in range(first + 1, min(len(talk), first + SPELT_WITHIN)):
        parts.append((at, 0, talk.text(at)))
    for at, begin, part in parts:
        for start, end in spelt_names.find_spelling(part, name):
            yield Piece(at, begin + start, begin + end, piece.kind)
