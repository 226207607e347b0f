"""Values of digits, letters and secret words in a talk: behind a word that names them, in the answer to
a question, or dictated over several utterances."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.privacy import accounts
from pipeline.privacy.accounts import LEAD, RULES, Rule
from pipeline.privacy.digits import only_listens, read_atoms
from pipeline.privacy.talk import Piece, end_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.privacy.talk import Talk
    from pipeline.types import PersonalKind

LATEST_IN_ANSWER = 12
"""Characters before the digits of an answer: 稍等一下啊，四零九二七七 (our choice)."""

LEAST_IN_TALK = 4
"""Digits of an answer that stands behind other words (our choice)."""

_OTHER_NUMBER = re.compile(r"代码|错误|提示|单|编号|电话|热线|一共|总共|元|块|工号")

_SEARCHED: frozenset[PersonalKind] = frozenset(
    {"code", "qq", "passport", "password", "last_digits"}
)
"""Kinds of which the answer is found behind other words too."""

LEAST_OF: dict[PersonalKind, int] = {"cvv": 3, "last_digits": 3, "qq": 5}

LEAST_DIGITS = 4
"""Fewest digits and letters of what is dictated in parts, and those of some kinds."""

_LOOSE: tuple[tuple[str, re.Pattern[str], PersonalKind], ...] = (
    ("plate?", accounts.PLATE, "plate"),
    ("email", accounts.EMAIL, "email"),
    ("wechat", accounts.WECHAT_ID, "wechat"),
    ("birthday", accounts.BORN, "birthday"),
    ("last_digits", accounts.ENDING, "last_digits"),
    ("code", accounts.CODE_BEFORE, "code"),
)
"""What has a form of its own, by its cue."""


def find_values(talk: Talk, at: int, cues: set[str]) -> Iterator[Piece]:
    """The values that the words of utterance ``at`` name or ask for."""
    for cue, pattern, kind in _LOOSE:
        if cue in cues:
            for found in pattern.finditer(talk.text(at)):
                yield Piece(at, found.start("v"), found.end("v"), kind)
    if "password" in cues:
        yield from _secret(talk, at)
    for rule in RULES:
        if rule.kind in cues:
            yield from _by_rule(talk, at, rule)


def _secret(talk: Talk, at: int) -> Iterator[Piece]:
    """A password of words, which a customer tells by himself or is asked for."""
    text = talk.text(at)
    if not talk.is_agent(at):
        for found in accounts.SECRET.finditer(text):
            if not accounts.NO_SECRET.search(found["v"]):
                yield Piece(at, found.start("v"), found.end("v"), "password")
    if accounts.SECRET_ASKED.search(text):
        for answer in talk.answers(at):
            said = talk.text(answer)
            value = accounts.SECRET_ANSWER.match(said, end_of(LEAD, said))
            if value and not talk.is_agent(answer):
                if not accounts.NO_SECRET.search(value["v"]):
                    yield Piece(answer, value.start("v"), value.end("v"), "password")
                return


def _by_rule(talk: Talk, at: int, rule: Rule) -> Iterator[Piece]:
    text = talk.text(at)
    open_questions = [found.start() for found in rule.asked.finditer(text)]
    for found in rule.named.finditer(text):
        pieces = _value(talk, at, found.end(), rule)
        if pieces:
            open_questions = []
            if not _of_a_thing(rule, text, found.start(), pieces[0].end):
                yield from pieces
                yield from _born_again(talk, pieces[-1])
    if any(not _of_a_thing(rule, text, start, None) for start in open_questions):
        yield from _by_answer(talk, at, rule)


def _born_again(talk: Talk, piece: Piece) -> Iterator[Piece]:
    """The same birthday in the other calendar."""
    text = talk.text(piece.utterance)
    if piece.kind == "birthday":
        for found in accounts.OTHER_CALENDAR.finditer(text, piece.end):
            yield replace(piece, start=found.start("v"), end=found.end("v"))


def _by_answer(talk: Talk, at: int, rule: Rule) -> Iterator[Piece]:
    for answer in talk.answers(at):
        if talk.is_agent(answer) and not talk.is_agent(at):
            return
        text = talk.text(answer)
        pieces = _value(talk, answer, end_of(LEAD, text), rule)
        if not pieces and rule.kind in _SEARCHED:
            later = rule.value.search(text)
            if later and _may_answer(text[: later.start()], later["v"]):
                pieces = _value(talk, answer, later.start(), rule)
        yield from pieces
        if pieces:
            yield from _born_again(talk, pieces[-1])
            return


def _may_answer(before: str, value: str) -> bool:
    short = len(before) <= LATEST_IN_ANSWER and _digits_in(value) >= LEAST_IN_TALK
    return short and not _OTHER_NUMBER.search(before)


def _of_a_thing(rule: Rule, text: str, start: int, end: int | None) -> bool:
    """Whether last digits are those of an order or a parcel."""
    if rule.kind != "last_digits":
        return False
    behind = end is not None and accounts.THING.match(text, end) is not None
    return behind or accounts.CARD_WORD.search(text[:start]) is not None


def _value(talk: Talk, at: int, start: int, rule: Rule) -> list[Piece]:
    """The value of a rule that begins at ``start``, with its parts in the next utterances; empty
    where none does."""
    text = talk.text(at)
    found = rule.value.match(text, start)
    pieces = [Piece(at, start, found.end("v"), rule.kind)] if found else []
    if rule.part is None:
        return pieces
    if not found:
        found = rule.part.match(text, start)
    if not found or not _only_pause(text[found.end() :]):
        return pieces
    further = list(_parts(talk, at, rule.part, rule.kind))
    if not pieces and further:
        whole = [Piece(at, start, found.end("v"), rule.kind), *further]
        count = sum(_digits_in(talk.text(p.utterance)[p.start : p.end]) for p in whole)
        return whole if count >= LEAST_OF.get(rule.kind, LEAST_DIGITS) else []
    return pieces + further


def _parts(talk: Talk, at: int, part: re.Pattern[str], kind: PersonalKind) -> Iterator[Piece]:
    for further in talk.goes_on(at):
        text = talk.text(further)
        start = end_of(LEAD, text)
        found = part.match(text, start)
        if not found or not _only_pause(text[found.end() :]):
            return
        yield Piece(further, start, found.end("v"), kind)


def _digits_in(text: str) -> int:
    return sum(len(atom.digits) for atom in read_atoms(text)) + sum(
        char.isalpha() and char.isascii() for char in text
    )


def _only_pause(text: str) -> bool:
    return only_listens(text) and not read_atoms(text)
