"""What people did with calls, kept in order; an act that was undone stays, and each is in the
ledger."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.people import NewAction, ReviewAction
from pipeline.store.file import StorePart, utc
from pipeline.store.ledger import append
from pipeline.store.review_state import refresh_standing

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = "id, sha256, result_id, kind, value, actor, at, rule, appeal_id, undone_by, undone_at"


class ActStore(StorePart):
    """Keeps acts. A scoring act changes no score by itself: see ``pipeline.jobs.correct``."""

    def add(
        self, result_id: int, acts: Sequence[NewAction], *, actor: str, at: str
    ) -> tuple[int, ...]:
        """Keep what a person did with the call of a result, all or nothing, and return the acts'
        ids.

        ``result_id`` may be a corrected result: the act is about the machine's. ``at`` is ISO 8601
        with a time zone. Raises ``StoreError``, also where there is no such result."""
        moment = utc(at)
        with self._writing():
            sha256, machine = self._machine_result(result_id)
            ids = tuple(
                self._insert_act(sha256, machine, new, actor=actor, at=moment) for new in acts
            )
            refresh_standing(self._db, sha256)
        return ids

    def undo(self, act_id: int, *, actor: str, at: str) -> ReviewAction:
        """Take an act back; again changes nothing. The act as it is now. Raises ``StoreError``
        where there is none."""
        moment = utc(at)
        with self._writing():
            act = self._act(act_id)
            if act.in_force:
                self._db.execute(
                    "UPDATE acts SET undone_by = ?, undone_at = ? WHERE id = ?",
                    [actor, moment, act_id],
                )
                append(
                    self._db, at=moment, actor=actor, action="undone", subject=f"call {act.sha256}",
                    detail={"act": act_id, "kind": act.kind},
                )  # fmt: skip
                refresh_standing(self._db, act.sha256)
            return self._act(act_id)

    def of(self, sha256: str) -> tuple[ReviewAction, ...]:
        """All acts on a call, also those undone, in order. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                f"SELECT {COLUMNS} FROM acts WHERE sha256 = ? ORDER BY id", [sha256]
            )
            return tuple(_act(row) for row in found.fetchall())

    def find(self, act_id: int) -> ReviewAction | None:
        """``None`` where there is none. Raises ``StoreError``."""
        with self._reading():
            row = self._db.execute(f"SELECT {COLUMNS} FROM acts WHERE id = ?", [act_id]).fetchone()
        return _act(row) if row else None

    def _insert_act(
        self, sha256: str, result_id: int, new: NewAction, *, actor: str, at: str
    ) -> int:
        value = json.dumps(new.value, ensure_ascii=False, sort_keys=True)
        made = self._db.execute(
            "INSERT INTO acts (sha256, result_id, kind, rule, value, actor, at, appeal_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [sha256, result_id, new.kind, new.rule, value, actor, at, new.appeal_id],
        ).lastrowid
        assert made is not None
        detail = {"act": made, "kind": new.kind, "value": dict(new.value), "appeal": new.appeal_id}
        append(
            self._db, at=at, actor=actor, action="acted", subject=f"call {sha256}", detail=detail
        )
        return made

    def _machine_result(self, result_id: int) -> tuple[str, int]:
        found = self._db.execute(
            "SELECT sha256, coalesce(revised_of, id) FROM results WHERE id = ?", [result_id]
        )
        row = found.fetchone()
        if row is None:
            raise StoreError(f"{self._path}: there is no result {result_id}")
        return row[0], row[1]

    def _act(self, act_id: int) -> ReviewAction:
        row = self._db.execute(f"SELECT {COLUMNS} FROM acts WHERE id = ?", [act_id]).fetchone()
        if row is None:
            raise StoreError(f"{self._path}: there is no act {act_id}")
        return _act(row)


def _act(row: Sequence[Any]) -> ReviewAction:
    number, sha256, result_id, kind, value, *rest = row
    return ReviewAction(number, sha256, result_id, kind, json.loads(value), *rest)
