"""事项: what counts on the month besides the calls; recorded by supervisors, or suggested by the
customers' words."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import EventError
from pipeline.jobs import record_event, settle_suggestion
from pipeline.report import ORIGINS, event_grid, event_names
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.export import TableForm, send_table
from pipeline.review.fields import LONGEST
from pipeline.review.pages.agents import MonthQuery
from pipeline.review.periods import last_day, today
from pipeline.review.render import render
from pipeline.types import EventBook, Period, ServiceEvent, SuggestedEvent

router = APIRouter()
LISTED = 500
SORTS = {"bonus": "加分", "penalty": "扣分", "mark": "考核分"}

AgentField = Annotated[str, Form(max_length=100)]
KindField = Annotated[str, Form(max_length=100)]
LevelField = Annotated[str, Form(max_length=100)]
NoteField = Annotated[str, Form(max_length=LONGEST)]
RepeatField = Annotated[Literal["", "yes"], Form()]


@router.get("/events")
def show_events(
    request: Request,
    month: MonthQuery = None,
    agent: Annotated[str | None, Query(max_length=100)] = None,
) -> HTMLResponse:
    """The events of a month, those that wait for a person, and the form for a new one."""
    site = site_of(request)
    kinds, period = _kinds(site), _period(site, month)
    scope = period.scope(agent=agent or None)
    found = site.store.events.find(scope, states=("accepted", "withdrawn"))
    waiting = site.store.suggested_events.find(scope, list(kinds.by_rule))
    return render(
        request, "events.html.j2", period=period, agent=agent or "", events=list(reversed(found))[:LISTED],
        total=len(found), waiting=[(one, *kinds.by_rule[one.rule]) for one in waiting], kinds=kinds.kinds,
        SORTS=SORTS, ORIGINS=ORIGINS, EVENT_NAMES=event_names(site.names.months), RULES=site.names.rules,
        masked=True, linked=True, today=min(period.until, last_day(site)),
    )  # fmt: skip


@router.get("/events/export")
def export_events(
    request: Request,
    form: Annotated[TableForm, Query(alias="format")] = "xlsx",
    month: MonthQuery = None,
    agent: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """The events of a month as a table; the ledger has it."""
    site = site_of(request)
    period = _period(site, month)
    found = site.store.events.find(
        period.scope(agent=agent or None), states=("accepted", "withdrawn")
    )
    grid = event_grid(found, event_names(site.names.months), title=f"事项 {period.name}")
    asked = {"period": period.key, "agent": agent or ""}
    return send_table(request, grid, form=form, asked=asked)


@router.post("/events")
def add_event(
    request: Request,
    kind: KindField,
    day: Annotated[date, Form()],
    agent: AgentField = "",
    team: AgentField = "",
    level: LevelField = "",
    repeat: RepeatField = "",
    value: Annotated[str, Form(max_length=20)] = "",
    note: NoteField = "",
    call: Annotated[str, Form(max_length=200)] = "",
) -> RedirectResponse:
    """Record an event of an agent, or of a team where no agent is named."""
    site = site_of(request)
    event = ServiceEvent(
        kind,
        day,
        agent_id=agent.strip() or None,
        team=None if agent.strip() else team.strip() or None,
        level=level or None,
        repeat=bool(repeat),
        value=_number(value),
        note=note.strip(),
    )
    record_event(
        site.store,
        _kinds(site),
        event,
        call=call.strip(),
        actor=visitor_of(request).user.name,
        at=site.now,
        today=today(site),
    )
    return _back(site, day, "")


@router.post("/events/suggested")
def settle(
    request: Request,
    result_id: Annotated[int, Form()],
    rule: Annotated[str, Form(max_length=200)],
    decision: Annotated[Literal["accept", "refuse"], Form()],
    agent: AgentField = "",
    level: LevelField = "",
    repeat: RepeatField = "",
    note: NoteField = "",
) -> RedirectResponse:
    """Accept what a customer said as an event, or refuse it."""
    site = site_of(request)
    kinds = _kinds(site)
    suggested = _find_suggested(site, kinds, result_id, rule)
    kind = kinds.by_rule[rule][0]
    event = ServiceEvent(
        kind.id,
        suggested.day,
        agent_id=agent.strip() or suggested.agent_id,
        level=level or None,
        repeat=bool(repeat),
        note=note.strip(),
    )
    settle_suggestion(
        site.store,
        kinds,
        suggested,
        accepted=event if decision == "accept" else None,
        actor=visitor_of(request).user.name,
        at=site.now,
    )
    return _back(site, suggested.day, "#waiting")


@router.post("/events/{event_id}/withdraw")
def withdraw(
    request: Request, event_id: int, reason: NoteField, month: MonthQuery = None
) -> RedirectResponse:
    """Take an event back, with a reason; it stays on record."""
    site = site_of(request)
    site.store.events.withdraw(
        event_id, reason=reason, actor=visitor_of(request).user.name, at=site.now
    )
    return _back(site, _period(site, month).since, "")


def _find_suggested(
    site: ReviewContext, kinds: EventBook, result_id: int, rule: str
) -> SuggestedEvent:
    """The finding that waits. 404 where there is no such call; ``EventError`` where nothing waits
    in it any more."""
    record = site.store.calls.record_of(result_id)
    if record is None or rule not in kinds.by_rule:
        raise HTTPException(404)
    found = site.store.suggested_events.find_in(record.sha256, rule)
    if found is None:
        raise EventError("这一条已经有人处理，或者复核时已经否定")
    return found


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError as error:
        raise EventError(f"分值“{text}”不是数") from error


def _kinds(site: ReviewContext) -> EventBook:
    return site.names.months.kinds if site.names.months else EventBook()


def _period(site: ReviewContext, month: str | None) -> Period:
    day = date.fromisoformat(f"{month}-01") if month else last_day(site)
    return Period.around("month", day)


def _back(site: ReviewContext, day: date, place: str) -> RedirectResponse:
    site.cache.forget()
    return RedirectResponse(f"/events?{urlencode({'month': f'{day:%Y-%m}'})}{place}", 303)
