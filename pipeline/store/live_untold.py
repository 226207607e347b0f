"""Alarms of conversations in progress that are still to be told: what a listener that was killed had
not told yet is here at its next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.file import StorePart
from pipeline.types import LiveAlarm, Untold

if TYPE_CHECKING:
    from collections.abc import Iterable


class UntoldStore(StorePart):
    """Keeps what is to be told, one row for each alarm and address."""

    def add(self, ones: Iterable[Untold]) -> None:
        """Keep what is to be told, in the batch of its alarm. Raises ``StoreError``."""
        with self._writing():
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO live_untold VALUES (?, ?, ?, ?, ?)",
                [(o.alarm.talk_id, o.alarm.rule, o.alarm.at, o.alarm.verdict, o.target) for o in ones],
            )  # fmt: skip

    def remove(self, ones: Iterable[Untold]) -> None:
        """These were told, or never will be. Raises ``StoreError``."""
        with self._writing():
            self._db.conn.executemany(
                """DELETE FROM live_untold
                WHERE talk_id = ? AND rule = ? AND at = ? AND verdict = ? AND target = ?""",
                [(o.alarm.talk_id, o.alarm.rule, o.alarm.at, o.alarm.verdict, o.target) for o in ones],
            )  # fmt: skip

    def all(self) -> list[Untold]:
        """What is to be told, the oldest alarm first, without what was confirmed or erased since: its
        rows go. Raises ``StoreError``."""
        same = "(a.talk_id, a.rule, a.at, a.verdict) = (u.talk_id, u.rule, u.at, u.verdict)"
        with self._writing():
            self._db.execute(
                f"""DELETE FROM live_untold AS u
                WHERE NOT EXISTS (SELECT 1 FROM live_alarms a WHERE {same})"""
            )
            rows = self._db.execute(
                f"""SELECT target, a.rule, a.at, level, a.verdict, quote, evidence, a.talk_id, raised_at
                FROM live_untold u JOIN live_alarms a ON {same} ORDER BY raised_at, a.at, a.rule"""
            ).fetchall()
        return [Untold(row[0], LiveAlarm(*row[1:])) for row in rows]
