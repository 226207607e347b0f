"""An agent's month, and 四个一样, from the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.errors import ReportError
from pipeline.jobs.coaching import coached_in, done_since
from pipeline.jobs.monthly import judge_agents
from pipeline.jobs.promises import count_promises
from pipeline.report import Names, coaching_grid, month_grids, write_grids, write_month, write_same
from pipeline.study import (
    AgentMonth,
    SameStudy,
    agent_month,
    compare_agents,
    compare_groups,
    hourly_load,
)
from pipeline.types import CallRecord, Scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.jobs.as_of import AsOf
    from pipeline.jobs.report import Formats
    from pipeline.lexicon import MonthRules
    from pipeline.store import Store


def has_own_events(store: Store, own: Scope) -> bool:
    """Whether the agent of a scope has events of their own in it. Raises ``StoreError``."""
    return any(event.agent_id == own.agent for event in store.events.find(own))


def report_month(  # noqa: PLR0913 - as report_site
    store: Store,
    scope: Scope,
    *,
    period: str,
    path: Path,
    names: Names,
    formats: Formats,
    masked: bool,
    as_of: AsOf,
) -> Path:
    """Write the month of the agent of ``scope`` as the printed sheet, with its tables. Raises ``ReportError``,
    ``StoreError``."""
    own = Scope(scope.since, scope.until, scope.agent)
    records = store.calls.records(own)
    if not records and not has_own_events(store, own):
        raise ReportError(
            f"{scope.agent}: no calls and no events in {period}; check the agent's number and the period"
        )
    month = month_of(
        store, records, own, replace(scope, agent=None), period, rules=names.months, as_of=as_of
    )
    done = done_since(store, own).get(str(own.agent), ())
    month = replace(month, coached=coached_in(store, own), done=done)
    for ending in formats:
        grids = month_grids(month, records, names, masked=masked)
        coached = coaching_grid(month.coached, {str(scope.agent): month.name}, masked=masked)
        write_grids(path.with_suffix(f".{ending}"), [*grids, coached])
    return write_month(month, path, names, masked=masked)


def month_of(
    store: Store,
    records: Sequence[CallRecord],
    own: Scope,
    month: Scope,
    period: str,
    *,
    as_of: AsOf,
    rules: MonthRules | None = None,
) -> AgentMonth:
    """An agent's month, held against the team; against nobody where no team is known. ``records``:
    the agent's calls of ``own``; without any, events alone make the month. With ``rules`` it has the
    result by the monthly sheet, an interim one where the month has not ended at ``as_of``. Raises ``StoreError``."""
    agent = str(own.agent)
    if records:
        name, team = records[-1].agent_name, records[-1].team
    else:
        name, team = store.agents.find([agent]).get(agent, (None, None))
    colleagues = Scope(month.since, month.until, team=team)
    same = compare_groups(
        records,
        history=store.calls.first_moments(own),
        load=store.calls.hourly_calls(month),
        random_only=_random(store, records),
    )
    found = agent_month(
        agent,
        records,
        period=period,
        others=[record for record in store.calls.records(colleagues) if record.agent_id != agent]
        if team
        else [],
        items=store.calls.items(own),
        team_items=store.calls.items(colleagues) if team else [],
        behind=store.calls.calls_behind(own),
        faults=store.calls.faults(own),
        resolution=store.calls.resolution(own),
        same=same,
        step=own.step,
        knowledge=store.calls.knowledge(own),
        results=judge_agents(store, rules, records, own, today=as_of.today).get(agent, ())
        if rules
        else (),
    )
    return replace(
        found,
        name=name,
        team=team,
        promises=count_promises(store, own, as_of),
        interim=as_of.interim(own),
    )


def report_same(store: Store, scope: Scope, *, period: str, path: Path) -> Path:
    """Write 四个一样 of all agents together and of each of whom a difference is claimed. Raises
    ``ReportError``, ``StoreError``."""
    records = store.calls.records(scope)
    history, chosen = store.calls.first_moments(scope), _random(store, records)
    together = compare_groups(
        records, history=history, load=hourly_load(records), random_only=chosen
    )
    agents = compare_agents(records, history=history, random_only=chosen)
    told: list[tuple[str, SameStudy]] = [("全体", together)]
    told += [
        (f"{one.agent_id} {one.agent_name or ''}".strip(), one.study)
        for one in agents
        if any(comparison.claimed for comparison in one.study.comparisons)
    ]
    return write_same(told, path, period=period, silent=len(agents) - len(told) + 1)


def _random(store: Store, records: Sequence[CallRecord]) -> frozenset[int] | None:
    """Results of the calls that were drawn at random, ``None`` where none was."""
    drawn = store.samples.random_draws()
    found = frozenset(record.result_id for record in records if record.sha256 in drawn)
    return found or None
