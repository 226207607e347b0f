"""Where a run speaks to whoever started it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pipeline.nightly.tally import Tally


class ProgressSink(Protocol):
    """Shows how far a run is."""

    def advance(self, done: int = 1, *, failed: int = 0) -> None: ...


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a run speaks to whoever started it. ``say``: a result; ``warn``: a problem;
    ``progress``: takes a title and the number of recordings."""

    say: Callable[[str], None]
    warn: Callable[[str], None]
    progress: Callable[[str, int], AbstractContextManager[ProgressSink]]


def advance(shown: ProgressSink) -> Callable[[Tally], None]:
    """Pass on to ``shown`` what a run has newly done."""
    before = failed_before = 0

    def tell(tally: Tally) -> None:
        nonlocal before, failed_before
        failed = len(tally.failures)
        done = tally.scored + failed
        shown.advance(done - before, failed=failed - failed_before)
        before, failed_before = done, failed

    return tell
