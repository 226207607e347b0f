"""Service events: what happened in a month besides the calls, such as a praise, a complaint with
its level, the mark of a spot check; and the kinds of them that a site knows."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

EventSort: TypeAlias = Literal["bonus", "penalty", "mark"]
"""A ``bonus`` or ``penalty`` counts by its number, a ``mark`` by its value or level."""

EventOutcome: TypeAlias = Literal["praises", "complaints"]
"""The imported number of a call that counts as so many events."""

EventOrigin: TypeAlias = Literal["import", "page", "finding"]
EventState: TypeAlias = Literal["accepted", "refused", "withdrawn"]
"""``refused``: a finding that a person did not accept as an event. ``withdrawn``: taken back."""


@dataclass(frozen=True, slots=True)
class EventLevel:
    """A level of a complaint or of a mark, with other words for it."""

    name: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule on the customer's words whose findings suggest an event, to be accepted by a
    person."""

    rule: str
    level: str | None = None
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event. ``also``: other words for it. ``repeats``: one may be a repetition (二次投诉).
    ``value``: least and greatest value that one may have, ``None`` where it has none."""

    id: str
    name: str
    sort: EventSort
    also: tuple[str, ...] = ()
    levels: tuple[EventLevel, ...] = ()
    repeats: bool = False
    value: tuple[float, float] | None = None
    outcome: EventOutcome | None = None
    findings: tuple[Suggestion, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, self.id, *self.also)

    @property
    def is_of_hundred(self) -> bool:
        """Whether its value is a mark of 100, which people write as a share of 1 too."""
        return self.sort == "mark" and self.value == (0.0, 100.0)

    def find_level(self, text: str) -> str | None:
        """The name of the level that a word means; ``None`` for an unknown word.

        >>> kind = EventKind("complaint", "投诉", "penalty", levels=(EventLevel("省公司", ("省级",)),))
        >>> kind.find_level("省级"), kind.find_level("部级")
        ('省公司', None)
        """
        wanted = _level_word(text)
        return next(
            (
                level.name
                for level in self.levels
                if wanted in map(_level_word, (level.name, *level.also))
            ),
            None,
        )


_ENDING = re.compile(r"(?<=.)(?:级别?|层级)?(?:投诉|申诉)?$")


def _word(text: str) -> str:
    """A word as it is compared: without spaces, width and case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _level_word(text: str) -> str:
    """A level as it is compared: 省公司级投诉 is 省公司."""
    return _ENDING.sub("", _word(text), count=1)


@dataclass(frozen=True, slots=True)
class EventBook:
    """All kinds of events that a site knows."""

    kinds: tuple[EventKind, ...] = ()

    def find(self, text: str) -> EventKind | None:
        """The kind that a word means: its name, its id, or another word for it."""
        wanted = _word(text)
        return next((kind for kind in self.kinds if wanted in map(_word, kind.names)), None)

    @property
    def by_outcome(self) -> dict[EventOutcome, EventKind]:
        return {kind.outcome: kind for kind in self.kinds if kind.outcome}

    @property
    def by_rule(self) -> dict[str, tuple[EventKind, Suggestion]]:
        """Rules on the customer's words, with the event that each suggests."""
        return {one.rule: (kind, one) for kind in self.kinds for one in kind.findings}


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """An event on the local day ``day``, of an agent, or of a whole team (``agent_id`` is ``None``).

    ``sha256``: the call that it is about, with ``call_id`` and ``result_id`` as they are now.
    ``rule``: of the finding that suggested it. ``key``: two events with one key are the same one.
    ``at``: UTC, ISO 8601; empty before it is stored.
    """

    kind: str
    day: date
    agent_id: str | None = None
    team: str | None = None
    level: str | None = None
    repeat: bool = False
    value: float | None = None
    note: str = ""
    sha256: str | None = None
    rule: str | None = None
    key: str = ""
    origin: EventOrigin = "import"
    state: EventState = "accepted"
    actor: str = ""
    at: str = ""
    id: int = 0
    call_id: str | None = None
    result_id: int | None = None


OF_CALL = "of its call"
"""A key in an import: the one event of its kind for its call."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of an import: ``event`` without its call; ``call``: the call by its id or its file's
    name, empty without. ``has_day``: the line names the day. ``where``: file and line, for
    messages. ``person``: the agent's name, empty without."""

    event: ServiceEvent
    call: str
    has_day: bool
    where: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class EventReport:
    """Outcome of an import: ``added`` events, ``changed`` ones, those that were there, and lines with
    an ``unknown`` call that were left out. ``alike``: lines that were added beside an event of the
    same kind, day and agent from elsewhere. ``days``: of what was added or changed."""

    added: int
    changed: int
    same: int
    unknown: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class SuggestedEvent:
    """A finding of the customer's own words that waits for a person. ``started_at``: ISO 8601 or
    unknown; ``confirmed``: a reviewer has confirmed the finding."""

    result_id: int
    sha256: str
    call_id: str | None
    agent_id: str | None
    day: date
    rule: str
    quote: str
    start_s: float
    confirmed: bool


@dataclass(frozen=True, slots=True)
class MonthCall:
    """A call as the month counts it. ``total``: 0..100 without 加分项 and 扣分项, which count once on
    the month; ``satisfied``: the customer was, where known; ``praises``, ``complaints``: imported
    numbers that no event of this call stands for."""

    result_id: int
    sha256: str
    day: date | None
    call_id: str | None = None
    queue: str | None = None
    total: float | None = None
    attitude: float | None = None
    satisfied: bool | None = None
    resolved: bool | None = None
    praises: int = 0
    complaints: int = 0
