"""What a lexicon and a scoring sheet hold once they are read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.lexicon.conditions import Operator, Silence
from pipeline.lexicon.topics import TopicFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from pipeline.lexicon.conditions import Condition, Expression, Phrase
    from pipeline.lexicon.duty import Duty
    from pipeline.lexicon.knowledge import KnowledgeTopic
    from pipeline.types import AlarmLevel, Role

RuleKind: TypeAlias = Literal["required", "forbidden", "process", "missing"]
Severity: TypeAlias = Literal["low", "medium", "high"]
Per: TypeAlias = Literal["hit", "call"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What to look for, what it is called, and what it costs.

    ``phrases`` are looked for by all layers; a rule has these, or ``conditions`` joined by
    ``when``, whose hits of the condition ``mark`` become the findings. ``meaning``: label of the
    classifier whose hits count for this rule, but for sentences in which the expression
    ``meant_unless`` matches. ``of_others``: words for people who are none of the service's agents; what
    is said of them does not count. ``duty``: of the kind ``missing``, what is owed; the
    finding is its lack. ``doubted_by``: wordings in the same sentence that may deny what it says, so
    that a person decides. ``about_others``: its words without 你 may be the customer's own, or for
    somebody else; then a person decides. ``phrase`` names the findings of a
    required slot or a process; a forbidden phrase is named by itself. ``alarm``: a finding in a
    conversation in progress is shown on the wall, or also told to people; what is found does not
    depend on it, so it is no part of the digest."""

    id: str
    name: str
    kind: RuleKind
    source: str
    severity: Severity
    role: Role
    phrases: tuple[Phrase, ...] = ()
    exceptions: tuple[str, ...] = ()
    negated_by: bool = False
    doubted_by: tuple[str, ...] = ()
    about_others: bool = False
    phrase: str = ""
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    points: float = 0.0
    per: Per = "hit"
    fatal: bool = False
    review_only: bool = False
    starts: date | None = None
    ends: date | None = None
    meaning: str = ""
    meant_unless: str = ""
    of_others: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    when: Expression | None = None
    mark: str = ""
    duty: Duty | None = None
    at: str = field(default="", compare=False)
    alarm: AlarmLevel | None = field(default=None, repr=False)

    def is_in_force(self, day: date | None) -> bool:
        """Whether the rule counts on a day, both ends included; an unknown day is like today's
        rules.

        >>> from datetime import date
        >>> Rule("a", "a", "forbidden", "D", "low", "agent", starts=date(2026, 1, 1)).is_in_force(date(2025, 12, 31))
        False
        """
        if day is None:
            return self.ends is None
        return (self.starts is None or self.starts <= day) and (
            self.ends is None or day <= self.ends
        )

    @property
    def slots(self) -> frozenset[str]:
        """Ids of the rules by whose hits a duty is judged; of other rules none."""
        return frozenset((*self.duty.any_of, *self.duty.near)) if self.duty else frozenset()

    @property
    def digest(self) -> str:
        """Twelve hex digits that change with anything but the rule's place in its file and its
        source: neither changes what is found."""
        text = _PLACES.sub("", repr(replace(self, source="")))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


_PLACES = re.compile(r"\bat='[^']*'")
"""Where a phrase, a condition or a rule stands, in its ``repr``."""


def sound_rules(rules: Iterable[Rule], *, waits_known: bool = False) -> frozenset[str]:
    """Ids of the rules that only a recording can answer: a condition of theirs, or of a rule whose
    hits they use, asks when, how fast or how loud somebody speaks. ``waits_known``: the times of a
    text tell how long the customer waited, which stands for silence."""
    rules = tuple(rules)
    needs = {rule.id: {o for c in rule.conditions for o in c.operator.rules} for rule in rules}
    found = {
        rule.id
        for rule in rules
        if any(_needs_sound(c.operator, waits_known) for c in rule.conditions)
    }
    while more := {rule for rule, others in needs.items() if others & found} - found:
        found |= more
    return frozenset(found)


def _needs_sound(operator: Operator, waits_known: bool) -> bool:
    return operator.needs_sound and not (waits_known and isinstance(operator, Silence))


@dataclass(frozen=True, slots=True)
class TalkWords:
    """Words by which one understands how a call runs; they give no points. Each is a set of
    wordings."""

    back_channels: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    greetings: tuple[str, ...] = ()
    announcements: tuple[str, ...] = ()
    upset: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    transfers: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    closings: tuple[str, ...] = ()
    thanks: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    chases: tuple[str, ...] = ()
    own_pauses: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    pleased: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that is known of words. ``version`` is a digest of the files it came from."""

    rules: tuple[Rule, ...]
    talk: TalkWords = field(default_factory=TalkWords)
    agent_cues: Mapping[str, float] = field(default_factory=dict)
    customer_cues: Mapping[str, float] = field(default_factory=dict)
    inventions: tuple[str, ...] = ()
    knowledge: tuple[KnowledgeTopic, ...] = ()
    """What the site's own knowledge files say; of shipped ones none is used."""
    version: str = ""
    topics: TopicFile = field(default_factory=TopicFile)

    @property
    def duties(self) -> tuple[str, ...]:
        """Ids of the rules that are duties."""
        return tuple(rule.id for rule in self.rules if rule.duty is not None)
