"""Make personal numbers unreadable in texts and results. Every text keeps its length; hidden
characters become "*"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.privacy.addresses import may_be_place
from pipeline.privacy.digit_runs import DigitRun, build_runs
from pipeline.privacy.digits import MASK, Atom, read_atoms
from pipeline.privacy.forms import MOST_DIGITS
from pipeline.privacy.names import may_be_name
from pipeline.privacy.personal import FRAGMENT_DIGITS, Found, Number, find_all, fragment_form
from pipeline.privacy.spelling import fold
from pipeline.privacy.times import carried
from pipeline.types import (
    BY_FORM,
    CUSTOMERS,
    CallResult,
    Finding,
    Kinds,
    Quote,
    Reason,
    Score,
    ScoreItem,
    Utterance,
    Word,
    readable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def mask_text(text: str, *, kinds: Kinds = CUSTOMERS, said: bool = True) -> str:
    """Mask a text without context: numbers of a valid form, and what a word before it names. The
    length stays the same. ``said``: see ``find_all``.

    >>> mask_text("回电13800138000"), mask_text("一三八零零一三八零零零"), mask_text("订单号20261123000123")
    ('回电138****8000', '一三八****八零零零', '订单号20261123000123')
    >>> mask_text("客户说验证码是八八二零")
    '客户说验证码是****'
    """
    if not text:
        return text
    found = find_all([_alone(text)], kinds=kinds, named=False, said=said)
    if not found:
        return text
    return _hide(
        text,
        [(at.start, at.end) for number in found.numbers for at in number.hidden()]
        + [(piece.start, piece.end) for piece in found.pieces],
    )


def mask_customer(customer_id: str, *, kinds: Kinds = CUSTOMERS) -> str:
    """Mask a customer's id that is a telephone or card number; other ids do not change.

    >>> mask_customer("13800138000"), mask_customer("C-10027")
    ('138****8000', 'C-10027')
    """
    return mask_text(customer_id, kinds=kinds, said=False)


def mask_name(path: str, *, kinds: Kinds = CUSTOMERS) -> str:
    """Mask the numbers in the folders and the name of a path. The masked path may not open the
    file.

    >>> mask_name("calls/20261123_8012_13800138000.wav")
    'calls/20261123_8012_138****8000.wav'
    """
    return mask_text(readable(path), kinds=kinds, said=False)


def mask_utterances(
    utterances: Sequence[Utterance], *, kinds: Kinds = CUSTOMERS
) -> tuple[str, ...]:
    """The texts of a call's utterances, in order of time, with its personal data hidden."""
    masked = _mask_utterances(utterances, find_all(utterances, kinds=kinds))
    return tuple(utterance.text for utterance in masked)


def may_be_hidden(text: str) -> bool:
    """Whether a text could be part of personal data: whoever may not see it must not find it bit by
    bit.

    >>> [may_be_hidden(text) for text in ("1380", "三八零", "李晓明", "建国路", "ab", "等一下")]
    [True, True, True, True, True, False]
    """
    plain = fold(text).strip()
    return (
        any(
            char.isdecimal() or (char.isascii() and char.isalpha()) or char in "@*"
            for char in plain
        )
        or any(
            len(atom.digits) > 1 or len(atoms) > 1 for atoms in [read_atoms(text)] for atom in atoms
        )
        or may_be_name(plain)
        or may_be_place(plain)
    )


def mask_results(
    results: Sequence[CallResult], *, kinds: Kinds = CUSTOMERS
) -> tuple[CallResult, ...]:
    """Mask results of one call, such as the machine's and the corrected one: what both say is
    searched once."""
    said, found, masked = results[0].utterances, find_all(results[0].utterances, kinds=kinds), []
    for result in results:
        if result.utterances != said:
            said, found = result.utterances, find_all(result.utterances, kinds=kinds)
        masked.append(_mask_found(result, found, kinds))
    return tuple(masked)


def mask_result(result: CallResult, *, kinds: Kinds = CUSTOMERS) -> CallResult:
    """Mask what is personal in a result, in its utterances and in all texts that quote them.

    A result without personal data does not change, and neither does a masked one. Times, points
    and hashes stay, and so do the phrases that a finding judges.
    """
    return _mask_found(result, find_all(result.utterances, kinds=kinds), kinds)


def _mask_found(result: CallResult, found: Found, kinds: Kinds) -> CallResult:
    found = _without_judged(found, result)
    call = result.call
    utterances = _mask_utterances(result.utterances, found)
    said = {old.text: new.text for old, new in zip(result.utterances, utterances, strict=True)}
    settlement = result.settlement
    quoted = _Quoted.of(result.utterances, found, kinds)
    return replace(
        result,
        recording=replace(
            result.recording,
            path=mask_name(result.recording.path, kinds=kinds),
            sides=tuple(mask_name(side, kinds=kinds) for side in result.recording.sides),
        ),
        call=replace(
            call,
            call_id=call.call_id and mask_text(call.call_id, kinds=kinds),
            customer_id=call.customer_id and mask_customer(call.customer_id, kinds=kinds),
            transferred_to=call.transferred_to and mask_customer(call.transferred_to, kinds=kinds),
            conversation=call.conversation and mask_text(call.conversation, kinds=kinds),
        ),
        part=result.part
        and replace(
            result.part,
            conversation=mask_text(result.part.conversation, kinds=kinds),
            parts=tuple(mask_text(part, kinds=kinds) for part in result.part.parts),
        ),
        utterances=utterances,
        findings=tuple(_mask_finding(finding, quoted) for finding in result.findings),
        score=_mask_score(result.score, quoted),
        topics=tuple(
            replace(topic, quotes=_mask_sentences(topic.quotes, said, quoted))
            for topic in result.topics
        ),
        settlement=replace(settlement, quotes=_mask_sentences(settlement.quotes, said, quoted)),
        notes=tuple(quoted.mask(note) for note in result.notes),
    )


@dataclass(frozen=True, slots=True)
class _Quoted:
    """What is hidden in the texts that quote a call: its numbers, parts of them, its ``values``,
    and other numbers by their own form."""

    numbers: tuple[Number, ...]
    values: re.Pattern[str] | None
    kinds: Kinds
    known: dict[str, str] = field(default_factory=dict)
    """Texts with what they are masked: findings of one rule say much the same."""

    @classmethod
    def of(cls, utterances: Sequence[Utterance], found: Found, kinds: Kinds) -> _Quoted:
        values = {
            utterances[piece.utterance].text[piece.start : piece.end] for piece in found.pieces
        }
        long = sorted((value for value in values if len(value) > 1), key=len, reverse=True)
        return cls(
            found.numbers, re.compile("|".join(map(re.escape, long))) if long else None, kinds
        )

    def mask(self, text: str) -> str:
        if text and text not in self.known:
            self.known[text] = self._mask(text)
        return self.known.get(text, text)

    def _mask(self, text: str) -> str:
        if self.values:
            text = self.values.sub(lambda value: MASK * len(value.group()), text)
        alone = _alone(text)
        if self.numbers:
            runs = build_runs([alone], [read_atoms(text)], [None])
            parts = [atom for run in runs for atom in _known_parts(run, self.numbers)]
            text = _hide(text, [(atom.start, atom.end) for atom in parts])
        numbers = find_all([_alone(text)], kinds=self.kinds & BY_FORM, named=False).numbers
        return _hide(text, [(atom.start, atom.end) for n in numbers for atom in n.hidden()])


def _without_judged(found: Found, result: CallResult) -> Found:
    """What is found without pieces that touch a phrase which a finding judges: people must read
    it."""
    phrases = {finding.phrase for finding in result.findings if len(finding.phrase) > 1}
    judged = {
        (index, at)
        for index in {piece.utterance for piece in found.pieces}
        for phrase in phrases
        for place in re.finditer(re.escape(phrase), result.utterances[index].text)
        for at in range(*place.span())
    }
    if not judged:
        return found
    return replace(
        found,
        pieces=tuple(
            piece
            for piece in found.pieces
            if piece.kind not in _OF_WORDS
            or judged.isdisjoint((piece.utterance, at) for at in range(piece.start, piece.end))
        ),
    )


_OF_WORDS: Kinds = frozenset({"name", "address", "agent_name"})
"""Kinds that are made of words, as phrases are."""


def _mask_sentences(
    quotes: Iterable[Quote], said: Mapping[str, str], quoted: _Quoted
) -> tuple[Quote, ...]:
    """Mask quotes that are whole utterances. ``said``: the masked text of each utterance."""
    return tuple(
        replace(quote, text=said[quote.text] if quote.text in said else quoted.mask(quote.text))
        for quote in quotes
    )


def _mask_utterances(utterances: Sequence[Utterance], found: Found) -> tuple[Utterance, ...]:
    hidden: dict[int, list[tuple[int, int]]] = {}
    for atom in (atom for number in found.numbers for atom in number.hidden()):
        hidden.setdefault(atom.utterance, []).append((atom.start, atom.end))
    for piece in found.pieces:
        hidden.setdefault(piece.utterance, []).append((piece.start, piece.end))
    return tuple(
        _mask_utterance(u, hidden[i]) if i in hidden else u for i, u in enumerate(utterances)
    )


def _mask_utterance(utterance: Utterance, hidden: Iterable[tuple[int, int]]) -> Utterance:
    text = _hide(utterance.text, hidden)
    letters = [list(word.text) for word in utterance.words]
    for index, place, at in carried(utterance):
        # A digit that is missing in the text at that place may be a hidden one.
        unplaced = at is None and bool(read_atoms(letters[index][place]))
        if unplaced or (at is not None and text[at] == MASK):
            letters[index][place] = MASK
    words = tuple(
        _with_text(word, "".join(new)) for word, new in zip(utterance.words, letters, strict=True)
    )
    return replace(utterance, text=text, words=words)


def _with_text(word: Word, text: str) -> Word:
    return word if word.text == text else replace(word, text=text)


def _mask_finding(finding: Finding, quoted: _Quoted) -> Finding:
    return replace(
        finding,
        quote=quoted.mask(finding.quote),
        phrase=quoted.mask(finding.phrase),
        evidence=quoted.mask(finding.evidence),
        quotes=tuple(replace(quote, text=quoted.mask(quote.text)) for quote in finding.quotes),
    )


def _mask_score(score: Score, quoted: _Quoted) -> Score:
    def reasons(given: tuple[Reason, ...]) -> tuple[Reason, ...]:
        return tuple(replace(reason, text=quoted.mask(reason.text)) for reason in given)

    def items(given: tuple[ScoreItem, ...]) -> tuple[ScoreItem, ...]:
        return tuple(
            replace(i, reasons=reasons(i.reasons), note=quoted.mask(i.note)) for i in given
        )

    return replace(
        score,
        items=items(score.items),
        extras=items(score.extras),
        beside=items(score.beside),
        vetoes=reasons(score.vetoes),
        flags=tuple(quoted.mask(flag) for flag in score.flags),
    )


def _known_parts(run: DigitRun, numbers: Sequence[Number]) -> list[Atom]:
    """Atoms of a run that say ``FRAGMENT_DIGITS`` and more of a known number, the longest parts
    first."""
    hidden: list[Atom] = []
    at = 0
    while at < len(run.atoms):
        longest = 1
        for end in range(min(len(run.atoms), at + MOST_DIGITS), at, -1):
            digits = "".join(atom.digits for atom in run.atoms[at:end])
            form = fragment_form(digits, numbers) if len(digits) >= FRAGMENT_DIGITS else None
            if form:
                hidden += Number(form, run.atoms[at:end]).hidden()
                longest = end - at
                break
        at += longest
    return hidden


def _hide(text: str, places: Iterable[tuple[int, int]]) -> str:
    """A text with ``MASK`` for each letter and digit in places ``(start, end)``."""
    letters = list(text)
    for start, end in places:
        letters[start:end] = MASK * (end - start)
    return "".join(letters)


def _alone(text: str) -> Utterance:
    return Utterance("unknown", 0, 0.0, 0.0, text, 0.0, ())
