"""Lines of a YAML text put in or taken out; all others stay as they are written."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon.reader import Field

_PLAIN = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff，。？！“”（）、；0-9A-Za-z]*")
"""Texts that YAML reads as they are, without quotes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a table with its value."""

    key: yaml.Node
    value: Field


def entry_of(table: Field, name: str) -> Entry | None:
    """The entry of a table under a key; ``None`` without one."""
    for (key, _), (own, value) in zip(table.node.value, table.entries(), strict=True):
        if own == name:
            return Entry(key, value)
    return None


def as_yaml(text: str) -> str:
    """A text as YAML reads it again.

    >>> as_yaml("不归我管的"), as_yaml("a: b")
    ('不归我管的', '"a: b"')
    """
    if _PLAIN.fullmatch(text) or re.fullmatch(r"[a-z_]+(\.[a-z0-9_*]+)*|-?\d+(\.\d+)?", text):
        return text
    return json.dumps(text, ensure_ascii=False)


def replace_value(text: str, field: Field, value: str) -> str:
    """The text with another value of a field."""
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


def append_item(text: str, items: Field, written: str, note: str) -> str:
    """An item at the end of a list that is not empty."""
    last = items.items()[-1].node
    if _is_flow(items):
        end = int(last.end_mark.index)
        return f"{text[:end]}, {written}{text[end:]}"
    column = " " * int(items.node.start_mark.column)
    return _insert_lines(text, _last(last), [f"{column}- {written}{_comment(note)}"])


def add_key(text: str, table: Field, line: str, under: str, note: str) -> str:
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


def add_item(text: str, top: Field, section: str, lines: Sequence[str], note: str) -> str:
    """A table at the end of a section, which is made where it is not there."""
    entry = entry_of(top, section)
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


def cut_key(text: str, table: Field, entry: Entry) -> str:
    """Without a key of a table and its value; the same text where the key cannot go alone."""
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


def take_out_item(text: str, top: Field, owner: Field, entry: Entry, item: Field) -> str:
    """Without an item of a rule's list, without the list if it was the last, and without the rule if
    nothing is left of it."""
    items = entry.value.items()
    if len(items) == 1:
        if len(owner.entries()) == 2:
            return take_out_of_section(text, top, "rules", owner)
        return cut_key(text, owner, entry)
    number = next(n for n, one in enumerate(items) if one.node is item.node)
    if _is_flow(entry.value):
        spans = [(int(o.node.start_mark.index), int(o.node.end_mark.index)) for o in items]
        return _cut_of_flow(text, spans, number)
    return _cut_lines(text, int(item.node.start_mark.index), _last(item.node))


def take_out_of_section(text: str, top: Field, section: str, item: Field) -> str:
    """Without an item of a section, and without the section if it was the last."""
    entry = entry_of(top, section)
    assert entry is not None
    if _is_flow(entry.value):
        return text
    if len(entry.value.items()) == 1:
        return _cut_lines(text, int(entry.key.start_mark.index), _last(item.node))
    return _cut_lines(text, int(item.node.start_mark.index), _last(item.node))
