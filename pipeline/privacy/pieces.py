"""Find personal data that words reveal: names, addresses, plates, accounts, codes and passwords,
behind a naming word, in the answer to a question, or over several utterances."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.privacy import learned, names
from pipeline.privacy.addresses_in_talk import find_addresses, may_tell_address, rooms_behind
from pipeline.privacy.cues import find_cues
from pipeline.privacy.names_in_talk import find_names, spelling_of
from pipeline.privacy.talk import Piece, Talk
from pipeline.privacy.values_in_talk import find_values

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pipeline.types import PersonalKind, Utterance


def find_pieces(
    utterances: Sequence[Utterance], *, phones: Collection[int] = (), said: bool = True
) -> tuple[Piece, ...]:
    """The pieces of a call in order. ``phones``: utterances with a telephone number; ``said``: see
    ``find_all``.

    >>> from tests.builders import an_utterance
    >>> find_pieces([an_utterance("我叫李晓明，验证码是八八二零", "customer")])[1]
    Piece(utterance=0, start=10, end=14, kind='code')
    """
    cues = find_cues(utterances)
    for at in phones:
        cues.setdefault(at, set()).add("phone")
    talk = Talk(utterances, cues)
    pieces = {
        piece
        for at in range(len(talk))
        for piece in _pieces_of(talk, at)
        if not talk.beside_mask(piece)
    }
    if said:
        pieces = _with_likely(talk, pieces)
    if not pieces:
        return ()
    pieces |= _repeated(talk, pieces)
    beside = {one for one in _beside(talk, pieces) if not talk.beside_mask(one)}
    return tuple(sorted({talk.with_run(one) for one in pieces | beside}))


def _pieces_of(talk: Talk, at: int) -> Iterator[Piece]:
    cues = talk.cues.get(at, set())
    yield from find_names(talk, at, cues)
    if "address" in cues:
        yield from find_addresses(talk, at)
    yield from find_values(talk, at, cues)


def _with_likely(talk: Talk, pieces: set[Piece]) -> set[Piece]:
    """The pieces with what the learned tagger finds besides, or finds more of."""
    said = [(talk.text(at), talk.utterances[at].role) for at in range(len(talk))]
    joined = set(pieces)
    for one in learned.find_likely(said):
        if one.kind == "address" and not may_tell_address(talk, one.line, one.start, one.end):
            continue
        same = {
            piece
            for piece in joined
            if piece.utterance == one.line and piece.start < one.end and one.start < piece.end
        }
        if not same or (one.kind == "address" and {piece.kind for piece in same} == {"address"}):
            start = min((one.start, *(piece.start for piece in same)))
            end = max((one.end, *(piece.end for piece in same)))
            joined -= same
            joined.add(Piece(one.line, start, end, one.kind))
    return joined


def _repeated(talk: Talk, pieces: Collection[Piece]) -> set[Piece]:
    """Where names and spelt values of the call are said once more; a given name only if it is no
    usual word, a surname only before a title."""
    if not pieces:
        return set()
    values: dict[str, PersonalKind] = {}
    families: set[str] = set()
    given: set[str] = set()
    # What is an agent's name in one place and a customer's in another is hidden in both.
    for piece in sorted(pieces, key=lambda one: (one.kind == "name", one)):
        value = talk.text(piece.utterance)[piece.start : piece.end]
        if piece.kind == "name" and (family := names.family_of(value)):
            families.add(family)
            given.add(value[len(family) :])
        if (
            piece.kind in ("name", "address", "email", "wechat", "plate", "agent_name")
            and len(value) > 1
        ):
            values[value] = piece.kind
    if not values and not families:
        return set()
    alone = {name for name in given - set(values) if len(name) == 2 and not learned.is_usual(name)}
    wanted = [re.escape(value) for value in sorted(alone | set(values), key=len, reverse=True)]
    if families:
        wanted.append(rf"(?:{'|'.join(map(re.escape, sorted(families)))})(?={names.TITLE})")
    pattern = re.compile("|".join(wanted))
    return {
        Piece(at, found.start(), found.end(), values.get(found.group(), "name"))
        for at in range(len(talk))
        for found in pattern.finditer(talk.text(at))
    }


def _beside(talk: Talk, pieces: Collection[Piece]) -> Iterator[Piece]:
    """What gives away the pieces that stand beside it: rooms and spellings."""
    for piece in pieces:
        if piece.kind == "address":
            yield from rooms_behind(talk, piece)
        elif piece.kind in ("name", "agent_name"):
            yield from spelling_of(talk, piece)
