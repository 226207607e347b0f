"""What a run has done so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.types import Failure, LeftOut, Seconds


@dataclass(frozen=True, slots=True)
class FatalCall:
    """A call as the message names it; its rows would fill the memory of a long night."""

    call: str
    agent: str | None


@dataclass(slots=True)
class Tally:
    """What a run has done so far. ``left``: recordings that wait for the next run; ``unanswered``:
    scored recordings without a conversation; ``same``: recordings of calls that are known;
    ``left_out``: files that are not read; ``problems``: what is wrong with the machine or its
    folders, not with a recording."""

    found: int = 0
    scored: int = 0
    left: int = 0
    audio_s: Seconds = 0.0
    unanswered: int = 0
    same: int = 0
    left_out: tuple[LeftOut, ...] = ()
    failures: list[Failure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    late_reports: list[str] = field(default_factory=list)
    """Why reports of periods could not be written or sent."""
    bad_cells: list[str] = field(default_factory=list)
    """Cells of metadata beside recordings that are left unknown, each with its reason."""
    unread: list[str] = field(default_factory=list)
    """In Chinese: columns of tables beside recordings that are not read, one sentence a table."""
    fatal: list[FatalCall] = field(default_factory=list)
    attitudes: list[float] = field(default_factory=list)
    results: list[int] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.failures or self.problems or self.late_reports)

    def add_unread(self, unread: str) -> None:
        """Note the columns of a table that are not read, once."""
        if unread and unread not in self.unread:
            self.unread.append(unread)

    def add_problem(self, problem: str) -> None:
        """Note what is wrong, once: it may be met at every recording."""
        if problem not in self.problems:
            self.problems.append(problem)
