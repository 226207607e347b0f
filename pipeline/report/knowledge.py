"""The table of answers about facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.report.grids import Column, Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import KnowledgeSum

COLUMNS = (
    Column("agent_id", "工号"), Column("topic", "主题编号", width=24), Column("name", "主题", width=24),
    Column("asked", "客户问到", "integer"), Column("right", "答对", "integer"), Column("wrong", "答错", "integer"),
    Column("left_out", "漏说", "integer"), Column("no_answer", "没有答复", "integer"),
    Column("open", "待复核", "integer"), Column("unsure", "无法核对", "integer"),
    Column("right_share", "答对率", "number", digits=2),
)  # fmt: skip


def knowledge_grid(sums: Sequence[KnowledgeSum], *, title: str) -> Grid:
    """One row for each agent and topic, or for each topic where the sums name no agent."""
    rows = [{column.key: getattr(one, column.key) for column in COLUMNS} for one in sums]
    return Grid("业务知识", COLUMNS, rows, title)
