"""What follows the scoring of a run: reports, a sample, metrics, the message to people."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError, StoreError
from pipeline.jobs import AsOf, due_on, keep_sample, load_names, read_promises, report_site
from pipeline.lexicon import choose_lexicons, overlay_of
from pipeline.nightly.clock import now, today
from pipeline.nightly.keeping import keep_safe
from pipeline.nightly.metrics import write_metrics
from pipeline.nightly.period_reports import write_due
from pipeline.nightly.summary import promise_lines, send_summary, summary_of
from pipeline.people import Appeal, days_after, due_line
from pipeline.store import Night, Store
from pipeline.study import SamplingPlan, draw
from pipeline.types import Scope

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from pipeline.nightly.event_log import Log
    from pipeline.nightly.screen import Screen
    from pipeline.nightly.tally import Tally
    from pipeline.settings import Settings

REPORTED_DAYS = 7
"""Days of calls that one run reports anew, the latest ones (our choice)."""


@dataclass(frozen=True, slots=True)
class NightEnd:
    """Ends a run. ``quiet``: no message, and nothing that is done once a night; ``began``: seconds
    since 1970."""

    settings: Settings
    stop: threading.Event
    screen: Screen
    quiet: bool
    began: float

    def give_up(self, tally: Tally, error: CallqaError, log: Log) -> None:
        """Tell people and Prometheus of a run that broke off; the database may be what failed, so
        it is not asked."""
        tally.problems.insert(0, str(error))
        log("broke off", {"reason": str(error), "scored": tally.scored, "left": tally.left})
        self._write_metrics(tally)
        title, text = summary_of(tally, day=today().isoformat(), broken_off=True)
        self.screen.say(f"{title}\n{text}")
        send_summary(self.settings.nightly.notify, title, text)

    def finish(self, store: Store, tally: Tally, run_id: int | None, night_id: int) -> None:
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
        store.nights.end(night_id, self.night_of(tally))
        title, text = summary_of(tally, day=today().isoformat(), head=store.ledger.head())
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
        done = write_due(self.settings, store, now=now(), today=today(), stopped=self.stop.is_set())
        tally.late_reports += done.problems
        return f"定期报告：{'，'.join(done.written)}" if done.written else ""

    def night_of(self, tally: Tally) -> Night:
        """The run as the store keeps it."""
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
        keep_sample(store, drawn, plan, seed=run_id, actor="callqa", at=now())
