"""From what was said to findings: what counts, what is missing, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import fmean
from typing import TYPE_CHECKING

from pipeline.phrases.address import Pronoun, count_address, find_pronouns, is_polite_greeting
from pipeline.phrases.layers import sight
from pipeline.phrases.logic import Evaluation
from pipeline.phrases.matching import PhraseMatcher
from pipeline.phrases.operators import clauses, stretch
from pipeline.phrases.sighting import Occurrence, Sighting
from pipeline.phrases.text import Turn, turns_of
from pipeline.types import CallFacts, Finding, FormOfAddress, Role, Span, Utterance, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.lexicon import Rule
    from pipeline.phrases.acoustic import Listener
    from pipeline.phrases.meaning import MeaningClassifier

CONFIRMED_FROM = 0.9
"""Confidence from which a forbidden phrase is charged; below it a person listens first. Of what
lies above 0.99 is right (docs/phrases.md)."""

CREDITED_FROM = 0.5
"""The same for a required phrase: in doubt for the agent."""

CLEAR_SPEECH = 0.7
"""Mean confidence of the agent's speech from which one may say that something was not said."""

ENOUGH_CHARS = 10
"""An agent who says less cannot be charged with leaving phrases out (our choice)."""

OPENING = 2
"""How many turns of the agent are the opening, and how many the closing (our choice)."""

SOUND_ALIKES = {"您好": ("你好",), "再见": ("再会", "拜拜")}
"""What a slot is easily misheard as; where it stands, the slot's absence is for a person to
decide."""

MEANT_LEAST_CHARS = 5
MEANT_LEAST_CLARITY = 0.6
"""Shorter or less clear utterances have no meaning that a classifier could be sure of."""

GREETED = 0.75
"""Confidence of a 您好 that was written 你好 by an agent who says 您 elsewhere: on 54 calls 2 of
2."""


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """The rules made ready for many calls."""

    rules: tuple[Rule, ...]
    matcher: PhraseMatcher
    classifier: MeaningClassifier | None

    @classmethod
    def of(cls, rules: Sequence[Rule], classifier: MeaningClassifier | None = None) -> PhraseBook:
        return cls(tuple(rules), _matcher(tuple(rules)), classifier)


@lru_cache(maxsize=2)
def _matcher(rules: tuple[Rule, ...]) -> PhraseMatcher:
    """Made once for the same rules: it takes 1.7 s for 5,000 phrases."""
    return PhraseMatcher(rules)


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the phrase rules find in a call, and how the agent addresses the customer."""

    findings: tuple[Finding, ...]
    address: FormOfAddress


def find_phrases(
    facts: CallFacts,
    book: PhraseBook,
    *,
    roles_sure: bool,
    listener: Listener | None = None,
    by_sound: bool = True,
) -> Phrases:
    """Findings of the rules in force on the day of the call, in order of time.

    Rules look at their role's utterances, and at those of unknown role, whose findings are for
    review. ``listener`` ``None``: there is no recording; what would need one is for review.
    ``by_sound`` false: words that only sound like a phrase are not looked for. Raises
    ``LexiconError`` for a regular expression that does not end."""
    turns = turns_of(facts.utterances)
    pronouns: list[Pronoun] = []
    sightings: list[Sighting] = []
    for turn in turns:
        pronouns += find_pronouns(turn, listener)
        sightings += sight(turn, book.matcher, listener, by_sound=by_sound)
    sightings += _greetings(pronouns, book.matcher)
    call = _Call(facts, turns, tuple(sightings), tuple(pronouns), book, roles_sure)
    rules = [rule for rule in book.rules if rule.is_in_force(facts.meta.day)]
    evaluation = Evaluation(
        facts, turns, call.said, {rule.id: rule for rule in rules}, book.classifier
    )
    found = [finding for rule in rules for finding in call.judge(rule, evaluation.hits(rule))]
    found += call.meant(rules, found)
    ordered = sorted(found, key=lambda finding: (finding.start_s, finding.end_s, finding.rule))
    return Phrases(tuple(ordered), count_address(pronouns))


def _greetings(pronouns: Sequence[Pronoun], matcher: PhraseMatcher) -> list[Sighting]:
    """您好 that the recogniser wrote 你好."""
    found: list[Sighting] = []
    for pronoun in pronouns:
        if pronoun.written == "你" and pronoun.greets and is_polite_greeting(pronoun, pronouns):
            text, at = pronoun.turn.text, pronoun.at
            polite = replace(text, plain=f"{text.plain[:at]}您{text.plain[at + 1 :]}")
            evidence = (
                f"转写为“你好”，按本通用“您”的习惯和录音比对（{pronoun.difference:+.1f}）听作“您好”"
            )
            found += [
                Sighting(hit, pronoun.turn, "acoustic", GREETED, evidence)
                for hit in matcher.find(polite)
                if hit.start == at
                and hit.rule.kind == "required"
                and hit.phrase.say.startswith("您好")
            ]
    return found


@dataclass(frozen=True, slots=True)
class _Call:
    """One call with what was said in it."""

    facts: CallFacts
    turns: tuple[Turn, ...]
    sightings: tuple[Sighting, ...]
    pronouns: tuple[Pronoun, ...]
    book: PhraseBook
    roles_sure: bool

    @property
    def said(self) -> Mapping[tuple[str, str], Sequence[Occurrence]]:
        """Hits of phrases by rule id and condition name (empty for a rule's own phrases)."""
        found: dict[tuple[str, str], list[Occurrence]] = {}
        for sighting in self.sightings:
            key = (sighting.hit.rule.id, sighting.hit.entry.condition)
            found.setdefault(key, []).append(sighting.as_occurrence())
        return found

    def judge(self, rule: Rule, hits: Sequence[Occurrence]) -> list[Finding]:
        """The rule's findings: its hits, or that a required slot is missing."""
        found = [self._finding(rule, hit) for hit in hits]
        if rule.kind == "required" and rule.expected == "always":
            missing = self._missing(rule, hits)
            found += [missing] if missing else []
        return found

    def _finding(self, rule: Rule, hit: Occurrence) -> Finding:
        role = self._role(rule, hit)
        least = CREDITED_FROM if rule.kind == "required" else CONFIRMED_FROM
        heard = hit.match not in ("pinyin", "meaning") and hit.confidence >= least
        sure = heard and self.roles_sure and role != "unknown" and not rule.review_only
        verdict: Verdict = "confirmed" if sure else "review"
        return Finding(
            rule=rule.id,
            kind=rule.kind,
            phrase=hit.phrase if rule.kind == "forbidden" and rule.when is None else rule.phrase,
            role=role,
            start_s=hit.span.start_s,
            end_s=hit.span.end_s,
            quote=hit.quote,
            match=hit.match,
            confidence=hit.confidence,
            verdict=verdict,
            evidence=hit.evidence,
        )

    def _role(self, rule: Rule, hit: Occurrence) -> Role:
        """Whom the finding is about: who spoke, or for a condition the side that the rule is
        for."""
        if rule.when is not None or not self.facts.utterances:
            return rule.role
        return self.facts.utterances[hit.first].role

    def meant(self, rules: Sequence[Rule], found: Sequence[Finding]) -> list[Finding]:
        """By meaning, for review: the agent's utterances in which no forbidden phrase was found."""
        by_label = {rule.meaning: rule for rule in rules if rule.meaning}
        if self.book.classifier is None or not by_label:
            return []
        known = [finding for finding in found if finding.kind == "forbidden"]
        open_parts = [
            (turn, low, high)
            for turn in self.turns
            if turn.role in ("agent", "unknown")
            for low, high in clauses(turn)
            if high - low >= MEANT_LEAST_CHARS
        ]
        meanings = self.book.classifier.classify(
            [turn.text.plain[low:high] for turn, low, high in open_parts]
        )
        made: list[Finding] = []
        for (turn, low, high), meaning in zip(open_parts, meanings, strict=True):
            hit = stretch(turn, low, high, "")
            rule = by_label.get(meaning.label or "")
            covered = any(Span(f.start_s, f.end_s).overlap_s(hit.span) > 0 for f in known)
            if rule is not None and not covered and hit.confidence >= MEANT_LEAST_CLARITY:
                hit = replace(
                    hit,
                    phrase=rule.name,
                    match="meaning",
                    confidence=meaning.probability,
                    evidence=f"整句意思像“{rule.name}”，没有固定说法",
                )
                made.append(self._finding(rule, hit))
        return made

    def _missing(self, rule: Rule, heard: Sequence[Occurrence]) -> Finding | None:
        """The finding that a slot was not said where it belongs, or ``None`` if it was."""
        own = [turn for turn in self.turns if turn.role == rule.role]
        place = _place(rule, own)
        inside = {turn.first + i for turn in place for i in range(len(turn.utterances))}
        if any(hit.first in inside for hit in heard):
            return None
        clear = fmean(u.confidence for u in _utterances(own)) if own else 0.0
        doubtful = (
            not self.roles_sure
            or rule.review_only
            or sum(len(turn.text.plain) for turn in own) < ENOUGH_CHARS
            or clear < CLEAR_SPEECH
            or any(self.facts.utterances[hit.first].role == "unknown" for hit in heard)
            or self._has_alike(rule, place)
        )
        verdict: Verdict = "review" if doubtful else "confirmed"
        return Finding(
            rule=rule.id,
            kind="missing",
            phrase=rule.phrase,
            role=rule.role,
            start_s=0.0,
            end_s=self.facts.duration_s,
            quote="",
            match="exact",
            confidence=clear / 2 if doubtful else clear,
            verdict=verdict,
        )

    def _has_alike(self, rule: Rule, place: Sequence[Turn]) -> bool:
        """Whether something stands there that the slot is often written as; a 你 that was compared
        with the recording and lost clearly is none."""
        surely_ni = {
            (id(p.turn), p.at) for p in self.pronouns if p.difference is not None and p.said == "你"
        }
        for turn in place:
            for alike in SOUND_ALIKES.get(rule.phrase, ()):
                at = turn.text.plain.find(alike)
                if at >= 0 and (id(turn), at) not in surely_ni:
                    return True
        return False


def _utterances(turns: Sequence[Turn]) -> list[Utterance]:
    return [utterance for turn in turns for utterance in turn.utterances]


def _place(rule: Rule, own: Sequence[Turn]) -> Sequence[Turn]:
    """The turns in which a slot belongs."""
    if rule.within == "first":
        return own[:OPENING]
    return own[-OPENING:] if rule.within == "last" else own
