"""The rules of appeals (D 五): who may file one, until when, and who decides; and what a decision does to the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from pipeline.errors import AppealError
from pipeline.people.actions import SCORING_KINDS, Act, FindingKey, NewAct
from pipeline.people.appeals import LAST_LEVEL, Appeal, AppealOutcome, days_after
from pipeline.people.users import User, UserRole
from pipeline.store import Store, with_known
from pipeline.types import CallResult

DECIDERS: tuple[UserRole, ...] = ("qa", "supervisor", "admin")


class Reviser(Protocol):
    """What recounts a call by its acts: ``pipeline.jobs.correct.Reviser``."""

    def act(self, store: Store, result_id: int, acts: Sequence[NewAct], *, actor: str, at: str) -> int: ...


@dataclass(frozen=True, slots=True)
class AppealDays:
    """Days of ``[review]`` in the settings: to appeal, to appeal again, and to decide."""

    appeal_days: int = 7
    appeal_again_days: int = 3
    decide_days: int = 3


def last_day(moment: str, days: int, *, at: str) -> date:
    """The last day of a term of so many days after a moment; days begin and end as in the time zone of ``at``.

    >>> last_day("2026-11-02T20:00:00+00:00", 7, at="2026-11-05T08:00:00+08:00")
    datetime.date(2026, 11, 10)
    """
    zone = datetime.fromisoformat(at).tzinfo
    return datetime.fromisoformat(moment).astimezone(zone).date() + timedelta(days=days)


def check_filing(
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
    """Whether a user may appeal against a finding of the result that counts, or against the call as a whole; of level
    2, the appeal whose outcome is appealed.

    ``earlier``: all appeals about the call; ``known_at``: when the result was made known; both times are ISO 8601
    with a time zone, and days are those of ``at``'s. Raises ``AppealError``.
    """
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
    appeal: Appeal, *, user: User, answer: str, acts: Sequence[Act], first: Appeal | None = None
) -> None:
    """Whether a user may decide an appeal: somebody who had no hand in what is appealed. ``acts``: all on the call,
    also those undone; ``first``: of level 2, the appeal of level 1. Raises ``AppealError``."""
    if not appeal.is_open:
        raise AppealError(f"申诉 {appeal.id} 已有结果，不能再改")
    if user.role not in DECIDERS:
        raise AppealError("您的角色不能处理申诉")
    if not answer.strip():
        raise AppealError("请写明处理意见")
    if user.name == appeal.filed_by:
        raise AppealError("不能处理自己提出的申诉")
    if first is not None and first.decided_by == user.name:
        raise AppealError("您处理过第一次申诉，复核申诉应由他人处理")
    own = [act for act in acts if act.actor == user.name]
    if any(act.kind == "settle" for act in own):
        raise AppealError("您完成过这通电话的复核，申诉应由他人处理")
    if any(_is_about(act, appeal.finding) for act in own):
        raise AppealError("您判定过这一处，申诉应由他人处理")


def check_outcome(appeal: Appeal, outcome: AppealOutcome, points: tuple[str, float] | None) -> None:
    """Whether an outcome goes with the points that are given. Raises ``AppealError``."""
    if outcome == "withdrawn":
        raise AppealError("撤回申诉只能由提出人进行")
    if outcome == "changed" and points is None:
        raise AppealError("改分需要写明项目和分数")
    if outcome != "changed" and points is not None:
        raise AppealError("只有“改分”才能填写分数")
    if outcome == "upheld" and appeal.finding is None:
        raise AppealError("对整通电话的申诉成立时，请选择“改分”并写明项目和分数")


def make_appeal(
    store: Store,
    result_id: int,
    *,
    user: User,
    finding: FindingKey | None,
    reason: str,
    at: str,
    days: AppealDays,
) -> Appeal:
    """Check and keep an appeal against the result that counts. ``at``: ISO 8601 with a time zone, the site's, since
    terms end with the day. Raises ``AppealError``, also where another result counts by now, ``StoreError``."""
    with store.batch():
        known_at = store.known_at(result_id)
        scored = store.result(result_id)
        sha256 = scored.recording.sha256
        if store.result_that_counts(sha256) != result_id:
            raise AppealError("这通电话的评分刚刚更新过，请看过新的结果再申诉")
        result = with_known(scored, store.known_of(sha256))  # an import may have put another agent right
        first = check_filing(
            result, user=user, finding=finding, reason=reason, earlier=store.appeals(sha256=sha256), known_at=known_at,
            at=at, days=days,
        )  # fmt: skip
        due_at = days_after(at, days.decide_days)
        return store.file_appeal(
            result_id, finding=finding, agent_id=user.agent_id or "", filed_by=user.name, reason=reason.strip(), at=at,
            due_at=due_at, first=first,
        )  # fmt: skip


def settle_appeal(
    store: Store,
    reviser: Reviser,
    appeal: Appeal,
    *,
    outcome: AppealOutcome,
    answer: str,
    points: tuple[str, float] | None = None,
    decided_by: User,
    at: str,
) -> Appeal:
    """Decide an appeal, let the score follow, and return it as it is now: all of it or nothing.

    ``upheld`` refuses the finding, ``changed`` sets the points of an item (``points``: its id and the points),
    ``rejected`` leaves all as it is. Raises ``AppealError``, ``RevisionError`` for points that the sheet does not
    allow, ``StoreError``.
    """
    with store.batch():
        present = store.appeal(appeal.id)
        first = None if present.first_id is None else store.appeal(present.first_id)
        check_deciding(present, user=decided_by, answer=answer, acts=store.acts_of(present.sha256), first=first)
        check_outcome(present, outcome, points)
        act = _act(present, outcome, answer.strip(), points)
        if act is not None:
            reviser.act(store, present.result_id, [act], actor=decided_by.name, at=at)
        return store.decide_appeal(
            present.id, outcome=outcome, answer=answer.strip(), decided_by=decided_by.name, at=at
        )


def withdraw_appeal(store: Store, appeal_id: int, *, user: User, at: str) -> Appeal:
    """Take an appeal back, which only who filed it can. Raises ``AppealError``, ``StoreError``."""
    with store.batch():
        if store.appeal(appeal_id).filed_by != user.name:
            raise AppealError("撤回申诉只能由提出人进行")
        return store.decide_appeal(appeal_id, outcome="withdrawn", answer="", decided_by=user.name, at=at)


def is_same(one: FindingKey | None, other: FindingKey | None) -> bool:
    """Whether two appeals are about the same: one finding, or the call as a whole."""
    return one == other if one is None or other is None else one.fits(other)


def _check_day(moment: str, days: int, *, at: str, what: str) -> None:
    last = last_day(moment, days, at=at)
    if datetime.fromisoformat(at).date() > last:
        raise AppealError(f"已过{what}期限：应在 {last} 当天或以前提出")


def _is_about(act: Act, finding: FindingKey | None) -> bool:
    """Whether an act judged what is appealed; of the call as a whole, any act that changes the score did."""
    if finding is None:
        return act.kind in SCORING_KINDS
    return act.finding is not None and is_same(act.finding, finding)


def _act(appeal: Appeal, outcome: AppealOutcome, answer: str, points: tuple[str, float] | None) -> NewAct | None:
    if outcome == "upheld" and appeal.finding is not None:
        value = {"decision": "refused", "finding": appeal.finding.plain()}
        return NewAct("decide", value, rule=appeal.finding.rule, appeal_id=appeal.id)
    if outcome == "changed" and points is not None:
        item, to = points
        return NewAct("override", {"item": item, "points": to, "reason": answer}, appeal_id=appeal.id)
    return None
