"""What names a person or his calls, so that an erasure finds it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from pipeline.store.erased_phrases import personal_words
from pipeline.types import TEXT_CODEC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

LEAST_SWEPT = 6
"""A shorter text that names a person, such as C17, is erased in its own columns only: it may be a
part of anything (our choice)."""


@dataclass(frozen=True, slots=True)
class Named:
    """What names a person or his calls. ``ids``: ids of calls and conversations, customer's numbers;
    ``swept``: those of them, and names of files, that are of nobody else, so that they may be erased
    wherever they stand; ``paths``: of recordings; ``texts``: of imported transcripts; ``customer``:
    whose calls these are, where all that is his is meant; ``words``: then also what he said of himself
    (names, numbers, addresses), which people may have written elsewhere."""

    ids: tuple[str, ...] = ()
    swept: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    customer: str | None = None
    words: tuple[str, ...] = ()


def find_named(db: Database, calls: Sequence[str], customer: str | None = None) -> Named:
    """What names calls and, where he is given, their customer: other calls of his may stay.
    Raises ``sqlite3.Error``."""
    ids: dict[str, None] = {customer: None} if customer else {}
    paths: dict[str, None] = {}
    texts: dict[str, None] = {}
    own: dict[str, None] = dict(ids)
    for sha256 in calls:
        found = db.execute(
            """SELECT call_id, customer_id, conversation, recording FROM results
            WHERE sha256 = ?1 UNION ALL SELECT call_id, customer_id, conversation, NULL
            FROM calls WHERE sha256 = ?1""",
            [sha256],
        ).fetchall()
        for call_id, customer_id, conversation, recording in found:
            ids |= {one: None for one in (call_id, customer_id, conversation) if one}
            own |= {call_id: None} if call_id else {}
            own |= {one: None for one in (customer_id, conversation) if one and customer}
            files_of = texts if _is_text(recording) else paths
            files_of.update(dict.fromkeys(_paths_in(recording)))
        files = db.execute("SELECT path FROM files WHERE sha256 = ?", [sha256])
        paths |= dict.fromkeys(json.loads(row[0]) for row in files.fetchall())
    for path in paths:
        pure = PurePath(path)
        own |= {path: None, pure.name: None, pure.stem: None}
    swept = [
        text for text in own if len(text) >= LEAST_SWEPT and not _is_of_others(db, text, calls)
    ]
    words = personal_words(db, calls, least=LEAST_SWEPT) if customer else ()
    spoken = tuple(dict.fromkeys(words))
    return Named(tuple(ids), tuple(swept), tuple(paths), tuple(texts), customer, spoken)


def _is_of_others(db: Database, text: str, calls: Sequence[str]) -> bool:
    """Whether another call has this text as its id or the name of its file."""
    wanted = """SELECT 1 FROM calls JOIN recordings USING (sha256) WHERE (call_id = ?1
        OR name = ?1 OR stem = ?1 OR path = ?1) AND sha256 NOT IN (SELECT value FROM json_each(?2))"""
    found = db.execute(f"{wanted} LIMIT 1", [text, json.dumps(list(calls))])
    return found.fetchone() is not None


def _is_text(recording: str | None) -> bool:
    return bool(recording) and json.loads(recording or "{}").get("codec") == TEXT_CODEC


def _paths_in(recording: str | None) -> list[str]:
    if not recording:
        return []
    values = json.loads(recording)
    sides = values.get("sides") or ()
    return [values["path"], *(side for side in sides if isinstance(side, str))]
