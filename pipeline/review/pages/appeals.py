"""申诉: the agent's objections, by when they must be decided, and the decision."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.corrections import named
from pipeline.errors import AppealError
from pipeline.jobs import withdraw_appeal
from pipeline.lexicon import name_finding
from pipeline.people import LAST_LEVEL, Appeal, AppealOutcome, FindingKey, ReviewAction, is_same
from pipeline.report import Column, Grid
from pipeline.review.access import Permission, may
from pipeline.review.appeals import (
    again_term,
    decide,
    file_appeal,
    find_appeal,
    list_appeals,
    why_not_decide,
)
from pipeline.review.call_access import CallView, view_call
from pipeline.review.call_view import show_findings
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.export import MOST_ROWS, TableForm, send_table
from pipeline.review.render import render
from pipeline.types import Finding, Kind, Role, Seconds

router = APIRouter()
SHOWN = 50
LONGEST = 2000

View = Literal["open", "overdue", "closed"]
VIEWS: dict[View, str] = {"open": "待处理", "overdue": "逾期", "closed": "已办"}
OUTCOMES: dict[AppealOutcome, str] = {
    "upheld": "申诉成立", "changed": "改分", "rejected": "维持原判", "withdrawn": "已撤回",
}  # fmt: skip
DECISIONS = {"confirmed": "确认", "refused": "驳回", "open": "待定"}
TextField = Annotated[str, Form(max_length=LONGEST)]


@router.get("/appeals")
def show_appeals(
    request: Request, view: View | None = None, after: Annotated[int | None, Query(ge=1)] = None
) -> HTMLResponse:
    """Open appeals, the most pressing first; or those that were decided, the last first, a page at
    a time. Whoever has new answers sees those first."""
    site, own = site_of(request), visitor_of(request).user.agent_id
    if view is None:
        view = "closed" if _has_news(request) else "open"
    pending = sorted(
        list_appeals(request, open_only=True, limit=None), key=lambda one: (one.due_at, one.id)
    )
    overdue = [one for one in pending if one.is_overdue(site.now)]
    rows = overdue if view == "overdue" else pending
    if view == "closed":
        rows = list(list_appeals(request, closed_only=True, limit=SHOWN + 1, after=after))
    more = view == "closed" and len(rows) > SHOWN
    rows = rows[:SHOWN] if view == "closed" else rows
    counts = {"open": len(pending), "overdue": len(overdue), "closed": None}
    return render(
        request, "appeals.html.j2", view=view, views=VIEWS, counts=counts, rows=rows, more=more, now=site.now,
        outcomes=OUTCOMES, RULES=site.names.rules, own=own,
    )  # fmt: skip


@router.get("/appeals/export")
def export_appeals(
    request: Request, form: Annotated[TableForm, Query(alias="format")] = "xlsx"
) -> Response:
    """All appeals that the visitor may see as a table; the ledger has it."""
    site = site_of(request)
    columns = (
        Column("id", "申诉", "integer"), Column("level", "级别", width=10), Column("agent_id", "工号"), Column("call", "通话", width=22),
        Column("about", "申诉内容", width=36), Column("reason", "理由", width=40), Column("filed_at", "提出时间（UTC）", "time", width=26),
        Column("due_at", "处理期限（UTC）", "time", width=26), Column("outcome", "结果", width=10), Column("answer", "处理意见", width=40),
        Column("decided_by", "处理人"), Column("decided_at", "处理时间（UTC）", "time", width=26),
    )  # fmt: skip
    found = list_appeals(request, limit=MOST_ROWS)
    calls = site.store.calls.names_of({one.sha256 for one in found})
    rows = [
        {
            "id": one.id, "level": "复核申诉" if one.level > 1 else "申诉", "agent_id": one.agent_id,
            "call": calls.get(one.sha256, (0, None))[1], "about": _about(site, one), "reason": one.reason,
            "filed_at": one.filed_at, "due_at": one.due_at, "outcome": OUTCOMES[one.outcome] if one.outcome else "待处理",
            "answer": one.answer, "decided_by": one.decided_by, "decided_at": one.decided_at,
        }
        for one in found
    ]  # fmt: skip
    return send_table(request, Grid("申诉", columns, rows, title="申诉"), form=form, asked={})


def _about(site: ReviewContext, appeal: Appeal) -> str:
    key = appeal.finding
    if key is None:
        return "整通电话"
    return name_finding(key, site.names.rules)


def _has_news(request: Request) -> bool:
    user = visitor_of(request).user
    return bool(
        may(user, Permission.APPEAL)
        and user.agent_id
        and site_of(request).store.appeals.count_unseen(user.agent_id)
    )


@router.get("/appeals/{appeal_id}")
def show_appeal(request: Request, appeal_id: int) -> HTMLResponse:
    """An appeal: the objection, its finding, the decisions, and the forms that the visitor may
    use."""
    site, user = site_of(request), visitor_of(request).user
    appeal = find_appeal(request, appeal_id)
    view = view_call(request, appeal.result_id)
    same = [
        one
        for one in site.store.appeals.find(sha256=appeal.sha256)
        if is_same(one.finding, appeal.finding)
    ]
    first = next((one for one in same if one.id == appeal.first_id), None)
    later = next((one for one in same if one.first_id == appeal.id), None)
    barred = ""
    if appeal.is_open and may(user, Permission.DECIDE_APPEAL):
        barred = why_not_decide(site, appeal, user)
    is_own = user.role == "agent" and user.agent_id == appeal.agent_id
    if is_own and appeal.is_news:
        site.store.appeals.see(appeal.id, at=site.now)
    return render(
        request, "appeal.html.j2", appeal=appeal, view=view, now=site.now, outcomes=OUTCOMES, decisions=DECISIONS,
        RULES=site.names.rules, first=first, later=later, barred=barred,
        found=_found(appeal, view), place=_place(site, appeal, view), decided=_decided(appeal, view.actions), items=_items(view),
        may_withdraw=appeal.is_open and appeal.filed_by == user.name,
        may_again=is_own and not appeal.is_open and appeal.outcome != "withdrawn" and appeal.level < LAST_LEVEL and later is None
        and not again_term(site, appeal).is_over, again=again_term(site, appeal),
    )  # fmt: skip


@router.post("/calls/{result_id}/appeal")
def file(
    request: Request,
    result_id: int,
    reason: TextField,
    rule: Annotated[str, Form(max_length=200)] = "",
    kind: Annotated[str, Form(max_length=20)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
    start_s: Annotated[Seconds, Form(allow_inf_nan=False)] = 0.0,
    end_s: Annotated[Seconds, Form(allow_inf_nan=False)] = 0.0,
    phrase: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Appeal against a finding of the call's result; without ``rule``, against the call as a
    whole."""
    finding = None
    if rule:
        if kind not in get_args(Kind) or role not in get_args(Role):
            raise HTTPException(422)
        finding = FindingKey(rule, kind, role, start_s, end_s, phrase)  # type: ignore[arg-type]
    appeal = file_appeal(request, result_id, finding=finding, reason=reason)
    return RedirectResponse(f"/appeals/{appeal.id}", 303)


@router.post("/appeals/{appeal_id}/again")
def file_again(request: Request, appeal_id: int, reason: TextField) -> RedirectResponse:
    """Appeal against the outcome of an appeal, once."""
    first = find_appeal(request, appeal_id)
    if first.is_open or first.outcome == "withdrawn":
        raise AppealError("第一次申诉有答复之后才能再申诉")
    counting = site_of(request).store.effective.of(first.sha256)
    appeal = file_appeal(request, counting, finding=first.finding, reason=reason)
    return RedirectResponse(f"/appeals/{appeal.id}", 303)


@router.post("/appeals/{appeal_id}/withdraw")
def withdraw(request: Request, appeal_id: int) -> RedirectResponse:
    site = site_of(request)
    appeal = find_appeal(request, appeal_id)
    withdraw_appeal(site.store, appeal.id, user=visitor_of(request).user, at=site.now)
    return RedirectResponse(f"/appeals/{appeal.id}", 303)


@router.post("/appeals/{appeal_id}/decide")
def settle(
    request: Request,
    appeal_id: int,
    outcome: Annotated[Literal["upheld", "changed", "rejected"], Form()],
    answer: TextField,
    item: Annotated[str, Form(max_length=200)] = "",
    points: Annotated[str, Form(max_length=20)] = "",
) -> RedirectResponse:
    """The decision. Item and points count only where the score is changed."""
    appeal = find_appeal(request, appeal_id)
    given = None
    if outcome == "changed" and not (item and points.strip()):
        raise AppealError("改分请选择项目并写明改为多少分")
    if outcome == "changed":
        try:
            given = (item, float(points))
        except ValueError as error:
            raise AppealError(f"分数 {points!r} 不是数字") from error
    decide(request, appeal, outcome=outcome, answer=answer, points=given)
    return RedirectResponse(f"/appeals/{appeal.id}", 303)


def _found(appeal: Appeal, view: CallView) -> Finding | None:
    """The appealed finding, as the machine found it or people added it."""
    if appeal.finding is None:
        return None
    return named(appeal.finding, view.machine.findings) or named(
        appeal.finding, view.counting.findings
    )


def _place(site: ReviewContext, appeal: Appeal, view: CallView) -> int | None:
    """The number of the appealed finding on the page of the call."""
    key = appeal.finding
    if key is None:
        return None
    views = show_findings(view, site.rules)
    return next((at for at, one in enumerate(views) if key.fits(one.finding)), None)


def _decided(appeal: Appeal, actions: tuple[ReviewAction, ...]) -> list[ReviewAction]:
    """Earlier decisions in force about the finding of an appeal, in order; comments and the like
    are not the agent's."""
    about = (action for action in actions if action.in_force and action.appeal_id is None)
    if appeal.finding is None:
        return [action for action in about if action.kind == "override"]
    return [
        action for action in about if action.finding and is_same(action.finding, appeal.finding)
    ]


def _items(view: CallView) -> list[tuple[str, str, float, float]]:
    """Lines of the scorecard that can be set: id, name, present points, full points."""
    score = view.counting.score
    lines = (*score.items, *score.extras, *score.beside)
    return [(line.id, line.name, line.points, line.full) for line in lines if line.applies]
