"""Addresses in a talk: behind a word that names them, in the answer to a question, and what goes on with
them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.privacy import addresses, learned, rooms
from pipeline.privacy.talk import Piece, end_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.privacy.talk import Talk

_TELLS_A_PLACE = re.compile("地址[是在为]?[:：]?$")

_OF_A_VILLAGE = re.compile(r"我们?村|我家|我们?老家|我住|我们?在|我是")

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
    agent = talk.is_agent(at)
    company = addresses.NEVER_OURS.search(text)
    if company and talk.utterances[at].role != "customer":
        return
    if agent and (not addresses.THEIRS.search(text) or addresses.OURS.search(text)):
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
        asked = addresses.ASKED_ESTATE.search(talk.text(at))
        other = asked and not talk.same_speaker(at, answer)
        if other and (estate := list(_estate(talk, answer, start))):
            yield from estate
            return


def _further_address(talk: Talk, at: int) -> Iterator[Piece]:
    """The rest of an address in the next utterances of its speaker, and the room that is asked
    for."""
    if at + 2 < len(talk) and addresses.ASKED_ROOM.search(talk.text(at + 1)):
        room = addresses.ROOM.match(talk.text(at + 2))
        if room and talk.same_speaker(at, at + 2):
            yield Piece(at + 2, *room.span("v"), "address")
            return
    for further in talk.goes_on(at):
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
    for place in (*rooms.find_rooms(text, piece.end), *rooms.find_elsewhere(text)):
        yield Piece(at, *place, "address")
    further = next(talk.goes_on(at), None)
    if further is None and at + 2 < len(talk) and talk.same_speaker(at, at + 2):
        asked = talk.text(at + 1)
        if addresses.ASKED_ROOM.search(asked) or addresses.ASKED_PLACE.search(asked):
            further = at + 2
    if further is not None:
        text = talk.text(further)
        for place in rooms.find_rooms(text, end_of(addresses.ANSWER, text)):
            yield Piece(further, *place, "address")


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
    return places


def _of_the_company(text: str, start: int, end: int) -> bool:
    """Whether words beside an address in a customer's words make it a place of the company."""
    before = addresses.MINE.sub("", text[:start])
    return bool(addresses.NEVER_OURS.search(before) or addresses.THEIRS_BEHIND.search(text, end))
