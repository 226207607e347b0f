"""Evaluate the rules that are written as conditions: what holds in a call, and where."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.lexicon import Condition, Expression, Joined, Not, Rule, names_in
from pipeline.phrases.condition_view import ConditionView
from pipeline.phrases.evaluators import EVALUATORS
from pipeline.phrases.operators import stretch
from pipeline.phrases.signals import whole_call

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.phrases.readings import Readings
    from pipeline.phrases.sighting import Occurrence
    from pipeline.phrases.text import Turn
    from pipeline.types import CallFacts


@dataclass
class Evaluation:
    """One call under all rules. ``said``: the hits of phrases by rule id and condition name. What
    was worked out is kept, so that rules that use each other's hits cost nothing more."""

    facts: CallFacts
    turns: tuple[Turn, ...]
    said: Mapping[tuple[str, str], Sequence[Occurrence]]
    rules: Mapping[str, Rule]
    readings: Readings | None
    _done: dict[tuple[str, str], tuple[Occurrence, ...]] = field(default_factory=dict)

    def hits(self, rule: Rule) -> tuple[Occurrence, ...]:
        """Where the rule has a hit: of its phrases, or if ``when`` holds of its marked condition,
        in whose stead another that ``when`` names may have the place."""
        if rule.when is None:
            return tuple(self.said.get((rule.id, ""), ()))
        if not self._holds(rule, rule.when):
            return ()
        hits = (self._of(rule, name) for name in (rule.mark, *names_in(rule.when)) if name)
        whole = whole_call(self.facts, rule.phrase or rule.name)
        marked = next((found for found in hits if found), (whole,))
        names = names_in(rule.when)
        sure = min((hit.confidence for hit in self._surest(rule, names)), default=1.0)
        kept = marked if rule.per == "hit" else marked[:1]
        grounds = tuple(self._surest(rule, _stated(rule.when)))
        return tuple(_resting_on(hit, grounds, least=sure) for hit in kept)

    def applies(self, rule: Rule) -> bool:
        """Whether a rule's ``when`` holds; without one it always does."""
        return rule.when is None or self._holds(rule, rule.when)

    def doubts(self, rule: Rule) -> bool:
        """Whether the condition holds under which a lack of the rule's duty is for a person."""
        doubt = rule.duty.doubt if rule.duty else None
        return doubt is not None and self._holds(rule, doubt)

    def marked(self, rule: Rule) -> tuple[Occurrence, ...]:
        """The hits of a rule's marked condition."""
        return self._of(rule, rule.mark) if rule.mark else ()

    @staticmethod
    def place_of(turn: Turn, low: int, high: int) -> Occurrence:
        """Characters of a turn as a hit."""
        return stretch(turn, low, high, "")

    def _surest(self, rule: Rule, names: Iterable[str]) -> Iterable[Occurrence]:
        """The surest hit of each condition that has one."""
        for name in names:
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
        role = condition.scope.role
        view = ConditionView(
            facts=self.facts,
            turns=[turn for turn in self.turns if role in (None, turn.role)],
            all_turns=self.turns,
            condition=condition,
            said=self.said.get((rule.id, condition.name), ()),
            readings=self.readings,
            roles={other.name: other.scope.role for other in rule.conditions},
            hits_of=lambda name: self._of(rule, name),
            hits_of_rule=self._of_rule,
        )
        return EVALUATORS[type(condition.operator)](condition.operator, view)

    def _of_rule(self, rule_id: str) -> tuple[Occurrence, ...]:
        """None of a rule that is not in force on the day of the call."""
        return self.hits(self.rules[rule_id]) if rule_id in self.rules else ()


def _resting_on(hit: Occurrence, grounds: Iterable[Occurrence], *, least: float) -> Occurrence:
    """A hit with the sentences of other utterances that made its rule hold, at most as sure as
    ``least``."""
    sentences = list(hit.spoken)
    for ground in grounds:
        known = {sentence.first for sentence in sentences}
        sentences += [sentence for sentence in ground.spoken if sentence.first not in known]
    confidence = min(hit.confidence, least)
    return replace(hit, confidence=confidence, sentences=tuple(sentences))


def _stated(expression: Expression) -> tuple[str, ...]:
    """The conditions that are to hold, without those under ``not``.

    >>> from pipeline.lexicon.expression import parse_expression
    >>> _stated(parse_expression("a and (b or not c)"))
    ('a', 'b')
    """
    if isinstance(expression, Not):
        return ()
    if isinstance(expression, Joined):
        return tuple(dict.fromkeys(name for part in expression.parts for name in _stated(part)))
    return (expression,)
