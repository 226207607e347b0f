"""A listener with a telephone line, whose model gives the words that a test says."""

from __future__ import annotations

import queue
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.call import Checker
from pipeline.jobs import hearer_of
from pipeline.live import CallHouse, Calls, Endings, LiveEar, Teller, Watch, of_calls
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.telephony import CallBegan, CallEnded, CallSound, CallStream
from pipeline.types import Failure
from tests.fakes import FakeRecogniser
from tests.live.conftest import NOW, basis_of, shipped_basis
from tests.sounds import TWO_SIDES

if TYPE_CHECKING:
    from pipeline.jobs import JudgingBasis
    from pipeline.jobs.hear import Hear

STREAM = CallStream("audiosocket", "C-1")
RATE = 8000


@dataclass
class HearsInOrder(FakeRecogniser):
    """Gives each side's texts one after the other; ``fails``: the model breaks."""

    fails: bool = False
    _given: dict[int, int] = field(default_factory=dict)

    def recognise(self, tracks):  # type: ignore[no-untyped-def]
        if self.fails:
            raise RuntimeError("the model broke")
        return super().recognise(tracks)

    def _text(self, channel: int, index: int) -> str:
        at = self._given.get(channel, 0)
        self._given[channel] = at + 1
        return super()._text(channel, at)


@dataclass(frozen=True)
class PlanHere:
    basis: JudgingBasis


class ScoresHere:
    """In the place of a worker process: the same work, with the test's recogniser."""

    def __init__(self, checker: Checker) -> None:
        self.hear = hearer_of(checker, "none")
        self.plan = PlanHere(of_calls(shipped_basis()))
        self.done: queue.SimpleQueue[tuple[Path, object]] = queue.SimpleQueue()
        self.breaks = False
        self.asked: list[Path] = []

    def score(self, path: Path) -> None:
        self.asked.append(path)
        self.done.put((path, Failure(str(path), "no room") if self.breaks else self.hear(path)))

    def close(self) -> None: ...


@dataclass
class Line:
    """A listener with a telephone line. ``recogniser``: what it hears live."""

    folder: Path
    store: Store
    recogniser: HearsInOrder
    now: float = NOW
    told: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    set_back_s: float = 0.0
    """By so much the machine's clock was set back."""

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin to listen, as after the machine was started anew."""
        basis = basis_of(self.settings)
        ear = LiveEar.of(basis)
        checker = Checker.of(self.recogniser, basis.lexicon, basis.sheets, basis.settings)
        self.scorer = ScoresHere(checker)
        self.calls = Calls(self.folder, 3, lambda: self.ticks, warn=self.warned.append)
        endings = Endings(
            self.store,
            self.settings,
            self.scorer,
            self._moment,
            self.warned.append,  # type: ignore[arg-type]
        )
        self.house = CallHouse(self.store, self.calls, endings, checker, basis)
        teller = Teller(self._send, ("json://127.0.0.1",))
        self.teller = teller
        self.watch = Watch(
            self.store, self.settings, basis, teller, lambda: self.now, self._moment,
            ticks=lambda: self.ticks, warn=self.warned.append, house=self.house,
        )  # fmt: skip
        assert self.watch.ear.basis == ear.basis

    @property
    def ticks(self) -> float:
        """A clock that nobody sets."""
        return self.now + self.set_back_s

    def _send(self, addresses: object, title: str, text: str) -> bool:
        self.told.append(title)
        return True

    def _moment(self) -> str:
        return datetime.fromtimestamp(self.now, UTC).isoformat(timespec="seconds")

    def begin(self, stream: CallStream = STREAM, *sides: str) -> None:
        self.calls.take(
            CallBegan(stream, self.now, sides or ("agent", "customer"), agent_id="8001")  # type: ignore[arg-type]
        )
        self.watch.step()

    def play(
        self, sides: dict[str, NDArray[np.int16]], *, seconds: float, start_s: float = 0.0,
        stream: CallStream = STREAM, step_s: float = 0.5,
    ) -> None:  # fmt: skip
        """Send both sides in pieces, and let the listener work after each."""
        for at in np.arange(start_s, start_s + seconds, step_s):
            for side, samples in sides.items():
                part = samples[int(at * RATE) : int((at + step_s) * RATE)]
                self.calls.take(CallSound(stream, side, float(at), part, RATE))  # type: ignore[arg-type]
            self.now += step_s
            self.work()

    def work(self) -> None:
        self.calls.look()
        assert self.house.recognition is not None
        while self.house.recognition.work():
            self.watch.step()
        self.watch.step()

    def hang_up(self, stream: CallStream = STREAM) -> None:
        self.calls.take(CallEnded(stream))
        self.work()
        self.watch.step()

    def lines(self, talk_id: int = 1) -> list[tuple[str, str]]:
        return [(one.speaker, one.text) for one in self.store.live.lines(talk_id)]

    def alarms(self, talk_id: int = 1) -> list[tuple[str, str]]:
        return [(one.rule, one.verdict) for one in self.store.alarms.of_talk(talk_id)]


SAID = {
    2: ["您好，请讲。", "这个不归我管。", "我也没办法。", "随你便，爱去哪去哪。"],
    3: ["我要退款。", "你们让我来的。", "你这是什么态度，我要投诉你。"],
}
"""What the sides of the first call say: side 2 is its agent, side 3 its customer."""


def two_sides() -> dict[str, NDArray[np.int16]]:
    samples, rate = soundfile.read(TWO_SIDES, dtype="int16")
    step = rate // RATE
    return {"agent": samples[::step, 0].copy(), "customer": samples[::step, 1].copy()}


def scored_with(line: Line, says: dict[int, list[str]]) -> Hear:
    """Hears the finished recording."""
    basis = shipped_basis()
    whole = FakeRecogniser(says, confidence=0.98)
    return hearer_of(Checker.of(whole, basis.lexicon, basis.sheets, basis.settings), "none")
