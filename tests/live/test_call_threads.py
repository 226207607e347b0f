"""What the listener's threads do to each other's calls: none waits for ever, and no call is refused."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.ear import StatesWindow
from pipeline.live.call import Call, Window
from pipeline.live.calls import Calls
from pipeline.telephony import CallBegan, CallEnded, CallStream
from pipeline.types import Span
from tests.fakes import FakeRecogniser
from tests.live.line import Line


def begin(calls: Calls, name: str) -> Call:
    calls.take(CallBegan(CallStream("siprec", name), 0.0, ("agent", "customer"), None, None, None))
    return calls.news.get_nowait().call


def a_window(call: Call, calls: Calls) -> Window:
    return Window(call, call.sides["agent"], Span(0.0, 1.0), calls.ticks())


@pytest.mark.parametrize("is_slipped", [False, True])
def test_a_window_of_a_call_that_was_given_up_meanwhile_stops_nobody(
    tmp_path: Path, is_slipped: bool
) -> None:
    now = [0.0]
    calls = Calls(tmp_path, 5, lambda: now[0])
    call, other = begin(calls, "A"), begin(calls, "B")
    if is_slipped:
        calls.waiting.add([a_window(call, calls)])
        call.behind = True
    else:
        calls.waiting.give_up(call)
        calls.waiting.add([a_window(call, calls)])
    now[0] = 16.0
    calls.waiting.add([a_window(other, calls)])
    taken: list[list[Window]] = []
    work = threading.Thread(target=lambda: taken.append(calls.waiting.take()), daemon=True)
    work.start()
    work.join(5.0)
    assert [[one.call for one in windows] for windows in taken] == [[other]]


def test_no_call_is_refused_because_another_one_ends(tmp_path: Path) -> None:
    calls = Calls(tmp_path, 500, time.monotonic, deaf=True)
    stop = threading.Event()
    work = threading.Thread(target=lambda: _look_until(stop, calls), daemon=True)
    pause_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        work.start()
        for number in range(1500):
            name = f"c{number}"
            calls.take(CallBegan(CallStream("siprec", name), 0.0, ("mix",), None, None, None))
            if number >= 30:
                calls.take(CallEnded(CallStream("siprec", f"c{number - 30}"), ""))
    finally:
        stop.set()
        sys.setswitchinterval(pause_s)
        work.join(5.0)


def _look_until(stop: threading.Event, calls: Calls) -> None:
    while not stop.is_set():
        calls.look()


@dataclass
class HearsWhileItEnds(FakeRecogniser):
    """The call ends while its window is heard."""

    ends: Callable[[], None] = lambda: None

    def recognise(self, tracks, *, listen=None):  # type: ignore[no-untyped-def]
        self.ends()
        for one in tracks:
            listen(StatesWindow(one.channel, np.zeros((1, 1)), ()))
        return super().recognise(tracks)


class Second:
    """Second ears that remember nothing."""

    def hearing(self) -> Second:
        return self

    def hear(self, window: StatesWindow) -> None: ...


def test_nothing_of_a_call_that_ended_while_it_was_heard_stays_in_memory(line: Line) -> None:
    line.begin()
    line.calls.look()
    recognition = line.house.recognition
    assert recognition is not None
    call = line.house.desk._open[1].call
    ears = HearsWhileItEnds(ends=lambda: recognition.forget(call))
    recognition.checker = replace(recognition.checker, recogniser=ears, second=Second())  # type: ignore[arg-type]
    line.calls.waiting.add([a_window(call, line.calls)])
    assert recognition.work()
    assert recognition._hearings == {}
    ears.ends = lambda: None
    other = CallStream("websocket", "C-2")
    line.begin(other)
    line.calls.waiting.add([a_window(line.house.desk._open[4].call, line.calls)])
    assert recognition.work()
    assert list(recognition._hearings) == [4]
