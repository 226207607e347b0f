"""Commands that run unattended: nightly, watch; and those that look after them: status,
quarantine."""

from __future__ import annotations

import dataclasses
import json
import signal
import sys
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from pipeline.commands.language import told, tr
from pipeline.commands.nightly_lock import nightly_lock
from pipeline.commands.options import JSON, OK, SOME_FAILED, now, of_site, site_clock, today
from pipeline.commands.progress import progress
from pipeline.errors import SettingsError, StoreError, WorkerError
from pipeline.ingest import check_folders
from pipeline.nightly import (
    Screen,
    Tally,
    UnattendedRun,
    check_addresses,
    due_appeals,
    find_backlog,
    find_due,
    report_lines,
    stop_at,
)
from pipeline.people import due_line
from pipeline.store import Night, Store
from pipeline.types import ensure_extra, tell_left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.settings import Settings

BROKE_OFF = 74
"""The database or the workers failed (EX_IOERR): what was saved stays, and the next run goes on."""


@click.command()
@of_site("db", "lexicons", "model", as_settings=True)
@click.option(
    "--until",
    metavar="HH:MM",
    help="Stop in time; the next run goes on. A time that has passed is tomorrow's.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "dask"]),
    default="local",
    show_default=True,
    help="Where to score.",
)
@click.option(
    "--scheduler", default="", help="Address of the Dask scheduler, such as tcp://10.0.0.5:8786."
)
def nightly(settings: Settings, until: str | None, engine: str, scheduler: str) -> None:
    """Score what is new in the folders of [nightly] in callqa.toml, write reports, draw samples,
    send one summary.

    Exit code: 0 done, 1 some recordings failed, 2 settings wrong, 74 broken off, 75 another run is
    at work.

    Example: callqa nightly --until 06:00
    """
    if (engine == "dask") != bool(scheduler):
        raise SettingsError("--engine dask and --scheduler go together; give both or none")
    ensure_extra("nightly", use="callqa nightly")
    _check(settings)
    stop = _stop_on_signal()
    if until is not None:
        stop_at(_moment(until), stop)
    with _broken_off(), nightly_lock(settings.site.database):
        tally = _run(settings, stop, scheduler=scheduler)
    sys.exit(OK if tally.is_clean else SOME_FAILED)


@click.command()
@of_site("db", "lexicons", "model", as_settings=True)
@click.option(
    "--every", default=10.0, show_default=True, help="Seconds between two looks at the folders."
)
def watch(settings: Settings, every: float) -> None:
    """Score recordings as they arrive in the folders of [nightly], until it is told to stop
    (Ctrl-C, SIGTERM).

    Example: callqa watch --every 30
    """
    ensure_extra("nightly", use="callqa watch")
    _check(settings)
    stop = _stop_on_signal()
    with _broken_off(), nightly_lock(settings.site.database):
        while not stop.is_set():
            _run(settings, stop, quiet=True)
            stop.wait(every)


@click.command()
@of_site("db", as_settings=True)
@JSON
def status(settings: Settings, as_json: bool) -> None:
    """Show what waits to be scored, how fast it goes, when it will be done, and what the last runs
    did.

    Example: callqa status
    """
    _check(settings)
    with Store.open(settings.site.database) as store:
        backlog = find_backlog(
            settings.nightly.folders,
            store,
            settle_s=settings.ingest.settle_s,
            now=time.time(),
            ingest=settings.ingest,
        )
        nights, put_aside, due = (
            store.nights.all(),
            store.files.quarantined(),
            due_appeals(settings, store),
        )
        reports, reports_due = store.reports.all(), find_due(settings, store, today=today())
    rate = _calls_per_hour(nights)
    found = {
        "new": len(backlog.new),
        "growing": len(backlog.growing),
        "quarantine": len(put_aside),
        "calls_per_hour": rate,
        "hours_left": len(backlog.new) / rate if rate else None,
        "problems": list(backlog.problems),
        "left_out": [dataclasses.asdict(one) for one in backlog.left_out],
        "appeals_due": len(due),
        "appeals_overdue": sum(appeal.is_overdue(now()) for appeal in due),
        "reports": [dataclasses.asdict(one) for one in reports],
        "reports_due": [period.key for period in reports_due],
        "runs": [dataclasses.asdict(night) for night in nights],
    }
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    waiting = [tr(f"{len(backlog.new)} calls wait to be scored")]
    if rate:
        waiting.append(tr(f"about {len(backlog.new) / rate:.1f} hours"))
    parts = (
        tr(", ").join(waiting),
        tr(f"{len(backlog.growing)} calls are still being written"),
        tr(f"{len(put_aside)} calls in quarantine"),
    )
    click.echo(tr("; ").join(parts) + tr("."))
    for problem in map(tr, backlog.problems):
        click.echo(f"! {problem}")
    for line in (tell_left_out(backlog.left_out), due_line(due, now())):
        if line:
            click.echo(f"! {told(line)}")
    for line in report_lines(reports, reports_due):
        click.echo(told(line))
    _say_nights(nights)


def _say_nights(nights: tuple[Night, ...]) -> None:
    for night in nights:
        ended = site_clock(night.ended_at) if night.ended_at else tr("not ended")
        counts = [
            (tr("new"), night.found),
            (tr("scored"), night.scored),
            (tr("failed"), night.failed),
            (tr("left for the next run"), night.left),
        ]
        if night.unanswered or night.same:
            counts += [(tr("no conversation"), night.unanswered), (tr("known calls"), night.same)]
        done = tr(", ").join(f"{name} {count}" for name, count in counts)
        click.echo(f"{site_clock(night.started_at)} ～ {ended}  {done}  {told(tr(night.outcome))}")


def _check(settings: Settings) -> None:
    """Raises ``SettingsError`` where ``[nightly]`` lacks its folders or names what cannot be."""
    if not settings.nightly.folders:
        raise SettingsError(
            '[nightly] folders is empty; name the folders of recordings, such as ["/recordings"]'
        )
    check_addresses(settings.nightly.notify)
    check_folders(settings.nightly.folders)


@contextmanager
def _broken_off() -> Iterator[None]:
    """A database or workers that fail end the run with an exit code of its own: nothing is wrong
    with the settings."""
    try:
        yield
    except (StoreError, WorkerError) as error:
        click.echo(f"callqa: {tr(str(error))}", err=True)
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
        raise SettingsError(
            f"--until {until!r} is no time of day; expected one such as 06:00"
        ) from error
    moment = datetime.combine(today(), clock)
    return (moment if moment > datetime.now() else moment + timedelta(days=1)).timestamp()


def _run(
    settings: Settings, stop: threading.Event, *, scheduler: str = "", quiet: bool = False
) -> Tally:
    screen = Screen(
        click.echo,
        lambda fault: click.echo(f"callqa: {told(tr(fault))}", err=True),
        lambda what, total: progress(told(what), total),
    )
    return UnattendedRun(settings, stop, screen, scheduler=scheduler, quiet=quiet).run()


def _calls_per_hour(nights: tuple[Night, ...]) -> float | None:
    """The rate of the last run that scored something, ``None`` where there is none."""
    for night in nights:
        if night.ended_at and night.scored:
            took = datetime.fromisoformat(night.ended_at) - datetime.fromisoformat(night.started_at)
            return night.scored / max(1.0, took.total_seconds()) * 3600
    return None
