"""Reading is on record: opened calls, watched conversations and searched numbers, folded into one entry for some time of
one person, so that a morning's review is not a thousand lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.store.file import StorePart, utc
from pipeline.store.ledger import append

if TYPE_CHECKING:
    from pipeline.types import Seconds

Reading: TypeAlias = Literal["opened", "searched", "watched"]

FOLDED_AFTER_S: Seconds = 3600.0
"""An entry covers an hour of one person's reading (our choice)."""


class ReadingStore(StorePart):
    """Stores what was read, and folds it into the ledger."""

    def note(self, what: Reading, subject: str, *, actor: str, at: str) -> None:
        """Note that somebody opened a call (``subject``: its result), watched a conversation in
        progress (its number) or searched a number. What is noted already costs no write. Raises ``StoreError``."""
        key, moment = [actor, what, subject], utc(at)
        with self._reading():
            known = self._db.execute(
                "SELECT 1 FROM readings WHERE actor = ? AND what = ? AND subject = ? AND at > ?",
                [*key, _earlier(moment)],
            ).fetchone()
        if known:
            return
        with self._writing():
            self._fold(actor, _earlier(moment), at=moment)
            self._db.execute("INSERT OR IGNORE INTO readings VALUES (?, ?, ?, ?)", [*key, moment])

    def fold(self, *, at: str) -> None:
        """Fold everybody's reading into the ledger, as each night does. Raises ``StoreError``."""
        with self._writing():
            for (actor,) in self._db.execute("SELECT DISTINCT actor FROM readings").fetchall():
                self._fold(actor, utc(at), at=utc(at))

    def _fold(self, actor: str, before: str, *, at: str) -> None:
        """Fold what somebody read where the first of it was before a time."""
        rows = self._db.execute(
            "SELECT what, subject, at FROM readings WHERE actor = ? ORDER BY at, subject", [actor]
        ).fetchall()
        if not rows or rows[0][2] > before:
            return
        for action in sorted({row[0] for row in rows}):
            own = [row for row in rows if row[0] == action]
            ids = [int(row[1]) for row in own if row[1]]
            detail = {
                **(self._watched(ids) if action == "watched" else {"results": ids}),
                "since": own[0][2],
                "until": own[-1][2],
            }
            subject = f"user {actor}"
            append(self._db, at=at, actor=actor, action=action, subject=subject, detail=detail)
        self._db.execute("DELETE FROM readings WHERE actor = ?", [actor])

    def _watched(self, ids: list[int]) -> dict[str, list[int]]:
        """The results of conversations that were watched, and the numbers of those that have none
        yet."""
        found = {one: self._db.execute(_RESULT, [one]).fetchone() for one in ids}
        scored = {one: row[0] for one, row in found.items() if row and row[0]}
        return {"results": list(scored.values()), "talks": [o for o in ids if o not in scored]}


_RESULT = "SELECT result_id FROM live_talks WHERE id = ?"


def _earlier(moment: str) -> str:
    earlier = datetime.fromisoformat(moment) - timedelta(seconds=FOLDED_AFTER_S)
    return earlier.isoformat(timespec="seconds")
