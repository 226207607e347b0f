"""An agent's month as tables: the scorecard, the calls behind it, answers about facts, promises."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.privacy import mask_text
from pipeline.report.call_list import call_grid, line_grid
from pipeline.report.grids import Column, Grid
from pipeline.report.knowledge import knowledge_grid
from pipeline.report.names import Names, event_names
from pipeline.report.promise_tables import promise_grids
from pipeline.report.promise_words import tell_promises
from pipeline.report.result_grids import form_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.study import AgentMonth
    from pipeline.types import CallRecord

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
    who = f"{month.name or ''} {month.agent_id}".strip()
    heading = "逐通评分" if month.results else "客服服务质量测评表"
    title = f"{heading}　{who}　{month.period}　服务态度 {_short(month.summary.attitude)}　总分 {_short(month.summary.total)}"
    title += f"　{month.interim}" if month.interim else ""
    rows = _item_rows(month, names, masked=masked)
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


def _item_rows(month: AgentMonth, names: Names, *, masked: bool) -> list[dict[str, object]]:
    """One row for each item of the scorecard, with the calls behind it."""
    rows: list[dict[str, object]] = []
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
    return rows


def _short(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"
