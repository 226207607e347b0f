"""客服: all agents of a month or another period, and that of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse

from pipeline.jobs import coached_in, done_since, has_own_events, month_of
from pipeline.report import event_names, show_month
from pipeline.review.access import may_see_agent
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.periods import chosen_period, tabs_of, today
from pipeline.review.promises import as_of, list_promises
from pipeline.review.render import render
from pipeline.store import Store
from pipeline.study import AgentMonth, Summary, grouped, summarise
from pipeline.types import CallRecord, Period

router = APIRouter()
PeriodQuery = Annotated[str | None, Query(alias="period", max_length=10)]
MonthQuery = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


@router.get("/agents")
def show_agents(
    request: Request,
    month: MonthQuery = None,
    team: str | None = None,
    key: PeriodQuery = None,
) -> HTMLResponse:
    """Every agent of a period, the lowest attitude first."""
    site = site_of(request)
    period = chosen_period(site, key=key or month)
    rows, _ = site.cache.get(("agents", period, team), lambda: _agents(site.store, period, team))
    return render(
        request, "agents.html.j2", period=period, interim=as_of(site).interim(period.scope()), tabs=tabs_of(period), team=team, teams=site.store.calls.teams(), linked=True, masked=True,
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
    request: Request,
    agent_id: Annotated[str, Path(max_length=100)],
    month: MonthQuery = None,
    key: PeriodQuery = None,
) -> HTMLResponse:
    """An agent's month or other period: points to practise, good calls, measures, and the calls
    themselves. 404 for a foreign agent."""
    site = site_of(request)
    if not may_see_agent(visitor_of(request).user, agent_id):
        raise HTTPException(404)
    period = chosen_period(site, key=key or month, agent_id=agent_id)
    (records, own), _ = site.cache.get(
        ("agent", agent_id, period, today(site)), lambda: _agent(site, agent_id, period)
    )
    is_own = visitor_of(request).user.agent_id == agent_id
    if not records and not is_own and not site.store.coaching.knows_agent(agent_id):
        raise HTTPException(404, "没有这位客服，或者这个时段没有通话。")
    # Never cached: whoever has recorded a measure, or noted a promise, sees it at once
    coached = coached_in(site.store, period.scope(agent=agent_id))
    done = done_since(site.store, period.scope(agent=agent_id)).get(agent_id, ())
    report: dict[str, Any] = {"month": None, "masked": True}
    if own:
        promises = list_promises(request, period.scope(agent=agent_id))
        report = show_month(replace(own, coached=coached, done=done, promises=promises))
    return render(
        request, "agent.html.j2", agent_id=agent_id, period=period, tabs=tabs_of(period), coached=coached, today=today(site),
        unanswered=_unanswered(site.store, agent_id) if is_own else 0, linked=True, ANSWER_S=site.names.answer_s, RULES=site.names.rules,
        SHEETS=site.names.sheets, SOURCES=site.names.sources, EVENT_NAMES=event_names(site.names.months), records=list(reversed(records)), **report,
    )  # fmt: skip


def _unanswered(store: Store, agent_id: str) -> int:
    records = store.coaching.find(agent=agent_id, valid_only=True)
    return sum(record.answered_at is None for record in records)


def _agent(
    site: ReviewContext, agent_id: str, period: Period
) -> tuple[list[CallRecord], AgentMonth | None]:
    own, store = period.scope(agent=agent_id), site.store
    records = store.calls.records(own)
    if not records and not has_own_events(store, own):
        return records, None
    rules = site.names.months
    return records, month_of(
        store, records, own, period.scope(), period.name, rules=rules, as_of=as_of(site)
    )
