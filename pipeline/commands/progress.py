"""How far long work is, on stderr: a bar on a terminal, and a line now and then where there is none
(cron, a log)."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar

from pipeline.commands.language import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.types import Seconds

EVERY_S: Seconds = 30.0
"""Between two plain lines."""

NAME_SHOWN = 30


@dataclass(frozen=True, slots=True)
class WorkState:
    """How far work is after ``took_s``; ``failed`` are among those ``done``. ``total`` ``None``:
    nobody knows."""

    done: int
    failed: int
    total: int | None
    took_s: Seconds

    def __str__(self) -> str:
        """Failures, rate and time left, as far as they are known.

        >>> str(WorkState(30, 2, 120, 60.0)), str(WorkState(4, 0, 4, 72.0)), str(WorkState(1, 0, None, 0.0))
        ('failed 2, per hour 1800, time left 3 min', 'failed 0, per hour 200, time taken 1 min', 'failed 0')

        What failed at once says nothing of the rate.
        """
        said = [f"{tr('failed')} {self.failed}"]
        if self.done > self.failed and self.took_s > 0:
            said.append(f"{tr('per hour')} {self.done / self.took_s * 3600:.0f}")
            if self.done == self.total:
                said.append(f"{tr('time taken')} {_spoken(self.took_s)}")
            elif self.total is not None:
                left_s = self.took_s / self.done * (self.total - self.done)
                said.append(f"{tr('time left')} {_spoken(left_s)}")
        return tr(", ").join(said)


def _spoken(seconds: Seconds) -> str:
    """A length of time, to two places.

    >>> _spoken(42.4), _spoken(150), _spoken(8400)
    ('42 sec', '2 min', '2 hours 20 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} {tr('sec')}"
    hours, minutes = divmod(int(seconds // 60), 60)
    to_the_minute = f"{minutes} {tr('min')}"
    return f"{hours} {tr('hours')} {to_the_minute}" if hours else to_the_minute


class Progress:
    """Told of each piece that ends."""

    def __init__(
        self, total: int | None, show: Callable[[WorkState, str], None], clock: Callable[[], float]
    ) -> None:
        self._total, self._show, self._clock = total, show, clock
        self._began = clock()
        self._done = self._failed = 0

    def advance(self, pieces: int = 1, *, failed: int = 0, name: str = "") -> None:
        """So many more have ended, ``failed`` of them without success; ``name``: of the last."""
        self._done += pieces
        self._failed += failed
        self._show(self.standing(), name)

    def standing(self) -> WorkState:
        """How far it is now."""
        return WorkState(self._done, self._failed, self._total, self._clock() - self._began)


@contextmanager
def progress(
    what: str,
    total: int | None,
    *,
    every_s: Seconds = EVERY_S,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Progress]:
    """Show how far work on ``total`` pieces is, until it ends; nothing where there is nothing to
    do. ``what``: it, in a few words."""
    console = Console(stderr=True)
    if total == 0:
        yield Progress(total, lambda _standing, _name: None, clock)
    elif console.is_terminal:
        yield from _bar(console, what, total, clock)
    else:
        yield from _lines(console, what, total, every_s, clock)


def _bar(
    console: Console, what: str, total: int | None, clock: Callable[[], float]
) -> Iterator[Progress]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Bar(*columns, TextColumn("{task.fields[said]}"), console=console) as bar:
        task = bar.add_task(what, total=total, said="")

        def show(standing: WorkState, name: str) -> None:
            bar.update(
                task,
                completed=standing.done,
                description=name[:NAME_SHOWN] or what,
                said=str(standing),
            )

        yield Progress(total, show, clock)
        bar.update(task, description=what)


def _lines(
    console: Console, what: str, total: int | None, every_s: Seconds, clock: Callable[[], float]
) -> Iterator[Progress]:
    last_s, printed = clock(), 0

    def write(standing: WorkState) -> None:
        nonlocal last_s, printed
        last_s, printed = clock(), standing.done
        of = "" if total is None else f"/{total}"
        console.print(
            f"{what} {standing.done}{of}{tr(', ')}{standing}",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip

    def show(standing: WorkState, _name: str) -> None:
        if clock() - last_s >= every_s:
            write(standing)

    made = Progress(total, show, clock)
    try:
        yield made
    finally:
        if made.standing().done > printed:
            write(made.standing())
