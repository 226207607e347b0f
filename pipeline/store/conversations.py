"""The recordings or texts of one conversation: which may be parts of it, and each as a call of its
own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.store.calls import META
from pipeline.store.file import StorePart
from pipeline.types import TEXT_CODEC, CallMeta, part_sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

AROUND = timedelta(hours=12)
"""Parts of one conversation begin within so long of each other, unless a table names the
conversation (our choice)."""

_LEGS = f"""
    SELECT calls.sha256, recordings.stem, recordings.duration_s, recordings.codec,
        json_extract(results.recording, '$.file_sha256'), json_extract(results.recording, '$.stretch.start_s'),
        json_extract(results.recording, '$.stretch.end_s'), {", ".join(f"calls.{name}" for name in META)}
    FROM calls JOIN recordings USING (sha256) JOIN results ON results.id = calls.result_id
    WHERE results.no_talk IS NULL AND calls.erased IS NULL AND
"""

_RECORDED = f"recordings.codec <> '{TEXT_CODEC}'"
_WRITTEN = f"recordings.codec = '{TEXT_CODEC}'"

_SAME = """results.sha256 <> ? AND json_extract(part_of, '$.conversation') =
    (SELECT json_extract(part_of, '$.conversation') FROM results JOIN calls ON calls.result_id = results.id
        WHERE calls.sha256 = ? AND part_of IS NOT NULL)"""

_ALONE = """
    SELECT other.id FROM results machine JOIN results other ON other.sha256 = machine.sha256
        AND other.revised_of IS NULL
        AND (other.part_of IS NULL OR json_extract(other.part_of, '$.cut'))
        AND other.model_sha256 = machine.model_sha256 AND other.lexicon_version = machine.lexicon_version
        AND other.scoring_version = machine.scoring_version AND other.callqa_version = machine.callqa_version
        AND other.settings_version = machine.settings_version
    WHERE machine.id = ? AND NOT EXISTS (SELECT 1 FROM measures
        WHERE result_id = coalesce(other.heard_id, other.id)
        AND json_type(measures.measures, '$.part') = 'object')
    ORDER BY other.id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class StoredLeg:
    """A recording or a text that may be a part: its file's stem, its present metadata and its
    length. ``within``: of one agent's part of a recording, that recording's SHA-256."""

    sha256: str
    stem: str
    call: CallMeta
    duration_s: float
    is_text: bool = False
    within: str = ""


class ConversationStore(StorePart):
    """Finds recordings that may be parts of one conversation. Calls without talk are none."""

    def legs_near(self, sha256: str) -> list[StoredLeg]:
        """The recordings that may be of one conversation with this one, itself among them: with the
        same conversation in a table, or without any and of one customer or with one call id, within
        ``AROUND``. Of a text those texts with the same conversation in a table. Empty for a text
        without one, a call without talk and a recording that was never scored. Raises
        ``StoreError``."""
        with self._reading():
            own = self._legs("calls.sha256 = ?", [sha256])
            if not own:
                return []
            call, is_text = own[0].call, own[0].is_text
            if call.conversation is not None:
                kind = _WRITTEN if is_text else _RECORDED
                return self._legs(f"calls.conversation = ? AND {kind}", [call.conversation])
            if is_text:
                return []
            times = _around(call.started_at)
            if times is None:
                return own
            found = {leg.sha256: leg for leg in own}
            for column, value in (("customer_id", call.customer_id), ("call_id", call.call_id)):
                if value is not None:
                    where = f"calls.{column} = ? AND calls.moment BETWEEN ? AND ? AND calls.conversation IS NULL AND {_RECORDED}"
                    found |= {leg.sha256: leg for leg in self._legs(where, [value, *times])}
            return list(found.values())

    def may_be_part(self, sha256: str) -> bool:
        """Whether other recordings may be of one conversation with this one, or it counts as a part
        now. Raises ``StoreError``."""
        return len(self.legs_near(sha256)) > 1 or self.is_part(sha256)

    def later_parts(self, sha256: str) -> list[str]:
        """The names (SHA-256) of the later parts of a recording, in their order; empty where one agent
        led it. Raises ``StoreError``."""
        found: list[str] = []
        with self._reading():
            while self._db.execute(
                "SELECT 1 FROM calls WHERE sha256 = ?", [part_sha256(sha256, len(found) + 2)]
            ).fetchone():
                found.append(part_sha256(sha256, len(found) + 2))
        return found

    def parts_within(self, calls: Iterable[str]) -> list[str]:
        """The calls with all parts of their recordings, each once. Raises ``StoreError``."""
        wanted = """SELECT coalesce(nullif(json_extract(recording, '$.file_sha256'), ''), sha256)
            FROM results WHERE sha256 = ? ORDER BY id DESC LIMIT 1"""
        found: dict[str, None] = {}
        for sha256 in calls:
            with self._reading():
                row = self._db.execute(wanted, [sha256]).fetchone()
            whole = row[0] if row else sha256
            found |= dict.fromkeys((whole, *self.later_parts(whole)))
        return list(found)

    def is_part(self, sha256: str) -> bool:
        """Whether the result that counts for a recording is a part of a conversation. Raises
        ``StoreError``."""
        wanted = """SELECT part_of IS NOT NULL OR EXISTS (SELECT 1 FROM measures
                WHERE result_id = coalesce(results.heard_id, results.id)
                AND json_type(measures.measures, '$.part') = 'object')
            FROM results JOIN calls ON calls.result_id = results.id WHERE calls.sha256 = ?"""
        with self._reading():
            row = self._db.execute(wanted, [sha256]).fetchone()
        return bool(row and row[0])

    def partners_of(self, sha256: str) -> list[str]:
        """SHA-256 of the other recordings that count as parts of the conversation of this one now.
        Raises ``StoreError``."""
        wanted = f"""SELECT results.sha256 FROM results JOIN calls ON calls.result_id = results.id
            WHERE part_of IS NOT NULL AND {_SAME}"""
        with self._reading():
            return [row[0] for row in self._db.execute(wanted, [sha256, sha256]).fetchall()]

    def parts_of(self, sha256: str) -> list[tuple[int, str | None, int]]:
        """Number, call id and counting result of the other parts of the conversation that a
        recording is part of, in order. Empty for a call of its own, and for parts that an older
        version linked. Raises ``StoreError``."""
        wanted = f"""SELECT json_extract(part_of, '$.number'), calls.call_id, results.id
            FROM results JOIN calls ON calls.result_id = results.id
            WHERE part_of IS NOT NULL AND {_SAME} ORDER BY 1"""
        with self._reading():
            return self._db.execute(wanted, [sha256, sha256]).fetchall()

    def alone_of(self, machine_id: int) -> int | None:
        """The machine's result of the same engine for the recording as a call of its own, itself
        if it is one; ``None`` if an older version kept none. Raises ``StoreError``."""
        with self._reading():
            row = self._db.execute(_ALONE, [machine_id]).fetchone()
        return int(row[0]) if row else None

    def _legs(self, where: str, values: Sequence[Any]) -> list[StoredLeg]:
        rows = self._db.execute(f"{_LEGS} {where} ORDER BY calls.moment", list(values)).fetchall()
        return [
            StoredLeg(
                row[0],
                row[1],
                CallMeta(*row[7:]),
                row[2] if row[5] is None else row[6] - row[5],
                is_text=row[3] == TEXT_CODEC,
                within="" if row[5] is None else row[4] or row[0],
            )
            for row in rows
        ]


def _around(started_at: str | None) -> tuple[str, str] | None:
    try:
        start = datetime.fromisoformat(started_at or "")
    except ValueError:
        return None
    return (start - AROUND).isoformat(), (start + AROUND).isoformat()
