"""The tables of a period: calls, agents, teams, coaching records. A workbook has a sheet for
each."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pipeline.people import COACHING_NAMES
from pipeline.privacy import mask_text
from pipeline.report.call_list import call_grid
from pipeline.report.grids import Column, Grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.study import Coached, SiteReport, Summary
    from pipeline.types import CallRecord

FIGURE_COLUMNS = (
    Column("calls", "通话", "integer"), Column("scored", "评分", "integer"), Column("attitude", "服务态度", "number"),
    Column("low", "区间下限", "number"), Column("high", "区间上限", "number"), Column("total", "总分", "number"),
    Column("fatal", "一票否决", "integer"), Column("forbidden", "有禁语的通话", "integer"),
    Column("doubtful", "待复核", "integer"), Column("handling_s", "处理时长（秒）", "number", digits=0),
    Column("latency_s", "应答间隔（秒）", "number", digits=2), Column("rating", "满意度", "number", digits=2),
    Column("complaints", "投诉（通话表导入）", "integer", width=18),
)  # fmt: skip
AGENT_COLUMNS = (Column("agent_id", "工号"), Column("agent_name", "姓名"), *FIGURE_COLUMNS)
TEAM_COLUMNS = (Column("team", "班组", width=16), *FIGURE_COLUMNS)
COACHING_COLUMNS = (
    Column("on", "日期", "time"), Column("agent_id", "工号"), Column("agent_name", "姓名"), Column("kind", "措施"),
    Column("item", "考核要素", width=20), Column("note", "内容", width=40), Column("recorded_by", "记录人"),
    Column("answer", "客服答复", width=30), Column("calls_before", "之前通数", "integer"),
    Column("before", "之前服务态度", "number"), Column("calls_after", "之后通数", "integer"),
    Column("after", "之后服务态度", "number"), Column("difference", "相差", "number"),
    Column("low", "区间下限", "number"), Column("high", "区间上限", "number"), Column("faults_before", "同一问题之前通数", "integer"),
    Column("faults_after", "同一问题之后通数", "integer"), Column("effect", "前后对比", width=60),
)  # fmt: skip


def site_grids(
    site: SiteReport, records: Sequence[CallRecord], *, masked: bool = True
) -> list[Grid]:
    """The tables of a site's period. That of the calls comes first: other files than workbooks hold
    one table."""
    agents = Grid("客服", AGENT_COLUMNS, (), _title(site, "客服"))
    return [
        call_grid(records, title=_title(site, "通话"), masked=masked),
        _figure_grid(agents, "agent_id", site.agents, site.agent_names),
        _figure_grid(Grid("班组", TEAM_COLUMNS, (), _title(site, "班组")), "team", site.teams),
        coaching_grid(site.coached, site.agent_names, masked=masked),
    ]


def _title(site: SiteReport, table: str) -> str:
    """The heading of a table, which says so where the period has not ended."""
    return f"{site.period} {table}{f'（{site.interim}）' if site.interim else ''}"


def coaching_grid(
    coached: Sequence[Coached], names: Mapping[str, str | None], *, masked: bool = True
) -> Grid:
    """One row for each coaching record, with the figures before and after it. ``names``: of agents
    by id."""
    rows = [_coaching_row(one, names, masked=masked) for one in coached]
    return Grid("处理措施", COACHING_COLUMNS, rows)


def _coaching_row(
    one: Coached, names: Mapping[str, str | None], *, masked: bool
) -> dict[str, object]:
    record, effect = one.record, one.effect
    hide = partial(mask_text, said=False) if masked else str
    return {
        "on": record.on, "agent_id": record.agent_id, "agent_name": names.get(record.agent_id),
        "kind": COACHING_NAMES[record.kind], "item": record.item or None, "note": hide(record.note),
        "recorded_by": record.recorded_by, "answer": hide(record.answer) or None,
        "calls_before": effect.n[0], "before": effect.means[0], "calls_after": effect.n[1], "after": effect.means[1],
        "difference": effect.difference if effect.is_enough else None, "low": effect.low, "high": effect.high,
        "faults_before": effect.faults and effect.faults[0], "faults_after": effect.faults and effect.faults[1],
        "effect": effect.sentence,
    }  # fmt: skip


def _figure_grid(
    empty: Grid,
    key: str,
    figures: Mapping[str, Summary],
    people: Mapping[str, str] | None = None,
) -> Grid:
    rows = [
        {key: one, "agent_name": (people or {}).get(one)}
        | {column.key: getattr(summary, column.key) for column in FIGURE_COLUMNS}
        for one, summary in figures.items()
    ]
    return replace(empty, rows=rows)
