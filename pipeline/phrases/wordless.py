"""Forbidden phrases that the second ear heard in speech of which the recogniser has no text at all.

There is no sentence to hold them against, and no written text to compare, so a person listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.phrases.acoustic import LOOK
from pipeline.phrases.heard import LEAST_SCORE, clusters_of
from pipeline.types import HEARD, Finding, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pipeline.ear import HeardPhrase
    from pipeline.lexicon import Rule
    from pipeline.phrases.acoustic import Ear
    from pipeline.phrases.matching import PhraseMatcher
    from pipeline.types import CallFacts, Role


def find_wordless(
    facts: CallFacts,
    matcher: PhraseMatcher,
    ear: Ear,
    rules: Collection[Rule],
    found: Collection[Finding],
) -> Iterator[Finding]:
    """The surest of each place, for review, of the forbidden ``rules``. A channel on which both
    sides speak is nobody's there; on one without any text, or of a side that no rule looks at,
    there is none. ``found``: what was found by the text; the last words of an utterance that are
    not in it count there."""
    for channel in sorted({one.channel for one in facts.utterances}):
        said = [one for one in facts.utterances if one.channel == channel]
        roles = {one.role for one in said}
        role: Role = roles.pop() if len(roles) == 1 else "unknown"
        heard = [
            phrase
            for phrase in ear.phrases(channel, Span(facts.begins_s, facts.duration_s))
            if phrase.score >= LEAST_SCORE
            and not any(phrase.span.overlap_s(one.span) > 0 for one in said)
        ]
        for cluster in clusters_of(heard):
            rule = _forbidding(cluster[0], matcher, rules, role)
            if rule is None:
                continue
            finding = _finding(rule[0], rule[1], cluster[0], role)
            if not any(_is_same(finding, one) for one in found):
                yield finding


def _forbidding(
    phrase: HeardPhrase, matcher: PhraseMatcher, rules: Collection[Rule], role: Role
) -> tuple[Rule, str] | None:
    """The first rule that forbids a phrase of this sound, and its wording."""
    for entry in matcher.entries_heard(phrase.syllables):
        if entry.forbids and entry.rule in rules and role in (entry.rule.role, "unknown"):
            return entry.rule, entry.phrase.say
    return None


def _is_same(one: Finding, other: Finding) -> bool:
    return (one.kind, one.role) == (other.kind, other.role) and (
        one.start_s < other.end_s and other.start_s < one.end_s
    )


def _finding(rule: Rule, say: str, phrase: HeardPhrase, role: Role) -> Finding:
    return Finding(
        rule=rule.id,
        kind=rule.kind,
        phrase=say,
        role=role,
        start_s=phrase.span.start_s,
        end_s=phrase.span.end_s,
        quote="",
        match="acoustic",
        confidence=LOOK,
        verdict="review",
        evidence=f"{HEARD}{say}”，这一段没有转写文字（听音 {phrase.score:.2f}）",
    )
