"""The command that hears and scores recordings."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.interrupts import Interrupts
from pipeline.commands.language import told
from pipeline.commands.options import OK, SOME_FAILED, of_site
from pipeline.commands.score_outputs import open_outputs
from pipeline.commands.score_summary import (
    print_bad_cells,
    print_interrupted,
    print_left_out,
    print_summary,
    print_unread,
    with_progress,
)
from pipeline.errors import CallqaError, ServerAwayError, SettingsError, WorkerError
from pipeline.ingest import count_left_out, find_recordings
from pipeline.jobs import (
    HearingPlan,
    JudgingBasis,
    KnownCalls,
    hear_apart,
    hear_here,
    hearer_of,
    load_baselines,
    load_basis,
    load_checker,
)
from pipeline.store import Store
from pipeline.transcribe import identify
from pipeline.types import Baselines, tell_left_out
from pipeline.workers import count_workers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.call import Checker
    from pipeline.commands.score_outputs import Outputs
    from pipeline.jobs import PageSound
    from pipeline.settings import Settings


LEAST_CALLS = 2
"""Recordings for each worker process, unless the number of workers is given: to begin takes a
worker as long as a call of a minute (our choice)."""


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--jsonl",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write one JSON object a line and call.",
)
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write HTML reports into this folder.",
)
@click.option(
    "--download", is_flag=True, help="Allow a model that is not on this machine to be downloaded."
)
@click.option(
    "--agent-channel",
    type=click.Choice(["auto", "left", "right"]),
    help="Where the agent is on stereo recordings.",
)
@of_site(
    "db",
    "lexicons",
    "model",
    as_settings=True,
    db_help="Keep the results in this SQLite database; else in [site] db; else nowhere.",
)
@click.option(
    "--baselines",
    type=click.Path(path_type=Path),
    help="What is usual for each agent; else from the database as it is now.",
)
@click.option(
    "--again", is_flag=True, help="Hear also calls that the same engine has scored before."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes, each with a model of its own; 1: this one, on all cores. Else [score] workers; else as many as cores and free memory allow.",
)
@click.option(
    "--unmasked",
    metavar="REASON",
    help="Leave personal data in --jsonl and --report; the ledger keeps the reason.",
)
def score(
    paths: tuple[Path, ...],
    jsonl: Path | None,
    report: Path | None,
    download: bool,
    agent_channel: str | None,
    settings: Settings,
    baselines: Path | None,
    again: bool,
    workers: int | None,
    unmasked: str | None,
) -> None:
    """Transcribe, check and score recordings: files, or folders with all below them.

    Exit code: 0 all scored, 1 some failed or were left unheard (listed last), 2 wrong use or no
    speech server, 130 interrupted (Ctrl+C): what was scored is kept.

    Example: callqa score recordings/ call.wav --jsonl results.jsonl --report out/
    """
    named: list[tuple[str, str]] = []
    found = find_recordings(
        paths, settings.ingest, on_left_out=lambda name, why: named.append((name, why))
    )
    left_out = count_left_out(named)
    if not found:
        raise SettingsError(
            f"no recordings in {', '.join(map(str, paths))}; name a file, or a folder that holds some"
            f"{'. ' if left_out else ''}{told(tell_left_out(left_out))}"
        )
    db = settings.site.database if settings.site.db else None
    if unmasked is not None and db is None:
        raise SettingsError("--unmasked needs --db: the reason is kept in the database's ledger")
    basis, history = _load_basis(_with_channel(settings, agent_channel), db, baselines)
    model = identify(basis.settings, allow_download=download)
    sound: PageSound = "none" if report is None else "beeped" if unmasked is None else "plain"
    hearing = _Hearing(HearingPlan(model, basis, history, sound), again)
    with Interrupts() as interrupts:
        hearing.choose(_count_workers(workers, settings, found))
        with open_outputs(jsonl, db, report, unmasked) as outputs:
            outputs.begin(basis)
            outputs.regulations = basis.regulations
            broken = hearing.fill(outputs, found, interrupts)
        print_summary(outputs)
        print_bad_cells(outputs.faults)
        print_unread(tuple(outputs.unread))
        print_left_out(left_out)
    if broken is not None:
        raise broken
    unheard = any(one.unheard for one in left_out)
    if interrupts.exit_code is not None:
        print_interrupted(outputs, len(found), kept=db is not None)
        sys.exit(interrupts.exit_code)
    sys.exit(SOME_FAILED if outputs.failures or unheard else OK)


def _count_workers(given: int | None, settings: Settings, found: Sequence[Path]) -> int:
    wanted = given or settings.score.workers
    return count_workers(wanted, most=len(found) if wanted else len(found) // LEAST_CALLS)


def _with_channel(settings: Settings, agent_channel: Any) -> Settings:
    if agent_channel is None:
        return settings
    return replace(settings, roles=replace(settings.roles, agent_channel=agent_channel))


def _load_basis(
    settings: Settings, db: Path | None, baselines: Path | None
) -> tuple[JudgingBasis, Baselines]:
    """What the calls are judged by, and what earlier calls say; nothing where there are none."""
    given = load_baselines(baselines) if baselines else None
    if db is None or not db.exists():
        return load_basis(settings), given or Baselines()
    with Store.open(db) as store:
        return load_basis(settings, store), given or store.results.baselines()


class _Hearing:
    """Where the recordings are heard: here, or in worker processes."""

    def __init__(self, plan: HearingPlan, again: bool) -> None:
        self._plan, self._again = plan, again
        self._workers = 1
        self._checker: Checker | None = None

    def choose(self, workers: int) -> None:
        """With one worker the model is loaded here, before anything is written. Raises
        ``ModelError``."""
        self._workers = workers
        if workers == 1:
            plan = self._plan
            self._checker = load_checker(plan.basis, plan.history, threads=0)

    def fill(
        self, outputs: Outputs, found: Sequence[Path], interrupts: Interrupts
    ) -> CallqaError | None:
        """Hear all into the outputs; the error that ended it early. A signal ends it early too."""
        plan = self._plan
        saver = None if self._again else outputs.saver
        known = KnownCalls(saver, plan.model, plan.basis, with_sound=plan.sound != "none")
        if self._checker is not None:
            hear = hearer_of(self._checker, plan.sound)
            outcomes = interrupts.until(hear_here(found, hear, known, plan.sound))
        else:
            outcomes = hear_apart(
                found,
                plan,
                known,
                workers=self._workers,
                limits=plan.basis.settings.score,
                stop=interrupts.stop,
            )
        try:
            for path, outcome in with_progress(outcomes, len(found)):
                outputs.take(path, outcome, is_new=path not in known.found)
                outputs.done += 1
        except (WorkerError, ServerAwayError) as error:
            return error
        finally:
            outputs.known = len(known.found)
        return None
