"""The recordings of a run as jobs, one by one: what is known is passed over, what cannot be read is
put aside."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UnreachableError, UnreadableError
from pipeline.ingest import FileState, digest_of_call, read_state
from pipeline.nightly.scored import JobOutcome, ScoredJob
from pipeline.settings import IngestSettings
from pipeline.store import KnownFile, Store
from pipeline.types import Failure, Seconds, Source, Url
from pipeline.workers import LIMIT_LEAST_S, Job, Refused, limit_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pipeline.nightly.event_log import Log
    from pipeline.nightly.tally import Tally

MOST_SILENT = 20
"""Recordings in a row that a store may fail to give before the rest of it is left to the next run;
also recordings in a row for which a speech server was away (our choice). Each has waited for it."""

DEFAULTS = IngestSettings()


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


@dataclass(slots=True)
class RunJobs:
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
        """The jobs, each when its turn comes; none more of a store that gives nothing."""
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
            leave(path, str(error), self.tally, self.log)
            return None
        except UnreadableError as error:
            self._put_file_aside(path, str(error))
            return None
        except OSError as error:
            reason = f"{path}: cannot be read ({error.strerror}); the next run tries again"
            leave(path, reason, self.tally, self.log)
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

    def _put_file_aside(self, path: Path, reason: str) -> None:
        """An empty file is put aside; one that has gone meanwhile is not."""
        try:
            stat = path.stat()
        except OSError as error:
            leave(path, f"{path}: {error.strerror}", self.tally, self.log)
            return
        self.settled += 1
        self.put_aside(Job(path, "", stat.st_size, stat.st_mtime_ns, 0.0), reason)

    def put_aside(self, job: Job, reason: str) -> None:
        """Put the recording of a job into quarantine."""
        path = str(job.path)
        aside = KnownFile(job.path, job.size, job.changed_ns, job.sha256, "quarantined", reason)
        self.store.files.note(aside, at=self.now())
        self.tally.failures.append(Failure(path, reason))
        self.log("quarantined", {"path": path, "reason": reason})


def leave(path: Path, reason: str, tally: Tally, log: Log) -> None:
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


def _is_gone(folder: Path) -> bool:
    """Whether a folder has gone or is empty, as the place is where a network folder was."""
    try:
        return next(folder.iterdir(), None) is None
    except OSError:
        return True
