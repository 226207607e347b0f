"""Speech of all calls that waits for recognition, the oldest first."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.live.call import Call, Window
    from pipeline.types import Seconds

BEHIND_S: Seconds = 15.0
"""Words that wait longer for recognition are too late: a call is given up until one can keep up
(our choice)."""

TOGETHER, TOGETHER_S = 4, 16.0
"""Windows, and seconds of speech, that are recognised together (our choice): more in a batch cost
less each, and let the first one wait longer."""


@dataclass
class Waiting:
    """Used by the thread that listens, and by the one that recognises. ``ticks``: seconds of a clock
    that nobody sets; ``fell``: takes a call that is given up; ``ready``: set while speech waits;
    ``lock``: held while a side is listened to, so that its speech is never silence for others."""

    ticks: Callable[[], float]
    fell: Callable[[Call], None]
    ready: threading.Event = field(default_factory=threading.Event)
    _windows: deque[Window] = field(default_factory=deque)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def add(self, windows: Sequence[Window]) -> None:
        """Speech that has ended; of a call that is given up nothing waits any more."""
        with self.lock:
            kept = [one for one in windows if not one.call.behind]
            for one in kept:
                one.call.pending.append(one)
                self._windows.append(one)
        if kept:
            self.ready.set()

    def take(self) -> list[Window]:
        """The windows that are to be recognised together now. Gives up a call where recognition
        cannot keep up."""
        with self.lock:
            while self._windows and self.ticks() - self._windows[0].since > BEHIND_S:
                self.give_up(self._least_to_lose())
            chosen: list[Window] = []
            length_s = 0.0
            while self._windows:
                length_s += self._windows[0].span.duration_s
                if chosen and (length_s > TOGETHER_S or len(chosen) == TOGETHER):
                    break
                chosen.append(self._windows.popleft())
            if not self._windows:
                self.ready.clear()
            return chosen

    def done(self, windows: Sequence[Window]) -> None:
        """The words of these windows are known, and kept."""
        with self.lock:
            for one in windows:
                if one in one.call.pending:
                    one.call.pending.remove(one)

    def transcribed_s(self, call: Call) -> Seconds:
        """All words said before are known; what lies there without words is silence."""
        with self.lock:
            settled = [one.stream.settled_s for one in call.sides.values()]
            waiting = [one.span.start_s for one in call.pending]
            return max(0.0, min((*settled, *waiting), default=0.0))

    def give_up(self, call: Call) -> None:
        """Leave a call's words to its end: its sound is kept as before."""
        with self.lock:
            self._windows = deque(one for one in self._windows if one.call is not call)
            if call.behind:
                return
            call.behind = True
        self.fell(call)

    def _least_to_lose(self) -> Call:
        """Of the calls that wait the one in which no rule was met, and of those the youngest: what was
        followed so far goes on being followed (our choice)."""
        calls = {one.call.number: one.call for one in self._windows}
        return min(calls.values(), key=lambda call: (call.told, not call.ended, -call.began_tick))
