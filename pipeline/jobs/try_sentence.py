"""A sentence tried on the rules that are in force: what it meets, by which layer, and what becomes of
it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.phrases import explain

if TYPE_CHECKING:
    from pipeline.jobs.basis import JudgingBasis
    from pipeline.phrases import PhraseBook
    from pipeline.types import MatchKind, Role, Verdict

LONGEST_SENTENCE = 500


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
