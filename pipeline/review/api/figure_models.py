"""Figures of agents and rules, and the ledger, as the API gives them."""

from __future__ import annotations

from typing import Any

from pipeline.review.api.coaching_models import CoachingEntry
from pipeline.review.api.models import Model


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
