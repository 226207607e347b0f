"""Commands that take in what is known elsewhere: calls, agents, events, texts."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.import_events import import_events, say_alike, say_doubts
from pipeline.commands.language import list_lines, listed, say, say_note, tr
from pipeline.commands.options import OK, SOME_FAILED, actor, now, of_site, today
from pipeline.commands.progress import Progress, progress
from pipeline.commands.texts import import_texts
from pipeline.imports import (
    AGENT_HEADINGS,
    Scale,
    read_agents,
    read_call_table,
    read_complaints,
    unread_columns,
)
from pipeline.jobs import PartLinker, Recomputer, load_basis
from pipeline.lexicon import choose_lexicons, load_monthly
from pipeline.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.imports import CallTable
    from pipeline.settings import Settings
    from pipeline.types import EventBook, EventLine, Imported

_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group("import")
def import_() -> None:
    """Take in what is known elsewhere: metadata and satisfaction, agents, events of the month,
    finished transcripts and chats.

    Example: callqa import calls satisfaction.xlsx
    """


@import_.command("calls")
@_FILES
@click.option("--strict", is_flag=True, help="Take nothing if one cell or line cannot be taken.")
@of_site("db", "lexicons", as_settings=True)
def import_calls(files: tuple[Path, ...], settings: Settings, strict: bool) -> None:
    """Take metadata and satisfaction from tables (CSV, XLSX): 通话编号 or 文件名, and 工号,
    客户编号, 开始时间, 队列, 会话编号, 满意度, 是否解决, 表扬, 投诉, 投诉级别, 重复投诉; or the call records of
    Asterisk, FreePBX and FreeSWITCH. Scores change with the next callqa rescore; recordings of one
    conversation are linked at once.

    Exit code: 0 all lines found their call, 1 some did not, or were left out (listed).

    Example: callqa import calls satisfaction.xlsx --db callqa.db
    """
    asked = settings.imports
    scale = Scale(asked.rating_best, asked.rating_worst)
    tables = [read_call_table(file, scale, today=today()) for file in files]
    lines = [line for table in tables for line in table.lines]
    faults = [fault for table in tables for fault in table.faults]
    rules = load_monthly(choose_lexicons(settings.site.lexicons))
    complaints, unread = _complaints(files, rules.kinds, tables)
    faults += unread
    for note in (note for table in tables for note in table.notes):
        say_note(note)
    with Store.open(settings.site.database, create=False) as store:
        lines, mistaken = _without_mistaken_agents(store, lines)
    faults += mistaken
    if faults and strict:
        list_lines(f"{len(faults)} places cannot be read, nothing was imported:", faults)
        sys.exit(SOME_FAILED)
    with (
        Store.open(settings.site.database, create=False) as store,
        progress(tr("importing"), len(lines)) as shown,
        store.batch(),
    ):
        agents = {str(line.values["agent_id"]) for line in lines if "agent_id" in line.values}
        nobody = store.agents.unknown(agents)
        report = store.calls.import_calls(_counted(lines, shown), actor=actor(), at=now())
        linked = _link(store, settings, report.moved)
        events = store.events.import_lines(complaints, actor=actor(), at=now(), skip_unknown=True)
        unknown = list(dict.fromkeys((*report.unknown, *events.unknown)))
        near = store.calls.calls_alike(line.rpartition(": ")[2] for line in unknown)
    say(f"{report.changed} calls changed, {report.same} calls are as they were.")
    if linked:
        say(f"{linked} parts were linked to conversations again, and scored again.")
    if complaints:
        say(
            f"complaints: {events.added} added, {events.changed} corrected, "
            f"{events.same} as they were."
        )
    say_doubts(events, rules)
    list_lines(
        f"{len(unknown)} lines have no call:",
        [_without_call(line, near) for line in unknown],
    )
    for line in report.ambiguous:
        say(
            f"more than one call has this name; use a call number that only one has: {line}",
            err=True,
        )
    list_lines(f"{len(faults)} places cannot be read, the rest was imported:", faults)
    list_lines(
        f"{len(nobody)} agent numbers have had no call and are not in the list of agents:", nobody
    )
    sys.exit(SOME_FAILED if unknown or report.ambiguous or faults else OK)


def _complaints(
    files: Sequence[Path], kinds: EventBook, tables: Sequence[CallTable]
) -> tuple[list[EventLine], list[str]]:
    """The complaints that tables of calls name, one a call, and the reasons for lines that cannot be
    read."""
    read = [read_complaints(file, kinds) for file in files]
    contradicted = {call for table in tables for call in table.contradicted}
    of_call = {line.call: line for found, _ in read for line in found}
    lines = [line for call, line in of_call.items() if call not in contradicted]
    return lines, [fault for _, faults in read for fault in faults]


def _without_mistaken_agents(
    store: Store, lines: Sequence[Imported]
) -> tuple[list[Imported], list[str]]:
    """The lines without agents whose number a spreadsheet has probably changed, and the reasons."""
    alike = store.agents.alike(
        str(line.values["agent_id"]) for line in lines if "agent_id" in line.values
    )
    kept: list[Imported] = []
    reasons: list[str] = []
    for line in lines:
        agent = line.values.get("agent_id")
        if agent not in alike:
            kept.append(line)
            continue
        others = {name: value for name, value in line.values.items() if name != "agent_id"}
        kept += [replace(line, values=others)] if others else []
        reasons.append(
            f"{line.where}: nobody has the 工号 {agent!r}, but there is {alike[agent]!r}; write it so, with the column "
            "as text, or list both first with callqa import agents"
        )
    return kept, reasons


def _without_call(line: str, alike: Mapping[str, str]) -> str:
    """A line whose call is not known, with the call whose number differs only as a spreadsheet
    changes numbers."""
    near = alike.get(line.rpartition(": ")[2])
    if near is None:
        return tr(f"no such call: {line}")
    return tr(f"no such call: {line}; there is {near}, which was not taken for it")


def _link(store: Store, settings: Settings, recordings: Sequence[str]) -> int:
    """Link recordings to conversations again by what is known now, and return how many have another
    result."""
    linkable = [one for one in recordings if store.conversations.may_be_part(one)]
    if not linkable:
        return 0
    basis = load_basis(settings, store)
    recounter = Recomputer(basis)
    at, by = now(), actor()
    changed = PartLinker(store, basis, by, at).link(linkable)
    for sha256 in changed:
        recounter.recount(store, sha256, actor=by, at=at)
    return len(changed)


def _name_unread(files: Iterable[Path], headings: Iterable[str]) -> None:
    """Name the columns that are not read: a misspelt heading must not pass in silence."""
    for file in files:
        if unread := unread_columns(file, headings):
            named_ones = listed(unread)
            say(f"{file}: these columns are not known and were not read: {named_ones}", err=True)


def _counted(lines: Iterable[Imported], shown: Progress) -> Iterator[Imported]:
    for line in lines:
        yield line
        shown.advance()


@import_.command("agents")
@_FILES
@of_site("db")
def import_agents(files: tuple[Path, ...], db: Path) -> None:
    """Take agents' names and teams from tables: 工号, 姓名, 班组.

    Example: callqa import agents agents.csv
    """
    agents = [agent for file in files for agent in read_agents(file)]
    _name_unread(files, AGENT_HEADINGS)
    with Store.open(db) as store:
        nobody = store.agents.without_calls(agent for agent, _, _ in agents)
        changed = store.agents.record(agents, actor=actor(), at=now())
        alike = store.agents.alike(nobody)
    say(f"{len(agents)} agents, {changed} of them changed.")
    others = [one for one in nobody if one not in alike]
    list_lines(f"{len(others)} agent numbers have no calls:", others)
    say_alike(alike)


import_.add_command(import_texts)
import_.add_command(import_events)
