"""The overlay file's text with a change: lines are put in or taken out, everything else stays as it
is written, with comments and spaces.

No library writes the file anew: those that keep comments (ruamel.yaml) lose the ones after an entry
that is taken out, and write people's own lines in another form."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from pipeline.errors import LexiconError
from pipeline.lexicon.read_additions import parse_overlay
from pipeline.lexicon.reader import Field, parse_yaml
from pipeline.types import RulePoints, SheetPoints, WordingChange

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.types import RuleChange

NEW_FILE = """# 本单位对规则和评分表的补充。网页上采纳的建议写在这里，也可以手工改；改后运行 callqa lexicon check。
# rules：给已有规则补充 phrases（触发短语）、exceptions（例外）、positive 和 negative（例句），或改 points（分值）、alarm（实时告警）。
# sheets：改评分表里一项扣分的 points。写法见 docs/rules.md。
version: 1
"""
_PLAIN = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff，。？！“”（）、；0-9A-Za-z]*")
"""Texts that YAML reads as they are, without quotes."""


def edit_overlay(text: str, file: Path, changes: Sequence[RuleChange], *, note: str) -> str:
    """The text of an overlay, empty for a file that is not there yet, with the changes. ``note``: in
    one line who asked for it and who agreed, a comment behind what is added.

    Raises ``LexiconError`` in Chinese where something to be taken out is not there or was changed
    since, and where the file is written in a form that cannot be changed line by line."""
    new = text if text.strip() else NEW_FILE
    for change in changes:
        wanted = _changed(_data(new, file), change, file)
        new = _apply(new, file, change, note)
        if not _says(new, wanted):
            raise LexiconError(
                f"{file}：这个文件的写法比较特别，网页不能自动改，请手工改：{_told(change)}"
            )
    parse_overlay(new, file)
    return new


def _data(text: str, file: Path) -> dict[str, Any]:
    parse_overlay(text, file)
    return dict(yaml.safe_load(text))


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return bool(yaml.safe_load(text) == wanted)
    except yaml.YAMLError:
        return False


def _told(change: RuleChange) -> str:
    if isinstance(change, WordingChange):
        return f"{change.rule} 的 {change.part} {'删去' if change.remove else '加上'}“{change.wording}”"
    place = change.rule if isinstance(change, RulePoints) else f"{change.sheet} {change.element}"
    return f"{place} 的 points 改为 {'不写' if change.points is None else f'{change.points:g}'}"


# What the file should say afterwards


def _changed(data: dict[str, Any], change: RuleChange, file: Path) -> dict[str, Any]:
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


# How its text changes


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key of a table with its value."""

    key: yaml.Node
    value: Field


def _apply(text: str, file: Path, change: RuleChange, note: str) -> str:
    top = parse_yaml(text, file)
    if isinstance(change, SheetPoints):
        return _apply_sheet(text, top, change, note)
    rules = _entry(top, "rules")
    own = [] if rules is None else [i for i in rules.value.items() if _has(i, rule=change.rule)]
    if isinstance(change, RulePoints):
        return _apply_points(text, top, own, change, note)
    return _apply_wording(text, top, own, change, note)


def _apply_wording(
    text: str, top: Field, own: Sequence[Field], change: WordingChange, note: str
) -> str:
    lists = [entry for one in own if (entry := _entry(one, change.part)) is not None]
    found = [
        (entry, item)
        for entry in lists
        for item in entry.value.items()
        if not item.is_mapping() and item.text() == change.wording
    ]
    if change.remove:
        entry, item = found[0]
        owner = next(one for one in own if _entry(one, change.part) == entry)
        return _take_out_item(text, top, owner, entry, item)
    if found:
        return text
    written = _written(change.wording)
    if lists:
        return _append(text, lists[-1].value, written, note)
    if own:
        return _add_key(text, own[-1], f"{change.part}:", f"- {written}", note)
    return _add_item(
        text, top, "rules", [f"rule: {change.rule}", f"{change.part}:", f"  - {written}"], note
    )


def _apply_points(
    text: str, top: Field, own: Sequence[Field], change: RulePoints, note: str
) -> str:
    having = next((one for one in own if _entry(one, "points") is not None), None)
    if having is None and change.points is None:
        return text
    if having is None:
        if own:
            return _add_key(text, own[-1], f"points: {change.points:g}", "", note)
        lines = [f"rule: {change.rule}", f"points: {change.points:g}"]
        return _add_item(text, top, "rules", lines, note)
    entry = _entry(having, "points")
    assert entry is not None
    if change.points is not None:
        return _replace(text, entry.value, f"{change.points:g}")
    if len(having.entries()) == 2:
        return _take_out_of_section(text, top, "rules", having)
    return _cut_key(text, having, entry)


def _apply_sheet(text: str, top: Field, change: SheetPoints, note: str) -> str:
    section = _entry(top, "sheets")
    items = [] if section is None else section.value.items()
    wanted = {"sheet": change.sheet, "element": change.element, **dict(change.which)}
    having = next(
        (i for i in items if _has(i, **wanted) and len(i.entries()) == len(wanted) + 1), None
    )
    if having is None:
        if change.points is None:
            return text
        given = ", ".join(f"{key}: {_written(value)}" for key, value in wanted.items())
        return _add_item(text, top, "sheets", [f"{{{given}, points: {change.points:g}}}"], note)
    if change.points is None:
        return _take_out_of_section(text, top, "sheets", having)
    entry = _entry(having, "points")
    assert entry is not None
    return _replace(text, entry.value, f"{change.points:g}")


def _has(field: Field, **values: str) -> bool:
    entries = dict(field.entries())
    return all(key in entries and entries[key].text() == value for key, value in values.items())


def _entry(table: Field, name: str) -> _Entry | None:
    for (key, _), (own, value) in zip(table.node.value, table.entries(), strict=True):
        if own == name:
            return _Entry(key, value)
    return None


def _written(text: str) -> str:
    """A text as YAML reads it again.

    >>> _written("不归我管的"), _written("a: b")
    ('不归我管的', '"a: b"')
    """
    if _PLAIN.fullmatch(text) or re.fullmatch(r"[a-z_]+(\.[a-z0-9_*]+)*|-?\d+(\.\d+)?", text):
        return text
    return json.dumps(text, ensure_ascii=False)


def _replace(text: str, field: Field, value: str) -> str:
    return text[: field.node.start_mark.index] + value + text[field.node.end_mark.index :]


def _is_flow(field: Field) -> bool:
    return bool(getattr(field.node, "flow_style", False))


def _last(node: Any) -> int:
    """Where the last character of a value ends; the mark of a block is beyond comments after it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    child = node.value[-1]
    return _last(child[1] if isinstance(child, tuple) else child)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _comment(note: str) -> str:
    return f"  # {' '.join(note.split())}" if note else ""


def _insert_lines(text: str, at: int, lines: Sequence[str]) -> str:
    """The lines behind the line that ``at`` is in."""
    end = _line_end(text, at)
    return text[:end] + "".join(f"\n{line}" for line in lines) + (text[end:] or "\n")


def _append(text: str, items: Field, written: str, note: str) -> str:
    """An item at the end of a list that is not empty."""
    last = items.items()[-1].node
    if _is_flow(items):
        end = int(last.end_mark.index)
        return f"{text[:end]}, {written}{text[end:]}"
    column = " " * int(items.node.start_mark.column)
    return _insert_lines(text, _last(last), [f"{column}- {written}{_comment(note)}"])


def _add_key(text: str, table: Field, line: str, under: str, note: str) -> str:
    """A key at the end of a table, with one line under it or none."""
    last = table.node.value[-1][1]
    if _is_flow(table):
        end = int(last.end_mark.index)
        value = f" [{under.removeprefix('- ')}]" if under else ""
        return f"{text[:end]}, {line}{value}{text[end:]}"
    column = " " * int(table.node.start_mark.column)
    if not under:
        return _insert_lines(text, _last(last), [f"{column}{line}{_comment(note)}"])
    return _insert_lines(
        text, _last(last), [f"{column}{line}", f"{column}  {under}{_comment(note)}"]
    )


def _add_item(text: str, top: Field, section: str, lines: Sequence[str], note: str) -> str:
    """A table at the end of a section, which is made where it is not there."""
    entry = _entry(top, section)
    if entry is None:
        head = [f"{section}:"]
        column, at = "  ", _last(top.node)
    elif _is_flow(entry.value):
        return text  # the caller sees that nothing changed, and says so
    else:
        head = []
        column = " " * int(entry.value.node.start_mark.column)
        at = _last(entry.value.node)
    made = [f"{column}{'- ' if n == 0 else '  '}{line}" for n, line in enumerate(lines)]
    made[-1] += _comment(note)
    return _insert_lines(text, at, [*head, *made])


def _cut_lines(text: str, start: int, last: int) -> str:
    """Without the lines from the one with ``start`` to the one with ``last``."""
    begin = text.rfind("\n", 0, start) + 1
    return text[:begin] + text[_line_end(text, last) + 1 :]


def _cut_key(text: str, table: Field, entry: _Entry) -> str:
    pairs = [(key, value) for key, value in table.node.value]
    number = next(n for n, (key, _) in enumerate(pairs) if key is entry.key or key == entry.key)
    key, value = pairs[number]
    if _is_flow(table):
        return _cut_of_flow(
            text, [(int(k.start_mark.index), int(v.end_mark.index)) for k, v in pairs], number
        )
    if number == 0:
        return text  # the key is on the line of its dash
    return _cut_lines(text, int(key.start_mark.index), _last(value))


def _cut_of_flow(text: str, spans: Sequence[tuple[int, int]], number: int) -> str:
    start, end = spans[number]
    if number:
        start = spans[number - 1][1]
    elif len(spans) > 1:
        end = spans[1][0]
    return text if "#" in text[start:end] and "\n" in text[start:end] else text[:start] + text[end:]


def _take_out_item(text: str, top: Field, owner: Field, entry: _Entry, item: Field) -> str:
    """Without an item of a rule's list, without the list if it was the last, and without the rule if
    nothing is left of it."""
    items = entry.value.items()
    if len(items) == 1:
        if len(owner.entries()) == 2:
            return _take_out_of_section(text, top, "rules", owner)
        return _cut_key(text, owner, entry)
    number = next(n for n, one in enumerate(items) if one.node is item.node)
    if _is_flow(entry.value):
        spans = [(int(o.node.start_mark.index), int(o.node.end_mark.index)) for o in items]
        return _cut_of_flow(text, spans, number)
    return _cut_lines(text, int(item.node.start_mark.index), _last(item.node))


def _take_out_of_section(text: str, top: Field, section: str, item: Field) -> str:
    entry = _entry(top, section)
    assert entry is not None
    if _is_flow(entry.value):
        return text
    if len(entry.value.items()) == 1:
        return _cut_lines(text, int(entry.key.start_mark.index), _last(item.node))
    return _cut_lines(text, int(item.node.start_mark.index), _last(item.node))
