"""A call as one condition of a rule sees it: the turns of its side, and what lies in its scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.phrases.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipeline.lexicon import Condition, Near, Unless
    from pipeline.phrases.readings import Readings
    from pipeline.phrases.sighting import Occurrence
    from pipeline.phrases.text import Turn
    from pipeline.types import CallFacts, Role, Utterance

SAME_MOMENT_S = 0.05
"""Times closer than this are the same moment: before and after allow as much."""


@dataclass(frozen=True, slots=True)
class ConditionView:
    """What an operator may ask. ``turns``: those of the scope's role, ``all_turns``: of both sides. ``said``: hits of the
    condition's phrases in the whole call. ``hits_of``, ``hits_of_rule``: of another condition of
    the same rule by its name, and of another rule by its id. ``roles``: whose words each condition
    of the rule looks at, by its name."""

    facts: CallFacts
    turns: Sequence[Turn]
    all_turns: Sequence[Turn]
    condition: Condition
    said: Sequence[Occurrence]
    readings: Readings | None
    roles: Mapping[str, Role | None]
    hits_of: Callable[[str], tuple[Occurrence, ...]]
    hits_of_rule: Callable[[str], tuple[Occurrence, ...]]

    def inside(self, hits: Iterable[Occurrence]) -> list[Occurrence]:
        """The hits that lie where the condition's scope looks."""
        scope = self.condition.scope
        numbers = self.numbers(scope.role)
        allowed = set(numbers[: scope.first] if scope.first else numbers)
        allowed &= set(numbers[-scope.last :] if scope.last else numbers)
        begins_s, ends_s = self.facts.begins_s, self.facts.duration_s
        latest_s = begins_s + scope.first_s if scope.first_s is not None else ends_s + 1
        earliest_s = ends_s - scope.last_s if scope.last_s is not None else 0.0
        return [
            hit
            for hit in hits
            if {hit.first, hit.last} <= allowed
            and earliest_s <= hit.span.start_s <= latest_s
            and all(self._is_near(near, hit) for near in scope.near)
            and not any(self._is_excused(unless, hit) for unless in scope.unless)
        ]

    def numbers(self, role: Role | None) -> list[int]:
        """The numbers of the utterances of a role, ``None`` of all."""
        return [n for n, u in enumerate(self.facts.utterances) if _speaks(u, role)]

    def _is_near(self, near: Near, hit: Occurrence) -> bool:
        others = self.hits_of(near.of)
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
            if _speaks(u, unless.role)
        ]
        return any(fold(phrase) in text for phrase in unless.phrases for text in texts)


def _speaks(utterance: Utterance, role: Role | None) -> bool:
    return role is None or utterance.role == role


def _fits(near: Near, hit: Occurrence, other: Occurrence) -> bool:
    """Whether ``hit`` lies before, after or around ``other``, within the distance asked for."""
    after_s = hit.span.start_s - other.span.end_s
    before_s = other.span.start_s - hit.span.end_s
    is_after, is_before = after_s >= -SAME_MOMENT_S, before_s >= -SAME_MOMENT_S
    placed = {"after": is_after, "before": is_before, "around": is_after or is_before}[near.side]
    apart = hit.first - other.last if is_after else other.first - hit.last
    close = near.utterances is None or apart <= near.utterances
    return placed and close and (near.seconds is None or max(after_s, before_s) <= near.seconds)
