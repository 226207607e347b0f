"""Review actions, in order; an undone action stays, and each is in the ledger."""

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


class ActionStore(StorePart):
    """Stores actions. A scoring action changes no score by itself: see
    ``pipeline.jobs.correct``."""

    def add(
        self, result_id: int, actions: Sequence[NewAction], *, actor: str, at: str
    ) -> tuple[int, ...]:
        """Store the actions of a person on the call of a result, all or nothing, and return their
        ids.

        ``result_id`` may be a corrected result: the action is about the machine's. ``at`` is ISO
        8601 with a time zone. Raises ``StoreError``, also where there is no such result."""
        moment = utc(at)
        with self._writing():
            sha256, machine = self._machine_result(result_id)
            ids = tuple(
                self._insert_action(sha256, machine, new, actor=actor, at=moment) for new in actions
            )
            refresh_standing(self._db, sha256)
        return ids

    def undo(self, action_id: int, *, actor: str, at: str) -> ReviewAction:
        """Undo an action and return it as it is now; a second undo changes nothing. Raises
        ``StoreError`` where there is no such action."""
        moment = utc(at)
        with self._writing():
            action = self._action(action_id)
            if action.in_force:
                self._db.execute(
                    "UPDATE acts SET undone_by = ?, undone_at = ? WHERE id = ?",
                    [actor, moment, action_id],
                )
                append(
                    self._db, at=moment, actor=actor, action="undone", subject=f"call {action.sha256}",
                    detail={"act": action_id, "kind": action.kind},
                )  # fmt: skip
                refresh_standing(self._db, action.sha256)
            return self._action(action_id)

    def of(self, sha256: str) -> tuple[ReviewAction, ...]:
        """All actions on a call, also those undone, in order. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                f"SELECT {COLUMNS} FROM acts WHERE sha256 = ? ORDER BY id", [sha256]
            )
            return tuple(_action(row) for row in found.fetchall())

    def find(self, action_id: int) -> ReviewAction | None:
        """``None`` where there is none. Raises ``StoreError``."""
        with self._reading():
            row = self._db.execute(
                f"SELECT {COLUMNS} FROM acts WHERE id = ?", [action_id]
            ).fetchone()
        return _action(row) if row else None

    def _insert_action(
        self, sha256: str, result_id: int, new: NewAction, *, actor: str, at: str
    ) -> int:
        value = json.dumps(new.value, ensure_ascii=False, sort_keys=True)
        action_id = self._db.execute(
            "INSERT INTO acts (sha256, result_id, kind, rule, value, actor, at, appeal_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [sha256, result_id, new.kind, new.rule, value, actor, at, new.appeal_id],
        ).lastrowid
        assert action_id is not None
        detail = {
            "act": action_id,
            "kind": new.kind,
            "value": dict(new.value),
            "appeal": new.appeal_id,
        }
        append(
            self._db, at=at, actor=actor, action="acted", subject=f"call {sha256}", detail=detail
        )
        return action_id

    def _machine_result(self, result_id: int) -> tuple[str, int]:
        found = self._db.execute(
            "SELECT sha256, coalesce(revised_of, id) FROM results WHERE id = ?", [result_id]
        )
        row = found.fetchone()
        if row is None:
            raise StoreError(f"{self._path}: there is no result {result_id}")
        return row[0], row[1]

    def _action(self, action_id: int) -> ReviewAction:
        row = self._db.execute(f"SELECT {COLUMNS} FROM acts WHERE id = ?", [action_id]).fetchone()
        if row is None:
            raise StoreError(f"{self._path}: there is no action {action_id}")
        return _action(row)


def _action(row: Sequence[Any]) -> ReviewAction:
    number, sha256, result_id, kind, value, *rest = row
    return ReviewAction(number, sha256, result_id, kind, json.loads(value), *rest)
