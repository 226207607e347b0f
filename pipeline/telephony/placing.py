"""Where a side's sound belongs in its call: by count of samples, and by time where it paused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import Seconds

PAUSE_S = 0.5
"""Sound that comes so much later than its count says follows a pause. Our choice: above the usual
delays of a network, below a pause that matters."""

SETTLE_S = 0.3
"""After a pause sound is held so long, to see whether a delay is made up. Our choice."""

STAMP_S = 0.06
"""Senders' own times differ from the count by so much without meaning it: three frames."""

_HELD_S = 10.0
_DUST_S = 1e-6

Sound = TypeVar("Sound")


@dataclass
class CountedPlace:
    """Places by the sender's own times: each piece after the one before, or later where its time
    says so. Never earlier."""

    next_s: Seconds | None = None

    def place(
        self, at_s: Seconds, duration_s: Seconds, slack_s: Seconds = STAMP_S
    ) -> tuple[Seconds, Seconds]:
        """Start of the piece, and seconds of the gap before it. ``slack_s``: a smaller gap is none."""
        before = self.next_s
        if before is None:
            start, gap = max(at_s, 0.0), 0.0
        elif at_s - before > slack_s:
            start, gap = at_s, at_s - before
        else:
            start, gap = before, 0.0
        self.next_s = start + duration_s
        return start, gap


@dataclass
class ArrivalPlace(Generic[Sound]):
    """Places by arrival where a sender has no times. Sound without a pause is counted, so its clock
    is the sender's. After a pause (a call on hold sends nothing) it is held for ``SETTLE_S``: what
    was only delayed comes in a burst meanwhile and makes the pause up; else the pause is real."""

    next_s: Seconds | None = None
    _held: list[tuple[Sound, Seconds]] = field(default_factory=list)
    _since_s: Seconds = 0.0
    _last_s: Seconds = 0.0

    def feed(
        self, now_s: Seconds, sound: Sound, duration_s: Seconds
    ) -> Sequence[tuple[Seconds, Sound]]:
        """``now_s``: of the arrival, from the call's begin. The pieces that are placed by now, in
        order, each with its start."""
        placed: list[tuple[Seconds, Sound]] = []
        if self._held and now_s - self._last_s > PAUSE_S:
            placed += self.flush()
        if self.next_s is None:
            first = now_s - duration_s
            self.next_s = first if first > _DUST_S else 0.0
        paused = now_s - duration_s - self.next_s > PAUSE_S
        self._last_s = now_s
        if not self._held and not paused:
            return [*placed, (self._count(duration_s), sound)]
        if not self._held:
            self._since_s = now_s
        self._held.append((sound, duration_s))
        held_s = sum(one for _, one in self._held)
        if now_s - self._since_s >= SETTLE_S or held_s > _HELD_S:
            placed += self.flush()
        return placed

    def flush(self) -> Sequence[tuple[Seconds, Sound]]:
        """What is held, placed: no more will come that could change it."""
        held, self._held = self._held, []
        start = self._last_s - sum(one for _, one in held)
        if held and self.next_s is not None and start - self.next_s > PAUSE_S:
            self.next_s = start
        return [(self._count(duration), sound) for sound, duration in held]

    def skip(self, seconds: Seconds) -> None:
        """The sender says that so much is missing here."""
        self.next_s = (self.next_s or 0.0) + seconds

    def _count(self, duration_s: Seconds) -> Seconds:
        start = self.next_s or 0.0
        self.next_s = start + duration_s
        return start
