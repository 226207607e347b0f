"""The routes of the programming interface: by token only, through the same functions as the pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from pipeline.acts import SCORING_KINDS, FindingKey, NewAct
from pipeline.errors import RevisionError
from pipeline.people import User
from pipeline.privacy import mask_text
from pipeline.queue import QueueFilter, QueueView, VerdictFilter
from pipeline.records import CallRecord
from pipeline.report.jsonl import result_to_dict
from pipeline.store.queue import is_place
from pipeline.study.summary import grouped, summarise
from review.access import Permission, may, may_see, may_see_agent
from review.api import models
from review.api.description import describe
from review.calls import find_record, view_call
from review.objections import decide, file_appeal, find_appeal, list_appeals
from review.pages.dashboard import last_day
from review.periods import Period
from review.site import Site, site_of, visitor_of

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": models.Told, "description": "No token, or one that is unknown, too old or revoked."},
    403: {"model": models.Told, "description": "The token's user has no right to this."},
    404: {"model": models.Told, "description": "There is no such thing, or not for this user."},
    422: {"model": models.Invalid, "description": "The request is not as described here."},
}
REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"model": models.Told, "description": "It cannot be done; the detail says why, in Chinese."}
}

bearer = HTTPBearer(auto_error=False, description="A token that is made under 我的账号.")
router = APIRouter(prefix="/api/v1", dependencies=[Depends(bearer)], responses=REFUSALS)

NEEDED = {"override": Permission.OVERRIDE, "assign": Permission.ASSIGN}
"""Acts that need more than the right to review."""

MOST = 200
Id = Annotated[int, Path(ge=1, lt=2**53)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Entries of a page.")]
After = Annotated[str | None, Query(max_length=300, description="`next` of the page before.")]
AfterId = Annotated[str | None, Query(pattern=r"^[1-9]\d{0,14}$", description="`next` of the page before.")]
Month = Annotated[str | None, Query(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$", description="Such as 2026-11.")]
Day = Annotated[date | None, Query(ge=date(1970, 1, 1), le=date(2200, 1, 1))]
Points = Annotated[float | None, Query(ge=0, le=100, allow_inf_nan=False)]
Word = Annotated[str | None, Query(max_length=200)]
Line = TypeVar("Line")


@router.get("/openapi.json", include_in_schema=False)
def get_description(request: Request) -> JSONResponse:
    """The description of this interface, OpenAPI 3.1."""
    return JSONResponse(describe(router.routes))


@router.get("/calls")
def list_calls(
    request: Request,
    view: QueueView = "waiting",
    agent: Word = None,
    team: Word = None,
    queue: Word = None,
    since: Day = None,
    until: Day = None,
    rule: Word = None,
    least: Points = None,
    most: Points = None,
    verdict: VerdictFilter | None = None,
    text: Annotated[str, Query(max_length=200)] = "",
    mark: Word = None,
    assigned: Word = None,
    reviewed: bool | None = None,
    limit: Limit = 50,
    after: After = None,
) -> models.CallPage:
    """Calls, the most urgent or the last first."""
    if after is not None and not is_place(after, view):
        raise HTTPException(422)
    if view == "mine":
        assigned = visitor_of(request).user.name
    wanted = QueueFilter(
        view, agent, team, queue, since, until, rule, least, most, verdict, text, mark, assigned, reviewed
    )
    page = site_of(request).store.queue(wanted, limit=limit, after=after)
    return models.CallPage(calls=[_call_line(row) for row in page.rows], next=page.next, total=page.total)


@router.get("/calls/{result_id}")
def get_call(request: Request, result_id: Id) -> models.Call:
    """A call with the result that counts, in the published format, and what people did with it."""
    view, user = view_call(request, result_id), visitor_of(request).user
    internal = may(user, Permission.READ_ALL)
    return models.Call(
        result_id=view.counting_id, machine_id=view.machine_id, agent_name=view.record.agent_name,
        team=view.record.team, result=result_to_dict(view.counting),
        machine=result_to_dict(view.machine) if view.is_corrected else None,
        acts=[
            models.ActLine.model_validate(_fields(act, models.ActLine))
            for act in view.acts
            if internal or act.kind in SCORING_KINDS
        ],
    )  # fmt: skip


@router.post("/calls/{result_id}/acts", responses=REFUSED)
def act(request: Request, result_id: Id, given: models.Acts) -> models.Counted:
    """Decide on findings, correct, comment: all of it or nothing."""
    site, user = site_of(request), visitor_of(request).user
    find_record(request, result_id)
    _check_may(user, [one.kind for one in given.acts])
    acts = [_new_act(one) for one in given.acts]
    return _counted(site, site.reviser.act(site.store, result_id, acts, actor=user.name, at=site.now))


@router.post("/acts/{act_id}/undo", responses=REFUSED)
def undo(request: Request, act_id: Id) -> models.Counted:
    """Take an act back; again changes nothing."""
    site, user = site_of(request), visitor_of(request).user
    found = site.store.find_act(act_id)
    record = site.store.record_of(found.result_id) if found else None
    if found is None or record is None or not may_see(user, record):
        raise HTTPException(404)
    _check_may(user, [found.kind])
    if found.appeal_id is not None:
        raise RevisionError("这是申诉的处理结果，不能撤销")
    return _counted(site, site.reviser.undo(site.store, act_id, actor=user.name, at=site.now))


@router.post("/calls/{result_id}/appeals", status_code=201, responses=REFUSED)
def appeal(request: Request, result_id: Id, given: models.NewAppeal) -> models.Appeal:
    """Appeal against a finding of the result that counts, or against the call as a whole."""
    finding = FindingKey(**given.finding.model_dump()) if given.finding else None
    return _appeal(request, file_appeal(request, result_id, finding=finding, reason=given.reason))


@router.get("/appeals")
def get_appeals(
    request: Request, state: Literal["open", "closed", "all"] = "all", limit: Limit = 50, after: AfterId = None
) -> models.AppealPage:
    """Appeals, the last first."""
    found = list_appeals(
        request, open_only=state == "open", closed_only=state == "closed", limit=limit + 1,
        after=int(after) if after else None,
    )  # fmt: skip
    rows, following = _cut(found, limit, lambda one: str(one.id))
    return models.AppealPage(appeals=[_appeal(request, one) for one in rows], next=following)


@router.get("/appeals/{appeal_id}")
def get_appeal(request: Request, appeal_id: Id) -> models.Appeal:
    return _appeal(request, find_appeal(request, appeal_id))


@router.post("/appeals/{appeal_id}/decision", responses=REFUSED)
def decide_appeal(request: Request, appeal_id: Id, given: models.Decision) -> models.Appeal:
    """Decide an appeal; the score follows."""
    points = (given.points.item, given.points.points) if given.points else None
    found = find_appeal(request, appeal_id)
    return _appeal(request, decide(request, found, outcome=given.outcome, answer=given.answer, points=points))


@router.get("/agents")
def list_agents(
    request: Request, month: Month = None, team: Word = None, limit: Limit = 50, after: After = None
) -> models.AgentPage:
    """The figures of all agents with calls in a month, by id; without ``month`` the last one with calls."""
    site, period = site_of(request), _month(site_of(request), month)
    lines, _ = site.kept.get(("api agents", period, team), lambda: _agents(site, period, team))
    rows, following = _cut([one for one in lines if after is None or one.agent_id > after], limit, lambda r: r.agent_id)
    return models.AgentPage(month=period.name, agents=rows, next=following)


@router.get("/agents/{agent_id}")
def get_agent(
    request: Request, agent_id: Annotated[str, Path(max_length=100)], month: Month = None
) -> models.Agent:
    """The figures of an agent's month, and what each line of the sheets came to."""
    site = site_of(request)
    if not may_see_agent(visitor_of(request).user, agent_id):
        raise HTTPException(404)
    period = _month(site, month)
    scope = period.scope(agent=agent_id)
    records = site.store.records(scope)
    if not records:
        raise HTTPException(404)
    items = [
        models.ItemLine.model_validate(_fields(item, models.ItemLine)) for item in site.store.items(scope) if item.calls
    ]
    return models.Agent(month=period.name, figures=_agent_line(agent_id, records), items=items)


@router.get("/rules")
def list_rules(request: Request, limit: Limit = 50, after: After = None) -> models.RulePage:
    """The rules of the lexicon, by id, with what came of their findings."""
    site = site_of(request)
    counts, _ = site.kept.get("api rules", lambda: {count.rule: count for count in site.store.count_rules()})
    left = site.store.review_only().keys() | set(site.settings.scoring.review_only)
    ids = [one for one in sorted(site.rules) if after is None or one > after]
    rows, following = _cut(ids, limit, str)
    names = ("hits", "charged", "doubtful", "confirmed", "refused")
    lines = [
        models.RuleLine(
            id=one, name=site.rules[one].name, kind=site.rules[one].kind, review_only=one in left,
            **{name: getattr(counts.get(one), name, 0) for name in names},
        )
        for one in rows
    ]  # fmt: skip
    return models.RulePage(rules=lines, next=following)


@router.get("/ledger")
def list_ledger(
    request: Request,
    actor: Word = None,
    action: Word = None,
    subject: Word = None,
    limit: Limit = 50,
    after: AfterId = None,
) -> models.LedgerPage:
    """What was done and by whom, the last first. The hashes are of the entries as they are kept, unmasked."""
    found = site_of(request).store.ledger_page(
        actor=actor, action=action, subject=subject, before=int(after) if after else None, limit=limit + 1
    )
    rows, following = _cut(found, limit, lambda entry: str(entry.id))
    lines = [models.LedgerLine.model_validate(_fields(entry, models.LedgerLine)) for entry in rows]
    return models.LedgerPage(entries=lines, next=following)


def _cut(rows: Sequence[Line], limit: int, name: Callable[[Line], str]) -> tuple[list[Line], str | None]:
    """A page, and what names its end where more follows."""
    return list(rows[:limit]), name(rows[limit - 1]) if len(rows) > limit else None


def _fields(value: object, model: type[models.Model]) -> dict[str, Any]:
    """A value's fields that a model has, personal data masked; numbers and names of fields stay."""
    return {name: _masked(getattr(value, name)) for name in model.model_fields}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, list | tuple):
        return [_masked(one) for one in value]
    if isinstance(value, dict):
        return {name: one if name in UNMASKED else _masked(one) for name, one in value.items()}
    return value


UNMASKED = frozenset({"sha256", "rule", "before", "after", "seed"})
"""Of details: digests and the like, in which digits mean nobody."""


def _call_line(row: object) -> models.CallLine:
    line = {name: getattr(row, name) for name in models.CallLine.model_fields}
    call_id = line["call_id"]
    return models.CallLine.model_validate({**line, "call_id": mask_text(call_id) if call_id else call_id})


def _appeal(request: Request, one: Any) -> models.Appeal:
    shown = {name: getattr(one, name) for name in models.Appeal.model_fields if name != "overdue"}
    finding = one.finding and {**one.finding.plain(), "phrase": mask_text(one.finding.phrase)}
    texts = {"reason": mask_text(one.reason), "answer": mask_text(one.answer)}
    overdue = one.is_overdue(site_of(request).now)
    return models.Appeal.model_validate({**shown, **texts, "finding": finding, "overdue": overdue})


def _new_act(one: models.Act) -> NewAct:
    value = one.model_dump(exclude={"kind"})
    if isinstance(one, models.Add):
        return NewAct("add", {**one.finding.model_dump(), "quote": one.quote}, rule=one.finding.rule)
    return NewAct(one.kind, value, rule=one.finding.rule if isinstance(one, models.Decide) else None)


def _check_may(user: User, kinds: Sequence[str]) -> None:
    if not all(may(user, NEEDED.get(kind, Permission.REVIEW)) for kind in kinds):
        raise HTTPException(403)


def _counted(site: Site, result_id: int) -> models.Counted:
    score = site.store.result(result_id).score
    return models.Counted(
        result_id=result_id, attitude=score.attitude, total=score.total, fatal=score.fatal, grade=score.grade
    )


def _agents(site: Site, period: Period, team: str | None) -> list[models.AgentLine]:
    records = (record for record in site.store.records(period.scope(team=team)) if record.agent_id)
    return [_agent_line(one, own) for one, own in sorted(grouped(records, lambda record: record.agent_id).items())]


def _agent_line(agent_id: str, records: Sequence[CallRecord]) -> models.AgentLine:
    summary, last = summarise(records), records[-1]
    figures = {name: getattr(summary, name) for name in models.AgentLine.model_fields if hasattr(summary, name)}
    return models.AgentLine(agent_id=agent_id, name=last.agent_name, team=last.team, **figures)


def _month(site: Site, month: str | None) -> Period:
    return Period.around("month", date.fromisoformat(f"{month}-01") if month else last_day(site))
