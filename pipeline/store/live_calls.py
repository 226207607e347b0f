"""Telephone calls in progress: where their sound lies, what may be heard of it, and what was
announced of calls to come."""

from __future__ import annotations

import json
from dataclasses import astuple
from typing import TYPE_CHECKING

from pipeline.store.file import StorePart
from pipeline.types import Covered, LiveCall, StreamAnnounced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import LiveSide

CALL = """talk_id, protocol, file, behind, heard_s, silent_since, talk_overs, chars_per_min, loud,
    covered"""


class LiveCallStore(StorePart):
    """Keeps calls in progress; their words and alarms are those of their conversations."""

    def put(self, call: LiveCall) -> None:
        """Keep a call as it is now; of an erased conversation nothing. Raises ``StoreError``."""
        covered = json.dumps([astuple(one) for one in call.covered])
        with self._writing():
            self._db.execute(
                f"""INSERT OR REPLACE INTO live_calls ({CALL}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
                WHERE EXISTS (SELECT 1 FROM live_talks WHERE id = ?1 AND state <> 'erased')""",
                [
                    call.talk_id, call.protocol, call.file, call.behind, call.heard_s,
                    call.silent_since, call.talk_overs, call.chars_per_min, call.loud, covered,
                ],
            )  # fmt: skip

    def find(self, talk_id: int) -> LiveCall | None:
        """The call of a conversation; ``None`` for a chat. Raises ``StoreError``."""
        return next(iter(self._calls("WHERE talk_id = ?", [talk_id])), None)

    def open_calls(self) -> dict[int, LiveCall]:
        """The calls that are not scored yet, by their conversations. Raises ``StoreError``."""
        where = """JOIN live_talks ON id = talk_id WHERE state IN ('open', 'ending', 'failed')"""
        return {one.talk_id: one for one in self._calls(where)}

    def announce(self, stream: str, said: StreamAnnounced, *, at: float) -> None:
        """Keep what was announced of a stream; the last announcement counts. Raises
        ``StoreError``."""
        with self._writing():
            self._db.execute(
                "INSERT OR REPLACE INTO live_announced VALUES (?, ?, ?, ?, ?, ?, ?)",
                [stream, at, said.call, said.side, said.agent_id, said.customer_id, said.queue],
            )

    def announced(self, stream: str) -> tuple[StreamAnnounced, tuple[LiveSide, ...]] | None:
        """What was announced of a stream, and the sides that its call has by all announcements;
        ``None`` where nothing was. Raises ``StoreError``."""
        with self._reading():
            row = self._db.execute(
                """SELECT call, side, agent_id, customer_id, queue FROM live_announced
                WHERE stream = ?""",
                [stream],
            ).fetchone()
            if row is None:
                return None
            sides = self._db.execute(
                "SELECT DISTINCT side FROM live_announced WHERE call = ? ORDER BY side", [row[0]]
            ).fetchall()
        return StreamAnnounced(*row), tuple(side for (side,) in sides)

    def forget_announced(self, before: float) -> None:
        """Forget what was announced before a time. Raises ``StoreError``."""
        with self._writing():
            self._db.execute("DELETE FROM live_announced WHERE at < ?", [before])

    def _calls(self, where: str, values: Sequence[object] = ()) -> list[LiveCall]:
        with self._reading():
            rows = self._db.execute(
                f"SELECT {CALL.replace('talk_id', 'live_calls.talk_id')} FROM live_calls {where}",
                list(values),
            ).fetchall()
        return [
            LiveCall(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6], row[7], row[8],
                     tuple(Covered(*one) for one in json.loads(row[-1])))
            for row in rows
        ]  # fmt: skip
