"""The index of rules and phrases against the findings that it is made of: a call that is left out of
it is found by no filter."""

from __future__ import annotations

import secrets
from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.store.finding_labels import labels_of_findings, results_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

MARK_BITS = 64


def find_mislabelled(db: Database) -> Iterator[int]:
    """The results whose labels in the index are others than their findings', in order. Raises
    ``sqlite3.Error``.

    Each label has a random mark; of a result the marks of all its labels are added by exclusive or, once
    from the index and once from the findings, so that both fit in memory with a number a call."""
    marks: dict[tuple[str, str], int] = {}
    indexed: defaultdict[int, int] = defaultdict(int)
    for number, kind, label in db.execute("SELECT id, kind, label FROM finding_labels").fetchall():
        marks[kind, label] = mark = secrets.randbits(MARK_BITS)
        for result_id in results_with(db, number):
            indexed[result_id] ^= mark
    found = db.execute(
        "SELECT DISTINCT result_id, rule, kind, phrase FROM findings ORDER BY result_id"
    )
    for result_id, rows in groupby(found, key=lambda row: row[0]):
        labels = labels_of_findings(row[1:] for row in rows)
        wanted = 0
        for label in labels:
            wanted ^= marks.get(label, 1)
        if indexed.pop(result_id, 0) != wanted:
            yield int(result_id)
    yield from sorted(result_id for result_id, mark in indexed.items() if mark)
