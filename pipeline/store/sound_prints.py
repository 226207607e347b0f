"""Fingerprints of the sound of calls, to find the same call recorded twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.store.file import StorePart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.types import CallMeta, Seconds

SAME_START_S: Seconds = 120.0
"""Two recordings of one call are named by times that differ at most so much: one recorder writes the
start of the call, another one the end of the greeting (our choice)."""

NEAR = """
    SELECT calls.call_id, recordings.path, recordings.duration_s, sound_prints.print FROM calls JOIN sound_prints USING (sha256)
        JOIN recordings USING (sha256)
    WHERE calls.sha256 <> :sha256 AND (calls.call_id IN (:call_id, :call_id || '#1')
        OR (calls.started_at IS NOT NULL AND calls.moment BETWEEN :earliest AND :latest))
"""


class SoundPrintStore(StorePart):
    """Finds the fingerprints of other calls."""

    def near(self, sha256: str, call: CallMeta) -> Iterator[tuple[str | None, str, float, bytes]]:
        """Call id, path, seconds and fingerprint of the other calls that may be this one: of the same number,
        or begun within ``SAME_START_S`` of it. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(NEAR, _near_values(sha256, call)).fetchall()
        yield from found


def _near_values(sha256: str, call: CallMeta) -> dict[str, str | None]:
    """The values of ``NEAR``. The first part of a recording may be a whole call elsewhere."""
    whole = call.call_id and call.call_id.removesuffix("#1")
    values: dict[str, str | None] = {"sha256": sha256, "call_id": whole}
    try:
        started = datetime.fromisoformat(call.started_at or "")
    except ValueError:
        return values | {"earliest": None, "latest": None}
    within = timedelta(seconds=SAME_START_S)
    return values | {
        "earliest": (started - within).isoformat(),
        "latest": (started + within).isoformat(),
    }
