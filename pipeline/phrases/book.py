"""From what was said to findings: what counts, what is missing, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.phrases.address import Pronoun, count_address, find_pronouns, is_polite_greeting
from pipeline.phrases.cancel import find_doubt, is_told
from pipeline.phrases.doubt import (
    CONFIRMED_FROM,
    doubted,
    echoed,
    for_others,
    in_doubt,
    is_known_name,
    weighed,
)
from pipeline.phrases.doubtful_sides import find_of_customers
from pipeline.phrases.duties import DutyCheck, states_of
from pipeline.phrases.layers import POLITE, sight
from pipeline.phrases.logic import Evaluation
from pipeline.phrases.matching import PhraseMatcher
from pipeline.phrases.meant import is_spelling, without_others
from pipeline.phrases.readings import Readings, may_mean
from pipeline.phrases.sighting import Occurrence, Sighting, quotes_of
from pipeline.phrases.text import Turn, turns_of
from pipeline.phrases.wordless import find_wordless
from pipeline.types import CallFacts, Finding, FormOfAddress, Role, Span, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pipeline.lexicon import Rule
    from pipeline.phrases.acoustic import Ear, Listener
    from pipeline.phrases.meaning import MeaningClassifier

CREDITED_FROM = 0.5
"""The same for a required phrase: in doubt for the agent."""

MEANT_LEAST_CLARITY = 0.6
"""Less clear utterances have no meaning that a classifier could be sure of."""

MEANT_SURE_CLARITY = 0.95
"""Mean confidence of an utterance from which its meaning alone may be charged: with more wrong
characters the sentence may be another.

From machine to machine one utterance in ten has 0.03 more or less (``bench.quality.kernels``). Most
lie about 0.9, so a limit there hangs on the machine: of 86 sentences 6 change sides at 0.85, 9 at
0.9 and 2 at 0.95."""

MEANT_SURE_WRITTEN = 0.9
"""The same for a text that came finished, which no kernel of this machine can change: what states
no confidence counts as clear (our choice)."""

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
    """What the phrase rules find in a call, and how the agent addresses the customer. ``due``,
    ``not_due``: the duties that apply to the call, and those that do not."""

    findings: tuple[Finding, ...]
    address: FormOfAddress
    due: frozenset[str] = frozenset()
    not_due: frozenset[str] = frozenset()


def find_phrases(
    facts: CallFacts,
    book: PhraseBook,
    *,
    roles_sure: bool,
    listener: Listener | None = None,
    by_sound: bool = True,
    check_all: bool = False,
    ear: Ear | None = None,
) -> Phrases:
    """Findings of the rules in force on the day of the call, in order of time.

    Rules look at their role's utterances, and at those of unknown role, whose findings are for
    review; where the sides are doubtful, at forbidden phrases of the customer as well.
    ``listener`` ``None``: there is no recording; what would need one is for review.
    ``by_sound`` false: words that only sound like a phrase are not looked for. ``check_all``: the
    words were written by another model than the one that listens, so every forbidden phrase is put
    to the recording, however clear its words are. ``ear``: what a second ear heard, ``None`` without
    one. Raises ``LexiconError`` for a regular expression that does not end."""
    turns = turns_of(facts.utterances)
    readings = Readings.of(turns, book.classifier) if book.classifier and turns else None
    pronouns: list[Pronoun] = []
    sightings: list[Sighting] = []
    for turn in turns:
        pronouns += find_pronouns(turn, listener)
        sightings += sight(
            turn, book.matcher, listener, by_sound=by_sound, check_all=check_all, ear=ear
        )
    sightings += _greetings(pronouns, book.matcher)
    if readings is not None:
        sightings = [doubted(weighed(one, readings), readings) for one in sightings]
        sightings = [for_others(one, readings, turns) for one in sightings]
    sightings = [echoed(one, turns) for one in sightings if not is_known_name(one, turns)]
    call = _Call(facts, turns, tuple(sightings), tuple(pronouns), book, roles_sure, readings)
    rules = {rule.id: rule for rule in book.rules if rule.is_in_force(facts.meta.day)}
    evaluation = Evaluation(facts, turns, call.said(rules), rules, readings)
    found = [
        finding
        for rule in rules.values()
        if rule.duty is None
        for finding in call.judge(rule, evaluation.hits(rule))
    ]
    found += call.meant(rules.values(), found)
    if facts.sides_doubtful:
        found += find_of_customers(
            facts, turns, book, listener=listener, by_sound=by_sound, check_all=check_all, ear=ear
        )
    if ear is not None:
        found += find_wordless(facts, book.matcher, ear, tuple(rules.values()), tuple(found))
    address = count_address(pronouns)
    check = DutyCheck(facts, call.own, evaluation, readings, pronouns, address, roles_sure, ear)
    duties = states_of(check, rules)
    found += [finding for state in duties.values() for finding in state.missing]
    ordered = sorted(found, key=lambda finding: (finding.start_s, finding.end_s, finding.rule))
    due = frozenset(name for name, state in duties.items() if state.due)
    return Phrases(tuple(ordered), address, due, frozenset(duties) - due)


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
    readings: Readings | None = None

    @property
    def own(self) -> tuple[Turn, ...]:
        """The agent's turns."""
        return tuple(turn for turn in self.turns if turn.role == "agent")

    def said(self, rules: Mapping[str, Rule]) -> Mapping[tuple[str, str], Sequence[Occurrence]]:
        """Hits of phrases by rule id and condition name (empty for a rule's own phrases), and of
        sentences that mean what a rule is for. What is forbidden by meaning comes later."""
        found: dict[tuple[str, str], list[Occurrence]] = {}
        for sighting in self.sightings:
            key = (sighting.hit.rule.id, sighting.hit.entry.condition)
            found.setdefault(key, []).append(sighting.as_occurrence())
        for rule in rules.values() if self.readings is not None else ():
            if rule.meaning and rule.kind != "forbidden" and rule.when is None:
                spelt = found.setdefault((rule.id, ""), [])
                spelt += self._meant_by(rule, spelt)
        for rule in rules.values():
            if rule.of_others:
                hits = found.get((rule.id, ""), ())
                found[rule.id, ""] = without_others(rule, hits, self.facts.utterances)
        return found

    def _meant_by(self, rule: Rule, spelt: Sequence[Occurrence]) -> list[Occurrence]:
        """The sentences that mean what a rule is for and do not spell it."""
        assert self.readings is not None
        hits = (
            self.readings.occurrence(index, f"{rule.role}.{rule.meaning}")
            for index in self.readings.indexes(f"{rule.role}.{rule.meaning}")
            if may_mean(rule, self.readings.sentences[index], self.book.matcher)
        )
        return [
            replace(hit, phrase=rule.phrase)
            for hit in hits
            if not any(other.span.overlap_s(hit.span) > 0 for other in spelt)
        ]

    def judge(self, rule: Rule, hits: Sequence[Occurrence]) -> list[Finding]:
        """The rule's findings. What is required and was said by nobody knows whom is none: no duty is
        judged there that it could meet."""
        found = [self._finding(rule, hit) for hit in hits]
        return [f for f in found if (f.kind, f.role) != ("required", "unknown")]

    def _finding(self, rule: Rule, hit: Occurrence) -> Finding:
        role = self._role(rule, hit)
        least = CREDITED_FROM if rule.kind == "required" else CONFIRMED_FROM
        if hit.match == "meaning":
            heard = self._is_surely_meant(rule, hit)
        else:
            heard = hit.match != "pinyin" and hit.confidence >= least
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
            quotes=quotes_of(hit, self.facts.utterances),
        )

    def _is_surely_meant(self, rule: Rule, hit: Occurrence) -> bool:
        """Whether the sentence means it beyond doubt: a slot in doubt for the agent, anything that
        takes points only where every word of it was clear."""
        if self.readings is None or not rule.meaning:
            return False
        if rule.kind == "required":
            return True
        label = f"{rule.role}.{rule.meaning}"
        least = MEANT_SURE_WRITTEN if self.facts.written else MEANT_SURE_CLARITY
        clear = self.facts.utterances[hit.first].confidence >= least
        return clear and hit.confidence >= self.readings.classifier.charge[label]

    def _role(self, rule: Rule, hit: Occurrence) -> Role:
        """Whom the finding is about: who spoke, or for a condition the side that the rule is
        for."""
        if rule.when is not None or not self.facts.utterances:
            return rule.role
        return self.facts.utterances[hit.first].role

    def meant(self, rules: Collection[Rule], found: Sequence[Finding]) -> list[Finding]:
        """What is forbidden by meaning: the agent's sentences in which no forbidden phrase was
        found."""
        by_label = {
            rule.meaning: rule for rule in rules if rule.kind == "forbidden" and rule.meaning
        }
        if self.readings is None or not by_label:
            return []
        known = [finding for finding in found if finding.kind == "forbidden"]
        made: list[Finding] = []
        for index, sentence in enumerate(self.readings.sentences):
            if sentence.turn.role == "customer" or is_spelling(sentence.text):
                continue
            meaning = self.readings.classifier.rudest(self.readings.rows[index])
            rule = by_label.get(meaning.label or "")
            if rule is None or not may_mean(rule, sentence, self.book.matcher):
                continue
            hit = self.readings.occurrence(index, f"agent.{meaning.label}")
            clear = self.facts.utterances[hit.first].confidence >= MEANT_LEAST_CLARITY
            covered = any(Span(f.start_s, f.end_s).overlap_s(hit.span) > 0 for f in known)
            if clear and not covered:
                evidence = f"整句意思像“{rule.name}”（{meaning.probability:.2f}），没有固定说法"
                hit = replace(hit, phrase=rule.name, evidence=evidence)
                doubt = find_doubt(
                    sentence.turn.text.plain[sentence.low : sentence.high], rule.doubted_by
                )
                if doubt is not None:
                    hit = replace(hit, evidence=f"{evidence}；{in_doubt(doubt)}")
                if doubt or is_told(sentence.turn.text, sentence.low, sentence.high):
                    hit = replace(hit, confidence=min(hit.confidence, POLITE))
                made.append(self._finding(rule, hit))
        return made
