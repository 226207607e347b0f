"""Calls as rows of a table, and what telephone systems say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.privacy import mask_customer, mask_name, mask_text
from pipeline.report.grids import Column, Grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.study import Summary
    from pipeline.types import CallRecord, Seconds

LINE_COLUMNS = (
    Column("agent_id", "工号"), Column("offered", "呼入（有记录）", "integer"), Column("in_time", "及时接听", "integer"),
    Column("share", "及时接听率", "number", digits=3), Column("missed", "未接", "integer"),
    Column("ended", "挂机方有记录", "integer"), Column("by_agent", "客服先挂机", "integer"),
    Column("early", "其中没有道别（待复核）", "integer"), Column("transferred", "转接", "integer"),
)  # fmt: skip


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
    Column("doubtful", "待复核", "integer"), Column("told", "客户反映", "flag"), Column("chars_per_min", "语速（字/分）", "number", digits=0),
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
