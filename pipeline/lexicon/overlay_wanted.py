"""What an overlay file should say after a change."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from pipeline.errors import LexiconError
from pipeline.types import RulePoints, SheetPoints, WordingChange

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.types import RuleChange


def changed(data: dict[str, Any], change: RuleChange, file: Path) -> dict[str, Any]:
    """What the file says with the change. Raises ``LexiconError`` where it cannot be made."""
    new = json.loads(json.dumps(data, default=str))
    if isinstance(change, SheetPoints):
        return _with_sheet(new, change, file)
    if isinstance(change, RulePoints):
        return _with_points(new, change, file)
    return _with_wording(new, change, file)


def _with_wording(new: dict[str, Any], change: WordingChange, file: Path) -> dict[str, Any]:
    rules = new.setdefault("rules", [])
    own = [rule for rule in rules if rule["rule"] == change.rule]
    lists = [rule[change.part] for rule in own if change.part in rule]
    holding = [words for words in lists if change.wording in words]
    if change.remove:
        if not holding:
            raise LexiconError(f"{file}：里面已经没有“{change.wording}”了，不用撤销")
        holding[0].remove(change.wording)
        return _tidied(new)
    if holding:
        return _tidied(new)
    if lists:
        lists[-1].append(change.wording)
    elif own:
        own[-1][change.part] = [change.wording]
    else:
        rules.append({"rule": change.rule, change.part: [change.wording]})
    return new


def _with_points(new: dict[str, Any], change: RulePoints, file: Path) -> dict[str, Any]:
    rules = new.setdefault("rules", [])
    own = [rule for rule in rules if rule["rule"] == change.rule]
    having = next((rule for rule in own if "points" in rule), None)
    _refuse_if_moved(having and having["points"], change, file)
    if change.points is None:
        if having is not None:
            del having["points"]
    elif having is not None:
        having["points"] = _number(change.points)
    elif own:
        own[-1]["points"] = _number(change.points)
    else:
        rules.append({"rule": change.rule, "points": _number(change.points)})
    return _tidied(new)


def _with_sheet(new: dict[str, Any], change: SheetPoints, file: Path) -> dict[str, Any]:
    sheets = new.setdefault("sheets", [])
    having = next((line for line in sheets if _is_for(line, change)), None)
    _refuse_if_moved(having and having["points"], change, file)
    if change.points is None:
        if having is not None:
            sheets.remove(having)
    elif having is not None:
        having["points"] = _number(change.points)
    else:
        which = {key: _value(value) for key, value in change.which}
        sheets.append(
            {"sheet": change.sheet, "element": change.element, **which}
            | {"points": _number(change.points)}
        )
    return _tidied(new)


def _refuse_if_moved(now: float | None, change: RulePoints | SheetPoints, file: Path) -> None:
    if (now is None) != (change.before is None) or (now is not None and now != change.before):
        shown = "没有写" if now is None else f"{now:g}"
        raise LexiconError(f"{file}：这一项的分值后来又改过（现在{shown}），请刷新页面再看")


def _tidied(new: dict[str, Any]) -> dict[str, Any]:
    """Without lists, rules and sections that have become empty."""
    for rule in new.get("rules", []):
        for key in [key for key, value in rule.items() if value == []]:
            del rule[key]
    new["rules"] = [rule for rule in new.get("rules", []) if len(rule) > 1]
    return {key: value for key, value in new.items() if value != []}


def _is_for(line: dict[str, Any], change: SheetPoints) -> bool:
    which = {
        key: str(value) for key, value in line.items() if key not in ("sheet", "element", "points")
    }
    return (line["sheet"], line["element"]) == (change.sheet, change.element) and which == dict(
        change.which
    )


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _value(text: str) -> Any:
    return yaml.safe_load(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text
