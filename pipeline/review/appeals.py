"""Appeals as visitors may see, file and decide them: the same for the pages and for the programming
interface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fastapi import HTTPException, Request

from pipeline.corrections import named
from pipeline.errors import AppealError
from pipeline.jobs import make_appeal, settle_appeal
from pipeline.people import (
    Appeal,
    AppealDays,
    AppealOutcome,
    FindingKey,
    User,
    check_deciding,
    last_day_of_term,
)
from pipeline.review.access import Permission, may, may_see_agent
from pipeline.review.call_access import find_record
from pipeline.review.context import ReviewContext, site_of, visitor_of

SOME_ANSWER = "…"
"""Stands for the answer where only the person is in question."""


def find_appeal(request: Request, appeal_id: int) -> Appeal:
    """An appeal. 404 where there is none, or where it is not for this visitor: both read the
    same."""
    try:
        appeal = site_of(request).store.appeals.get(appeal_id)
    except AppealError as error:
        raise HTTPException(404) from error
    if not may_see_agent(visitor_of(request).user, appeal.agent_id):
        raise HTTPException(404)
    return appeal


def list_appeals(
    request: Request,
    *,
    open_only: bool = False,
    closed_only: bool = False,
    limit: int | None,
    after: int | None = None,
) -> tuple[Appeal, ...]:
    """The visitor's own appeals, or all where they may see all; the last first."""
    user = visitor_of(request).user
    own = None if may(user, Permission.READ_ALL) else user.agent_id or ""
    return site_of(request).store.appeals.find(
        open_only=open_only, closed_only=closed_only, agent=own, limit=limit, after=after
    )


def file_appeal(
    request: Request, result_id: int, *, finding: FindingKey | None, reason: str
) -> Appeal:
    """Appeal against a finding of the result that counts, or against the call as a whole. 404 for a
    foreign call; raises ``AppealError``."""
    site = site_of(request)
    find_record(request, result_id)
    if finding is not None:
        # The appeal stores the finding as the result has it: the request may hold masked words
        found = named(finding, site.store.results.get(result_id).findings)
        finding = FindingKey.of(found) if found else finding
    return make_appeal(
        site.store, result_id, user=visitor_of(request).user, finding=finding, reason=reason, at=_local_now(site),
        days=_days(site),
    )  # fmt: skip


def decide(
    request: Request,
    appeal: Appeal,
    *,
    outcome: AppealOutcome,
    answer: str,
    points: tuple[str, float] | None,
) -> Appeal:
    """Decide an appeal, recompute the score, and notify the webhooks. Raises ``AppealError``,
    ``RevisionError``."""
    site = site_of(request)
    settled = settle_appeal(
        site.store, site.corrector, appeal, outcome=outcome, answer=answer, points=points,
        decided_by=visitor_of(request).user, at=site.now,
    )  # fmt: skip
    site.hooks.tell_settled(settled, site.store.effective.of(settled.sha256))
    return settled


def why_not_decide(site: ReviewContext, appeal: Appeal, user: User) -> str:
    """Why a user may not decide an open appeal, in Chinese; empty where they may."""
    first = None if appeal.first_id is None else site.store.appeals.get(appeal.first_id)
    actions = site.store.actions.of(appeal.sha256)
    try:
        check_deciding(appeal, user=user, answer=SOME_ANSWER, actions=actions, first=first)
    except AppealError as error:
        return str(error)
    return ""


@dataclass(frozen=True, slots=True)
class Term:
    """The last day of a term and the days until then: 0 on the last day, negative after it."""

    last: date
    left: int

    @property
    def is_over(self) -> bool:
        return self.left < 0

    @property
    def words(self) -> str:
        return f"还有 {self.left} 天" if self.left else "今天截止"


def appeal_term(site: ReviewContext, result_id: int) -> Term:
    """Until when an agent may appeal against a result. Raises ``AppealError``, ``StoreError``."""
    return _term(site, site.store.appeals.known_at(result_id), _days(site).appeal_days)


def again_term(site: ReviewContext, appeal: Appeal) -> Term:
    """Until when an agent may appeal against the outcome of an appeal."""
    return _term(site, appeal.decided_at or site.now, _days(site).appeal_again_days)


def _term(site: ReviewContext, moment: str, days: int) -> Term:
    now = _local_now(site)
    last = last_day_of_term(moment, days, at=now)
    return Term(last, (last - datetime.fromisoformat(now).date()).days)


def _days(site: ReviewContext) -> AppealDays:
    review = site.settings.review
    return AppealDays(review.appeal_days, review.appeal_again_days, review.decide_days)


def _local_now(site: ReviewContext) -> str:
    """This moment in the server's time zone: terms end with the day of the site."""
    return datetime.fromtimestamp(site.clock()).astimezone().isoformat(timespec="seconds")
