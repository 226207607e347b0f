"""Forbidden phrases of the side that is called the customer's, where agent and customer may be
exchanged: a person hears who said them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.phrases.doubt import CONFIRMED_FROM, doubted, echoed, for_others, weighed
from pipeline.phrases.layers import sight
from pipeline.phrases.readings import Readings
from pipeline.phrases.sighting import quotes_of
from pipeline.types import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from pipeline.lexicon import Rule
    from pipeline.phrases.book import PhraseBook
    from pipeline.phrases.sighting import Sighting
    from pipeline.phrases.text import Turn
    from pipeline.types import CallFacts

WHO = "谁是客服没有把握，这句也可能是客服说的"


def find_of_customers(
    facts: CallFacts, turns: Sequence[Turn], book: PhraseBook, **heard: Any
) -> Iterator[Finding]:
    """Findings of nobody, for review, of the forbidden rules about agents in force; only what would
    be charged if an agent had said it, since customers may say it. What a sentence means is no
    ground here: complaints resemble reproaches. ``heard``: the options of ``layers.sight``."""
    nobodys = [_of_nobody(turn) for turn in turns if turn.role == "customer"]
    readings = Readings.of(nobodys, book.classifier) if book.classifier and nobodys else None
    for turn in nobodys:
        for sighting in sight(turn, book.matcher, **heard):
            rule = sighting.hit.rule
            forbids = sighting.hit.entry.forbids and not sighting.hit.entry.condition
            if not forbids or rule.role != "agent" or not rule.is_in_force(facts.meta.day):
                continue
            found = _weighed(sighting, readings, turns)
            if found.confidence >= CONFIRMED_FROM and found.match != "pinyin":
                yield _finding(rule, found, facts)


def _of_nobody(turn: Turn) -> Turn:
    return replace(turn, utterances=tuple(replace(u, role="unknown") for u in turn.utterances))


def _weighed(sighting: Sighting, readings: Readings | None, turns: Sequence[Turn]) -> Sighting:
    if readings is not None:
        sighting = doubted(weighed(sighting, readings), readings)
        sighting = for_others(sighting, readings, turns)
    return echoed(sighting, turns)


def _finding(rule: Rule, sighting: Sighting, facts: CallFacts) -> Finding:
    hit = sighting.as_occurrence()
    return Finding(
        rule=rule.id,
        kind=rule.kind,
        phrase=hit.phrase,
        role="unknown",
        start_s=hit.span.start_s,
        end_s=hit.span.end_s,
        quote=hit.quote,
        match=hit.match,
        confidence=hit.confidence,
        verdict="review",
        evidence="；".join(filter(None, (hit.evidence, WHO))),
        quotes=quotes_of(hit, facts.utterances),
    )
