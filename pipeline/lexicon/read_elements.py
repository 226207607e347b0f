"""The elements of a scoring sheet: what is charged for which findings and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pipeline.errors import LexiconError
from pipeline.lexicon.scorecard import (
    FIGURES,
    Adjustment,
    Charge,
    FigureDeduction,
    FindingDeduction,
    Item,
    Limit,
)
from pipeline.types import FULL, Dimension, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pipeline.lexicon.reader import Field

_PROJECT = ("name", "indicators")
_INDICATOR = ("name", "elements")
_ELEMENT = ("id", "name", "full", "source")
_ELEMENT_OPTIONAL = ("dimension", "floor", "most", "needs", "deductions")
_EXTRA = ("id", "name", "most", "source", "counts")
_BY_FINDING = ("kind", "points", "per", "source", "rule", "role", "severity", "least_s")
_BY_FIGURE = ("figure", "above", "below", "points", "per", "source")


def fields_of(entries: dict[str, Field], key: str) -> Sequence[Field]:
    """The items of a list that may be left out."""
    return entries[key].items() if key in entries else ()


def read_project(field: Field, rules: Collection[str]) -> Iterable[Item]:
    """The elements of a project, in order; ``rules``: ids that may be charged."""
    entries = field.mapping(needed=_PROJECT, known=(*_PROJECT, "weight"))
    weight = entries["weight"].number(least=0.01, most=10) if "weight" in entries else 1.0
    for indicator in entries["indicators"].items():
        own = indicator.mapping(needed=_INDICATOR, known=_INDICATOR)
        for element in own["elements"].items():
            yield read_element(
                element,
                rules,
                project=entries["name"].text(),
                indicator=own["name"].text(),
                weight=weight,
            )


def read_element(
    field: Field,
    rules: Collection[str],
    *,
    project: str = "",
    indicator: str = "",
    weight: float = 1.0,
) -> Item:
    """An element with its charges, by its project's ``weight``."""
    entries = field.mapping(needed=_ELEMENT, known=_ELEMENT + _ELEMENT_OPTIONAL)
    full = entries["full"].number(least=0.5, most=FULL)
    optional: dict[str, Any] = {}
    if "dimension" in entries:
        optional["dimension"] = entries["dimension"].choice(*get_args(Dimension))
    for key in ("floor", "most"):
        if key in entries:
            optional[key] = entries[key].number(least=0, most=full) * weight
    return Item(
        id=entries["id"].text(),
        name=entries["name"].text(),
        full=full * weight,
        source=entries["source"].text(),
        charges=tuple(
            _charge(item, rules, weight=weight) for item in fields_of(entries, "deductions")
        ),
        needs=tuple(_need(item) for item in fields_of(entries, "needs")),
        project=project,
        indicator=indicator,
        **optional,
    )


def read_extra(field: Field, rules: Collection[str], *, sign: Any) -> Adjustment:
    """A bonus (``sign`` 1) or a penalty (-1)."""
    entries = field.mapping(needed=_EXTRA, known=_EXTRA)
    return Adjustment(
        id=entries["id"].text(),
        name=entries["name"].text(),
        source=entries["source"].text(),
        charges=tuple(_charge(item, rules) for item in entries["counts"].items()),
        most=entries["most"].number(least=0.5, most=FULL),
        sign=sign,
    )


def _charge(field: Field, rules: Collection[str], *, weight: float = 1.0) -> Charge:
    if any(name == "figure" for name, _ in field.entries()):
        entries = field.mapping(needed=("figure", "points", "source"), known=_BY_FIGURE)
        per: Any = entries["per"].choice("call", "unit") if "per" in entries else "call"
        points = entries["points"].number(least=0, most=FULL) * weight
        return FigureDeduction(
            _limit(field, entries, bound=True), points, per, entries["source"].text()
        )
    entries = field.mapping(needed=("kind", "points", "per", "source"), known=_BY_FINDING)
    taken = (
        None
        if entries["points"].is_word("rule")
        else entries["points"].number(least=0, most=FULL) * weight
    )
    if taken is None and weight != 1.0:
        raise entries["points"].wrong("分数：有权重（weight）的考核项目不能用 rule，请写出分数")
    return _by_finding(entries, rules, points=taken, per=entries["per"].choice("hit", "call"))


def _by_finding(
    entries: dict[str, Field], rules: Collection[str], *, points: float | None, per: Any
) -> FindingDeduction:
    kind: Any = entries["kind"].choice(*get_args(Kind))
    optional: dict[str, Any] = {}
    if "rule" in entries:
        optional["rule"] = _known_rule(entries["rule"], rules)
    if "role" in entries:
        optional["role"] = entries["role"].choice("agent", "customer")
    if "severity" in entries:
        optional["severity"] = entries["severity"].choice("low", "medium", "high")
    if "least_s" in entries:
        optional["least_s"] = entries["least_s"].number(least=0, most=3600)
    return FindingDeduction(
        kind=kind, points=points, per=per, source=entries["source"].text(), **optional
    )


def read_veto(field: Field, rules: Collection[str]) -> FindingDeduction:
    """What makes the total void."""
    entries = field.mapping(
        needed=("kind", "rule", "source"), known=("kind", "rule", "source", "role", "severity")
    )
    return _by_finding(entries, rules, points=0.0, per="hit")


def _need(field: Field) -> Limit:
    return _limit(
        field, field.mapping(needed=("figure",), known=("figure", "above", "below")), bound=False
    )


def _limit(field: Field, entries: dict[str, Field], *, bound: bool) -> Limit:
    bounds = {
        key: entries[key].number(least=-1e6, most=1e6)
        for key in ("above", "below")
        if key in entries
    }
    if len(bounds) > 1 or (bound and not bounds):
        raise LexiconError(
            f"{field.place}：{field.name} 应当写 above（高于）或 below（低于），二者选一"
        )
    return Limit(entries["figure"].choice(*FIGURES), **bounds)


def _known_rule(field: Field, rules: Collection[str]) -> str:
    name = field.text()
    stem = name.removesuffix("*")
    found = any(rule.startswith(stem) for rule in rules) if name.endswith("*") else name in rules
    if not found:
        raise field.wrong("规则文件中已有的规则编号，可用“*”结尾表示一组，例如 forbidden.*")
    return name
