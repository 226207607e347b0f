"""What agents promised, by when, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from pipeline.types.records import Scope
from pipeline.types.speech import Seconds

PromiseKind: TypeAlias = Literal["contact", "visit", "deliver", "handle"]
PromiseStatus: TypeAlias = Literal["kept", "late", "overdue", "open", "unknown"]
PromiseOutcome: TypeAlias = Literal["kept", "broken", "void"]


@dataclass(frozen=True, slots=True)
class DueTime:
    """A time expression of a text, from character ``start`` to ``end``.

    ``due_at``: the last moment that it allows, in the frame of the moment it was resolved at;
    ``None`` where it sets no term (尽快), or where ``problem`` says in Chinese why none can be
    told. ``counted``: it counts from its moment (三天内) and not by the calendar.
    """

    text: str
    start: int
    end: int
    due_at: datetime | None = None
    problem: str = ""
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise in the agent's words.

    ``quote``: the sentence. ``time_text``: the words of its term, empty without. ``due_at``: ISO
    8601 in the frame of the call's start, ``None`` without a term; ``problem``: in Chinese, why a
    term cannot be told. ``sure``: false where the words hedge (争取, 一般) or the way it was said is
    for a person. ``agreed``: it was a question that the customer agreed to.
    """

    kind: PromiseKind
    start_s: Seconds
    end_s: Seconds
    quote: str
    time_text: str = ""
    due_at: str | None = None
    problem: str = ""
    sure: bool = True
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """The sides of a call by which it is linked with others. ``ticket``: 工单号, empty for none.
    ``topics``: the subjects named in it. ``returns``: the agent says that this is the call back."""

    ticket: str = ""
    topics: tuple[str, ...] = ()
    returns: bool = False


@dataclass(frozen=True, slots=True)
class CaseCall:
    """A call of a matter with its place in time. ``moment``: ISO 8601, the call's start; ``None``
    where it is not known."""

    sha256: str
    result_id: int
    customer_id: str | None
    moment: str | None
    contact: Contact


@dataclass(frozen=True, slots=True)
class PromiseEvent:
    """What somebody knows of a promise. ``at``: when it was kept, ISO 8601 in the frame of the
    call's start, or ``None``."""

    outcome: PromiseOutcome
    at: str | None
    actor: str
    note: str


@dataclass(frozen=True, slots=True)
class MadePromise:
    """A promise with its call, as it lies in the store."""

    id: int
    promise: Promise
    call: CaseCall
    call_id: str | None
    agent_id: str | None
    agent_name: str | None
    queue: str | None
    complaint: bool
    event: PromiseEvent | None = None


@dataclass(frozen=True, slots=True)
class JudgedPromise:
    """A promise and what became of it.

    ``due_at``: the term that counts; ``by_rule``: it comes from the site's limits and not from the
    agent's words. ``status``: ``kept`` in time, ``late`` (kept after the term, or broken by an
    event), ``overdue`` (the term has passed and nothing tells that it was kept), ``open``,
    ``unknown`` (no term can be told). ``evidence``: the result that it rests on. ``guess``: the
    calls are linked by customer, topic and time only. ``why``: in Chinese.
    """

    made: MadePromise
    status: PromiseStatus
    due_at: datetime | None
    by_rule: bool = False
    evidence: int | None = None
    guess: bool = False
    why: str = ""

    @property
    def counted(self) -> PromiseStatus:
        """The status that figures count. A promise in hedged words is nobody's debt: it counts
        where it was kept, and else as ``unknown``."""
        if self.status == "kept" or self.made.promise.sure:
            return self.status
        return "unknown"


@dataclass(frozen=True, slots=True)
class PromiseFigures:
    """Promises of a group: how many, and what became of them. ``agent_id``: ``None`` for calls of
    unknown agents, or for all."""

    agent_id: str | None
    agent_name: str | None
    made: int
    kept: int
    late: int
    overdue: int
    open: int
    unknown: int

    @property
    def kept_share(self) -> float | None:
        """Kept ones of those known to be kept or late, 0..1; ``None`` without any."""
        known = self.kept + self.late
        return self.kept / known if known else None


@dataclass(frozen=True, slots=True)
class PromisePeriod:
    """The promises of the calls of a scope and what became of them. ``judged``: those that need
    somebody first; ``whole``: the figures of all; ``agents``: of each agent, by number."""

    scope: Scope
    judged: tuple[JudgedPromise, ...]
    whole: PromiseFigures
    agents: tuple[PromiseFigures, ...]
