"""The details of ledger entries that tell of an erased person; who did what and when stays.

Each function works in the caller's transaction and returns number and hash of the entries that it
emptied. ``look_for`` has to be called before. All raise ``sqlite3.Error``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.store.excuses import ERASED, FINISHED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from pipeline.store.erased_talks import NamedTalk

KEPT_ACTIONS = (
    "begun", "scored", "rescored", "revised", "counts again", "sealed", ERASED, FINISHED, "restored",
    "backed up", "sampled", "encrypted", "rekeyed", "decrypted",
)  # fmt: skip
"""Entries whose details are digests and numbers."""

_EMPTIABLE = f"detail NOT IN ('', '{{}}') AND action NOT IN ({', '.join('?' * len(KEPT_ACTIONS))})"


def empty_of_calls(db: Database, calls: Sequence[str]) -> list[list[Any]]:
    """Empty the entries about calls, and those that name what ``look_for`` was told of."""
    entries: list[list[Any]] = []
    for sha256 in calls:
        entries += _empty(
            db,
            """(subject IN (?1, ?2) OR detail LIKE ?3 OR subject IN
                (SELECT 'event ' || id FROM service_events WHERE sha256 = ?4)
                OR subject IN (SELECT 'promise ' || id FROM promises WHERE sha256 = ?4)
                OR (action LIKE 'coach%' AND json_extract(iif(detail = '', '{}', detail),
                    '$.coaching') IN (SELECT id FROM coaching_records WHERE sha256 = ?4)))""",
            [f"call {sha256}", f"recording {sha256}", f'%"recording":"{sha256}"%', sha256],
        )
    return [
        *entries,
        *_empty(db, "(callqa_names(detail) OR callqa_names(subject))", []),
    ]


def empty_of_proposals(db: Database, proposals: Sequence[int]) -> list[list[Any]]:
    """Empty the entries about proposals: their wordings and reasons."""
    return _empty(
        db,
        """action IN ('rule proposed', 'proposal accepted', 'proposal refused', 'proposal withdrawn',
            'proposal undone') AND json_extract(iif(detail = '', '{}', detail), '$.proposal')
            IN (SELECT value FROM json_each(?))""",
        [json.dumps(list(proposals))],
    )


def empty_of_talks(db: Database, talks: Sequence[NamedTalk]) -> list[list[Any]]:
    """Empty the notes to the desk about conversations."""
    subjects = json.dumps([f"live {one.id}" for one in talks])
    return _empty(db, "subject IN (SELECT value FROM json_each(?))", [subjects])


def empty_before(db: Database, at: str) -> list[list[Any]]:
    """Empty all entries before a time (UTC, ISO 8601)."""
    return _empty(db, "detail <> '{}' AND at < ?", [at])


def count_before(db: Database, at: str) -> int:
    """How many entries ``empty_before`` would empty."""
    wanted = f"SELECT count(*) FROM ledger WHERE at < ? AND {_EMPTIABLE}"
    return int(db.execute(wanted, [at, *KEPT_ACTIONS]).fetchone()[0])


def _empty(db: Database, where: str, values: Sequence[Any]) -> list[list[Any]]:
    """Empty the details of entries; number and hash of each."""
    kept = ", ".join(f"'{action}'" for action in KEPT_ACTIONS)
    found = db.execute(
        f"SELECT id, hash FROM ledger WHERE detail <> '' AND action NOT IN ({kept}) AND {where}",
        list(values),
    ).fetchall()
    db.conn.executemany(
        "UPDATE ledger SET detail = '', salt = '', subject ="
        " CASE WHEN callqa_names(subject) THEN '' ELSE subject END WHERE id = ?",
        [(number,) for number, _ in found],
    )
    return [[number, hashed] for number, hashed in found]
