"""The names by which people ask for results, and what finds these."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pipeline.store.rows import plain_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

SHORTEST_PREFIX = 6
"""Least hex digits of a SHA-256 that ``searches`` takes for a prefix (our choice). Among 10 000
recordings a second one has the same six once in 1700 times (16**6 / 10 000). All results with the
prefix are returned."""

_OF_CONVERSATION = """part_of IS NOT NULL AND json_extract(part_of, '$.conversation') = ?
    AND EXISTS (SELECT 1 FROM calls WHERE calls.result_id = results.id)"""

COUNTING_FIRST = "results.id IN (SELECT result_id FROM calls) DESC, results.id DESC"


def searches(key: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The conditions, with their values, that ``ResultStore.find`` tries in turn."""
    if not key:
        return
    plain = plain_path(key)
    yield "call_id = ?", (plain,)
    escaped = "".join(f"[{c}]" if c in "[*?" else c for c in plain)
    yield "call_id GLOB ?", (f"{escaped}#[0-9]*",)  # the parts of a conversation
    yield _OF_CONVERSATION, (plain,)
    yield "results.id IN (SELECT result_id FROM calls WHERE conversation = ?)", (plain,)
    absolute = os.path.abspath(plain)  # noqa: PTH100 - Path.resolve would follow links
    spellings = (plain, os.path.normpath(plain), absolute)
    yield "recordings.path IN (?, ?, ?)", spellings
    if PurePath(plain).name == plain:
        yield "recordings.name = ?", (plain,)
        yield "recordings.stem = ?", (plain,)
    digits = key.lower()
    if len(digits) >= SHORTEST_PREFIX and set(digits) <= set("0123456789abcdef"):
        yield "results.sha256 BETWEEN ? AND ?", (digits, digits + "g")


def ids_where(
    db: Database, where: str, values: Sequence[Any], *, order: str = "results.id DESC"
) -> list[int]:
    """Ids of the results that meet a condition on ``results`` and ``recordings``. Raises
    ``sqlite3.Error``."""
    found = db.execute(
        f"SELECT results.id FROM results JOIN recordings USING (sha256) WHERE {where} ORDER BY {order}",
        values,
    )
    return [row[0] for row in found]
