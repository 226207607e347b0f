"""Commands about promises: list them, their figures, note what became of one, read old calls."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import TYPE_CHECKING, cast, get_args

import click

from pipeline.commands.language import say, told, tr
from pipeline.commands.options import DAY, JSON, actor, now, of_site, scoped
from pipeline.commands.options import today as site_day
from pipeline.commands.progress import progress
from pipeline.errors import SettingsError
from pipeline.jobs import due_on, judge_promises, note_promise, read_promises
from pipeline.privacy import mask_text
from pipeline.promises import add_up, figures_of
from pipeline.report import PROMISE_KINDS, PROMISE_STATUSES
from pipeline.store import Store
from pipeline.types import PromiseEvent, PromiseOutcome, PromiseStatus

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import Settings
    from pipeline.types import JudgedPromise, PromiseFigures, Scope

_STATUSES = get_args(PromiseStatus)
_OUTCOMES = get_args(PromiseOutcome)


@click.group()
def promises() -> None:
    """What agents promised to customers, by when, and what became of it.

    Example: callqa promises today
    """


@promises.command("list")
@of_site("db", as_settings=True)
@scoped
@click.option("--status", type=click.Choice(_STATUSES), help="Those of one status only.")
@JSON
def list_(scope: Scope, settings: Settings, status: str | None, as_json: bool) -> None:
    """List the promises of calls, in order of time, with their term and what became of them.

    Example: callqa promises list --month 2026-11 --status overdue
    """
    with Store.open(settings.site.database, create=False) as store:
        judged = judge_promises(store, scope, settings.promises, now=datetime.now())
    chosen = [one for one in judged if status in (None, one.counted)]
    if as_json:
        click.echo(json.dumps([_plain(one) for one in chosen], ensure_ascii=False))
        return
    for one in chosen:
        _show(one)
    say(f"{len(chosen)} promises.")


@promises.command("figures")
@of_site("db", as_settings=True)
@scoped
@JSON
def figures(scope: Scope, settings: Settings, as_json: bool) -> None:
    """Count the promises of each agent: made, kept, late, overdue, open, unknown.

    Example: callqa promises figures --month 2026-11
    """
    with Store.open(settings.site.database, create=False) as store:
        judged = judge_promises(store, scope, settings.promises, now=datetime.now())
    rows = [*add_up(judged), figures_of(judged)]
    if as_json:
        plain = [dataclasses.asdict(row) | {"kept_share": row.kept_share} for row in rows]
        click.echo(json.dumps({"agents": plain[:-1], "all": plain[-1]}, ensure_ascii=False))
        return
    for row in rows[:-1]:
        who = f"{tr('agent number')} {row.agent_id or tr('unknown')} {row.agent_name or ''}"
        click.echo(f"{who.rstrip()}{tr(': ')}{_figures(row)}")
    click.echo(f"{tr('all')}{tr(': ')}{_figures(rows[-1])}")


@promises.command("today")
@of_site("db", as_settings=True)
@click.option("--day", type=DAY, help="Another day than today.")
@JSON
def today(settings: Settings, day: datetime | None, as_json: bool) -> None:
    """List the promises that fall due today and are not kept yet, and those overdue since three
    days.

    Example: callqa promises today
    """
    moment = datetime.now()
    with Store.open(settings.site.database, create=False) as store:
        due, overdue = due_on(store, (day or moment).date(), settings.promises, now=moment)
    if as_json:
        plain = {"due": [_plain(one) for one in due], "overdue": [_plain(one) for one in overdue]}
        click.echo(json.dumps(plain, ensure_ascii=False))
        return
    say(f"{len(due)} promises fall due today:" if due else "No promise falls due today.")
    for one in due:
        _show(one)
    say(
        f"{len(overdue)} are overdue since three days or less, and nothing tells that they were kept:"
        if overdue
        else "No promise is overdue since three days or less."
    )
    for one in overdue:
        _show(one)


@promises.command("note")
@click.argument("promise", type=int)
@click.argument("outcome", type=click.Choice(_OUTCOMES))
@click.option("--at", "kept_at", default=None, help="When it was kept, such as 2026-11-20T15:00.")
@click.option("--reason", default="", help="What it rests on, for the ledger.")
@of_site("db")
def note(promise: int, outcome: str, kept_at: str | None, reason: str, db: Path) -> None:
    """Note what became of PROMISE: kept, broken, or void (it was no promise).

    Example: callqa promises note 12 kept --at 2026-11-20T15:00 --reason 回访记录
    """
    at = None if kept_at is None else _moment(kept_at)
    if outcome == "kept" and at is None:
        raise SettingsError("kept needs --at, the time when it was kept, such as 2026-11-20T15:00")
    event = PromiseEvent(cast("PromiseOutcome", outcome), at, actor(), reason)
    with Store.open(db, create=False) as store:
        note_promise(store, promise, event, at=now(), today=site_day())
    say(f"Promise {promise} is noted.")


@promises.command("read")
@of_site("db", as_settings=True)
@click.option("--again", is_flag=True, help="Read calls that were read before, too.")
def read(settings: Settings, again: bool) -> None:
    """Read the promises of stored calls: of those from before callqa read promises, or of all.

    Example: callqa promises read --again
    """
    done = 0
    with Store.open(settings.site.database, create=False) as store:
        steps = read_promises(store, settings.promises, again=again)
        _, total = next(steps)
        with progress(tr("reading promises"), total) as shown:
            for done_now, _ in steps:
                shown.advance(done_now - done)
                done = done_now
    say(f"{total} calls read.")


def _moment(text: str) -> str:
    try:
        if len(text) <= 10:
            raise ValueError(text)
        return datetime.fromisoformat(text).isoformat(timespec="minutes")
    except ValueError as error:
        raise SettingsError(
            f"--at {text!r} is no time; expected one such as 2026-11-20T15:00"
        ) from error


def _show(one: JudgedPromise) -> None:
    made, promise = one.made, one.made.promise
    due = one.due_at.strftime("%m-%d %H:%M") if one.due_at else tr("no term")
    by_rule = tr(" (by rule)") if one.by_rule else ""
    doubt = "" if promise.sure else tr(" (not sure)")
    columns = (
        str(made.id),
        told(PROMISE_STATUSES[one.counted]),
        told(PROMISE_KINDS[promise.kind]),
        f"{due}{by_rule}",
        f"{tr('agent number')} {made.agent_id or tr('unknown')}",
        mask_text(made.call_id or tr(f"result {made.call.result_id}"), said=False),
        f"“{mask_text(promise.quote)}”{doubt}",
        told(mask_text(one.why)),
    )
    click.echo("\t".join(columns))


def _plain(one: JudgedPromise) -> dict[str, object]:
    made, promise = one.made, one.made.promise
    return {
        "id": made.id,
        "status": one.status,
        "counted": one.counted,
        "due_at": one.due_at.isoformat(timespec="minutes") if one.due_at else None,
        "by_rule": one.by_rule,
        "evidence": one.evidence,
        "guess": one.guess,
        "why": mask_text(one.why),
        "call_id": mask_text(made.call_id, said=False) if made.call_id else None,
        "result_id": made.call.result_id,
        "agent_id": made.agent_id,
        "started_at": made.call.moment,
        "promise": dataclasses.asdict(promise) | {"quote": mask_text(promise.quote)},
    }


def _figures(row: PromiseFigures) -> str:
    share = "—" if row.kept_share is None else f"{100 * row.kept_share:.1f}%"
    counts = (
        (tr("promised"), row.made), (tr("kept"), row.kept), (tr("kept late"), row.late),
        (tr("overdue"), row.overdue), (tr("open"), row.open), (tr("for a person"), row.unknown),
    )  # fmt: skip
    said = tr(", ").join(f"{name} {count}" for name, count in counts)
    return f"{said}{tr('; ')}{tr('kept in time')} {share}"
