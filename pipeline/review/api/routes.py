"""Calls, review actions and appeals: by token only, through the same functions as the pages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse

from pipeline.people import (
    SCORING_KINDS,
    FindingKey,
    NewAction,
    QueueFilter,
    QueueView,
    VerdictFilter,
)
from pipeline.privacy import mask_text
from pipeline.report import result_to_dict
from pipeline.review import actions
from pipeline.review.access import Permission, may
from pipeline.review.api import (
    appeal_models,
    call_models,
    calls,
    coaching,
    conversations,
    figures,
    results,
)
from pipeline.review.api.description import describe
from pipeline.review.api.parts import (
    CHECKED,
    MASKED,
    REFUSALS,
    REFUSED,
    After,
    AfterId,
    Day,
    Id,
    LimitQuery,
    PointsQuery,
    WordQuery,
    cut,
    fields,
)
from pipeline.review.appeals import decide, file_appeal, find_appeal, list_appeals
from pipeline.review.call_access import note_search, view_call
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.store import is_place

router = APIRouter(prefix="/api/v1", dependencies=CHECKED, responses=REFUSALS)


@router.get("/openapi.json", include_in_schema=False)
def get_description(request: Request) -> JSONResponse:
    """The description of this interface, OpenAPI 3.1."""
    others = (
        figures.router, results.router, coaching.router, conversations.router, calls.router,
    )  # fmt: skip
    return JSONResponse(describe([*router.routes, *(one for r in others for one in r.routes)]))


@router.get("/calls")
def list_calls(
    request: Request,
    view: QueueView = "waiting",
    agent: WordQuery = None,
    team: WordQuery = None,
    queue: WordQuery = None,
    since: Day = None,
    until: Day = None,
    rule: WordQuery = None,
    least: PointsQuery = None,
    most: PointsQuery = None,
    verdict: VerdictFilter | None = None,
    text: Annotated[str, Query(max_length=200)] = "",
    mark: WordQuery = None,
    assigned: WordQuery = None,
    reviewed: bool | None = None,
    limit: LimitQuery = 50,
    after: After = None,
) -> call_models.CallPage:
    """Calls, the most urgent or the last first."""
    if after is not None and not is_place(after, QueueFilter(view)):
        raise HTTPException(422)
    note_search(request, text)
    if view == "mine":
        assigned = visitor_of(request).user.name
    wanted = QueueFilter(
        view,
        agent,
        team,
        queue,
        since,
        until,
        rule,
        least,
        most,
        verdict,
        text,
        mark,
        assigned,
        reviewed,
    )
    page = site_of(request).store.queue.page(wanted, limit=limit, after=after)
    return call_models.CallPage(
        calls=[_call_line(row) for row in page.rows], next=page.next, total=page.total
    )


@router.get("/calls/{result_id}")
def get_call(request: Request, result_id: Id) -> call_models.Call:
    """A call with its effective result in the published format, and its review actions."""
    view, user = view_call(request, result_id), visitor_of(request).user
    internal = may(user, Permission.READ_ALL)
    return call_models.Call(
        result_id=view.counting_id, machine_id=view.machine_id, agent_name=view.record.agent_name,
        team=view.record.team, result=result_to_dict(view.counting),
        machine=result_to_dict(view.machine) if view.is_corrected else None,
        acts=[
            call_models.StoredAction.model_validate(fields(action, call_models.StoredAction))
            for action in view.actions
            if internal or action.kind in SCORING_KINDS
        ],
    )  # fmt: skip


@router.post("/calls/{result_id}/acts", responses=REFUSED | MASKED)
def perform(request: Request, result_id: Id, given: call_models.NewActions) -> call_models.Counted:
    """Decide on findings, correct, comment: all of it or nothing."""
    effective = actions.perform(request, result_id, [_new_action(one) for one in given.acts])
    return _counted(site_of(request), effective)


@router.post("/acts/{act_id}/undo", responses=REFUSED)
def undo(request: Request, act_id: Id) -> call_models.Counted:
    """Undo a review action; a second undo changes nothing."""
    return _counted(site_of(request), actions.undo(request, act_id))


@router.post("/calls/{result_id}/appeals", status_code=201, responses=REFUSED)
def appeal(
    request: Request, result_id: Id, given: appeal_models.NewAppeal
) -> appeal_models.AppealEntry:
    """Appeal against a finding of the result that counts, or against the call as a whole."""
    finding = FindingKey(**given.finding.model_dump()) if given.finding else None
    return _appeal(request, file_appeal(request, result_id, finding=finding, reason=given.reason))


@router.get("/appeals")
def get_appeals(
    request: Request,
    state: Literal["open", "closed", "all"] = "all",
    limit: LimitQuery = 50,
    after: AfterId = None,
) -> appeal_models.AppealPage:
    """Appeals, the last first."""
    found = list_appeals(
        request, open_only=state == "open", closed_only=state == "closed", limit=limit + 1,
        after=int(after) if after else None,
    )  # fmt: skip
    rows, following = cut(found, limit, lambda one: str(one.id))
    return appeal_models.AppealPage(appeals=[_appeal(request, one) for one in rows], next=following)


@router.get("/appeals/{appeal_id}")
def get_appeal(request: Request, appeal_id: Id) -> appeal_models.AppealEntry:
    return _appeal(request, find_appeal(request, appeal_id))


@router.post("/appeals/{appeal_id}/decision", responses=REFUSED)
def decide_appeal(
    request: Request, appeal_id: Id, given: appeal_models.Decision
) -> appeal_models.AppealEntry:
    """Decide an appeal; the score follows."""
    points = (given.points.item, given.points.points) if given.points else None
    found = find_appeal(request, appeal_id)
    return _appeal(
        request, decide(request, found, outcome=given.outcome, answer=given.answer, points=points)
    )


def _call_line(row: object) -> call_models.CallLine:
    line = {name: getattr(row, name) for name in call_models.CallLine.model_fields}
    call_id = line["call_id"]
    return call_models.CallLine.model_validate(
        {**line, "call_id": mask_text(call_id, said=False) if call_id else call_id}
    )


def _appeal(request: Request, one: Any) -> appeal_models.AppealEntry:
    values = {
        name: getattr(one, name)
        for name in appeal_models.AppealEntry.model_fields
        if name != "overdue"
    }
    finding = one.finding and {**one.finding.plain(), "phrase": mask_text(one.finding.phrase)}
    texts = {
        "reason": mask_text(one.reason, said=False),
        "answer": mask_text(one.answer, said=False),
    }
    overdue = one.is_overdue(site_of(request).now)
    return appeal_models.AppealEntry.model_validate(
        {**values, **texts, "finding": finding, "overdue": overdue}
    )


def _new_action(one: call_models.ActionEntry) -> NewAction:
    if isinstance(one, call_models.Add):
        return NewAction("add", {**one.finding.model_dump(), "quote": one.quote})
    return NewAction(one.kind, one.model_dump(exclude={"kind"}))


def _counted(site: ReviewContext, result_id: int) -> call_models.Counted:
    score = site.store.results.get(result_id).score
    return call_models.Counted(
        result_id=result_id,
        attitude=score.attitude,
        total=score.total,
        fatal=score.fatal,
        grade=score.grade,
    )
