"""Read scoring sheets, whole or not at all; each message says file, line, value and what was
expected."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, get_args

from pipeline.errors import LexiconError
from pipeline.lexicon.overlay import OVERLAY_FILE, Overlay, with_digest
from pipeline.lexicon.read_additions import read_overlay
from pipeline.lexicon.read_regulations import check_sources, load_regulations
from pipeline.lexicon.read_rules import LEXICON_FOLDER
from pipeline.lexicon.reader import Field, digest, parse_yaml, read_text
from pipeline.lexicon.scorecard import (
    FIGURES,
    SIGNAL_RULES,
    Adjustment,
    Charge,
    FigureDeduction,
    FindingDeduction,
    GradeBand,
    Item,
    Limit,
    Scorecard,
    ScorecardBook,
)
from pipeline.lexicon.sheet_points import put_points
from pipeline.types import FULL, Dimension, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from pipeline.lexicon.regulations import Regulations

SHEET_FOLDER = LEXICON_FOLDER / "scoring"
DEFAULT_SCORECARD = SHEET_FOLDER / "default.yaml"
VERSION = "2"

_NEEDED = ("version", "id", "name", "attitude", "projects")
_OPTIONAL = (
    "queues",
    "starts",
    "ends",
    "grades",
    "veto_total",
    "vetoes",
    "bonus",
    "penalties",
    "beside",
)
_PROJECT = ("name", "indicators")
_INDICATOR = ("name", "elements")
_ELEMENT = ("id", "name", "full", "source")
_ELEMENT_OPTIONAL = ("dimension", "floor", "most", "needs", "deductions")
_EXTRA = ("id", "name", "most", "source", "counts")
_BY_FINDING = ("kind", "points", "per", "source", "rule", "role", "severity", "least_s")
_BY_FIGURE = ("figure", "above", "below", "points", "per", "source")


def load_scorecards(
    folder: Path = SHEET_FOLDER,
    *,
    rule_ids: Collection[str],
    duties: Collection[str] | None = None,
    usual: str = "",
    overlay: Overlay | None = None,
) -> ScorecardBook:
    """All sheets (``*.yaml``) of a folder, with the site's own points. ``overlay``: ``None`` for the
    one in the folder above. Raises ``LexiconError`` in Chinese at the first thing
    that is wrong, also where no sheet fits every queue, or two fit the same queue from the same
    day."""
    regulations = load_regulations(folder.parent)
    added = read_overlay(folder.parent / OVERLAY_FILE) if overlay is None else overlay
    sheets = [
        load_scorecard(
            path, rule_ids=rule_ids, duties=duties, regulations=regulations, overlay=added
        )
        for path in sorted(folder.glob("*.yaml"))
    ]
    if not any("*" in sheet.queues for sheet in sheets):
        raise LexiconError(
            f'{folder}：没有适用于所有队列（queues: ["*"]）的评分表，其他队列的通话将无法评分'
        )
    seen: dict[tuple[str, object], Scorecard] = {}
    ids: dict[str, Scorecard] = {}
    for sheet in sheets:
        if sheet.id in ids:
            raise LexiconError(f"{sheet.at}：评分表编号“{sheet.id}”已经用于 {ids[sheet.id].at}")
        ids[sheet.id] = sheet
        for queue in sheet.queues:
            other = seen.setdefault((queue, sheet.starts), sheet)
            if other is not sheet:
                raise LexiconError(
                    f"{sheet.at}：队列“{queue}”从同一天起已有评分表“{other.id}”（{other.at}），请改 queues 或 starts"
                )
    for one in added.sheets:
        if one.sheet not in ids:
            raise LexiconError(
                f"{one.at}：没有编号为“{one.sheet}”的评分表，现有：{'、'.join(ids)}；请改正，或删去这一条"
            )
    if usual and usual not in ids:
        raise LexiconError(f"{folder}：没有编号为“{usual}”的评分表，现有：{'、'.join(ids)}")
    return ScorecardBook(tuple(sheets), usual)


def load_scorecard(
    path: Path = DEFAULT_SCORECARD,
    *,
    rule_ids: Collection[str],
    duties: Collection[str] | None = None,
    regulations: Regulations | None = None,
    overlay: Overlay | None = None,
) -> Scorecard:
    """A scoring sheet, with the points that an ``overlay`` gives its deductions, whose elements sum to 100 and which names known rules and figures only, and
    where ``regulations`` are given cites only clauses that these have, and where ``duties`` are
    given (ids of rules) charges no lack of anything else; a sheet that was in force once is read
    without.

    Raises ``LexiconError`` in Chinese at the first thing that is wrong.
    """
    text = read_text(path)
    top = parse_yaml(text, path)
    entries = top.mapping(needed=_NEEDED, known=_NEEDED + _OPTIONAL)
    entries["version"].choice(VERSION)
    sheet_id = entries["id"].text()
    added = overlay.of_sheet(sheet_id) if overlay else ()
    if added:
        text = put_points(text, top, added)
        top = parse_yaml(text, path)
        entries = top.mapping(needed=_NEEDED, known=_NEEDED + _OPTIONAL)
    names = frozenset((*rule_ids, *SIGNAL_RULES))
    elements = tuple(e for project in entries["projects"].items() for e in _project(project, names))
    beside = tuple(_element(field, names) for field in _list(entries, "beside"))
    extras = (
        *(_extra(field, names, sign=1) for field in _list(entries, "bonus")),
        *(_extra(field, names, sign=-1) for field in _list(entries, "penalties")),
    )
    _refuse_twice(path, [*(e.id for e in (*elements, *beside)), *(extra.id for extra in extras)])
    _check_total(entries["projects"], elements)
    attitude: Any = tuple(item.choice(*get_args(Dimension)) for item in entries["attitude"].items())
    if not any(element.dimension in attitude for element in elements):
        raise LexiconError(
            f"{entries['attitude'].place}：没有任何考核要素的 dimension 属于 attitude，无法计算服务态度得分"
        )
    if regulations is not None:
        check_sources(top, regulations)
    if duties is not None:
        _check_duties(top, duties)
    return Scorecard(
        id=sheet_id,
        name=entries["name"].text(),
        elements=elements,
        attitude=attitude,
        beside=beside,
        extras=extras,
        vetoes=tuple(_veto(field, names) for field in _list(entries, "vetoes")),
        version=with_digest(digest([path]), overlay.sheet_digest(sheet_id) if overlay else ""),
        at=str(path),
        text=text,
        **_when_and_how(entries),
    )


def _when_and_how(entries: dict[str, Field]) -> dict[str, Any]:
    """For which calls the sheet is, and what its total means."""
    found: dict[str, Any] = {}
    if "veto_total" in entries:
        found["veto_total"] = entries["veto_total"].number(least=0, most=FULL)
    if "queues" in entries:
        found["queues"] = entries["queues"].texts()
    for key in ("starts", "ends"):
        if key in entries:
            found[key] = entries[key].day()
    if "starts" in found and "ends" in found and found["ends"] < found["starts"]:
        raise entries["ends"].wrong(f"不早于 starts（{found['starts']}）的日期")
    if "grades" in entries:
        found["grades"] = read_grades(entries["grades"])
    return found


def read_grades(field: Field) -> tuple[GradeBand, ...]:
    grades: list[GradeBand] = []
    for item in field.items():
        entries = item.mapping(needed=("name", "least"), known=("name", "least"))
        grade = GradeBand(entries["name"].text(), entries["least"].number(least=0, most=FULL))
        if grades and grade.least >= grades[-1].least:
            raise entries["least"].wrong(f"低于上一等级的分数（{grades[-1].least:g}）")
        grades.append(grade)
    return tuple(grades)


def _list(entries: dict[str, Field], key: str) -> Sequence[Field]:
    return entries[key].items() if key in entries else ()


def _project(field: Field, rules: Collection[str]) -> Iterable[Item]:
    entries = field.mapping(needed=_PROJECT, known=(*_PROJECT, "weight"))
    weight = entries["weight"].number(least=0.01, most=10) if "weight" in entries else 1.0
    for indicator in entries["indicators"].items():
        own = indicator.mapping(needed=_INDICATOR, known=_INDICATOR)
        for element in own["elements"].items():
            yield _element(
                element,
                rules,
                project=entries["name"].text(),
                indicator=own["name"].text(),
                weight=weight,
            )


def _element(
    field: Field,
    rules: Collection[str],
    *,
    project: str = "",
    indicator: str = "",
    weight: float = 1.0,
) -> Item:
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
        charges=tuple(_charge(item, rules, weight=weight) for item in _list(entries, "deductions")),
        needs=tuple(_need(item) for item in _list(entries, "needs")),
        project=project,
        indicator=indicator,
        **optional,
    )


def _extra(field: Field, rules: Collection[str], *, sign: Any) -> Adjustment:
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


def _veto(field: Field, rules: Collection[str]) -> FindingDeduction:
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


def _check_duties(field: Field, duties: Collection[str]) -> None:
    """Raises ``LexiconError`` where a deduction takes points for the lack of what is no duty."""
    if field.is_list():
        for item in field.items():
            _check_duties(item, duties)
    elif field.is_mapping():
        entries = dict(field.entries())
        if "kind" in entries and entries["kind"].is_word("missing") and "rule" in entries:
            named = entries["rule"].text()
            stem = named.removesuffix("*")
            if not any(d == named or (named != stem and d.startswith(stem)) for d in duties):
                raise entries["rule"].wrong(
                    f"职责规则（kind: missing）的编号，现有：{'、'.join(sorted(duties)) or '无'}"
                )
        for own in entries.values():
            _check_duties(own, duties)


def _refuse_twice(path: Path, ids: Sequence[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise LexiconError(f"{path}：考核要素编号“{name}”重复")


def _check_total(field: Field, elements: Sequence[Item]) -> None:
    total = math.fsum(element.full for element in elements)
    if not math.isclose(total, FULL, abs_tol=1e-6):
        parts = "、".join(f"{element.name} {element.full:g}" for element in elements)
        raise LexiconError(
            f"{field.place}：各考核要素满分合计为 {total:g} 分，应为 {FULL:g} 分（{parts}）"
        )
