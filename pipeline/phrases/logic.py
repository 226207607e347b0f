"""Evaluate the rules that are written as conditions: what holds in a call, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.lexicon import (
    CallLength,
    Condition,
    ConditionScope,
    Entity,
    Expression,
    HangUp,
    Joined,
    Meant,
    MetaIs,
    Near,
    Not,
    PaceLimit,
    Pattern,
    Repeated,
    ResponseTime,
    Rule,
    RuleHits,
    Silence,
    Similar,
    SpeakerIs,
    TalkOver,
    Unanswered,
    Unless,
    UtteranceCount,
    VolumeJump,
    WordList,
    names_in,
)
from pipeline.phrases import operators, signals
from pipeline.phrases.sighting import Occurrence
from pipeline.phrases.text import Turn, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.phrases.meaning import MeaningClassifier
    from pipeline.types import CallFacts

SAME_MOMENT_S = 0.05
"""Times closer than this are the same moment: before and after allow as much."""


@dataclass
class Evaluation:
    """One call under all rules. ``said``: the hits of phrases by rule id and condition name. What
    was worked out is kept, so that rules that use each other's hits cost nothing more."""

    facts: CallFacts
    turns: tuple[Turn, ...]
    said: Mapping[tuple[str, str], Sequence[Occurrence]]
    rules: Mapping[str, Rule]
    classifier: MeaningClassifier | None
    _done: dict[tuple[str, str], tuple[Occurrence, ...]] = field(default_factory=dict)

    def hits(self, rule: Rule) -> tuple[Occurrence, ...]:
        """Where the rule has a hit: of its phrases, or of its marked condition if ``when``
        holds."""
        if rule.when is None:
            return tuple(self.said.get((rule.id, ""), ()))
        if not self._holds(rule, rule.when):
            return ()
        marked = self._of(rule, rule.mark) or (
            signals.whole_call(self.facts, rule.phrase or rule.name),
        )
        sure = min((hit.confidence for hit in self._witnesses(rule)), default=1.0)
        kept = marked if rule.per == "hit" else marked[:1]
        return tuple(_less_sure(hit, sure) for hit in kept)

    def _witnesses(self, rule: Rule) -> Iterable[Occurrence]:
        """The surest hit of each condition that has one."""
        for name in names_in(rule.when) if rule.when else ():
            found = self._of(rule, name)
            if found:
                yield max(found, key=lambda hit: hit.confidence)

    def _holds(self, rule: Rule, expression: Expression) -> bool:
        if isinstance(expression, Not):
            return not self._holds(rule, expression.part)
        if isinstance(expression, Joined):
            parts = (self._holds(rule, part) for part in expression.parts)
            return all(parts) if expression.how == "and" else any(parts)
        return bool(self._of(rule, expression))

    def _of(self, rule: Rule, name: str) -> tuple[Occurrence, ...]:
        key = (rule.id, name)
        if key not in self._done:
            condition = next(condition for condition in rule.conditions if condition.name == name)
            self._done[key] = tuple(self._find(rule, condition))
        return self._done[key]

    def _find(self, rule: Rule, condition: Condition) -> Iterable[Occurrence]:
        operator = condition.operator
        turns = [turn for turn in self.turns if condition.scope.role in (None, turn.role)]
        if isinstance(operator, WordList):
            said = self._inside(rule, condition.scope, self.said.get((rule.id, condition.name), ()))
            return operators.of_words(operator, said, turns, unit=condition.scope.unit)
        if isinstance(operator, Unanswered):
            return self._inside(rule, condition.scope, self._unanswered(rule, operator))
        if isinstance(operator, UtteranceCount):
            every = [
                signals.at(self.facts, number, "") for number in range(len(self.facts.utterances))
            ]
            return signals.of_count(
                operator, self._inside(rule, condition.scope, every), self.facts
            )
        if isinstance(operator, CallLength | MetaIs | HangUp | SpeakerIs):
            return self._of_call(operator)
        found = self._of_text(operator, turns, condition) or self._of_signal(operator)
        return self._inside(rule, condition.scope, found)

    def _of_text(
        self, operator: object, turns: Sequence[Turn], condition: Condition
    ) -> list[Occurrence]:
        if isinstance(operator, Pattern):
            return list(operators.of_pattern(operator, turns, condition))
        if isinstance(operator, Similar):
            return list(operators.of_similar(operator, turns))
        if isinstance(operator, Entity):
            return list(operators.of_entity(operator, turns))
        if isinstance(operator, Repeated):
            return list(operators.of_repetition(operator, turns))
        if isinstance(operator, RuleHits):
            return list(self.hits(self.rules[operator.rule]))
        if isinstance(operator, Meant) and self.classifier is not None:
            classifier = self.classifier
            return list(
                operators.of_meaning(operator, turns, lambda text: classifier.classify([text])[0])
            )
        return []

    def _of_signal(self, operator: object) -> list[Occurrence]:
        if isinstance(operator, Silence):
            return list(signals.of_silence(operator, self.facts))
        if isinstance(operator, PaceLimit):
            return list(signals.of_pace(operator, self.facts))
        if isinstance(operator, VolumeJump):
            return list(signals.of_volume(operator, self.facts))
        if isinstance(operator, TalkOver):
            return list(signals.of_talk_over(operator, self.facts))
        if isinstance(operator, ResponseTime):
            return list(signals.of_response(operator, self.facts))
        return []

    def _of_call(self, operator: CallLength | MetaIs | HangUp | SpeakerIs) -> Iterable[Occurrence]:
        if isinstance(operator, CallLength):
            return signals.of_length(operator, self.facts)
        if isinstance(operator, MetaIs):
            return signals.of_meta(operator, self.facts)
        if isinstance(operator, HangUp):
            return signals.of_hang_up(operator, self.facts)
        return signals.of_speaker(operator, self.facts)

    def _unanswered(self, rule: Rule, operator: Unanswered) -> list[Occurrence]:
        """Hits of ``of`` after which the answering side has ``within`` utterances without a hit of
        ``by``."""
        condition = next(
            condition for condition in rule.conditions if condition.name == operator.by
        )
        side = [
            n
            for n, u in enumerate(self.facts.utterances)
            if signals.speaks(u, condition.scope.role)
        ]
        answers = self._of(rule, operator.by)
        open_hits: list[Occurrence] = []
        for hit in self._of(rule, operator.of):
            chances = [number for number in side if number > hit.last][: operator.within]
            latest = chances[-1] if chances else hit.last
            answered = any(
                hit.last <= answer.first <= latest
                and answer.span.start_s >= hit.span.end_s - SAME_MOMENT_S
                for answer in answers
            )
            if not answered:
                open_hits.append(hit)
        return open_hits

    def _inside(
        self, rule: Rule, scope: ConditionScope, hits: Iterable[Occurrence]
    ) -> list[Occurrence]:
        """The hits that lie where the scope looks."""
        numbers = [n for n, u in enumerate(self.facts.utterances) if signals.speaks(u, scope.role)]
        allowed = set(numbers[: scope.first] if scope.first else numbers)
        allowed &= set(numbers[-scope.last :] if scope.last else numbers)
        latest_s = scope.first_s if scope.first_s is not None else self.facts.duration_s + 1
        earliest_s = self.facts.duration_s - scope.last_s if scope.last_s is not None else 0.0
        return [
            hit
            for hit in hits
            if {hit.first, hit.last} <= allowed
            and earliest_s <= hit.span.start_s <= latest_s
            and all(self._is_near(rule, near, hit) for near in scope.near)
            and not any(self._is_excused(unless, hit) for unless in scope.unless)
        ]

    def _is_near(self, rule: Rule, near: Near, hit: Occurrence) -> bool:
        others = self._of(rule, near.of)
        if near.hit:
            at = near.hit - 1 if near.hit > 0 else len(others) + near.hit
            others = others[at : at + 1] if 0 <= at < len(others) else ()
        return any(_fits(near, hit, other) for other in others)

    def _is_excused(self, unless: Unless, hit: Occurrence) -> bool:
        low, high = (
            (hit.first - unless.within, hit.first)
            if unless.side == "before"
            else (hit.last, hit.last + unless.within)
        )
        around = self.facts.utterances[max(0, low) : high + 1]
        texts = [
            "".join(c for c in fold(u.text) if c.isalnum())
            for u in around
            if signals.speaks(u, unless.role)
        ]
        return any(fold(phrase) in text for phrase in unless.phrases for text in texts)


def _fits(near: Near, hit: Occurrence, other: Occurrence) -> bool:
    """Whether ``hit`` lies before, after or around ``other``, within the distance asked for."""
    after_s = hit.span.start_s - other.span.end_s
    before_s = other.span.start_s - hit.span.end_s
    is_after, is_before = after_s >= -SAME_MOMENT_S, before_s >= -SAME_MOMENT_S
    placed = {"after": is_after, "before": is_before, "around": is_after or is_before}[near.side]
    apart = hit.first - other.last if is_after else other.first - hit.last
    close = near.utterances is None or apart <= near.utterances
    return placed and close and (near.seconds is None or max(after_s, before_s) <= near.seconds)


def _less_sure(hit: Occurrence, confidence: float) -> Occurrence:
    if confidence >= hit.confidence:
        return hit
    return Occurrence(
        hit.first, hit.last, hit.span, hit.quote, hit.phrase, hit.match, confidence, hit.evidence
    )  # fmt: skip
