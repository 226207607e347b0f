"""Read scoring sheets, whole or not at all; each message says file, line, value and what was
expected."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, get_args

from pipeline.errors import LexiconError
from pipeline.lexicon.overlay import OVERLAY_FILE, Overlay, with_digest
from pipeline.lexicon.read_additions import read_overlay
from pipeline.lexicon.read_elements import (
    fields_of,
    read_element,
    read_extra,
    read_project,
    read_veto,
)
from pipeline.lexicon.read_regulations import check_sources, load_regulations
from pipeline.lexicon.read_words import LEXICON_FOLDER
from pipeline.lexicon.reader import Field, digest, parse_yaml, read_text
from pipeline.lexicon.scorecard import SIGNAL_RULES, GradeBand, Item, Scorecard, ScorecardBook
from pipeline.lexicon.sheet_points import put_points
from pipeline.types import FULL, Dimension

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
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
    elements = tuple(
        e for project in entries["projects"].items() for e in read_project(project, names)
    )
    beside = tuple(read_element(field, names) for field in fields_of(entries, "beside"))
    extras = (
        *(read_extra(field, names, sign=1) for field in fields_of(entries, "bonus")),
        *(read_extra(field, names, sign=-1) for field in fields_of(entries, "penalties")),
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
        vetoes=tuple(read_veto(field, names) for field in fields_of(entries, "vetoes")),
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
