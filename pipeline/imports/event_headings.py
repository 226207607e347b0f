"""What tables of service events call their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.imports.call_headings import other_headings
from pipeline.imports.event_units import of_hundred, without_unit
from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EVENT_HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("event", "kind", "事项", "事件", "类型", "事项类型", "项目"), "kind"),
    **dict.fromkeys(("date", "day", "日期", "发生日期", "发生时间", "时间"), "day"),
    **dict.fromkeys(("agent_id", "工号", "坐席", "坐席工号", "客服工号"), "agent_id"),
    **dict.fromkeys(("team", "班组", "团队", "小组", "部门"), "team"),
    **dict.fromkeys(
        ("call_id", "file", "通话编号", "流水号", "录音编号", "文件名", "录音文件"), "call"
    ),
    **dict.fromkeys(("level", "级别", "投诉级别", "等级"), "level"),
    **dict.fromkeys(
        ("repeat", "重复", "是否重复", "重复投诉", "二次投诉", "是否二次投诉"), "repeat"
    ),
    **dict.fromkeys(("value", "分值", "数值", "得分", "分数", "数量"), "value"),
    **dict.fromkeys(("count", "次数", "起数"), "count"),
    **dict.fromkeys(("note", "说明", "备注", "内容"), "note"),
    **dict.fromkeys(("id", "编号", "事项编号"), "key"),
    **dict.fromkeys(("order", "工单号", "工单编号", "工单"), "order"),
}
"""The usual names: two columns that mean the same are refused."""

_OTHERS: Mapping[str, str] = {
    "kind": "考核事项 事项名称 考核项目 考核类型 奖惩类型 奖惩事项 加减分项 事件类型 事项类别 类别",
    "day": "投诉日期 投诉时间 受理日期 受理时间 表扬日期 表扬时间 考核日期 抽查日期 检查日期 暗访日期 调查日期 考试日期 培训日期 登记日期 登记时间",
    "month": "月份 考核月份 统计月份 所属月份 考核月 归属月份 年月 month 月",
    "year": "年份 年度 考核年份 统计年份 所属年份 考核年度 year 年",
    "day_of_month": "日 号",
    "agent_id": "员工工号 员工编号 客服编号 坐席编号 坐席号 座席工号 座席编号 责任人工号 被投诉人工号 被考核人工号 话务员工号 人员工号 坐席账号 staff_id agent_no",
    "person": "姓名 客服姓名 员工姓名 坐席姓名 座席姓名 责任人 责任人姓名 被投诉人 被表扬人 被考核人 话务员 员工 客服 当事人 受理人 name agent_name",
    "team": "所属班组 责任班组 班组名称 所属部门 责任部门",
    "call": "通话id 通话流水号 录音流水号 录音文件名 录音编码 来电流水号",
    "level": "投诉等级 升级级别 升级层级 投诉层级 考核等级",
    "repeat": "是否重复投诉 是否重投 是否二次 重复情况 是否首次投诉",
    "value": "成绩 评分 分 考试成绩 考试得分 满意率 暗访得分 抽查得分 调查得分 score",
    "count": "件数 投诉次数 表扬次数 发生次数 数量(次) 投诉量 表扬量",
    "note": "投诉内容 表扬内容 事由 情况说明 具体情况 简要情况 描述",
    "key": "投诉编号 投诉单号 表扬编号 登记编号 考核编号",
    "order": "工单流水号 工单id 投诉工单号 投诉工单",
}  # fmt: skip
"""Field → further names, the surest first; the first of a table counts, where no usual one is
there."""

EVENT_NAMES: Mapping[str, str] = {
    **{word: field for field, words in _OTHERS.items() for word in words.split()},
    **EVENT_HEADINGS,
}
"""All names, by which the line of headings is found."""

_VALUES = {spelling(name): field for name, field in EVENT_NAMES.items()}

FIRST_TIME = frozenset(map(spelling, ("是否首次投诉",)))
"""Columns whose 是 says that a complaint is not repeated."""

_PEOPLE = ("坐席", "agent_id")
"""坐席 beside another 工号 is the name."""


def event_columns(headings: Sequence[str]) -> dict[str, str]:
    """Heading → field, for the columns of a table of events.

    >>> event_columns(["投诉日期", "员工工号", "姓名", "满意渡"])
    {'投诉日期': 'day', '员工工号': 'agent_id', '姓名': 'person'}
    >>> event_columns(["坐席", "坐席工号", "分值(%)"])
    {'坐席': 'person', '坐席工号': 'agent_id', '分值(%)': 'value_with_unit'}
    """
    usual = {spelling(name): field for name, field in EVENT_HEADINGS.items()}
    found = {one: usual[spelling(one)] for one in headings if spelling(one) in usual}
    numbers = [one for one, field in found.items() if field == "agent_id"]
    others = other_headings(headings, EVENT_HEADINGS, _OTHERS)
    if len(numbers) == 2 and _PEOPLE[0] in numbers and "person" not in others.values():
        found[_PEOPLE[0]] = "person"
    known = {**others, **found}
    units = {
        field: one
        for one in reversed(headings)
        if one not in known and (field := _field_of_unit(spelling(one))) not in known.values()
    }
    known |= {one: "value_with_unit" if field == "value" else field for field, one in units.items()}
    return {one: known[one] for one in headings if known.get(one)}


def _field_of_unit(name: str) -> str:
    """The field of a heading with a unit, as 分值(%) and 次数（次）; "" for any other."""
    if _VALUES.get(without_unit(name, of_marks=True)) == "value" and of_hundred(name):
        return "value"
    return "count" if _VALUES.get(without_unit(name, of_marks=False)) == "count" else ""
