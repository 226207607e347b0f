"""Coaching records (处理措施): the measures that a supervisor took about an agent (A 四(三)2), and the
agent's answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.errors import CoachingError

if TYPE_CHECKING:
    from pipeline.people.actions import FindingKey
    from pipeline.people.users import User

CoachingKind: TypeAlias = Literal["training", "reminder", "penalty", "praise"]
"""培训、提醒、处罚 of A 四(三)2, and 表扬 (D 第二部分 营业厅加分项考核 1)."""

COACHING_NAMES: dict[CoachingKind, str] = {
    "training": "培训", "reminder": "提醒", "penalty": "处罚", "praise": "表扬",
}  # fmt: skip

OLDEST_DAYS = 366
"""A measure is recorded within a year (our choice): an older day is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class NewCoachingRecord:
    """A measure to be recorded, taken on the day ``on``. ``result_id``: of the call that it is
    about; ``finding``: of that call; ``item``: the scorecard item that it is about, empty for
    none."""

    agent_id: str
    kind: CoachingKind
    on: date
    note: str
    result_id: int | None = None
    finding: FindingKey | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class CoachingRecord:
    """A recorded measure. Times are UTC, ISO 8601. ``answer``: empty while the agent has not
    answered. ``withdrawn_at`` ``None``: the record is valid."""

    id: int
    agent_id: str
    kind: CoachingKind
    on: date
    note: str
    recorded_by: str
    recorded_at: str
    sha256: str | None = None
    result_id: int | None = None
    finding: FindingKey | None = None
    item: str = ""
    answer: str = ""
    answered_by: str | None = None
    answered_at: str | None = None
    withdrawn_by: str | None = None
    withdrawn_at: str | None = None
    withdrawn_why: str = ""

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None


def check_coaching(new: NewCoachingRecord, *, known: bool, today: date) -> None:
    """Check a measure before it is recorded. ``known``: the site has this agent; ``today``: the
    site's day. Raises ``CoachingError``."""
    if not known:
        raise CoachingError(
            f"没有工号 {new.agent_id!r}：没有他的通话，也没有导入过；请核对工号，或先导入人员表"
        )
    if not new.note.strip():
        raise CoachingError("请写明措施的内容")
    if new.on > today:
        raise CoachingError(f"日期 {new.on} 还没有到；措施在实施之后记录，最晚填今天 {today}")
    if new.on < today - timedelta(days=OLDEST_DAYS):
        raise CoachingError(f"日期 {new.on} 早于一年以前，请核对年份")


def check_answering(record: CoachingRecord, *, user: User, answer: str) -> None:
    """Check whether a user may answer a record: the agent that it is about, and once. Raises
    ``CoachingError``."""
    if user.role != "agent" or not user.agent_id or user.agent_id != record.agent_id:
        raise CoachingError("只能答复关于本人的措施")
    if not record.is_valid:
        raise CoachingError("这条记录已撤回，不用答复")
    if record.answered_at is not None:
        raise CoachingError("已经答复过，只能答复一次")
    if not answer.strip():
        raise CoachingError("答复是空的")


def check_withdrawing(record: CoachingRecord, *, reason: str) -> None:
    """Check whether a record can be withdrawn. Raises ``CoachingError``."""
    if not record.is_valid:
        raise CoachingError("这条记录已经撤回")
    if not reason.strip():
        raise CoachingError("请写明撤回的理由")
