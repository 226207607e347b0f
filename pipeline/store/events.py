"""Service events as a part of the store. Each change is in the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from pipeline.errors import EventError
from pipeline.store.calls import find_calls
from pipeline.store.event_agents import check_known
from pipeline.store.event_keys import SAID, STORED, fingerprint, keyed
from pipeline.store.file import StorePart, utc
from pipeline.store.month_calls import read_month_calls
from pipeline.types import EventReport, ServiceEvent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.types import (
        CallRecord,
        EventKind,
        EventLine,
        EventOutcome,
        EventState,
        MonthCall,
        Scope,
    )

MOST_NAMED = 20
"""Bad lines of an import that one message names (our choice)."""

SELECT = f"""SELECT {", ".join(f"e.{name}" for name in STORED)}, e.id, calls.call_id, calls.result_id
    FROM service_events e LEFT JOIN calls ON calls.sha256 = e.sha256"""


class EventStore(StorePart):
    """Stores service events."""

    def import_lines(
        self, lines: Sequence[EventLine], *, actor: str, at: str, skip_unknown: bool = False
    ) -> EventReport:
        """Store the events of an import: all, or none where a line names an unknown agent or call.
        With ``skip_unknown`` lines with an unknown call are left out.

        An event that is there with the same key is changed to what the line says; one that was
        withdrawn stays so. Raises ``EventError`` with file and line of the bad lines,
        ``StoreError``.
        """
        counts = {"added": 0, "changed": 0, "same": 0}
        unknown: list[str] = []
        refused: list[str] = []
        alike: list[str] = []
        days: set[date] = set()
        seen: dict[str, str] = {}
        with self._writing():
            for line in lines:
                if skip_unknown and len(find_calls(self._db, line.call)) != 1:
                    unknown.append(f"{line.where}: {line.call}")
                    continue
                try:
                    event = keyed(self._db, line, seen)
                except EventError as error:
                    refused.append(str(error))
                    continue
                seen[event.key] = line.where
                done = self._put(event, actor=actor, at=at)
                counts[done] += 1
                days |= set() if done == "same" else {event.day}
                if done == "added" and self._is_alike(event, seen):
                    alike.append(line.where)
            if refused:
                raise EventError("\n".join(refused[:MOST_NAMED]))
        return EventReport(
            **counts, unknown=tuple(unknown), alike=tuple(alike), days=frozenset(days)
        )

    def record(self, event: ServiceEvent, *, actor: str, at: str, known: bool = True) -> None:
        """Store an event that a person recorded. One that says the same and was withdrawn counts
        again, so that its call has it once. Raises ``EventError`` for an event that is there
        already and, with ``known``, for an unknown agent or team; ``StoreError``."""
        with self._writing():
            if known:
                check_known(self._db, event, "")
            seen: dict[str, str] = {}
            key, there = self._find_same(event, seen)
            while there is not None and there.state == "accepted" and not event.key:
                seen[key] = ""  # an import may have several that say the same
                key, there = self._find_same(event, seen)
            if there is not None and there.state == "withdrawn":
                self._restore(there.id, replace(event, key=key), actor=actor, at=at)
                return
            if seen or there is not None:
                by = there.actor if there is not None else ""
                raise EventError(
                    f"{by} 已经处理过这一条"
                    if event.rule
                    else "已有同样的记录；确是另一次的，请在说明里写明区别"
                )
            self._insert(replace(event, key=key), actor=actor, at=at)

    def withdraw(self, event_id: int, *, reason: str, actor: str, at: str) -> None:
        """Take an event back; it stays on record. Raises ``EventError``, ``StoreError``."""
        if not reason.strip():
            raise EventError("请写明撤销的理由")
        with self._writing():
            changed = self._db.execute(
                "UPDATE service_events SET state = 'withdrawn' WHERE id = ? AND state = 'accepted'",
                [event_id],
            )
            if not changed.rowcount:
                raise EventError(f"没有事项 {event_id}，或者它已经撤销")
            self._note(
                "event withdrawn",
                f"event {event_id}",
                {"reason": reason.strip()},
                actor=actor,
                at=at,
            )

    def find(
        self, scope: Scope, *, states: Sequence[EventState] = ("accepted",)
    ) -> list[ServiceEvent]:
        """The events of the days of a scope, and of its agent or team, in order of their days.
        Events of a whole team are in the scope of its agents too. Raises ``StoreError``."""
        values: list[Any]
        parts, values = [f"e.state IN ({', '.join('?' * len(states))})"], [*states]
        team = "SELECT team FROM agents WHERE agent_id = ?"
        for part, given in (
            ("e.day >= ?", (scope.since.isoformat(),) if scope.since else ()),
            ("e.day <= ?", (scope.until.isoformat(),) if scope.until else ()),
            (
                f"(e.agent_id = ? OR e.agent_id IS NULL AND e.team = ({team}))",
                (scope.agent,) * 2 if scope.agent else (),
            ),
            (
                "(e.team = ? OR e.agent_id IN (SELECT agent_id FROM agents WHERE team = ?))",
                (scope.team,) * 2 if scope.team else (),
            ),
        ):
            if given:
                parts.append(part)
                values += given
        with self._reading():
            found = self._db.execute(
                f"{SELECT} WHERE {' AND '.join(parts)} ORDER BY e.day, e.id", values
            )
            return [_event(row) for row in found.fetchall()]

    def call_named(self, key: str) -> tuple[str, str | None]:
        """SHA-256 and agent of the one call with this id or file name. Raises ``EventError``,
        ``StoreError``."""
        with self._reading():
            found = find_calls(self._db, key)
            if len(found) != 1:
                many = "不止一通电话叫" if found else "没有通话"
                raise EventError(f"{many}“{key}”；请填写唯一的通话编号")
            agent = self._db.execute(
                "SELECT agent_id FROM calls WHERE sha256 = ?", found
            ).fetchone()[0]
        return found[0], agent

    def month_calls(
        self,
        records: Sequence[CallRecord],
        scope: Scope,
        by_outcome: Mapping[EventOutcome, EventKind],
    ) -> list[MonthCall]:
        """The calls of ``records``, all in ``scope``, as the month counts them. ``by_outcome``: the
        kinds of events that imported praises and complaints count as. Raises ``StoreError``."""
        with self._reading():
            return read_month_calls(self._db, records, scope, by_outcome)

    def _is_alike(self, event: ServiceEvent, seen: Mapping[str, str]) -> bool:
        """Whether an event from elsewhere is of the same kind, day and agent or team. Two with
        numbers of their own, or of two calls, are two."""
        found = self._db.execute(
            """SELECT key, sha256 FROM service_events WHERE kind = ? AND day = ? AND agent_id IS ?
            AND team IS ? AND state = 'accepted'""",
            [event.kind, event.day.isoformat(), event.agent_id, event.team],
        ).fetchall()
        numbered = event.key.startswith("id ")
        return any(
            key not in seen
            and not (numbered and key.startswith("id "))
            and (sha256 is None or event.sha256 in (None, sha256))
            for key, sha256 in found
        )

    def _find_same(
        self, event: ServiceEvent, seen: Mapping[str, str]
    ) -> tuple[str, ServiceEvent | None]:
        """The key of an event, and the event that has it; ``seen``: keys of others that say the
        same."""
        key = event.key or fingerprint(event, seen)
        return key, self._find_key(key)

    def _restore(self, event_id: int, event: ServiceEvent, *, actor: str, at: str) -> None:
        """An event that was withdrawn counts again, as it is said now."""
        row = _plain({name: getattr(event, name) for name in STORED})
        row |= {"actor": actor, "at": utc(at)}
        sets = ", ".join(f"{name} = ?" for name in row)
        self._db.execute(
            f"UPDATE service_events SET {sets} WHERE id = ?", [*row.values(), event_id]
        )
        self._note("event recorded again", f"event {event_id}", _said_of(row), actor=actor, at=at)

    def _find_key(self, key: str) -> ServiceEvent | None:
        row = self._db.execute(f"{SELECT} WHERE e.key = ?", [key]).fetchone()
        return _event(row) if row else None

    def _put(self, event: ServiceEvent, *, actor: str, at: str) -> str:
        before = self._find_key(event.key)
        if before is None:
            self._insert(event, actor=actor, at=at)
            return "added"
        said = {name: getattr(event, name) for name in SAID}
        if said == {name: getattr(before, name) for name in said}:
            return "same"
        sets = ", ".join(f"{name} = ?" for name in said)
        self._db.execute(
            f"UPDATE service_events SET {sets}, actor = ?, at = ? WHERE id = ?",
            [*_plain(said).values(), actor, utc(at), before.id],
        )
        detail = {"before": _plain({n: getattr(before, n) for n in said}), "after": _plain(said)}
        self._note("event changed", f"event {before.id}", detail, actor=actor, at=at)
        return "changed"

    def _insert(self, event: ServiceEvent, *, actor: str, at: str) -> None:
        row = _plain({name: getattr(event, name) for name in STORED})
        row |= {"actor": actor, "at": utc(at)}
        marks = ", ".join("?" * len(row))
        event_id = self._db.execute(
            f"INSERT INTO service_events ({', '.join(row)}) VALUES ({marks})", list(row.values())
        ).lastrowid
        assert event_id is not None
        self._note("event recorded", f"event {event_id}", _said_of(row), actor=actor, at=at)


def _said_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the ledger has it."""
    return {n: v for n, v in row.items() if v is not None and n not in ("key", "actor", "at")}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as SQLite and JSON have them."""
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def _event(row: Sequence[Any]) -> ServiceEvent:
    values = dict(zip((*STORED, "id", "call_id", "result_id"), row, strict=True))
    return ServiceEvent(
        **{**values, "day": date.fromisoformat(values["day"]), "repeat": bool(values["repeat"])}
    )
