"""Coaching records as visitors may see, make, answer and withdraw them: the same for the pages and
for the API."""

from __future__ import annotations

from dataclasses import replace

from fastapi import HTTPException, Request

from pipeline.corrections import named
from pipeline.errors import CoachingError
from pipeline.jobs import answer_coaching, item_of, record_coaching, withdraw_coaching
from pipeline.people import CoachingRecord, FindingKey, NewCoachingRecord
from pipeline.review.access import Permission, may, may_see_agent
from pipeline.review.actions import NO_FINDING
from pipeline.review.call_access import find_record
from pipeline.review.context import site_of, visitor_of
from pipeline.review.periods import today


def find_coaching(request: Request, number: int) -> CoachingRecord:
    """A record. 404 where there is none, or where it is not for this visitor: both read the
    same."""
    try:
        record = site_of(request).store.coaching.get(number)
    except CoachingError as error:
        raise HTTPException(404) from error
    if not may_see_agent(visitor_of(request).user, record.agent_id):
        raise HTTPException(404)
    return record


def list_coaching(
    request: Request, *, agent_id: str | None, limit: int, before: int | None = None
) -> tuple[CoachingRecord, ...]:
    """Records of an agent or of all, the last recorded first; agents see their own only."""
    user = visitor_of(request).user
    if not may(user, Permission.READ_ALL):
        agent_id = user.agent_id or ""
    return site_of(request).store.coaching.page(agent=agent_id, limit=limit, before=before)


def record(request: Request, new: NewCoachingRecord) -> CoachingRecord:
    """Record a measure. With a call, the agent is that of the call, and the finding is stored as
    its result has it, with the scorecard item that it cost points. 404 for an unknown call or
    finding. Raises ``CoachingError``, ``StoreError``."""
    site, user = site_of(request), visitor_of(request).user
    if new.result_id is not None:
        new = _about_call(request, new, new.result_id)
    elif new.finding is not None:
        raise CoachingError("请写明这一处发现是哪一通电话的")
    return record_coaching(site.store, new, user=user, at=site.now, today=today(site))


def answer(request: Request, number: int, text: str) -> CoachingRecord:
    """The agent's answer, once. 404 for a foreign record; raises ``CoachingError``."""
    site = site_of(request)
    find_coaching(request, number)
    user = visitor_of(request).user
    return answer_coaching(site.store, number, answer=text, user=user, at=site.now)


def withdraw(request: Request, number: int, reason: str) -> CoachingRecord:
    """Withdraw a record. 404 where there is none; raises ``CoachingError``."""
    site = site_of(request)
    find_coaching(request, number)
    user = visitor_of(request).user
    return withdraw_coaching(site.store, number, reason=reason, user=user, at=site.now)


def _about_call(request: Request, new: NewCoachingRecord, result_id: int) -> NewCoachingRecord:
    call = find_record(request, result_id)
    if not call.agent_id:
        raise CoachingError("这通电话没有工号，不知道是谁的；请先导入工号")
    if new.agent_id.strip() not in ("", call.agent_id):
        raise CoachingError(f"这通电话的客服是 {call.agent_id}，不是 {new.agent_id}")
    about = replace(new, agent_id=call.agent_id, result_id=call.result_id)
    if new.finding is None:
        return about
    result = site_of(request).store.results.get(call.result_id)
    found = named(new.finding, result.findings)
    if found is None:
        raise HTTPException(404, NO_FINDING)
    item = new.item.strip() or item_of(result, result.findings.index(found))
    return replace(about, finding=FindingKey.of(found), item=item)
