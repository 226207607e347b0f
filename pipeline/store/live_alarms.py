"""Alarms of conversations in progress, and how these fared at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.file import StorePart, utc
from pipeline.store.live import UNSCORED
from pipeline.types import LiveAlarm, LiveOutcome, LiveTalk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.types import Seconds


class AlarmStore(StorePart):
    """Keeps alarms and their outcomes."""

    def note(
        self,
        talk: LiveTalk,
        alarms: Iterable[LiveAlarm],
        *,
        waits: tuple[float, Seconds] | None,
        now: float,
        fault: str = "",
    ) -> list[LiveAlarm]:
        """Keep what the rules found in a conversation up to ``talk.revision``; ``waits``: since when
        the customer waits, and how long may be. Returns the alarms that are new, or confirmed where
        they were for review; none where the conversation was scored or erased meanwhile. An alarm
        that stood stays. Raises ``StoreError``."""
        raised: list[LiveAlarm] = []
        with self._writing():
            wanted = f"SELECT 1 FROM live_talks WHERE id = ? AND {UNSCORED}"
            if self._db.execute(wanted, [talk.id]).fetchone() is None:
                return []
            for one in alarms:
                key = [talk.id, one.rule, one.at]
                before = self._db.execute(
                    "SELECT verdict FROM live_alarms WHERE talk_id = ? AND rule = ? AND at = ?", key
                ).fetchone()
                if before and (before[0] == "confirmed" or one.verdict == before[0]):
                    continue
                self._db.execute(
                    "INSERT OR REPLACE INTO live_alarms VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [*key, one.level, one.verdict, one.quote, one.evidence, now],
                )
                raised.append(one)
            self._db.execute(
                """UPDATE live_talks SET judged = max(judged, ?), waits_since = ?, wait_limit_s = ?, fault = ?
                WHERE id = ?""",
                [talk.revision, *(waits or (None, None)), fault, talk.id],
            )
        return raised

    def of_talk(self, talk_id: int) -> list[LiveAlarm]:
        """The alarms of a conversation, in order of time. Raises ``StoreError``."""
        with self._reading():
            rows = self._db.execute(
                """SELECT rule, at, level, verdict, quote, evidence, talk_id, raised_at FROM live_alarms
                WHERE talk_id = ? ORDER BY at, rule""",
                [talk_id],
            ).fetchall()
        return [LiveAlarm(*row) for row in rows]

    def marks(self) -> dict[int, tuple[int, float]]:
        """How many alarms each conversation in progress has, and when the last was raised. Raises
        ``StoreError``."""
        wanted = f"""SELECT talk_id, count(*), max(raised_at) FROM live_alarms JOIN live_talks
            ON id = talk_id WHERE {UNSCORED} GROUP BY talk_id"""
        with self._reading():
            rows = self._db.execute(wanted).fetchall()
        return {talk_id: (count, last) for talk_id, count, last in rows}

    def note_outcomes(self, sha256: str, outcomes: Sequence[LiveOutcome], *, at: str) -> None:
        """Keep how the alarms of a scored call fared. Raises ``StoreError``."""
        with self._writing():
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO live_outcomes VALUES (?, ?, ?, ?, ?, ?)",
                [(sha256, o.rule, utc(at), o.matched, o.missed, o.extra) for o in outcomes],
            )

    def outcome_of(self, rule: str) -> LiveOutcome:
        """How the alarms of a rule fared in all calls. Raises ``StoreError``."""
        wanted = """SELECT coalesce(sum(matched), 0), coalesce(sum(missed), 0), coalesce(sum(extra), 0)
            FROM live_outcomes WHERE rule = ?"""
        with self._reading():
            return LiveOutcome(rule, *self._db.execute(wanted, [rule]).fetchone())
