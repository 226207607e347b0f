"""Read the kinds of service events: ``monthly/events.yaml``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from pipeline.errors import LexiconError
from pipeline.lexicon.reader import Field, read_yaml
from pipeline.types import EventBook, EventKind, EventLevel, EventOutcome, EventSort, Suggestion

if TYPE_CHECKING:
    from pathlib import Path

EVENTS_FILE = "events.yaml"
VERSION = "1"
_NEEDED = ("id", "name", "sort")
_OPTIONAL = ("also", "levels", "repeats", "value", "outcome", "findings")
_ID = re.compile(r"[a-z][a-z0-9_]*")


def load_event_kinds(path: Path) -> EventBook:
    """All kinds of a file, no word meaning two of them. Raises ``LexiconError`` in Chinese at the
    first thing that is wrong."""
    entries = read_yaml(path).mapping(needed=("version", "kinds"), known=("version", "kinds"))
    entries["version"].choice(VERSION)
    kinds: list[EventKind] = []
    taken: dict[str, str] = {}
    for field in entries["kinds"].items():
        kind = _kind(field)
        for name in kind.names:
            other = taken.setdefault(name.casefold(), kind.id)
            if other != kind.id:
                raise LexiconError(
                    f"{field.place}：“{name}”已经是“{other}”的名称，每个词只能表示一种事项"
                )
        for rule in (one.rule for one in kind.findings):
            if any(rule == one.rule for other_kind in kinds for one in other_kind.findings):
                raise LexiconError(f"{field.place}：规则“{rule}”只能提示一种事项")
        if any(kind.id == other_kind.id for other_kind in kinds):
            raise LexiconError(f"{field.place}：事项编号“{kind.id}”重复")
        kinds.append(kind)
    return EventBook(tuple(kinds))


def _kind(field: Field) -> EventKind:
    entries = field.mapping(needed=_NEEDED, known=_NEEDED + _OPTIONAL)
    kind_id = entries["id"].text()
    if not _ID.fullmatch(kind_id):
        raise entries["id"].wrong("小写字母、数字、下划线，例如 complaint")
    sort: Any = entries["sort"].choice(*get_args(EventSort))
    outcome: Any = (
        entries["outcome"].choice(*get_args(EventOutcome)) if "outcome" in entries else None
    )
    levels = tuple(_level(one) for one in entries["levels"].items()) if "levels" in entries else ()
    _refuse_twice(entries.get("levels"), [w for one in levels for w in (one.name, *one.also)])
    value = _value(entries["value"]) if "value" in entries else None
    if sort == "mark" and value is None and not levels:
        raise LexiconError(
            f"{field.place}：考核分（sort: mark）要有 value（分值范围）或 levels（等级）"
        )
    names = frozenset(level.name for level in levels)
    return EventKind(
        id=kind_id,
        name=entries["name"].text(),
        sort=sort,
        also=entries["also"].texts() if "also" in entries else (),
        levels=levels,
        repeats=entries["repeats"].flag() if "repeats" in entries else False,
        value=value,
        outcome=outcome,
        findings=tuple(_suggestion(one, names) for one in entries["findings"].items())
        if "findings" in entries
        else (),
    )


def _level(field: Field) -> EventLevel:
    if not field.is_mapping():
        return EventLevel(field.text())
    entries = field.mapping(needed=("name",), known=("name", "also"))
    return EventLevel(entries["name"].text(), entries["also"].texts() if "also" in entries else ())


def _refuse_twice(field: Field | None, words: list[str]) -> None:
    for word in words:
        if field is not None and words.count(word) > 1:
            raise LexiconError(f"{field.place}：等级的词“{word}”重复，每个词只能表示一个等级")


def _value(field: Field) -> tuple[float, float]:
    entries = field.mapping(needed=("least", "most"), known=("least", "most"))
    least = entries["least"].number(least=0, most=1e9)
    most = entries["most"].number(least=0, most=1e9)
    if most <= least:
        raise entries["most"].wrong(f"大于 least（{least:g}）的数")
    return least, most


def _suggestion(field: Field, levels: frozenset[str]) -> Suggestion:
    entries = field.mapping(needed=("rule",), known=("rule", "level", "repeat"))
    level = entries["level"].choice(*sorted(levels)) if "level" in entries else None
    repeat = entries["repeat"].flag() if "repeat" in entries else False
    return Suggestion(entries["rule"].text(), level, repeat)
