"""The report of a site, a team or a queue: what is counted in the store, put together for a page
and written with its tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

from pipeline.jobs.coaching import coached_in, done_since
from pipeline.jobs.monthly import judge_agents, name_results
from pipeline.jobs.promises import count_promises
from pipeline.jobs.topics import count_topics
from pipeline.report import (
    Grid,
    Names,
    event_grid,
    event_names,
    knowledge_grid,
    line_grid,
    promise_grids,
    result_grid,
    site_grids,
    topic_grids,
    write_grids,
    write_site,
)
from pipeline.study import Coaching, SiteReport, coach, site_report

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.jobs.as_of import AsOf
    from pipeline.store import Store
    from pipeline.types import CallRecord, Scope

COACHED = 30
"""Agents that the site's page lists for coaching, the lowest attitude first; each has a page of
their own."""

Formats = Sequence[str]
"""File endings of the tables to write, such as ``xlsx``."""


def agents_in(store: Store, scope: Scope) -> tuple[str, ...]:
    """The agents with calls or events of their own in a scope, by id. Raises ``StoreError``."""
    with_calls = {one.agent_id for one in store.calls.records(scope) if one.agent_id}
    with_events = {one.agent_id for one in store.events.find(scope) if one.agent_id}
    return tuple(sorted(with_calls | with_events))


def file_name(agent: str) -> str:
    """A file name that stays in its folder whatever the agent is called."""
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in agent)[:60] or "agent"


def report_site(  # noqa: PLR0913 - by keyword: what to report, how and as of when
    store: Store,
    scope: Scope,
    *,
    period: str,
    folder: Path,
    names: Names,
    formats: Formats,
    masked: bool,
    as_of: AsOf,
) -> Path:
    """Write the page of a period and its tables: of calls, and in a workbook also of agents, teams,
    promises and coaching records. Raises ``ReportError``,
    ``StoreError``."""
    records = store.calls.records(scope)
    topics = count_topics(store, scope, with_clusters=scope.since != scope.until)
    knowledge = store.calls.knowledge(scope)
    site = site_report(
        records,
        period=period,
        faults=store.calls.faults(scope),
        resolution=store.calls.resolution(scope),
        coaching=_coaching(store, records, scope),
        step=scope.step,
        topics=topics,
        knowledge=knowledge,
        results=judge_agents(store, names.months, records, scope, today=as_of.today)
        if names.months
        else {},
    )
    site = replace(
        site,
        coached=coached_in(store, scope),
        done=done_since(store, scope),
        agent_names=name_results(store, site),
        promises=count_promises(store, scope, as_of),
        interim=as_of.interim(scope),
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
    """Write the tables of a site's page: a workbook holds all; other files hold one each, of calls,
    monthly results, events and promises. Raises ``ReportError``, ``StoreError``."""
    report, records = site
    calls, *others = site_grids(report, records, masked=masked)
    if report.summary.lines.is_known:
        others.append(line_grid(report.agents, report.summary, names.answer_s, title=report.period))
    if report.topics:
        others += topic_grids(report.topics, title=f"{report.period} 话题", masked=masked)
    if report.knowledge:
        others.append(knowledge_grid(report.knowledge, title=f"{report.period} 业务知识"))
    promised: list[Grid] = []
    if report.promises and report.promises.whole.made:
        promised = promise_grids(report.promises, title=f"{report.period} 承诺", masked=masked)
        others += promised
    results = _result_grids(store, scope, report, names, masked=masked)
    for ending in formats:
        if ending == "xlsx":
            write_grids(folder / "calls.xlsx", [calls, *others, *results.values()])
            continue
        listed = {"promises": promised[1]} if promised else {}
        for name, grid in {"calls": calls, **results, **listed}.items():
            write_grids(folder / f"{name}.{ending}", [grid])


def _result_grids(
    store: Store, scope: Scope, report: SiteReport, names: Names, *, masked: bool
) -> dict[str, Grid]:
    """The tables of the monthly sheets by the names of their files: results where there are any,
    and the events of any period. Events are of no queue."""
    found: dict[str, Grid] = {}
    title, kinds = f"{report.period} 月度考核", event_names(names.months)
    events = store.events.find(scope) if scope.queue is None else []
    if report.results:
        found["results"] = result_grid(report.results, report.agent_names, title=title)
    if report.results or events:
        title = f"{report.period} 事项"
        found["events"] = event_grid(events, kinds, title=title, masked=masked)
    return found


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
