"""Coaching records: each step is in the ledger. ``pipeline.jobs.coaching`` decides who may do so."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from pipeline.errors import CoachingError
from pipeline.people import CoachingRecord, FindingKey, NewCoachingRecord
from pipeline.store.file import StorePart, utc

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = tuple(field.name for field in fields(CoachingRecord))
COLUMNS = ", ".join("on_day" if name == "on" else name for name in NAMES)


class CoachingStore(StorePart):
    """Stores coaching records. A withdrawn record stays."""

    def add(self, new: NewCoachingRecord, *, actor: str, at: str) -> CoachingRecord:
        """Store a measure and return its record. ``at``: ISO 8601 with a time zone. Raises
        ``CoachingError`` where there is no such result, ``StoreError``."""
        moment = utc(at)
        with self._writing():
            sha256 = self._sha256_of(new.result_id)
            values = {
                "agent_id": new.agent_id, "kind": new.kind, "on_day": new.on.isoformat(), "note": new.note,
                "recorded_by": actor, "recorded_at": moment, "sha256": sha256, "result_id": new.result_id,
                "finding": _plain(new.finding), "item": new.item,
            }  # fmt: skip
            marks = ", ".join("?" * len(values))
            number = self._db.execute(
                f"INSERT INTO coaching_records ({', '.join(values)}) VALUES ({marks})",
                list(values.values()),
            ).lastrowid
            assert number is not None
            detail = {
                "coaching": number, "kind": new.kind, "on": new.on.isoformat(), "note": new.note, "call": sha256,
                "finding": new.finding and new.finding.plain(), "item": new.item,
            }  # fmt: skip
            record = self._record(number)
            self._note("coached", f"agent {record.agent_id}", detail, actor=actor, at=moment)
        return record

    def answer(self, number: int, *, answer: str, actor: str, at: str) -> CoachingRecord:
        """Store the agent's answer. Raises ``CoachingError`` where it was answered already,
        ``StoreError``."""
        moment = utc(at)
        with self._writing():
            changed = self._db.execute(
                "UPDATE coaching_records SET answer = ?, answered_by = ?, answered_at = ?"
                " WHERE id = ? AND answered_at IS NULL",
                [answer, actor, moment, number],
            )
            record = self._record(number)
            if not changed.rowcount:
                raise CoachingError("已经答复过，只能答复一次")
            detail = {"coaching": number, "answer": answer}
            self._note(
                "coaching answered", f"agent {record.agent_id}", detail, actor=actor, at=moment
            )
        return record

    def withdraw(self, number: int, *, reason: str, actor: str, at: str) -> CoachingRecord:
        """Withdraw a record; it stays. Raises ``CoachingError`` where it was withdrawn already,
        ``StoreError``."""
        moment = utc(at)
        with self._writing():
            changed = self._db.execute(
                "UPDATE coaching_records SET withdrawn_by = ?, withdrawn_at = ?, withdrawn_why = ?"
                " WHERE id = ? AND withdrawn_at IS NULL",
                [actor, moment, reason, number],
            )
            record = self._record(number)
            if not changed.rowcount:
                raise CoachingError("这条记录已经撤回")
            detail = {"coaching": number, "reason": reason}
            self._note(
                "coaching withdrawn", f"agent {record.agent_id}", detail, actor=actor, at=moment
            )
        return record

    def get(self, number: int) -> CoachingRecord:
        """Raises ``CoachingError`` if there is none."""
        with self._reading():
            return self._record(number)

    def find(
        self,
        *,
        agent: str | None = None,
        sha256: str | None = None,
        since: date | None = None,
        until: date | None = None,
        valid_only: bool = False,
    ) -> tuple[CoachingRecord, ...]:
        """Records by the day of the measure, in order. ``since``, ``until``: its first and last
        day, both included. Raises ``StoreError``."""
        conditions: dict[str, object] = {
            "agent_id = ?": agent,
            "sha256 = ?": sha256,
            "on_day >= ?": since and since.isoformat(),
            "on_day <= ?": until and until.isoformat(),
        }
        given = {condition: value for condition, value in conditions.items() if value is not None}
        where = " AND ".join([*given, "withdrawn_at IS NULL" if valid_only else "1"])
        wanted = f"SELECT {COLUMNS} FROM coaching_records WHERE {where} ORDER BY on_day, id"
        with self._reading():
            found = self._db.execute(wanted, list(given.values())).fetchall()
        return tuple(_record(row) for row in found)

    def page(
        self, *, agent: str | None, limit: int, before: int | None = None
    ) -> tuple[CoachingRecord, ...]:
        """Records, the last recorded first. ``before``: the id of the last one on the page before.
        Raises ``StoreError``."""
        wanted = f"""SELECT {COLUMNS} FROM coaching_records WHERE (? IS NULL OR agent_id = ?)
            AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?"""
        with self._reading():
            found = self._db.execute(wanted, [agent, agent, before, before, limit]).fetchall()
        return tuple(_record(row) for row in found)

    def knows_agent(self, agent_id: str) -> bool:
        """Whether an agent has calls, an account, or was imported. Raises ``StoreError``."""
        wanted = """SELECT EXISTS (SELECT 1 FROM agents WHERE agent_id = :id)
            OR EXISTS (SELECT 1 FROM calls WHERE agent_id = :id)
            OR EXISTS (SELECT 1 FROM users WHERE agent_id = :id)"""
        with self._reading():
            return bool(self._db.execute(wanted, {"id": agent_id}).fetchone()[0])

    def _sha256_of(self, result_id: int | None) -> str | None:
        if result_id is None:
            return None
        row = self._db.execute("SELECT sha256 FROM results WHERE id = ?", [result_id]).fetchone()
        if row is None:
            raise CoachingError(f"没有评分结果 {result_id}")
        return str(row[0])

    def _record(self, number: int) -> CoachingRecord:
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM coaching_records WHERE id = ?", [number]
        ).fetchone()
        if row is None:
            raise CoachingError(f"没有措施记录 {number}")
        return _record(row)


def _plain(finding: FindingKey | None) -> str | None:
    return json.dumps(finding.plain(), ensure_ascii=False, sort_keys=True) if finding else None


def _record(row: Sequence[Any]) -> CoachingRecord:
    values = dict(zip(NAMES, row, strict=True))
    key = values["finding"]
    read = {
        "on": date.fromisoformat(values["on"]),
        "finding": FindingKey(**json.loads(key)) if key else None,
    }
    return CoachingRecord(**{**values, **read})
