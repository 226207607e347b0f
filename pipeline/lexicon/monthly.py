"""The nouns of a monthly sheet: the forms that make a month's result out of calls and events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pipeline.lexicon.scorecard import GradeBand
    from pipeline.types import EventBook

CallValue: TypeAlias = Literal["total", "attitude", "satisfied", "resolved"]
TakeCalls: TypeAlias = Literal["mean", "median", "p10", "p25"]
CountForm: TypeAlias = Literal["share", "losses"]
TakeMarks: TypeAlias = Literal["mean", "last", "lowest"]


@dataclass(frozen=True, slots=True)
class CallMeasure:
    """Points by the calls: ``of`` each, 0..100 or yes and no, their mean or a quantile, of the
    queues that fit ``queue``."""

    of: CallValue
    take: TakeCalls = "mean"
    queue: str = "*"


@dataclass(frozen=True, slots=True)
class MarkMeasure:
    """Points by the marks of a kind of event: its value as a share of ``most``, or the points of
    its level."""

    kind: str
    take: TakeMarks = "mean"
    most: float = 100.0
    levels: tuple[tuple[str, float], ...] = ()


Measure: TypeAlias = CallMeasure | MarkMeasure


@dataclass(frozen=True, slots=True)
class EventCharge:
    """Points for each event of a kind. ``level``: of this level only, empty: of none; ``repeat``: only repetitions,
    or none. ``points``: a number, the event's own value (``value``), or all of the element's
    (``full``)."""

    event: str
    points: float | Literal["value", "full"]
    source: str
    level: str | None = None
    repeat: bool | None = None


@dataclass(frozen=True, slots=True)
class MonthItem:
    """A 考核要素 of a month. Without ``measure`` it has its full points until events take some;
    with one that has nothing to measure it is 不适用. ``floor``: it falls no lower."""

    id: str
    name: str
    full: float
    source: str
    project: str
    indicator: str
    measure: Measure | None = None
    charges: tuple[EventCharge, ...] = ()
    floor: float = 0.0


@dataclass(frozen=True, slots=True)
class MonthRest:
    """Points of a project that its elements do not make up: they are given to everybody."""

    project: str
    points: float
    source: str


@dataclass(frozen=True, slots=True)
class MonthExtra:
    """A 加分项 (``sign`` 1) or 扣分项 (-1) of a month: each event in full, ``most`` points together
    where there is a limit."""

    id: str
    name: str
    source: str
    charges: tuple[EventCharge, ...]
    sign: Literal[1, -1]
    most: float | None = None


@dataclass(frozen=True, slots=True)
class MonthVeto:
    """What makes a form's result 0: an event of ``event``, or marks of ``event`` above ``above``
    times the mark of ``per`` (报修量)."""

    event: str
    name: str
    source: str
    above: float | None = None
    per: str | None = None


@dataclass(frozen=True, slots=True)
class MonthForm:
    """One monthly result of 100 points, ``weight`` (0..1) of the whole month. ``least``, ``most``:
    bounds of the result after 加分项 and 扣分项; ``None``: no bound above. ``count``: what the
    elements make, before events: ``share``, their points as a share of what applies; ``losses``,
    100 less the points that they lack, so that what was not measured changes nobody's points."""

    id: str
    name: str
    weight: float
    source: str
    items: tuple[MonthItem, ...]
    rests: tuple[MonthRest, ...] = ()
    extras: tuple[MonthExtra, ...] = ()
    vetoes: tuple[MonthVeto, ...] = ()
    least: float = 0.0
    most: float | None = None
    count: CountForm = "share"


@dataclass(frozen=True, slots=True)
class MonthlySheet:
    """A monthly sheet. ``department``: 考核部门. ``least_calls``: with fewer scored calls an agent
    has no result (不评). ``publish_by``: day of the next month. ``queues``: patterns of the queues
    it is for; in force from ``starts`` to ``ends``, both included."""

    id: str
    name: str
    department: str
    forms: tuple[MonthForm, ...]
    source: str
    least_calls: int = 1
    publish_by: int = 10
    grades: tuple[GradeBand, ...] = ()
    queues: tuple[str, ...] = ("*",)
    starts: date | None = None
    ends: date | None = None
    version: str = ""
    at: str = ""

    @property
    def mark(self) -> str:
        """Name and version, as printed results name them."""
        return f"{self.id}-{self.version}"

    def is_in_force(self, day: date) -> bool:
        return (self.starts is None or self.starts <= day) and (
            self.ends is None or day <= self.ends
        )

    def grade(self, total: float | None) -> str | None:
        """The name of the band that a total lies in, ``None`` without bands or below the last."""
        if total is None:
            return None
        return next((grade.name for grade in self.grades if total >= grade.least), None)

    def pattern_for(self, queue: str | None) -> str | None:
        """The longest of the sheet's patterns that fits a queue; an unknown queue fits ``*``
        only."""
        fitting = [
            pattern
            for pattern in self.queues
            if pattern == "*" or (queue and fnmatchcase(queue, pattern))
        ]
        return max(fitting, key=len, default=None)


@dataclass(frozen=True, slots=True)
class MonthlyBook:
    """All monthly sheets of a site; one at least fits every queue."""

    sheets: tuple[MonthlySheet, ...]

    def choose(self, queue: str | None, day: date) -> MonthlySheet:
        """The sheet for a queue that is in force on a day, the first of the month: who works by
        rules knows them before. The pattern that says most goes first, then the sheet that came
        into force last. Where none is in force, the one of the earliest date."""
        fitting = [
            (len(pattern.rstrip("*")), sheet)
            for sheet in self.sheets
            if (pattern := sheet.pattern_for(queue)) is not None
        ]
        current = [pair for pair in fitting if pair[1].is_in_force(day)]
        if current:
            return max(current, key=lambda pair: (pair[0], pair[1].starts or date.min))[1]
        return min(fitting, key=lambda pair: pair[1].starts or date.min)[1]

    def is_published(self, day: date, today: date) -> bool:
        """Whether the day of publication of a day's month has passed, by all sheets."""
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return today > following.replace(day=max(sheet.publish_by for sheet in self.sheets))


@dataclass(frozen=True, slots=True)
class MonthRules:
    """The monthly sheets of a site, and the kinds of events that they count."""

    sheets: MonthlyBook
    kinds: EventBook
