"""The queue of calls, a page at a time, through indexes that cover all filters."""

from __future__ import annotations

import json
import time
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.people import (
    URGENT_FIRST,
    QueueFilter,
    QueuePage,
    QueuePosition,
    QueueReason,
    QueueRow,
    QueueSort,
)
from pipeline.privacy import may_be_hidden
from pipeline.store.calls import LASTS
from pipeline.store.file import StorePart
from pipeline.store.finding import find_anything
from pipeline.store.finding_labels import LABELLED, labels_of
from pipeline.store.search import SIDES, characters, says_openly

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from pipeline.store.file import StoreFile

FREQUENT = 20_000
"""With more calls of one topic, the query asks each call whether it has the topic, and not the topic
for its calls (our choice: listing so many takes 5 ms)."""

FREQUENT_TEXT = 5_000
"""If more calls say a text, they are not counted. With 100 000 calls that say 您好, one reading of
the index of texts takes 60 ms, and counting needs another."""

LONG_LIST, COUNTED_FOR_S, COUNTS_KEPT = 5_000, 10.0, 200
"""Lists of so many calls are counted anew after so many seconds: counting 100 000 takes half of a
page's time, and nobody sees whether ten calls were scored since. So many counts are remembered for
each connection (our choice)."""

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

VERDICTS = {
    "fatal": "is_fatal",
    "forbidden": "faults > 0 AND EXISTS (SELECT 1 FROM results"
    " WHERE results.id = calls.result_id AND results.forbidden > 0)",
    "confirmed": "faults > 0",
    "review": "doubts > 0",
}

WITH_RULE = f"result_id IN {LABELLED}"
RARELY_SAID = "spoken_id IN (SELECT value FROM json_each(?))"
RARE_TOPIC = "result_id IN (SELECT result_id FROM topics WHERE id = ?)"
FREQUENT_TOPIC = (
    "EXISTS (SELECT 1 FROM topics WHERE topics.id = ? AND topics.result_id = calls.result_id)"
)
FREQUENTLY_SAID = "spoken_id IN (SELECT rowid FROM spoken WHERE spoken MATCH ?)"

QUEUE_ROWS = f"""
    SELECT calls.result_id, calls.sha256, calls.call_id, calls.agent_id, agents.name AS agent_name, calls.queue,
        calls.started_at, {LASTS} AS duration_s, results.attitude,
        results.total, results.fatal, results.forbidden, results.missing, results.doubtful, results.flags,
        calls.flagged, calls.sampled, calls.appealed, calls.settled, calls.reviewed, calls.assigned, calls.mark,
        calls.urgency, {{place}}
    FROM ({{chosen}}) chosen CROSS JOIN calls ON calls.result_id = chosen.result_id
        CROSS JOIN results ON results.id = calls.result_id LEFT JOIN agents ON agents.agent_id = calls.agent_id
    ORDER BY {{order}}
"""

REASONS = """
    SELECT result_id, rule, kind, role, phrase, start_s, verdict = 'review' AS is_open FROM findings
    WHERE result_id IN (SELECT value FROM json_each(?)) AND role <> 'customer'
        AND kind NOT IN ('required', 'pii')
        AND (verdict = 'review' OR points < 0 OR kind IN ('forbidden', 'missing'))
    ORDER BY result_id, is_open, points, kind <> 'forbidden', start_s
"""
EXPRESSIONS: dict[QueueSort, str] = {
    "urgency": "{of}urgency",
    "time": "{of}moment",
    "agent": "coalesce({of}agent_id, '')",
    "duration": "coalesce({of}duration_s, 0.0)",
    "attitude": "coalesce({of}call_points, 1000.0)",
    "total": "coalesce({of}total_points, 1000.0)",
}
"""What is sorted by; calls without a score come after those with one, the worst score first."""

SWITCHES = frozenset({"fatal", "flagged", "sampled", "appealed", "settled", "reviewed"})
NAMES = tuple(f.name for f in fields(QueueRow))


class QueueStore(StorePart):
    """Reads the queue. ``pipeline.store.review_state`` maintains the review state of calls."""

    def __init__(self, file: StoreFile) -> None:
        super().__init__(file)
        self._counted: dict[Hashable, tuple[int, float]] = {}

    def page(
        self, wanted: QueueFilter, *, limit: int = 50, after: str | None = None, offset: int = 0
    ) -> QueuePage:
        """A page of at most ``limit`` calls, in the order of the filter.

        ``after``: ``next`` of the page before; or ``offset``: calls to leave out. A call whose
        place changes between two pages may appear twice or not at all. Raises ``StoreError``, also
        for an ``after`` that no page has given.
        """
        place, direction = _order(wanted), _direction(wanted)
        with self._reading():
            conditions, values, is_countable = self._conditions(wanted)
            where = " AND ".join(conditions)
            source = f"calls {_index(wanted)}"
            start, at = _start(after, wanted, str(self._path))
            keys = ", ".join(f"{one.format(of='')} {direction}" for one in place)
            chosen = f"""SELECT result_id FROM {source} WHERE {where} AND {start}
                ORDER BY {keys} LIMIT ? OFFSET ?"""
            order = ", ".join(f"{one.format(of='calls.')} {direction}" for one in place)
            shown = ", ".join(one.format(of="calls.") for one in place)
            found = self._db.execute(
                QUEUE_ROWS.format(chosen=chosen, order=order, place=shown),
                [*values, *at, limit + 1, offset],
            ).fetchall()
            total = self._count_roughly(source, where, values) if is_countable else None
        rows = tuple(_row(row) for row in found[:limit])
        more = len(found) > limit
        return QueuePage(rows, _place(found[limit - 1], place) if more else None, total)

    def place_of(self, result_id: int, wanted: QueueFilter) -> str | None:
        """The place of a call in a list, for ``page``; ``None`` without such a call. Raises
        ``StoreError``."""
        place = _order(wanted)
        shown = ", ".join(one.format(of="") for one in place)
        with self._reading():
            row = self._db.execute(
                f"SELECT {shown} FROM calls WHERE sha256 = (SELECT sha256 FROM results WHERE id = ?)",
                [result_id],
            ).fetchone()
        return None if row is None else _place(row, place)

    def position(self, place: str, wanted: QueueFilter) -> QueuePosition | None:
        """The number that a place has, or would have, in a list, and the calls in it; ``None``
        where counting takes too long. Raises ``StoreError``."""
        with self._reading():
            conditions, values, is_countable = self._conditions(wanted)
            if not is_countable:
                return None
            where, source = " AND ".join(conditions), f"calls {_index(wanted)}"
            behind, at = _start(place, wanted, str(self._path))
            total = self._count(source, where, values)
            after = self._count(source, f"{where} AND {behind}", [*values, *at])
            here = self._count(
                source, f"{where} AND {behind.replace(' < ', ' = ').replace(' > ', ' = ')}",
                [*values, *at],
            )  # fmt: skip
        return QueuePosition(total - after - here + 1, total)

    def has(self, result_id: int, wanted: QueueFilter) -> bool:
        """Whether the call of a result is in a list. Raises ``StoreError``."""
        with self._reading():
            conditions, values, _ = self._conditions(wanted)
            found = self._db.execute(
                f"""SELECT 1 FROM calls WHERE {" AND ".join(conditions)}
                AND sha256 = (SELECT sha256 FROM results WHERE id = ?)""",
                [*values, result_id],
            )
            return found.fetchone() is not None

    def reasons(self, result_ids: Sequence[int]) -> dict[int, tuple[QueueReason, ...]]:
        """The gravest findings of each call, charged ones before open ones. Raises
        ``StoreError``."""
        found: dict[int, list[QueueReason]] = {}
        with self._reading():
            listed = self._db.execute(REASONS, [json.dumps(list(result_ids))])
            for result_id, rule, kind, role, phrase, start_s, is_open in listed.fetchall():
                reason = QueueReason(rule, kind, role, phrase, start_s, bool(is_open))
                found.setdefault(result_id, []).append(reason)
        return {one: tuple(reasons) for one, reasons in found.items()}

    def count_mine(self, user: str) -> int:
        """Waiting calls that are assigned to a user. Raises ``StoreError``."""
        with self._reading():
            counted = "SELECT count(*) FROM calls WHERE waiting AND assigned = ?"
            return int(self._db.execute(counted, [user]).fetchone()[0])

    def _count_roughly(self, source: str, where: str, values: Sequence[Any]) -> int:
        """The same; of a long list the number may be ``COUNTED_FOR_S`` seconds old."""
        key = (source, where, tuple(values))
        number, at = self._counted.get(key, (0, 0.0))
        if number < LONG_LIST or time.monotonic() - at > COUNTED_FOR_S:
            number = self._count(source, where, values)
            if len(self._counted) >= COUNTS_KEPT:
                self._counted.clear()
            self._counted[key] = (number, time.monotonic())
        return number

    def _count(self, source: str, where: str, values: Sequence[Any]) -> int:
        counted = f"SELECT count(*) FROM {source} WHERE {where}"
        return int(self._db.execute(counted, list(values)).fetchone()[0])

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
            conditions.append(WITH_RULE)
            values.append(labels_of(self._db, "rule", [wanted.rule]))
        if wanted.topic is not None:
            rare = self._is_rare(wanted.topic)
            conditions.append(RARE_TOPIC if rare else FREQUENT_TOPIC)
            values.append(wanted.topic)
        if wanted.text.strip():
            condition, value = self._said(wanted.text)
            rare = rare and condition != FREQUENTLY_SAID
            conditions.append(condition)
            values.append(value)
        if wanted.find.strip():
            said = self._said(wanted.find)
            rare = rare and said[0] != FREQUENTLY_SAID
            condition, found = find_anything(self._db, wanted, said)
            conditions.append(condition)
            values += found
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

    def _is_rare(self, topic: str) -> bool:
        counted = "SELECT count(*) FROM (SELECT 1 FROM topics WHERE id = ? LIMIT ?)"
        return bool(self._db.execute(counted, [topic, FREQUENT]).fetchone()[0] < FREQUENT)


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


def _index(wanted: QueueFilter) -> str:
    """The index to use.

    It is named in the query because SQLite does not know how many calls meet a condition, and would
    look up every call elsewhere. Reading every entry of this index is quick, for any number of
    calls of an agent or a day.
    """
    waiting = wanted.view in URGENT_FIRST
    return f"INDEXED BY {'calls_waiting' if waiting else 'calls_newest'}"


def _start(after: str | None, wanted: QueueFilter, where: str) -> tuple[str, list[Any]]:
    """The condition for calls after a place."""
    if after is None:
        return "1", []
    place = _order(wanted)
    at = _read_place(after, wanted)
    if at is None:
        raise StoreError(
            f"{where}: {after[:80]!r} is no place in the queue; begin at its first page"
        )
    names = ", ".join(one.format(of="") for one in place)
    sign = ">" if _direction(wanted) == "ASC" else "<"
    return f"({names}) {sign} ({', '.join('?' * len(place))})", at


def is_place(after: str, wanted: QueueFilter) -> bool:
    """Whether ``after`` has the form that pages of a list give.

    >>> wanted = QueueFilter("all")
    >>> is_place('["2026-11-02T09:30:00",7]', wanted), is_place("[]", wanted)
    (True, False)
    """
    return _read_place(after, wanted) is not None


def _order(wanted: QueueFilter) -> tuple[str, ...]:
    """The expressions that a list is sorted by, with a place for the name of the table."""
    first = EXPRESSIONS[wanted.order]
    second = () if wanted.order == "time" else (EXPRESSIONS["time"],)
    return (first, *second, "{of}result_id")


def _direction(wanted: QueueFilter) -> str:
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


def _place(row: Sequence[Any], place: Sequence[str]) -> str:
    return json.dumps(list(row[-len(place) :]), separators=(",", ":"), ensure_ascii=False)


def _row(row: Sequence[Any]) -> QueueRow:
    values = dict(zip(NAMES, row, strict=False))
    values.update(
        {name: bool(values[name]) for name in SWITCHES}, flags=tuple(json.loads(values["flags"]))
    )
    return QueueRow(**values)
