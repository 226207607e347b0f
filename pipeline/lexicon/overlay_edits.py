"""The overlay file's text with a change: lines are put in or taken out, everything else stays as it
is written, with comments and spaces.

No library writes the file anew: those that keep comments (ruamel.yaml) lose the ones after an entry
that is taken out, and write people's own lines in another form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from pipeline.errors import LexiconError
from pipeline.lexicon.overlay_wanted import changed
from pipeline.lexicon.read_additions import parse_overlay
from pipeline.lexicon.reader import Field, parse_yaml
from pipeline.lexicon.yaml_lines import (
    add_item,
    add_key,
    append_item,
    as_yaml,
    cut_key,
    entry_of,
    replace_value,
    take_out_item,
    take_out_of_section,
)
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


def edit_overlay(text: str, file: Path, changes: Sequence[RuleChange], *, note: str) -> str:
    """The text of an overlay, empty for a file that is not there yet, with the changes. ``note``: in
    one line who asked for it and who agreed, a comment behind what is added.

    Raises ``LexiconError`` in Chinese where something to be taken out is not there or was changed
    since, and where the file is written in a form that cannot be changed line by line."""
    new = text if text.strip() else NEW_FILE
    for change in changes:
        wanted = changed(_data(new, file), change, file)
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


def _apply(text: str, file: Path, change: RuleChange, note: str) -> str:
    top = parse_yaml(text, file)
    if isinstance(change, SheetPoints):
        return _apply_sheet(text, top, change, note)
    rules = entry_of(top, "rules")
    own = [] if rules is None else [i for i in rules.value.items() if _has(i, rule=change.rule)]
    if isinstance(change, RulePoints):
        return _apply_points(text, top, own, change, note)
    return _apply_wording(text, top, own, change, note)


def _apply_wording(
    text: str, top: Field, own: Sequence[Field], change: WordingChange, note: str
) -> str:
    lists = [entry for one in own if (entry := entry_of(one, change.part)) is not None]
    found = [
        (entry, item)
        for entry in lists
        for item in entry.value.items()
        if not item.is_mapping() and item.text() == change.wording
    ]
    if change.remove:
        entry, item = found[0]
        owner = next(one for one in own if entry_of(one, change.part) == entry)
        return take_out_item(text, top, owner, entry, item)
    if found:
        return text
    written = as_yaml(change.wording)
    if lists:
        return append_item(text, lists[-1].value, written, note)
    if own:
        return add_key(text, own[-1], f"{change.part}:", f"- {written}", note)
    return add_item(
        text, top, "rules", [f"rule: {change.rule}", f"{change.part}:", f"  - {written}"], note
    )


def _apply_points(
    text: str, top: Field, own: Sequence[Field], change: RulePoints, note: str
) -> str:
    having = next((one for one in own if entry_of(one, "points") is not None), None)
    if having is None and change.points is None:
        return text
    if having is None:
        if own:
            return add_key(text, own[-1], f"points: {change.points:g}", "", note)
        lines = [f"rule: {change.rule}", f"points: {change.points:g}"]
        return add_item(text, top, "rules", lines, note)
    entry = entry_of(having, "points")
    assert entry is not None
    if change.points is not None:
        return replace_value(text, entry.value, f"{change.points:g}")
    if len(having.entries()) == 2:
        return take_out_of_section(text, top, "rules", having)
    return cut_key(text, having, entry)


def _apply_sheet(text: str, top: Field, change: SheetPoints, note: str) -> str:
    section = entry_of(top, "sheets")
    items = [] if section is None else section.value.items()
    wanted = {"sheet": change.sheet, "element": change.element, **dict(change.which)}
    having = next(
        (i for i in items if _has(i, **wanted) and len(i.entries()) == len(wanted) + 1), None
    )
    if having is None:
        if change.points is None:
            return text
        given = ", ".join(f"{key}: {as_yaml(value)}" for key, value in wanted.items())
        return add_item(text, top, "sheets", [f"{{{given}, points: {change.points:g}}}"], note)
    if change.points is None:
        return take_out_of_section(text, top, "sheets", having)
    entry = entry_of(having, "points")
    assert entry is not None
    return replace_value(text, entry.value, f"{change.points:g}")


def _has(field: Field, **values: str) -> bool:
    entries = dict(field.entries())
    return all(key in entries and entries[key].text() == value for key, value in values.items())
