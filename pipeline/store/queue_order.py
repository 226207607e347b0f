"""The order of the queue's lists, and places in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.people import URGENT_FIRST, QueueFilter, QueueSort

if TYPE_CHECKING:
    from collections.abc import Sequence

EXPRESSIONS: dict[QueueSort, str] = {
    "urgency": "{of}urgency",
    "time": "{of}moment",
    "agent": "coalesce({of}agent_id, '')",
    "duration": "coalesce({of}duration_s, 0.0)",
    "attitude": "coalesce({of}call_points, 1000.0)",
    "total": "coalesce({of}total_points, 1000.0)",
}
"""What is sorted by; calls without a score come after those with one, the worst score first."""


def index_of(wanted: QueueFilter) -> str:
    """The index to use.

    It is named in the query because SQLite does not know how many calls meet a condition, and would
    look up every call elsewhere. Reading every entry of this index is quick, for any number of
    calls of an agent or a day.
    """
    waiting = wanted.view in URGENT_FIRST
    return f"INDEXED BY {'calls_waiting' if waiting else 'calls_newest'}"


def after_place(after: str | None, wanted: QueueFilter, where: str) -> tuple[str, list[Any]]:
    """The condition for calls after a place, with its values. ``where``: the file. Raises
    ``StoreError`` for a text that is no place."""
    if after is None:
        return "1", []
    place = order_of(wanted)
    at = _read_place(after, wanted)
    if at is None:
        raise StoreError(
            f"{where}: {after[:80]!r} is no place in the queue; begin at its first page"
        )
    names = ", ".join(one.format(of="") for one in place)
    sign = ">" if direction_of(wanted) == "ASC" else "<"
    return f"({names}) {sign} ({', '.join('?' * len(place))})", at


def is_place(after: str, wanted: QueueFilter) -> bool:
    """Whether ``after`` has the form that pages of a list give.

    >>> wanted = QueueFilter("all")
    >>> is_place('["2026-11-02T09:30:00",7]', wanted), is_place("[]", wanted)
    (True, False)
    """
    return _read_place(after, wanted) is not None


def order_of(wanted: QueueFilter) -> tuple[str, ...]:
    """The expressions that a list is sorted by, with a place for the name of the table."""
    first = EXPRESSIONS[wanted.order]
    second = () if wanted.order == "time" else (EXPRESSIONS["time"],)
    return (first, *second, "{of}result_id")


def direction_of(wanted: QueueFilter) -> str:
    """SQL's word for the direction of a list."""
    return "ASC" if wanted.up else "DESC"


def _read_place(after: str, wanted: QueueFilter) -> list[Any] | None:
    try:
        at = json.loads(after)
        json.dumps(at, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # also halves of characters, which no database accepts
        return None
    first = str if wanted.order in ("time", "agent") else float
    kinds = [first, int] if wanted.order == "time" else [first, str, int]
    fits = isinstance(at, list) and [type(value) for value in at] == kinds
    return at if fits and abs(at[-1]) < 2**53 else None


def place_in(row: Sequence[Any], place: Sequence[str]) -> str:
    """The place of a row that ends with the values of the expressions of ``place``."""
    return json.dumps(list(row[-len(place) :]), separators=(",", ":"), ensure_ascii=False)
