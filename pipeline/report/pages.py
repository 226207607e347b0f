"""The pages of a period, an agent's month and 四个一样."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipeline.report.html import environment, write_page
from pipeline.report.names import Names, event_names
from pipeline.report.svg import bar_chart, column_chart, interval_chart, line_chart
from pipeline.types import Period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.study import AgentMonth, SameStudy, SiteReport, Summary
    from pipeline.types import Step

LINES = 5
"""Most lines in one chart; more are hard to tell apart."""

SCORE_RANGE = (0.0, 100.0)

STEP_NAMES: Mapping[Step, str] = {"day": "逐日", "week": "逐周", "month": "逐月"}


def write_month(month: AgentMonth, path: Path, names: Names, *, masked: bool = True) -> Path:
    """Write an agent's month, the printed scorecard first. Raises ``ReportError``."""
    return write_page(path, _render("month.html.j2", names, **show_month(month, masked=masked)))


def show_month(month: AgentMonth, *, masked: bool = True, calls_at: str = "") -> dict[str, Any]:
    """The variables of the templates of an agent's month. ``calls_at``: the address of the list of
    its calls, to which the points of the trend lead."""
    trend = _trend(month.days, month.step, calls_at)
    return {"month": month, "trend": trend, "masked": masked}


def write_site(site: SiteReport, path: Path, names: Names, *, masked: bool = True) -> Path:
    """Write the page of a period of the whole site. Raises ``ReportError``."""
    return write_page(path, _render("site.html.j2", names, **show_site(site, names, masked=masked)))


def show_site(
    site: SiteReport, names: Names, *, masked: bool = True, calls_at: str = ""
) -> dict[str, Any]:
    """The variables of the templates of a site's period. ``calls_at``: the address of the list of
    its calls, to which filters can be added; the charts lead there."""
    faults = [f"{calls_at}&rule={quote(fault.rule)}" for fault in site.faults[:8]]
    bands = [f"{calls_at}&least={low}&most={high}" for low, high in map(_bounds, site.bands)]
    days = [_short_day(day) for day, _ in site.days]
    calls = _calls_of([day for day, _ in site.days], site.step, calls_at)
    bars = [(names.rules.get(fault.rule, fault.phrase), fault.calls) for fault in site.faults[:8]]
    return {
        "site": site,
        "masked": masked,
        "agents": sorted(
            site.agents.items(),
            key=lambda pair: 101.0 if pair[1].attitude is None else pair[1].attitude,
        ),
        "results": sorted(
            ((agent, one) for agent, own in site.results.items() for one in own),
            key=lambda pair: (pair[1].total is None, pair[1].total or 0.0, pair[0]),
        ),
        "bands": column_chart(site.bands, title="服务态度分布", links=bands if calls_at else ()),
        "fault_bars": bar_chart(
            bars, title="最常见的问题", unit=" 通", links=faults if calls_at else ()
        ),
        "trend": _trend(site.days, site.step, calls_at),
        "team_trend": _groups(
            site.teams, site.team_days, days, "各班组的服务态度", links=("&team=", calls)
        ),
        "queue_trend": _groups(
            site.queues, site.queue_days, days, "各队列的服务态度", links=("&queue=", calls)
        ),
    }


def _bounds(band: tuple[str, int]) -> tuple[str, str]:
    """The points of a band by its name.

    >>> _bounds(("60～70", 3)), _bounds(("100", 3))
    (('60', '69.999'), ('100', '100'))
    """
    low, _, high = band[0].partition("～")
    return low, f"{float(high) - 0.001:g}" if high else low


def write_same(
    studies: Sequence[tuple[str, SameStudy]], path: Path, *, period: str, silent: int = 0
) -> Path:
    """Write 四个一样 of some groups, by name. ``silent``: number of groups left out for lack of
    data."""
    rows = [(name, study, _intervals(study)) for name, study in studies]
    return write_page(
        path, _render("same.html.j2", Names(), period=period, rows=rows, silent=silent)
    )


def _render(template: str, names: Names, **values: object) -> str:
    return (
        environment()
        .get_template(template)
        .render(
            RULES=names.rules,
            SHEETS=names.sheets,
            SOURCES=names.sources,
            BASE_URL=names.base_url,
            ANSWER_S=names.answer_s,
            EVENT_NAMES=event_names(names.months),
            **values,
        )
    )


def _calls_of(days: Sequence[str], step: Step, calls_at: str) -> list[str]:
    """The address of the calls of each day, week or month; empty where there are no pages, and for
    the calls of no known day.

    >>> _calls_of(["2026-11-02"], "week", "/queue?view=all&since=2026-11-01&until=2026-11-30")
    ['/queue?view=all&since=2026-11-02&until=2026-11-08']
    """
    made: list[str] = []
    for day in days:
        first = f"{day}-01"[:10]
        if not calls_at or not re.fullmatch(r"\d{4}-\d\d-\d\d", first):
            made.append("")
            continue
        period = Period.around(step, date.fromisoformat(first))
        at = re.sub("since=[^&]*", f"since={period.since}", calls_at)
        made.append(re.sub("until=[^&]*", f"until={period.until}", at))
    return made


def _trend(days: Sequence[tuple[str, Summary]], step: Step, calls_at: str = "") -> str:
    calls = _calls_of([day for day, _ in days], step, calls_at)
    series = {"服务态度": [one.attitude for _, one in days], "总分": [one.total for _, one in days]}
    return line_chart(
        series,
        [_short_day(day) for day, _ in days],
        title=f"{STEP_NAMES[step]}的服务态度和总分",
        within=SCORE_RANGE,
        links=dict.fromkeys(series, calls),
    )


def _short_day(day: str) -> str:
    """A day without its year, for the axis."""
    return day[5:] if len(day) == len("2026-11-02") else day


def _groups(
    summaries: Mapping[str, Summary],
    lines: Mapping[str, Sequence[float | None]],
    days: Sequence[str],
    title: str,
    *,
    links: tuple[str, Sequence[str]],
) -> str:
    """A chart of the groups with the most calls. ``links``: how a filter by group begins, and the
    address of all calls of each day."""
    most = sorted(summaries, key=lambda name: -summaries[name].calls)[:LINES]
    by_group, calls = links
    return line_chart(
        {name: lines[name] for name in most},
        days,
        title=title,
        within=SCORE_RANGE,
        links={
            name: [at and f"{at}{by_group}{quote(name)}" for at in calls]
            for name in most
            if name != "未知"
        },
    )


def _intervals(study: SameStudy) -> str:
    known = [
        (f"{one.groups[1]} − {one.groups[0]}", one.difference, one.low, one.high)
        for one in study.comparisons
        if one.difference is not None and one.low is not None and one.high is not None
    ]
    return interval_chart(known, title="服务态度之差与区间（分）")
