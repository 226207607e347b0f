"""The calls in progress: what telephone systems tell of them, kept and listened to at once."""

from __future__ import annotations

import logging
import queue
import threading
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError
from pipeline.live.call import Began, Call, Ended, Fell, Window
from pipeline.live.call_file import name_of
from pipeline.live.side import CallSide
from pipeline.live.waiting import Waiting
from pipeline.telephony import (
    Announced,
    CallBegan,
    CallEnded,
    CallSound,
    CallStream,
    RefusedCallError,
    Side,
)
from pipeline.types import SAMPLE_RATE, Seconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.live.call import News
    from pipeline.telephony import CallEvent

log = logging.getLogger(__name__)

LISTEN_S: Seconds = 0.1
"""How often new sound is listened to."""

AHEAD_S: Seconds = 120.0
"""Sound that lies so far ahead of the clock has a wrong time (our choice); not in a replay that is
faster than the clock."""

BOTH: tuple[Side, ...] = ("agent", "customer")
"""The sides of a call whose speakers are known, in the order of its file's channels. Both have one,
also where a side sends nothing: in a file of one channel nobody would know whose it is."""


@dataclass
class Calls:
    """A sink for the servers of ``pipeline.telephony``: any number of them, each in its thread.
    ``folder``: ``[live] recordings``; ``most``: calls at once; ``ticks``: seconds of a clock that
    nobody sets. ``news`` is read by the program that keeps the database."""

    folder: Path
    most: int
    ticks: Callable[[], float]
    news: queue.SimpleQueue[News] = field(default_factory=queue.SimpleQueue)
    warn: Callable[[str], None] = log.warning
    deaf: bool = False
    """Nothing is recognised while calls go on."""
    ahead_s: Seconds = AHEAD_S
    waiting: Waiting = field(init=False)
    _calls: dict[CallStream, Call] = field(default_factory=dict)
    _listened: dict[int, Call] = field(default_factory=dict)
    """The calls in progress, and those whose end was not listened to yet."""
    _number: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.waiting = Waiting(self.ticks, lambda call: self.news.put(Fell(call)))

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
            try:
                path = name_of(
                    self.folder, event.stream.name, event.at,
                    taken={one.path for one in list(self._listened.values())},
                )  # fmt: skip
            except CallqaError as error:
                raise RefusedCallError(str(error)) from error
            call = self._begin(event, path)
            self._calls[event.stream] = self._listened[call.number] = call
        self.news.put(Began(call))

    def _begin(self, event: CallBegan, path: Path) -> Call:
        number = self._next_number()
        sides: tuple[Side, ...] = ("mix",) if "mix" in event.sides else BOTH
        return Call(
            event.stream, number, event.at, self.ticks(),
            {side: CallSide(side, self._next_number(), SAMPLE_RATE) for side in sides},
            {key: getattr(event, key) for key in ("agent_id", "customer_id", "queue")},
            path, behind=self.deaf,
        )  # fmt: skip

    @_take.register
    def _(self, event: Announced) -> None:
        call = self._calls.get(event.stream)
        if call is not None:
            about = {key: getattr(event, key) for key in call.about}
            call.announce(about, at_s=max(call.newest_s, self.ticks() - call.began_tick))

    @_take.register
    def _(self, event: CallSound) -> None:
        call = self._calls.get(event.stream)
        if call is None or event.side not in call.sides or event.start_s < 0:
            return
        if event.start_s > self.ticks() - call.began_tick + self.ahead_s:
            return
        known = call.fault
        if not call.keep(event):
            self.waiting.give_up(call)
        if call.fault != known:
            self.warn(
                f"{call.stream.protocol}: call {call.number}: its sound cannot be kept ({call.fault}); "
                "free some space"
            )

    @_take.register
    def _(self, event: CallEnded) -> None:
        with self._lock:
            call = self._calls.pop(event.stream, None)
            if call is not None:
                call.reason = event.reason
                call.ended = True
        self.waiting.ready.set()

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
                self.waiting.give_up(call)
            if ended:
                del self._listened[call.number]
                self.news.put(Ended(call))

    def _listen_to(self, call: Call, *, ended: bool) -> None:
        if call.behind:
            with self.waiting.lock:
                for side in list(call.sides.values()):
                    side.pass_over()
            return
        for side in list(call.sides.values()):
            with self.waiting.lock:
                found = side.listen(call.newest_s)
                found += side.finish() if ended else []
                self.waiting.add([Window(call, side, span, self.ticks()) for span in found])

    def in_progress(self) -> int:
        """How many calls go on."""
        return len(self._calls)

    def _next_number(self) -> int:
        self._number += 1
        return self._number
