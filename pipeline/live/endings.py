"""Ended calls: what is known of them is written beside their sound, they are scored like recordings,
and their alarms are compared with the finished findings."""

from __future__ import annotations

import csv
import io
import logging
import queue
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError, StoreError, UnsavableError
from pipeline.jobs import HeardCall
from pipeline.live.call_file import repair
from pipeline.live.desk import began_iso, is_measured
from pipeline.live.ear import alarm_of
from pipeline.live.outcomes import compare
from pipeline.privacy import mask_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.jobs import ResultSaver
    from pipeline.live.ear import LiveEar
    from pipeline.live.scorer import CallScorer, Outcome
    from pipeline.settings import Settings
    from pipeline.store import Store
    from pipeline.types import LiveTalk, Seconds

log = logging.getLogger(__name__)

NEAR_S: Seconds = 3.0
"""An alarm and a finding of one rule belong together if they lie nearer (our choice): words that are
recognised in other windows get other times."""

COLUMNS = ("file", "call_id", "agent_id", "customer_id", "started_at", "queue")


@dataclass
class Endings:
    """``now``: UTC, ISO 8601; ``warn``: takes what somebody has to know."""

    store: Store
    settings: Settings
    scorer: CallScorer
    now: Callable[[], str]
    warn: Callable[[str], None]
    _talks: dict[Path, int] = field(default_factory=dict)
    _unsaved: list[tuple[Path, Outcome]] = field(default_factory=list)

    @property
    def in_hand(self) -> int:
        """Ended calls that are not scored yet."""
        return len(self._talks)

    def score(self, talk: LiveTalk, path: Path) -> None:
        """Have an ended call scored; what became of it comes in a later ``step``."""
        self._talks[path] = talk.id
        try:
            note_beside(path, talk, self.settings.ingest.metadata_file)
        except (OSError, CallqaError) as error:
            self.warn(f"{path.parent}: what is known of a call cannot be written ({error})")
        self.scorer.score(path)

    def recover(self, folder: Path) -> None:
        """Make whole what a killed listener left, and score what was not. Raises ``StoreError``."""
        try:
            mended = set(repair(folder))
        except OSError as error:
            self.warn(f"{folder}: sound of calls cannot be made whole ({error})")
            mended = set()
        calls = self.store.live_calls.open_calls()
        for talk in self.store.live.open_talks():
            if talk.source != "call":
                continue
            call = calls.get(talk.id)
            path = folder / call.file if call else None
            if path is not None and path.is_file():
                mended.discard(path)
                self.store.live.set_state(talk.id, "ending")
                self.score(talk, path)
            else:
                self.store.live.finish(talk.id, None)  # nothing of it was heard
        for path in sorted(mended):
            self.scorer.score(path)

    def step(self, saver: ResultSaver, ear: LiveEar) -> bool:
        """Save what was scored meanwhile; whether there was anything."""
        found = self._unsaved
        self._unsaved = []
        while True:
            try:
                found.append(self.scorer.done.get_nowait())
            except queue.Empty:
                break
        for path, outcome in found:
            self._save(path, outcome, saver, ear)
        return bool(found)

    def _save(self, path: Path, outcome: Outcome, saver: ResultSaver, ear: LiveEar) -> None:
        talk_id = self._talks.get(path)
        talk = self.store.live.find(talk_id) if talk_id is not None else None
        if talk_id is not None and talk is None:
            path.unlink(missing_ok=True)  # erased while it was scored
            self._talks.pop(path, None)
            return
        if not isinstance(outcome, HeardCall):
            self._fail(path, talk, outcome.reason)
            return
        try:
            self._keep(outcome, talk, saver, ear)
        except StoreError as error:
            if isinstance(error, UnsavableError):
                self._fail(path, talk, str(error))
                return
            self._unsaved.append((path, outcome))  # the next step tries again
            return
        self._talks.pop(path, None)

    def _keep(
        self, outcome: HeardCall, talk: LiveTalk | None, saver: ResultSaver, ear: LiveEar
    ) -> None:
        """Save a scored call, and how its alarms fared. Raises ``StoreError``."""
        checked = outcome.checked
        with self.store.batch():
            same = saver.save_once(checked)
            sha256 = checked.result.recording.sha256
            if talk is None:
                return
            if same is not None:  # its sound came another way before
                log.info("%s is kept already as %s", checked.result.recording.path, same)
                copy, known = Path(checked.result.recording.path), Path(same)
                if copy.is_file() and known.is_file() and not known.samefile(copy):
                    copy.unlink()
                self.store.live.finish(talk.id, None)
                return
            call = self.store.live_calls.find(talk.id)
            finished = [
                alarm_of(finding, talk.begun_at, ear.watched)
                for result in checked.results
                for finding in result.findings
                if finding.rule in ear.watched or is_measured(finding)
            ]
            if call is not None and not call.behind:
                alarms = self.store.live.alarms_of(talk.id)
                outcomes = compare(alarms, finished, near_s=NEAR_S)
                self.store.live.note_outcomes(sha256, outcomes, at=self.now())
            self.store.live.finish(talk.id, self.store.effective.of(sha256))

    def _fail(self, path: Path, talk: LiveTalk | None, fault: str) -> None:
        name = mask_text(talk.name) if talk else path.name
        self.warn(f"call {name}: {fault}")
        self._talks.pop(path, None)
        if talk is not None:
            self.store.live.set_state(talk.id, "failed", fault)


def note_beside(path: Path, talk: LiveTalk, table: str) -> None:
    """Write what is known of a call into the table beside its sound, once. Raises ``OSError``."""
    file = path.parent / table
    written = file.read_text(encoding="utf-8") if file.exists() else ""
    if any(row[:1] == [path.name] for row in csv.reader(io.StringIO(written))):
        return
    row = (
        path.name, talk.name, talk.agent_id, talk.customer_id, began_iso(talk.begun_at), talk.queue,
    )  # fmt: skip
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    if not written:
        writer.writerow(COLUMNS)
    writer.writerow(["" if cell is None else _plain(cell) for cell in row])
    with file.open("a", encoding="utf-8") as opened:
        opened.write(made.getvalue())


def _plain(cell: str) -> str:
    """One line, as a table's cell."""
    return " ".join(cell.split())
