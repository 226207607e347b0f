"""Calls, their results and the review actions on them, as the API takes and gives them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from pipeline.people import ActionKind
from pipeline.review.api.models import FindingName, Model
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
from pipeline.types import Role

RESULT_SCHEMA = "x-callqa-result"
"""Marks where the published result format stands in the description."""

Result = Annotated[dict[str, Any], WithJsonSchema({RESULT_SCHEMA: True})]


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
