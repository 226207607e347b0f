"""What ``callqa score`` prints: how far it is, and what came of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from pipeline.commands.language import listed, say, told, told_failure, tr
from pipeline.commands.progress import progress
from pipeline.privacy import mask_name
from pipeline.types import Failure, readable, tell_left_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.commands.score_outputs import Outputs
    from pipeline.jobs import HeardCall
    from pipeline.types import CallResult, LeftOut


MOST_SAME = 20
"""Recordings of known calls and bad cells that are named; the others are counted (our choice)."""


def with_progress(outcomes: Iterator[Any], total: int) -> Iterator[Any]:
    """Pass outcomes on, and show how far it is; without a terminal also a line for each call."""
    with progress(tr("scoring"), total) as shown:
        for done, (path, outcome) in enumerate(outcomes, 1):
            if not sys.stderr.isatty():
                click.echo(
                    f"{done}/{total} {readable(path.name)}{tr(': ')}{_in_short(outcome)}", err=True
                )
            yield path, outcome
            shown.advance(failed=isinstance(outcome, Failure), name=readable(path.name))


def _in_short(outcome: HeardCall | Failure) -> str:
    if isinstance(outcome, Failure):
        return tr("failed")
    points = listed(_points(one.score.attitude) for one in outcome.checked.results)
    return f"{tr('attitude')} {points}"


def _points(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def print_summary(outputs: Outputs) -> None:
    table = Table(title=None)
    for heading, right in (
        (tr("recording"), False),
        (tr("attitude"), True),
        (tr("total"), True),
        (tr("forbidden phrases"), True),
        (tr("to review"), True),
        (tr("flags"), False),
    ):
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for result in outputs.results:
        table.add_row(*_row(result))
    console = Console() if sys.stdout.isatty() else Console(width=120)
    console.print(table)
    rated = [
        result.score.attitude for result in outputs.results if result.score.attitude is not None
    ]
    lost = {failure.path for failure in outputs.failures}
    number = len(outputs.results)
    if rated:
        mean = sum(rated) / len(rated)
        say(f"{number} calls scored, mean attitude {mean:.1f}; {len(lost)} failed.")
    else:
        say(f"{number} calls scored; {len(lost)} failed.")
    unanswered = sum(result.no_talk is not None for result in outputs.results)
    if unanswered:
        say(f"{unanswered} of them hold no conversation: not scored, and not for review.")
    if outputs.same:
        say(f"{len(outputs.same)} recordings have the sound of a known call, and were left out:")
        for path, kept in outputs.same[:MOST_SAME]:
            click.echo(f"  {mask_name(path.name)} = {mask_name(Path(kept).name)}")
    if outputs.known:
        say(f"{outputs.known} of them were scored before and not heard again; --again hears them.")
    if outputs.report_page:
        click.echo(f"{tr('report')}: {outputs.report_page}")
    for failure in outputs.failures:
        click.echo(told_failure(failure.reason), err=True)


def print_bad_cells(faults: Sequence[str]) -> None:
    """Say on stderr which cells beside recordings are left unknown."""
    if faults:
        say(
            f"{len(faults)} cells beside recordings were not understood and count as unknown:",
            err=True,
        )
        click.echo("\n".join(f"  {tr(fault)}" for fault in faults[:MOST_SAME]), err=True)


def print_unread(tables: Sequence[str]) -> None:
    """Say on stderr which columns of tables beside recordings are not read."""
    if tables:
        click.echo(
            "\n".join(f"{tr('note')}{tr(': ')}{told(one)}" for one in tables[:MOST_SAME]), err=True
        )


def print_interrupted(outputs: Outputs, total: int, *, kept: bool) -> None:
    left = total - outputs.done
    if kept and left:
        say(
            f"Interrupted: {left} calls are not scored; the same command goes on with them.",
            err=True,
        )
    else:
        say(f"Interrupted: {left} calls are not scored.", err=True)


def print_left_out(left_out: tuple[LeftOut, ...]) -> None:
    """Say what was not read; on stderr where calls may be among it."""
    if left_out:
        click.echo(told(tell_left_out(left_out)), err=any(one.unheard for one in left_out))


def _row(result: CallResult) -> tuple[str, ...]:
    forbidden = sum(f.kind == "forbidden" and f.verdict == "confirmed" for f in result.findings)
    review = sum(finding.is_doubt for finding in result.findings)
    return (
        Path(readable(result.recording.path)).name,
        _points(result.score.attitude),
        _points(result.score.total),
        str(forbidden or ""),
        str(review or ""),
        "；".join(result.score.flags[:2]),
    )
