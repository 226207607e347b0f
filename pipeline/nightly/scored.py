"""A call that a worker has scored, as it comes back to the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pipeline.workers import Lost, Refused, Work, WorkerPlan

if TYPE_CHECKING:
    from pipeline.store import Ready
    from pipeline.types import Seconds


@dataclass(frozen=True, slots=True)
class ScoredJob:
    """A scored call as rows, with what a summary says of it."""

    made: Ready
    call: str
    agent: str | None
    attitude: float | None
    fatal: bool
    audio_s: Seconds
    flags: tuple[str, ...] = ()
    no_talk: bool = False
    """The call holds no conversation."""
    faults: tuple[str, ...] = ()
    """Cells of its metadata that are left unknown, each with its reason."""
    unread: str = ""
    """In Chinese: the columns of the table beside it that are not read."""
    others: tuple[ScoredJob, ...] = ()
    """Later parts of the recording, where another agent takes over."""


JobOutcome: TypeAlias = ScoredJob | Refused | Lost
Scorer: TypeAlias = Work[ScoredJob]
NightPlan: TypeAlias = WorkerPlan[ScoredJob]
