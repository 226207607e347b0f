"""Which results have a finding of a rule, or one with a phrase.

Each rule and phrase has a number, its label. The labels of a result are one row of a full-text index,
which is written at its end. An index of the findings themselves changes a page for each rule of a
call, and takes two hundred times the room.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.types import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

LabelKind: TypeAlias = Literal["rule", "phrase"]

NAMED = frozenset({"forbidden", "process"})
"""Kinds of findings whose phrase says what was wrong; those of silences and the like have figures."""

LABELLED = (
    "(SELECT labelled.rowid FROM json_each(?) AS wanted CROSS JOIN labelled"
    " ON labelled MATCH wanted.value)"
)
"""The results with any of some labels; its value is what ``labels_of`` gives."""

WITH_FACTS = f"""(SELECT labelled.rowid FROM finding_labels CROSS JOIN labelled
    ON labelled MATCH CAST(finding_labels.id AS TEXT)
    WHERE finding_labels.kind = 'rule' AND finding_labels.label GLOB '{FACTS}*')"""
"""The results in which the customer told a fact."""


def label_result(db: Database, result_id: int, found: Iterable[tuple[str, str, str]]) -> None:
    """Index a new result by its findings: rule, kind and phrase of each. Raises ``sqlite3.Error``."""
    labels = labels_of_findings(found)
    if labels:
        numbers = " ".join(str(_number(db, *label)) for label in labels)
        db.execute("INSERT INTO labelled (rowid, labels) VALUES (?, ?)", [result_id, numbers])


def labels_of_findings(
    found: Iterable[tuple[str, str, str]],
) -> tuple[tuple[LabelKind, str], ...]:
    """The labels of findings, each once, by rule, kind and phrase of each.

    >>> labels_of_findings([("forbidden.shirk", "forbidden", "不归我管"), ("a.pause", "silence", "5 s")])
    (('rule', 'forbidden.shirk'), ('phrase', '不归我管'), ('rule', 'a.pause'))
    """
    labels: dict[tuple[LabelKind, str], None] = {}
    for rule, kind, phrase in found:
        labels["rule", rule] = None
        if kind in NAMED:
            labels["phrase", phrase] = None
    return tuple(labels)


def labels_of(db: Database, kind: LabelKind, wanted: Iterable[str]) -> str:
    """The labels of some rules or phrases, as JSON for ``LABELLED``; those that were never found have
    none. Raises ``sqlite3.Error``."""
    found = db.execute(
        "SELECT id FROM finding_labels WHERE kind = ? AND label IN (SELECT value FROM json_each(?))",
        [kind, json.dumps(list(wanted))],
    )
    return json.dumps([str(row[0]) for row in found.fetchall()])


def phrases_with(db: Database, text: str) -> str:
    """The labels of all phrases that have a text in them, as JSON for ``LABELLED``. Raises
    ``sqlite3.Error``."""
    found = db.execute(
        "SELECT id FROM finding_labels WHERE kind = 'phrase' AND instr(label, ?)", [text]
    )
    return json.dumps([str(row[0]) for row in found.fetchall()])


def rename_label(db: Database, number: int, kind: LabelKind, label: str) -> None:
    """Give a label another text. Where there is one of this text the results of both are its own.
    Raises ``sqlite3.Error``."""
    known = db.execute(
        "SELECT id FROM finding_labels WHERE kind = ? AND label = ? AND id <> ?",
        [kind, label, number],
    ).fetchone()
    if known is None:
        db.execute("UPDATE finding_labels SET label = ? WHERE id = ?", [label, number])
        return
    having = set(results_with(db, known[0]))
    for result_id in results_with(db, number):
        db.execute(
            "INSERT INTO labelled (labelled, rowid, labels) VALUES ('delete', ?, ?)",
            [result_id, str(number)],
        )
        if result_id not in having:
            db.execute(
                "INSERT INTO labelled (rowid, labels) VALUES (?, ?)", [result_id, str(known[0])]
            )
    db.execute("DELETE FROM finding_labels WHERE id = ?", [number])


def results_with(db: Database, number: int) -> list[int]:
    """The results that the index has under a label. Raises ``sqlite3.Error``."""
    found = db.execute("SELECT rowid FROM labelled WHERE labelled MATCH ?", [str(number)])
    return [row[0] for row in found.fetchall()]


def _number(db: Database, kind: LabelKind, label: str) -> int:
    known = db.execute(
        "SELECT id FROM finding_labels WHERE kind = ? AND label = ?", [kind, label]
    ).fetchone()
    if known:
        return int(known[0])
    added = db.execute("INSERT INTO finding_labels (kind, label) VALUES (?, ?)", [kind, label])
    assert added.lastrowid is not None
    return added.lastrowid
