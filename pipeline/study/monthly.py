"""The month's result of an agent by a monthly sheet: forms, their lines, bonuses and deductions;
pure.

A form is what its elements make, minus what events take, plus 加分项 and minus 扣分项 (D 第二部分 四
5, D 第四部分 五 3). Each event counts its own points in full, whatever was not measured. In one form an event is charged once, by the first entry that fits.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from heapq import nsmallest
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from pipeline.lexicon import CallMeasure, MarkMeasure
from pipeline.study.month_result import (
    ChargedEvent,
    FormResult,
    MonthLine,
    MonthResult,
    MonthSum,
)
from pipeline.types import FULL, tell_interim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.lexicon import (
        EventCharge,
        MonthExtra,
        MonthForm,
        MonthItem,
        MonthlySheet,
        MonthVeto,
    )
    from pipeline.types import MonthCall, ServiceEvent

LISTED = 5
"""Calls that are listed behind a measured figure."""

QUANTILES = {"median": 0.5, "p10": 0.1, "p25": 0.25}


def judge_month(
    sheet: MonthlySheet,
    calls: Sequence[MonthCall],
    events: Sequence[ServiceEvent],
    *,
    first: date,
    last: date,
    today: date,
) -> MonthResult:
    """The result of one agent from ``first`` to ``last``, both included. ``events``: accepted ones
    of the agent, and marks of the team; in any order. Until ``last`` has passed by ``today`` the
    result is an interim one: it has no grade and no day of publication."""
    ordered = sorted(events, key=lambda event: (event.day, event.at, event.id, event.key))
    forms = tuple(_judge_form(form, calls, ordered) for form in sheet.forms)
    scored = sum(call.total is not None for call in calls)
    total = _weigh(forms)
    interim = tell_interim(first, last, today=today)
    unjudged = "暂不评" if interim else "不评"
    reason = f"没有可以考核的内容，{unjudged}" if total is None else ""
    if scored < sheet.least_calls:
        total = None
        reason = f"评分的通话 {scored} 通，不足 {sheet.least_calls} 通，{unjudged}"
    if today < first:
        total, reason = None, ""
    return MonthResult(
        sheet=sheet,
        first=first,
        last=last,
        calls=scored,
        forms=forms,
        total=total,
        grade=None if interim else sheet.grade(total),
        publish_by=None if interim else _next_month(last).replace(day=sheet.publish_by),
        reason=reason,
        interim=interim,
        unused=_unused(forms, ordered),
    )


def _unused(
    forms: Sequence[FormResult], events: Sequence[ServiceEvent]
) -> tuple[ServiceEvent, ...]:
    """The events for which no form has an entry: points, a mark, or a veto with its figures."""
    used: set[int] = set()
    kinds: set[str | None] = set()
    for form in forms:
        used |= {id(one.event) for line in form.lines for one in line.charged}
        used |= {id(one.event) for extra in form.sums for one in extra.charged}
        used |= {id(mark) for line in form.lines for mark in line.marks}
        kinds |= {kind for veto in form.form.vetoes for kind in (veto.event, veto.per)}
    return tuple(event for event in events if id(event) not in used and event.kind not in kinds)


def _weigh(forms: Sequence[FormResult]) -> float | None:
    """The forms by their weights; those without a result leave theirs to the others."""
    known = [(one.form.weight, one.points) for one in forms if one.points is not None]
    weight = math.fsum(weight for weight, _ in known)
    return round(math.fsum(w * points for w, points in known) / weight, 2) if known else None


def _judge_form(
    form: MonthForm, calls: Sequence[MonthCall], events: Sequence[ServiceEvent]
) -> FormResult:
    entries: list[tuple[str, EventCharge]] = [
        *((item.id, charge) for item in form.items for charge in item.charges),
        *((extra.id, charge) for extra in form.extras for charge in extra.charges),
    ]
    charged: dict[str, list[tuple[ServiceEvent, EventCharge]]] = {}
    for event in events:
        fitting = next(((at, charge) for at, charge in entries if _fits(charge, event)), None)
        if fitting:
            charged.setdefault(fitting[0], []).append((event, fitting[1]))
    lines = tuple(_judge_item(item, calls, events, charged.get(item.id, ())) for item in form.items)
    sums = tuple(_sum_extra(extra, charged.get(extra.id, ())) for extra in form.extras)
    reached = _reach(form, lines)
    found = FormResult(form, lines, sums, reached, None, _vetoes(form, events))
    return replace(found, points=_bound(found))


def _bound(found: FormResult) -> float | None:
    """The points of a form within its bounds; 0 where something makes it so."""
    if found.reached is None:
        return None
    if found.vetoes:
        return 0.0
    points = max(found.form.least, found.reached - found.taken + found.bonus - found.penalty)
    return points if found.form.most is None else min(found.form.most, points)


def _reach(form: MonthForm, lines: Sequence[MonthLine]) -> float | None:
    """What the elements make before events took some, 0..100; ``None`` where none applies."""
    known = [(line.item.full, line.base) for line in lines if line.base is not None]
    if not known:
        return None
    if form.count == "losses":
        return FULL - math.fsum(full - base for full, base in known)
    given = math.fsum(rest.points for rest in form.rests)
    full = math.fsum(full for full, _ in known) + given
    return (math.fsum(base for _, base in known) + given) / full * FULL


def _fits(charge: EventCharge, event: ServiceEvent) -> bool:
    return (
        charge.event == event.kind
        and (charge.level is None or charge.level == (event.level or ""))
        and (charge.repeat is None or charge.repeat == event.repeat)
    )


def _judge_item(
    item: MonthItem,
    calls: Sequence[MonthCall],
    events: Sequence[ServiceEvent],
    charged: Sequence[tuple[ServiceEvent, EventCharge]],
) -> MonthLine:
    line = _measure(item, calls, events)
    own = tuple(
        ChargedEvent(event, _points(charge, event, full=item.full)) for event, charge in charged
    )
    available = (item.full if line.base is None else line.base) - item.floor
    taken = min(math.fsum(one.points for one in own), max(0.0, available))
    return replace(line, taken=taken, charged=own)


def _points(charge: EventCharge, event: ServiceEvent, *, full: float = 0.0) -> float:
    if charge.points == "full":
        return full
    return (event.value or 0.0) if charge.points == "value" else charge.points


def _sum_extra(extra: MonthExtra, charged: Sequence[tuple[ServiceEvent, EventCharge]]) -> MonthSum:
    own = tuple(ChargedEvent(event, _points(charge, event)) for event, charge in charged)
    points = math.fsum(one.points for one in own)
    return MonthSum(extra, points if extra.most is None else min(extra.most, points), own)


def _measure(
    item: MonthItem, calls: Sequence[MonthCall], events: Sequence[ServiceEvent]
) -> MonthLine:
    if isinstance(item.measure, CallMeasure):
        return _measure_calls(item, item.measure, calls)
    if isinstance(item.measure, MarkMeasure):
        return _measure_marks(item, item.measure, events)
    return MonthLine(item, item.full, 0.0, 0)


def _measure_calls(item: MonthItem, measure: CallMeasure, calls: Sequence[MonthCall]) -> MonthLine:
    known = [
        (call, value)
        for call in calls
        if (measure.queue == "*" or (call.queue and fnmatchcase(call.queue, measure.queue)))
        and (value := _value_of(call, measure)) is not None
    ]
    if not known:
        return MonthLine(item, None, 0.0, 0)
    values = [value for _, value in known]
    quantile = QUANTILES.get(measure.take)
    taken = fmean(values) if quantile is None else float(np.quantile(values, quantile))
    lowest = nsmallest(
        LISTED,
        (pair for pair in known if pair[1] < FULL),
        key=lambda pair: (pair[1], pair[0].sha256),
    )
    return MonthLine(item, item.full * taken / FULL, 0.0, len(known), lowest=tuple(lowest))


def _value_of(call: MonthCall, measure: CallMeasure) -> float | None:
    """The value of one call, 0..100; ``None`` for unknown."""
    if measure.of in ("satisfied", "resolved"):
        told = call.satisfied if measure.of == "satisfied" else call.resolved
        return None if told is None else FULL * told
    return call.total if measure.of == "total" else call.attitude


def _measure_marks(
    item: MonthItem, measure: MarkMeasure, events: Sequence[ServiceEvent]
) -> MonthLine:
    levels: Mapping[str, float] = dict(measure.levels)
    known = [
        (event, points)
        for event in events
        if event.kind == measure.kind
        and (points := _mark_points(event, measure, levels, item.full)) is not None
    ]
    if not known:
        return MonthLine(item, None, 0.0, 0)
    values = [points for _, points in known]
    taken = {"mean": fmean(values), "last": values[-1], "lowest": min(values)}[measure.take]
    return MonthLine(item, taken, 0.0, len(known), marks=tuple(event for event, _ in known))


def _mark_points(
    event: ServiceEvent, measure: MarkMeasure, levels: Mapping[str, float], full: float
) -> float | None:
    if event.level is not None and event.level in levels:
        return levels[event.level]
    if event.value is None:
        return None
    return full * min(1.0, max(0.0, event.value / measure.most))


def _vetoes(form: MonthForm, events: Sequence[ServiceEvent]) -> tuple[MonthVeto, ...]:
    return tuple(veto for veto in form.vetoes if _applies(veto, events))


def _applies(veto: MonthVeto, events: Sequence[ServiceEvent]) -> bool:
    """Whether a veto applies. Without the figures that it needs it does not."""
    if veto.above is None:
        return any(event.kind == veto.event for event in events)
    counted, base = _last_value(veto.event, events), 1.0
    if veto.per is not None:
        known = _last_value(veto.per, events)
        if not known:
            return False
        base = known
    return counted is not None and counted > veto.above * base


def _last_value(kind: str, events: Sequence[ServiceEvent]) -> float | None:
    values = [event.value for event in events if event.kind == kind and event.value is not None]
    return values[-1] if values else None


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
