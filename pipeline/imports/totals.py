"""Totals and notes at the end of a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.imports.scripts import simplified

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOTAL = re.compile(
    r"(合\s*计|总\s*计|小\s*计|共\s*计|汇\s*总|总\s*数|平均值?|(grand |sub)?totals?|sum)\s*[:：]?",
    re.I,
)
_FOOTER = re.compile(
    r"共\s*\d+\s*[条行通个项]?.*|(导出|汇出|制表|打印|列印|统计|填表|审核)(时间|日期|人|范围)?\s*[:：].*|total\s*:.*",
    re.I,
)
_RULE = re.compile(r":?-{2,}:?|[-=+]{3,}")


def without_totals(
    rows: list[tuple[int, list[str]]],
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, list[str]]]]:
    """The rows without totals and notes at the end, and these."""
    end = len(rows)
    while end and is_total(rows[end - 1][1]):
        end -= 1
    return rows[:end], rows[end:]


def is_rule(cells: Sequence[str]) -> bool:
    """Whether a row is only the line below a heading, as Markdown and terminals draw it.

    >>> is_rule(["---", ":--:"]), is_rule(["-", "客服"]), is_rule(["", ""])
    (True, False, False)
    """
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(map(_RULE.fullmatch, filled))


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row is a total, or a note such as 共 12 条; false for a row without text."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return False
    first = simplified(filled[0])
    alone = len(filled) == 1 and bool(_FOOTER.fullmatch(first))
    return alone or bool(_TOTAL.fullmatch(first) and (cells[0] or len(filled) > 1))
