"""What an agent states about the facts of a topic that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.knowledge.amounts import (
    Stated,
    StatedHours,
    bare_numbers,
    find_amounts,
    find_hours,
    find_times,
)
from pipeline.knowledge.compare import (
    Match,
    bare_matches,
    compare_amount,
    compare_hours,
    in_terms_of,
    is_akin,
)
from pipeline.knowledge.words import (
    BLUR,
    IS_NOW,
    NEGATIONS,
    RETRACT,
    is_neutral,
    residue,
)
from pipeline.lexicon import Amount, Fact, Hours, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.knowledge.turns import Clause, Turn

Value = Stated | StatedHours

REMEMBERED = 1024
"""Clauses whose values are remembered: each topic that was asked for looks at the same ones."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong value of a fact, at ``start`` to ``end`` of an utterance's text. ``named``: the fact is
    named beside it."""

    fact: Fact
    clause: Clause
    start: int
    end: int
    named: bool


@dataclass(slots=True)
class Stating:
    """What the turns of a call state about a topic's facts, gathered turn by turn. ``right``,
    ``unclear``: ids of facts; ``said``: words of wordings, by fact."""

    facts: tuple[Fact, ...]
    special: bool = False
    right: set[str] = field(default_factory=set)
    unclear: set[str] = field(default_factory=set)
    wrong: list[Wrong] = field(default_factory=list)
    said: dict[str, set[int]] = field(default_factory=dict)

    def hear(self, turn: Turn, clauses: Sequence[Clause], *, elliptic: bool) -> None:
        """Take in a turn of the agent. ``elliptic``: it follows the question, so that a value alone
        answers it."""
        subject: frozenset[str] | None = (
            frozenset(fact.id for fact in self.facts) if elliptic else None
        )
        doubt = bool(RETRACT.search(turn.text)) or self.special
        hours = sum(isinstance(v, StatedHours) for c in clauses for v in _values(c.text))
        blurred = False
        for clause in clauses:
            blurred = _is_blurred(clause, blurred, self.facts)
            self._wordings(clause)
            values = _values(clause.text)
            if not values:
                self._times(clause, blurred=blurred)
                subject = self._without(clause, subject)
                continue
            mixed = len({_unit(value) for value in values}) > 1 or self._crowded(clause, values)
            if not any(_compare(v, f, alone=True) for v in values for f in self.facts):
                self._beside(clause, values, subject)
            for piece in _pieces(clause, values):
                piece.doubt = doubt or mixed or blurred or (hours > 1 and piece.is_hours)
                subject = self._value(piece, subject, alone=hours == 1)

    def _crowded(self, clause: Clause, values: Sequence[Value]) -> bool:
        """Whether a clause has several values of one kind, none of them denied: 转一万元收10元."""
        same = sum(any(_compare(v, fact, alone=True) for fact in self.facts) for v in values)
        return same > 1 and not NEGATIONS.search(clause.text)

    def _times(self, clause: Clause, *, blurred: bool) -> None:
        """A single time of day: right where the hours begin or end then, else unclear."""
        times = _times(clause.text)
        for fact in self.facts if times else ():
            if isinstance(fact.value, Hours):
                is_end = times & {minute for span in fact.value.spans for minute in span}
                (self.right if is_end and not blurred else self.unclear).add(fact.id)

    def _without(self, clause: Clause, subject: frozenset[str] | None) -> frozenset[str] | None:
        """Take in a clause without a value; what the next value is about."""
        if clause.asks:
            return subject
        left, named = _strip(clause.text, self.facts, lasts=False)
        if named:
            self._bare(clause.text, named, subject)
            return named if not left or bare_numbers(left) else None
        if not left or is_neutral(left):
            return subject
        if bare_numbers(left):
            self._bare(clause.text, None, subject)
        return None

    def _beside(
        self, clause: Clause, values: Sequence[Value], subject: frozenset[str] | None
    ) -> None:
        """Numbers without a unit beside values of other kinds, as in 月租一年三百六."""
        text = clause.text
        for value in values:
            text = text[: value.start] + "|" * (value.end - value.start) + text[value.end :]
        _, named = _strip(text, self.facts, lasts=False)
        if bare_numbers(text) and (named or subject):
            self.unclear |= named or subject or frozenset()

    def _bare(
        self, text: str, named: frozenset[str] | None, subject: frozenset[str] | None
    ) -> None:
        """Numbers without a unit: right where they are the fact's value, else unclear."""
        numbers = bare_numbers(text)
        for fact in self.facts:
            if isinstance(fact.value, Amount) and numbers and fact.id in (named or subject or ()):
                (self.right if bare_matches(numbers, fact.value) else self.unclear).add(fact.id)

    def _value(
        self, piece: _Piece, subject: frozenset[str] | None, *, alone: bool
    ) -> frozenset[str] | None:
        left, named = _strip(piece.rest, self.facts, lasts=piece.lasts)
        matches = {
            fact.id: match
            for fact in self.facts
            if (match := _compare(piece.value, fact, alone=alone)) is not None
        }
        if piece.clause.asks or (left and not NEGATIONS.sub("", left)):
            self.unclear |= matches.keys()
            return subject
        near = named or subject
        same = {own for own, match in matches.items() if match == "same"}
        same = same & named if named else same
        if same:
            self.right |= same
            return named or subject
        about = [own for own in matches if near is not None and own in near]
        if len(about) == 1 and matches[about[0]] == "other" and not left and not piece.doubt:
            fact = next(fact for fact in self.facts if fact.id == about[0])
            self.wrong.append(
                Wrong(fact, piece.clause, piece.value.start, piece.value.end, bool(named))
            )
        else:
            self.unclear |= matches.keys()
        if not left or is_neutral(left):
            return near
        return None

    def _wordings(self, clause: Clause) -> None:
        for fact in self.facts:
            if not isinstance(fact.value, Wording):
                continue
            groups = {
                at
                for at, words in enumerate(fact.value.says)
                if any(word in clause.text for word in words)
            }
            self.said.setdefault(fact.id, set()).update(groups)
            for word in fact.value.never:
                if word in clause.text and not clause.asks and not BLUR.search(clause.text):
                    at = clause.start + clause.text.index(word)
                    self.wrong.append(
                        Wrong(fact, clause, at - clause.start, at - clause.start + len(word), False)
                    )


@dataclass(slots=True)
class _Piece:
    """A value with the words of its clause beside it. ``doubt``: it may be about something else."""

    clause: Clause
    value: Value
    rest: str
    doubt: bool = False

    @property
    def is_hours(self) -> bool:
        return isinstance(self.value, StatedHours)

    @property
    def lasts(self) -> bool:
        return isinstance(self.value, Stated) and self.value.unit in ("分钟", "工作日", "个月")


@lru_cache(maxsize=REMEMBERED)
def _values(text: str) -> tuple[Value, ...]:
    values: list[Value] = [*find_amounts(text), *find_hours(text)]
    return tuple(sorted(values, key=lambda value: value.start))


@lru_cache(maxsize=REMEMBERED)
def _times(text: str) -> frozenset[int]:
    return frozenset(find_times(text))


def _unit(value: Value) -> str:
    return value.unit if isinstance(value, Stated) else "点"


def _pieces(clause: Clause, values: Sequence[Value]) -> Iterator[_Piece]:
    """The clause cut behind each value but the last."""
    start = 0
    for at, value in enumerate(values):
        end = value.end if at + 1 < len(values) else len(clause.text)
        yield _Piece(
            clause, value, clause.text[start : value.start] + "|" + clause.text[value.end : end]
        )
        start = end


def _strip(text: str, facts: Sequence[Fact], *, lasts: bool) -> tuple[str, frozenset[str]]:
    """The residue of a text without the words that name facts, and the facts that are named."""
    words = sorted({word for fact in facts for word in fact.about}, key=len, reverse=True)
    met: set[str] = set()
    for word in words:
        if word in text:
            met.add(word)
            text = text.replace(word, "|")
    sets = [frozenset(fact.id for fact in facts if word in fact.about) for word in met]
    named = frozenset.union(*sets) if sets else frozenset()
    common = frozenset.intersection(*sets) if sets else frozenset()
    return residue(text, lasts=lasts), common or named


def _is_blurred(clause: Clause, before: bool, facts: Sequence[Fact]) -> bool:
    """Whether a clause, or one before it in the turn, sets a case of its own."""
    text = clause.text
    for fact in facts:
        for word in fact.about:
            text = text.replace(word, "|")
    if BLUR.search(text):
        return True
    return before and not IS_NOW.search(text)


def _compare(value: Value, fact: Fact, *, alone: bool) -> Match | None:
    """How a value fits a fact; ``None`` where it is of another kind."""
    if isinstance(value, StatedHours):
        if not isinstance(fact.value, Hours):
            return None
        return compare_hours(value.span, fact.value, alone=alone)
    if not isinstance(fact.value, Amount) or not is_akin(value.unit, fact.value):
        return None
    stated = in_terms_of(value, fact.value, fact.about)
    return "unclear" if stated is None else compare_amount(stated, fact.value)
