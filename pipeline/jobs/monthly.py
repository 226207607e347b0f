"""The monthly results of agents: their calls and events by the monthly sheets."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.study import choose_sheet, count_outcomes, events_of, judge_month
from pipeline.types import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from pipeline.lexicon import MonthRules
    from pipeline.store import Store
    from pipeline.study import MonthResult, SiteReport
    from pipeline.types import CallRecord, MonthCall, ServiceEvent


def judge_agents(
    store: Store, rules: MonthRules, records: Sequence[CallRecord], scope: Scope, *, today: date
) -> dict[str, tuple[MonthResult, ...]]:
    """The results of all agents of a scope, one for each calendar month that lies wholly in it (D
    第二部分 四 2); none where the scope is of one queue: a month is of all. An agent with events of
    their own and without calls has a result too. ``records``: the calls of the scope; ``today``: the site's day, on which a month that has not ended
    has an interim result. Raises ``StoreError``."""
    if scope.queue is not None:
        return {}
    found: dict[str, tuple[MonthResult, ...]] = defaultdict(tuple)
    for month in scope.whole_months:
        own = replace(Scope.of_month(month), agent=scope.agent, team=scope.team)
        of_month = records if own == scope else store.calls.records(own)
        for agent, result in _judge_one_month(store, rules, of_month, own, today).items():
            found[agent] += (result,)
    return dict(found)


def name_results(store: Store, site: SiteReport) -> dict[str, str]:
    """The names of a site's agents, and of those whose results rest on events alone. Raises
    ``StoreError``."""
    people = store.agents.find(site.results.keys() - site.agents.keys())
    return {agent: name for agent, (name, _) in people.items() if name} | dict(site.agent_names)


def _judge_one_month(
    store: Store, rules: MonthRules, records: Sequence[CallRecord], scope: Scope, today: date
) -> dict[str, MonthResult]:
    assert scope.since is not None
    assert scope.until is not None
    calls = store.events.month_calls(records, scope, rules.kinds.by_outcome)
    groups: dict[str, list[MonthCall]] = defaultdict(list)
    teams: dict[str, str | None] = {}
    for record, call in zip(records, calls, strict=True):
        if record.agent_id:
            groups[record.agent_id].append(call)
            teams[record.agent_id] = record.team
    by_agent, of_teams = _sort_events(store.events.find(scope))
    absent = sorted(by_agent.keys() - groups.keys())  # events count without any call too
    teams |= {agent: team for agent, (_, team) in store.agents.find(absent).items()}
    results = {}
    for agent in (*groups, *absent):
        own = groups.get(agent, [])
        team_events = of_teams.get(teams.get(agent) or "", ())
        events = events_of(
            agent, teams.get(agent), [*by_agent.get(agent, ()), *team_events], rules.kinds
        )
        events += count_outcomes(agent, own, rules.kinds, unknown_day=scope.since)
        sheet = choose_sheet(rules.sheets, own, scope.since)
        results[agent] = judge_month(
            sheet, own, events, first=scope.since, last=scope.until, today=today
        )
    return results


def _sort_events(
    events: Sequence[ServiceEvent],
) -> tuple[Mapping[str, list[ServiceEvent]], Mapping[str, list[ServiceEvent]]]:
    """Events by agent, and those of whole teams by team."""
    by_agent: dict[str, list[ServiceEvent]] = defaultdict(list)
    of_teams: dict[str, list[ServiceEvent]] = defaultdict(list)
    for event in events:
        if event.agent_id is not None:
            by_agent[event.agent_id].append(event)
        elif event.team is not None:
            of_teams[event.team].append(event)
    return by_agent, of_teams
