"""Requests and answers of the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

from pipeline.live import LONGEST_TEXT
from pipeline.people import ActionKind, AppealOutcome, CoachingKind
from pipeline.review.fields import (
    ChannelNumber,
    DecisionName,
    GradeName,
    ItemId,
    MarkName,
    PointsValue,
    QuoteText,
    ReasonText,
    SecondsValue,
    Text,
    ToneRole,
    UserName,
)
from pipeline.types import Kind, Role

RESULT_SCHEMA = "x-callqa-result"
"""Marks where the published result format stands in the description."""

NameText = Annotated[str, Field(max_length=200)]
Result = Annotated[dict[str, Any], WithJsonSchema({RESULT_SCHEMA: True})]


class Model(BaseModel):
    model_config = ConfigDict(from_attributes=True, extra="forbid")


class ErrorMessage(Model):
    """The fault, in Chinese."""

    detail: str


class Wrong(Model):
    where: str
    what: str


class Invalid(Model):
    """The places of the request that are not as described."""

    detail: list[Wrong] | str


class FindingName(Model):
    """The key of a finding, as in the result: it names the finding after a rescore too."""

    rule: NameText
    kind: Kind
    role: Role
    start_s: SecondsValue
    end_s: SecondsValue
    phrase: Annotated[str, Field(max_length=500)] = ""


class CallLine(Model):
    """A call by the result that counts. ``started_at``: local time of the site. ``attitude``,
    ``total``: 0 to 100."""

    result_id: int
    sha256: str
    call_id: str | None
    agent_id: str | None
    agent_name: str | None
    queue: str | None
    started_at: str | None
    duration_s: float
    attitude: float | None
    total: float | None
    fatal: bool
    forbidden: int
    missing: int
    doubtful: int
    flags: list[str]
    flagged: bool
    sampled: bool
    appealed: bool
    settled: bool
    reviewed: bool
    assigned: str | None
    mark: str | None
    urgency: float


class CallPage(Model):
    """``next``: give it as ``after`` for the next page; null on the last. ``total``: calls on all
    pages, null where counting them would take too long."""

    calls: list[CallLine]
    next: str | None
    total: int | None


class StoredAction(Model):
    """A review action; times are UTC."""

    id: int
    kind: ActionKind
    value: dict[str, Any]
    actor: str
    at: str
    rule: str | None
    appeal_id: int | None
    undone_by: str | None
    undone_at: str | None


class Call(Model):
    """``result`` counts; ``machine`` is the machine's, null where nobody has corrected it. Personal
    data is masked."""

    result_id: int
    machine_id: int
    agent_name: str | None
    team: str | None
    result: Result
    machine: Result | None
    acts: list[StoredAction]


class Decide(Model):
    kind: Literal["decide"]
    finding: FindingName
    decision: DecisionName


class Add(Model):
    kind: Literal["add"]
    finding: FindingName
    quote: QuoteText = ""


class SetRole(Model):
    """Speaker of an utterance, which is named by channel and time."""

    kind: Literal["role"]
    channel: ChannelNumber
    start_s: SecondsValue
    end_s: SecondsValue
    role: Role


class SetText(Model):
    """Text of an utterance, which is named by channel and time."""

    kind: Literal["text"]
    channel: ChannelNumber
    start_s: SecondsValue
    end_s: SecondsValue
    text: Text


class SetTone(Model):
    kind: Literal["tone"]
    role: ToneRole
    start_s: SecondsValue
    end_s: SecondsValue
    grade: GradeName


class SetPoints(Model):
    """Needs the right to set points."""

    kind: Literal["override"]
    item: ItemId
    points: PointsValue
    reason: ReasonText


class Comment(Model):
    kind: Literal["comment"]
    text: ReasonText


class Mark(Model):
    kind: Literal["mark"]
    mark: MarkName | None


class Assign(Model):
    """Needs the right to assign calls. ``to``: a reviewer's name, null for nobody."""

    kind: Literal["assign"]
    to: UserName | None


class Settle(Model):
    """The review of the call is done, or not yet."""

    kind: Literal["settle"]
    settled: bool


ActionEntry = Annotated[
    Decide | Add | SetRole | SetText | SetTone | SetPoints | Comment | Mark | Assign | Settle,
    Field(discriminator="kind"),
]


class NewActions(Model):
    acts: Annotated[list[ActionEntry], Field(min_length=1, max_length=100)]


class Counted(Model):
    """The result that counts now."""

    result_id: int
    attitude: float | None
    total: float | None
    fatal: bool
    grade: str | None


MessageId = Annotated[str, Field(min_length=1, max_length=200)]


class NewMessage(Model):
    """A message as it was written. ``id``: unique in its conversation; ``at``: when, with the time
    zone, null for now; ``agent_id``: who wrote it, where agents change."""

    id: MessageId
    role: Literal["agent", "customer", "system"]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)]
    at: AwareDatetime | None = None
    agent_id: NameText | None = None


class NewMessages(Model):
    """Messages of a conversation in progress, in any order; none with ``end`` alone. ``end``: no
    more will come, so the conversation is scored."""

    messages: Annotated[list[NewMessage], Field(max_length=100)] = []
    agent_id: NameText | None = None
    customer_id: NameText | None = None
    queue: NameText | None = None
    end: bool = False


class NewStream(Model):
    """What a telephone system says of a stream of sound before it comes. ``call``: the number of its
    call; two streams of one call have the same; ``side``: whose sound it brings."""

    call: Annotated[str, Field(min_length=1, max_length=200)]
    side: Literal["agent", "customer", "mix"] = "mix"
    agent_id: NameText | None = None
    customer_id: NameText | None = None
    queue: NameText | None = None


class TakenStream(Model):
    """``sides``: those that the call has by all that was announced."""

    call: str
    sides: list[Literal["agent", "customer", "mix"]]


class TakenMessages(Model):
    """What became of them. ``known``: had come before; ``state``: ``ending`` until it is scored,
    ``ended`` with its ``result_id``, null where nobody said anything."""

    new: int
    known: int
    state: Literal["open", "ending", "ended", "failed"]
    result_id: int | None


class NewAppeal(Model):
    """``finding`` null: the call as a whole."""

    reason: ReasonText
    finding: FindingName | None = None


class Points(Model):
    item: NameText
    points: PointsValue


class Decision(Model):
    """``points`` only with ``changed``."""

    outcome: Literal["upheld", "changed", "rejected"]
    answer: ReasonText
    points: Points | None = None


class AppealEntry(Model):
    """Times are UTC; ``due_at``: by when it must be decided. ``outcome`` null: it is open."""

    id: int
    result_id: int
    level: int
    first_id: int | None
    finding: FindingName | None
    agent_id: str
    filed_by: str
    reason: str
    filed_at: str
    due_at: str
    overdue: bool
    outcome: AppealOutcome | None
    decided_by: str | None
    decided_at: str | None
    answer: str


class AppealPage(Model):
    appeals: list[AppealEntry]
    next: str | None


class NewCoaching(Model):
    """A measure taken on the day ``on``. With ``result_id`` it is about that call, and ``agent_id``
    may be empty; ``finding``: of that call; ``item``: the name of a scorecard item."""

    kind: CoachingKind
    on: date
    note: ReasonText
    agent_id: Annotated[str, Field(max_length=100)] = ""
    result_id: Annotated[int, Field(ge=1, lt=2**53)] | None = None
    finding: FindingName | None = None
    item: NameText = ""


class CoachingAnswer(Model):
    answer: Text


class CoachingWithdrawal(Model):
    reason: Text


class EffectEntry(Model):
    """Mean attitude in the 28 days before a measure and after it. ``calls``, ``customers``,
    ``means``: before, after. ``low``, ``high``: 95 % interval of the difference, null where the
    sample is too small. ``faults``: calls with a confirmed finding of the rule that the record is
    about, null where it is about none."""

    calls: list[int]
    customers: list[int]
    means: list[float | None]
    difference: float | None
    low: float | None
    high: float | None
    faults: list[int] | None
    sentence: str


class CoachingEntry(Model):
    """Times are UTC. ``answered_at`` null: the agent has not answered; ``withdrawn_at`` null: the
    record is valid."""

    id: int
    agent_id: str
    kind: CoachingKind
    on: date
    note: str
    recorded_by: str
    recorded_at: str
    result_id: int | None
    finding: FindingName | None
    item: str
    answer: str
    answered_at: str | None
    withdrawn_by: str | None
    withdrawn_at: str | None
    withdrawn_why: str
    effect: EffectEntry


class CoachingPage(Model):
    records: list[CoachingEntry]
    next: str | None


class AgentLine(Model):
    """Figures of an agent's month. ``low``, ``high``: 95 % interval of the mean attitude."""

    agent_id: str
    name: str | None
    team: str | None
    calls: int
    scored: int
    attitude: float | None
    low: float | None
    high: float | None
    total: float | None
    fatal: int
    doubtful: int
    forbidden: int
    complaints: int


class AgentPage(Model):
    """``month``: the name of the period in Chinese, of a month ``2026-11``. ``period``: its key, such
    as ``2026-Q3``. ``interim``: in Chinese, that it has not ended; empty where it has."""

    month: str
    period: str
    interim: str
    agents: list[AgentLine]
    next: str | None


class PromiseLine(Model):
    """Promises of the calls of a period, and what became of them. ``overdue``: past their term, and
    nothing tells that they were kept; ``unknown``: for a person; ``kept_share``: of those known to be kept or late, null
    without any."""

    made: int
    kept: int
    late: int
    overdue: int
    open: int
    unknown: int
    kept_share: float | None


class ItemEntry(Model):
    """A line of a sheet over the month. ``mean_points``: of ``full``, in the calls to which it
    applied."""

    sheet: str
    part: str
    id: str
    name: str
    dimension: str | None
    full: float
    calls: int
    hit: int
    mean_points: float


class AgentEntry(Model):
    """``coaching``: the measures of the period. ``interim``: as in AgentPage."""

    month: str
    figures: AgentLine
    items: list[ItemEntry]
    period: str
    interim: str
    coaching: list[CoachingEntry]
    promises: PromiseLine


class RuleLine(Model):
    """``review_only``: all its findings are routed to human review. Counts are of the machine's
    effective results, and of people's decisions about them."""

    id: str
    name: str
    kind: str
    review_only: bool
    hits: int
    charged: int
    doubtful: int
    confirmed: int
    refused: int


class RulePage(Model):
    rules: list[RuleLine]
    next: str | None


class LedgerLine(Model):
    id: int
    at: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


class LedgerPage(Model):
    """The last entry first."""

    entries: list[LedgerLine]
    next: str | None
