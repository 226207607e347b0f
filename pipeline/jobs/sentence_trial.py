"""A sentence tried on the rules that are in force: what it meets, by which layer, and what becomes of
it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.phrases import PhraseBook, explain, load_meaning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.jobs.basis import JudgingBasis
    from pipeline.lexicon import Rule
    from pipeline.types import MatchKind, Role, Verdict

LONGEST_SENTENCE = 500

LAYERS: dict[MatchKind, str] = {
    "exact": "字面", "pinyin": "读音", "acoustic": "录音", "meaning": "意思", "signal": "条件",
}  # fmt: skip
"""The layers of the search, as people read them."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule that a sentence meets. ``refused``: in Chinese why that does not count, empty where it
    does; then ``verdict`` says whether it counts by itself. ``left``: a person decides in any case,
    as somebody has set."""

    rule: str
    name: str
    phrase: str
    quote: str
    match: MatchKind
    confidence: float
    verdict: Verdict | None
    refused: str
    left: bool


def try_sentence(
    sentence: str, book: PhraseBook, basis: JudgingBasis, *, role: Role
) -> tuple[Tried, ...]:
    """All that a sentence, or a short conversation (客服：… / 客户：…), meets, first what counts: by
    the search that checks texts. Raises ``LexiconError`` for an event without its number."""
    found = []
    for trace in explain(sentence, book, role=role):
        rule, _, name = trace.rule.partition(" ")
        left = trace.refused is None and rule in basis.review_only
        verdict = "review" if left else trace.verdict
        found.append(
            Tried(
                rule,
                name,
                trace.phrase,
                trace.quote,
                trace.match,
                trace.confidence,
                verdict,
                trace.refused or "",
                left,
            )
        )
    return tuple(found)


def judge_by(sentence: str, rule_id: str, rules: Sequence[Rule]) -> str:
    """In Chinese what one rule says of a sentence that its side speaks. Raises ``LexiconError``."""
    rule = next((rule for rule in rules if rule.id == rule_id), None)
    if rule is None:
        return "没有这条规则"
    traces = explain(sentence, PhraseBook.of([rule], load_meaning()), role=rule.role)
    counted = next((trace for trace in traces if trace.refused is None), None)
    if counted is not None:
        sure = "待人工复核" if counted.verdict == "review" else "机器确认"
        return f"命中“{counted.quote}”（{LAYERS[counted.match]}，{sure}）"
    refused = next(iter(traces), None)
    return f"不算：{refused.refused}" if refused else "没有命中"
