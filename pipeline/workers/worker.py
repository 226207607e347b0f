"""A worker process: made ready once, then one call after the other, each within its limits."""

from __future__ import annotations

import pickle
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

from pipeline.errors import CallqaError, WorkerError
from pipeline.types import Seconds, Source
from pipeline.workers.malloc import keep_little

LOCK_S: Seconds = 20.0
"""How long a worker waits for the lock of the pool's channel. The lock is held for a moment only; a
worker that is killed in this moment keeps it, and the pool breaks when the others have waited twice
(our choice; Pebble's own is 60)."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Work: TypeAlias = Callable[[Source], T]
"""Scores one recording, in a worker process. Raises ``RecordingError`` for one that cannot be, and
``UnreachableError``."""


class WorkerPlan(Protocol[T_co]):
    """How a worker makes itself ready; goes to it by pickle."""

    def load(self) -> Callable[[Source], T_co]:
        """Called once in each worker. Raises ``CallqaError``."""


@dataclass(slots=True)
class _Worker:
    plan_file: str
    memory_mb: int
    work: Work[Any] | None = None


_worker: _Worker | None = None


def begin(plan_file: str, memory_mb: int) -> None:
    """Make this process ready; its plan is read with the first call."""
    global _worker  # noqa: PLW0603 - what a worker keeps between its calls
    from pebble import CONSTS  # noqa: PLC0415 - loaded by now

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # Ctrl-C goes to all processes; the run decides when its workers end
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    CONSTS.channel_lock_timeout = LOCK_S
    keep_little()
    _worker = _Worker(plan_file, memory_mb)


def score(source: Source, limit_s: Seconds) -> Any:
    """The outcome of one call. Its time counts from when the worker is ready, and the system ends
    the worker when it is over: no Python code runs while the model works. Raises what the call
    raises, and ``WorkerError`` where the worker cannot be made ready."""
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
