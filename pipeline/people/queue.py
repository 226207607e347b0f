"""The queue of calls that people review: which calls are asked for, and a page of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from datetime import date

    from pipeline.types import Kind, Role, Seconds

QueueView: TypeAlias = Literal["waiting", "told", "flagged", "sampled", "appealed", "all", "mine"]

QUEUE_VIEWS: tuple[QueueView, ...] = get_args(QueueView)

URGENT_FIRST: tuple[QueueView, ...] = ("waiting", "appealed", "mine")
"""Views with the most urgent call first; the others have the last call first."""

VerdictFilter: TypeAlias = Literal["fatal", "forbidden", "confirmed", "review", "told"]

QueueSort: TypeAlias = Literal["urgency", "time", "agent", "duration", "attitude", "total"]
QUEUE_SORTS: tuple[QueueSort, ...] = ("urgency", "time", "agent", "duration", "attitude", "total")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which calls; ``None`` and empty leave a condition out.

    ``view``: ``mine`` has the waiting calls that are assigned to ``assigned``, ``told`` those in
    which the customer told a fact and that nobody has settled. ``since``,
    ``until``: days, both included; a call without a known start counts on the day of its scoring.
    ``rule``: calls with a finding of it. ``least``, ``most``: points of attitude, both included;
    calls without points are left out. ``verdict``: ``fatal``, ``forbidden``, ``confirmed``
    (forbidden or missing phrases that the machine or a person is sure of), ``review`` (some doubt about the agent waits
    for a person) or ``told`` (the customer told a fact). ``text``: words of anybody, any characters; punctuation does not count. ``topic``: calls
    with the topic of this id. ``find``: the search box: a part of a call id, a customer's number as
    far as it is shown masked, an agent's number or a part of their name, words, a phrase of a
    finding, or findings of the rules ``find_rules``, which the text names. ``sort``: ``None`` is
    the view's own order; ``up``: the smallest first."""

    view: QueueView = "waiting"
    agent: str | None = None
    team: str | None = None
    queue: str | None = None
    since: date | None = None
    until: date | None = None
    rule: str | None = None
    least: float | None = None
    most: float | None = None
    verdict: VerdictFilter | None = None
    text: str = ""
    mark: str | None = None
    assigned: str | None = None
    reviewed: bool | None = None
    topic: str | None = None
    find: str = ""
    find_rules: tuple[str, ...] = ()
    sort: QueueSort | None = None
    up: bool = False

    @property
    def order(self) -> QueueSort:
        """What the calls are sorted by."""
        return self.sort or ("urgency" if self.view in URGENT_FIRST else "time")


@dataclass(frozen=True, slots=True)
class QueueReason:
    """One finding of a call, to say in its row why it is there. ``open``: a person must decide; of
    facts that the customer told nobody must."""

    rule: str
    kind: Kind
    role: Role
    phrase: str
    start_s: Seconds
    open: bool


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """``number`` of ``total``: the place of a call in a list, from 1."""

    number: int
    total: int


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A call in the queue, by its effective result. ``attitude``, ``total``: 0..100, ``None`` where
    no score could be given. ``forbidden``, ``missing``: confirmed findings; ``doubtful``: doubts
    about the agent that wait for a person. ``started_at``: ISO 8601, local time of the site. ``urgency``:
    greater is sooner."""

    result_id: int
    sha256: str
    call_id: str | None
    agent_id: str | None
    agent_name: str | None
    queue: str | None
    started_at: str | None
    duration_s: Seconds
    attitude: float | None
    total: float | None
    fatal: bool
    forbidden: int
    missing: int
    doubtful: int
    flags: tuple[str, ...]
    flagged: bool
    sampled: bool
    appealed: bool
    settled: bool
    reviewed: bool
    assigned: str | None
    mark: str | None
    urgency: float


@dataclass(frozen=True, slots=True)
class QueuePage:
    """``next`` names the place after the last row, for the next page; ``None`` on the last page.
    ``total``: calls on all pages, ``None`` where counting them would take too long."""

    rows: tuple[QueueRow, ...]
    next: str | None
    total: int | None
