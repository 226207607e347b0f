"""The queue of calls, a page at a time, through indexes that cover all filters."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.people import URGENT_FIRST, QueueFilter, QueuePage, QueueRow, QueueView
from pipeline.privacy import may_be_hidden
from pipeline.store.file import StorePart
from pipeline.store.search import SIDES, characters, says_openly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FREQUENT = 20_000
"""With more findings of one rule, the query asks each call whether it has the rule, and not the
rule for its calls (our choice: listing so many takes 5 ms)."""

FREQUENT_TEXT = 5_000
"""If more calls say a text, they are not counted. With 100 000 calls that say 您好, one reading of
the index of texts takes 60 ms, and counting needs another."""

NUMBERS_LOOKED_THROUGH = 400
"""Calls whose transcript is read to see whether a searched number is hidden in it; older ones are
not found. At 0.6 ms a call it takes a quarter of a second (our choice)."""

VIEWS = {
    "waiting": "waiting",
    "flagged": "flagged",
    "sampled": "sampled",
    "appealed": "waiting AND appealed",  # every appealed call waits
    "all": "1",
    "mine": "waiting AND assigned IS NOT NULL",
}

VERDICTS = {"fatal": "is_fatal", "confirmed": "faults > 0", "review": "doubts > 0"}

RARE_RULE = "result_id IN (SELECT result_id FROM findings WHERE rule = ?)"
FREQUENT_RULE = (
    "EXISTS (SELECT 1 FROM findings WHERE rule = ? AND findings.result_id = calls.result_id)"
)
RARELY_SAID = "spoken_id IN (SELECT value FROM json_each(?))"
RARE_TOPIC = "result_id IN (SELECT result_id FROM topics WHERE id = ?)"
FREQUENT_TOPIC = (
    "EXISTS (SELECT 1 FROM topics WHERE topics.id = ? AND topics.result_id = calls.result_id)"
)
FREQUENTLY_SAID = "spoken_id IN (SELECT rowid FROM spoken WHERE spoken MATCH ?)"

QUEUE_ROWS = """
    SELECT calls.result_id, calls.sha256, calls.call_id, calls.agent_id, agents.name AS agent_name, calls.queue,
        calls.started_at, json_extract(results.recording, '$.duration_s') AS duration_s, results.attitude,
        results.total, results.fatal, results.forbidden, results.missing, results.doubtful, results.flags,
        calls.flagged, calls.sampled, calls.appealed, calls.settled, calls.reviewed, calls.assigned, calls.mark,
        calls.urgency, calls.moment
    FROM ({chosen}) chosen CROSS JOIN calls ON calls.result_id = chosen.result_id
        CROSS JOIN results ON results.id = calls.result_id LEFT JOIN agents ON agents.agent_id = calls.agent_id
    ORDER BY {order}
"""

SWITCHES = frozenset({"fatal", "flagged", "sampled", "appealed", "settled", "reviewed"})
NAMES = tuple(f.name for f in fields(QueueRow))


class QueueStore(StorePart):
    """Reads the queue. ``pipeline.store.review_state`` maintains the review state of calls."""

    def page(self, wanted: QueueFilter, *, limit: int = 50, after: str | None = None) -> QueuePage:
        """A page of at most ``limit`` calls, the most urgent or the newest first
        (``URGENT_FIRST``).

        ``after``: ``next`` of the page before. A call whose place changes between two pages may
        appear twice or not at all. Raises ``StoreError``, also for an ``after`` that no page has
        given.
        """
        urgent = wanted.view in URGENT_FIRST
        place = _order(wanted.view)
        with self._reading():
            conditions, values, is_countable = self._conditions(wanted)
            where = " AND ".join(conditions)
            source = f"calls {_index(urgent=urgent)}"
            start, at = _start(after, place, str(self._path))
            chosen = f"""SELECT result_id FROM {source} WHERE {where} AND {start}
                ORDER BY {", ".join(f"{name} DESC" for name in place)} LIMIT ?"""
            order = ", ".join(f"calls.{name} DESC" for name in place)
            found = self._db.execute(
                QUEUE_ROWS.format(chosen=chosen, order=order), [*values, *at, limit + 1]
            ).fetchall()
            total = None
            if is_countable:
                total = int(
                    self._db.execute(
                        f"SELECT count(*) FROM {source} WHERE {where}", values
                    ).fetchone()[0]
                )
        rows = tuple(_row(row) for row in found[:limit])
        more = len(found) > limit
        return QueuePage(rows, _place(found[limit - 1], urgent=urgent) if more else None, total)

    def place_of(self, result_id: int, view: QueueView) -> str | None:
        """The place of a call in a view, for ``page``; ``None`` without such a call. Raises
        ``StoreError``."""
        with self._reading():
            row = self._db.execute(
                "SELECT result_id, urgency, moment FROM calls WHERE result_id = ?", [result_id]
            ).fetchone()
        return None if row is None else _place(row, urgent=view in URGENT_FIRST)

    def _conditions(self, wanted: QueueFilter) -> tuple[list[str], list[Any], bool]:
        """Conditions on ``calls`` with their values, and whether the matching calls can be counted
        quickly."""
        conditions, values = [VIEWS[wanted.view]], []
        for condition, value in _plain(wanted):
            conditions.append(condition)
            values.append(value)
        if wanted.verdict:
            conditions.append(VERDICTS[wanted.verdict])
        rare = True
        if wanted.rule is not None:
            rare = self._is_rare(wanted.rule)
            conditions.append(RARE_RULE if rare else FREQUENT_RULE)
            values.append(wanted.rule)
        if wanted.topic is not None:
            is_rare = self._is_rare(wanted.topic, table="topics", column="id")
            rare = rare and is_rare
            conditions.append(RARE_TOPIC if is_rare else FREQUENT_TOPIC)
            values.append(wanted.topic)
        if wanted.text.strip():
            condition, value = self._said(wanted.text)
            rare = rare and condition != FREQUENTLY_SAID
            conditions.append(condition)
            values.append(value)
        return conditions, values, rare

    def _said(self, text: str) -> tuple[str, str]:
        tokens = characters(text)
        if not tokens:
            return RARELY_SAID, "[]"
        phrase = f'{{{" ".join(SIDES)}}} : "{" ".join(tokens)}"'
        if may_be_hidden(text):
            return RARELY_SAID, json.dumps(self._said_openly(phrase, tokens))
        listed = self._db.execute(
            "SELECT rowid FROM spoken WHERE spoken MATCH ? LIMIT ?", [phrase, FREQUENT_TEXT]
        )
        ids = [row[0] for row in listed.fetchall()]
        return (
            (FREQUENTLY_SAID, phrase)
            if len(ids) == FREQUENT_TEXT
            else (RARELY_SAID, json.dumps(ids))
        )

    def _said_openly(self, phrase: str, tokens: Sequence[str]) -> list[int]:
        """Of the newest calls that say a number those that do not hide it."""
        listed = self._db.execute(
            "SELECT rowid FROM spoken WHERE spoken MATCH ? ORDER BY rowid DESC LIMIT ?",
            [phrase, NUMBERS_LOOKED_THROUGH],
        )
        return [row[0] for row in listed.fetchall() if says_openly(self._db, row[0], tokens)]

    def _is_rare(self, key: str, *, table: str = "findings", column: str = "rule") -> bool:
        counted = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {column} = ? LIMIT ?)"
        return bool(self._db.execute(counted, [key, FREQUENT]).fetchone()[0] < FREQUENT)


def _plain(wanted: QueueFilter) -> Iterator[tuple[str, Any]]:
    until = wanted.until and (wanted.until + timedelta(days=1)).isoformat()
    for condition, value in (
        ("agent_id = ?", wanted.agent),
        ("agent_id IN (SELECT agent_id FROM agents WHERE team = ?)", wanted.team),
        ("queue = ?", wanted.queue),
        ("moment >= ?", wanted.since and wanted.since.isoformat()),
        ("moment < ?", until),
        ("call_points >= ?", wanted.least),
        ("call_points <= ?", wanted.most),
        ("mark = ?", wanted.mark),
        ("assigned = ?", wanted.assigned),
        ("reviewed = ?", wanted.reviewed),
    ):
        if value is not None:
            yield condition, value


def _index(*, urgent: bool) -> str:
    """The index to use.

    It is named in the query because SQLite does not know how many calls meet a condition, and would
    look up every call elsewhere. Reading every entry of this index is quick, for any number of
    calls of an agent or a day.
    """
    return f"INDEXED BY {'calls_waiting' if urgent else 'calls_newest'}"


def _start(after: str | None, place: Sequence[str], where: str) -> tuple[str, list[Any]]:
    """The condition for calls after a place."""
    if after is None:
        return "1", []
    at = _read_place(after, place)
    if at is None:
        raise StoreError(
            f"{where}: {after[:80]!r} is no place in the queue; begin at its first page"
        )
    return f"({', '.join(place)}) < ({', '.join('?' * len(place))})", at


def is_place(after: str, view: QueueView) -> bool:
    """Whether ``after`` has the form that pages of a view give.

    >>> is_place('["2026-11-02T09:30:00",7]', "all"), is_place("[]", "all")
    (True, False)
    """
    return _read_place(after, _order(view)) is not None


def _order(view: QueueView) -> tuple[str, ...]:
    return ("urgency", "moment", "result_id") if view in URGENT_FIRST else ("moment", "result_id")


def _read_place(after: str, place: Sequence[str]) -> list[Any] | None:
    try:
        at = json.loads(after)
        json.dumps(at, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # also halves of characters, which no database accepts
        return None
    fits = isinstance(at, list) and [type(value) for value in at] == [
        _KINDS[name] for name in place
    ]
    return at if fits and abs(at[-1]) < 2**53 else None


_KINDS: dict[str, type] = {"urgency": float, "moment": str, "result_id": int}


def _place(row: Sequence[Any], *, urgent: bool) -> str:
    urgency, moment = row[-2:]
    return json.dumps(
        [urgency, moment, row[0]] if urgent else [moment, row[0]], separators=(",", ":")
    )


def _row(row: Sequence[Any]) -> QueueRow:
    values = dict(zip(NAMES, row, strict=False))
    values.update(
        {name: bool(values[name]) for name in SWITCHES}, flags=tuple(json.loads(values["flags"]))
    )
    return QueueRow(**values)
