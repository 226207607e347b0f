"""Rules that changed, and those that look at them, sought again in the stored words of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter

from pipeline.lexicon import SIGNAL_RULES, Lexicon, Rule, sound_rules
from pipeline.phrases import (
    PhraseBook,
    counts_no_more,
    find_phrases,
    fold,
    is_harmless_now,
)
from pipeline.speakers import are_sides_doubtful
from pipeline.topics import UNSURE
from pipeline.types import TEXT_CODEC, CallFacts, CallMeta, CallResult, Finding, Span, Utterance

Digests = Mapping[str, str]
"""Rule id → digest of the rule, as it was in one version of a lexicon."""


def find_again(
    result: CallResult, call: CallMeta, book: PhraseBook, rules: Sequence[Rule]
) -> tuple[Finding, ...]:
    """The findings of a result by the present ``rules``: those of the rules in ``book`` are looked
    for in the stored text, the others stay."""
    present = {rule.id for rule in rules if rule.is_in_force(call.day)}
    again = {rule.id for rule in book.rules}
    kept = [
        f for f in result.findings if _is_measured(f) or (f.rule in present and f.rule not in again)
    ]
    found = _spelt(result, call, book)
    again_by_id = {rule.id: rule for rule in book.rules if rule.id in present}
    heard = _heard_before(result, found, again_by_id)
    said = {finding.rule for finding in heard if finding.kind == "required"}
    lacked = {finding.rule for finding in result.findings if finding.kind == "missing"}
    done = {rule.id for rule in again_by_id.values() if said & rule.slots} - lacked
    by_ear = {f.rule: f for f in result.findings if f.kind == "missing" and f.match == "acoustic"}
    spelt = [
        by_ear.get(f.rule, f) if f.kind == "missing" else f
        for f in found
        if not (f.kind == "missing" and f.rule in done)
    ]
    fresh = [f for f in (*spelt, *heard) if not _is_inside(f, kept)]
    return tuple(sorted((*kept, *fresh), key=attrgetter("place")))


def changed_rules(rules: Sequence[Rule], before: Digests) -> tuple[Rule, ...]:
    """The rules that are new or not as they were, those that look at one of them, and the rules that
    all these look at: a duty cannot be judged without its slots."""
    changed = {rule.id for rule in rules if before.get(rule.id) != rule.digest}
    gone = before.keys() - {rule.id for rule in rules}
    while True:
        more = {r.id for r in rules if r.id not in changed and _looks_at(r) & (changed | gone)}
        if not more:
            break
        changed |= more
    while more := {i for r in rules if r.id in changed for i in _looks_at(r)} - changed:
        changed |= more
    return tuple(rule for rule in rules if rule.id in changed)


def digests_of(lexicon: Lexicon) -> dict[str, str]:
    """The digest of each rule, by its id."""
    return {rule.id: rule.digest for rule in lexicon.rules}


def _looks_at(rule: Rule) -> set[str]:
    return {other for c in rule.conditions for other in c.operator.rules} | rule.slots


def roles_are_sure(result: CallResult) -> bool:
    """Whether the sides were told apart for sure. Of a result that is older than settlements, its
    notes say so."""
    if result.settlement.reason:
        return result.settlement.reason != UNSURE
    return not any("角色" in note or "客服与客户的判断" in note for note in result.notes)


def _is_measured(finding: Finding) -> bool:
    return finding.match == "signal" and (finding.kind != "process" or finding.rule in SIGNAL_RULES)


def _heard_before(
    result: CallResult, found: Sequence[Finding], rules: Mapping[str, Rule]
) -> list[Finding]:
    """Findings that the recording had shown and the text alone does not, of phrases that still are
    in a rule that changed: what was heard stays heard, and what was meant meant. A forbidden phrase
    that the rule leaves out by now does not count."""
    return [
        finding
        for finding in result.findings
        if finding.match in ("acoustic", "pinyin", "meaning")
        and finding.kind != "missing"
        and finding.rule in rules
        and _still_names(rules[finding.rule], finding, result.utterances)
        and not (
            finding.kind == "forbidden"
            and finding.match != "meaning"
            and is_harmless_now(rules[finding.rule], finding, result.utterances)
        )
        and not any(
            f.rule == finding.rule and f.kind == finding.kind and _meet(f, finding) for f in found
        )
    ]


def _still_names(rule: Rule, finding: Finding, utterances: Sequence[Utterance]) -> bool:
    if finding.match == "meaning":
        return bool(rule.meaning) and not counts_no_more(rule, finding, utterances)
    return finding.kind != "forbidden" or any(
        phrase.say == finding.phrase for phrase in rule.phrases
    )


def _is_inside(finding: Finding, kept: Sequence[Finding]) -> bool:
    """Whether one sentence would be punished twice: a forbidden finding where another already
    stands."""
    return finding.kind == "forbidden" and any(
        f.kind == "forbidden" and _meet(f, finding) for f in kept
    )


def _meet(one: Finding, other: Finding) -> bool:
    return (
        one.role == other.role
        and Span(one.start_s, one.end_s).overlap_s(Span(other.start_s, other.end_s)) > 0
    )


def _spelt(result: CallResult, call: CallMeta, book: PhraseBook) -> tuple[Finding, ...]:
    """What the rules of ``book`` find in the stored text."""
    utterances = result.utterances
    if not may_find(book, utterances):
        return ()
    written = result.recording.codec == TEXT_CODEC
    levels = (None,) * len(utterances)
    judged = result.recording.judged
    heard = any(utterance.role == "agent" for utterance in utterances)
    sure = heard and roles_are_sure(result)
    facts = CallFacts(
        utterances, judged.end_s, call, levels, written=written, begins_s=judged.start_s,
        sides_doubtful=not sure and are_sides_doubtful(result.notes),
    )  # fmt: skip
    found = find_phrases(facts, book, roles_sure=sure, by_sound=False).findings
    unheard = sound_rules(book.rules) if written else ()
    return tuple(finding for finding in found if finding.rule not in unheard)


def may_find(book: PhraseBook, utterances: Sequence[Utterance]) -> bool:
    """Whether the rules of ``book`` can find something, told quickly: rules of conditions and slots
    that must be said always can, and so can a percentage, which is said in another order than it is
    written."""
    if any(rule.when is not None or rule.duty is not None or rule.meaning for rule in book.rules):
        return True
    return any("%" in u.text for u in utterances) or book.matcher.may_spell(_folded(utterances))


def _folded(utterances: Sequence[Utterance]) -> str:
    """What each side says, without punctuation."""
    sides = (
        "".join(u.text for u in utterances if u.role == role)
        for role in ("agent", "customer", "unknown")
    )
    return "|".join("".join(c for c in fold(side) if c.isalnum()) for side in sides)
