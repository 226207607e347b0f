"""Ended calls: what is known of them is written beside their sound, they are scored like recordings,
and their alarms are compared with the finished findings."""

from __future__ import annotations

import csv
import io
import logging
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.call import judge_broken_off
from pipeline.errors import CallqaError, StoreError, UnsavableError
from pipeline.jobs import HeardCall
from pipeline.live.alarms import alarms_of_call
from pipeline.live.call_file import growing, incomplete, repair
from pipeline.live.open_call import began_iso
from pipeline.live.outcomes import compare
from pipeline.privacy import mask_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipeline.call import CheckedCall
    from pipeline.jobs import ResultSaver
    from pipeline.live.ear import LiveEar
    from pipeline.live.scorer import CallScorer, Outcome
    from pipeline.settings import Settings
    from pipeline.store import Store
    from pipeline.types import LiveMessage, LiveTalk, Seconds

log = logging.getLogger(__name__)

NEAR_S: Seconds = 3.0
"""An alarm and a finding of one rule belong together if they lie nearer (our choice): words that are
recognised in other windows get other times."""

RESUMED_S: Seconds = 600.0
"""A call with the number of one that was in progress so shortly before goes on with it (our
choice)."""


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

    def score(
        self, talk: LiveTalk | None, path: Path, agents: Sequence[str], cut: bool = False
    ) -> None:
        """Have an ended call scored; what became of it comes in a later ``step``. ``agents``: those
        who are known, in the order in which they took it; ``talk`` ``None``: nothing else is known
        of it; ``cut``: its end was not heard."""
        if talk is not None:
            self._talks[path] = talk.id
            try:
                note_beside(path, talk, agents, self.settings.ingest.metadata_file, cut=cut)
            except (OSError, ValueError, CallqaError) as error:
                self.warn(f"{path.parent}: what is known of a call cannot be written ({error})")
        self.scorer.score(path)

    def recover(self, folder: Path) -> None:
        """Make whole what a killed listener left, and score what was not. Raises ``StoreError``."""
        mended = self._repair(folder)
        calls = self.store.live_calls.open_calls()
        for talk in self.store.live.open_talks():
            if talk.source != "call":
                continue
            call = calls.get(talk.id)
            path = folder / call.file if call else None
            lines = self.store.live.lines(talk.id)
            if path is not None and path.is_file():
                mended.discard(path)
                self.store.live.set_state(talk.id, "ending")
                self.score(talk, path, agents_of(talk, lines), talk.state == "open")
            elif path is not None and incomplete(path).is_file():
                self.store.live.set_state(talk.id, "failed", "录音不完整，没有评分")
            elif lines or not folder.is_dir() or (path is not None and growing(path).exists()):
                fault = "找不到这通电话的录音，请检查 [live] recordings 的文件夹"
                self.store.live.set_state(talk.id, "failed", fault)
            else:
                self.store.live.finish(talk.id, None)  # nothing of it was heard
        for path in sorted(mended):
            self.scorer.score(path)

    def _repair(self, folder: Path) -> set[Path]:
        try:
            found = repair(folder)
        except OSError as error:
            self.warn(f"{folder}: sound of calls cannot be made whole ({error})")
            return set()
        for file, fault in found.faults:
            self.warn(f"{file}: sound of calls cannot be made whole ({fault})")
        return set(found.mended)

    def step(self, saver: ResultSaver, ear: LiveEar) -> bool:
        """Save what was scored meanwhile; whether there was anything. Raises ``StoreError``; the next
        step has again what could not be saved then."""
        moved = False
        while self._unsaved or not self.scorer.done.empty():
            if not self._unsaved:
                self._unsaved.append(self.scorer.done.get_nowait())
            path, outcome = self._unsaved[0]
            try:
                self._save(path, outcome, saver, ear)
            except UnsavableError as error:
                self._fail(path, str(error))
            except StoreError:
                raise
            except Exception as error:  # no call stops the others
                log.exception("%s cannot be saved", path)
                self._fail(path, f"unforeseen {type(error).__name__}: {error}")
            self._unsaved.pop(0)
            self._talks.pop(path, None)
            moved = True
        return moved

    def _save(self, path: Path, outcome: Outcome, saver: ResultSaver, ear: LiveEar) -> None:
        talk_id = self._talks.get(path)
        talk = self.store.live.find(talk_id) if talk_id is not None else None
        if talk_id is not None and talk is None:
            path.unlink(missing_ok=True)  # erased while it was scored
        elif isinstance(outcome, HeardCall):
            self._keep(outcome, talk, saver, ear)
        else:
            self._fail(path, outcome.reason)

    def _keep(
        self, outcome: HeardCall, talk: LiveTalk | None, saver: ResultSaver, ear: LiveEar
    ) -> None:
        """Save a scored call, and how its alarms fared. Raises ``StoreError``."""
        checked = self._as_heard(outcome.checked, talk, ear)
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
            findings = (one for result in checked.results for one in result.findings)
            finished = alarms_of_call(findings, talk.begun_at, ear.watched)
            if call is not None and not call.behind:
                alarms = self.store.live.alarms_of(talk.id)
                outcomes = compare(alarms, finished, near_s=NEAR_S)
                self.store.live.note_outcomes(sha256, outcomes, at=self.now())
            self.store.live.finish(talk.id, self.store.effective.of(sha256))

    def _as_heard(self, checked: CheckedCall, talk: LiveTalk | None, ear: LiveEar) -> CheckedCall:
        """Without a charge for what may have been said where nobody heard it."""
        first, last = checked.results[0], checked.results[-1]
        cut, resumed = last.call.hung_up_by == "system", self._goes_on(talk)
        if not (cut or resumed):
            return checked
        basis = ear.basis
        made = [
            judge_broken_off(
                one, basis.sheets.choose(one.call.queue, one.call.day), basis.lexicon.rules,
                cut=cut and one is last, resumed=resumed and one is first,
            )
            for one in checked.results
        ]  # fmt: skip
        return replace(checked, result=made[0], others=tuple(made[1:]))

    def _goes_on(self, talk: LiveTalk | None) -> bool:
        """Whether a call has the number of one that was in progress shortly before."""
        again = re.fullmatch(r"(.+)~(\d+)", talk.name) if talk is not None else None
        if talk is None or again is None:
            return False
        number = int(again[2]) - 1
        name = again[1] if number == 1 else f"{again[1]}~{number}"
        before = self.store.live.named("call", name)
        return before is not None and talk.begun_at - before.moved_at < RESUMED_S

    def _fail(self, path: Path, fault: str) -> None:
        talk_id = self._talks.get(path)
        talk = self.store.live.find(talk_id) if talk_id is not None else None
        self.warn(f"call {mask_text(talk.name) if talk else path.name}: {fault}")
        if talk is not None:
            self.store.live.set_state(talk.id, "failed", fault)


def agents_of(talk: LiveTalk, lines: Iterable[LiveMessage]) -> tuple[str, ...]:
    """The agents of a call in their order, as its lines tell; the one that is known now is the last."""
    said = [one.agent_id for one in lines if one.agent_id]
    return tuple(dict.fromkeys([*said, *([talk.agent_id] if talk.agent_id else [])]))


def note_beside(
    path: Path, talk: LiveTalk, agents: Sequence[str], table: str, *, cut: bool = False
) -> None:
    """Write what is known of a call into the table beside its sound, once: its first agent, to whom
    it was handed at last, and that nobody hung up where it was ``cut``. Raises ``OSError``, ``ValueError``."""
    file = path.parent / table
    written = file.read_text(encoding="utf-8") if file.exists() else ""
    rows = list(csv.reader(io.StringIO(written)))
    if any(row[:1] == [path.name] for row in rows):
        return
    known = {
        "file": path.name, "call_id": talk.name, "agent_id": agents[0] if agents else talk.agent_id,
        "customer_id": talk.customer_id, "started_at": began_iso(talk.begun_at),
        "queue": talk.queue, "transferred_to": agents[-1] if len(agents) > 1 else None,
        "hung_up_by": "system" if cut else None,
    }  # fmt: skip
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    if not rows:
        writer.writerow(known)
    elif not written.endswith("\n"):
        made.write("\n")  # a listener was killed, or the disk was full, in the row before
    columns = rows[0] if rows else list(known)
    writer.writerow([_plain(known.get(column) or "") for column in columns])
    with file.open("a", encoding="utf-8") as opened:
        opened.write(made.getvalue())


def _plain(cell: str) -> str:
    """One line, as a table's cell."""
    return " ".join(cell.split())
