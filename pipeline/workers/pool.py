"""Many recordings on many processes: each with a model of its own, a limit of time and memory for
each call, and no neighbour harmed when one dies.

On a killed worker ``ProcessPoolExecutor`` loses its neighbours' work and ``multiprocessing.Pool``
hangs; Pebble loses the guilty one only."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import WorkerError
from pipeline.workers.outcome import Lost, Refused
from pipeline.workers.pebble_pool import Pool, PoolBrokenError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from pipeline.types import Seconds
    from pipeline.workers.job import Job
    from pipeline.workers.worker import WorkerPlan

MOST_BREAKS = 5
"""Pools that may break one after the other without a call scored."""

T = TypeVar("T")


def score_all(
    jobs: Iterable[Job | None],
    plan: WorkerPlan[T],
    *,
    workers: int,
    memory_mb: int = 0,
    stop: threading.Event | None = None,
    grace_s: Seconds = 60.0,
    again_soon: bool = False,
) -> Generator[tuple[Job, T | Refused | Lost], None, None]:
    """Each job with what became of it, in the order of their ends. Raises ``WorkerError`` where no
    worker can be made ready.

    A job whose worker died is tried once more, alone, after all others (``again_soon``: as soon as
    what is in hand has ended); of a run that is stopped before, it is given back: a signal to all
    its processes kills workers that did nothing wrong. ``memory_mb``: what a worker may take, 0 for
    no limit. When ``stop`` is set nothing new begins; what is in hand may end within ``grace_s``,
    and what did not begin is not yielded. A job ``None``: there is none now; the run ends where
    nothing is in hand."""
    stopped = stop or threading.Event()
    source = iter(jobs)
    while True:
        lost: list[Job] = []
        held = _until_lost(source, lost) if again_soon else source
        for job, outcome in _run(held, plan, workers, memory_mb, stopped, grace_s):
            if isinstance(outcome, Lost):
                lost.append(job)
            else:
                yield job, outcome
        for job in lost:
            for tried, outcome in _run(iter([job]), plan, 1, memory_mb, stopped, grace_s):
                if stopped.is_set() and isinstance(outcome, Lost):
                    return
                yield tried, outcome
        if not lost or not again_soon or stopped.is_set():
            return


def _until_lost(jobs: Iterator[Job | None], lost: list[Job]) -> Iterator[Job | None]:
    """The jobs as long as none is lost; then there is none."""
    while not lost:
        try:
            yield next(jobs)
        except StopIteration:
            return


def _run(
    jobs: Iterator[Job | None],
    plan: WorkerPlan[T],
    workers: int,
    memory_mb: int,
    stop: threading.Event,
    grace_s: Seconds,
) -> Generator[tuple[Job, T | Refused | Lost], None, None]:
    """All jobs through pools, one after the other: a pool that breaks is replaced, and its jobs go
    to the next."""
    waiting: deque[Job] = deque()
    idle = 0
    while idle < MOST_BREAKS:
        pool = Pool(plan, workers, memory_mb)
        ended = 0
        try:
            for job, outcome in pool.run(waiting, jobs, stop, grace_s):
                ended += 1
                yield job, outcome
            return
        except PoolBrokenError:
            idle = 0 if ended else idle + 1
            waiting.extendleft(reversed(pool.in_hand()))
        finally:
            pool.close()
    raise WorkerError(
        f"the worker processes broke down {MOST_BREAKS} times without a call scored; "
        "look for what kills them (memory of the machine, limits of the service), and run again"
    )
