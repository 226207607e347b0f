"""Where the results of a run of ``callqa score`` go as they come."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pipeline.call import CheckedCall
from pipeline.commands.options import actor, note_unmasked, now, open_jsonl, tell_plain
from pipeline.errors import CallqaError, ReportError
from pipeline.ingest import decode_call
from pipeline.jobs import HeardCall, ResultSaver, SoundsOfRun, results_as_parts
from pipeline.lexicon import load_regulations, names_of_rules
from pipeline.privacy import mask_result
from pipeline.report import page_name, result_to_dict, write_batch_report, write_call_report
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.types import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.jobs import JudgingBasis, PageSound
    from pipeline.report import Playback
    from pipeline.types import CallResult, Recording


class Outputs:
    """Database, lines and pages of a run, written as results come, so that a run that is stopped keeps what it has done."""

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
        self.unread: dict[str, None] = {}
        self.saver: ResultSaver | None = None
        self._basis: JudgingBasis | None = None
        self._names: Mapping[str, str] = {}
        self._of_run = SoundsOfRun()

    def begin(self, basis: JudgingBasis) -> None:
        """Note in the database what the calls are scored by, and whether personal data will be
        shown."""
        self._basis = basis
        self._names = names_of_rules(basis.lexicon.rules)
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
        if outcome.checked.unread:
            self.unread[outcome.checked.unread] = None
        try:
            same = self._save(outcome.checked) if is_new else None
        except (CallqaError, OSError) as error:
            same = None
            self.failures.append(Failure(str(path), f"{path}: scored, but not kept: {error}"))
        if same is not None:
            self.same.append((path, same))
            return
        self.results += outcome.checked.results
        for result in outcome.checked.results:
            for write in (self._write_line, partial(self._write_page, playback=outcome.playback)):
                try:
                    write(result)
                except (CallqaError, OSError, UnicodeEncodeError) as error:
                    reason = f"{path}: scored, but not kept: {error}"
                    self.failures.append(Failure(str(path), reason))

    def _shown(self, result: CallResult) -> CallResult:
        """The result as it is written: personal data is hidden unless a reason was given, or a
        setting shows its kind."""
        if self._unmasked:
            return result
        settings = self._basis.settings if self._basis else Settings()
        return mask_result(result, kinds=settings.privacy.hidden_from("commands"))

    def _write_line(self, result: CallResult) -> None:
        if self._jsonl:
            shown = self._shown(result)
            self._jsonl.write(json.dumps(result_to_dict(shown), ensure_ascii=False) + "\n")
            self._jsonl.flush()

    def _save(self, checked: CheckedCall) -> str | None:
        """The path of the call that this one repeats, ``None`` for a new one."""
        if self.saver:
            return self.saver.save_once(checked)
        return self._of_run.find_same(checked)

    def _write_page(self, result: CallResult, *, playback: Playback | None) -> None:
        if not self.report or playback is None:
            return
        write_call_report(
            self._shown(result),
            playback,
            self.report,
            regulations=self.regulations,
            names=self._names,
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
                self._write_line(one)
        sound: PageSound = "plain" if self._unmasked else "beeped"
        for one in self.results if self.report else ():
            if one.part is None:
                continue
            path = Path(one.recording.path)
            channels = decode_call(path, self._basis.settings.ingest).decoded.channels
            others = tuple(o for o in self.results if _is_beside(o.recording, one.recording))
            heard = HeardCall.of(CheckedCall(one, channels, others=others), sound)
            self._write_page(one, playback=heard.playback)

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
            self._shown(one)
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
            shown = [self._shown(result) for result in self.results]
            self.report_page = write_batch_report(
                shown, self.failures, self.report, names=self._names
            )


def _is_beside(one: Recording, other: Recording) -> bool:
    """Whether two are parts of one recording."""
    return one.sha256 != other.sha256 and one.content_sha256 == other.content_sha256


@contextmanager
def open_outputs(
    jsonl: Path | None, db: Path | None, report: Path | None, unmasked: str | None
) -> Iterator[Outputs]:
    """Open all outputs before the first call is scored, so that a wrong path costs nothing."""
    file = store = outputs = None
    try:
        tell_plain(report, jsonl)
        if report:
            _prepare_folder(report)
        if jsonl:
            file = open_jsonl(jsonl)
        if db:
            store = Store.open(db)
        outputs = Outputs(file, store, report, unmasked=unmasked)
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


def _close(file: TextIO, failures: list[Failure]) -> None:
    """What a full disk or a closed pipe did not take is tried again, and fails again."""
    try:
        file.close()
    except OSError as error:
        if not failures:
            failures.append(Failure(file.name, f"{file.name}: not written ({error.strerror})"))
