"""The queue of calls, a page at a time, through indexes that cover all filters."""

from __future__ import annotations

import json
import time
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pipeline.people import QueueFilter, QueuePage, QueuePosition, QueueReason, QueueRow
from pipeline.store.calls import LASTS
from pipeline.store.file import StorePart
from pipeline.store.queue_conditions import conditions_of
from pipeline.store.queue_order import after_place, direction_of, index_of, order_of, place_in
from pipeline.types import FACTS

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from pipeline.people import QueueView
    from pipeline.store.file import StoreFile

LONG_LIST, COUNTED_FOR_S, COUNTS_KEPT = 5_000, 10.0, 200
"""Lists of so many calls are counted anew after so many seconds: counting 100 000 takes half of a
page's time, and nobody sees whether ten calls were scored since. So many counts are remembered for
each connection (our choice)."""


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

REASONS = f"""
    SELECT result_id, rule, kind, role, phrase, start_s, role <> 'customer' AND verdict = 'review' AS is_open
    FROM findings WHERE result_id IN (SELECT value FROM json_each(?)) AND CASE role
        WHEN 'customer' THEN rule GLOB '{FACTS}*'
        ELSE kind NOT IN ('required', 'pii') AND (verdict = 'review' OR points < 0 OR kind IN ('forbidden', 'missing')) END
    ORDER BY result_id, role = 'customer', is_open, points, kind <> 'forbidden', start_s
"""

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
        place, direction = order_of(wanted), direction_of(wanted)
        with self._reading():
            conditions, values, is_countable = conditions_of(self._db, wanted)
            where = " AND ".join(conditions)
            source = f"calls {index_of(wanted)}"
            start, at = after_place(after, wanted, str(self._path))
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
        return QueuePage(rows, place_in(found[limit - 1], place) if more else None, total)

    def place_of(self, result_id: int, wanted: QueueFilter) -> str | None:
        """The place of a call in a list, for ``page``; ``None`` without such a call. Raises
        ``StoreError``."""
        place = order_of(wanted)
        shown = ", ".join(one.format(of="") for one in place)
        with self._reading():
            row = self._db.execute(
                f"SELECT {shown} FROM calls WHERE sha256 = (SELECT sha256 FROM results WHERE id = ?)",
                [result_id],
            ).fetchone()
        return None if row is None else place_in(row, place)

    def position(self, place: str, wanted: QueueFilter) -> QueuePosition | None:
        """The number that a place has, or would have, in a list, and the calls in it; ``None``
        where counting takes too long. Raises ``StoreError``."""
        with self._reading():
            conditions, values, is_countable = conditions_of(self._db, wanted)
            if not is_countable:
                return None
            where, source = " AND ".join(conditions), f"calls {index_of(wanted)}"
            behind, at = after_place(place, wanted, str(self._path))
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
            conditions, values, _ = conditions_of(self._db, wanted)
            found = self._db.execute(
                f"""SELECT 1 FROM calls WHERE {" AND ".join(conditions)}
                AND sha256 = (SELECT sha256 FROM results WHERE id = ?)""",
                [*values, result_id],
            )
            return found.fetchone() is not None

    def reasons(self, result_ids: Sequence[int]) -> dict[int, tuple[QueueReason, ...]]:
        """The gravest findings of each call, charged ones before open ones, and then the facts that
        the customer told. Raises ``StoreError``."""
        found: dict[int, list[QueueReason]] = {}
        with self._reading():
            listed = self._db.execute(REASONS, [json.dumps(list(result_ids))])
            for result_id, rule, kind, role, phrase, start_s, is_open in listed.fetchall():
                reason = QueueReason(rule, kind, role, phrase, start_s, bool(is_open))
                found.setdefault(result_id, []).append(reason)
        return {one: tuple(reasons) for one, reasons in found.items()}

    def count(self, view: QueueView) -> int:
        """Calls in a view; of many the number may be some seconds old. Raises ``StoreError``."""
        wanted = QueueFilter(view)
        with self._reading():
            conditions, values, _ = conditions_of(self._db, wanted)
            return self._count_roughly(
                f"calls {index_of(wanted)}", " AND ".join(conditions), values
            )

    def count_mine(self, user: str) -> int:
        """Waiting calls that are assigned to a user. Raises ``StoreError``."""
        with self._reading():
            counted = "SELECT count(*) FROM calls WHERE waiting AND assigned = ?"
            return int(self._db.execute(counted, [user]).fetchone()[0])

    def _count_roughly(self, source: str, where: str, values: Sequence[Any]) -> int:
        """The calls in a list; of a long one the number may be ``COUNTED_FOR_S`` seconds old."""
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


def _row(row: Sequence[Any]) -> QueueRow:
    values = dict(zip(NAMES, row, strict=False))
    values.update(
        {name: bool(values[name]) for name in SWITCHES}, flags=tuple(json.loads(values["flags"]))
    )
    return QueueRow(**values)
