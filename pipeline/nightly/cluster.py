"""Recordings on more than one machine: Dask behind the same interface as the local pool (extra
``cluster``).

The scheduler and its workers run elsewhere (``dask scheduler``, ``dask worker --nthreads 1``) and
see the recordings at the same paths or URLs; results come back as rows, and one process writes
them."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from pipeline.errors import CallqaError, SettingsError, UnreachableError, WorkerError
from pipeline.types import load_extra
from pipeline.workers import AHEAD, Job, outcome_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from pipeline.nightly.scored import JobOutcome, NightPlan, ScoredJob
    from pipeline.types import Seconds, Source

CONNECT_S: Seconds = 10.0
WAIT_S: Seconds = 0.5

COUNT_S: Seconds = 5.0
"""Between two counts of the workers (our choice)."""

NAME = "callqa"


def score_on_cluster(
    jobs: Iterable[Job], plan: NightPlan, *, scheduler: str, stop: threading.Event | None = None
) -> Generator[tuple[Job, JobOutcome], None, None]:
    """Each job with what became of it, as ``pipeline.workers.score_all`` gives them. A worker
    that dies gives its calls to others; a call that kills three is lost.

    Raises ``ExtraError`` where Dask is not installed, ``SettingsError`` where no scheduler answers,
    ``WorkerError`` where a worker cannot make itself ready or the scheduler dies."""
    stopped = stop or threading.Event()
    client = _connect(scheduler)
    try:
        client.register_plugin(_plugin(plan))
        yield from _run(client, iter(jobs), stopped)
    finally:
        client.close()


def _connect(scheduler: str) -> Any:
    dask = load_extra("distributed", extra="cluster", use="--engine dask")
    try:
        return dask.Client(scheduler, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise SettingsError(
            f"--scheduler {scheduler}: nobody answers ({error}); start dask scheduler there"
        ) from error


def _plugin(plan: NightPlan) -> Any:
    from distributed import WorkerPlugin  # noqa: PLC0415 - an extra

    class Scorers(WorkerPlugin):  # type: ignore[misc]
        """Holds the model of a worker; loaded with its first call, since a plugin that fails ends
        the worker."""

        name = NAME

        def setup(self, worker: Any) -> None:
            worker.callqa_plan, worker.callqa_scorer = plan, None

    return Scorers()


def _score(source: Source) -> ScoredJob:
    from distributed import get_worker  # noqa: PLC0415 - on the worker

    worker = get_worker()
    if worker.callqa_scorer is None:
        try:
            worker.callqa_scorer = worker.callqa_plan.load()
        except CallqaError as error:
            raise WorkerError(str(error)) from error
    done: ScoredJob = worker.callqa_scorer(source)
    return done


def _run(
    client: Any, jobs: Iterator[Job], stop: threading.Event
) -> Iterator[tuple[Job, JobOutcome]]:
    pending: dict[Any, Job] = {}
    ended: SimpleQueue[Any] = SimpleQueue()
    most, counted_at = 0, 0.0
    while True:
        if (
            time.monotonic() - counted_at > COUNT_S
        ):  # workers come and go; to ask costs a message with all of them in it
            with _answering():
                most, counted_at = max(1, len(client.nthreads())) * AHEAD, time.monotonic()
        while not stop.is_set() and len(pending) < most:
            job = next(jobs, None)
            if job is None:
                break
            # pure=False: the same path may hold another recording tomorrow
            with _answering():
                future = client.submit(_score, job.path, pure=False)
            pending[future] = job
            future.add_done_callback(ended.put)
        if not pending:
            return
        finished = _drain(ended)
        for future in finished:
            yield pending.pop(future), _outcome(future)
        if stop.is_set() and not finished:
            client.cancel([future for future in pending if future.status == "pending"])
            return


@contextmanager
def _answering() -> Iterator[None]:
    """Raises ``WorkerError`` where the scheduler is not there any more."""
    try:
        yield
    except (OSError, RuntimeError, TimeoutError) as error:
        said = str(error) or type(error).__name__
        raise WorkerError(
            f"the Dask scheduler does not answer any more ({said}); start it, and run again"
        ) from error


def _drain(ended: SimpleQueue[Any]) -> list[Any]:
    """All that have ended by now; waits for the first for ``WAIT_S``."""
    found = []
    try:
        found.append(ended.get(timeout=WAIT_S))
        while True:
            found.append(ended.get_nowait())
    except Empty:
        return found


def _outcome(future: Any) -> JobOutcome:
    from distributed import CancelledError, KilledWorker  # noqa: PLC0415 - an extra
    from distributed.comm import CommClosedError  # noqa: PLC0415

    def result() -> ScoredJob:
        try:
            done: ScoredJob = future.result()
        except (CancelledError, CommClosedError) as error:
            raise UnreachableError(
                f"the Dask scheduler gave it back ({type(error).__name__})"
            ) from error
        return done

    def dask_said(error: Exception) -> str | None:
        return "killed every worker that tried it" if isinstance(error, KilledWorker) else None

    return outcome_of(result, dask_said)
