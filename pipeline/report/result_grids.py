"""The monthly results as tables: one form of an agent, and the results of all agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.lexicon import CallMeasure
from pipeline.privacy import mask_text
from pipeline.report.grids import Column, Grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.lexicon import MarkMeasure
    from pipeline.study import ChargedEvent, FormResult, MonthLine, MonthResult
    from pipeline.types import ServiceEvent

FORM_COLUMNS = (
    Column("form", "考核表", width=22), Column("weight", "权重（%）", "number", digits=0),
    Column("project", "考核项目", width=18), Column("indicator", "考核指标", width=18),
    Column("name", "考核要素", width=30), Column("full", "满分", "number"),
    Column("lost", "扣分", "number", digits=2), Column("points", "得分", "number", digits=2),
    Column("applies", "适用", "flag"), Column("behind", "依据的通话和事项", width=60),
)  # fmt: skip

RESULT_COLUMNS = (
    Column("agent_id", "工号"), Column("name", "姓名"), Column("month", "月份"),
    Column("calls", "评分的通话", "integer"), Column("total", "考核得分", "number", digits=2),
    Column("grade", "等级"), Column("bonus", "加分项合计", "number", digits=2),
    Column("penalty", "扣分项合计", "number", digits=2), Column("forms", "各表得分", width=40),
    Column("sheet", "考核表", width=22), Column("department", "考核部门", width=14),
    Column("first", "周期开始", "time"), Column("last", "周期结束", "time"),
    Column("publish_by", "公布期限", "time"), Column("reason", "说明", width=40), Column("interim", "暂计", "flag"),
)  # fmt: skip


EVENT_COLUMNS = (
    Column("day", "日期", "time"), Column("kind", "事项", width=22), Column("agent_id", "工号"),
    Column("team", "班组"), Column("level", "级别"), Column("repeat", "二次", "flag"),
    Column("value", "分值", "number"), Column("call_id", "通话编号", width=20),
    Column("note", "说明", width=40), Column("origin", "来源"), Column("actor", "登记人"),
    Column("at", "登记时间", width=26),
)  # fmt: skip

LACKS = {"resolved": "未解决", "satisfied": "不满意"}
ORIGINS = {"import": "导入", "page": "登记", "finding": "客户的话"}


def form_grid(
    result: MonthResult, who: str, names: Mapping[str, str], *, masked: bool = True
) -> Grid:
    """The forms of an agent's month, as the printed 测评表. ``who``: name and number; ``names``:
    kinds of events by id."""
    rows = [
        {"form": one.form.name, "weight": one.form.weight * 100, **row}
        for one in result.forms
        for row in (*_lines(one, names, masked=masked), *_sums(one, names, masked=masked))
    ]
    rows += [
        {
            "form": "没有计入得分的事项",
            "name": names.get(event.kind, event.kind),
            "behind": event_text(event, names, masked=masked),
        }
        for event in result.unused
    ]
    rows.append({"form": "合计", "project": "考核得分", "points": result.total})
    unjudged = "—" if result.interim else "不评"
    total = unjudged if result.total is None else f"{result.total:g}"
    graded = result.interim or f"等级 {result.grade or '—'}"
    title = (
        f"{result.sheet.name}　{who}　考核周期 {result.first} 至 {result.last}　"
        f"{'暂计得分' if result.interim else '考核得分'} {total}　{graded}　考核部门 {result.sheet.department}"
    )
    return Grid(f"{result.first:%Y-%m} 测评表", FORM_COLUMNS, rows, title, result.reason)


def result_grid(
    results: Mapping[str, Sequence[MonthResult]], names: Mapping[str, str], *, title: str
) -> Grid:
    """The monthly results of all agents, one row for each agent and month."""
    rows = [
        {
            "agent_id": agent,
            "name": names.get(agent),
            "month": f"{result.first:%Y-%m}",
            "calls": result.calls,
            "total": result.total,
            "grade": result.grade,
            "bonus": sum(one.bonus for one in result.forms),
            "penalty": sum(one.penalty for one in result.forms),
            "forms": "；".join(_form_text(one) for one in result.forms),
            "sheet": result.sheet.name,
            "department": result.sheet.department,
            "first": result.first,
            "last": result.last,
            "publish_by": result.publish_by,
            "reason": "；".join(
                filter(None, (result.interim, result.reason, _tell_unused(result)))
            ),
            "interim": bool(result.interim),
        }
        for agent, own in sorted(results.items())
        for result in own
    ]
    return Grid("月度考核", RESULT_COLUMNS, rows, title)


def event_grid(
    events: Sequence[ServiceEvent], names: Mapping[str, str], *, title: str, masked: bool = True
) -> Grid:
    """One row for each event. ``names``: kinds of events by id."""
    rows = []
    for event in events:
        row: dict[str, object] = {
            column.key: getattr(event, column.key) for column in EVENT_COLUMNS
        }
        row |= {"kind": names.get(event.kind, event.kind), "origin": ORIGINS[event.origin]}
        if masked:
            row["note"] = mask_text(event.note, said=False)
            row["call_id"] = mask_text(event.call_id, said=False) if event.call_id else None
        rows.append(row)
    return Grid("事项", EVENT_COLUMNS, rows, title)


def _tell_unused(result: MonthResult) -> str:
    number = len(result.unused)
    return f"{number} 件事项没有计入得分：考核表没有对应的条目" if number else ""


def _form_text(one: FormResult) -> str:
    return (
        f"{one.form.name} {'不适用' if one.points is None else format(round(one.points, 2), 'g')}"
    )


def _lines(
    one: FormResult, names: Mapping[str, str], *, masked: bool
) -> Iterator[dict[str, object]]:
    for line in one.lines:
        item = line.item
        yield {
            "project": item.project,
            "indicator": item.indicator,
            "name": item.name,
            "full": item.full,
            "lost": line.lost if line.base is not None or line.taken else None,
            "points": line.points,
            "applies": line.base is not None,
            "behind": _behind(line, names, masked=masked),
        }
    for rest in one.form.rests:
        yield {
            "project": rest.project,
            "name": "表中没有列出要素的部分",
            "full": rest.points,
            "lost": 0.0,
            "points": rest.points,
            "applies": True,
        }


def _sums(
    one: FormResult, names: Mapping[str, str], *, masked: bool
) -> Iterator[dict[str, object]]:
    for found in one.sums:
        if found.charged:
            yield {
                "project": "加分项" if found.extra.sign > 0 else "扣分项",
                "name": found.extra.name,
                "lost": found.points if found.extra.sign < 0 else None,
                "points": found.points if found.extra.sign > 0 else None,
                "behind": _charged(found.charged, names, masked=masked),
            }
    yield {"project": "加分项合计", "points": one.bonus}
    yield {"project": "扣分项合计", "lost": one.penalty}
    for veto in one.vetoes:
        yield {"project": "本表得分为零", "name": veto.name}
    yield {"project": "考核得分", "points": one.points, "applies": one.points is not None}


def _behind(line: MonthLine, names: Mapping[str, str], *, masked: bool) -> str:
    lack = tell_lack(line.item.measure)
    calls = "、".join(
        f"{call.call_id or call.result_id}{'' if lack else f'（{value:.1f}）'}"
        for call, value in line.lowest
    )
    parts = [
        f"{line.measured} 通" if line.measured and not line.marks else "",
        f"{lack or '最低'}：{mask_text(calls, said=False) if masked else calls}" if calls else "",
        "；".join(event_text(mark, names, masked=masked) for mark in line.marks),
        _charged(line.charged, names, masked=masked),
    ]
    return "；".join(filter(None, parts))


def tell_lack(measure: CallMeasure | MarkMeasure | None) -> str:
    """What the calls with the lowest values lack, where a call has or lacks it; empty for
    points.

    >>> from pipeline.lexicon import CallMeasure
    >>> tell_lack(CallMeasure("resolved")), tell_lack(CallMeasure("total"))
    ('未解决', '')
    """
    return LACKS.get(measure.of, "") if isinstance(measure, CallMeasure) else ""


def _charged(charged: Sequence[ChargedEvent], names: Mapping[str, str], *, masked: bool) -> str:
    return "；".join(
        f"{event_text(one.event, names, masked=masked)}：{one.points:g} 分" for one in charged
    )


def event_text(event: ServiceEvent, names: Mapping[str, str], *, masked: bool) -> str:
    """An event in a few words: day, kind, level, call, note."""
    parts = [
        event.day.isoformat(),
        names.get(event.kind, event.kind),
        f"（{event.level}）" if event.level else "",
        "（二次）" if event.repeat else "",
        f"{event.value:g}" if event.value is not None else "",
        f"通话 {event.call_id or event.result_id}" if event.result_id else "",
        event.note,
    ]
    text = " ".join(filter(None, parts))
    return mask_text(text, said=False) if masked else text
