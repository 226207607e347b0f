"""客服: all agents of a month, and the month of one."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse

from pipeline.jobs import month_of
from pipeline.report import event_names, show_month
from pipeline.review.access import may_see_agent
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.periods import Period, last_day
from pipeline.review.render import render
from pipeline.store import Store
from pipeline.study import AgentMonth, Summary, grouped, summarise
from pipeline.types import CallRecord, Scope

router = APIRouter()
MonthQuery = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


@router.get("/agents")
def show_agents(
    request: Request, month: MonthQuery = None, team: str | None = None
) -> HTMLResponse:
    """Every agent of a month, the lowest attitude first."""
    site = site_of(request)
    period = _month(site, month)
    rows, _ = site.cache.get(("agents", period, team), lambda: _agents(site.store, period, team))
    return render(
        request, "agents.html.j2", period=period, team=team, teams=site.store.calls.teams(), linked=True, masked=True,
        RULES=site.names.rules, SHEETS=site.names.sheets, agents=[(one, summary) for one, _, summary in rows],
        agent_names={one: name for one, name, _ in rows},
    )  # fmt: skip


def _agents(
    store: Store, period: Period, team: str | None
) -> list[tuple[str, str | None, Summary]]:
    groups = grouped(
        (r for r in store.calls.records(period.scope(team=team)) if r.agent_id),
        lambda r: r.agent_id,
    )
    rows = [(one, own[-1].agent_name, summarise(own)) for one, own in groups.items()]
    return sorted(rows, key=lambda row: 101.0 if row[2].attitude is None else row[2].attitude)


@router.get("/agents/{agent_id}")
def show_agent(
    request: Request, agent_id: Annotated[str, Path(max_length=100)], month: MonthQuery = None
) -> HTMLResponse:
    """An agent's month: points to practise, good calls, and the calls themselves. 404 for a foreign
    agent."""
    site = site_of(request)
    if not may_see_agent(visitor_of(request).user, agent_id):
        raise HTTPException(404)
    period = _month(site, month, agent_id)
    (records, own), _ = site.cache.get(
        ("agent", agent_id, period), lambda: _agent(site, agent_id, period)
    )
    if not records and visitor_of(request).user.agent_id != agent_id:
        raise HTTPException(404, "没有这位客服，或者这个月没有通话。")
    report = show_month(own) if own else {"month": None, "masked": True}
    return render(
        request, "agent.html.j2", agent_id=agent_id, period=period, linked=True, RULES=site.names.rules,
        SHEETS=site.names.sheets, SOURCES=site.names.sources, EVENT_NAMES=event_names(site.names.months), records=list(reversed(records)), **report,
    )  # fmt: skip


def _agent(
    site: ReviewContext, agent_id: str, period: Period
) -> tuple[list[CallRecord], AgentMonth | None]:
    own, store = period.scope(agent=agent_id), site.store
    records = store.calls.records(own)
    if not records:
        return records, None
    rules = site.names.months
    return records, month_of(store, records, own, period.scope(), period.name, rules=rules)


def _month(site: ReviewContext, month: str | None, agent_id: str | None = None) -> Period:
    if month:
        return Period.around("month", date.fromisoformat(f"{month}-01"))
    last = site.store.calls.last_day(Scope(agent=agent_id)) if agent_id else None
    return Period.around("month", last or last_day(site))
