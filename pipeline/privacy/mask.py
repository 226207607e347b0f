"""Make personal numbers unreadable in texts and results. Every text keeps its length; hidden
characters become "*"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.privacy.digit_runs import DigitRun, build_runs
from pipeline.privacy.digits import MASK, Atom, read_atoms
from pipeline.privacy.forms import MOST_DIGITS
from pipeline.privacy.personal import FRAGMENT_DIGITS, Number, find_numbers, fragment_form
from pipeline.privacy.times import carried
from pipeline.types import (
    CallResult,
    Finding,
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


def mask_text(text: str) -> str:
    """Mask a text without context. Only numbers of a valid form are personal. The length stays the
    same.

    >>> mask_text("回电13800138000"), mask_text("一三八零零一三八零零零"), mask_text("订单号20261123000123")
    ('回电138****8000', '一三八****八零零零', '订单号20261123000123')
    """
    return _hide(
        text,
        [atom for number in find_numbers([_alone(text)], named=False) for atom in number.hidden()],
    )


def mask_customer(customer_id: str) -> str:
    """Mask a customer's id that is a telephone or card number; other ids do not change.

    >>> mask_customer("13800138000"), mask_customer("C-10027")
    ('138****8000', 'C-10027')
    """
    return mask_text(customer_id)


def mask_name(path: str) -> str:
    """Mask the numbers in the folders and the name of a path. The masked path may not open the
    file.

    >>> mask_name("calls/20261123_8012_13800138000.wav")
    'calls/20261123_8012_138****8000.wav'
    """
    return mask_text(readable(path))


def mask_utterances(utterances: Sequence[Utterance]) -> tuple[str, ...]:
    """The texts of a call's utterances, in order of time, with its personal numbers hidden."""
    masked = _mask_utterances(utterances, find_numbers(utterances))
    return tuple(utterance.text for utterance in masked)


def may_be_hidden(text: str) -> bool:
    """Whether a text could be part of a personal number: whoever may not see numbers must not find
    them digit by digit.

    >>> may_be_hidden("1380"), may_be_hidden("三八零"), may_be_hidden("等一下")
    (True, True, False)
    """
    return any(char.isdecimal() for char in text) or any(
        len(atom.digits) > 1 or len(atoms) > 1 for atoms in [read_atoms(text)] for atom in atoms
    )


def mask_result(result: CallResult) -> CallResult:
    """Mask every personal number of a result, in its utterances and in all texts that quote them.

    A result without personal numbers does not change, and neither does a masked one. Times, points
    and hashes stay.
    """
    numbers = find_numbers(result.utterances)
    call = result.call
    utterances = _mask_utterances(result.utterances, numbers)
    said = {old.text: new.text for old, new in zip(result.utterances, utterances, strict=True)}
    settlement = result.settlement
    return replace(
        result,
        recording=replace(
            result.recording,
            path=mask_name(result.recording.path),
            sides=tuple(map(mask_name, result.recording.sides)),
        ),
        call=replace(
            call,
            call_id=None if call.call_id is None else mask_text(call.call_id),
            customer_id=None if call.customer_id is None else mask_customer(call.customer_id),
            transferred_to=call.transferred_to and mask_customer(call.transferred_to),
            conversation=call.conversation and mask_text(call.conversation),
        ),
        part=result.part
        and replace(
            result.part,
            conversation=mask_text(result.part.conversation),
            parts=tuple(map(mask_text, result.part.parts)),
        ),
        utterances=utterances,
        findings=tuple(_mask_finding(finding, numbers) for finding in result.findings),
        score=_mask_score(result.score, numbers),
        topics=tuple(
            replace(topic, quotes=_mask_sentences(topic.quotes, said)) for topic in result.topics
        ),
        settlement=replace(settlement, quotes=_mask_sentences(settlement.quotes, said)),
        notes=tuple(_mask_quote(note, numbers) for note in result.notes),
    )


def _mask_sentences(quotes: Iterable[Quote], said: Mapping[str, str]) -> tuple[Quote, ...]:
    """Mask quotes that are whole utterances. ``said``: the masked text of each utterance."""
    return tuple(
        replace(quote, text=mask_text(said.get(quote.text, quote.text))) for quote in quotes
    )


def _mask_utterances(
    utterances: Sequence[Utterance], numbers: Sequence[Number]
) -> tuple[Utterance, ...]:
    hidden: dict[int, list[Atom]] = {}
    for atom in (atom for number in numbers for atom in number.hidden()):
        hidden.setdefault(atom.utterance, []).append(atom)
    return tuple(
        _mask_utterance(u, hidden[i]) if i in hidden else u for i, u in enumerate(utterances)
    )


def _mask_utterance(utterance: Utterance, hidden: Iterable[Atom]) -> Utterance:
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


def _mask_finding(finding: Finding, numbers: Sequence[Number]) -> Finding:
    return replace(
        finding,
        quote=_mask_quote(finding.quote, numbers),
        phrase=_mask_quote(finding.phrase, numbers),
        evidence=_mask_quote(finding.evidence, numbers),
        quotes=tuple(
            replace(quote, text=_mask_quote(quote.text, numbers)) for quote in finding.quotes
        ),
    )


def _mask_score(score: Score, numbers: Sequence[Number]) -> Score:
    def reasons(given: tuple[Reason, ...]) -> tuple[Reason, ...]:
        return tuple(replace(reason, text=_mask_quote(reason.text, numbers)) for reason in given)

    def items(given: tuple[ScoreItem, ...]) -> tuple[ScoreItem, ...]:
        return tuple(
            replace(i, reasons=reasons(i.reasons), note=_mask_quote(i.note, numbers)) for i in given
        )

    return replace(
        score,
        items=items(score.items),
        extras=items(score.extras),
        beside=items(score.beside),
        vetoes=reasons(score.vetoes),
        flags=tuple(_mask_quote(flag, numbers) for flag in score.flags),
    )


def _mask_quote(text: str, numbers: Sequence[Number]) -> str:
    """Mask a text that may quote the call: first parts of the call's numbers, then numbers by their
    own form."""
    if numbers and text:
        alone = _alone(text)
        runs = build_runs([alone], [read_atoms(text)], [None])
        text = _hide(text, [atom for run in runs for atom in _known_parts(run, numbers)])
    return mask_text(text)


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


def _hide(text: str, atoms: Iterable[Atom]) -> str:
    letters = list(text)
    for atom in atoms:
        letters[atom.start : atom.end] = MASK * (atom.end - atom.start)
    return "".join(letters)


def _alone(text: str) -> Utterance:
    return Utterance("unknown", 0, 0.0, 0.0, text, 0.0, ())
