"""Read the forms of monthly sheets: projects, elements, bonuses, deductions, vetoes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, get_args

from pipeline.errors import LexiconError
from pipeline.lexicon.monthly import (
    CallMeasure,
    CallValue,
    CountForm,
    EventCharge,
    MarkMeasure,
    Measure,
    MonthExtra,
    MonthForm,
    MonthItem,
    MonthRest,
    MonthVeto,
    TakeCalls,
    TakeMarks,
)
from pipeline.lexicon.read_events import EVENTS_FILE
from pipeline.types import FULL, EventBook, EventKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.lexicon.reader import Field

NO_LEVEL = "无"
"""In a deduction: only events without a level."""
MOST_POINTS = 1000.0

_FORM = ("id", "name", "weight", "source", "projects")
_FORM_OPTIONAL = ("count", "bonus", "penalties", "vetoes", "least", "most")
_ELEMENT = ("id", "name", "full", "source")
_ELEMENT_OPTIONAL = ("floor", "calls", "mark", "deductions")


def read_form(field: Field, kinds: EventBook) -> MonthForm:
    entries = field.mapping(needed=_FORM, known=_FORM + _FORM_OPTIONAL)
    items: list[MonthItem] = []
    rests: list[MonthRest] = []
    whole = 0.0
    for project in entries["projects"].items():
        own, rest, full = _project(project, kinds)
        items += own
        rests += [rest] if rest else []
        whole += full
    if not math.isclose(whole, FULL, abs_tol=1e-6):
        raise LexiconError(
            f"{entries['projects'].place}：各考核项目满分合计为 {whole:g} 分，应为 {FULL:g} 分"
        )
    extras = (
        *(_extra(one, kinds, sign=1) for one in _list(entries, "bonus")),
        *(_extra(one, kinds, sign=-1) for one in _list(entries, "penalties")),
    )
    refuse_twice(field, [*(item.id for item in items), *(extra.id for extra in extras)])
    count: Any = entries["count"].choice(*get_args(CountForm)) if "count" in entries else "share"
    return MonthForm(
        id=entries["id"].text(),
        name=entries["name"].text(),
        weight=entries["weight"].number(least=0.001, most=1),
        source=entries["source"].text(),
        items=tuple(items),
        rests=tuple(rests),
        extras=extras,
        vetoes=tuple(_veto(one, kinds) for one in _list(entries, "vetoes")),
        count=count,
        **_bounds(entries),
    )


def _bounds(entries: dict[str, Field]) -> dict[str, float]:
    """The bounds of a form's result. Raises ``LexiconError`` where the least is above the most."""
    found: dict[str, float] = {
        key: entries[key].number(least=-MOST_POINTS, most=MOST_POINTS)
        for key in ("least", "most")
        if key in entries
    }
    if "most" in found and found["most"] < found.get("least", 0.0):
        raise entries["most"].wrong(f"不低于 least（{found.get('least', 0.0):g}）的数")
    return found


def _project(field: Field, kinds: EventBook) -> tuple[list[MonthItem], MonthRest | None, float]:
    """The elements of a project, its rest, and its full points."""
    needed = ("name", "full", "indicators")
    entries = field.mapping(needed=needed, known=(*needed, "rest"))
    name, full = entries["name"].text(), entries["full"].number(least=0.5, most=FULL)
    items = [
        _element(element, kinds, project=name, indicator=own["name"].text())
        for indicator in entries["indicators"].items()
        for own in (indicator.mapping(needed=("name", "elements"), known=("name", "elements")),)
        for element in own["elements"].items()
    ]
    rest = _rest(entries["rest"], name) if "rest" in entries else None
    made = math.fsum(item.full for item in items) + (rest.points if rest else 0.0)
    if not math.isclose(made, full, abs_tol=1e-6):
        parts = "、".join(f"{item.name} {item.full:g}" for item in items)
        raise LexiconError(
            f"{entries['full'].place}：考核项目“{name}”满分 {full:g} 分，各要素合计为 {made:g} 分（{parts}）；"
            "请改分值，或用 rest 写明没有列出要素的分数和理由"
        )
    return items, rest, full


def _rest(field: Field, project: str) -> MonthRest:
    keys = ("points", "source")
    entries = field.mapping(needed=keys, known=keys)
    points = entries["points"].number(least=0.5, most=FULL)
    return MonthRest(project, points, entries["source"].text())


def _element(field: Field, kinds: EventBook, *, project: str, indicator: str) -> MonthItem:
    entries = field.mapping(needed=_ELEMENT, known=_ELEMENT + _ELEMENT_OPTIONAL)
    full = entries["full"].number(least=0.5, most=FULL)
    if "calls" in entries and "mark" in entries:
        raise LexiconError(f"{field.place}：calls（按通话）和 mark（按考核分）只能写一个")
    floor = entries["floor"].number(least=-MOST_POINTS, most=full) if "floor" in entries else 0.0
    return MonthItem(
        id=entries["id"].text(),
        name=entries["name"].text(),
        full=full,
        source=entries["source"].text(),
        project=project,
        indicator=indicator,
        measure=_measure(entries, kinds, full),
        charges=tuple(
            _charge(one, kinds, sort="penalty", whole=True) for one in _list(entries, "deductions")
        ),
        floor=floor,
    )


def _measure(entries: dict[str, Field], kinds: EventBook, full: float) -> Measure | None:
    if "calls" in entries:
        own = entries["calls"].mapping(needed=("of",), known=("of", "take", "queue"))
        of: Any = own["of"].choice(*get_args(CallValue))
        take: Any = own["take"].choice(*get_args(TakeCalls)) if "take" in own else "mean"
        if take != "mean" and of in ("satisfied", "resolved"):
            raise own["take"].wrong(f"mean（{of} 是比例，没有分位数）")
        return CallMeasure(of, take, own["queue"].text() if "queue" in own else "*")
    if "mark" in entries:
        own = entries["mark"].mapping(needed=("kind",), known=("kind", "take", "levels"))
        kind = _kind(own["kind"], kinds, sort="mark")
        take = own["take"].choice(*get_args(TakeMarks)) if "take" in own else "mean"
        levels = tuple(_level_points(one, kind, full) for one in _list(own, "levels"))
        missing = [level.name for level in kind.levels if level.name not in dict(levels)]
        if missing:
            raise LexiconError(
                f"{own['kind'].place}：“{kind.name}”的等级{'、'.join(missing)}没有分数，请写在 levels 里"
            )
        return MarkMeasure(kind.id, take, kind.value[1] if kind.value else FULL, levels)
    return None


def _level_points(field: Field, kind: EventKind, full: float) -> tuple[str, float]:
    entries = field.mapping(needed=("name", "points"), known=("name", "points"))
    return _level(entries["name"], kind), entries["points"].number(least=0, most=full)


def _extra(field: Field, kinds: EventBook, *, sign: Any) -> MonthExtra:
    needed = ("id", "name", "source", "counts")
    entries = field.mapping(needed=needed, known=(*needed, "most"))
    sort = "bonus" if sign > 0 else "penalty"
    charges = tuple(_charge(one, kinds, sort=sort) for one in entries["counts"].items())
    if not charges:
        raise entries["counts"].wrong("至少一条计分（每条写 event 和 points）")
    most = entries["most"].number(least=0.5, most=MOST_POINTS) if "most" in entries else None
    return MonthExtra(
        entries["id"].text(), entries["name"].text(), entries["source"].text(), charges, sign, most
    )


def _charge(field: Field, kinds: EventBook, *, sort: str, whole: bool = False) -> EventCharge:
    needed = ("event", "points", "source")
    entries = field.mapping(needed=needed, known=(*needed, "level", "repeat"))
    kind = _kind(entries["event"], kinds, sort=sort)
    points: Any = None
    if entries["points"].is_word("value"):
        if kind.value is None:
            raise entries["points"].wrong(f"分数：“{kind.name}”的记录没有分值，不能用 value")
        points = "value"
    elif whole and entries["points"].is_word("full"):
        points = "full"
    if "repeat" in entries and not kind.repeats:
        raise LexiconError(f"{entries['repeat'].place}：“{kind.name}”不分是否重复，请去掉 repeat")
    return EventCharge(
        event=kind.id,
        points=points or entries["points"].number(least=0.01, most=MOST_POINTS),
        source=entries["source"].text(),
        level=_level(entries["level"], kind, or_none=True) if "level" in entries else None,
        repeat=entries["repeat"].flag() if "repeat" in entries else None,
    )


def _veto(field: Field, kinds: EventBook) -> MonthVeto:
    needed = ("event", "name", "source")
    entries = field.mapping(needed=needed, known=(*needed, "above", "per"))
    if "above" not in entries:
        if "per" in entries:
            raise LexiconError(f"{field.place}：写了 per，还应写 above（超过几倍）")
        kind = _kind(entries["event"], kinds, sort="penalty")
        return MonthVeto(kind.id, entries["name"].text(), entries["source"].text())
    kind = _kind(entries["event"], kinds, sort="mark")
    per = _kind(entries["per"], kinds, sort="mark").id if "per" in entries else None
    above = entries["above"].number(least=0, most=1e9)
    return MonthVeto(kind.id, entries["name"].text(), entries["source"].text(), above, per)


def _kind(field: Field, kinds: EventBook, *, sort: str) -> EventKind:
    wanted = [kind for kind in kinds.kinds if kind.sort == sort]
    for kind in wanted:
        if field.is_word(kind.id):
            return kind
    raise field.wrong(f"{EVENTS_FILE} 中 sort 为 {sort} 的编号：{'、'.join(k.id for k in wanted)}")


def _level(field: Field, kind: EventKind, *, or_none: bool = False) -> str:
    """The name of a level; empty for ``NO_LEVEL``, where it may be written."""
    if not kind.levels:
        raise LexiconError(f"{field.place}：“{kind.name}”不分等级，请去掉 level")
    names = tuple(level.name for level in kind.levels)
    chosen = field.choice(*names, *((NO_LEVEL,) if or_none else ()))
    return chosen if chosen in names else ""


def refuse_twice(field: Field, ids: Sequence[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise LexiconError(f"{field.place}：编号“{name}”重复，同一张表里必须不同")


def _list(entries: dict[str, Field], key: str) -> Iterator[Field]:
    yield from entries[key].items() if key in entries else ()
