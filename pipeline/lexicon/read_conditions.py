"""Read the conditions of a rule: one operator each, and where it looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipeline.errors import LexiconError
from pipeline.lexicon.conditions import Condition, ConditionScope, Near, Unless
from pipeline.lexicon.operator_table import MOST, OPERATORS
from pipeline.lexicon.read_phrases import all_wordings

if TYPE_CHECKING:
    from pipeline.lexicon.reader import Field

_NAME = re.compile(r"[a-z][a-z0-9_]*")
SCOPE_KEYS = (
    "role",
    "first",
    "last",
    "first_s",
    "last_s",
    "before",
    "after",
    "around",
    "unless_before",
    "unless_after",
    "unit",
)


def read_condition(name: str, field: Field) -> Condition:
    """One condition: exactly one operator, any number of scope keys."""
    if not _NAME.fullmatch(name):
        raise field.wrong("小写字母开头的条件名称，例如 wait")
    entries = field.mapping(needed=(), known=(*OPERATORS, *SCOPE_KEYS))
    chosen = [key for key in entries if key in OPERATORS]
    if len(chosen) != 1:
        raise LexiconError(
            f"{field.file} 第 {field.line} 行：条件“{name}”应当只有一个判断（{'、'.join(OPERATORS)}），现有 {len(chosen)} 个"
        )
    operator = OPERATORS[chosen[0]].read(entries[chosen[0]])
    return Condition(name, operator, _scope(entries), field.place)


def _scope(entries: dict[str, Field]) -> ConditionScope:
    role: Any = entries["role"].choice("agent", "customer") if "role" in entries else None
    unit: Any = (
        entries["unit"].choice("utterance", "turn", "scope") if "unit" in entries else "turn"
    )
    sides: tuple[Any, ...] = ("before", "after", "around")
    return ConditionScope(
        role=role,
        first=entries["first"].whole(least=1, most=MOST) if "first" in entries else None,
        last=entries["last"].whole(least=1, most=MOST) if "last" in entries else None,
        first_s=entries["first_s"].number(least=0.1, most=MOST) if "first_s" in entries else None,
        last_s=entries["last_s"].number(least=0.1, most=MOST) if "last_s" in entries else None,
        near=tuple(_near(side, entries[side]) for side in sides if side in entries),
        unless=tuple(
            _unless(side, entries[f"unless_{side}"]) for side in sides[:2] if f"unless_{side}" in entries
        ),
        unit=unit,
    )  # fmt: skip


def _near(side: Any, field: Field) -> Near:
    known = ("of", "hit", "utterances", "seconds")
    entries = field.mapping(needed=("of",), known=known) if field.is_mapping() else {"of": field}
    return Near(
        side=side,
        of=entries["of"].text(),
        hit=entries["hit"].whole(least=-MOST, most=MOST) if "hit" in entries else 0,
        utterances=entries["utterances"].whole(least=1, most=MOST)
        if "utterances" in entries
        else None,
        seconds=entries["seconds"].number(least=0.1, most=MOST) if "seconds" in entries else None,
    )


def _unless(side: Any, field: Field) -> Unless:
    entries = field.mapping(needed=("any", "within"), known=("any", "within", "role"))
    role: Any = entries["role"].choice("agent", "customer") if "role" in entries else None
    return Unless(
        side, all_wordings(entries["any"]), entries["within"].whole(least=1, most=MOST), role
    )
