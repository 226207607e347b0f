"""One unattended run: what is new is scored, then come reports, samples, figures and the message to
people."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import CallqaError, LexiconError, StoreError
from pipeline.jobs import (
    AsOf,
    Hooks,
    JudgingBasis,
    ResultSaver,
    due_on,
    load_basis,
    load_names,
    read_promises,
    report_site,
)
from pipeline.lexicon import choose_lexicons, overlay_of
from pipeline.nightly.backlog import Backlog, find_backlog
from pipeline.nightly.cluster import score_on_cluster
from pipeline.nightly.event_log import open_log
from pipeline.nightly.keeping import keep_safe
from pipeline.nightly.metrics import write_metrics
from pipeline.nightly.period_reports import write_due
from pipeline.nightly.run import Log, Patience, Tally, run_night
from pipeline.nightly.summary import promise_lines, send_summary, summary_of
from pipeline.nightly.worker import ScoringPlan
from pipeline.people import Appeal, days_after, due_line
from pipeline.store import Night, Ready, Store
from pipeline.study import SamplingPlan, draw
from pipeline.types import Baselines, Scope
from pipeline.weights import BASE_BYTES, find_model, model_bytes
from pipeline.workers import Job, count_workers, score_all

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterable
    from contextlib import AbstractContextManager

    from pipeline.nightly.scored import JobOutcome, NightPlan
    from pipeline.settings import Settings

REPORTED_DAYS = 7
"""Days of calls that one run reports anew, the latest ones (our choice)."""


class ProgressSink(Protocol):
    """Shows how far a run is."""

    def advance(self, done: int = 1, *, failed: int = 0) -> None: ...


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a run speaks to whoever started it. ``say``: a result; ``warn``: a problem;
    ``progress``: takes a title and the number of recordings."""

    say: Callable[[str], None]
    warn: Callable[[str], None]
    progress: Callable[[str, int], AbstractContextManager[ProgressSink]]


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
                self._give_up(Tally(), error, log)
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
            self._finish(store, tally, saver.run_id if saver else None, night_id)
        except CallqaError as error:
            self._give_up(tally, error, log)
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
                self._give_up(tally, error, log)
                store.nights.end(night_id, self._night(tally))
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

    def _give_up(self, tally: Tally, error: CallqaError, log: Log) -> None:
        """Tell people and Prometheus of a run that broke off; the database may be what failed, so
        it is not asked."""
        tally.problems.insert(0, str(error))
        log("broke off", {"reason": str(error), "scored": tally.scored, "left": tally.left})
        self._write_metrics(tally)
        title, text = summary_of(tally, day=_today(), broken_off=True)
        self.screen.say(f"{title}\n{text}")
        send_summary(self.settings.nightly.notify, title, text)

    def _finish(self, store: Store, tally: Tally, run_id: int | None, night_id: int) -> None:
        """Reports, samples, figures, the message; what goes wrong here is a problem of the run and
        ends nothing."""
        nightly = self.settings.nightly
        promised = _promise_lines(self.settings, store)  # read before reports count them
        if tally.scored and run_id is not None:
            _guard(tally, partial(self._report, store, run_id))
            if nightly.sample_per_agent:
                _guard(tally, partial(_sample, store, nightly.sample_per_agent, run_id))
        written = self._report_periods(store, tally)
        kept = (
            ""
            if self.quiet
            else keep_safe(self.settings, store, tally, now=now, stop=self.stop.is_set)
        )
        self._write_metrics(tally, quarantined=len(store.files.quarantined()))
        store.nights.end(night_id, self._night(tally))
        title, text = summary_of(tally, day=_today(), head=store.ledger.head())
        text = "\n".join(
            line
            for line in (
                text,
                due_line(due_appeals(self.settings, store), now()),
                promised,
                written,
                kept,
            )
            if line
        )
        if self.quiet:
            return
        self.screen.say(f"{title}\n{text}")
        if not send_summary(nightly.notify, title, text):
            tally.problems.append(
                "the summary could not be sent to every address of [nightly] notify"
            )

    def _report_periods(self, store: Store, tally: Tally) -> str:
        """Write and send the reports of periods that have ended, and return a line for the
        message."""
        if self.quiet or not self.settings.nightly.reports.periods:
            return ""
        today = datetime.now().date()
        done = write_due(self.settings, store, now=now(), today=today, stopped=self.stop.is_set())
        tally.late_reports += done.problems
        return f"定期报告：{'，'.join(done.written)}" if done.written else ""

    def _night(self, tally: Tally) -> Night:
        outcome = (
            "完成"
            if tally.is_clean
            else "；".join((*tally.problems, *tally.late_reports)[:1]) or "有录音失败"
        )
        started = datetime.fromtimestamp(self.began).astimezone().isoformat()
        failed = len(tally.failures)
        return Night(
            started,
            now(),
            tally.found,
            tally.scored,
            failed,
            tally.left,
            tally.audio_s,
            outcome,
            tally.unanswered,
            tally.same,
            tally.left_out,
        )

    def _write_metrics(self, tally: Tally, *, quarantined: int | None = None) -> None:
        ended = time.time()
        if self.settings.nightly.metrics:
            path, took_s = Path(self.settings.nightly.metrics), ended - self.began
            _guard(
                tally,
                lambda: write_metrics(
                    path, tally, quarantined=quarantined, ended=ended, took_s=took_s
                ),
            )

    def _report(self, store: Store, run_id: int) -> None:
        """The pages of the days whose calls this run has scored."""
        names = load_names(
            choose_lexicons(self.settings.site.lexicons),
            self.settings.review.base_url,
            self.settings.limits.answer_s,
            overlay_of(self.settings.site),
        )
        for day in store.runs.days_of(run_id)[-REPORTED_DAYS:]:
            folder = Path(self.settings.nightly.out) / f"day-{day}"
            scope = Scope(day, day)
            report_site(
                store,
                scope,
                period=str(day),
                folder=folder,
                names=names,
                formats=("xlsx",),
                masked=True,
                as_of=AsOf(datetime.now(), self.settings.promises),
            )


def now() -> str:
    """This moment, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def due_appeals(settings: Settings, store: Store) -> tuple[Appeal, ...]:
    """Open appeals to remind people of: overdue, or due within ``remind_days``."""
    return store.appeals.due(days_after(now(), settings.review.remind_days))


def _promise_lines(settings: Settings, store: Store) -> str:
    """What the message says of promises that fall due; calls from before promises were read are
    read first. A damaged call ends no night: the message says what is wrong."""
    moment = datetime.now()
    try:
        for _ in read_promises(store, settings.promises):
            pass
        return promise_lines(*due_on(store, moment.date(), settings.promises, now=moment))
    except StoreError as error:
        return f"今天到期的承诺没有列出来：{error}"


def advance(shown: ProgressSink) -> Callable[[Tally], None]:
    """Pass on to ``shown`` what a run has newly done."""
    before = failed_before = 0

    def tell(tally: Tally) -> None:
        nonlocal before, failed_before
        failed = len(tally.failures)
        done = tally.scored + failed
        shown.advance(done - before, failed=failed - failed_before)
        before, failed_before = done, failed

    return tell


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


def _guard(tally: Tally, work: Callable[[], object]) -> None:
    try:
        work()
    except StoreError:
        raise
    except (CallqaError, OSError) as error:
        tally.add_problem(str(error))


def _sample(store: Store, per_agent: int, run_id: int) -> None:
    """Draw from the calls that this run has scored; the run's number is the seed."""
    days = store.runs.days_of(run_id)
    own = set(store.runs.ids_of(run_id).values())
    records = [r for r in store.calls.records(Scope(days[0], days[-1])) if r.result_id in own]
    plan = SamplingPlan(per_agent)
    drawn = draw(records, plan, seed=run_id).drawn
    if drawn:
        kept = [
            (one.record.sha256, one.result_id, one.why, one.reason, one.probability)
            for one in drawn
        ]
        store.samples.keep(
            kept, seed=run_id, plan=dataclasses.asdict(plan), actor="callqa", at=now()
        )


def _today() -> str:
    return datetime.now().date().isoformat()
