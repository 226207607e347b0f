"""Commands that write reports from the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from pipeline.commands.options import month_scope, note_unmasked, of_site, scoped, today
from pipeline.errors import SettingsError
from pipeline.jobs import load_names, report_month, report_same, report_site
from pipeline.report import Names, call_grid, write_grids, write_pdf
from pipeline.store import Store
from pipeline.types import Scope

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
_MONTH = click.option("--month", help="The month, such as 2026-11; left out: the last whole one.")


@click.group()
def report() -> None:
    """Write reports from the database: a day, a month of the site, an agent's month, 四个一样,
    exports.

    Example: callqa report agent 8012 --month 2026-11 --table xlsx
    """


@report.command("day")
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day; left out: yesterday."
)
@of_site("db", "lexicons", "base_url")
@_OUT
@_TABLE
@_UNMASKED
def report_day(
    day: Any,
    db: Path,
    lexicons: Path,
    base_url: str,
    out: Path,
    tables: tuple[str, ...],
    unmasked: str | None,
) -> None:
    """Write the page of one day's calls, the most urgent first.

    Example: callqa report day --date 2026-11-22 --table xlsx
    """
    chosen = day.date() if day else today() - timedelta(days=1)
    _write_site(
        Scope(chosen, chosen),
        chosen.isoformat(),
        db,
        load_names(lexicons, base_url),
        out / f"day-{chosen}",
        tables,
        unmasked,
    )


@report.command("month")
@_MONTH
@of_site("db", "lexicons", "base_url")
@_OUT
@_TABLE
@_UNMASKED
@click.option("--team", help="Calls of this team only.")
@click.option("--queue", help="Calls of this queue only.")
def report_whole_month(
    month: str | None,
    db: Path,
    lexicons: Path,
    base_url: str,
    out: Path,
    tables: tuple[str, ...],
    unmasked: str | None,
    team: str | None,
    queue: str | None,
) -> None:
    """Write the page of a month: trends of teams and queues, faults, first-call resolution,
    examples, coaching.

    Example: callqa report month --month 2026-11
    """
    month = month or _last_month()
    scope = month_scope(month, team=team, queue=queue)
    name = " ".join(filter(None, (month, team, queue)))
    folder = out / "-".join(filter(None, ("month", month, team, queue))).replace("/", "-")
    names = load_names(lexicons, base_url)
    _write_site(scope, name, db, names, folder, tables, unmasked)


@report.command("agent")
@click.argument("agents", nargs=-1)
@_MONTH
@of_site("db", "lexicons", "base_url")
@_OUT
@_TABLE
@_UNMASKED
@click.option("--all", "everyone", is_flag=True, help="Every agent who had calls in the month.")
@click.option("--pdf", is_flag=True, help="Also as PDF; needs pip install 'callqa[pdf]'.")
def report_agent(
    agents: tuple[str, ...],
    month: str | None,
    db: Path,
    lexicons: Path,
    base_url: str,
    out: Path,
    tables: tuple[str, ...],
    unmasked: str | None,
    everyone: bool,
    pdf: bool,
) -> None:
    """Write agents' months as the printed 测评表, with the calls behind each figure and what to
    practise.

    Example: callqa report agent 8012 --month 2026-11 --pdf
    """
    month = month or _last_month()
    scope = month_scope(month)
    names = load_names(lexicons, base_url)
    with Store.open(db, create=False) as store:
        note_unmasked(
            store, f"month {month}", unmasked, {"command": "report agent", "agents": list(agents)}
        )
        if everyone:
            agents = tuple(sorted({r.agent_id for r in store.calls.records(scope) if r.agent_id}))
        if not agents:
            raise SettingsError("no agent is named; give one or more numbers, or --all")
        for agent in agents:
            path = out / f"month-{month}" / f"{_file_name(agent)}.html"
            page = report_month(
                store,
                replace(scope, agent=agent),
                period=month,
                path=path,
                names=names,
                formats=tables,
                masked=unmasked is None,
            )
            click.echo(page)
            if pdf:
                click.echo(write_pdf(page, page.with_suffix(".pdf")))


@report.command("same")
@_MONTH
@of_site("db")
@_OUT
def report_same_(month: str | None, db: Path, out: Path) -> None:
    """Write 四个一样: is the service the same for strangers and regulars, checked or not, busy or
    idle, calm or angry?

    Example: callqa report same --month 2026-11
    """
    month = month or _last_month()
    with Store.open(db, create=False) as store:
        click.echo(
            report_same(store, month_scope(month), period=month, path=out / f"same-{month}.html")
        )


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
    click.echo(write_grids(file, [call_grid(records, title="", masked=unmasked is None)]))


def _write_site(
    scope: Scope,
    period: str,
    db: Path,
    names: Names,
    folder: Path,
    tables: tuple[str, ...],
    unmasked: str | None,
) -> None:
    with Store.open(db, create=False) as store:
        note_unmasked(store, period, unmasked, {"command": "report"})
        masked = unmasked is None
        page = report_site(
            store, scope, period=period, folder=folder, names=names, formats=tables, masked=masked
        )
    click.echo(page)


def _last_month() -> str:
    return f"{today().replace(day=1) - timedelta(days=1):%Y-%m}"


def _file_name(agent: str) -> str:
    """A file name that stays in its folder whatever the agent is called."""
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in agent)[:60] or "agent"
