"""One pool of worker processes with the jobs that it has in hand, by Pebble."""

from __future__ import annotations

import pickle
import signal
import tempfile
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pipeline.workers.outcome import Lost, Refused, outcome_of
from pipeline.workers.worker import WorkerPlan, begin, score

if TYPE_CHECKING:
    import threading
    from collections import deque
    from collections.abc import Iterator

    from pipeline.types import Seconds
    from pipeline.workers.job import Job

AHEAD = 2
"""Calls scheduled for each worker: one in hand and one waiting, so that a run that is stopped gives
back few."""

READY_S: Seconds = 300.0
"""How long a worker may take to load its model before its first call; on a busy machine and a slow
disk that is a minute (our choice)."""

POLL_S: Seconds = 0.2

TOO_LONG = "took longer than its limit of time"

T = TypeVar("T")


class _KeepingLocks(SpawnContext):
    """Keeps the locks that it makes. Pebble drops a pool's locks before it ends the workers; then
    they are gone from the system, and a worker that still starts would end with a trace."""

    def __init__(self) -> None:
        self._kept: list[Any] = []

    def RLock(self) -> Any:  # noqa: N802 - named by the class above
        lock = super().RLock()
        self._kept.append(lock)
        return lock


class PoolBrokenError(Exception):
    """Pebble gave up on a pool: something killed one of its processes at a bad moment."""


class Pool(Generic[T]):
    """One pool of worker processes with the jobs that it has in hand."""

    def __init__(self, plan: WorkerPlan[T], workers: int, memory_mb: int) -> None:
        # a fork would share the database's connection and the models' threads
        context = _KeepingLocks()
        from pebble import ProcessPool  # noqa: PLC0415 - one process needs none

        # it unblocks SIGINT where it is started, which would be where the first worker is
        resource_tracker.ensure_running()

        # a plan is larger than a pipe holds: where a worker died before it had read all of it, the
        # parent would write to the pipe for ever
        self._plan = tempfile.NamedTemporaryFile(prefix="callqa-plan-")  # noqa: SIM115 - as long as the pool
        pickle.dump(plan, self._plan)
        self._plan.flush()
        self._pool: Any = ProcessPool(
            workers, initializer=begin, initargs=(self._plan.name, memory_mb), context=context
        )
        self._most = workers * AHEAD
        self._pending: dict[Future[T], Job] = {}

    def run(
        self,
        waiting: deque[Job],
        jobs: Iterator[Job | None],
        stop: threading.Event,
        grace_s: Seconds,
    ) -> Iterator[tuple[Job, T | Refused | Lost]]:
        """The jobs ``waiting``, then ``jobs``, until there is none. Raises ``PoolBrokenError``."""
        while True:
            while not stop.is_set() and len(self._pending) < self._most:
                job = waiting.popleft() if waiting else next(jobs, None)
                if job is None:
                    break
                self._schedule(job, waiting)
            if stop.is_set():
                yield from _finish(self._pending, grace_s)
                return
            if not self._pending:
                return
            finished, _ = wait(self._pending, timeout=POLL_S, return_when=FIRST_COMPLETED)
            for future in finished:
                if not isinstance(future.exception(), RuntimeError) or self._pool.active:
                    outcome = _outcome(future)
                    yield self._pending.pop(future), outcome
            if not self._pool.active:
                raise PoolBrokenError

    def _schedule(self, job: Job, waiting: deque[Job]) -> None:
        try:
            with _deaf_to_interrupts():
                future = self._pool.schedule(
                    score, args=(job.path, job.limit_s), timeout=READY_S + job.limit_s
                )
            self._pending[future] = job
        except RuntimeError as error:
            waiting.appendleft(job)
            raise PoolBrokenError from error

    def in_hand(self) -> list[Job]:
        """What was scheduled and has no outcome."""
        return list(self._pending.values())

    def close(self) -> None:
        """End the worker processes."""
        self._pool.stop()
        self._pool.join()
        self._plan.close()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes and threads that begin here do not get SIGINT. Ctrl+C goes to all processes, and a
    worker that is still loading would end with a trace."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _finish(
    pending: dict[Future[T], Job], grace_s: Seconds
) -> Iterator[tuple[Job, T | Refused | Lost]]:
    """Let what has begun come to its end; what has not is given back."""
    running: dict[Future[T], Job] = {}
    for future, job in pending.items():
        if future.running() or future.done():
            running[future] = job
        else:
            future.cancel()
    finished, _ = wait(running, timeout=grace_s)
    for future in finished:
        outcome = _outcome(future)
        if not isinstance(outcome, Refused | Lost):
            yield running[future], outcome


def _outcome(future: Future[T]) -> T | Refused | Lost:
    return outcome_of(future.result, _pebble_said)


def _pebble_said(error: Exception) -> str | None:
    if isinstance(error, TimeoutError):
        return TOO_LONG
    if isinstance(error, CancelledError):
        return "was given back"
    from pebble import ProcessExpired  # noqa: PLC0415 - as above, loaded by now

    if not isinstance(error, ProcessExpired):
        return None
    if error.exitcode == -signal.SIGALRM:
        return TOO_LONG
    return f"its worker died ({_death(error.exitcode)})"


def _death(code: object) -> str:
    if isinstance(code, int) and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
