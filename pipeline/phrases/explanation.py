"""What a sentence would match, by which layer, and what was refused and why: for those who edit the
lexicon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.phrases.examples import find_in, read_example
from pipeline.phrases.matching import NEAR, Hit, longest, why_harmless
from pipeline.phrases.text import Turn, turns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.phrases.book import PhraseBook
    from pipeline.types import MatchKind, Role, Verdict


@dataclass(frozen=True, slots=True)
class Trace:
    """One phrase, condition or meaning that was met. ``refused``: in Chinese why it does not count,
    ``None`` where it does. ``rule`` is the id and name of the rule. ``verdict``: of what counts."""

    rule: str
    phrase: str
    quote: str
    match: MatchKind
    confidence: float
    refused: str | None
    verdict: Verdict | None = None


NO_MATCH_BY_TEXT = "只是读音相近：有录音时与录音比对，没有录音时不算"
COVERED = "已被同一处更长的短语包含，不重复计算"


def explain(sentence: str, book: PhraseBook, *, role: Role) -> tuple[Trace, ...]:
    """Everything that the sentence (see ``read_example``) meets in the rules: first what counts."""
    counted = [
        Trace(_named(book, f.rule), f.phrase, f.quote, f.match, f.confidence, None, f.verdict)
        for f in find_in(sentence, book, role=role)
        if f.kind != "missing"
    ]
    refused = [
        trace
        for turn in turns_of(read_example(sentence, role=role).utterances)
        for trace in _refused(turn, book)
    ]
    known = {(trace.rule, trace.phrase) for trace in counted}
    return (
        *counted,
        *(trace for trace in dict.fromkeys(refused) if (trace.rule, trace.phrase) not in known),
    )


def _refused(turn: Turn, book: PhraseBook) -> Iterator[Trace]:
    spelt = [hit for hit in book.matcher.spell(turn.text) if not hit.entry.condition]
    kept = longest([hit for hit in spelt if why_harmless(hit, turn.text) is None])
    for hit in spelt:
        side = None if turn.role in (hit.rule.role, "unknown") else "这条规则不看这一方说的话"
        reason = side or why_harmless(hit, turn.text) or (None if hit in kept else COVERED)
        if reason:
            yield _trace(hit, turn, reason)
    for hit in book.matcher.sound(turn.text, [0.5] * len(turn.text.plain)):
        if not hit.entry.condition and hit.distance <= NEAR:
            yield _trace(hit, turn, f"{NO_MATCH_BY_TEXT}（读音相差 {hit.distance:.2f}）")


def _trace(hit: Hit, turn: Turn, reason: str) -> Trace:
    phrase = hit.rule.phrase or hit.phrase.say
    quote = turn.text.plain[hit.start : hit.end]
    return Trace(
        f"{hit.rule.id} {hit.rule.name}", phrase, quote, hit.match, 1.0 - hit.distance, reason
    )


def _named(book: PhraseBook, rule_id: str) -> str:
    rule = next(rule for rule in book.rules if rule.id == rule_id)
    return f"{rule.id} {rule.name}"
