"""Commands that score stored calls again and say what that changes."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from pipeline.commands.language import say, tr
from pipeline.commands.options import JSON, OK, actor, now, of_site, scoped, site_clock
from pipeline.commands.progress import progress
from pipeline.errors import ReportError, SettingsError
from pipeline.jobs import (
    PartLinker,
    Recomputer,
    Rescored,
    keep_versions,
    load_basis,
    rescore_stored,
    save_rescored,
)
from pipeline.lexicon import load_regulations
from pipeline.report import result_from_dict
from pipeline.store import Store
from pipeline.study import BANDS, Change, Distribution, compare_scores, count_reasons, distribution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.lexicon import Regulations
    from pipeline.settings import Settings
    from pipeline.types import CallResult, Scope, Score

SHOWN = 20
"""Changes that are listed on a screen; ``--json`` has all."""

WORKERS = click.option(
    "--workers", default=os.cpu_count() or 1, show_default="all cores", help="Processes."
)


@click.command()
@of_site("db", "lexicons", as_settings=True)
@WORKERS
@click.option("--note", default="", help="Why, for the ledger and for callqa runs.")
@scoped
def rescore(scope: Scope, settings: Settings, workers: int, note: str) -> None:
    """Score stored calls again by the present sheets and lexicon, without hearing them again.

    The old scores stay; callqa diff shows what changed. What people decided about calls stays in
    force.

    Example: callqa rescore --month 2026-11 --note "新评分表"
    """
    db = settings.site.database
    with Store.open(db, create=False) as store:
        basis = load_basis(settings, store)
        keep_versions(store, basis.lexicon, basis.sheets)
        ids = store.results.effective_ids(scope, with_words=True)
        run_id = store.runs.begin("rescore", note=note, started_at=now())
        changed = 0
        recounter = Recomputer(basis)

        def recount(sha256: str) -> int:
            return recounter.recount(store, sha256, actor=actor(), at=now(), run_id=run_id)

        def link(recordings: Sequence[str]) -> Sequence[str]:
            return PartLinker(store, basis, actor(), now(), run_id).link(recordings)

        for chunk in _progress(
            rescore_stored(db, ids, basis, scored_at=now(), workers=workers), len(ids)
        ):
            save_rescored(store, chunk, run_id=run_id, actor=actor(), recount=recount, link=link)
            changed += sum(one.change is not None for one in chunk)
        store.ledger.record(
            "run",
            f"run {run_id}",
            {"calls": len(ids), "changed": changed, "note": note},
            actor=actor(),
            at=now(),
        )
    say(
        f"Run {run_id}: {len(ids)} calls scored again, {changed} changed. See: callqa diff EARLIER {run_id}"
    )


@click.command()
@of_site("db")
def runs(db: Path) -> None:
    """List the times that calls were scored, the last first: what callqa diff compares.

    Example: callqa runs
    """
    with Store.open(db, create=False) as store:
        for run in store.runs.all():
            click.echo(
                f"{run.id}\t{site_clock(run.started_at)}\t{run.command}\t{run.results}\t{run.note}"
            )


@click.command()
@click.argument("old")
@click.argument("new")
@of_site("db")
@JSON
def diff(old: str, new: str, db: Path, as_json: bool) -> None:
    """Show which calls' scores changed from OLD to NEW, and why.

    OLD and NEW are numbers of runs (see callqa runs), or files that callqa score --jsonl wrote. A
    call that the OLD run did not score is compared with what counted before it. What people
    corrected is left out: of a call the machine's results are compared.

    Example: callqa diff 1 2
    """
    changes = [
        change for pair in _pairs(old, new, db) if (change := compare_scores(*pair)) is not None
    ]
    changes.sort(key=lambda change: change.by)
    if as_json:
        click.echo(
            json.dumps([dataclasses.asdict(change) for change in changes], ensure_ascii=False)
        )
        return
    _print_changes(changes, load_regulations())


@click.command()
@click.argument("sheet", type=click.Path(dir_okay=False, path_type=Path))
@of_site("db", "lexicons", as_settings=True)
@WORKERS
@JSON
@scoped
def simulate(
    scope: Scope,
    sheet: Path,
    settings: Settings,
    workers: int,
    as_json: bool,
) -> None:
    """Show how stored calls would be scored by SHEET, before it is put in force. Nothing is saved.

    Example: callqa simulate lexicons/scoring/postal.yaml --month 2026-11
    """
    db = settings.site.database
    with Store.open(db, create=False) as store:
        basis = load_basis(settings, store, sheet=sheet)
        ids = store.results.effective_ids(scope, with_words=True)
    before: list[Score] = []
    after: list[Score] = []
    changes: list[Change] = []
    for chunk in _progress(
        rescore_stored(db, ids, basis, scored_at=now(), workers=workers), len(ids)
    ):
        before += [one.before for one in chunk]
        after += [one.after for one in chunk]
        changes += [one.change for one in chunk if one.change is not None]
    old, new = distribution(before), distribution(after)
    if as_json:
        found = {
            "before": dataclasses.asdict(old),
            "after": dataclasses.asdict(new),
            "bands_from": BANDS,
        }
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    _print_distributions(old, new)
    _print_changes(sorted(changes, key=lambda change: change.by), basis.regulations)


def _pairs(old: str, new: str, db: Path) -> Iterator[tuple[CallResult, CallResult]]:
    if old.isdigit() and new.isdigit():
        with Store.open(db, create=False) as store:
            before, after = store.runs.ids_of(int(old)), store.runs.ids_of(int(new))
            for sha256, new_id in after.items():
                old_id = before.get(sha256) or store.runs.earlier(new_id)
                if old_id is not None:
                    one, other = store.results.load(
                        [store.effective.machine_of(old_id), store.effective.machine_of(new_id)]
                    )
                    yield one.result, other.result
        return
    before_by_sha = {result.recording.sha256: result for result in _read_lines(Path(old))}
    for result in _read_lines(Path(new)):
        if result.recording.sha256 in before_by_sha:
            yield before_by_sha[result.recording.sha256], result


def _read_lines(path: Path) -> Iterator[CallResult]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); give a number of a run, or a file of --jsonl"
        ) from error
    for number, line in enumerate(lines, 1):
        try:
            yield result_from_dict(json.loads(line))
        except ValueError as error:
            raise ReportError(
                f"{path}, line {number}: is no result ({error}); expected what --jsonl writes"
            ) from error


def _progress(chunks: Iterator[list[Rescored]], total: int) -> Iterator[list[Rescored]]:
    with progress(tr("scoring"), total) as shown:
        for chunk in chunks:
            yield chunk
            shown.advance(len(chunk))


def _print_changes(changes: Sequence[Change], regulations: Regulations) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=140)
    if not changes:
        say("Nothing changed.")
        sys.exit(OK)
    table = Table()
    for heading in (tr("call"), tr("agent number"), tr("attitude"), tr("total"), tr("reason")):
        table.add_column(heading, overflow="fold")
    for change in [*changes[: SHOWN // 2], *changes[SHOWN // 2 :][-SHOWN // 2 :]]:
        attitude = f"{_points(change.old_attitude)} → {_points(change.new_attitude)}"
        total = f"{_points(change.old_total)} → {_points(change.new_total)}"
        fatal = f" {tr('auto-fail')}" if change.new_fatal and not change.old_fatal else ""
        shown = [regulations.show_reason(reason) for reason in change.reasons[:4]]
        reasons = "\n".join(shown) + ("\n…" if len(change.reasons) > 4 else "")
        table.add_row(change.call, change.agent_id or "", attitude, total + fatal, reasons)
    console.print(table)
    lower, higher = (
        sum(change.by < 0 for change in changes),
        sum(change.by > 0 for change in changes),
    )
    say(
        f"{len(changes)} calls changed: {lower} to a lower total, {higher} to a higher. Most frequent reasons:"
    )
    for reason, calls in count_reasons(changes)[:10]:
        click.echo(f"  {calls:6} {tr('calls')}  {regulations.show_reason(reason)}")


def _print_distributions(old: Distribution, new: Distribution) -> None:
    table = Table()
    for heading, right in (("", False), (tr("now"), True), (tr("simulated"), True)):
        table.add_column(heading, justify="right" if right else "left")
    rows: list[tuple[str, Any, Any]] = [
        (tr("number of calls"), old.calls, new.calls),
        (tr("mean attitude"), _points(old.mean_attitude), _points(new.mean_attitude)),
        (tr("mean total"), _points(old.mean_total), _points(new.mean_total)),
        (tr("quartiles of the total"), _quartiles(old), _quartiles(new)),
        (tr("auto-fail"), old.fatal, new.fatal),
    ]
    for at, least in enumerate(BANDS):
        name = f"{least}" if least == BANDS[-1] else f"{least}～{BANDS[at + 1]}"
        rows.append((name, old.bands[at] or "", new.bands[at] or ""))
    rows += [
        (f"{tr('grade')} {grade}", old.grades.get(grade, ""), n) for grade, n in new.grades.items()
    ]
    for row in rows:
        table.add_row(*map(str, row))
    Console(width=100).print(table)


def _quartiles(found: Distribution) -> str:
    return " / ".join(_points(value) for value in found.quartiles) if found.quartiles else "—"


def _points(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"
