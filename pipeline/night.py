"""One run over the watched folders: what is new is scored, saved at once, and what cannot be is put aside."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pipeline.errors import UnreadableError
from pipeline.ingest import find_recordings
from pipeline.ingest.find import read_state
from pipeline.pool import Done, Job, Outcome, Refused
from pipeline.store import KnownFile, Store
from pipeline.types import Failure, Seconds

LIMIT_LEAST_S: Seconds = 120.0
LIMIT_BYTES_PER_S = 1000.0
"""A call may take two minutes and a second for each thousand bytes: of the thriftiest recordings (MP3 of 16 kbit/s)
that is twice their own length, forty times what scoring takes (our choice)."""

Engine: TypeAlias = Callable[[Iterable[Job]], Iterator[tuple[Job, Outcome]]]
"""Scores jobs as they come and gives each with its outcome, in any order."""

Log = Callable[[str, Mapping[str, object]], None]
"""Takes the name of an event and what belongs to it."""


@dataclass(slots=True)
class Tally:
    """What a run has done so far. ``left``: recordings that wait for the next run; ``problems``: what is wrong with
    the machine or its folders, not with a recording."""

    found: int = 0
    scored: int = 0
    left: int = 0
    audio_s: Seconds = 0.0
    failures: list[Failure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    fatal: list[Done] = field(default_factory=list)
    attitudes: list[float] = field(default_factory=list)
    results: list[int] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.failures and not self.problems


@dataclass(frozen=True, slots=True)
class Backlog:
    """Recordings that no run has seen as they are now; ``growing``: changed so lately that they may still be
    written; ``problems``: folders that cannot be read."""

    new: tuple[Path, ...]
    growing: tuple[Path, ...]
    problems: tuple[str, ...]


def find_backlog(folders: Sequence[str], store: Store, *, settle_s: Seconds, now: float) -> Backlog:
    """What is to be done. ``now``: seconds since 1970. Raises ``StoreError``."""
    known = store.known_files()
    new: list[Path] = []
    growing: list[Path] = []
    problems: list[str] = []
    for folder in folders:
        if not Path(folder).is_dir():
            problems.append(f"{folder}: there is no such folder now; check the path, or the connection to it")
            continue
        for path in find_recordings([Path(folder)]):
            try:
                stat = path.stat()
            except OSError:
                continue  # gone between the listing and now
            if known.get(str(path), (None, None))[:2] == (stat.st_size, stat.st_mtime_ns):
                continue
            fresh = 0 <= now - stat.st_mtime < settle_s
            (growing if fresh else new).append(path)
    return Backlog(tuple(dict.fromkeys(new)), tuple(growing), tuple(problems))


def run_night(
    store: Store,
    engine: Engine,
    backlog: Backlog,
    *,
    run_id: int,
    now: Callable[[], str],
    log: Log,
    tell: Callable[[Tally], None] = lambda _: None,
    recount: Callable[[str], int] | None = None,
) -> Tally:
    """Score the backlog. Every call is saved as soon as it is scored, in one transaction with the note that its file
    is done, so that a run that dies at any moment loses only what it had in hand.

    ``engine``: scores jobs, on this machine or on others; ``now``: UTC, ISO 8601; ``tell``: called after each call;
    ``recount``: applies to a recording, by its SHA-256, what people decided about it before it was scored anew, and
    gives the result that counts. Raises ``StoreError``, ``WorkerError``.
    """
    tally = Tally(found=len(backlog.new), left=len(backlog.growing), problems=list(backlog.problems))
    jobs = _Jobs(backlog.new, store, tally, now, log)
    ended = 0
    for job, outcome in engine(jobs.each()):
        ended += not (isinstance(outcome, Refused) and outcome.later)
        _take(store, job, outcome, tally, run_id=run_id, at=now(), log=log, recount=recount)
        tell(tally)
    tally.left += len(backlog.new) - ended - jobs.settled  # never begun, given back, or gone
    return tally


@dataclass(slots=True)
class _Jobs:
    """Turns paths into jobs one by one, so that a file is read when its turn comes. ``settled``: files that needed
    no scoring."""

    paths: Sequence[Path]
    store: Store
    tally: Tally
    now: Callable[[], str]
    log: Log
    settled: int = 0
    _in_hand: set[str] = field(default_factory=set)

    def each(self) -> Iterator[Job]:
        for path in self.paths:
            job = self._job(path)
            if job is not None:
                yield job

    def _job(self, path: Path) -> Job | None:
        try:
            state = read_state(path)
            sha256 = digest_of(path)
        except UnreadableError as error:
            self._put_aside(path, str(error))
            return None
        except OSError as error:
            self.tally.problems.append(f"{path}: cannot be read ({error.strerror}); the next run tries again")
            return None
        if self.store.is_scored(sha256):
            self.settled += 1
            known = KnownFile(path, state.size, state.changed_ns, sha256, "scored")
            self.store.note_file(known, at=self.now())
            self.log("known", {"path": str(path), "sha256": sha256})
            return None
        if sha256 in self._in_hand:
            return None  # the same content under another name: the next run notes it
        self._in_hand.add(sha256)
        limit_s = LIMIT_LEAST_S + state.size / LIMIT_BYTES_PER_S
        return Job(path, sha256, state.size, state.changed_ns, limit_s)

    def _put_aside(self, path: Path, reason: str) -> None:
        """An empty file is put aside; one that has gone is not."""
        if not path.exists():
            self.log("gone", {"path": str(path)})
            return
        self.settled += 1
        stat = path.stat()
        aside = KnownFile(path, stat.st_size, stat.st_mtime_ns, "", "quarantined", reason)
        self.store.note_file(aside, at=self.now())
        self.tally.failures.append(Failure(str(path), reason))
        self.log("quarantined", {"path": str(path), "reason": reason})


def _take(
    store: Store,
    job: Job,
    outcome: Outcome,
    tally: Tally,
    *,
    run_id: int,
    at: str,
    log: Log,
    recount: Callable[[str], int] | None,
) -> None:
    if isinstance(outcome, Done):
        with store.batch():
            result_id = store.put(outcome.made, run_id=run_id)
            if recount is not None:
                result_id = recount(outcome.made.row["sha256"])
            store.note_file(KnownFile(job.path, job.size, job.changed_ns, job.sha256, "scored"), at=at)
        tally.scored += 1
        tally.audio_s += outcome.audio_s
        tally.results.append(result_id)
        if outcome.attitude is not None:
            tally.attitudes.append(outcome.attitude)
        if outcome.fatal:
            tally.fatal.append(outcome)
        log("scored", {"path": str(job.path), "attitude": outcome.attitude, "audio_s": outcome.audio_s})
    elif isinstance(outcome, Refused) and outcome.later:
        log("left", {"path": str(job.path), "reason": outcome.reason})
    else:
        aside = KnownFile(job.path, job.size, job.changed_ns, job.sha256, "quarantined", outcome.reason)
        store.note_file(aside, at=at)
        tally.failures.append(Failure(str(job.path), outcome.reason))
        log("quarantined", {"path": str(job.path), "reason": outcome.reason})


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content. Raises ``OSError``."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stop_at(moment: float, stop: threading.Event, *, clock: Callable[[], float] = time.time) -> threading.Thread:
    """Set ``stop`` at a moment (seconds since 1970), from a thread that ends with the process."""

    def watch() -> None:
        while not stop.wait(min(1.0, max(0.0, moment - clock()))):
            if clock() >= moment:
                stop.set()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread
