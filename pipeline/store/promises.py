"""Promises of agents, and the sides by which calls are linked."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.store import ledger
from pipeline.store.calls import where_of
from pipeline.store.file import StorePart, utc
from pipeline.types import CaseCall, Contact, MadePromise, Promise, PromiseEvent, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MADE = """
    SELECT promises.id, promises.kind, promises.start_s, promises.end_s, promises.quote, promises.time_text,
        promises.due_at, promises.problem, promises.sure, promises.agreed,
        calls.sha256, calls.result_id, calls.customer_id, calls.started_at, contacts.ticket, contacts.topics,
        contacts.returns, calls.call_id, calls.agent_id, agents.name, calls.queue, calls.complaints > 0,
        promises.outcome, promises.outcome_at, promises.outcome_by, promises.outcome_note
    FROM {tables} ON promises.sha256 = calls.sha256
        JOIN contacts ON contacts.sha256 = calls.sha256 LEFT JOIN agents ON agents.agent_id = calls.agent_id
    WHERE {where} ORDER BY calls.moment, promises.start_s, promises.id
"""
BY_CALL, BY_PROMISE = "calls CROSS JOIN promises", "promises CROSS JOIN calls"
"""The table that a query goes by: SQLite keeps the order of a CROSS JOIN."""

RETURNS = """CASE WHEN calls.direction = 'inbound' OR calls.answer = 'missed' THEN 0
    WHEN calls.direction = 'outbound' THEN 1 ELSE contacts.returns END"""
"""Whether a call is a call back: by its direction, where a telephone system says it, else by the
agent's words."""

CASE = """SELECT calls.sha256, calls.result_id, calls.customer_id, calls.started_at, contacts.ticket, contacts.topics,
        {returns}
    FROM {calls} CROSS JOIN contacts ON contacts.sha256 = calls.sha256 WHERE {where} ORDER BY calls.moment"""


class PromiseStore(StorePart):
    """Saves what was read in a call, and reads promises with the calls after them."""

    def put(
        self, sha256: str, contact: Contact, promises: Sequence[Promise], *, basis: str
    ) -> bool:
        """Save what a call promises, in place of what was read in it before; what people know of
        the same promise stays. ``basis``: digest of what was read; with the same nothing is done.
        Returns whether rows changed. Raises ``StoreError``."""
        with self._writing():
            known = self._db.execute(
                "SELECT basis FROM contacts WHERE sha256 = ?", [sha256]
            ).fetchone()
            if known and known[0] == basis:
                return False
            noted = self._noted(sha256)
            self._db.execute("DELETE FROM promises WHERE sha256 = ?", [sha256])
            self._db.execute(
                "INSERT OR REPLACE INTO contacts VALUES (?, ?, ?, ?, ?)",
                [
                    sha256,
                    basis,
                    contact.ticket,
                    " ".join(contact.topics),
                    int(contact.returns),
                ],
            )
            for one in promises:
                event = noted.get((one.kind, round(one.start_s))) or (None,) * 4
                self._db.execute(
                    f"INSERT INTO promises VALUES (NULL{', ?' * 14})",
                    [
                        sha256, one.kind, one.start_s, one.end_s, one.quote, one.time_text, one.due_at,
                        one.problem, int(one.sure), int(one.agreed), *event,
                    ],
                )  # fmt: skip
        return True

    def _noted(self, sha256: str) -> dict[tuple[str, int], tuple[Any, ...]]:
        found = self._db.execute(
            """SELECT kind, start_s, outcome, outcome_at, outcome_by, outcome_note FROM promises
            WHERE sha256 = ? AND outcome IS NOT NULL""",
            [sha256],
        )
        return {(kind, round(start)): tuple(event) for kind, start, *event in found.fetchall()}

    def unread(self) -> list[int]:
        """Ids of the effective results whose calls were never read for promises. Raises
        ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                """SELECT result_id FROM calls WHERE sha256 NOT IN (SELECT sha256 FROM contacts)
                ORDER BY moment"""
            )
            return [row[0] for row in found.fetchall()]

    def made(self, scope: Scope = Scope()) -> list[MadePromise]:  # noqa: B008
        """The promises of the calls in a scope, in order of time. Raises ``StoreError``."""
        where, values = where_of(scope)
        return self._made(where, values, tables=BY_CALL)

    def due_between(self, since: str, until: str) -> list[MadePromise]:
        """The promises with a term in the agent's words from ``since`` to ``until``, ISO 8601, the
        end not included. Raises ``StoreError``."""
        return self._made("promises.due_at >= ? AND promises.due_at < ?", [since, until])

    def has(self, promise_id: int) -> bool:
        """Whether there is a promise of this number. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute("SELECT 1 FROM promises WHERE id = ?", [promise_id])
            return found.fetchone() is not None

    def get(self, promise_id: int) -> MadePromise:
        """One promise. Raises ``StoreError`` if there is none."""
        found = self._made("promises.id = ?", [promise_id])
        if not found:
            raise StoreError(
                f"{self._path}: there is no promise {promise_id}; callqa promises list has the numbers"
            )
        return found[0]

    def returning_calls(self, promises: Sequence[MadePromise]) -> dict[str, list[CaseCall]]:
        """The calls back to the customers and 工单 of some promises, by customer (``c:`` and its number)
        and by 工单 (``t:`` and its number), in order of time. Raises ``StoreError``."""
        customers = sorted({one.call.customer_id for one in promises if one.call.customer_id})
        tickets = sorted({one.call.contact.ticket for one in promises if one.call.contact.ticket})
        since = min((one.call.moment for one in promises if one.call.moment), default="")
        found: dict[str, list[CaseCall]] = {}
        with self._reading():
            chosen = "json_each(?) wanted CROSS JOIN calls ON calls.customer_id = wanted.value"
            for call in self._cases(
                _case(chosen),
                [json.dumps(customers), since[:10]],
            ):
                found.setdefault(f"c:{call.customer_id}", []).append(call)
            chosen = """json_each(?) wanted CROSS JOIN contacts marked ON marked.ticket = wanted.value
                AND marked.ticket <> '' CROSS JOIN calls ON calls.sha256 = marked.sha256"""
            for call in self._cases(_case(chosen), [json.dumps(tickets), since[:10]]):
                found.setdefault(f"t:{call.contact.ticket}", []).append(call)
        return found

    def note(self, promise_id: int, event: PromiseEvent, *, at: str) -> None:
        """Keep what somebody knows of a promise, with an entry in the ledger. ``at``: now, UTC.
        Raises ``StoreError``."""
        made = self.get(promise_id)
        with self._writing():
            self._db.execute(
                """UPDATE promises SET outcome = ?, outcome_at = ?, outcome_by = ?, outcome_note = ?
                WHERE id = ?""",
                [event.outcome, event.at, event.actor, event.note, promise_id],
            )
            detail = {
                "recording": made.call.sha256,
                "start_s": made.promise.start_s,
                "outcome": event.outcome,
                "kept_at": event.at,
                "reason": event.note,
            }
            ledger.append(
                self._db,
                at=utc(at),
                actor=event.actor,
                action="promise noted",
                subject=f"promise {promise_id}",
                detail=detail,
            )

    def _made(
        self, where: str, values: Sequence[Any], *, tables: str = BY_PROMISE
    ) -> list[MadePromise]:
        with self._reading():
            query = MADE.format(where=where, tables=tables)
            rows = self._db.execute(query, list(values)).fetchall()
        return [_made_of(row) for row in rows]

    def _cases(self, query: str, values: Sequence[Any]) -> Iterator[CaseCall]:
        for sha256, result_id, customer, moment, *contact in self._db.execute(query, list(values)):
            yield CaseCall(sha256, result_id, customer, moment, _contact(*contact))


def _case(calls: str) -> str:
    return CASE.format(calls=calls, returns=RETURNS, where=f"calls.moment >= ? AND {RETURNS}")


def _made_of(row: Sequence[Any]) -> MadePromise:
    number, kind, start, end, quote, text, due, problem, sure, agreed = row[:10]
    promise = Promise(kind, start, end, quote, text, due, problem, bool(sure), bool(agreed))
    sha256, result_id, customer, moment = row[10:14]
    call = CaseCall(sha256, result_id, customer, moment, _contact(*row[14:17]))
    call_id, agent_id, agent_name, queue, complaint = row[17:22]
    event = PromiseEvent(row[22], row[23], row[24], row[25]) if row[22] else None
    return MadePromise(
        number, promise, call, call_id, agent_id, agent_name, queue, bool(complaint), event
    )


@lru_cache(maxsize=4096)
def _contact(ticket: str, topics: str, returns: int) -> Contact:
    """The sides of a call. Most calls share theirs with many others."""
    return Contact(ticket, tuple(topics.split()), bool(returns))
