"""Monthly results by the monthly sheets: of all agents, and of one with its forms."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request

from pipeline.jobs import judge_agents
from pipeline.privacy import mask_text
from pipeline.report import event_names
from pipeline.review.access import may_see_agent
from pipeline.review.api import figure_models, month_models
from pipeline.review.api.parts import (
    CHECKED,
    REFUSALS,
    After,
    LimitQuery,
    MonthField,
    PeriodField,
    WordQuery,
    cut,
)
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.periods import chosen_period, today
from pipeline.review.promises import list_promises
from pipeline.study import ChargedEvent, FormResult, MonthLine, MonthResult, MonthSum
from pipeline.types import PromiseFigures, Scope, ServiceEvent

router = APIRouter(prefix="/api/v1", dependencies=CHECKED, responses=REFUSALS)


@router.get("/results")
def list_results(
    request: Request,
    month: MonthField = None,
    period: PeriodField = None,
    team: WordQuery = None,
    limit: LimitQuery = 50,
    after: After = None,
) -> month_models.ResultPage:
    """The monthly results of all agents, by month and id; those of a longer period are one for each
    of its calendar months. Without a period the last month with calls."""
    site = site_of(request)
    chosen = chosen_period(site, key=period or month, wrong=422)
    key = ("api results", chosen, team, today(site))
    lines, _ = site.cache.get(key, lambda: _lines(site, chosen.scope(team=team)))
    rows, following = cut(
        [one for one in lines if after is None or _place(one) > after], limit, _place
    )
    return month_models.ResultPage(period=chosen.key, results=rows, next=following)


@router.get("/agents/{agent_id}/results")
def get_results(
    request: Request,
    agent_id: Annotated[str, Path(max_length=100)],
    month: MonthField = None,
    period: PeriodField = None,
) -> month_models.AgentResults:
    """The monthly results of an agent with their forms, and the promises of the period. Agents get
    their own."""
    site, user = site_of(request), visitor_of(request).user
    if not may_see_agent(user, agent_id):
        raise HTTPException(404)
    chosen = chosen_period(site, key=period or month, agent_id=agent_id, wrong=422)
    scope = chosen.scope(agent=agent_id)
    results = _judge(site, scope).get(agent_id, ())
    if not results and user.agent_id != agent_id and not site.store.coaching.knows_agent(agent_id):
        raise HTTPException(404)
    name = _names(site, {agent_id}).get(agent_id)
    names = event_names(site.names.months)
    entries = [
        month_models.MonthEntry(
            **_line(agent_id, name, one).model_dump(),
            forms=[_form(form, names) for form in one.forms],
        )
        for one in results
    ]
    return month_models.AgentResults(
        agent_id=agent_id,
        period=chosen.key,
        results=entries,
        promises=promise_line(list_promises(request, scope).whole),
    )


def promise_line(figures: PromiseFigures) -> figure_models.PromiseLine:
    """The figures of promises as the API gives them."""
    return figure_models.PromiseLine.model_validate(figures)


def _judge(site: ReviewContext, scope: Scope) -> dict[str, tuple[MonthResult, ...]]:
    rules, store = site.names.months, site.store
    if rules is None:
        return {}
    return judge_agents(store, rules, store.calls.records(scope), scope, today=today(site))


def _names(site: ReviewContext, agents: set[str]) -> dict[str, str | None]:
    return {agent: name for agent, (name, _) in site.store.agents.find(agents).items()}


def _lines(site: ReviewContext, scope: Scope) -> list[month_models.ResultLine]:
    results = _judge(site, scope)
    names = _names(site, set(results))
    found = [_line(agent, names.get(agent), one) for agent, own in results.items() for one in own]
    return sorted(found, key=_place)


def _place(one: month_models.ResultLine) -> str:
    return f"{one.month} {one.agent_id}"


def _line(agent_id: str, name: str | None, one: MonthResult) -> month_models.ResultLine:
    return month_models.ResultLine(
        agent_id=agent_id, name=name, month=f"{one.first:%Y-%m}", first=one.first, last=one.last, calls=one.calls,
        total=one.total, grade=one.grade, final=not one.interim, interim=one.interim, publish_by=one.publish_by,
        reason=one.reason, bonus=sum(form.bonus for form in one.forms), penalty=sum(form.penalty for form in one.forms),
        sheet=one.sheet.name, department=one.sheet.department,
    )  # fmt: skip


def _form(one: FormResult, names: dict[str, str]) -> month_models.MonthFormEntry:
    return month_models.MonthFormEntry(
        id=one.form.id,
        name=one.form.name,
        weight=one.form.weight,
        points=one.points,
        lines=[_month_line(line, names) for line in one.lines],
        sums=[_sum(found, names) for found in one.sums if found.charged],
        vetoes=[veto.name for veto in one.vetoes],
    )


def _month_line(line: MonthLine, names: dict[str, str]) -> month_models.MonthLineEntry:
    item = line.item
    lowest = [
        month_models.MonthCallEntry(
            result_id=call.result_id,
            call_id=call.call_id and mask_text(call.call_id, said=False),
            value=value,
        )
        for call, value in line.lowest
    ]
    events = [_event(mark, None, names) for mark in line.marks]
    return month_models.MonthLineEntry(
        id=item.id, name=item.name, project=item.project, indicator=item.indicator, full=item.full, points=line.points,
        lost=line.lost, measured=line.measured, lowest=lowest, events=events + _charged(line.charged, names),
    )  # fmt: skip


def _sum(found: MonthSum, names: dict[str, str]) -> month_models.MonthSumEntry:
    return month_models.MonthSumEntry(
        id=found.extra.id,
        name=found.extra.name,
        points=found.extra.sign * found.points,
        events=_charged(found.charged, names),
    )


def _charged(
    charged: tuple[ChargedEvent, ...], names: dict[str, str]
) -> list[month_models.MonthEventEntry]:
    return [_event(one.event, one.points, names) for one in charged]


def _event(
    event: ServiceEvent, points: float | None, names: dict[str, str]
) -> month_models.MonthEventEntry:
    said = ("day", "level", "repeat", "value", "result_id")
    return month_models.MonthEventEntry(
        **{name: getattr(event, name) for name in said},
        kind=names.get(event.kind, event.kind),
        note=mask_text(event.note, said=False),
        call_id=event.call_id and mask_text(event.call_id, said=False),
        points=points,
    )
