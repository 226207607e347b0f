"""The command that hears and scores recordings."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from rich.console import Console
from rich.table import Table

from pipeline.call import CheckedCall, Checker
from pipeline.commands.interrupts import Interrupts
from pipeline.commands.options import OK, SOME_FAILED, actor, note_unmasked, now, of_site
from pipeline.commands.progress import progress
from pipeline.errors import (
    CallqaError,
    ReportError,
    ServerAwayError,
    SettingsError,
    WorkerError,
)
from pipeline.ingest import count_left_out, decode_call, find_recordings
from pipeline.jobs import (
    HeardCall,
    HearingPlan,
    JudgingBasis,
    KnownCalls,
    ResultSaver,
    SoundsOfRun,
    hear_apart,
    hear_here,
    hearer_of,
    load_baselines,
    load_basis,
    load_checker,
    results_as_parts,
)
from pipeline.lexicon import load_regulations
from pipeline.privacy import mask_name, mask_result
from pipeline.report import page_name, result_to_dict, write_batch_report, write_call_report
from pipeline.store import Store
from pipeline.transcribe import identify
from pipeline.types import Baselines, CallResult, Failure, LeftOut, readable, tell_left_out
from pipeline.workers import count_workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.jobs import PageSound
    from pipeline.settings import Settings


MOST_SAME = 20
"""Recordings of known calls and bad cells that are named; the others are counted (our choice)."""

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
            f"{'. ' if left_out else ''}{tell_left_out(left_out)}"
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
        with _outputs(jsonl, db, report, unmasked) as outputs:
            outputs.begin(basis)
            outputs.regulations = basis.regulations
            broken = hearing.fill(outputs, found, interrupts)
        _print_summary(outputs)
        _print_bad_cells(outputs.faults)
        _print_left_out(left_out)
    if broken is not None:
        raise broken
    unheard = any(one.unheard for one in left_out)
    if interrupts.exit_code is not None:
        _print_interrupted(outputs, len(found), kept=db is not None)
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
        self, outputs: _Outputs, found: Sequence[Path], interrupts: Interrupts
    ) -> CallqaError | None:
        """Hear all into the outputs; the error that ended it early. A signal ends it early too."""
        plan = self._plan
        model = self._checker.recogniser if self._checker else plan.model
        saver = None if self._again else outputs.saver
        known = KnownCalls(saver, model, plan.basis, with_sound=plan.sound != "none")
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
            for path, outcome in _with_progress(outcomes, len(found)):
                outputs.take(path, outcome, is_new=path not in known.found)
                outputs.done += 1
        except (WorkerError, ServerAwayError) as error:
            return error
        finally:
            outputs.known = len(known.found)
        return None


class _Outputs:
    """Where results go as they come, so that a run that is stopped keeps what it has done."""

    def __init__(
        self,
        jsonl: TextIO | None,
        store: Store | None,
        report: Path | None,
        *,
        unmasked: str | None = None,
    ) -> None:
        self.results: list[CallResult] = []
        self.failures: list[Failure] = []
        self.report_page: Path | None = None
        self._jsonl, self._store, self.report = jsonl, store, report
        self._unmasked = unmasked
        self.regulations = load_regulations()
        self.known = self.done = 0
        self.same: list[tuple[Path, str]] = []
        self.faults: list[str] = []
        self.saver: ResultSaver | None = None
        self._basis: JudgingBasis | None = None
        self._of_run = SoundsOfRun()

    def begin(self, basis: JudgingBasis) -> None:
        """Note in the database what the calls are scored by, and whether personal data will be
        shown."""
        self._basis = basis
        if self._store:
            self.saver = ResultSaver.begin(self._store, basis, "score", actor=actor(), now=now)
            run = f"run {self.saver.run_id}"
            note_unmasked(self._store, run, self._unmasked, {"command": "score"})

    def take(self, path: Path, outcome: HeardCall | Failure, *, is_new: bool) -> None:
        """Write one outcome everywhere, but into the database only a new one; what cannot be
        written becomes a failure of that call."""
        if isinstance(outcome, Failure):
            self.failures.append(outcome)
            return
        self.faults += outcome.checked.faults
        writers = [self._write_line, self._write_page]
        try:
            same = self._save(outcome.checked) if is_new else None
        except (CallqaError, OSError) as error:
            same = None
            self.failures.append(Failure(str(path), f"{path}: scored, but not kept: {error}"))
        if same is not None:
            self.same.append((path, same))
            return
        self.results.append(outcome.checked.result)
        for write in writers:
            try:
                write(outcome)
            except (CallqaError, OSError, UnicodeEncodeError) as error:
                self.failures.append(Failure(str(path), f"{path}: scored, but not kept: {error}"))

    def _write_line(self, heard: HeardCall) -> None:
        if self._jsonl:
            result = heard.checked.result
            shown = result if self._unmasked else mask_result(result)
            self._jsonl.write(json.dumps(result_to_dict(shown), ensure_ascii=False) + "\n")
            self._jsonl.flush()

    def _save(self, checked: CheckedCall) -> str | None:
        """The path of the call that this one repeats, ``None`` for a new one."""
        if self.saver:
            return self.saver.save_once(checked)
        return self._of_run.find_same(checked)

    def _write_page(self, heard: HeardCall) -> None:
        if not self.report or heard.playback is None:
            return
        result = heard.checked.result
        write_call_report(
            result if self._unmasked else mask_result(result),
            heard.playback,
            self.report,
            regulations=self.regulations,
            others=self._others(result),
        )

    def _tell_parts(self) -> None:
        """Write recordings again that turned out to be parts of a conversation: what another part
        has is not missing."""
        if self._basis is None:
            return
        now = results_as_parts(self.results, self._basis, self._store)
        before, self.results = (
            self.results,
            [now.get(one.recording.sha256, one) for one in self.results],
        )
        changed = [
            new for old, new in zip(before, self.results, strict=True) if new.part != old.part
        ]
        if self._jsonl and changed:
            lines = self._from_start(self._jsonl, changed)
            for one in lines:
                self._write_line(HeardCall(CheckedCall(one, ())))
        sound: PageSound = "plain" if self._unmasked else "beeped"
        for one in self.results if self.report else ():
            if one.part is None:
                continue
            path = Path(one.recording.path)
            channels = decode_call(path, self._basis.settings.ingest).decoded.channels
            self._write_page(HeardCall.of(CheckedCall(one, channels), sound))

    def _from_start(self, file: TextIO, changed: list[CallResult]) -> list[CallResult]:
        """The results to write: all of them over again, or below the others where the file cannot be
        gone back in."""
        try:
            file.seek(0)
            file.truncate()
        except OSError:
            return changed
        return self.results

    def _others(self, result: CallResult) -> list[tuple[str, str]]:
        """Name and page of the other parts of a conversation that this run has pages of."""
        part = result.part
        others = [
            one if self._unmasked else mask_result(one)
            for one in self.results
            if part and one.part and one.part.conversation == part.conversation and one.part != part
        ]
        return [(one.call.call_id or "", page_name(one)) for one in others]

    def finish(self) -> None:
        """The batch page, of whatever was done, with parts of conversations as they count."""
        try:
            self._tell_parts()
        except (CallqaError, OSError) as error:
            self.failures.append(Failure("parts", f"parts of conversations are not told: {error}"))
        if self.report:
            shown = (
                self.results if self._unmasked else [mask_result(result) for result in self.results]
            )
            self.report_page = write_batch_report(shown, self.failures, self.report)


@contextmanager
def _outputs(
    jsonl: Path | None, db: Path | None, report: Path | None, unmasked: str | None
) -> Iterator[_Outputs]:
    """Open all outputs before the first call is scored, so that a wrong path costs nothing."""
    file = store = outputs = None
    try:
        if report:
            _prepare_folder(report)
        if jsonl:
            file = _open_jsonl(jsonl)
        if db:
            store = Store.open(db)
        outputs = _Outputs(file, store, report, unmasked=unmasked)
        try:
            yield outputs
        finally:
            outputs.finish()
    finally:
        if store:
            store.close()
        if file:
            _close(file, outputs.failures if outputs else [])


def _prepare_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".callqa-write-test").write_text("")
        (folder / ".callqa-write-test").unlink()
    except OSError as error:
        raise ReportError(
            f"{folder}: cannot be written ({error.strerror}); choose another --report folder"
        ) from error


def _open_jsonl(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ReportError(
            f"{path}: cannot be written ({error.strerror}); choose another --jsonl file"
        ) from error


def _close(file: TextIO, failures: list[Failure]) -> None:
    """What a full disk or a closed pipe did not take is tried again, and fails again."""
    try:
        file.close()
    except OSError as error:
        if not failures:
            failures.append(Failure(file.name, f"{file.name}: not written ({error.strerror})"))


def _with_progress(outcomes: Iterator[Any], total: int) -> Iterator[Any]:
    """Pass outcomes on, and show how far it is; without a terminal also a line for each call."""
    with progress("正在评分", total) as shown:
        for done, (path, outcome) in enumerate(outcomes, 1):
            if not sys.stderr.isatty():
                click.echo(f"{done}/{total} {readable(path.name)}: {_in_short(outcome)}", err=True)
            yield path, outcome
            shown.advance(failed=isinstance(outcome, Failure), name=readable(path.name))


def _in_short(outcome: HeardCall | Failure) -> str:
    if isinstance(outcome, Failure):
        return "failed"
    return f"服务态度 {_points(outcome.checked.result.score.attitude)}"


def _points(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _print_summary(outputs: _Outputs) -> None:
    table = Table(title=None)
    for heading, right in (
        ("录音", False),
        ("服务态度", True),
        ("总分", True),
        ("禁语", True),
        ("待复核", True),
        ("提示", False),
    ):
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for result in outputs.results:
        table.add_row(*_row(result))
    console = Console() if sys.stdout.isatty() else Console(width=120)
    console.print(table)
    rated = [
        result.score.attitude for result in outputs.results if result.score.attitude is not None
    ]
    mean = f"，服务态度平均 {sum(rated) / len(rated):.1f}" if rated else ""
    lost = {failure.path for failure in outputs.failures}
    click.echo(f"已评分 {len(outputs.results)} 通{mean}；失败 {len(lost)} 通。")
    unanswered = sum(result.no_talk is not None for result in outputs.results)
    if unanswered:
        click.echo(f"其中 {unanswered} 通未接通/无对话，不评分，不需复核。")
    if outputs.same:
        click.echo(f"另有 {len(outputs.same)} 个录音与已有的通话是同一通（声音相同），没有再记：")
        for path, kept in outputs.same[:MOST_SAME]:
            click.echo(f"  {mask_name(path.name)} = {mask_name(Path(kept).name)}")
    if outputs.known:
        click.echo(f"其中 {outputs.known} 通已评分过，没有再听；要重新听，请加 --again。")
    if outputs.report_page:
        click.echo(f"报告: {outputs.report_page}")
    for failure in outputs.failures:
        click.echo(f"failed: {failure.reason}", err=True)


def _print_bad_cells(faults: Sequence[str]) -> None:
    """Say on stderr which cells beside recordings are left unknown."""
    if faults:
        click.echo(f"录音旁的表有 {len(faults)} 处没有读懂，按未知处理：", err=True)
        click.echo("\n".join(f"  {fault}" for fault in faults[:MOST_SAME]), err=True)


def _print_interrupted(outputs: _Outputs, total: int, *, kept: bool) -> None:
    left = total - outputs.done
    then = "；再运行一次同样的命令，已评分的不会再听" if kept and left else ""
    click.echo(f"已中断：还有 {left} 通没有评分{then}。", err=True)


def _print_left_out(left_out: tuple[LeftOut, ...]) -> None:
    """Say what was not read; on stderr where calls may be among it."""
    if left_out:
        click.echo(tell_left_out(left_out), err=any(one.unheard for one in left_out))


def _row(result: CallResult) -> tuple[str, ...]:
    forbidden = sum(f.kind == "forbidden" and f.verdict == "confirmed" for f in result.findings)
    review = sum(f.verdict == "review" for f in result.findings)
    return (
        Path(readable(result.recording.path)).name,
        _points(result.score.attitude),
        _points(result.score.total),
        str(forbidden or ""),
        str(review or ""),
        "；".join(result.score.flags[:2]),
    )
