"""What telephone systems say about some calls, in figures: 及时接听, hang-ups, transfers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import CallRecord, Seconds


@dataclass(frozen=True, slots=True)
class LineFigures:
    """``rings``: seconds of each answered inbound call of which they are known. ``missed``: inbound
    calls that nobody answered. ``ended``: calls of which the side that hung up is known; of these
    the agent hung up ``by_agent``, and ``early`` without a farewell, for review. ``transferred``:
    calls that were handed on."""

    rings: tuple[Seconds, ...] = ()
    missed: int = 0
    ended: int = 0
    by_agent: int = 0
    early: int = 0
    transferred: int = 0

    @property
    def is_known(self) -> bool:
        return bool(self.rings or self.missed or self.ended or self.transferred)

    @property
    def offered(self) -> int:
        """Inbound calls of which the answer counts."""
        return len(self.rings) + self.missed

    def in_time(self, limit: Seconds) -> int:
        """Answered calls that rang no longer than ``limit``."""
        return sum(rang <= limit for rang in self.rings)

    def share_in_time(self, limit: Seconds) -> float | None:
        """Share of the offered calls that were answered in time, 0..1; ``None`` without any.

        >>> LineFigures((3.0, 15.0, 20.0), missed=1).share_in_time(15.0)
        0.5
        """
        return self.in_time(limit) / self.offered if self.offered else None


def count_lines(records: Sequence[CallRecord]) -> LineFigures:
    """The figures of these calls. Only inbound calls are answered in time or not; calls of which the
    telephone system says nothing do not count."""
    inbound = [r for r in records if r.direction == "inbound"]
    ended = [r for r in records if r.hung_up_by is not None]
    return LineFigures(
        rings=tuple(
            r.ringing_s for r in inbound if r.ringing_s is not None and r.answer != "missed"
        ),
        missed=sum(r.answer == "missed" for r in inbound),
        ended=len(ended),
        by_agent=sum(r.hung_up_by == "agent" for r in ended),
        early=sum(r.hung_up_early for r in ended),
        transferred=sum(r.transferred_to is not None for r in records),
    )
