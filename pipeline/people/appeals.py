"""Appeals (申诉): the agent objects to a finding or a score, and somebody other than the first
reviewer decides.

Who may file one, until when, and who decides (D 第五部分 异议).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.errors import AppealError
from pipeline.people.actions import SCORING_KINDS, FindingKey, ReviewAction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.people.users import User, UserRole
    from pipeline.types import CallResult

AppealOutcome: TypeAlias = Literal["upheld", "changed", "rejected", "withdrawn"]
"""``upheld``: the agent is right, the finding is refused; ``changed``: points are set;
``rejected``: all stays."""

LAST_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Appeal:
    """``finding`` ``None``: the call as a whole. ``first_id``: at level 2, the appeal at level 1.
    Times are UTC, ISO 8601; ``due_at``: the last moment for the decision. ``outcome`` ``None``: the
    appeal is open. ``answer_seen_at``: when the agent first saw the outcome."""

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
    answer_seen_at: str | None = None

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    @property
    def is_news(self) -> bool:
        """Whether the agent has not seen the outcome yet."""
        return not self.is_open and self.outcome != "withdrawn" and self.answer_seen_at is None

    def is_overdue(self, now: str) -> bool:
        """Whether it is open after its day; ``now`` is UTC, ISO 8601."""
        return self.is_open and self.due_at < now


def due_line(due: Sequence[Appeal], now: str) -> str:
    """The notification about open appeals that are due soon or overdue; empty without any. ``now``:
    UTC, ISO 8601.

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


DECIDERS: tuple[UserRole, ...] = ("qa", "supervisor", "admin")


@dataclass(frozen=True, slots=True)
class AppealDays:
    """Days of ``[review]`` in the settings: to appeal, to appeal again, and to decide."""

    appeal_days: int = 7
    appeal_again_days: int = 3
    decide_days: int = 3


def last_day_of_term(moment: str, days: int, *, at: str) -> date:
    """The last day of a term of so many days after a moment; days begin and end as in the time zone
    of ``at``.

    >>> last_day_of_term("2026-11-02T20:00:00+00:00", 7, at="2026-11-05T08:00:00+08:00")
    datetime.date(2026, 11, 10)
    """
    zone = datetime.fromisoformat(at).tzinfo
    return datetime.fromisoformat(moment).astimezone(zone).date() + timedelta(days=days)


def check_filing(  # noqa: PLR0913 - by keyword: each fact that decides
    result: CallResult,
    *,
    user: User,
    finding: FindingKey | None,
    reason: str,
    earlier: Sequence[Appeal],
    known_at: str,
    at: str,
    days: AppealDays,
) -> Appeal | None:
    """Check whether a user may appeal against a finding of the effective result, or against the
    call as a whole; return the appeal at level 1 where this one is at level 2.

    ``earlier``: all appeals about the call; ``known_at``: the moment at which the result was
    published; both times are ISO 8601 with a time zone, and days are those of ``at``. Raises
    ``AppealError``."""
    if user.role != "agent" or not user.agent_id or user.agent_id != result.call.agent_id:
        raise AppealError("只能对本人的通话提出申诉")
    if not reason.strip():
        raise AppealError("请写明申诉理由")
    about = [appeal for appeal in earlier if is_same(appeal.finding, finding)]
    if any(appeal.is_open for appeal in about):
        raise AppealError("这一处已有申诉正在处理，请等待结果")
    decided = [appeal for appeal in about if appeal.outcome != "withdrawn"]
    first = max(decided, key=lambda appeal: appeal.id, default=None)
    if first is None:
        if finding is not None and not any(finding.fits(found) for found in result.findings):
            raise AppealError("这通电话的评分里没有这一处，无法申诉")
        _check_day(known_at, days.appeal_days, at=at, what="申诉")
        return None
    if first.level == LAST_LEVEL:
        raise AppealError("复核申诉的答复是最终结果，不能再申诉")
    assert first.decided_at is not None
    _check_day(first.decided_at, days.appeal_again_days, at=at, what="复核申诉")
    return first


def check_deciding(
    appeal: Appeal,
    *,
    user: User,
    answer: str,
    actions: Sequence[ReviewAction],
    first: Appeal | None = None,
) -> None:
    """Check whether a user may decide an appeal: nobody who judged the appealed point before.
    ``actions``: all on the call, also undone ones; ``first``: at level 2, the appeal at level 1.
    Raises ``AppealError``."""
    if not appeal.is_open:
        raise AppealError(f"申诉 {appeal.id} 已有结果，不能再改")
    if user.role not in DECIDERS:
        raise AppealError("您的角色不能处理申诉")
    if not answer.strip():
        raise AppealError("请写明处理意见")
    if user.name == appeal.filed_by:
        raise AppealError("不能处理自己提出的申诉")
    if user.agent_id is not None and user.agent_id == appeal.agent_id:
        raise AppealError("不能处理本人通话的申诉")
    if first is not None and first.decided_by == user.name:
        raise AppealError("您处理过第一次申诉，复核申诉应由他人处理")
    own = [action for action in actions if action.actor == user.name]
    if any(action.kind == "settle" for action in own):
        raise AppealError("您完成过这通电话的复核，申诉应由他人处理")
    if any(_is_about(action, appeal.finding) for action in own):
        raise AppealError("您判定过这一处，申诉应由他人处理")


def check_outcome(appeal: Appeal, outcome: AppealOutcome, points: tuple[str, float] | None) -> None:
    """Whether an outcome goes with the points that are given. Raises ``AppealError``."""
    if outcome == "withdrawn":
        raise AppealError("撤回申诉只能由提出人进行")
    if outcome == "changed" and points is None:
        raise AppealError("改分请选择项目并写明改为多少分")
    if outcome != "changed" and points is not None:
        raise AppealError("只有“改分”才能填写分数")
    if outcome == "upheld" and appeal.finding is None:
        raise AppealError("对整通电话的申诉成立时，请选择“改分”并写明项目和分数")


def is_same(one: FindingKey | None, other: FindingKey | None) -> bool:
    """Whether two appeals are about the same: one finding, or the call as a whole."""
    return one == other if one is None or other is None else one.fits(other)


def _check_day(moment: str, days: int, *, at: str, what: str) -> None:
    last = last_day_of_term(moment, days, at=at)
    if datetime.fromisoformat(at).date() > last:
        raise AppealError(f"已过{what}期限：应在 {last} 当天或以前提出")


def _is_about(action: ReviewAction, finding: FindingKey | None) -> bool:
    """Whether an action judged the appealed finding; for the call as a whole, whether it changes
    the score."""
    if finding is None:
        return action.kind in SCORING_KINDS
    return action.finding is not None and is_same(action.finding, finding)
