"""客服: all agents of a month or another period, and that of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeAlias, get_args
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from pipeline.jobs import coached_in, done_since, has_own_events, month_of
from pipeline.report import Column, Grid, event_names, show_month
from pipeline.review.access import Permission, may, may_see_agent
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.export import TableForm, send_table
from pipeline.review.periods import chosen_period, tabs_of, today
from pipeline.review.promises import as_of, list_promises
from pipeline.review.render import render
from pipeline.store import Store
from pipeline.study import AgentMonth, Summary, grouped, summarise
from pipeline.types import CallRecord, Period

router = APIRouter()
PeriodQuery = Annotated[str | None, Query(alias="period", max_length=10)]
FindQuery = Annotated[str, Query(max_length=100)]
PAGE = 50
AgentRow: TypeAlias = tuple[str, str | None, Summary]
AgentSort: TypeAlias = Literal[
    "agent", "calls", "attitude", "total", "fatal", "forbidden", "doubtful", "handling_s", "latency_s", "rating"
]  # fmt: skip
SortQuery = Annotated[AgentSort, Query()]
UPWARD = ("agent", "attitude", "total", "rating")
"""Columns that begin with the lowest; of the others the highest want a look first."""

MonthQuery = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


@router.get("/agents")
def show_agents(
    request: Request,
    month: MonthQuery = None,
    team: str | None = None,
    key: PeriodQuery = None,
    find: FindQuery = "",
    sort: SortQuery = "attitude",
    up: bool = True,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The agents of a period, the lowest attitude first or by another column, a page at a time."""
    site = site_of(request)
    period = chosen_period(site, key=key or month)
    rows = _sorted(_found(site, period, team, find), sort, up=up)
    pages = max(1, -(-len(rows) // PAGE))
    page = min(page, pages)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    asked = {"period": period.key, "team": team or "", "find": find, "sort": sort, "up": int(up)}
    return render(
        request, "agents.html.j2", period=period, interim=as_of(site).interim(period.scope()), tabs=tabs_of(period), team=team, teams=site.store.agents.teams(), linked=True, masked=True,
        RULES=site.names.rules, SHEETS=site.names.sheets, agents=[(one, summary) for one, _, summary in shown],
        agent_names={one: name for one, name, _ in shown}, find=find, page=page, pages=pages, number=len(rows), asked=asked, calls_at=_calls_at(period),
        heads=_heads(asked, sort, up=up),
    )  # fmt: skip


@router.get("/agents/export")
def export_agents(
    request: Request,
    form: Annotated[TableForm, Query(alias="format")] = "xlsx",
    team: str | None = None,
    key: PeriodQuery = None,
    find: FindQuery = "",
    sort: SortQuery = "attitude",
    up: bool = True,
) -> Response:
    """The agents of a period as a table, in the order of the page; the ledger has it."""
    site = site_of(request)
    period = chosen_period(site, key=key)
    columns = (
        Column("agent_id", "工号"), Column("name", "姓名"), Column("calls", "通话", "integer"), Column("attitude", "服务态度", "number"),
        Column("low", "区间下限", "number"), Column("high", "区间上限", "number"), Column("total", "总分", "number"),
        Column("fatal", "一票否决", "integer"), Column("forbidden", "有禁语的通话", "integer"), Column("doubtful", "待复核", "integer"),
        Column("handling_s", "处理时长（秒）", "number", digits=0), Column("latency_s", "应答间隔（秒）", "number"),
        Column("rating", "满意度", "number", digits=2),
    )  # fmt: skip
    fields = [column.key for column in columns[2:]]
    rows = [
        {"agent_id": agent, "name": name} | {field: getattr(one, field) for field in fields}
        for agent, name, one in _sorted(_found(site, period, team, find), sort, up=up)
    ]
    grid = Grid("客服", columns, rows, title=f"客服 {period.name}")
    asked = {"period": period.key, "team": team or "", "find": find}
    return send_table(request, grid, form=form, asked=asked)


def _sorted(rows: Sequence[AgentRow], by: AgentSort, *, up: bool) -> list[AgentRow]:
    """Rows by a column; those without a value come last in both directions."""

    def value(row: AgentRow) -> Any:
        return row[0] if by == "agent" else getattr(row[2], by)

    known = [row for row in rows if value(row) is not None]
    unknown = [row for row in rows if value(row) is None]
    return sorted(known, key=value, reverse=not up) + unknown


def _heads(asked: Mapping[str, Any], sort: AgentSort, *, up: bool) -> dict[str, dict[str, str]]:
    """For each column: where its head leads, and the present direction. The worst come first."""
    made = {}
    for key in get_args(AgentSort):
        upward = not up if key == sort else key in UPWARD
        made[key] = {
            "to": f"/agents?{urlencode({**asked, 'sort': key, 'up': int(upward)})}",
            "now": ("ascending" if up else "descending") if key == sort else "none",
        }
    return made


def _calls_at(period: Period, agent_id: str = "") -> str:
    """The address of the list of a period's calls, to which filters can be added."""
    own = f"&agent={quote(agent_id)}" if agent_id else ""
    return f"/queue?view=all&since={period.since}&until={period.until}{own}"


def _found(site: ReviewContext, period: Period, team: str | None, find: str) -> list[AgentRow]:
    """The agents whose number or name has a text in it."""
    rows, _ = site.cache.get(("agents", period, team), lambda: _agents(site.store, period, team))
    wanted = find.strip()
    return [row for row in rows if wanted in row[0] or (row[1] and wanted in row[1])]


def _agents(store: Store, period: Period, team: str | None) -> list[AgentRow]:
    groups = grouped(
        (r for r in store.calls.records(period.scope(team=team)) if r.agent_id),
        lambda r: r.agent_id,
    )
    return [(one, own[-1].agent_name, summarise(own)) for one, own in groups.items()]


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
    reads_all = may(visitor_of(request).user, Permission.READ_ALL)
    calls_at = _calls_at(period, agent_id) if reads_all else ""
    report: dict[str, Any] = {"month": None, "masked": True}
    if own:
        promises = list_promises(request, period.scope(agent=agent_id))
        report = show_month(
            replace(own, coached=coached, done=done, promises=promises), calls_at=calls_at
        )
    return render(
        request, "agent.html.j2", agent_id=agent_id, period=period, tabs=tabs_of(period), coached=coached, today=today(site),
        unanswered=_unanswered(site.store, agent_id) if is_own else 0, linked=True, ANSWER_S=site.names.answer_s, RULES=site.names.rules,
        SHEETS=site.names.sheets, SOURCES=site.names.sources, EVENT_NAMES=event_names(site.names.months), records=list(reversed(records)),
        calls_at=calls_at, **report,
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
