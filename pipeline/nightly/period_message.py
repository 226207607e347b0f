"""The message about the report of a period: its results in a few short lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.jobs import count_events, count_promises, judge_agents, load_names
from pipeline.lexicon import choose_lexicons, overlay_of
from pipeline.report import tell_promises
from pipeline.study import summarise
from pipeline.types import PERIOD_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from pipeline.jobs import AsOf, EventSum
    from pipeline.lexicon import MonthRules
    from pipeline.settings import Settings
    from pipeline.store import Store
    from pipeline.study import MonthResult
    from pipeline.types import CallRecord, Period, PromiseFigures

GRADELESS = ("没有等级", "暂计", "不评")
"""Results with points below every grade or on a sheet without any, of a month that has not ended,
and without points."""

FILES_NAMED = 6
"""Files beside the page that the message names; agents' pages are only counted."""


def period_message(
    settings: Settings, store: Store, period: Period, page: Path, *, as_of: AsOf, now: str
) -> tuple[str, str]:
    """Title and text in Chinese: calls, results, events, promises, what needs a person, and where
    the files lie. Nothing of nought is said. ``page``: the written one; ``now``: UTC, ISO 8601.
    Raises ``LexiconError``, ``StoreError``."""
    scope = period.scope()
    lexicons, overlay = choose_lexicons(settings.site.lexicons), overlay_of(settings.site)
    rules = load_names(lexicons, overlay=overlay).months
    records = store.calls.records(scope)
    promises = count_promises(store, scope, as_of).whole
    measures = store.coaching.find(since=period.since, until=period.until, valid_only=True)
    lines = [
        *_call_lines(records),
        *(_result_lines(store, rules, period, records, as_of) if rules else ()),
        _event_line(count_events(store, rules.kinds, records, scope)) if rules else "",
        f"{tell_promises(promises)}。" if promises.made else "",
        f"处理措施 {len(measures)} 条。" if measures else "",
        _due_line(_waiting(store, rules, period, records, promises), store, now),
        *_place_lines(settings.review.base_url, period, page),
    ]
    title = f"callqa {period.name} {PERIOD_NAMES[period.kind]}报"
    return title, "\n".join(line for line in lines if line)


def _call_lines(records: Sequence[CallRecord]) -> Iterator[str]:
    figures = summarise(records)
    if figures.attitude is None:
        yield f"通话 {figures.calls} 通，没有评分。"
        return
    interval = ""
    if figures.low is not None and figures.high is not None:
        interval = f"（95% 区间 {figures.low:.1f}～{figures.high:.1f}）"
    total = "" if figures.total is None else f"，总分平均 {figures.total:.1f}"
    yield (
        f"通话 {figures.calls} 通，评分 {figures.scored} 通；服务态度平均 {figures.attitude:.1f}{interval}{total}。"
    )
    said = _counted({"一票否决": figures.fatal, "有禁语": figures.forbidden}, " 通")
    yield f"{said}。" if said else ""


def _result_lines(
    store: Store,
    rules: MonthRules,
    period: Period,
    records: Sequence[CallRecord],
    as_of: AsOf,
) -> Iterator[str]:
    """One line for each calendar month: how many agents have each grade."""
    by_month: dict[str, list[MonthResult]] = {}
    for results in judge_agents(store, rules, records, period.scope(), today=as_of.today).values():
        for one in results:
            by_month.setdefault(f"{one.first:%Y-%m}", []).append(one)
    for month, own in sorted(by_month.items()):
        yield f"{month} 月度考核 {len(own)} 人：{_grades(own)}。{_publish(own, as_of.today)}"


def _grades(results: Sequence[MonthResult]) -> str:
    """Agents by grade, the best first; then those without one."""
    counted = Counter(_grade(one) for one in results)
    ordered = dict.fromkeys(band.name for one in results for band in one.sheet.grades)
    names = dict.fromkeys((*ordered, *GRADELESS))
    return _counted({name: counted[name] for name in names}, " 人")


def _grade(one: MonthResult) -> str:
    ungraded, interim, unjudged = GRADELESS
    if one.total is None:
        return unjudged
    return interim if one.interim else one.grade or ungraded


def _publish(results: Iterable[MonthResult], today: date) -> str:
    days = sorted({one.publish_by for one in results if one.publish_by and one.total is not None})
    if not days:
        return ""
    return f"请在 {days[0]} 前公布。" if today <= days[0] else f"公布期限 {days[0]} 已过。"


def _event_line(sums: Sequence[EventSum]) -> str:
    said = "；".join(_event(one) for one in sums if one.kind.sort != "mark")
    marks = sum(one.number for one in sums if one.kind.sort == "mark")
    parts = [said, f"考核分 {marks} 条" if marks else ""]
    return f"事项：{'；'.join(filter(None, parts))}。" if any(parts) else ""


def _event(one: EventSum) -> str:
    levels = {name or "未分级": number for name, number in one.levels}
    if one.kind.levels or one.repeats:
        detail = _counted(levels if one.kind.levels else {}, "")
        detail = "，".join(filter(None, (detail, f"其中二次 {one.repeats}" if one.repeats else "")))
        return f"{one.kind.name} {one.number} 件{f'（{detail}）' if detail else ''}"
    return f"{one.kind.name} {one.number} 件"


def _waiting(
    store: Store,
    rules: MonthRules | None,
    period: Period,
    records: Sequence[CallRecord],
    promises: PromiseFigures,
) -> dict[str, str]:
    """What waits for a person, in words with numbers."""
    doubtful = sum(record.doubtful > 0 and not record.reviewed for record in records)
    suggested = (
        store.suggested_events.find(period.scope(), list(rules.kinds.by_rule)) if rules else []
    )
    unproved = promises.overdue + promises.unknown
    found = {
        "通话复核": f"{doubtful} 通" if doubtful else "",
        "客户的话提示的事项": f"{len(suggested)} 条" if suggested else "",
        "承诺核实": f"{unproved} 项" if unproved else "",
    }
    return {name: number for name, number in found.items() if number}


def _due_line(waiting: Mapping[str, str], store: Store, now: str) -> str:
    said = [f"{name} {number}" for name, number in waiting.items()]
    open_now = store.calls.count_waiting(now)
    if open_now.appeals:
        overdue = f"（逾期 {open_now.overdue} 件）" if open_now.overdue else ""
        said.append(f"申诉 {open_now.appeals} 件{overdue}")
    return f"等人处理：{'，'.join(said)}。" if said else ""


def _place_lines(base_url: str, period: Period, page: Path) -> Iterator[str]:
    if base_url:
        yield f"页面：{base_url.rstrip('/')}/dashboard?period={period.kind}&on={period.since}"
    yield f"报告：{page}"
    beside = sorted(path.name for path in page.parent.glob("*") if path.name != page.name)
    tables = [name for name in beside if name.split(".")[0] in SITE_FILES]
    agents = sum(name.endswith(".html") for name in beside)
    said = [*tables[:FILES_NAMED], f"客服各自的测评表 {agents} 份" if agents else ""]
    yield f"同一文件夹里有：{'、'.join(filter(None, said))}。" if any(said) else ""


SITE_FILES = frozenset({"calls", "results", "events", "promises"})


def _counted(numbers: Mapping[str, int], unit: str) -> str:
    return "，".join(f"{name} {number}{unit}" for name, number in numbers.items() if number)
