"""The customer's number of a call by caller and called party: which of the two he is depends on
the direction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipeline.imports.lines import DIRECTIONS, LINE_HEADINGS
from pipeline.imports.scripts import simplified
from pipeline.imports.vocabulary import fields_of, spelling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CALLER = (
    "主叫", "主叫号码", "主叫号", "主叫方", "主叫方号码", "主叫电话", "主叫用户", "主叫號碼", "caller", "caller_id", "caller_number",
    "caller_no", "caller_num", "callerid", "calling", "calling_number", "ani", "from_number",
)  # fmt: skip
_CALLED = (
    "被叫", "被叫号码", "被叫号", "被叫方", "被叫方号码", "被叫电话", "被叫用户", "被叫號碼", "called", "called_id", "called_number",
    "called_no", "called_num", "callee", "callee_id", "callee_number", "dnis", "to_number",
)  # fmt: skip
SIDE_HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(_CALLER, "caller"),
    **dict.fromkeys(_CALLED, "called"),
}
_MAYBE_DIRECTION = ("type", "类型", "類型", "call_type", "calltype", "通话类型", "话单类型", "录音类型", "业务类型")  # fmt: skip
"""Headings of other things too: they are the direction's where all cells are words of it."""

_SIDES = {spelling(name): field for name, field in SIDE_HEADINGS.items()}
_DIRECTION_NAMES = {
    spelling(name) for name, field in LINE_HEADINGS.items() if field == "direction"
} | {spelling(name) for name in _MAYBE_DIRECTION}
_EXTENSION = re.compile(r"\d{2,6}")
_OUTSIDE = re.compile(r"\+?[\d*-]{7,}")
"""From seven digits on a number is no extension (our choice)."""

UNCLEAR = "看不出是呼入还是呼出，主叫、被叫都没有当作客户；请加上“呼叫方向”一列"


def is_side(name: str) -> bool:
    """Whether a column or key names the caller or the called party.

    >>> is_side("主叫号码"), is_side("Called-Number"), is_side("客户号码")
    (True, True, False)
    """
    return spelling(name) in _SIDES


def is_direction(name: str) -> bool:
    """Whether a column or key may tell the direction of a call."""
    return spelling(name) in _DIRECTION_NAMES


def direction_heading(headings: Sequence[str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """A heading such as type that tells the direction in this table, with its field; empty where
    another one does, or its cells say something else.

    >>> direction_heading(["type", "file"], [{"type": "呼出"}]), direction_heading(["type"], [{"type": "vip"}])
    ({'type': 'direction'}, {})
    """
    usual = {spelling(n) for n, field in LINE_HEADINGS.items() if field == "direction"}
    if any(spelling(one) in usual for one in headings):
        return {}
    for one in headings:
        words = {simplified(row.get(one, "").strip().casefold()) for row in rows} - {""}
        is_one = spelling(one) in {spelling(name) for name in _MAYBE_DIRECTION}
        if is_one and words and words <= DIRECTIONS.keys():
            return {one: "direction"}
    return {}


def customer_of(
    cells: Mapping[str, str], direction: str | None = None
) -> tuple[str | None, str | None]:
    """The customer's number and the direction, by the cells ``caller``, ``called`` and
    ``agent_id``; both ``None`` where nothing tells the direction.

    On a call that comes in the caller is the customer, on one that goes out the called party. Where
    no column says the direction, it is told by the agent's own number, or by a number of an
    extension on one side and one from outside on the other.

    >>> customer_of({"caller": "8012", "called": "13800000000"}, "outbound")
    ('13800000000', 'outbound')
    >>> customer_of({"caller": "13800000000", "called": "02161234567"})
    (None, None)
    """
    caller, called = (cells.get(one, "").strip() for one in ("caller", "called"))
    way = direction or _told_by_numbers(caller, called, cells.get("agent_id", "").strip())
    customer = {"inbound": caller, "outbound": called}.get(way or "", "")
    return customer or None, way


def customer_in(cells: Mapping[str, Any]) -> str | None:
    """``customer_of`` for cells or keys under their own names; ``None`` where none is a caller."""
    sides = {_SIDES[spelling(k)]: str(v) for k, v in cells.items() if is_side(k) and _is_plain(v)}
    if not sides:
        return None
    agent = fields_of(cells).get("agent_id")
    said = [
        DIRECTIONS[word]
        for name, value in cells.items()
        if spelling(name) in _DIRECTION_NAMES
        and (word := simplified(str(value).strip().casefold())) in DIRECTIONS
    ]
    own = {**sides, "agent_id": str(cells.get(agent) or "") if agent else ""}
    return customer_of(own, said[0] if said else None)[0]


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _told_by_numbers(caller: str, called: str, agent: str) -> str | None:
    if agent and agent in (caller, called) and caller != called:
        return "outbound" if caller == agent else "inbound"
    if _EXTENSION.fullmatch(caller) and _OUTSIDE.fullmatch(called):
        return "outbound"
    if _OUTSIDE.fullmatch(caller) and _EXTENSION.fullmatch(called):
        return "inbound"
    return None
