"""The pages of a period, an agent's month and 四个一样, and their tables of calls."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipeline.privacy import mask_customer, mask_name, mask_text
from pipeline.report.grids import Column, Grid
from pipeline.report.html import environment, write_page
from pipeline.report.knowledge import knowledge_grid
from pipeline.report.promise_tables import promise_grids
from pipeline.report.promise_words import tell_promises
from pipeline.report.result_grids import form_grid
from pipeline.report.svg import bar_chart, column_chart, interval_chart, line_chart
from pipeline.types import Period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.lexicon import MonthRules
    from pipeline.study import AgentMonth, SameStudy, SiteReport, Summary, TopicPeriod
    from pipeline.types import CallRecord, Seconds, Step

ANSWER_S = 15.0
"""Seconds within which a call is answered in time (our choice; ``[limits] answer_s``)."""

LINES = 5
"""Most lines in one chart; more are hard to tell apart."""

SCORE_RANGE = (0.0, 100.0)

STEP_NAMES: Mapping[Step, str] = {"day": "逐日", "week": "逐周", "month": "逐月"}


@dataclass(frozen=True, slots=True)
class Names:
    """Names of rules by id, of scorecards by version mark, and of topics by id. ``months``: the
    monthly sheets and kinds of events; ``base_url``: where the review pages are, empty for no
    links; ``answer_s``: the limit of
    及时接听."""

    rules: Mapping[str, str] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    months: MonthRules | None = None
    base_url: str = ""
    answer_s: Seconds = ANSWER_S


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


def event_names(months: MonthRules | None) -> dict[str, str]:
    """What kinds of events are called, by id."""
    return {kind.id: kind.name for kind in months.kinds.kinds} if months else {}


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


LINE_WORDS = {
    "inbound": "呼入", "outbound": "呼出", "internal": "内部", "answered": "已接", "missed": "未接",
    "agent": "客服", "customer": "客户", "system": "系统",
}  # fmt: skip
"""What telephone systems say, in words."""

CALL_COLUMNS = (
    Column("call_id", "通话编号", width=20), Column("agent_id", "工号"), Column("agent_name", "姓名"),
    Column("team", "班组"), Column("queue", "队列", width=16), Column("started_at", "开始时间", "time", width=20),
    Column("customer_id", "客户", width=16), Column("duration_s", "时长（秒）", "number", digits=0),
    Column("attitude", "服务态度", "number"), Column("total", "总分", "number"), Column("grade", "等级"),
    Column("fatal", "一票否决", "flag"), Column("forbidden", "禁语", "integer"), Column("missing", "缺少用语", "integer"),
    Column("doubtful", "待复核", "integer"), Column("chars_per_min", "语速（字/分）", "number", digits=0),
    Column("latency_s", "应答间隔（秒）", "number", digits=2), Column("silence_s", "静默（秒）", "number"),
    Column("customer_upset", "客户激动", "flag"), Column("rating", "满意度", "number"),
    Column("direction", "呼叫方向"), Column("answer", "接听"), Column("ringing_s", "振铃（秒）", "number"),
    Column("hung_up_by", "挂机方"), Column("hung_up_early", "客服先挂机且没有道别", "flag"),
    Column("transferred_to", "转接至", width=16), Column("resolved", "已解决", "flag"), Column("complaint", "投诉", "flag"), Column("reviewed", "已复核", "flag"),
    Column("sampled", "已抽检", "flag"), Column("flags", "提示", width=40), Column("sheet", "评分表", width=22),
    Column("path", "录音", width=40), Column("sha256", "SHA-256", width=20),
)  # fmt: skip


def call_grid(records: Sequence[CallRecord], *, title: str, masked: bool = True) -> Grid:
    """One row for each call. Personal data in names, customers and paths is masked."""
    rows = []
    for record in records:
        row = {column.key: getattr(record, column.key) for column in CALL_COLUMNS}
        row["flags"] = "；".join(record.flags)
        row |= {
            name: LINE_WORDS.get(row[name], row[name])
            for name in ("direction", "answer", "hung_up_by")
        }
        row["hung_up_early"] = record.hung_up_early if record.hung_up_by else None
        if masked:
            row["path"] = mask_name(record.path)
            row["call_id"] = mask_text(record.call_id, said=False) if record.call_id else None
            row["customer_id"] = mask_customer(record.customer_id) if record.customer_id else None
            row["flags"] = mask_text(str(row["flags"]), said=False)
            row["transferred_to"] = record.transferred_to and mask_customer(record.transferred_to)
        rows.append(row)
    return Grid("通话", CALL_COLUMNS, rows, title)


TOPIC_COLUMNS = (
    Column("name", "话题", width=20), Column("matter", "大类"), Column("trade", "行业"), Column("calls", "通话", "integer"),
    Column("main", "为主要话题", "integer"), Column("attitude", "服务态度平均", "number"),
    Column("solved", "已解决", "integer"), Column("unsolved", "未解决", "integer"), Column("unknown", "不知道", "integer"),
    Column("first_call_share", "一次解决率", "number", digits=3), Column("first", "一次解决率的通话", "integer"),
)  # fmt: skip

CLUSTER_COLUMNS = (
    Column("words", "用词", width=40), Column("is_new", "本月新话题", "flag"), Column("calls", "通话（估计）", "integer"),
    Column("sampled", "抽样中的通话", "integer"), Column("before", "上期抽样中的通话", "integer"),
    Column("examples", "例子", width=40),
)  # fmt: skip


def topic_grids(period: TopicPeriod, *, title: str, masked: bool = True) -> list[Grid]:
    """The topics of a period, and the clusters of calls without one."""
    sums = [
        {column.key: getattr(one, column.key, None) for column in TOPIC_COLUMNS}
        | {"unknown": one.calls - one.solved - one.unsolved}
        for one in period.sums
    ]
    clusters = []
    for one in period.clusters:
        examples = "、".join(call.call_id or str(call.result_id) for call in one.examples)
        clusters.append(
            {column.key: getattr(one, column.key) for column in CLUSTER_COLUMNS}
            | {
                "words": "、".join(one.words),
                "examples": mask_text(examples) if masked else examples,
            }
        )
    return [
        Grid("话题", TOPIC_COLUMNS, sums, title),
        Grid("其他话题", CLUSTER_COLUMNS, clusters, f"{title}：没有归类的通话按用词聚成的类"),
    ]


LINE_COLUMNS = (
    Column("agent_id", "工号"), Column("offered", "呼入（有记录）", "integer"), Column("in_time", "及时接听", "integer"),
    Column("share", "及时接听率", "number", digits=3), Column("missed", "未接", "integer"),
    Column("ended", "挂机方有记录", "integer"), Column("by_agent", "客服先挂机", "integer"),
    Column("early", "其中没有道别（待复核）", "integer"), Column("transferred", "转接", "integer"),
)  # fmt: skip


def line_grid(
    agents: Mapping[str, Summary], together: Summary, answer_s: Seconds, *, title: str
) -> Grid:
    """及时接听, hang-ups and transfers of each agent of whom a telephone system says something, and
    of all together."""
    rows = []
    for name, summary in (*agents.items(), ("合计", together)):
        lines = summary.lines
        if lines.is_known:
            rows.append(
                {column.key: getattr(lines, column.key, None) for column in LINE_COLUMNS}
                | {
                    "agent_id": name,
                    "in_time": lines.in_time(answer_s) if lines.offered else None,
                    "share": lines.share_in_time(answer_s),
                }
            )
    return Grid("话务", LINE_COLUMNS, rows, f"{title} 话务（{answer_s:g} 秒内接听为及时）")


ITEM_COLUMNS = (
    Column("sheet", "评分表", width=22), Column("project", "考核项目"), Column("indicator", "考核指标"),
    Column("name", "考核要素", width=24), Column("full", "满分", "number"), Column("calls", "适用通数", "integer"),
    Column("lost", "平均扣分", "number", digits=2), Column("points", "平均得分", "number", digits=2),
    Column("hit", "扣分通数", "integer"), Column("behind", "对应通话", width=60),
    Column("source", "依据", width=60),
)  # fmt: skip


def month_grids(
    month: AgentMonth, records: Sequence[CallRecord], names: Names, *, masked: bool = True
) -> list[Grid]:
    """The printed scorecard as a table, the calls behind it, and answers about facts if there are
    any."""
    rows = []
    for part in month.parts:
        for line in (*part.items, *part.extras, *part.beside):
            item = line.item
            behind = "、".join(
                f"{call.call_id or call.result_id}（{call.change:+g}）" for call in line.calls
            )
            rows.append(
                {
                    "sheet": names.sheets.get(part.sheet, part.sheet),
                    "project": item.project
                    or {"extras": "加分、扣分", "beside": "另列"}.get(item.part, ""),
                    "indicator": item.indicator,
                    "name": item.name,
                    "full": item.full,
                    "calls": item.calls,
                    "lost": -line.mean_change + 0.0 if item.calls else None,
                    "points": item.mean_points if item.calls else None,
                    "hit": item.hit,
                    "behind": mask_text(behind) if masked else behind,
                    "source": names.sources.get((part.sheet, item.id), ""),
                }
            )
    who = f"{month.name or ''} {month.agent_id}".strip()
    heading = "逐通评分" if month.results else "客服服务质量测评表"
    title = f"{heading}　{who}　{month.period}　服务态度 {_short(month.summary.attitude)}　总分 {_short(month.summary.total)}"
    title += f"　{month.interim}" if month.interim else ""
    grids = [
        *(
            form_grid(result, who, event_names(names.months), masked=masked)
            for result in month.results
        ),
        Grid("逐通评分" if month.results else "测评表", ITEM_COLUMNS, rows, title),
        call_grid(records, title=f"{who} {month.period}", masked=masked),
    ]
    if month.summary.lines.is_known:
        own_lines = {month.agent_id: month.summary}
        grids.append(line_grid(own_lines, month.summary, names.answer_s, title=who))
    if month.knowledge:
        own = [replace(one, agent_id=month.agent_id) for one in month.knowledge]
        grids.append(knowledge_grid(own, title=f"{who} {month.period} 业务知识"))
    if month.promises and month.promises.whole.made:
        said = f"{who} {month.period} {tell_promises(month.promises.whole)}"
        grids.append(promise_grids(month.promises, title=said, masked=masked)[1])
    return grids


def _short(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"
