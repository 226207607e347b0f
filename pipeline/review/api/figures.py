"""Figures of agents and rules, and the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request

from pipeline.jobs import coached_in
from pipeline.review.access import may_see_agent
from pipeline.review.api import figure_models
from pipeline.review.api.coaching import entry_of
from pipeline.review.api.parts import (
    CHECKED,
    REFUSALS,
    After,
    AfterId,
    LimitQuery,
    MonthField,
    PeriodField,
    WordQuery,
    cut,
    fields,
)
from pipeline.review.api.results import promise_line
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.periods import chosen_period
from pipeline.review.promises import as_of, list_promises
from pipeline.study import grouped, summarise
from pipeline.types import CallRecord, Period

router = APIRouter(prefix="/api/v1", dependencies=CHECKED, responses=REFUSALS)


@router.get("/agents")
def list_agents(
    request: Request,
    month: MonthField = None,
    period: PeriodField = None,
    team: WordQuery = None,
    limit: LimitQuery = 50,
    after: After = None,
) -> figure_models.AgentPage:
    """The figures of all agents with calls in a period, by id; without one the last month with
    calls."""
    site = site_of(request)
    chosen = chosen_period(site, key=period or month, wrong=422)
    lines, _ = site.cache.get(("api agents", chosen, team), lambda: _agents(site, chosen, team))
    rows, following = cut(
        [one for one in lines if after is None or one.agent_id > after], limit, lambda r: r.agent_id
    )
    return figure_models.AgentPage(
        month=chosen.name,
        period=chosen.key,
        interim=as_of(site).interim(chosen.scope()),
        agents=rows,
        next=following,
    )


@router.get("/agents/{agent_id}")
def get_agent(
    request: Request,
    agent_id: Annotated[str, Path(max_length=100)],
    month: MonthField = None,
    period: PeriodField = None,
) -> figure_models.AgentEntry:
    """The figures of an agent's month or other period, the points of each line of the scorecards,
    and the measures taken."""
    site = site_of(request)
    if not may_see_agent(visitor_of(request).user, agent_id):
        raise HTTPException(404)
    chosen = chosen_period(site, key=period or month, wrong=422)
    scope = chosen.scope(agent=agent_id)
    records = site.store.calls.records(scope)
    if not records:
        raise HTTPException(404)
    items = [
        figure_models.ItemEntry.model_validate(fields(item, figure_models.ItemEntry))
        for item in site.store.calls.items(scope)
        if item.calls
    ]
    coached = [entry_of(one) for one in coached_in(site.store, scope)]
    return figure_models.AgentEntry(
        month=chosen.name, period=chosen.key, figures=_agent_line(agent_id, records), items=items,
        coaching=coached, interim=as_of(site).interim(scope), promises=promise_line(list_promises(request, scope).whole),
    )  # fmt: skip


@router.get("/rules")
def list_rules(
    request: Request, limit: LimitQuery = 50, after: After = None
) -> figure_models.RulePage:
    """The rules of the lexicon, by id, with the counts and decisions of their findings."""
    site = site_of(request)
    counts, _ = site.cache.get(
        "api rules", lambda: {count.rule: count for count in site.store.rules.counts()}
    )
    left = site.store.rules.review_only().keys() | set(site.settings.scoring.review_only)
    ids = [one for one in sorted(site.rules) if after is None or one > after]
    rows, following = cut(ids, limit, str)
    names = ("hits", "charged", "doubtful", "confirmed", "refused")
    lines = [
        figure_models.RuleLine(
            id=one, name=site.rules[one].name, kind=site.rules[one].kind, review_only=one in left,
            **{name: getattr(counts.get(one), name, 0) for name in names},
        )
        for one in rows
    ]  # fmt: skip
    return figure_models.RulePage(rules=lines, next=following)


@router.get("/ledger")
def list_ledger(
    request: Request,
    actor: WordQuery = None,
    action: WordQuery = None,
    subject: WordQuery = None,
    limit: LimitQuery = 50,
    after: AfterId = None,
) -> figure_models.LedgerPage:
    """The ledger, the last entry first. The hashes are of the stored entries, which are not
    masked."""
    found = site_of(request).store.ledger.page(
        actor=actor,
        action=action,
        subject=subject,
        before=int(after) if after else None,
        limit=limit + 1,
    )
    rows, following = cut(found, limit, lambda entry: str(entry.id))
    lines = [
        figure_models.LedgerLine.model_validate(fields(entry, figure_models.LedgerLine))
        for entry in rows
    ]
    return figure_models.LedgerPage(entries=lines, next=following)


def _agents(site: ReviewContext, period: Period, team: str | None) -> list[figure_models.AgentLine]:
    records = (
        record for record in site.store.calls.records(period.scope(team=team)) if record.agent_id
    )
    return [
        _agent_line(one, own)
        for one, own in sorted(grouped(records, lambda record: record.agent_id).items())
    ]


def _agent_line(agent_id: str, records: Sequence[CallRecord]) -> figure_models.AgentLine:
    summary, last = summarise(records), records[-1]
    figures = {
        name: getattr(summary, name)
        for name in figure_models.AgentLine.model_fields
        if hasattr(summary, name)
    }
    return figure_models.AgentLine(
        agent_id=agent_id, name=last.agent_name, team=last.team, **figures
    )
