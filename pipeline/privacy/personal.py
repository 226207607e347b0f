"""Find the places where personal numbers are said in a call."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.privacy.digit_runs import DigitRun, build_runs, find_echoes
from pipeline.privacy.digits import HAN, MASK, Atom, read_atoms
from pipeline.privacy.forms import (
    FEWEST_DIGITS,
    MOST_DIGITS,
    NAMED_PHONE,
    VALID_CARD,
    VALID_PHONE,
    Form,
    is_before_card,
    is_of_a_service,
    judge_form,
    label_before,
)
from pipeline.privacy.pieces import find_pieces
from pipeline.privacy.times import time_of
from pipeline.types import BY_FORM, CUSTOMERS, Kinds, PersonalKind

if TYPE_CHECKING:
    from pipeline.privacy.talk import Piece
    from pipeline.types import Role, Seconds, Utterance

FRAGMENT_DIGITS = 4
"""From this length a part of a known number counts as a read-back of it (our choice)."""

FRAGMENT_WITHIN_S: Seconds = 30.0
"""Most time between a read-back and its number. Parts of ``FEWEST_DIGITS`` and more count at any
distance (our choice)."""

PARTS_WITHIN = 4
"""Utterances from one part of a dictated code to the next (our choice)."""

MOST_VISIBLE_FIRST, MOST_VISIBLE_LAST = 8, 4
"""Most digits that a mask leaves readable at the front (008605718888…) and at the end."""

_OF_DIGITS: Kinds = frozenset(
    {"code", "password", "cvv", "last_digits", "qq", "passport", "wechat"}
)

_ANY_DIGIT = re.compile(rf"[0-9０-９{HAN}{MASK}]")

Judge = Callable[[str, Sequence[Atom]], Form | None]


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal number, or the part of it in one utterance.

    It is characters ``start`` to ``end`` (exclusive) of the text of utterance ``utterance``, said
    from ``start_s`` to ``end_s``.
    """

    kind: PersonalKind
    utterance: int
    start: int
    end: int
    start_s: Seconds
    end_s: Seconds
    role: Role
    channel: int


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number with its spoken digits. ``form.kind`` is ``None`` for the number of a
    service."""

    form: Form
    atoms: tuple[Atom, ...]

    @property
    def digits(self) -> str:
        return "".join(atom.digits for atom in self.atoms)

    def hidden(self) -> list[Atom]:
        """The atoms that a mask covers: all with a digit that does not stay readable."""
        last = len(self.digits) - self.form.keep_last
        covered: list[Atom] = []
        at = 0
        for atom in self.atoms:
            if at < last and at + len(atom.digits) > self.form.keep_first:
                covered.append(atom)
            at += len(atom.digits)
        return covered


@dataclass(frozen=True, slots=True)
class Found:
    """The personal data of a call: numbers, of which some digits stay readable, and pieces, which
    are hidden wholly."""

    numbers: tuple[Number, ...]
    pieces: tuple[Piece, ...]

    def __bool__(self) -> bool:
        return bool(self.numbers or self.pieces)


NOTHING = Found((), ())


def find_personal(
    utterances: Sequence[Utterance], *, kinds: Kinds = CUSTOMERS
) -> tuple[Personal, ...]:
    """Find personal data of these kinds, in order of the text; empty without any.

    What is said over several utterances gives one value for each utterance. docs/privacy.md defines
    the kinds.

    >>> from tests.builders import an_utterance
    >>> [(p.kind, p.start, p.end) for p in find_personal([an_utterance("我的电话是13800138000。")])]
    [('phone', 5, 16)]
    """
    all_of = find_all(utterances, kinds=kinds)
    found = {
        _personal(utterances, number, index)
        for number in all_of.numbers
        for index in {atom.utterance for atom in number.atoms}
    } | {_personal_piece(utterances, piece) for piece in all_of.pieces}
    return tuple(sorted(found, key=lambda personal: (personal.utterance, personal.start)))


def find_all(
    utterances: Sequence[Utterance],
    *,
    kinds: Kinds = CUSTOMERS,
    named: bool = True,
    said: bool = True,
) -> Found:
    """Find personal data with its read-backs.

    ``named``: the words before a telephone, identity or card number may tell its kind. Otherwise
    only those of a valid form are found. ``said``: somebody said or wrote it; in what a program
    writes only the rules look for names, since those of staff stand there.
    """
    taken: set[Atom] = set()
    numbers: list[Number] = []
    readings: list[tuple[DigitRun, ...]] = []
    if _may_hold_a_number(utterances):
        read = _read_all(utterances)
        if sum(len(atom.digits) for atoms in read for atom in atoms) >= FEWEST_DIGITS:
            readings = _readings(utterances, read)
            numbers = _find_numbers(utterances, readings, taken, named=named)
    mobile = {n.atoms[0].utterance for n in numbers if n.form.kind == "phone"}
    pieces = find_pieces(utterances, phones=mobile, said=said) if kinds - BY_FORM else ()
    if not numbers and not pieces:
        return NOTHING
    read = _read_all(utterances)
    if known := [*numbers, *_spelt_numbers(pieces, read)]:
        judge = _judge_fragment(utterances, known)
        runs = readings[0] if readings else _readings(utterances, read)[0]
        parts = [part for run in runs for part in _take(run, taken, judge)]
        numbers += [part for part in parts if part.hidden()]
    return Found(
        tuple(number for number in numbers if number.form.kind in kinds),
        tuple(piece for piece in pieces if piece.kind in kinds),
    )


def _may_hold_a_number(utterances: Sequence[Utterance]) -> bool:
    """Whether there are signs enough for the shortest number: most texts have few, and are not read
    digit by digit. 三个八 has three in two."""
    signs = 0
    for utterance in utterances:
        here = len(_ANY_DIGIT.findall(utterance.text))
        if here > 1 and "个" in utterance.text:
            return True
        signs += here
    return signs >= FEWEST_DIGITS


def _read_all(utterances: Sequence[Utterance]) -> list[tuple[Atom, ...]]:
    return [
        read_atoms(u.text, i) if _ANY_DIGIT.search(u.text) else () for i, u in enumerate(utterances)
    ]


def _find_numbers(
    utterances: Sequence[Utterance],
    readings: Sequence[Sequence[DigitRun]],
    taken: set[Atom],
    *,
    named: bool,
) -> list[Number]:
    """The telephone, identity and card numbers of a call. Their atoms are added to ``taken``, and
    so are those of services."""
    numbers: list[Number] = []
    for reading, runs in enumerate(readings):
        judge = _judge(utterances, named=named and reading == 0, phones=False)
        numbers += [number for run in runs for number in _take(run, taken, judge)]
    if named and readings:
        judge = _judge(utterances, named=True, phones=True)
        numbers += [number for run in readings[0] for number in _take(run, taken, judge)]
    return [number for number in numbers if number.form.kind is not None]


def _spelt_numbers(pieces: Sequence[Piece], read: Sequence[Sequence[Atom]]) -> list[Number]:
    """Pieces of digits as numbers, so that their read-backs are found however they are spelt.
    Pieces of one kind that follow each other may be parts of one number."""
    joined: dict[PersonalKind, list[list[Atom]]] = {}
    for piece in pieces:
        if piece.kind not in _OF_DIGITS:
            continue
        atoms = [
            atom
            for atom in read[piece.utterance]
            if piece.start <= atom.start and atom.end <= piece.end
        ]
        rows = joined.setdefault(piece.kind, [])
        if rows and atoms and rows[-1] and piece.utterance - rows[-1][-1].utterance <= PARTS_WITHIN:
            rows[-1] += [atom for atom in atoms if atom not in rows[-1]]
        else:
            rows.append(atoms)
    return [
        Number(Form(kind, VALID_CARD, 0, 0), tuple(atoms))
        for kind, rows in joined.items()
        for atoms in rows
        if sum(len(atom.digits) for atom in atoms) >= FRAGMENT_DIGITS
    ]


def fragment_form(digits: str, numbers: Sequence[Number]) -> Form | None:
    """The form by which a part of known numbers is masked; ``None`` if it is a part of none.

    A whole number is masked as before. A part is masked wholly, unless all of it stays readable.
    """
    forms: list[Form] = []
    for number in numbers:
        form, whole = number.form, number.digits
        if digits == whole:
            return form
        for at in range(len(whole) - len(digits) + 1):
            if whole.startswith(digits, at):
                stays = at + len(digits) <= form.keep_first or at >= len(whole) - form.keep_last
                forms.append(Form(form.kind, 0, len(digits) if stays else 0, 0))
    return min(forms, key=lambda form: form.keep_first, default=None)


def _readings(
    utterances: Sequence[Utterance], read: Sequence[Sequence[Atom]]
) -> list[tuple[DigitRun, ...]]:
    """The runs of digits in up to three readings: by speaker; by channel with read-backs apart, for
    speakers that may be confused; and as if one person spoke."""
    echoes = find_echoes(utterances, read)
    readings: list[list[Hashable]] = [
        [
            (u.role, u.channel, u.role == "unknown" and i in echoes)
            for i, u in enumerate(utterances)
        ],
        [(u.channel, i in echoes) for i, u in enumerate(utterances)],
        [u.channel for u in utterances],
    ]
    different: dict[tuple[int, ...], list[Hashable]] = {}
    for speakers in readings:
        order: dict[Hashable, int] = {}
        different.setdefault(
            tuple(order.setdefault(speaker, len(order)) for speaker in speakers), speakers
        )
    return [build_runs(utterances, read, speakers) for speakers in different.values()]


def _take(run: DigitRun, taken: set[Atom], judge: Judge) -> list[Number]:
    """The numbers of a run, the best ranked and longest first. Their atoms are added to
    ``taken``."""
    if sum(len(atom.digits) for atom in run.atoms) < FRAGMENT_DIGITS:
        return []
    edges = run.edges()
    candidates: list[tuple[int, int, int, Number]] = []
    masked = _masked_before(run, edges)
    for i, start in enumerate(edges):
        for end in edges[i + 1 :]:
            atoms = run.atoms[start:end]
            digits = "".join(atom.digits for atom in atoms)
            if len(digits) > MOST_DIGITS:
                break
            if len(digits) < FRAGMENT_DIGITS or MASK in digits or not taken.isdisjoint(atoms):
                continue
            form = judge(digits, atoms)
            if form and (form.kind is None or masked.isdisjoint(atoms)):
                candidates.append((form.rank, -len(digits), start, Number(form, atoms)))
    numbers: list[Number] = []
    for *_, number in sorted(candidates, key=lambda candidate: candidate[:3]):
        if taken.isdisjoint(number.atoms):
            taken.update(number.atoms)
            numbers.append(number)
    return numbers


def _masked_before(run: DigitRun, edges: Sequence[int]) -> set[Atom]:
    """Atoms that an earlier mask covers, and the digits that it left at both ends."""
    stars = [i for i, atom in enumerate(run.atoms) if atom.digits == MASK]
    blocked = {run.atoms[i] for i in stars}
    for i in stars:
        if i == 0 or run.atoms[i - 1].digits != MASK:
            end = next(
                (j for j in range(i, len(run.atoms)) if run.atoms[j].digits != MASK), len(run.atoms)
            )
            if end - i >= 3:
                after = max(
                    (edge for edge in edges if end <= edge <= end + MOST_VISIBLE_LAST), default=end
                )
                before = min(
                    (edge for edge in edges if i - MOST_VISIBLE_FIRST <= edge <= i), default=i
                )
                blocked.update(run.atoms[before:after])
    return blocked


def _judge(utterances: Sequence[Utterance], *, named: bool, phones: bool) -> Judge:
    """A judge by form.

    With ``named`` it uses the words before the number. With ``phones`` it also accepts phones that
    only the words reveal.
    """

    def judge(digits: str, atoms: Sequence[Atom]) -> Form | None:
        if len(digits) < FEWEST_DIGITS:
            return None
        first, last = atoms[0], atoms[-1]
        label = label_before(utterances, first.utterance, first.start)
        said = utterances[first.utterance]
        if said.role == "agent" and is_of_a_service(said.text[: first.start], digits):
            return Form(None, VALID_PHONE, len(digits), 0)
        after = utterances[last.utterance].text[last.end : last.end + 4]
        label = "bank_card" if label is None and is_before_card(after) else label
        form = judge_form(digits, label=label if named or label == "other" else None, after=after)
        return form if form is None or phones or form.rank != NAMED_PHONE else None

    return judge


def _judge_fragment(utterances: Sequence[Utterance], numbers: Sequence[Number]) -> Judge:
    """A judge of parts of known numbers: they must be said near the number or be long enough."""

    def judge(digits: str, atoms: Sequence[Atom]) -> Form | None:
        spoken_s = utterances[atoms[0].utterance].start_s
        near = [
            n for n in numbers if len(digits) >= FEWEST_DIGITS or _is_near(spoken_s, n, utterances)
        ]
        return fragment_form(digits, near)

    return judge


def _is_near(spoken_s: Seconds, number: Number, utterances: Sequence[Utterance]) -> bool:
    start_s = utterances[number.atoms[0].utterance].start_s - FRAGMENT_WITHIN_S
    return start_s <= spoken_s <= utterances[number.atoms[-1].utterance].end_s + FRAGMENT_WITHIN_S


def _personal(utterances: Sequence[Utterance], number: Number, index: int) -> Personal:
    atoms = [atom for atom in number.atoms if atom.utterance == index]
    utterance, start, end = utterances[index], atoms[0].start, atoms[-1].end
    span = time_of(utterance, start, end)
    assert number.form.kind is not None
    return Personal(
        number.form.kind,
        index,
        start,
        end,
        span.start_s,
        span.end_s,
        utterance.role,
        utterance.channel,
    )


def _personal_piece(utterances: Sequence[Utterance], piece: Piece) -> Personal:
    utterance = utterances[piece.utterance]
    span = time_of(utterance, piece.start, piece.end)
    return Personal(
        piece.kind,
        piece.utterance,
        piece.start,
        piece.end,
        span.start_s,
        span.end_s,
        utterance.role,
        utterance.channel,
    )
