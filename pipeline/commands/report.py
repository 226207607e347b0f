"""Commands that write reports from the database."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.language import told, tr
from pipeline.commands.options import (
    DAY,
    actor,
    note_unmasked,
    now,
    of_period,
    of_site,
    scoped,
    tell_plain,
    today,
)
from pipeline.errors import SettingsError
from pipeline.jobs import (
    AsOf,
    agents_in,
    file_name,
    load_names,
    report_month,
    report_same,
    report_site,
)
from pipeline.lexicon import read_overlay
from pipeline.report import Names, call_grid, write_grids, write_pdf
from pipeline.store import Store
from pipeline.types import Period, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.settings import PromiseSettings

TABLES = ("xlsx", "csv", "jsonl", "parquet")

_OUT = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Folder.",
)
_TABLE = click.option(
    "--table",
    "tables",
    multiple=True,
    type=click.Choice(TABLES),
    help="Write the tables too; repeatable.",
)
_UNMASKED = click.option(
    "--unmasked", metavar="REASON", help="Leave personal data in; the ledger keeps the reason."
)


@click.group()
def report() -> None:
    """Write reports from the database: a day, week, month, quarter or year of the site, an agent's
    month, 四个一样, exports.

    Example: callqa report agent 8012 --month 2026-11 --table xlsx
    """


@dataclass(frozen=True, slots=True)
class _Pages:
    """What all commands that write pages are asked: the store, the names, where to, and how."""

    db: Path
    lexicons: Path
    overlay: Path
    base_url: str
    answer_s: float
    promises: PromiseSettings
    out: Path
    tables: tuple[str, ...]
    unmasked: str | None

    @property
    def names(self) -> Names:
        return load_names(self.lexicons, self.base_url, self.answer_s, read_overlay(self.overlay))

    @property
    def as_of(self) -> AsOf:
        return AsOf(datetime.now(), self.promises)


def _pages(command: Callable[..., None]) -> Callable[..., None]:
    """The options of ``_Pages``; the command is given them as ``pages``."""

    @wraps(command)
    def collected(**given: Any) -> None:
        own = {option.name: given.pop(option.name) for option in fields(_Pages)}
        command(pages=_Pages(**own), **given)

    asked: Callable[..., None] = collected
    for option in (
        _UNMASKED,
        _TABLE,
        _OUT,
        of_site("db", "lexicons", "overlay", "base_url", "answer_s", "promises"),
    ):
        asked = option(asked)
    return asked


@report.command("day")
@click.option("--date", "day", type=DAY, help="The day; left out: yesterday.")
@_pages
def report_day(day: Any, pages: _Pages) -> None:
    """Write the page of one day's calls, the most urgent first.

    Example: callqa report day --date 2026-11-22 --table xlsx
    """
    chosen = day.date() if day else today() - timedelta(days=1)
    _write_site(Scope(chosen, chosen), chosen.isoformat(), f"day-{chosen}", pages)


def _of_site_period(command: Callable[..., None]) -> Callable[..., None]:
    """The options that the pages of a site's week, month, quarter and year share."""
    for option in (
        click.option("--queue", help="Calls of this queue only."),
        click.option("--team", help="Calls of this team only."),
        _pages,
    ):
        command = option(command)
    return command


@report.command("week")
@of_period("week")
@_of_site_period
def report_week(**given: Any) -> None:
    """Write the page of a week, from Monday: as for a month.

    Example: callqa report week --week 2026-W47
    """
    _write_period(**given)


@report.command("month")
@of_period("month")
@_of_site_period
def report_whole_month(**given: Any) -> None:
    """Write the page of a month: trends of teams and queues, faults, first-call resolution,
    examples, coaching.

    Example: callqa report month --month 2026-11
    """
    _write_period(**given)


@report.command("quarter")
@of_period("quarter")
@_of_site_period
def report_quarter(**given: Any) -> None:
    """Write the page of a quarter: as for a month, with the trend by weeks.

    Example: callqa report quarter --quarter 2026-Q3 --table xlsx
    """
    _write_period(**given)


@report.command("year")
@of_period("year")
@_of_site_period
def report_year(**given: Any) -> None:
    """Write the page of a year: as for a month, with the trend by months.

    Example: callqa report year --year 2026
    """
    _write_period(**given)


@report.command("agent")
@click.argument("agents", nargs=-1)
@of_period("month", "week", "quarter", "year")
@_pages
@click.option("--all", "everyone", is_flag=True, help="Every agent who had calls in the period.")
@click.option("--pdf", is_flag=True, help="Also as PDF; needs pip install 'callqa[pdf]'.")
def report_agent(
    agents: tuple[str, ...], period: Period, pages: _Pages, everyone: bool, pdf: bool
) -> None:
    """Write agents' months, or other periods, as the printed 测评表, with the calls behind each
    figure and what to practise.

    Example: callqa report agent 8012 --month 2026-11 --pdf
    """
    scope, as_of, names = period.scope(), pages.as_of, pages.names
    _warn_of_interim(scope, as_of)
    with Store.open(pages.db, create=False) as store:
        note_unmasked(
            store,
            f"{period.kind} {period.key}",
            pages.unmasked,
            {"command": "report agent", "agents": list(agents)},
        )
        if everyone:
            agents = agents_in(store, scope)
        if not agents:
            raise SettingsError("no agent is named; give one or more numbers, or --all")
        for agent in agents:
            path = pages.out / f"{period.kind}-{period.key}" / f"{file_name(agent)}.html"
            page = report_month(
                store,
                replace(scope, agent=agent),
                period=period.name,
                path=path,
                names=names,
                formats=pages.tables,
                masked=pages.unmasked is None,
                as_of=as_of,
            )
            click.echo(page)
            tell_plain(page)
            if pdf:
                click.echo(write_pdf(page, page.with_suffix(".pdf")))


@report.command("same")
@of_period("month", "week", "quarter", "year")
@of_site("db")
@_OUT
def report_same_(period: Period, db: Path, out: Path) -> None:
    """Write 四个一样: is the service the same for strangers and regulars, checked or not, busy or
    idle, calm or angry?

    Example: callqa report same --month 2026-11
    """
    with Store.open(db, create=False) as store:
        path = out / f"same-{period.key}.html"
        click.echo(report_same(store, period.scope(), period=period.name, path=path))
    tell_plain(path)


@report.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@of_site("db")
@_UNMASKED
@scoped
def report_export(scope: Scope, file: Path, db: Path, unmasked: str | None) -> None:
    """Write one row a call into FILE: .xlsx, .csv, .jsonl or .parquet by its ending.

    Example: callqa report export calls.parquet --month 2026-11
    """
    with Store.open(db, create=False) as store:
        note_unmasked(store, str(file.name), unmasked, {"command": "report export"})
        records = store.calls.records(scope)
        detail = {"file": file.name, "calls": len(records), "masked": unmasked is None}
        store.ledger.record("exported", "calls", detail, actor=actor(), at=now())
    click.echo(write_grids(file, [call_grid(records, title="", masked=unmasked is None)]))
    tell_plain(file)


def _write_site(scope: Scope, period: str, folder: str, pages: _Pages) -> None:
    as_of, names = pages.as_of, pages.names
    _warn_of_interim(scope, as_of)
    with Store.open(pages.db, create=False) as store:
        note_unmasked(store, period, pages.unmasked, {"command": "report"})
        page = report_site(
            store,
            scope,
            period=period,
            folder=pages.out / folder,
            names=names,
            formats=pages.tables,
            masked=pages.unmasked is None,
            as_of=as_of,
        )
    click.echo(page)
    tell_plain(pages.out / folder)


def _warn_of_interim(scope: Scope, as_of: AsOf) -> None:
    """Tell the person at the terminal what the pages say: the period has not ended."""
    if interim := as_of.interim(scope):
        click.echo(f"{told(interim)}{tr('.')}", err=True)


def _write_period(period: Period, pages: _Pages, team: str | None, queue: str | None) -> None:
    name = " ".join(filter(None, (period.name, team, queue)))
    folder = "-".join(filter(None, (period.kind, period.key, team, queue))).replace("/", "-")
    _write_site(period.scope(team=team, queue=queue), name, folder, pages)
