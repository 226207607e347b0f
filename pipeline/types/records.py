"""One line a call, for reports, comparisons and samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias

from pipeline.types.speech import CallAnswer, Direction, HungUpBy, Seconds


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A scored call with its metadata as corrected by imports. ``None`` is unknown.

    ``attitude``, ``total``: 0..100. ``doubtful``: number of doubts about the agent that the machine
    leaves to a person. ``started_at``: ISO 8601, local time of the site. ``customer_arousal``: z-score of the
    customer's voice against its own usual. ``customer_upset``: the customer's words show an upset
    person. ``rating``: the customer's satisfaction on the scale 1 to 5. ``reviewed``: a person has
    looked at it. ``sampled``: it was drawn for review.
    """

    result_id: int
    sha256: str
    path: str
    duration_s: Seconds
    attitude: float | None
    total: float | None
    fatal: bool
    call_id: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    team: str | None = None
    customer_id: str | None = None
    queue: str | None = None
    started_at: str | None = None
    grade: str | None = None
    sheet: str = ""
    doubtful: int = 0
    forbidden: int = 0
    missing: int = 0
    chars_per_min: float | None = None
    latency_s: Seconds | None = None
    silence_s: Seconds | None = None
    customer_arousal: float | None = None
    customer_upset: bool = False
    rating: float | None = None
    resolved: bool | None = None
    complaint: bool | None = None
    reviewed: bool = False
    sampled: bool = False
    measured_share: float | None = None
    """Share of the sheet's full points whose elements applied, 0..1."""
    flags: tuple[str, ...] = ()
    no_talk: bool = False
    """The recording holds no conversation."""
    direction: Direction | None = None
    answer: CallAnswer | None = None
    ringing_s: Seconds | None = None
    hung_up_by: HungUpBy | None = None
    transferred_to: str | None = None
    hung_up_early: bool = False
    """The agent hung up, and nobody had said goodbye: for a person to hear."""
    told: bool = False
    """The customer told a fact (客户反映), such as a complaint or praise."""


Step: TypeAlias = Literal["day", "week", "month"]
"""The stretches into which a period is cut for its trend."""

DAILY_UP_TO, WEEKLY_UP_TO = 31, 92
"""Days of a period with a trend by days, and by weeks: a month, a quarter (our choice)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A choice of calls: from the day ``since`` to the day ``until``, both included, of an agent, a
    team, a queue; ``None`` for all.

    A call with an unknown start counts on the day it was scored.

    >>> Scope.of_month("2026-11").until
    datetime.date(2026, 11, 30)
    """

    since: date | None = None
    until: date | None = None
    agent: str | None = None
    team: str | None = None
    queue: str | None = None

    @classmethod
    def of_month(cls, month: str, **which: str | None) -> Scope:
        """The scope of a calendar month (D 第二部分 四 2), written ``2026-11``. Raises ``ValueError``."""
        first = date.fromisoformat(f"{month}-01")
        return cls(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1), **which)

    @property
    def step(self) -> Step:
        """The step of its trend.

        >>> Scope(date(2026, 7, 1), date(2026, 9, 30)).step
        'week'
        """
        if self.since is None or self.until is None:
            return "month"
        days = (self.until - self.since).days + 1
        return "day" if days <= DAILY_UP_TO else "week" if days <= WEEKLY_UP_TO else "month"

    @property
    def whole_months(self) -> tuple[str, ...]:
        """The calendar months that lie wholly inside, such as ``2026-11``; none without both ends.

        >>> Scope(date(2026, 10, 2), date(2026, 12, 31)).whole_months
        ('2026-11', '2026-12')
        """
        if self.since is None or self.until is None:
            return ()
        first = self.since if self.since.day == 1 else _next_month(self.since)
        found = []
        while (following := _next_month(first)) - timedelta(days=1) <= self.until:
            found.append(f"{first:%Y-%m}")
            first = following
        return tuple(found)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


AGAIN_DAYS = 7
"""If a customer calls again within this number of days, the first call did not help (the usual
window of first-call resolution)."""


@dataclass(frozen=True, slots=True)
class ItemSum:
    """A line of a scorecard over many calls.

    ``calls``: calls in which it applied. ``hit``: calls in which it lost or won points. ``change``:
    points won or lost, of all calls together (below 0 for lost).
    """

    agent_id: str | None
    sheet: str
    part: str
    project: str
    indicator: str
    id: str
    name: str
    dimension: str | None
    full: float
    calls: int
    hit: int
    change: float

    @property
    def mean_points(self) -> float:
        """Mean points of a call, out of ``full``."""
        return self.full + self.change / self.calls if self.calls else self.full

    @property
    def lost_share(self) -> float:
        """Mean loss of a call as a share of ``full``, 0..1."""
        return -self.change / self.calls / self.full if self.calls and self.full else 0.0


@dataclass(frozen=True, slots=True)
class ItemCall:
    """A call that lost or won points in an item of a scorecard."""

    sheet: str
    item: str
    result_id: int
    call_id: str | None
    change: float
    reasons: str
    """JSON array of the item's reasons."""


@dataclass(frozen=True, slots=True)
class FaultCount:
    """Confirmed findings of one rule: their number, the number of their calls, and the points
    deducted."""

    rule: str
    kind: str
    phrase: str
    hits: int
    calls: int
    points: float


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Findings of one rule.

    ``charged``: the machine was sure. ``doubtful``: it left them to a person. ``confirmed`` and
    ``refused``: people's decisions on either.
    """

    rule: str
    hits: int
    charged: int
    doubtful: int
    confirmed: int
    refused: int


@dataclass(frozen=True, slots=True)
class RulePeriod:
    """Findings and decisions for each rule in the calls of a period."""

    calls: int
    counts: tuple[RuleCount, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Calls of known customers that are at least ``AGAIN_DAYS`` old, and the number of those
    followed by another call."""

    calls: int
    again: int

    @property
    def rate(self) -> float | None:
        """Share of calls that resolved the matter at once, 0..1; ``None`` without calls."""
        return 1 - self.again / self.calls if self.calls else None


@dataclass(frozen=True, slots=True)
class Imported:
    """One line of an import: the call, named by its id or its file's name, and the values to
    set."""

    key: str
    values: Mapping[str, Any]
    where: str
    """File and line, for messages."""
    other: str = ""
    """The call's id beside its file's name: it counts where no call has that name."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``changed`` calls; lines with an ``unknown`` call, or with a name of several calls
    (``ambiguous``). ``moved``: SHA-256 of the calls whose conversation may be another one now."""

    changed: int
    same: int
    unknown: tuple[str, ...]
    ambiguous: tuple[str, ...]
    moved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Number of calls in the queue, of undecided appeals, and of overdue ones among them."""

    waiting: int
    appeals: int
    overdue: int


@dataclass(frozen=True, slots=True)
class DecidedFinding:
    """A finding that a person decided, with its quote. ``at``: UTC, ISO 8601. ``quote``: empty if
    the finding is gone."""

    result_id: int
    call_id: str | None
    agent_id: str | None
    start_s: float
    decision: str
    actor: str
    at: str
    quote: str
