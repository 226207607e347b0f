"""From hits to findings: what was said, what was not, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from pipeline.lexicon import Rule
from pipeline.phrases.matching import Hit, PhraseMatcher
from pipeline.phrases.text import covered_words, span_of, spoken_text
from pipeline.types import Finding, Seconds, Span, Utterance, Verdict

CLEAR_WORDS = 0.5
"""Mean word confidence from which a phrase counts as clearly heard. On calls/dev all true hits lie
above it; a hit below it goes to a person."""

CLEAR_SPEECH = 0.7
"""Mean confidence of the agent's speech from which one may say that something was not said."""

ENOUGH_CHARS = 10
"""An agent who says less cannot be charged with leaving phrases out (our choice)."""

OPENING = 2
"""How many utterances of the agent are the opening, and how many the closing (our choice)."""

SOUND_ALIKES = {"您好": ("你好",), "再见": ("再会", "拜拜")}
"""What a slot is easily misheard as; where it stands, the slot's absence is for a person to decide."""


def find_phrases(
    utterances: Sequence[Utterance], rules: Sequence[Rule], *, duration_s: Seconds, roles_sure: bool
) -> tuple[Finding, ...]:
    """Findings of the kinds ``required``, ``forbidden`` and ``missing``, in order of time.

    Only the rule's role is looked at, and utterances of unknown role, whose findings are for review.
    A ``missing`` finding spans the whole call.
    """
    matcher = PhraseMatcher(rules)
    said: list[tuple[Hit, Utterance]] = []
    for utterance in utterances:
        text = spoken_text(utterance.words)
        said += [(hit, utterance) for hit in matcher.find(text) if utterance.role in (hit.rule.role, "unknown")]
    found = [_finding(hit, utterance, roles_sure=roles_sure) for hit, utterance in said]
    for rule in rules:
        if rule.kind == "required" and rule.expected == "always":
            heard = [utterance for hit, utterance in said if hit.rule.id == rule.id]
            missing = _missing(rule, heard, utterances, Span(0.0, duration_s), roles_sure=roles_sure)
            found += [missing] if missing else []
    return tuple(sorted(found, key=lambda finding: (finding.start_s, finding.end_s, finding.rule)))


def _finding(hit: Hit, utterance: Utterance, *, roles_sure: bool) -> Finding:
    words = covered_words(spoken_text(utterance.words), hit.start, hit.end, utterance.words)
    confidence = fmean(word.confidence for word in words)
    span = span_of(words)
    sure = roles_sure and utterance.role != "unknown" and confidence >= CLEAR_WORDS and hit.match == "exact"
    return Finding(
        rule=hit.rule.id,
        kind=hit.rule.kind,
        phrase=hit.rule.phrase or hit.phrase.say,
        role=utterance.role,
        start_s=span.start_s,
        end_s=span.end_s,
        quote="".join(word.text for word in words).strip("，。？！、 "),
        match=hit.match,
        confidence=confidence if hit.match == "exact" else confidence / 2,
        verdict="confirmed" if sure else "review",
    )


def _missing(
    rule: Rule, heard: Sequence[Utterance], utterances: Sequence[Utterance], call: Span, *, roles_sure: bool
) -> Finding | None:
    """The finding that a slot was not said where it belongs, or ``None`` if it was."""
    own = [utterance for utterance in utterances if utterance.role == rule.role]
    place = _place(rule, own)
    if any(utterance in place for utterance in heard):
        return None
    text = "".join(spoken_text(utterance.words).plain for utterance in own)
    here = "".join(spoken_text(utterance.words).plain for utterance in place)
    clear = fmean(utterance.confidence for utterance in own) if own else 0.0
    doubtful = (
        not roles_sure
        or len(text) < ENOUGH_CHARS
        or clear < CLEAR_SPEECH
        or any(utterance.role == "unknown" for utterance in heard)
        or any(alike in here for alike in SOUND_ALIKES.get(rule.phrase, ()))
    )
    verdict: Verdict = "review" if doubtful else "confirmed"
    return Finding(
        rule=rule.id,
        kind="missing",
        phrase=rule.phrase,
        role=rule.role,
        start_s=call.start_s,
        end_s=call.end_s,
        quote="",
        match="exact",
        confidence=clear / 2 if doubtful else clear,
        verdict=verdict,
    )


def _place(rule: Rule, own: Sequence[Utterance]) -> Sequence[Utterance]:
    """The utterances in which a slot belongs."""
    if rule.within == "first":
        return own[:OPENING]
    return own[-OPENING:] if rule.within == "last" else own
