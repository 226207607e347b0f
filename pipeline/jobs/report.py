"""Reports from the store: what is counted there, put together for a page and written with its
tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

from pipeline.errors import ReportError
from pipeline.jobs.coaching import coached_in, done_since
from pipeline.jobs.monthly import judge_agents, name_results
from pipeline.jobs.promises import count_promises
from pipeline.jobs.topics import count_topics
from pipeline.lexicon import (
    LEXICON_FOLDER,
    MonthRules,
    Overlay,
    load_lexicon,
    load_monthly,
    load_regulations,
    load_scorecards,
    names_of_rules,
)
from pipeline.report import (
    ANSWER_S,
    Grid,
    Names,
    coaching_grid,
    event_grid,
    event_names,
    knowledge_grid,
    line_grid,
    month_grids,
    promise_grids,
    result_grid,
    site_grids,
    topic_grids,
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

    from pipeline.jobs.as_of import AsOf
    from pipeline.store import Store
    from pipeline.types import Seconds

COACHED = 30
"""Agents that the site's page lists for coaching, the lowest attitude first; each has a page of
their own."""

Formats = Sequence[str]
"""File endings of the tables to write, such as ``xlsx``."""


def load_names(
    lexicons: Path = LEXICON_FOLDER,
    base_url: str = "",
    answer_s: Seconds = ANSWER_S,
    overlay: Overlay | None = None,
) -> Names:
    """What rules and sheets are called now, and what they rest on; the rules of months.
    ``base_url``: where the review pages are; ``overlay``: ``None`` for the one in the folder. Raises ``LexiconError``."""
    lexicon = load_lexicon(lexicons, overlay)
    sheets = load_scorecards(
        lexicons / "scoring",
        rule_ids=[rule.id for rule in lexicon.rules],
        duties=lexicon.duties,
        overlay=overlay,
    ).sheets
    rules = names_of_rules(lexicon.rules)
    regulations = load_regulations(lexicons)
    sources = {
        (sheet.mark, name): regulations.show(source)
        for sheet in sheets
        for name, source in (
            *((item.id, item.source) for item in (*sheet.elements, *sheet.beside)),
            *((extra.id, extra.source) for extra in sheet.extras),
        )
    }
    topics = {topic.id: f"{topic.trade} {topic.name}".strip() for topic in lexicon.topics.all}
    months = load_monthly(lexicons, rule_ids=[rule.id for rule in lexicon.rules])
    shown = {sheet.mark: sheet.name for sheet in sheets}
    return Names(rules, shown, sources, topics, months, base_url.rstrip("/"), answer_s)


def agents_in(store: Store, scope: Scope) -> tuple[str, ...]:
    """The agents with calls or events of their own in a scope, by id. Raises ``StoreError``."""
    with_calls = {one.agent_id for one in store.calls.records(scope) if one.agent_id}
    with_events = {one.agent_id for one in store.events.find(scope) if one.agent_id}
    return tuple(sorted(with_calls | with_events))


def has_own_events(store: Store, own: Scope) -> bool:
    """Whether the agent of a scope has events of their own in it. Raises ``StoreError``."""
    return any(event.agent_id == own.agent for event in store.events.find(own))


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
