"""Find personal data that words reveal: names, addresses, plates, accounts, codes and passwords,
behind a naming word, in the answer to a question, or over several utterances."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.privacy import (
    accounts,
    addresses,
    learned,
    names,
    receivers,
    rooms,
    sought,
    spelt_names,
)
from pipeline.privacy.accounts import LEAD, RULES, Rule
from pipeline.privacy.cues import find_cues
from pipeline.privacy.digits import MASK, only_listens, read_atoms
from pipeline.privacy.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from pipeline.types import PersonalKind, Utterance

ANSWER_WITHIN = 4
"""Utterances after a question in which its answer is looked for (our choice)."""

LONG_TALK = 8
"""An utterance of more characters without the value ends a question (our choice)."""

LATEST_IN_ANSWER = 12
"""Characters before the digits of an answer: 稍等一下啊，四零九二七七 (our choice)."""

LEAST_IN_TALK = 4
"""Digits of an answer that stands behind other words (our choice)."""

LEAST_SAID_AGAIN = 2
"""Characters of a read-back (our choice)."""

SPELT_WITHIN = 3
"""Utterances, with its own, in which the spelling of a name is looked for (our choice)."""

_OTHER_NUMBER = re.compile(r"代码|错误|提示|单|编号|电话|热线|一共|总共|元|块|工号")

_SEARCHED: frozenset[PersonalKind] = frozenset(
    {"code", "qq", "passport", "password", "last_digits"}
)
"""Kinds of which the answer is found behind other words too."""

_FIGURE, _FIGURES = re.compile("[0-9]"), re.compile("[0-9]*")

LEAST_OF: dict[PersonalKind, int] = {"cvv": 3, "last_digits": 3, "qq": 5}
LEAST_DIGITS = 4
"""Fewest digits and letters of what is dictated in parts, and those of some kinds."""


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """Characters ``start`` to ``end`` of an utterance's text that are personal and hidden
    wholly."""

    utterance: int
    start: int
    end: int
    kind: PersonalKind


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
    call = _Call(utterances, cues)
    pieces = {
        piece for at in sorted(cues) for piece in call.pieces_of(at) if not call.beside_mask(piece)
    }
    if said:
        pieces = _with_likely(call, pieces)
    if not pieces:
        return ()
    pieces |= _repeated(call, pieces)
    beside = {one for one in _beside(call, pieces) if not call.beside_mask(one)}
    return tuple(sorted({call.with_run(one) for one in pieces | beside}))


class _Call:
    """The utterances of a call with their plain texts, read once and only where they are asked
    for."""

    def __init__(self, utterances: Sequence[Utterance], cues: dict[int, set[str]]) -> None:
        self.utterances = utterances
        self.cues = cues
        self._folded: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.utterances)

    def text(self, at: int) -> str:
        if at not in self._folded:
            self._folded[at] = fold(self.utterances[at].text)
        return self._folded[at]

    def same_speaker(self, a: int, b: int) -> bool:
        first, second = self.utterances[a], self.utterances[b]
        return (first.role, first.channel) == (second.role, second.channel)

    def is_agent(self, at: int) -> bool:
        said = self.utterances[at]
        return said.role == "agent" or (
            said.role == "unknown" and _AGENTS_WORDS.search(self.text(at)) is not None
        )

    def beside_mask(self, piece: Piece) -> bool:
        """Whether a piece is what an earlier mask left over; masking again must not hide it."""
        text = self.text(piece.utterance)
        return MASK in text[max(0, piece.start - 1) : piece.end + 1]

    def with_run(self, piece: Piece) -> Piece:
        """The piece with all of a row of figures that it would cut: what stayed of it may be another
        number, which was not looked at as one."""
        text, start, end = self.text(piece.utterance), piece.start, piece.end
        if _FIGURE.fullmatch(text[end - 1 : end]):
            end = _FIGURES.match(text, end).end()  # type: ignore[union-attr]
        while _FIGURE.fullmatch(text[start : start + 1]) and _FIGURE.fullmatch(
            text[max(0, start - 1) : start]
        ):
            start -= 1
        return replace(piece, start=start, end=end)

    def pieces_of(self, at: int) -> Iterator[Piece]:
        cues = self.cues[at]
        if not _OF_NAMES.isdisjoint(cues):
            for piece in self._names(at, cues):
                yield piece
                yield from self._in_full(piece)
        if "sought" in cues:
            yield from self._sought(at)
        if "address" in cues:
            yield from self._placed(at)
        for cue, pattern, kind in _LOOSE:
            if cue in cues:
                yield from self._loose(at, pattern, kind)
        if "password" in cues:
            yield from self._secret(at)
        for rule in RULES:
            if rule.kind in cues:
                yield from self._by_rule(at, rule)

    def _loose(self, at: int, pattern: re.Pattern[str], kind: PersonalKind) -> Iterator[Piece]:
        for found in pattern.finditer(self.text(at)):
            yield Piece(at, found.start("v"), found.end("v"), kind)

    def _sought(self, at: int) -> Iterator[Piece]:
        for start, end, is_called in sought.find_sought(self.text(at)):
            if not (is_called and self.is_agent(at)):  # what he is called is no customer's data
                yield Piece(at, start, end, "name")

    def _secret(self, at: int) -> Iterator[Piece]:
        """A password of words, which a customer tells by himself or is asked for."""
        text = self.text(at)
        if not self.is_agent(at):
            for found in accounts.SECRET.finditer(text):
                if not accounts.NO_SECRET.search(found["v"]):
                    yield Piece(at, found.start("v"), found.end("v"), "password")
        if accounts.SECRET_ASKED.search(text):
            for answer in self._answers(at):
                said = self.text(answer)
                value = accounts.SECRET_ANSWER.match(said, _end_of(LEAD, said))
                if value and not self.is_agent(answer):
                    if not accounts.NO_SECRET.search(value["v"]):
                        yield Piece(answer, value.start("v"), value.end("v"), "password")
                    return

    def _names(self, at: int, cues: set[str]) -> Iterator[Piece]:
        text = self.text(at)
        if "phone" in cues:
            for found in names.BEFORE_PHONE.finditer(text):
                end = names.read_name(text, found.start("v"), strict=found.start() == 0)
                if end == found.end("v"):
                    yield Piece(at, found.start("v"), end, "name")
        pieces = list(self._named(at, cues))
        yield from pieces
        if "title" in cues:
            for found in names.CALLED.finditer(text):
                if names.read_name(text, found.start("v"), strict=False) == found.end("v"):
                    yield Piece(at, found.start("v"), found.end("v"), "name")
        asks = not cues.isdisjoint(("told", "family", "called"))
        if asks and not pieces and names.ASKED.search(text):
            yield from self._named_in_answer(at, names.read_answer)
        elif asks and not pieces and receivers.ASKED_TO.search(text):
            yield from self._named_in_answer(at, receivers.read_receiver)

    def _in_full(self, piece: Piece) -> Iterator[Piece]:
        """The full name behind a surname that somebody told alone."""
        text = self.text(piece.utterance)
        family = text[piece.start : piece.end]
        if names.family_of(family) == family:
            place = spelt_names.find_full(text, family, piece.end)
            if place and names.read_name(text, place[0], strict=False) == place[1]:
                yield replace(piece, start=place[0], end=place[1])

    def _named(self, at: int, cues: set[str]) -> Iterator[Piece]:
        text = self.text(at)
        if "corrected" in cues:
            for place in spelt_names.find_corrected(text):
                yield Piece(at, *place, "name")
        for cue, pattern, read in _NAMED:
            if cue not in cues:
                continue
            for found in pattern.finditer(text):
                end = read(text, found.end())
                if end is None or (cue == "paper" and self._in_doubt(at, found.end(), end)):
                    continue
                mine = cue != "told" and found.group().startswith(names.MINE)
                own = mine and self.is_agent(at)
                yield Piece(at, found.end(), end, "agent_name" if own else "name")

    def _in_doubt(self, at: int, start: int, end: int) -> bool:
        return learned.is_in_doubt(self.text(at), self.utterances[at].role, start, end)

    def _named_in_answer(
        self, at: int, read: Callable[[str], tuple[int, int] | None]
    ) -> Iterator[Piece]:
        for answer in self._answers(at):
            if place := read(self.text(answer)):
                kind: PersonalKind = "agent_name" if self.is_agent(answer) else "name"
                yield Piece(answer, *place, kind)
                return

    def _placed(self, at: int) -> Iterator[Piece]:
        for place in rooms.find_told(self.text(at)):
            yield Piece(at, *place, "address")
        for found in addresses.TOLD_ESTATE.finditer(self.text(at)):
            yield from self._estate(at, found.end())
        yield from self._addresses(at)

    def _estate(self, at: int, start: int) -> Iterator[Piece]:
        end = addresses.read_estate(self.text(at), start)
        if end is not None and not learned.is_usual(self.text(at)[start:end]):
            yield Piece(at, start, end, "address")

    def _addresses(self, at: int) -> Iterator[Piece]:
        text = self.text(at)
        agent = self.is_agent(at)
        company = addresses.NEVER_OURS.search(text)
        if company and self.utterances[at].role != "customer":
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
            yield from self._further_address(at)
        elif company:
            return
        elif addresses.ASKED.search(text):
            yield from self._address_in_answer(at, housed=False)
        elif addresses.ASKED_PLACE.search(text):
            yield from self._address_in_answer(at, housed=True)

    def may_tell_address(self, at: int, start: int, end: int) -> bool:
        """Whether an address there is none of the company's."""
        text = self.text(at)
        told = self.is_agent(at) and _TELLS_A_PLACE.search(text[:start])
        if told and not addresses.THEIRS.search(text):
            return False
        if not addresses.NEVER_OURS.search(text):
            return not (self.is_agent(at) and addresses.OURS.search(text))
        return self.utterances[at].role == "customer" and not _of_the_company(text, start, end)

    def _address_in_answer(self, at: int, *, housed: bool) -> Iterator[Piece]:
        for answer in self._answers(at):
            text = self.text(answer)
            if self.is_agent(answer):
                return
            start = _end_of(addresses.ANSWER, text)
            end = addresses.read_address(text, start, asked=True, housed=housed)
            if end is not None and addresses.NEVER_OURS.search(text, start, end):
                return
            if end is not None:
                for place in ((start, end), *addresses.find_further(text, end)):
                    yield Piece(answer, *place, "address")
                yield from self._further_address(answer)
                return
            asked = addresses.ASKED_ESTATE.search(self.text(at))
            other = asked and not self.same_speaker(at, answer)
            if other and (estate := list(self._estate(answer, start))):
                yield from estate
                return

    def _further_address(self, at: int) -> Iterator[Piece]:
        """The rest of an address in the next utterances of its speaker, and the room that is asked
        for."""
        if at + 2 < len(self) and addresses.ASKED_ROOM.search(self.text(at + 1)):
            room = addresses.ROOM.match(self.text(at + 2))
            if room and self.same_speaker(at, at + 2):
                yield Piece(at + 2, *room.span("v"), "address")
                return
        for further in self._goes_on(at):
            text = self.text(further)
            start = _end_of(addresses.ANSWER, text)
            end = addresses.read_address(text, start, asked=True)
            if end is None:
                return
            yield Piece(further, start, end, "address")

    def rooms_behind(self, piece: Piece) -> Iterator[Piece]:
        """What goes on with an address in its utterance, and in the next one of its speaker if the
        others only listen or ask for it."""
        at = piece.utterance
        text = self.text(at)
        for place in (*rooms.find_rooms(text, piece.end), *rooms.find_elsewhere(text)):
            yield Piece(at, *place, "address")
        further = next(self._goes_on(at), None)
        if further is None and at + 2 < len(self) and self.same_speaker(at, at + 2):
            asked = self.text(at + 1)
            if addresses.ASKED_ROOM.search(asked) or addresses.ASKED_PLACE.search(asked):
                further = at + 2
        if further is not None:
            text = self.text(further)
            for place in rooms.find_rooms(text, _end_of(addresses.ANSWER, text)):
                yield Piece(further, *place, "address")

    def spelling_of(self, piece: Piece) -> Iterator[Piece]:
        """What spells a name in its utterance and the next ones."""
        first, text = piece.utterance, self.text(piece.utterance)
        name = text[piece.start : piece.end]
        parts = [(first, piece.end, text[piece.end :]), (first, 0, text[: piece.start])]
        for at in range(first + 1, min(len(self), first + SPELT_WITHIN)):
            parts.append((at, 0, self.text(at)))
        for at, begin, part in parts:
            for start, end in spelt_names.find_spelling(part, name):
                yield Piece(at, begin + start, begin + end, piece.kind)

    def _by_rule(self, at: int, rule: Rule) -> Iterator[Piece]:
        text = self.text(at)
        open_questions = [found.start() for found in rule.asked.finditer(text)]
        for found in rule.named.finditer(text):
            pieces = self._value(at, found.end(), rule)
            if pieces:
                open_questions = []
                if not self._of_a_thing(rule, text, found.start(), pieces[0].end):
                    yield from pieces
                    yield from self._born_again(pieces[-1])
        if any(not self._of_a_thing(rule, text, start, None) for start in open_questions):
            yield from self._by_answer(at, rule)

    def _born_again(self, piece: Piece) -> Iterator[Piece]:
        """The same birthday in the other calendar."""
        text = self.text(piece.utterance)
        if piece.kind == "birthday":
            for found in accounts.OTHER_CALENDAR.finditer(text, piece.end):
                yield replace(piece, start=found.start("v"), end=found.end("v"))

    def _by_answer(self, at: int, rule: Rule) -> Iterator[Piece]:
        for answer in self._answers(at):
            if self.is_agent(answer) and not self.is_agent(at):
                return
            text = self.text(answer)
            pieces = self._value(answer, _end_of(LEAD, text), rule)
            if not pieces and rule.kind in _SEARCHED:
                later = rule.value.search(text)
                if later and self._may_answer(text[: later.start()], later["v"]):
                    pieces = self._value(answer, later.start(), rule)
            yield from pieces
            if pieces:
                yield from self._born_again(pieces[-1])
                return

    @staticmethod
    def _may_answer(before: str, value: str) -> bool:
        short = len(before) <= LATEST_IN_ANSWER and _digits(value) >= LEAST_IN_TALK
        return short and not _OTHER_NUMBER.search(before)

    @staticmethod
    def _of_a_thing(rule: Rule, text: str, start: int, end: int | None) -> bool:
        """Whether last digits are those of an order or a parcel."""
        if rule.kind != "last_digits":
            return False
        behind = end is not None and accounts.THING.match(text, end) is not None
        return behind or accounts.CARD_WORD.search(text[:start]) is not None

    def _value(self, at: int, start: int, rule: Rule) -> list[Piece]:
        """The value of a rule that begins at ``start``, with its parts in the next utterances; empty
        where none does."""
        text = self.text(at)
        found = rule.value.match(text, start)
        pieces = [Piece(at, start, found.end("v"), rule.kind)] if found else []
        if rule.part is None:
            return pieces
        if not found:
            found = rule.part.match(text, start)
        if not found or not _only_pause(text[found.end() :]):
            return pieces
        further = list(self._parts(at, rule.part, rule.kind))
        if not pieces and further:
            whole = [Piece(at, start, found.end("v"), rule.kind), *further]
            count = sum(_digits(self.text(p.utterance)[p.start : p.end]) for p in whole)
            return whole if count >= LEAST_OF.get(rule.kind, LEAST_DIGITS) else []
        return pieces + further

    def _parts(self, at: int, part: re.Pattern[str], kind: PersonalKind) -> Iterator[Piece]:
        for further in self._goes_on(at):
            text = self.text(further)
            start = _end_of(LEAD, text)
            found = part.match(text, start)
            if not found or not _only_pause(text[found.end() :]):
                return
            yield Piece(further, start, found.end("v"), kind)

    def _goes_on(self, at: int) -> Iterator[int]:
        """The next utterances of the same speaker while the others only listen, or say again what he
        said."""
        said = self.text(at)
        for further in range(at + 1, min(len(self), at + 1 + 2 * ANSWER_WITHIN)):
            if self.same_speaker(at, further):
                if not only_listens(self.text(further)) or read_atoms(self.text(further)):
                    said = self.text(further)
                    yield further
            elif not only_listens(self.text(further)) and not _says_again(self.text(further), said):
                return

    def _answers(self, at: int) -> Iterator[int]:
        """Where the answer to a question may be: what others say next, and what the speaker goes on
        with himself, until somebody says much. What was masked before is answered."""
        unknown = self.utterances[at].role == "unknown"
        if MASK in self.text(at):
            return
        for further in range(at + 1, min(len(self), at + 1 + ANSWER_WITHIN)):
            if MASK in self.text(further):
                return
            mine = self.same_speaker(at, further)
            if not mine or unknown or further == at + 1:
                yield further
            if not mine and len(self.text(further)) > LONG_TALK:
                return


_NAMED = (
    ("told", names.TOLD, names.read_told),
    ("told", receivers.KIN_TOLD, receivers.read_kin_told),
    ("family", names.FAMILY, names.read_family),
    ("am", names.AM, names.read_self),
    ("called", names.CALLS, names.read_called),
    ("kin", names.OF_KIN, names.read_kin),
    ("paper", names.ON_PAPER, names.read_on_paper),
    ("am", names.AM_FROM, names.read_self),
)
"""For each naming pattern the cue without which it fits nowhere, and what reads the name behind it."""

_LOOSE: tuple[tuple[str, re.Pattern[str], PersonalKind], ...] = (
    ("plate?", accounts.PLATE, "plate"),
    ("email", accounts.EMAIL, "email"),
    ("wechat", accounts.WECHAT_ID, "wechat"),
    ("birthday", accounts.BORN, "birthday"),
    ("last_digits", accounts.ENDING, "last_digits"),
    ("code", accounts.CODE_BEFORE, "code"),
)
"""What has a form of its own, by its cue."""

_OF_NAMES = frozenset({"phone", "title", "corrected", *(cue for cue, _, _ in _NAMED)})

_AGENTS_WORDS = re.compile(r"为[您你]服务|工号|客服|[您你]的?专属")
_TELLS_A_PLACE = re.compile("地址[是在为]?[:：]?$")
_OF_A_VILLAGE = re.compile(r"我们?村|我家|我们?老家|我住|我们?在|我是")
_ANY_NUMBER = re.compile(r"[0-9零一二两三四五六七八九十幺]")


def _with_likely(call: _Call, pieces: set[Piece]) -> set[Piece]:
    """The pieces with what the learned tagger finds besides, or finds more of."""
    said = [(call.text(at), call.utterances[at].role) for at in range(len(call))]
    joined = set(pieces)
    for one in learned.find_likely(said):
        if one.kind == "address" and not call.may_tell_address(one.line, one.start, one.end):
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


def _repeated(call: _Call, pieces: Collection[Piece]) -> set[Piece]:
    """Where names and spelt values of the call are said once more; a given name only if it is no
    usual word, a surname only before a title."""
    if not pieces:
        return set()
    values: dict[str, PersonalKind] = {}
    families: set[str] = set()
    given: set[str] = set()
    # What is an agent's name in one place and a customer's in another is hidden in both.
    for piece in sorted(pieces, key=lambda one: (one.kind == "name", one)):
        value = call.text(piece.utterance)[piece.start : piece.end]
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
        for at in range(len(call))
        for found in pattern.finditer(call.text(at))
    }


def _beside(call: _Call, pieces: Collection[Piece]) -> Iterator[Piece]:
    """What gives away the pieces that stand beside it: rooms and spellings."""
    for piece in pieces:
        if piece.kind == "address":
            yield from call.rooms_behind(piece)
        elif piece.kind == "name":
            yield from call.spelling_of(piece)


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


def _end_of(lead: re.Pattern[str], text: str) -> int:
    found = lead.match(text)
    return found.end() if found else 0


def _digits(text: str) -> int:
    return sum(len(atom.digits) for atom in read_atoms(text)) + sum(
        char.isalpha() and char.isascii() for char in text
    )


def _says_again(text: str, said: str) -> bool:
    """Whether a text is only the end of what another one says."""
    words = text.strip("，。！？,.!? ")
    return len(words) >= LEAST_SAID_AGAIN and said.strip("，。！？,.!? ").endswith(words)


def _only_pause(text: str) -> bool:
    return only_listens(text) and not read_atoms(text)
