"""One unattended run: what is new is scored, then come reports, samples, figures and the message to
people."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError, LexiconError
from pipeline.jobs import Hooks, JudgingBasis, ResultSaver, load_basis
from pipeline.nightly.backlog import Backlog, find_backlog
from pipeline.nightly.clock import now
from pipeline.nightly.cluster import score_on_cluster
from pipeline.nightly.event_log import Log, open_log
from pipeline.nightly.night_end import NightEnd
from pipeline.nightly.run import run_night
from pipeline.nightly.run_jobs import Patience
from pipeline.nightly.screen import Screen, advance
from pipeline.nightly.tally import Tally
from pipeline.nightly.worker import ScoringPlan
from pipeline.store import Ready, Store
from pipeline.types import Baselines
from pipeline.weights import BASE_BYTES, find_model, model_bytes
from pipeline.workers import Job, count_workers, score_all

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterable

    from pipeline.nightly.scored import JobOutcome, NightPlan
    from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class UnattendedRun:
    """One run over the folders of ``[nightly]``.

    ``scheduler``: address of a Dask scheduler, empty for this machine; ``quiet``: with nothing new
    the run leaves no trace, and it sends no message; ``plan``: what the workers load, instead of
    callqa's own."""

    settings: Settings
    stop: threading.Event
    screen: Screen
    scheduler: str = ""
    quiet: bool = False
    plan: NightPlan | None = None
    began: float = field(default_factory=time.time)

    @property
    def _end(self) -> NightEnd:
        return NightEnd(self.settings, self.stop, self.screen, self.quiet, self.began)

    def run(self) -> Tally:
        """Score what is new. Raises ``StoreError``, ``WorkerError``, and what loading the rules
        raises."""
        nightly = self.settings.nightly
        log = open_log(nightly.log, now=now, warn=self.screen.warn)
        hooks = Hooks.of(self.settings.review)
        with self._open(log) as store:
            backlog = find_backlog(
                nightly.folders,
                store,
                settle_s=self.settings.ingest.settle_s,
                now=self.began,
                ingest=self.settings.ingest,
            )
            if self.quiet and not backlog.new:
                return Tally()
            try:
                return self._run(store, backlog, log, hooks)
            finally:
                hooks.close()

    def _open(self, log: Log) -> Store:
        """The database. Raises ``StoreError``, ``SettingsError`` where it, or its key, cannot be had,
        when people have been told: nobody watches a night."""
        try:
            return Store.open(self.settings.site.database)
        except CallqaError as error:
            if not self.quiet:
                self._end.give_up(Tally(), error, log)
            raise

    def _run(self, store: Store, backlog: Backlog, log: Log, hooks: Hooks) -> Tally:
        basis = self._basis(store, log, left=len(backlog.new))
        plan = self.plan or self._plan(store, basis, any_new=bool(backlog.new))
        night_id = store.nights.begin(at=now())
        saver = None
        if backlog.new:
            saver = ResultSaver.begin(store, basis, "nightly", actor="callqa", now=now)
        log(
            "begun",
            {
                "new": len(backlog.new),
                "growing": len(backlog.growing),
                "problems": list(backlog.problems),
                "left_out": [dataclasses.asdict(one) for one in backlog.left_out],
            },
        )
        tally = Tally()
        try:
            with self.screen.progress("正在评分", len(backlog.new)) as shown:
                run_night(
                    store,
                    partial(self._score, plan=plan),
                    backlog,
                    save=saver.put if saver else _refuse,
                    now=now,
                    log=log,
                    tell=notify_fatal(store, hooks, advance(shown)),
                    tally=tally,
                    ingest=self.settings.ingest,
                    patience=self._patience(plan),
                )
            self._end.finish(store, tally, saver.run_id if saver else None, night_id)
        except CallqaError as error:
            self._end.give_up(tally, error, log)
            raise
        log("ended", {"scored": tally.scored, "failed": len(tally.failures), "left": tally.left})
        return tally

    def _basis(self, store: Store, log: Log, *, left: int) -> JudgingBasis:
        """The rules of the night. Raises ``LexiconError`` where they cannot be read, when people
        have been told: nobody watches a night."""
        try:
            return load_basis(self.settings, store)
        except LexiconError as error:
            if not self.quiet:
                tally = Tally()
                tally.found = tally.left = left
                night_id = store.nights.begin(at=now())
                self._end.give_up(tally, error, log)
                store.nights.end(night_id, self._end.night_of(tally))
            raise

    def _plan(self, store: Store, basis: JudgingBasis, *, any_new: bool) -> NightPlan:
        """What the workers load; what is wrong with it is said before any recording is touched."""
        model = self.settings.site.model
        size = model_bytes(find_model(model, allow_download=False))
        history = store.results.baselines() if any_new else Baselines()
        return ScoringPlan(model, basis, history, slower=max(1.0, size / BASE_BYTES))

    def _patience(self, plan: NightPlan) -> Patience:
        chosen = self.settings.recogniser
        slower = plan.slower if isinstance(plan, ScoringPlan) else 1.0
        waits_s = chosen.wait_s if chosen.kind == "openai" else 0.0
        return Patience(self.settings.nightly.limit_s, slower, waits_s)

    def _score(
        self, jobs: Iterable[Job], *, plan: NightPlan
    ) -> Generator[tuple[Job, JobOutcome], None, None]:
        if self.scheduler:
            return score_on_cluster(jobs, plan, scheduler=self.scheduler, stop=self.stop)
        nightly = self.settings.nightly
        workers = count_workers(nightly.workers)
        return score_all(jobs, plan, workers=workers, memory_mb=nightly.memory_mb, stop=self.stop)


def notify_fatal(
    store: Store, hooks: Hooks, tell: Callable[[Tally], None]
) -> Callable[[Tally], None]:
    """``tell``, and the webhooks learn of each fatal call as it is saved, after people's earlier
    decisions: a recording may bring several."""
    fatal, seen = 0, 0

    def after(tally: Tally) -> None:
        nonlocal fatal, seen
        tell(tally)
        fresh, seen = tally.results[seen:], len(tally.results)
        if len(tally.fatal) > fatal:
            fatal = len(tally.fatal)
            for saved in store.results.load(fresh, words=False):
                if saved.result.score.fatal:
                    hooks.tell_fatal(saved.id, saved.result)

    return after


def _refuse(made: Ready) -> int:
    """Takes the place of a saver where nothing is new, so that nothing can be scored."""
    raise AssertionError(made.row["sha256"])
