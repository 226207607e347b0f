"""One run over the watched folders: what is new is scored, saved at once, and what cannot be is put
aside."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import UnreachableError, UnreadableError, UnsavableError
from pipeline.ingest import FileState, digest_of_call, read_state
from pipeline.jobs import find_same
from pipeline.nightly.scored import JobOutcome, ScoredJob
from pipeline.settings import IngestSettings
from pipeline.store import KnownFile, Ready, Store
from pipeline.types import CallMeta, Failure, LeftOut, Seconds, Source, Url
from pipeline.workers import LIMIT_LEAST_S, Job, Refused, limit_for

if TYPE_CHECKING:
    from pipeline.nightly.backlog import Backlog

MOST_SILENT = 20
"""Recordings in a row that a store may fail to give before the rest of it is left to the next run;
also recordings in a row for which a speech server was away (our choice). Each has waited for it."""

DEFAULTS = IngestSettings()

ScoreJobs: TypeAlias = Callable[[Iterable[Job]], Generator[tuple[Job, JobOutcome], None, None]]
"""Scores jobs as they come and gives each with its outcome, in any order."""

Log = Callable[[str, Mapping[str, object]], None]
"""Takes the name of an event and what belongs to it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The time that a call may take. ``least_s``: with ``base``, besides the time for its size;
    ``slower``: so many times as much, for a larger model; ``waits_s``: besides, for a server that is
    away."""

    least_s: Seconds = LIMIT_LEAST_S
    slower: float = 1.0
    waits_s: Seconds = 0.0

    def limit_s(self, state: FileState) -> Seconds:
        """The time for one recording.

        >>> Patience(slower=2.0, waits_s=60.0).limit_s(FileState(size=30_000, changed_ns=0))
        360.0
        """
        return self.slower * limit_for(state.size, self.least_s) + self.waits_s


USUAL = Patience()


@dataclass(frozen=True, slots=True)
class Named:
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
    fatal: list[Named] = field(default_factory=list)
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
    jobs = _Jobs(backlog.new, store, tally, now, log, ingest, patience)
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


@dataclass(slots=True)
class _Jobs:
    """Turns recordings into jobs one by one, so that a file is read when its turn comes.
    ``settled``: files that needed no scoring; ``unreached``: why recordings could not be
    fetched."""

    listed: Mapping[Source, FileState]
    store: Store
    tally: Tally
    now: Callable[[], str]
    log: Log
    ingest: IngestSettings = DEFAULTS
    patience: Patience = USUAL
    settled: int = 0
    unreached: list[str] = field(default_factory=list)
    _in_hand: set[str] = field(default_factory=set)
    _silent: Counter[str] = field(default_factory=Counter)
    _unwritten: int = 0
    """Recordings in a row for which the speech server was away."""

    def each(self) -> Iterator[Job]:
        for source, state in self.listed.items():
            if self._unwritten >= MOST_SILENT:
                return
            if isinstance(source, Path):
                job = self._job(source)
                if job is not None:
                    yield job
            elif self._silent[source.store] < MOST_SILENT:
                yield Job(source, "", state.size, state.changed_ns, self.patience.limit_s(state))

    def note_reach(self, source: Source, outcome: JobOutcome) -> None:
        """Count how often in a row a store gave nothing."""
        if not isinstance(source, Url):
            return
        unreached = isinstance(outcome, Refused) and outcome.blameless and not outcome.server_away
        if unreached:
            self.unreached.append(outcome.reason)  # type: ignore[union-attr]
        self._silent[source.store] = self._silent[source.store] + 1 if unreached else 0

    def note_server(self, outcome: JobOutcome) -> None:
        """Count how often in a row the speech server was away; the reason is a problem of the run,
        also for recordings of a remote store."""
        if isinstance(outcome, Refused) and outcome.server_away:
            self.tally.add_problem(outcome.reason)
            self._unwritten += 1
        else:
            self._unwritten = 0

    def forget(self, job: Job, outcome: JobOutcome) -> None:
        """A content that was scored is in the store, and need not be kept in mind."""
        if isinstance(outcome, ScoredJob):
            self._in_hand.discard(job.sha256)

    def _job(self, path: Path) -> Job | None:
        try:
            state = read_state(path, self.ingest)
            sha256 = digest_of_call(path, self.ingest)
        except UnreachableError as error:
            _leave(path, str(error), self.tally, self.log)
            return None
        except UnreadableError as error:
            self._put_aside(path, str(error))
            return None
        except OSError as error:
            reason = f"{path}: cannot be read ({error.strerror}); the next run tries again"
            _leave(path, reason, self.tally, self.log)
            return None
        if self.store.files.is_scored(sha256):
            self.settled += 1
            known = KnownFile(path, state.size, state.changed_ns, sha256, "scored")
            self.store.files.note(known, at=self.now())
            self.log("known", {"path": str(path), "sha256": sha256})
            return None
        if kept := self.store.files.same_as(sha256):  # moved since its call was recognised
            self.settled += 1
            known = KnownFile(
                path, state.size, state.changed_ns, sha256, "same", kept[0], is_as_long=kept[1]
            )
            self.store.files.note(known, at=self.now())
            return None
        if sha256 in self._in_hand:
            return None  # the same content under another name: the next run notes it
        self._in_hand.add(sha256)
        return Job(path, sha256, state.size, state.changed_ns, self.patience.limit_s(state))

    def _put_aside(self, path: Path, reason: str) -> None:
        """An empty file is put aside; one that has gone meanwhile is not."""
        try:
            stat = path.stat()
        except OSError as error:
            _leave(path, f"{path}: {error.strerror}", self.tally, self.log)
            return
        self.settled += 1
        aside = KnownFile(path, stat.st_size, stat.st_mtime_ns, "", "quarantined", reason)
        self.store.files.note(aside, at=self.now())
        self.tally.failures.append(Failure(str(path), reason))
        self.log("quarantined", {"path": str(path), "reason": reason})


def _take(
    jobs: _Jobs,
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
        if blameless or not _is_as_it_was(
            job.path, job, jobs.ingest
        ):  # whatever a worker made of it, it had not this recording
            _leave(job.path, outcome.reason, tally, log)
            return False
    elif blameless:
        log("left", {"path": path, "reason": outcome.reason})
        return False
    return _put_aside(jobs, job, outcome.reason)


def _keep(jobs: _Jobs, job: Job, scored: ScoredJob, *, save: Callable[[Ready], int]) -> bool:
    """Save a scored call, unless its sound is in the store already."""
    store, tally, log, at = jobs.store, jobs.tally, jobs.log, jobs.now()
    path = str(job.path)
    known = KnownFile(job.path, job.size, job.changed_ns, str(scored.made.row["sha256"]), "scored")
    if not job.sha256 and store.files.is_scored(
        known.sha256
    ):  # only its worker has seen what is in it
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
        return _put_aside(jobs, job, str(error))
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
            tally.fatal.append(Named(one.call, one.agent))
    log("scored", {"path": path, "attitude": scored.attitude, "audio_s": scored.audio_s})
    return True


def _put_aside(jobs: _Jobs, job: Job, reason: str) -> bool:
    """Put the recording of a job into quarantine."""
    path = str(job.path)
    aside = KnownFile(job.path, job.size, job.changed_ns, job.sha256, "quarantined", reason)
    jobs.store.files.note(aside, at=jobs.now())
    jobs.tally.failures.append(Failure(path, reason))
    jobs.log("quarantined", {"path": path, "reason": reason})
    return True


def _leave(path: Path, reason: str, tally: Tally, log: Log) -> None:
    """Leave a recording to the next run. That somebody took one file away is no problem of the run;
    that its folder has gone, or that the file is there and cannot be read, is."""
    log("left", {"path": str(path), "reason": reason})
    folder = path.parent
    if os.path.exists(path):  # noqa: PTH110 - Path.exists raises where a connection is broken
        tally.add_problem(reason)
    elif _is_gone(folder):
        tally.add_problem(
            f"{folder}: gone or empty since the run began; check the connection to it, and run again"
        )


def _is_as_it_was(path: Path, job: Job, ingest: IngestSettings) -> bool:
    try:
        return read_state(path, ingest) == FileState(job.size, job.changed_ns)
    except UnreadableError:
        return False


def _is_gone(folder: Path) -> bool:
    """Whether a folder has gone or is empty, as the place is where a network folder was."""
    try:
        return next(folder.iterdir(), None) is None
    except OSError:
        return True


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
