"""The command that takes the events of the month from tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.language import list_lines, listed, say, say_note, tr
from pipeline.commands.options import actor, now, of_site, today
from pipeline.errors import SettingsError
from pipeline.imports import read_event_table
from pipeline.lexicon import load_monthly
from pipeline.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.lexicon import MonthRules
    from pipeline.types import EventBook, EventKind, EventReport


@click.command("events")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--kind", metavar="NAME", help="What all lines are, for tables without 事项: 投诉.")
@of_site("db", "lexicons")
def import_events(files: tuple[Path, ...], kind: str | None, db: Path, lexicons: Path) -> None:
    """Take what counts on the month from tables: 事项, 日期, 工号 or 班组 or 通话编号, and 级别,
    重复, 分值, 次数, 说明, 编号; see docs/monthly.md. All lines are taken, or none.

    Example: callqa import events complaints.xlsx --db callqa.db
    """
    rules = load_monthly(lexicons)
    only = _chosen_kind(rules.kinds, kind)
    tables = [read_event_table(file, rules.kinds, today=today(), kind=only) for file in files]
    for table in tables:
        for note in table.notes:
            say_note(note)
        if table.unread:
            named_ones = listed(table.unread)
            say(
                f"{table.path}: these columns are not known and were not read: {named_ones}",
                err=True,
            )
    lines = [line for table in tables for line in table.lines]
    with Store.open(db, create=False) as store:
        report = store.events.import_lines(lines, actor=actor(), at=now())
        agents = {one.event.agent_id for one in lines if one.event.agent_id}
        alike = store.agents.alike(agents)
    say_alike(alike)
    say_doubts(report, rules)
    say(f"{report.added} added, {report.changed} corrected, {report.same} as they were.")


def _chosen_kind(kinds: EventBook, name: str | None) -> EventKind | None:
    if name is None:
        return None
    found = kinds.find(name)
    if found is None:
        known = "、".join(one.name for one in kinds.kinds)
        raise SettingsError(f"--kind: {name!r} is no kind of event; expected one of {known}")
    return found


def say_doubts(report: EventReport, rules: MonthRules) -> None:
    """Name the lines that may be there twice, and the months whose results were published before."""
    list_lines(
        f"{len(report.alike)} of them have the day, the agent and the kind of an event that was there before; where "
        "they are the same, take one back on the page 事项:",
        report.alike,
    )
    published = [day for day in report.days if rules.sheets.is_published(day, today())]
    closed = sorted({f"{day:%Y-%m}" for day in published})
    if closed:
        say(
            f"These months had their day of publication, and their results change now: {'、'.join(closed)}; "
            "make their reports again and tell the agents",
            err=True,
        )


def say_alike(alike: Mapping[str, str]) -> None:
    """Name agents without calls who are one with calls but for leading zeros: they are not taken for
    each other."""
    list_lines(
        f"{len(alike)} agent numbers have no call, but one that differs only by leading zeros or a "
        "decimal point has; they were not taken for one. If they are one, write the number in the "
        "table as the calls have it (the column saved as text):",
        [tr(f"  {one}  calls have {other}") for one, other in sorted(alike.items())],
    )
