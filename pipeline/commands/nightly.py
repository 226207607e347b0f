"""Commands that run unattended: nightly, watch; and those that look after them: status, quarantine."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import click
from filelock import FileLock, Timeout

from pipeline.commands.options import JSON, OK, SETTINGS, SOME_FAILED, actor, now, today
from pipeline.commands.progress import Progress, progress
from pipeline.errors import CallqaError, SettingsError, StoreError, WorkerError
from pipeline.ingest import check_folders
from pipeline.jobs.webhooks import Hooks
from pipeline.lexicon import LEXICON_FOLDER
from pipeline.nightly.event_log import open_log
from pipeline.nightly.metrics import write_metrics
from pipeline.nightly.pool import Job, Outcome, WorkerPlan, score_all
from pipeline.nightly.run import Log, Tally, find_backlog, run_night, stop_at
from pipeline.nightly.summary import check_addresses, send_summary, summary_of
from pipeline.people.appeals import Appeal, days_after, due_line
from pipeline.settings import Settings, load_settings
from pipeline.store import Night, Store
from pipeline.types import source_of
from pipeline.types.records import Scope

BROKE_OFF = 74
"""The database or the workers failed (EX_IOERR): what was saved stays, and the next run goes on."""

BUSY = 75
"""Another run holds the lock (EX_TEMPFAIL)."""

REPORTED_DAYS = 7
"""Days of calls that one run reports anew at the most, the latest ones."""


@click.command()
@SETTINGS
@click.option(
    "--until", metavar="HH:MM", help="Stop in time; the next run goes on. A time that has passed is tomorrow's."
)
@click.option(
    "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True, help="Where to score."
)
@click.option("--scheduler", default="", help="Address of the Dask scheduler, such as tcp://10.0.0.5:8786.")
def nightly(settings_file: Path | None, until: str | None, engine: str, scheduler: str) -> None:
    """Score what is new in the folders of [nightly] in callqa.toml, write reports, draw samples, send one summary.

    Exit code: 0 done, 1 some recordings failed, 2 settings wrong, 74 broken off, 75 another run is at work.

    Example: callqa nightly --until 06:00
    """
    if (engine == "dask") != bool(scheduler):
        raise SettingsError("--engine dask and --scheduler go together; give both or none")
    settings = _settings(settings_file)
    stop = _stop_on_signal()
    if until is not None:
        stop_at(_moment(until), stop)
    with _broken_off(), _lock(settings):
        tally = _run(settings, stop, scheduler=scheduler)
    sys.exit(OK if tally.is_clean else SOME_FAILED)


@click.command()
@SETTINGS
@click.option("--every", default=10.0, show_default=True, help="Seconds between two looks at the folders.")
def watch(settings_file: Path | None, every: float) -> None:
    """Score recordings as they arrive in the folders of [nightly], until it is told to stop (Ctrl-C, SIGTERM).

    Example: callqa watch --every 30
    """
    settings = _settings(settings_file)
    stop = _stop_on_signal()
    with _broken_off(), _lock(settings):
        while not stop.is_set():
            _run(settings, stop, quiet=True)
            stop.wait(every)


@click.command()
@SETTINGS
@JSON
def status(settings_file: Path | None, as_json: bool) -> None:
    """Show what waits to be scored, how fast it goes, when it will be done, and what the last runs did.

    Example: callqa status
    """
    settings = _settings(settings_file)
    with Store.open(settings.nightly.db) as store:
        backlog = find_backlog(settings.nightly.folders, store, settle_s=settings.ingest.settle_s, now=time.time())
        nights, put_aside, due = store.nights(), store.quarantine(), _due_appeals(settings, store)
    rate = _calls_per_hour(nights)
    found = {
        "new": len(backlog.new),
        "growing": len(backlog.growing),
        "quarantine": len(put_aside),
        "calls_per_hour": rate,
        "hours_left": len(backlog.new) / rate if rate else None,
        "problems": list(backlog.problems),
        "appeals_due": len(due),
        "appeals_overdue": sum(appeal.is_overdue(now()) for appeal in due),
        "runs": [dataclasses.asdict(night) for night in nights],
    }
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    left = f"，约 {len(backlog.new) / rate:.1f} 小时" if rate else ""
    click.echo(f"待评分 {len(backlog.new)} 通{left}；正在写入 {len(backlog.growing)} 通；隔离 {len(put_aside)} 通。")
    for problem in (*backlog.problems, due_line(due, now())):
        if problem:
            click.echo(f"! {problem}")
    for night in nights:
        ended = night.ended_at or "没有结束"
        done = f"新 {night.found}，评分 {night.scored}，失败 {night.failed}，留待下次 {night.left}"
        click.echo(f"{night.started_at} ～ {ended}  {done}  {night.outcome}")


@click.group()
def quarantine() -> None:
    """Recordings that could not be scored: list them, try them again, or leave them alone for good.

    Example: callqa quarantine list
    """


@quarantine.command("list")
@SETTINGS
@JSON
def quarantine_list(settings_file: Path | None, as_json: bool) -> None:
    """List the recordings in quarantine, each with the reason.

    Example: callqa quarantine list
    """
    with Store.open(_settings(settings_file).nightly.db) as store:
        files = store.quarantine()
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(f) | {"path": str(f.path)} for f in files], ensure_ascii=False))
        return
    for file in files:
        click.echo(f"{file.at}\t{file.path}\t{file.reason}")
    click.echo(f"共 {len(files)} 个。", err=True)


@quarantine.command("retry")
@SETTINGS
@click.argument("paths", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All of them.")
def quarantine_retry(settings_file: Path | None, paths: tuple[str, ...], everything: bool) -> None:
    """Let the next run try recordings again.

    Example: callqa quarantine retry --all
    """
    _release(settings_file, paths, everything, drop=False)


@quarantine.command("drop")
@SETTINGS
@click.argument("paths", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All of them.")
def quarantine_drop(settings_file: Path | None, paths: tuple[str, ...], everything: bool) -> None:
    """Leave recordings alone for good, until they change. The files themselves stay.

    Example: callqa quarantine drop recordings/broken.wav
    """
    _release(settings_file, paths, everything, drop=True)


def _release(settings_file: Path | None, paths: tuple[str, ...], everything: bool, *, drop: bool) -> None:
    with Store.open(_settings(settings_file).nightly.db) as store:
        chosen = [file.path for file in store.quarantine()] if everything else [source_of(path) for path in paths]
        if not chosen and not everything:
            raise SettingsError("no recording is named; give paths as callqa quarantine list shows them, or --all")
        released = store.release(chosen, drop=drop, actor=actor(), at=now())
    click.echo(f"{released} 个录音{'不再处理' if drop else '将在下次重试'}。")
    sys.exit(OK if released == len(chosen) else SOME_FAILED)


def _settings(file: Path | None) -> Settings:
    settings = load_settings(file)
    if not settings.nightly.folders:
        raise SettingsError('[nightly] folders is empty; name the folders of recordings, such as ["/recordings"]')
    check_addresses(settings.nightly.notify)
    check_folders(settings.nightly.folders)
    return settings


@contextmanager
def _lock(settings: Settings) -> Iterator[None]:
    """Only one run at a time on one database; the system frees the lock of a run that was killed."""
    path = Path(f"{settings.nightly.db}.lock")
    lock = FileLock(path, timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        click.echo(f"callqa: another run holds {path}; it is left to its work", err=True)
        sys.exit(BUSY)
    except (OSError, NotImplementedError) as error:
        raise StoreError(
            f"{path}: cannot be written ({error}); the database needs a folder on a local disk that callqa may write in"
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _broken_off() -> Iterator[None]:
    """A database or workers that fail end the run with an exit code of its own: nothing is wrong with the settings."""
    try:
        yield
    except (StoreError, WorkerError) as error:
        click.echo(f"callqa: {error}", err=True)
        sys.exit(BROKE_OFF)


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _moment(until: str) -> float:
    """The next time that the clock shows ``until``, in seconds since 1970."""
    try:
        clock = datetime.strptime(until, "%H:%M").time()
    except ValueError as error:
        raise SettingsError(f"--until {until!r} is no time of day; expected one such as 06:00") from error
    moment = datetime.combine(today(), clock)
    return (moment if moment > datetime.now() else moment + timedelta(days=1)).timestamp()


def _run(settings: Settings, stop: threading.Event, *, scheduler: str = "", quiet: bool = False) -> Tally:
    """One run, on this machine, or where a ``scheduler`` is. ``quiet``: with nothing new it leaves no trace, and it
    sends no message."""
    nightly = settings.nightly
    log = open_log(nightly.log, now=now, warn=lambda fault: click.echo(f"callqa: {fault}", err=True))
    hooks = Hooks.of(settings.review)
    began = time.time()
    with Store.open(nightly.db) as store:
        backlog = find_backlog(nightly.folders, store, settle_s=settings.ingest.settle_s, now=began)
        if quiet and not backlog.new:
            return Tally()
        plan = _plan(settings, store, any_new=bool(backlog.new))
        night_id = store.begin_night(at=now())
        run_id = store.begin_run("nightly", started_at=now()) if backlog.new else None
        log("begun", {"new": len(backlog.new), "growing": len(backlog.growing), "problems": list(backlog.problems)})
        tally = Tally()
        try:
            with progress("正在评分", len(backlog.new)) as shown:
                run_night(
                    store,
                    partial(_score, plan=plan, settings=settings, scheduler=scheduler, stop=stop),
                    backlog,
                    run_id=run_id,
                    now=now,
                    log=log,
                    tell=_herald(store, hooks, _teller(shown)),
                    tally=tally,
                    recount=_recounter(settings, store, run_id),
                )
            _after(settings, store, tally, run_id, night_id, began=began, quiet=quiet)
        except CallqaError as error:
            _give_up(settings, tally, error, log, began=began)
            raise
        finally:
            hooks.close()
        log("ended", {"scored": tally.scored, "failed": len(tally.failures), "left": tally.left})
    return tally


def _give_up(settings: Settings, tally: Tally, error: CallqaError, log: Log, *, began: float) -> None:
    """Tell people and Prometheus of a run that broke off; the database may be what failed, so it is not asked."""
    tally.problems.insert(0, str(error))
    log("broke off", {"reason": str(error), "scored": tally.scored, "left": tally.left})
    _write_metrics(settings, tally, began=began)
    title, text = summary_of(tally, day=today().isoformat(), broken_off=True)
    click.echo(f"{title}\n{text}")
    send_summary(settings.nightly.notify, title, text)


def _plan(settings: Settings, store: Store, *, any_new: bool) -> WorkerPlan:
    """What the workers load; what is wrong with it is said before any recording is touched."""
    from pipeline.jobs.rescore import Basis, keep_versions  # noqa: PLC0415 - the recogniser takes seconds to load
    from pipeline.nightly.worker import ScoringPlan  # noqa: PLC0415
    from pipeline.types.baselines import Baselines  # noqa: PLC0415
    from pipeline.weights import find_model  # noqa: PLC0415

    lexicons = _lexicons(settings)
    keep_versions(store, *Basis(lexicons, settings).load())
    find_model(settings.nightly.model, allow_download=False)
    history = store.history() if any_new else Baselines()
    return ScoringPlan(settings.nightly.model, settings.leaving(store.review_only()), lexicons, history)


def _recounter(settings: Settings, store: Store, run_id: int | None) -> Callable[[str], int]:
    """Applies to a call what people decided about it before."""
    from pipeline.jobs.correct import Recounter  # noqa: PLC0415
    from pipeline.jobs.rescore import Basis  # noqa: PLC0415 - as above

    recounter = Recounter(Basis(_lexicons(settings), settings))
    return lambda sha256: recounter.recount(store, sha256, actor="callqa", at=now(), run_id=run_id)


def _lexicons(settings: Settings) -> Path:
    return Path(settings.nightly.lexicons) if settings.nightly.lexicons else LEXICON_FOLDER


def _score(
    jobs: Iterable[Job], *, plan: WorkerPlan, settings: Settings, scheduler: str, stop: threading.Event
) -> Generator[tuple[Job, Outcome], None, None]:
    if scheduler:
        from pipeline.nightly.cluster import score_on_cluster  # noqa: PLC0415 - an extra

        return score_on_cluster(jobs, plan, scheduler=scheduler, stop=stop)
    workers = settings.nightly.workers or os.cpu_count() or 1
    return score_all(jobs, plan, workers=workers, memory_mb=settings.nightly.memory_mb, stop=stop)


def _teller(shown: Progress) -> Callable[[Tally], None]:
    """Pass on what a run has newly done."""
    before = failed_before = 0

    def tell(tally: Tally) -> None:
        nonlocal before, failed_before
        failed = len(tally.failures)
        done = tally.scored + failed
        shown.advance(done - before, failed=failed - failed_before)
        before, failed_before = done, failed

    return tell


def _herald(store: Store, hooks: Hooks, tell: Callable[[Tally], None]) -> Callable[[Tally], None]:
    """``tell``, and the webhooks learn of each call that is fatal as it is saved, after what people decided before."""
    told = 0

    def after(tally: Tally) -> None:
        nonlocal told
        tell(tally)
        if len(tally.fatal) > told:
            told = len(tally.fatal)
            (saved,) = store.saved(tally.results[-1:], words=False)
            if saved.result.score.fatal:
                hooks.tell_fatal(saved.id, saved.result)

    return after


def _after(
    settings: Settings, store: Store, tally: Tally, run_id: int | None, night_id: int, *, began: float, quiet: bool
) -> None:
    """Reports, samples, figures, the message; what goes wrong here is a problem of the run and ends nothing."""
    nightly = settings.nightly
    if tally.scored and run_id is not None:
        _guard(tally, lambda: _report(settings, store, run_id))
        if nightly.sample_per_agent:
            _guard(tally, lambda: _sample(store, nightly.sample_per_agent, run_id))
    _write_metrics(settings, tally, began=began, quarantined=len(store.quarantine()))
    outcome = "完成" if tally.is_clean else "；".join(tally.problems[:1]) or "有录音失败"
    started = datetime.fromtimestamp(began).astimezone().isoformat()
    failed = len(tally.failures)
    night = Night(started, now(), tally.found, tally.scored, failed, tally.left, tally.audio_s, outcome)
    store.end_night(night_id, night)
    title, text = summary_of(tally, day=today().isoformat(), head=store.ledger_head())
    text = "\n".join(line for line in (text, due_line(_due_appeals(settings, store), now())) if line)
    if not quiet:
        click.echo(f"{title}\n{text}")
        if not send_summary(nightly.notify, title, text):
            tally.problems.append("the summary could not be sent to every address of [nightly] notify")


def _due_appeals(settings: Settings, store: Store) -> tuple[Appeal, ...]:
    """Open appeals of which one is reminded: overdue, or due within ``remind_days``."""
    return store.due_appeals(days_after(now(), settings.review.remind_days))


def _write_metrics(settings: Settings, tally: Tally, *, began: float, quarantined: int | None = None) -> None:
    ended = time.time()
    if settings.nightly.metrics:
        path = Path(settings.nightly.metrics)
        _guard(tally, lambda: write_metrics(path, tally, quarantined=quarantined, ended=ended, took_s=ended - began))


def _guard(tally: Tally, work) -> None:  # type: ignore[no-untyped-def]
    try:
        work()
    except StoreError:
        raise
    except (CallqaError, OSError) as error:
        tally.add_problem(str(error))


def _report(settings: Settings, store: Store, run_id: int) -> None:
    """The pages of the days whose calls this run has scored."""
    from pipeline.jobs.report import load_names, report_site  # noqa: PLC0415

    nightly = settings.nightly
    names = load_names(_lexicons(settings))
    for day in store.days_of_run(run_id)[-REPORTED_DAYS:]:
        folder = Path(nightly.out) / f"day-{day}"
        report_site(store, Scope(day, day), period=str(day), folder=folder, names=names, formats=("xlsx",), masked=True)


def _sample(store: Store, per_agent: int, run_id: int) -> None:
    """Draw from the calls that this run has scored; the run's number is the seed."""
    from pipeline.study.sampling import SamplingPlan, draw  # noqa: PLC0415

    days = store.days_of_run(run_id)
    own = set(store.ids_of_run(run_id).values())
    records = [r for r in store.records(Scope(days[0], days[-1])) if r.result_id in own]
    plan = SamplingPlan(per_agent)
    drawn = draw(records, plan, seed=run_id).drawn
    if drawn:
        kept = [(one.record.sha256, one.result_id, one.why, one.reason, one.probability) for one in drawn]
        store.keep_sample(kept, seed=run_id, plan=dataclasses.asdict(plan), actor="callqa", at=now())


def _calls_per_hour(nights: tuple[Night, ...]) -> float | None:
    """The rate of the last run that scored something, ``None`` where there is none."""
    for night in nights:
        if night.ended_at and night.scored:
            took = datetime.fromisoformat(night.ended_at) - datetime.fromisoformat(night.started_at)
            return night.scored / max(1.0, took.total_seconds()) * 3600
    return None
