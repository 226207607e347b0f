"""The calls in progress: what telephone systems tell of them, kept and listened to at once."""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from functools import singledispatchmethod
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import CallqaError
from pipeline.live.call_file import CallFile, name_of
from pipeline.live.side import CallSide, Resampler
from pipeline.telephony import (
    Announced,
    CallBegan,
    CallEnded,
    CallSound,
    CallStream,
    RefusedCallError,
    Side,
)
from pipeline.types import SAMPLE_RATE, Seconds, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.telephony import CallEvent
    from pipeline.types import Finding, Utterance

log = logging.getLogger(__name__)

LISTEN_S: Seconds = 0.1
"""How often new sound is listened to."""

BEHIND_S: Seconds = 15.0
"""Words that wait longer for recognition are too late: a call is given up until one can keep up
(our choice)."""

AHEAD_S: Seconds = 120.0
"""Sound that lies so far ahead of the clock has a wrong time (our choice)."""

TOGETHER, TOGETHER_S = 4, 16.0
"""Windows, and seconds of speech, that are recognised together (our choice): more in a batch cost
less each, and let the first one wait longer."""


@dataclass
class Call:
    """A call in progress. ``about``: agent_id, customer_id, queue; ``path``: of its sound when it is
    whole; ``behind``: its words come at its end; ``pending``: speech whose words are not known
    yet; ``told``: a rule was met in it, so that it is worth most."""

    stream: CallStream
    number: int
    began_at: float
    sides: dict[Side, CallSide]
    about: dict[str, str | None]
    path: Path
    file: CallFile | None = None
    behind: bool = False
    ended: bool = False
    reason: str = ""
    told: bool = False
    warned: bool = False
    pending: list[Window] = field(default_factory=list)
    newest_s: Seconds = 0.0
    lost_s: Seconds = 0.0
    _resamplers: dict[tuple[Side, int], Resampler] = field(default_factory=dict)

    @property
    def speech(self) -> list[tuple[Side, Span]]:
        """Who speaks when, so far; the stretch that goes on ends now."""
        found = [(one.side, span) for one in self.sides.values() for span in list(one.speech)]
        for one in self.sides.values():
            since_s = one.stream.since_s
            if since_s is not None:
                found.append((one.side, Span(since_s, max(since_s, one.stream.at_s))))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Speech that waits for recognition since ``since``, a time of the clock."""

    call: Call
    side: CallSide
    span: Span
    since: float


@dataclass(frozen=True, slots=True)
class Began:
    call: Call


@dataclass(frozen=True, slots=True)
class Said:
    """The words of some windows of a call."""

    call: Call
    utterances: tuple[Utterance, ...]
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class LookedAgain:
    """What the sound says of phrases that the words alone leave open."""

    call: Call
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Fell:
    """Recognition cannot keep up with a call."""

    call: Call


@dataclass(frozen=True, slots=True)
class Ended:
    call: Call
    reason: str


News: TypeAlias = Began | Said | LookedAgain | Fell | Ended


@dataclass
class Calls:
    """A sink for the servers of ``pipeline.telephony``: any number of them, each in its thread.
    ``folder``: ``[live] recordings``; ``most``: calls at once; ``clock``: seconds since 1970. ``news``
    is read by the program that keeps the database."""

    folder: Path
    most: int
    clock: Callable[[], float]
    news: queue.SimpleQueue[News] = field(default_factory=queue.SimpleQueue)
    warn: Callable[[str], None] = log.warning
    deaf: bool = False
    """Nothing is recognised while calls go on."""
    _calls: dict[CallStream, Call] = field(default_factory=dict)
    _listened: dict[int, Call] = field(default_factory=dict)
    """The calls in progress, and those whose end was not listened to yet."""
    _waiting: deque[Window] = field(default_factory=deque)
    _number: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)
    ready: threading.Event = field(default_factory=threading.Event)

    def take(self, event: CallEvent) -> None:
        """See ``CallSink``. Raises ``RefusedCallError``."""
        self._take(event)

    @singledispatchmethod
    def _take(self, event: object) -> None:
        raise TypeError(f"{event!r} is no event of a call")

    @_take.register
    def _(self, event: CallBegan) -> None:
        with self._lock:
            if event.stream in self._calls:
                raise RefusedCallError(
                    f"{event.stream.protocol}: a call of this number is in progress already"
                )
            if len(self._calls) >= self.most:
                raise RefusedCallError(f"{self.most} calls are in progress, and [live] calls is {self.most}")  # fmt: skip
            name = event.stream.name
            if any(one.stream.name == name for one in self._calls.values()):
                name = f"{name}-{event.stream.protocol}"  # of another telephone system
            try:
                path = name_of(self.folder, name, event.at)
            except CallqaError as error:
                raise RefusedCallError(str(error)) from error
            self._number += 1
            about = {key: getattr(event, key) for key in ("agent_id", "customer_id", "queue")}
            call = Call(event.stream, self._number, event.at, {}, about, path)
            call.behind = self.deaf
            for side in event.sides:
                call.sides[side] = CallSide(side, self._next_side(), SAMPLE_RATE)
            self._calls[event.stream] = self._listened[call.number] = call
        self.news.put(Began(call))

    @_take.register
    def _(self, event: Announced) -> None:
        call = self._calls.get(event.stream)
        if call is not None:
            for key in call.about:
                call.about[key] = getattr(event, key) or call.about[key]

    @_take.register
    def _(self, event: CallSound) -> None:
        call = self._calls.get(event.stream)
        if call is None or event.side not in call.sides or event.start_s < 0:
            return
        if event.start_s > self.clock() - call.began_at + AHEAD_S:
            return
        try:
            self._keep(call, event)
        except OSError as error:
            if not call.warned:
                call.warned = True
                self._warn_of(call, f"its sound cannot be kept ({error.strerror}); free some space")

    @_take.register
    def _(self, event: CallEnded) -> None:
        with self._lock:
            call = self._calls.pop(event.stream, None)
            if call is not None:
                call.reason = event.reason
                call.ended = True
        self.ready.set()

    def _keep(self, call: Call, event: CallSound) -> None:
        """Put sound into the call's file, and to what is listened to."""
        if call.file is None:
            rate = 8000 if event.rate == 8000 else SAMPLE_RATE
            call.file = CallFile(call.path, rate, len(call.sides))
            for side in call.sides.values():
                call.sides[side.side] = CallSide(side.side, side.number, rate)
        rate = call.file.rate
        key = (event.side, event.rate)
        if key not in call._resamplers:
            call._resamplers[key] = Resampler(event.rate, rate)
        samples = call._resamplers[key].convert(event.samples)
        at = round(event.start_s * rate)
        call.file.write(list(call.sides).index(event.side), at, samples)
        call.newest_s = max(call.newest_s, (at + len(samples)) / rate)
        call.lost_s += event.lost_s
        if not call.behind and not call.sides[event.side].put(at, samples):
            self.give_up(call)

    def listen(self, stop: threading.Event) -> None:
        """Look for speech in what comes, until ``stop`` is set: work of a thread."""
        while not stop.is_set():
            self.look()
            stop.wait(LISTEN_S)

    def look(self) -> None:
        """Look for speech in what has come."""
        for call in list(self._listened.values()):
            ended = call.ended  # before the look: all of its sound is there
            try:
                self._listen_to(call, ended=ended)
            except Exception:  # one call must not stop the others
                log.exception("call %d cannot be listened to", call.number)
                self.give_up(call)
            if ended:
                del self._listened[call.number]
                self.news.put(Ended(call, call.reason))

    def _listen_to(self, call: Call, *, ended: bool) -> None:
        if call.behind:
            return
        for side in list(call.sides.values()):
            with self._lock:
                found = side.listen(call.newest_s)
                found += side.finish() if ended else []
                made = [Window(call, side, span, self.clock()) for span in found]
                call.pending += made
                self._waiting += made
            if found:
                self.ready.set()

    def next_windows(self) -> list[Window]:
        """The windows that are to be recognised together now, the oldest first; those that follow on
        the same side go with it. Gives up a call where recognition cannot keep up."""
        with self._lock:
            while self._waiting and self.clock() - self._waiting[0].since > BEHIND_S:
                self.give_up(self._least_to_lose())
            chosen: list[Window] = []
            length_s = 0.0
            for one in list(self._waiting):
                fits = length_s + one.span.duration_s <= TOGETHER_S and len(chosen) < TOGETHER
                if chosen and not fits:
                    break
                chosen.append(one)
                length_s += one.span.duration_s
                self._waiting.remove(one)
            if not self._waiting:
                self.ready.clear()
            return chosen

    def transcribed_s(self, call: Call) -> Seconds:
        """All words said before are known; what lies there without words is silence."""
        with self._lock:
            settled = [one.stream.settled_s for one in call.sides.values()]
            return max(
                0.0, min((*settled, *(one.span.start_s for one in call.pending)), default=0.0)
            )

    def done(self, windows: Sequence[Window]) -> None:
        """The words of these windows are known, and kept."""
        with self._lock:
            for one in windows:
                if one in one.call.pending:
                    one.call.pending.remove(one)

    def give_up(self, call: Call) -> None:
        """Leave a call's words to its end: its sound is kept as before."""
        with self._lock:
            if call.behind:
                return
            call.behind = True
            self._waiting = deque(one for one in self._waiting if one.call is not call)
        self.news.put(Fell(call))

    def waits_s(self) -> Seconds:
        """How long the oldest window has waited; 0 without one."""
        with self._lock:
            return self.clock() - self._waiting[0].since if self._waiting else 0.0

    def in_progress(self) -> int:
        """How many calls go on."""
        return len(self._calls)

    def _least_to_lose(self) -> Call:
        """Of the calls that wait the one in which no rule was met, and of those the youngest: what was
        followed so far goes on being followed (our choice)."""
        calls = {one.call.number: one.call for one in self._waiting}
        return min(calls.values(), key=lambda call: (call.told, not call.ended, -call.began_at))

    def _next_side(self) -> int:
        self._number += 1
        return self._number

    def _warn_of(self, call: Call, fault: str) -> None:
        self.warn(f"{call.stream.protocol}: call {call.number}: {fault}")


def say(utterance: Utterance, side: Side) -> Utterance:
    """An utterance with the role of its side."""
    return replace(utterance, role="unknown" if side == "mix" else side)
