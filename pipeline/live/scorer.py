"""Ended calls scored as recordings, in a worker process, so that the listener goes on hearing."""

from __future__ import annotations

import logging
import os
import queue
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import CallqaError
from pipeline.types import Failure
from pipeline.workers import Job, Lost, Refused, limit_for, score_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.jobs import HeardCall, HearingPlan, JudgingBasis
    from pipeline.settings import ScoreSettings
    from pipeline.types import Seconds
    from pipeline.workers import Work

log = logging.getLogger(__name__)

NICE = 5
"""Who speaks now goes before who has ended (our choice)."""

KEPT_S: Seconds = 120.0
"""A worker without work stays so long, with its model (our choice)."""

PAUSE_S: Seconds = 0.5

Outcome: TypeAlias = "HeardCall | Failure | Refused | Lost"


def of_calls(basis: JudgingBasis) -> JudgingBasis:
    """A basis for the files of calls in progress: the agent is left, as they are written, wherever
    the site's own recorder has him."""
    site = basis.site_settings
    roles = replace(site.roles, agent_channel="left", agent_channels=())
    return replace(basis, site_settings=replace(site, roles=roles))


@dataclass(frozen=True, slots=True)
class PatientPlan:
    """A hearing plan whose worker gives way to the listener."""

    plan: HearingPlan

    def load(self) -> Work[HeardCall | Failure]:
        os.nice(NICE)
        return self.plan.load()


@dataclass
class CallScorer:
    """``plan``: what calls are judged by from now on; ``done``: what became of each, read by the
    thread that has the database."""

    plan: HearingPlan
    limits: ScoreSettings
    done: queue.SimpleQueue[tuple[Path, Outcome]] = field(default_factory=queue.SimpleQueue)
    _jobs: queue.SimpleQueue[Path] = field(default_factory=queue.SimpleQueue)
    _handed: list[Path] = field(default_factory=list)
    """What a pool has, in order."""
    _tried: set[Path] = field(default_factory=set)
    """What a pool had that broke down: it is given once more."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def score(self, path: Path) -> None:
        """Score a recording soon; returns at once."""
        self._jobs.put(path)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="scorer", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop; what is not scored yet is at the next start."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._run()
            except CallqaError as error:
                log.error("ended calls cannot be scored: %s", error)
                self._give_again(str(error))
                self._stop.wait(KEPT_S)

    def _give_again(self, fault: str) -> None:
        """A pool broke down: what it had is for the next one; what two of them had has failed."""
        for path in self._handed:
            if path in self._tried:
                self._tried.discard(path)
                self.done.put((path, Failure(str(path), fault)))
            else:
                self._tried.add(path)
                self._jobs.put(path)
        self._handed = []

    def _run(self) -> None:
        """Score what comes, until nothing has come for ``KEPT_S``, or the plan is another."""
        plan = self.plan
        for job, outcome in score_all(
            self._ask(plan), PatientPlan(plan), workers=1, memory_mb=self.limits.memory_mb,
            stop=self._stop, grace_s=0.0, again_soon=True,
        ):  # fmt: skip
            path = Path(str(job.path))
            self._handed.remove(path)
            self._tried.discard(path)
            self.done.put((path, outcome))

    def _ask(self, plan: HearingPlan) -> Iterator[Job | None]:
        waited_s = 0.0
        while not self._stop.is_set() and waited_s < KEPT_S:
            idle = not self._handed
            if idle and self.plan is not plan:
                return
            try:
                path = self._jobs.get(timeout=PAUSE_S if idle else 0.001)
            except queue.Empty:
                if idle:
                    waited_s += PAUSE_S
                else:
                    yield None
                continue
            waited_s = 0.0
            self._handed.append(path)
            yield _job_of(path, self.limits.limit_s)


def _job_of(path: Path, least_s: Seconds) -> Job:
    try:
        size = path.stat().st_size
    except OSError:
        size = 0  # its worker says that it has gone
    return Job(path, "", size, 0, limit_for(size, least_s))
