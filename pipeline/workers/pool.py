"""Many recordings on many processes: each with a model of its own, a limit of time and memory for
each call, and no neighbour harmed when one dies.

On a killed worker ``ProcessPoolExecutor`` loses its neighbours' work and ``multiprocessing.Pool``
hangs; Pebble loses the guilty one only."""

from __future__ import annotations

import pickle
import resource
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from pipeline.errors import (
    CallqaError,
    NoRoomError,
    ServerAwayError,
    SettingsError,
    SpeechServerError,
    UnfinishedError,
    UnreachableError,
    WorkerError,
)
from pipeline.types import Seconds, Source
from pipeline.workers.malloc import keep_little

AHEAD = 2
"""Calls scheduled for each worker: one in hand and one waiting, so that a run that is stopped gives
back few."""

LIMIT_LEAST_S: Seconds = 120.0
LIMIT_BYTES_PER_S = 1000.0
"""A call may take two minutes and a second for each thousand bytes: of the thriftiest recordings
(MP3 of 16 kbit/s) that is twice their own length, forty times what scoring takes (our choice)."""

READY_S: Seconds = 300.0
"""How long a worker may take to load its model before its first call; on a busy machine and a slow
disk that is a minute (our choice)."""

POLL_S: Seconds = 0.2

LOCK_S: Seconds = 20.0
"""How long a worker waits for the lock of the pool's channel. The lock is held for a moment only; a
worker that is killed in this moment keeps it, and the pool breaks when the others have waited twice
(our choice; Pebble's own is 60)."""

MOST_BREAKS = 5
"""Pools that may break one after the other without a call scored."""


@dataclass(frozen=True, slots=True)
class Job:
    """A recording to score: its content's ``sha256``, empty where only a worker fetches it, and the
    time it may take."""

    path: Source
    sha256: str
    size: int
    changed_ns: int
    limit_s: Seconds


@dataclass(frozen=True, slots=True)
class Refused:
    """A recording that cannot be scored, and why. ``later``: the next run may, since it is still
    being written or the disk is full; ``blameless``: the machine or its settings are at fault,
    since the file cannot be reached, what lies beside it cannot be read, or the speech server gave
    no answer; ``server_away``: no other recording would fare better."""

    reason: str
    later: bool = False
    blameless: bool = False
    server_away: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker died or took too long; the recording may be to blame, or the machine."""

    reason: str


def limit_for(size_bytes: int, least_s: Seconds = LIMIT_LEAST_S) -> Seconds:
    """How long a call of this size may take.

    >>> limit_for(300_000), limit_for(300_000, 600.0)
    (420.0, 900.0)
    """
    return least_s + size_bytes / LIMIT_BYTES_PER_S


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Work: TypeAlias = Callable[[Source], T]
"""Scores one recording, in a worker process. Raises ``RecordingError`` for one that cannot be, and
``UnreachableError``."""


class WorkerPlan(Protocol[T_co]):
    """How a worker makes itself ready; goes to it by pickle."""

    def load(self) -> Callable[[Source], T_co]:
        """Called once in each worker. Raises ``CallqaError``."""


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
        pool = _Pool(plan, workers, memory_mb)
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


class _Pool(Generic[T]):
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
            workers, initializer=_begin, initargs=(self._plan.name, memory_mb), context=context
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
                    _score, args=(job.path, job.limit_s), timeout=READY_S + job.limit_s
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


def outcome_of(
    result: Callable[[], T], engine_said: Callable[[Exception], str | None]
) -> T | Refused | Lost:
    """What became of a call whose ``result`` returns or raises. ``engine_said``: the reason that
    stands behind an error of the engine's own, ``None`` for any other. Raises ``WorkerError``."""
    try:
        return result()
    except WorkerError:
        raise
    except (UnfinishedError, NoRoomError) as error:
        return Refused(str(error), later=True)
    except ServerAwayError as error:
        return Refused(str(error), later=True, blameless=True, server_away=True)
    except (UnreachableError, SettingsError, SpeechServerError) as error:
        return Refused(str(error), later=True, blameless=True)
    except CallqaError as error:
        return Refused(str(error))
    except MemoryError:
        return Lost("needed more memory than a worker may take")
    except Exception as error:  # what nobody foresaw in one call must not end the night
        return Lost(engine_said(error) or f"unforeseen {type(error).__name__}: {error}")


def _outcome(future: Future[T]) -> T | Refused | Lost:
    return outcome_of(future.result, _pebble_said)


TOO_LONG = "took longer than its limit of time"


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


@dataclass(slots=True)
class _Worker:
    plan_file: str
    memory_mb: int
    work: Work[Any] | None = None


_worker: _Worker | None = None


def _begin(plan_file: str, memory_mb: int) -> None:
    global _worker  # noqa: PLW0603 - what a worker keeps between its calls
    from pebble import CONSTS  # noqa: PLC0415 - loaded by now

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C goes to all processes; the run decides when its workers end
    CONSTS.channel_lock_timeout = LOCK_S
    keep_little()
    _worker = _Worker(plan_file, memory_mb)


def _score(source: Source, limit_s: Seconds) -> Any:
    """The outcome of one call. Its time counts from when the worker is ready, and the system ends
    the worker when it is over: no Python code runs while the model works."""
    assert _worker is not None
    if _worker.work is None:
        try:
            plan: WorkerPlan[Any] = pickle.loads(Path(_worker.plan_file).read_bytes())
            _worker.work = plan.load()
        except CallqaError as error:
            raise WorkerError(str(error)) from error
        if _worker.memory_mb:
            limit = _taken_bytes() + _worker.memory_mb * 2**20
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        return _worker.work(source)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _taken_bytes() -> int:
    """The address space of this process with the model loaded; the limit counts from there."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()
