"""Appeals as the API takes and gives them."""

from __future__ import annotations

from typing import Literal

from pipeline.people import AppealOutcome
from pipeline.review.api.models import FindingName, Model, NameText
from pipeline.review.fields import PointsValue, ReasonText


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
