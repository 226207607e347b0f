"""Ended calls: what is known of them is written beside their sound, they are scored like recordings,
and their alarms are compared with the finished findings."""

from __future__ import annotations

import csv
import logging
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import StoreError, UnsavableError
from pipeline.jobs import HeardCall
from pipeline.live.alarms import alarms_of_call
from pipeline.live.beside import AtEnd, known_of, note_beside
from pipeline.live.call_file import give_name, growing, incomplete, repair
from pipeline.live.outcomes import compare
from pipeline.privacy import mask_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


OVERLAP_S: Seconds = 30.0
"""The last words of a call that broke off may come so long after the next one has begun (our choice);
one in which more is said is another call, such as of another telephone system."""

RETRY_S: Seconds = 60.0
"""How often it is tried again to write what is known of a call (our choice)."""


@dataclass
class Endings:
    """``now``: UTC, ISO 8601; ``warn``: takes what somebody has to know; ``ticks``: seconds of a clock
    that nobody sets."""

    store: Store
    settings: Settings
    scorer: CallScorer
    now: Callable[[], str]
    warn: Callable[[str], None]
    ticks: Callable[[], float] = time.monotonic
    _talks: dict[Path, int] = field(default_factory=dict)
    _unnoted: dict[Path, tuple[LiveTalk | None, AtEnd]] = field(default_factory=dict)
    """Ended calls of which nothing could be written so far."""
    _retry_tick: float = 0.0
    _unsaved: list[tuple[Path, Outcome]] = field(default_factory=list)

    @property
    def in_hand(self) -> int:
        """Ended calls that are not scored yet."""
        return len(self._talks)

    def score(self, talk: LiveTalk | None, path: Path, at_end: AtEnd) -> None:
        """Have an ended call scored; what became of it comes in a later ``step``. ``talk`` ``None``:
        nothing else is known of it. Where that cannot be written nobody may score it: it is tried
        again each ``RETRY_S``. Raises ``StoreError``."""
        fault = self._note(talk, path, at_end)
        if not fault:
            if talk is not None:
                self._talks[path] = talk.id
            self.scorer.score(path)
            return
        self._unnoted[path] = (talk, at_end)
        self._retry_tick = self.ticks() + RETRY_S
        self.warn(f"{path.parent}: what is known of a call cannot be written ({fault}); it waits")
        if talk is not None:
            self.store.live.set_state(
                talk.id, "failed", f"写不进 {path.parent}，还没有评分（{fault}）"
            )

    def _note(self, talk: LiveTalk | None, path: Path, at_end: AtEnd) -> str:
        """Write what is known of a call beside its sound, and give this its name; why it cannot be
        done, empty where it was. Raises ``StoreError``."""
        known = known_of(path, talk, at_end, resumed=self._goes_on(talk))
        try:
            note_beside(path.parent / self.settings.ingest.metadata_file, known)
            give_name(path)
        except (OSError, ValueError, csv.Error) as error:
            return (error.strerror if isinstance(error, OSError) else None) or str(error)
        return ""

    def _try_again(self) -> None:
        """Score what could not be noted before. Raises ``StoreError``."""
        if not self._unnoted or self.ticks() < self._retry_tick:
            return
        self._retry_tick = self.ticks() + RETRY_S
        for path, (talk, at_end) in list(self._unnoted.items()):
            now = self.store.live.find(talk.id) if talk is not None else None
            if talk is not None and now is None:  # erased meanwhile
                with suppress(OSError):
                    growing(path).unlink(missing_ok=True)
            elif self._note(now, path, at_end):
                continue
            else:
                if now is not None:
                    self.store.live.set_state(now.id, "ending")
                    self._talks[path] = now.id
                self.scorer.score(path)
            del self._unnoted[path]

    def recover(self, folder: Path) -> None:
        """Make whole what a killed listener left, and score what was not. Of a call whose sound has
        not its name yet nobody knows that it was heard to its end. Raises ``StoreError``."""
        mended = self._repair(folder)
        calls = self.store.live_calls.open_calls()
        for talk in self.store.live.open_talks():
            if talk.source != "call":
                continue
            call = calls.get(talk.id)
            path = folder / call.file if call else None
            lines = self.store.live.lines(talk.id)
            if path is not None and (path in mended or path.is_file()):
                self.store.live.set_state(talk.id, "ending")
                cut = talk.state == "open" or path in mended
                mended.discard(path)
                self.score(talk, path, replace(known_by(talk, lines), is_cut=cut))
            elif path is not None and incomplete(path).is_file():
                self.store.live.set_state(talk.id, "failed", "录音不完整，没有评分")
            elif lines or not folder.is_dir() or (path is not None and growing(path).exists()):
                fault = "找不到这通电话的录音，请检查 [live] recordings 的文件夹"
                self.store.live.set_state(talk.id, "failed", fault)
            else:
                self.store.live.finish(talk.id, None)  # nothing of it was heard
        for path in sorted(mended):
            self.score(None, path, AtEnd(is_cut=True))

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
        self._try_again()
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
        checked = outcome.checked
        sha256 = checked.result.recording.sha256
        with self.store.batch():
            scored = self.store.files.is_scored(sha256)  # as by a night while nobody listened
            same = None if scored else saver.save_once(checked)
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
                alarms = self.store.alarms.of_talk(talk.id)
                outcomes = compare(alarms, finished, near_s=NEAR_S)
                self.store.alarms.note_outcomes(sha256, outcomes, at=self.now())
            self.store.live.finish(talk.id, self.store.effective.of(sha256))

    def _goes_on(self, talk: LiveTalk | None) -> bool:
        """Whether a call has the number of one that was in progress shortly before."""
        again = re.fullmatch(r"(.+)~(\d+)", talk.name) if talk is not None else None
        if talk is None or again is None:
            return False
        number = int(again[2]) - 1
        name = again[1] if number == 1 else f"{again[1]}~{number}"
        before = self.store.live.named("call", name)
        if before is None:
            return False
        return -OVERLAP_S < talk.begun_at - before.moved_at < RESUMED_S

    def _fail(self, path: Path, fault: str) -> None:
        talk_id = self._talks.get(path)
        talk = self.store.live.find(talk_id) if talk_id is not None else None
        self.warn(f"call {mask_text(talk.name, said=False) if talk else path.name}: {fault}")
        if talk is not None:
            self.store.live.set_state(talk.id, "failed", fault)


def known_by(talk: LiveTalk, lines: Iterable[LiveMessage]) -> AtEnd:
    """Who had a call, as its lines tell; the agent that is known now is the last."""
    said = [(one.agent_id, one.at - talk.begun_at) for one in lines if one.agent_id]
    agents = tuple(dict.fromkeys([*(a for a, _ in said), *filter(None, [talk.agent_id])]))
    later = (max(0.0, at_s) for agent, at_s in said if agent != agents[0])
    return AtEnd(agents, next(later, None))
