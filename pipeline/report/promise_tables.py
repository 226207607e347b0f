"""The promises of a period as tables: the figures of agents, and each promise with its call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.privacy import mask_text
from pipeline.report.grids import Column, Grid
from pipeline.report.promise_words import PROMISE_KINDS, PROMISE_STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.types import JudgedPromise, PromisePeriod

SUM_COLUMNS = (
    Column("agent_id", "工号"), Column("agent_name", "姓名"), Column("made", "承诺", "integer"),
    Column("kept", "已兑现", "integer"), Column("late", "逾期兑现", "integer"),
    Column("overdue", "到期未见兑现", "integer", width=14), Column("open", "未到期", "integer"),
    Column("unknown", "待人工看", "integer"), Column("kept_share", "按期率", "number", digits=3),
)  # fmt: skip
PROMISE_COLUMNS = (
    Column("due_at", "期限", "time", width=20), Column("status", "情况", width=14),
    Column("agent_id", "工号"), Column("agent_name", "姓名"), Column("call_id", "通话编号", width=20),
    Column("started_at", "通话开始", "time", width=20), Column("kind", "类别"),
    Column("quote", "答应了什么", width=44), Column("by_rule", "期限按规定", "flag"),
    Column("hedged", "说法不肯定", "flag"), Column("why", "依据", width=40),
    Column("id", "承诺编号", "integer"),
)  # fmt: skip


def promise_grids(promises: PromisePeriod, *, title: str, masked: bool = True) -> list[Grid]:
    """The figures of each agent with those of all, and one row for each promise, those that need
    somebody first."""
    figures: list[Mapping[str, object]] = [
        {column.key: getattr(one, column.key) for column in SUM_COLUMNS}
        | {"agent_id": one.agent_id or "未知"}
        for one in promises.agents
    ]
    whole = promises.whole
    figures.append(
        {column.key: getattr(whole, column.key) for column in SUM_COLUMNS} | {"agent_id": "合计"}
    )
    rows = [_row(one, masked=masked) for one in promises.judged]
    return [
        Grid("承诺合计", SUM_COLUMNS, figures, title),
        Grid("承诺", PROMISE_COLUMNS, rows, title),
    ]


def _row(one: JudgedPromise, *, masked: bool) -> dict[str, object]:
    hide = mask_text if masked else str
    made, promise = one.made, one.made.promise
    return {
        "id": made.id, "status": PROMISE_STATUSES[one.counted], "due_at": one.due_at,
        "agent_id": made.agent_id, "agent_name": made.agent_name,
        "call_id": hide(made.call_id or f"结果 {made.call.result_id}"), "started_at": made.call.moment,
        "kind": PROMISE_KINDS[promise.kind], "quote": hide(promise.quote), "by_rule": one.by_rule,
        "hedged": not promise.sure, "why": hide(one.why),
    }  # fmt: skip
