"""Addresses in a talk: behind a word that names them, in the answer to a question, and what goes on with
them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.privacy import addresses, chains, learned, parts, regions, rooms
from pipeline.privacy.talk import Piece, end_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.privacy.talk import Talk

_TELLS_A_PLACE = re.compile("地址[是在为]?[:：]?$")

_OF_A_VILLAGE = re.compile(
    r"我们?村|我家|我们?老家|我住|我们?在|我是|我们(?=[^，。\s]{2,6}[县市区旗镇乡])"
)

_CLAUSE = re.compile(r"[^，。,！？!?]*(?:[，,](?:就?是|那|不?是)[^，。,！？!?]*)?")
"""What says of an address whose it is: its clause, and the next one that goes on with it."""

_ENDS_REGION = re.compile(r"[\s，。,.！的]|[那这][边里]|$")
_ANY_NUMBER = re.compile(r"[0-9零一二两三四五六七八九十幺]")


def find_addresses(talk: Talk, at: int) -> Iterator[Piece]:
    """The addresses that the words of utterance ``at`` name or ask for."""
    for place in rooms.find_told(talk.text(at)):
        yield Piece(at, *place, "address")
    for found in addresses.TOLD_ESTATE.finditer(talk.text(at)):
        yield from _estate(talk, at, found.end())
    yield from _addresses(talk, at)


def _estate(talk: Talk, at: int, start: int) -> Iterator[Piece]:
    end = addresses.read_estate(talk.text(at), start)
    if end is not None and not learned.is_usual(talk.text(at)[start:end]):
        yield Piece(at, start, end, "address")


def _addresses(talk: Talk, at: int) -> Iterator[Piece]:
    text = talk.text(at)
    company = addresses.NEVER_OURS.search(text)
    if company and talk.utterances[at].role != "customer":
        return
    if talk.is_agent(at) and not (addresses.THEIRS.search(text) and not _is_ours(text)):
        yield from _checked(talk, at)
        return
    places = _addresses_in(text)
    if company:
        places = {place for place in places if not _of_the_company(text, *place)}
    for place in places:
        yield Piece(at, *place, "address")
    if places:
        for place in addresses.find_further(text, max(end for _, end in places)):
            yield Piece(at, *place, "address")
        yield from _further_address(talk, at)
    elif company:
        return
    elif addresses.ASKED.search(text):
        yield from _address_in_answer(talk, at, housed=False)
    elif addresses.ASKED_PLACE.search(text):
        yield from _address_in_answer(talk, at, housed=True)


def _checked(talk: Talk, at: int) -> Iterator[Piece]:
    """House numbers that an agent repeats to check them."""
    text = talk.text(at)
    if addresses.CHECKS.search(text) and not _is_ours(text):
        for place in chains.find_rows(text):
            yield Piece(at, *place, "address")


def _is_ours(text: str) -> bool:
    return addresses.OURS.search(text) is not None


def may_tell_address(talk: Talk, at: int, start: int, end: int) -> bool:
    """Whether an address there is none of the company's."""
    text = talk.text(at)
    told = talk.is_agent(at) and _TELLS_A_PLACE.search(text[:start])
    if told and not addresses.THEIRS.search(text):
        return False
    if not addresses.NEVER_OURS.search(text):
        return not (talk.is_agent(at) and addresses.OURS.search(text))
    return talk.utterances[at].role == "customer" and not _of_the_company(text, start, end)


def _address_in_answer(talk: Talk, at: int, *, housed: bool) -> Iterator[Piece]:
    for answer in talk.answers(at):
        text = talk.text(answer)
        if talk.is_agent(answer):
            return
        start = end_of(addresses.ANSWER, text)
        end = addresses.read_address(text, start, asked=True, housed=housed)
        if end is not None and addresses.NEVER_OURS.search(text, start, end):
            return
        if end is not None:
            for place in ((start, end), *addresses.find_further(text, end)):
                yield Piece(answer, *place, "address")
            yield from _further_address(talk, answer)
            return
        if short := _short_answer(talk.text(at), text, start):
            yield Piece(answer, *short, "address")
            yield from _further_address(talk, answer)
            return
        asked = addresses.ASKED_ESTATE.search(talk.text(at))
        other = asked and not talk.same_speaker(at, answer)
        if other and (estate := list(_estate(talk, answer, start))):
            yield from estate
            return


def _short_answer(question: str, text: str, start: int) -> tuple[int, int] | None:
    """The place of a number alone that was asked for, or of a district without a road."""
    number = addresses.NUMBER_ALONE.match(text)
    if number and addresses.NUMBER_ASKED.search(question):
        return number.span("v")
    end = regions.read_regions(text, start) if addresses.ASKED.search(question) else None
    return (start, end) if end and _ENDS_REGION.match(text, end) else None


def _further_address(talk: Talk, at: int) -> Iterator[Piece]:
    """The rest of an address in the next utterances of its speaker, and the room that is asked
    for."""
    if at + 2 < len(talk) and addresses.ASKED_ROOM.search(talk.text(at + 1)):
        room = addresses.ROOM.match(talk.text(at + 2))
        if room and talk.same_speaker(at, at + 2):
            yield Piece(at + 2, *room.span("v"), "address")
            return
    for further in talk.goes_on(at, addresses.ASKS_ON):
        text = talk.text(further)
        start = end_of(addresses.ANSWER, text)
        end = addresses.read_address(text, start, asked=True)
        if end is None:
            return
        yield Piece(further, start, end, "address")


def rooms_behind(talk: Talk, piece: Piece) -> Iterator[Piece]:
    """What goes on with an address in its utterance, and in the next one of its speaker if the
    others only listen or ask for it."""
    at = piece.utterance
    text = talk.text(at)
    behind = list(rooms.find_rooms(text, piece.end))
    end = behind[-1][1] if behind else piece.end
    for place in (*behind, *rooms.find_elsewhere(text), *parts.find_beside(text, piece.start, end)):
        yield Piece(at, *place, "address")
    for further in talk.goes_on(at, addresses.ASKS_ON):
        text = talk.text(further)
        places = list(rooms.find_rooms(text, end_of(addresses.ANSWER, text)))
        for place in places:
            yield Piece(further, *place, "address")
        if not places:
            return


def _addresses_in(text: str) -> set[tuple[int, int]]:
    """The places of addresses that are whole by themselves, or behind a naming word."""
    places = set(addresses.find_whole(text)) if addresses.HOUSE.search(text) else set()
    fitting = [(addresses.TOLD, False)] if addresses.TOLD_SIGN.search(text) else []
    if _ANY_NUMBER.search(text):
        fitting.append((addresses.BROUGHT, True))
    for pattern, housed in fitting:
        for found in pattern.finditer(text):
            end = addresses.read_address(text, found.end(), asked=False, housed=housed)
            if end is None and housed:
                end = addresses.read_address(text, found.end(), asked=False)
                end = end if end and addresses.find_further(text, end) else None
            if end is not None:
                places.add((found.end(), end))
    if "村" in text and _OF_A_VILLAGE.search(text):
        places |= {found.span("v") for found in addresses.VILLAGE.finditer(text)}
    return places | {
        *chains.find_rows(text),
        *chains.find_described(text),
        *parts.find_joined(text),
    }


def _of_the_company(text: str, start: int, end: int) -> bool:
    """Whether words beside an address in a customer's words make it a place of the company."""
    before = addresses.MINE.sub("", text[:start])
    clause = _CLAUSE.match(text, end)
    assert clause is not None
    return bool(
        addresses.NEVER_OURS.search(before)
        or addresses.THEIRS_BEHIND.search(text, end, clause.end())
    )
