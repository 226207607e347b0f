"""File, decide and withdraw appeals in the store, and let the score follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pipeline.errors import AppealError
from pipeline.people import (
    Appeal,
    AppealDays,
    AppealOutcome,
    FindingKey,
    NewAction,
    User,
    check_deciding,
    check_filing,
    check_outcome,
    days_after,
)
from pipeline.store import Store, with_known

if TYPE_CHECKING:
    from collections.abc import Sequence


class Corrector(Protocol):
    """What recounts a call by its acts: ``pipeline.jobs.correct.Corrector``."""

    def act(
        self, store: Store, result_id: int, acts: Sequence[NewAction], *, actor: str, at: str
    ) -> int: ...


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
    """Check and keep an appeal against the result that counts. ``at``: ISO 8601 with a time zone,
    the site's, since terms end with the day. Raises ``AppealError``, also where another result
    counts by now, ``StoreError``."""
    with store.batch():
        known_at = store.appeals.known_at(result_id)
        scored = store.results.get(result_id)
        sha256 = scored.recording.sha256
        if store.effective.of(sha256) != result_id:
            raise AppealError("这通电话的评分刚刚更新过，请看过新的结果再申诉")
        result = with_known(
            scored, store.results.known_of(sha256)
        )  # an import may have put another agent right
        first = check_filing(
            result, user=user, finding=finding, reason=reason, earlier=store.appeals.find(sha256=sha256), known_at=known_at,
            at=at, days=days,
        )  # fmt: skip
        due_at = days_after(at, days.decide_days)
        return store.appeals.file(
            result_id, finding=finding, agent_id=user.agent_id or "", filed_by=user.name, reason=reason.strip(), at=at,
            due_at=due_at, first=first,
        )  # fmt: skip


def settle_appeal(  # noqa: PLR0913 - by keyword: the decision and who made it
    store: Store,
    reviser: Corrector,
    appeal: Appeal,
    *,
    outcome: AppealOutcome,
    answer: str,
    points: tuple[str, float] | None = None,
    decided_by: User,
    at: str,
) -> Appeal:
    """Decide an appeal, let the score follow, and return it as it is now: all of it or nothing.

    ``upheld`` refuses the finding, ``changed`` sets the points of an item (``points``: its id and
    the points), ``rejected`` leaves all as it is. Raises ``AppealError``, ``RevisionError`` for
    points that the sheet does not allow, ``StoreError``."""
    with store.batch():
        present = store.appeals.get(appeal.id)
        first = None if present.first_id is None else store.appeals.get(present.first_id)
        check_deciding(
            present,
            user=decided_by,
            answer=answer,
            actions=store.actions.of(present.sha256),
            first=first,
        )
        check_outcome(present, outcome, points)
        act = _act(present, outcome, answer.strip(), points)
        if act is not None:
            reviser.act(store, present.result_id, [act], actor=decided_by.name, at=at)
        return store.appeals.decide(
            present.id, outcome=outcome, answer=answer.strip(), decided_by=decided_by.name, at=at
        )


def withdraw_appeal(store: Store, appeal_id: int, *, user: User, at: str) -> Appeal:
    """Take an appeal back, which only who filed it can. Raises ``AppealError``, ``StoreError``."""
    with store.batch():
        if store.appeals.get(appeal_id).filed_by != user.name:
            raise AppealError("撤回申诉只能由提出人进行")
        return store.appeals.decide(
            appeal_id, outcome="withdrawn", answer="", decided_by=user.name, at=at
        )


def _act(
    appeal: Appeal, outcome: AppealOutcome, answer: str, points: tuple[str, float] | None
) -> NewAction | None:
    if outcome == "upheld" and appeal.finding is not None:
        value = {"decision": "refused", "finding": appeal.finding.plain()}
        return NewAction("decide", value, rule=appeal.finding.rule, appeal_id=appeal.id)
    if outcome == "changed" and points is not None:
        item, to = points
        return NewAction(
            "override", {"item": item, "points": to, "reason": answer}, appeal_id=appeal.id
        )
    return None
