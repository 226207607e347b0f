"""The topics of a period as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.privacy import mask_text
from pipeline.report.grids import Column, Grid

if TYPE_CHECKING:
    from pipeline.study import TopicPeriod

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
