"""The scoring sheets: 100 points, items, deductions with their source."""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path
from typing import Any, get_args

from pipeline.errors import LexiconError
from pipeline.lexicon.model import Deduction, Sheet, SheetItem
from pipeline.lexicon.reader import Field, digest, read_yaml
from pipeline.lexicon.rules import LEXICON_FOLDER
from pipeline.types import Kind

DEFAULT_SHEET = LEXICON_FOLDER / "scoring" / "default.yaml"
FULL = 100.0

_TOP = ("version", "id", "name", "items")
_ITEM = ("id", "name", "dimension", "full", "source", "deductions")
_DEDUCTION = ("kind", "points", "per", "source")
_DEDUCTION_OPTIONAL = ("rule", "role", "severity", "least_s", "fatal")


def load_sheet(path: Path = DEFAULT_SHEET, *, rule_ids: Collection[str]) -> Sheet:
    """A scoring sheet whose items sum to 100 and which names known rules only.

    Raises ``LexiconError`` in Chinese at the first thing that is wrong.
    """
    top = read_yaml(path)
    entries = top.mapping(needed=_TOP, known=_TOP)
    entries["version"].choice("1")
    items = tuple(_item(field, rule_ids) for field in entries["items"].items())
    ids = [item.id for item in items]
    for name in ids:
        if ids.count(name) > 1:
            raise LexiconError(f"{path} 第 {entries['items'].line} 行：考核项目编号“{name}”重复")
    total = sum(item.full for item in items)
    if not math.isclose(total, FULL):
        raise LexiconError(f"{path} 第 {entries['items'].line} 行：各项目满分合计为 {total:g} 分，应为 {FULL:g} 分")
    if not any(item.dimension == "attitude" for item in items):
        raise LexiconError(
            f"{path} 第 {entries['items'].line} 行：没有 dimension: attitude 的项目，无法计算服务态度得分"
        )
    return Sheet(id=entries["id"].text(), name=entries["name"].text(), items=items, version=digest([path]))


def _item(field: Field, rule_ids: Collection[str]) -> SheetItem:
    entries = field.mapping(needed=_ITEM, known=_ITEM)
    dimension: Any = entries["dimension"].choice("attitude", "other")
    return SheetItem(
        id=entries["id"].text(),
        name=entries["name"].text(),
        dimension=dimension,
        full=entries["full"].number(least=0.5, most=FULL),
        source=entries["source"].text(),
        deductions=tuple(_deduction(item, rule_ids) for item in entries["deductions"].items()),
    )


def _deduction(field: Field, rule_ids: Collection[str]) -> Deduction:
    entries = field.mapping(needed=_DEDUCTION, known=_DEDUCTION + _DEDUCTION_OPTIONAL)
    kind: Any = entries["kind"].choice(*get_args(Kind))
    per: Any = entries["per"].choice("hit", "call")
    optional: dict[str, Any] = {}
    if "rule" in entries:
        optional["rule"] = _known_rule(entries["rule"], rule_ids)
    if "role" in entries:
        optional["role"] = entries["role"].choice("agent", "customer")
    if "severity" in entries:
        optional["severity"] = entries["severity"].choice("low", "medium", "high")
    if "least_s" in entries:
        optional["least_s"] = entries["least_s"].number(least=0, most=3600)
    if "fatal" in entries:
        optional["fatal"] = entries["fatal"].flag()
    points = None if entries["points"].is_word("rule") else entries["points"].number(least=0, most=FULL)
    return Deduction(kind=kind, points=points, per=per, source=entries["source"].text(), **optional)


def _known_rule(field: Field, rule_ids: Collection[str]) -> str:
    name = field.text()
    stem = name.removesuffix("*")
    found = any(rule.startswith(stem) for rule in rule_ids) if name.endswith("*") else name in rule_ids
    if not found:
        raise field.wrong("规则文件中已有的规则编号，可用“*”结尾表示一组，例如 forbidden.*")
    return name
