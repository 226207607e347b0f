"""Coaching as the API takes and gives it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from pipeline.people import CoachingKind
from pipeline.review.api.models import FindingName, Model, NameText
from pipeline.review.fields import ReasonText, Text


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
