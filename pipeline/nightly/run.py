"""One run over the watched folders: what is new is scored, saved at once, and what cannot be is put
aside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import UnreadableError, UnsavableError
from pipeline.ingest import FileState, read_state
from pipeline.jobs import find_same
from pipeline.nightly.run_jobs import DEFAULTS, USUAL, Patience, RunJobs, leave
from pipeline.nightly.scored import JobOutcome, ScoredJob
from pipeline.nightly.tally import FatalCall, Tally
from pipeline.store import KnownFile, Ready, Store
from pipeline.types import CallMeta
from pipeline.workers import Job, Refused

if TYPE_CHECKING:
    from pipeline.nightly.backlog import Backlog
    from pipeline.nightly.event_log import Log
    from pipeline.settings import IngestSettings

ScoreJobs: TypeAlias = Callable[[Iterable[Job]], Generator[tuple[Job, JobOutcome], None, None]]
"""Scores jobs as they come and gives each with its outcome, in any order."""


def run_night(  # noqa: PLR0913 - by keyword: what a run reports to, and to whom
    store: Store,
    engine: ScoreJobs,
    backlog: Backlog,
    *,
    save: Callable[[Ready], int],
    now: Callable[[], str],
    log: Log,
    tell: Callable[[Tally], None] = lambda _: None,
    tally: Tally | None = None,
    ingest: IngestSettings = DEFAULTS,
    patience: Patience = USUAL,
) -> Tally:
    """Score the backlog. Every call is saved as soon as it is scored, in one transaction with the
    note that its file is done, so that a run that dies at any moment loses only what it had in
    hand.

    ``engine``: scores jobs, on this machine or on others; ``save``: saves a result and returns the
    id of the result that counts; ``now``: UTC, ISO 8601; ``tell``: called after each call;
    ``tally``: counts, also where this raises ``StoreError`` or ``WorkerError``."""
    tally = tally or Tally()
    tally.found, tally.left = len(backlog.new), len(backlog.growing)
    tally.problems += backlog.problems
    tally.left_out = backlog.left_out
    jobs = RunJobs(backlog.new, store, tally, now, log, ingest, patience)
    ended = 0
    try:
        # closed at once where the database fails: the workers end before the error is told
        with closing(engine(jobs.each())) as outcomes:
            for job, outcome in outcomes:
                ended += _take(jobs, job, outcome, save=save)
                jobs.forget(job, outcome)
                jobs.note_reach(job.path, outcome)
                jobs.note_server(outcome)
                tell(tally)
        if jobs.unreached:
            said = f"{len(jobs.unreached)} recordings could not be fetched ({jobs.unreached[0]})"
            tally.add_problem(f"{said}; the next run tries again")
    finally:
        tally.left += len(backlog.new) - ended - jobs.settled  # never begun, given back, or gone
    return tally


def _take(
    jobs: RunJobs,
    job: Job,
    outcome: JobOutcome,
    *,
    save: Callable[[Ready], int],
) -> bool:
    """Save what became of a job; whether it is done, or left to the next run."""
    tally, log = jobs.tally, jobs.log
    path = str(job.path)
    if isinstance(outcome, ScoredJob):
        return _keep(jobs, job, outcome, save=save)
    if isinstance(outcome, Refused) and outcome.later and not outcome.blameless:
        log("left", {"path": path, "reason": outcome.reason})
        return False
    blameless = isinstance(outcome, Refused) and outcome.blameless
    if isinstance(job.path, Path):
        # whatever a worker made of one that has changed, it had not this recording
        if blameless or not _is_as_it_was(job.path, job, jobs.ingest):
            leave(job.path, outcome.reason, tally, log)
            return False
    elif blameless:
        log("left", {"path": path, "reason": outcome.reason})
        return False
    jobs.put_aside(job, outcome.reason)
    return True


def _keep(jobs: RunJobs, job: Job, scored: ScoredJob, *, save: Callable[[Ready], int]) -> bool:
    """Save a scored call, unless its sound is in the store already."""
    store, tally, log, at = jobs.store, jobs.tally, jobs.log, jobs.now()
    path = str(job.path)
    known = KnownFile(job.path, job.size, job.changed_ns, str(scored.made.row["sha256"]), "scored")
    # of a fetched recording only its worker has seen the content
    if not job.sha256 and store.files.is_scored(known.sha256):
        store.files.note(known, at=at)
        log("known", {"path": path, "sha256": known.sha256})
        return True
    kept = find_same(store, scored.made, CallMeta(**scored.made.call))
    if kept is not None:
        noted = replace(known, status="same", reason=kept.path, is_as_long=kept.is_as_long)
        store.files.note(noted, at=at)
        tally.same += 1
        log("same", {"path": path, "kept": kept.path})
        return True
    try:
        with store.batch():
            results = [save(one.made) for one in (*scored.others, scored)]
            store.files.note(known, at=at)
    except UnsavableError as error:
        jobs.put_aside(job, str(error))
        return True
    tally.scored += 1
    tally.unanswered += scored.no_talk
    tally.bad_cells += scored.faults
    tally.add_unread(scored.unread)
    tally.audio_s += scored.audio_s
    tally.results += results
    for one in (scored, *scored.others):
        if one.attitude is not None:
            tally.attitudes.append(one.attitude)
        if one.fatal:
            tally.fatal.append(FatalCall(one.call, one.agent))
    log("scored", {"path": path, "attitude": scored.attitude, "audio_s": scored.audio_s})
    return True


def _is_as_it_was(path: Path, job: Job, ingest: IngestSettings) -> bool:
    try:
        return read_state(path, ingest) == FileState(job.size, job.changed_ns)
    except UnreadableError:
        return False


def stop_at(
    moment: float, stop: threading.Event, *, clock: Callable[[], float] = time.time
) -> threading.Thread:
    """Set ``stop`` at a moment (seconds since 1970), from a thread that ends with the process."""

    def watch() -> None:
        while not stop.wait(min(1.0, max(0.0, moment - clock()))):
            if clock() >= moment:
                stop.set()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread
