"""Appeals (申诉): the agent objects to a finding or a score, and somebody else than the first reviewer decides (D 五)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pipeline.people.actions import FindingKey

AppealOutcome: TypeAlias = Literal["upheld", "changed", "rejected", "withdrawn"]
"""``upheld``: the agent is right, the finding is refused; ``changed``: points are set anew; ``rejected``: all stays."""

LAST_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Appeal:
    """``finding`` ``None``: the call as a whole. ``first_id``: of level 2, the appeal whose outcome is appealed.
    Times are UTC, ISO 8601; ``due_at``: by when it must be decided. ``outcome`` ``None``: it is open."""

    id: int
    sha256: str
    result_id: int
    level: int
    first_id: int | None
    finding: FindingKey | None
    agent_id: str
    filed_by: str
    reason: str
    filed_at: str
    due_at: str
    outcome: AppealOutcome | None = None
    decided_by: str | None = None
    decided_at: str | None = None
    answer: str = ""

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    def is_overdue(self, now: str) -> bool:
        """Whether it is open after its day; ``now`` is UTC, ISO 8601."""
        return self.is_open and self.due_at < now


def due_line(due: Sequence[Appeal], now: str) -> str:
    """What people are told of open appeals that are due soon or overdue; empty without any. ``now``: UTC, ISO 8601.

    >>> due_line([], "2026-11-23T09:00:00+00:00")
    ''
    """
    late = sum(appeal.is_overdue(now) for appeal in due)
    parts = [f"已逾期 {late} 件"] if late else []
    if len(due) > late:
        parts.append(f"即将到期 {len(due) - late} 件")
    return f"申诉{'，'.join(parts)}，请尽快处理。" if parts else ""


def days_after(moment: str, days: int) -> str:
    """A time so many days later, as ISO 8601.

    >>> days_after("2026-11-23T09:00:00+00:00", 3)
    '2026-11-26T09:00:00+00:00'
    """
    return (datetime.fromisoformat(moment) + timedelta(days=days)).isoformat(timespec="seconds")
