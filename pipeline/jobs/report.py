"""Reports from the store: what is counted there, put together for a page and written with its
tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

from pipeline.errors import ReportError
from pipeline.jobs.monthly import judge_agents
from pipeline.lexicon import (
    LEXICON_FOLDER,
    MonthRules,
    load_lexicon,
    load_monthly,
    load_regulations,
    load_scorecards,
)
from pipeline.report import (
    Names,
    call_grid,
    event_grid,
    event_names,
    month_grids,
    result_grid,
    write_grids,
    write_month,
    write_same,
    write_site,
)
from pipeline.study import (
    AgentMonth,
    Coaching,
    SameStudy,
    SiteReport,
    agent_month,
    coach,
    compare_agents,
    compare_groups,
    hourly_load,
    site_report,
)
from pipeline.types import CallRecord, Scope

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.store import Store

COACHED = 30
"""Agents that the site's page lists for coaching, the lowest attitude first; each has a page of
their own."""

Formats = Sequence[str]
"""File endings of the tables to write, such as ``xlsx``."""


def load_names(lexicons: Path = LEXICON_FOLDER, base_url: str = "") -> Names:
    """What rules and sheets are called now, and what they rest on; the rules of months.
    ``base_url``: where the review pages are. Raises ``LexiconError``."""
    lexicon = load_lexicon(lexicons)
    sheets = load_scorecards(
        lexicons / "scoring", rule_ids=[rule.id for rule in lexicon.rules], duties=lexicon.duties
    ).sheets
    measured = {
        "interruption": "打断客户",
        "process.slow_reply": "回复不及时",
        "process.long_wait_no_notice": "让客户久等，没有告知",
    }
    rules = {rule.id: rule.name for rule in lexicon.rules} | measured
    regulations = load_regulations(lexicons)
    sources = {
        (sheet.mark, name): regulations.show(source)
        for sheet in sheets
        for name, source in (
            *((item.id, item.source) for item in (*sheet.elements, *sheet.beside)),
            *((extra.id, extra.source) for extra in sheet.extras),
        )
    }
    months = load_monthly(lexicons, rule_ids=[rule.id for rule in lexicon.rules])
    shown = {sheet.mark: sheet.name for sheet in sheets}
    return Names(rules, shown, sources, months, base_url.rstrip("/"))


def report_site(
    store: Store,
    scope: Scope,
    *,
    period: str,
    folder: Path,
    names: Names,
    formats: Formats,
    masked: bool,
) -> Path:
    """Write the page of a day or month and its table of calls. Raises ``ReportError``,
    ``StoreError``."""
    records = store.calls.records(scope)
    site = site_report(
        records,
        period=period,
        faults=store.calls.faults(scope),
        resolution=store.calls.resolution(scope),
        coaching=_coaching(store, records, scope),
        results=judge_agents(store, names.months, records, scope) if names.months else {},
    )
    if formats:
        _write_tables(store, scope, (site, records), folder, formats, names, masked=masked)
    return write_site(site, folder / "index.html", names, masked=masked)


def _write_tables(
    store: Store,
    scope: Scope,
    site: tuple[SiteReport, Sequence[CallRecord]],
    folder: Path,
    formats: Formats,
    names: Names,
    *,
    masked: bool,
) -> None:
    """Write the tables of a site's page: a workbook holds all, other files one each. Raises
    ``ReportError``, ``StoreError``."""
    report, records = site
    tables = {"calls": call_grid(records, title=f"{report.period} 通话", masked=masked)}
    if report.results:
        title, kinds = f"{report.period} 月度考核", event_names(names.months)
        events = store.events.find(scope)
        tables["results"] = result_grid(report.results, report.agent_names, title=title)
        title = f"{report.period} 事项"
        tables["events"] = event_grid(events, kinds, title=title, masked=masked)
    for ending in formats:
        if ending == "xlsx":
            write_grids(folder / "calls.xlsx", list(tables.values()))
            continue
        for name, grid in tables.items():
            write_grids(folder / f"{name}.{ending}", [grid])


def _coaching(
    store: Store, records: Sequence[CallRecord], scope: Scope
) -> dict[str, tuple[Coaching, ...]]:
    """The weakest items of the agents with the lowest attitude."""
    attitudes: dict[str, list[float]] = defaultdict(list)
    for record in records:
        if record.agent_id and record.attitude is not None:
            attitudes[record.agent_id].append(record.attitude)
    lowest = sorted(attitudes, key=lambda agent: (fmean(attitudes[agent]), agent))[:COACHED]
    found: dict[str, tuple[Coaching, ...]] = {}
    for agent in lowest:
        own = replace(scope, agent=agent)
        found[agent] = coach(store.calls.items(own), (), store.calls.calls_behind(own))
    return {agent: coaching for agent, coaching in found.items() if coaching}


def report_month(
    store: Store,
    scope: Scope,
    *,
    period: str,
    path: Path,
    names: Names,
    formats: Formats,
    masked: bool,
) -> Path:
    """Write the month of the agent of ``scope`` as the printed sheet, with its tables. Raises ``ReportError``,
    ``StoreError``."""
    own = Scope(scope.since, scope.until, scope.agent)
    records = store.calls.records(own)
    if not records:
        raise ReportError(
            f"{scope.agent}: no calls in {period}; check the agent's number and the month"
        )
    month = month_of(store, records, own, replace(scope, agent=None), period, rules=names.months)
    for ending in formats:
        write_grids(
            path.with_suffix(f".{ending}"), month_grids(month, records, names, masked=masked)
        )
    return write_month(month, path, names, masked=masked)


def month_of(
    store: Store,
    records: Sequence[CallRecord],
    own: Scope,
    month: Scope,
    period: str,
    *,
    rules: MonthRules | None = None,
) -> AgentMonth:
    """An agent's month, held against the team; against nobody where no team is known. ``records``:
    the agent's calls of ``own``, one at least. With ``rules`` it has the result by the monthly
    sheet. Raises ``StoreError``."""
    agent, team = str(own.agent), records[-1].team
    colleagues = Scope(month.since, month.until, team=team)
    same = compare_groups(
        records,
        history=store.calls.first_moments(own),
        load=store.calls.hourly_calls(month),
        random_only=_random(store, records),
    )
    return agent_month(
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
        results=judge_agents(store, rules, records, own).get(agent, ()) if rules else (),
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
