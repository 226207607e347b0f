"""Findings of words matched again where people corrected a speaker or a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from operator import attrgetter
from typing import TypeAlias

from pipeline.lexicon import SIGNAL_RULES, sound_rules
from pipeline.people import FindingKey
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.types import (
    TEXT_CODEC,
    CallFacts,
    CallResult,
    Finding,
    MatchKind,
    Span,
    Utterance,
)

WORDS = ("required", "forbidden", "process", "pii")
BY_EAR: tuple[MatchKind, ...] = ("acoustic", "pinyin", "meaning")

Edits: TypeAlias = Sequence[tuple[Utterance, Utterance]]
"""Utterances before and after."""


def look_again(
    result: CallResult, utterances: Sequence[Utterance], book: PhraseBook
) -> tuple[Finding, ...]:
    """The findings of ``result``, matched again by text inside the utterances that differ; all
    others stay. A missing phrase that a corrected text has is not missing; a phrase that only the
    old text had is missing. Findings of rules that need the sound stay."""
    edits = [pair for pair in zip(result.utterances, utterances, strict=True) if pair[0] != pair[1]]
    found = _spelt(result, utterances, book)
    heard = sound_rules(book.rules)
    gone = [
        f
        for f in result.findings
        if _is_of_words(f, heard) and any(_lies_in(f, old) for old, _ in edits)
    ]
    unchanged = [f for f in result.findings if f not in gone and f.kind != "missing"]
    fresh = [
        f for f in found if _is_of_words(f, heard) and any(_lies_in(f, new) for _, new in edits)
    ]
    fresh = [f for f in fresh if not any(FindingKey.of(f).fits(other) for other in unchanged)]
    fresh += [
        f
        for f in _still_heard(gone, edits, book)
        if not any(FindingKey.of(f).fits(other) for other in fresh)
    ]
    met_by = {rule.id: frozenset(rule.duty.any_of) for rule in book.rules if rule.duty}
    missing = _missing(result.findings, found, gone, (*unchanged, *fresh), met_by)
    return tuple(sorted((*unchanged, *fresh, *missing), key=attrgetter("place")))


def _spelt(result: CallResult, utterances: Sequence[Utterance], book: PhraseBook) -> list[Finding]:
    facts = CallFacts(
        tuple(utterances),
        result.recording.judged.end_s,
        result.call,
        (None,) * len(utterances),
        written=result.recording.codec == TEXT_CODEC,
        begins_s=result.recording.judged.start_s,
    )
    sure = any(utterance.role == "agent" for utterance in utterances)
    return list(find_phrases(facts, book, roles_sure=sure, by_sound=False).findings)


def _is_of_words(finding: Finding, heard: frozenset[str]) -> bool:
    """Whether the text decides a finding; ``heard``: the rules that need the sound."""
    return finding.kind in WORDS and finding.rule not in (*heard, *SIGNAL_RULES)


def _lies_in(finding: Finding, utterance: Utterance) -> bool:
    """Whether a finding touches an utterance; a process is about a side that need not be the one
    who speaks, and what is nobody's may stand in words that were called the customer's."""
    shared_s = utterance.span.overlap_s(Span(finding.start_s, finding.end_s))
    is_his = finding.role in (utterance.role, "unknown")
    return shared_s > 0 and (finding.kind == "process" or is_his)


def _still_heard(gone: Sequence[Finding], edits: Edits, book: PhraseBook) -> list[Finding]:
    """Findings of the sound in an utterance with the same text, now by its corrected speaker; only
    for rules about that side."""
    sides = {rule.id: rule.role for rule in book.rules}
    return [
        replace(finding, role=new.role)
        for finding in gone
        if finding.match in BY_EAR
        for old, new in edits
        if old.text == new.text and _lies_in(finding, old) and sides.get(finding.rule) == new.role
    ]


def _missing(
    before: Sequence[Finding],
    found: Sequence[Finding],
    gone: Sequence[Finding],
    present: Sequence[Finding],
    met_by: Mapping[str, frozenset[str]],
) -> list[Finding]:
    """The lacks after an edit. ``met_by``: the slots that meet each duty; of a rule of an older
    lexicon, which was a slot and its lack in one, itself."""

    def is_met(rule: str, said: Set[str]) -> bool:
        return not said.isdisjoint(met_by.get(rule, (rule,)))

    now = {finding.rule: finding for finding in found if finding.kind == "missing"}
    spoken = {finding.rule for finding in present if finding.kind == "required"}
    by_ear = {
        finding.rule
        for finding in present
        if finding.kind == "required" and finding.match in BY_EAR
    }
    lost = {finding.rule for finding in gone if finding.kind == "required"}
    had = [finding for finding in before if finding.kind == "missing"]
    still = [finding for finding in had if finding.rule in now or not is_met(finding.rule, spoken)]
    known = {finding.rule for finding in had}
    return still + [
        f
        for rule, f in now.items()
        if rule not in known and is_met(rule, lost) and not is_met(rule, by_ear)
    ]
