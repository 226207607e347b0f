"""What the listener's threads do to each other's calls: none waits for ever, and no call is refused."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.live.call import Call, Window
from pipeline.live.calls import Calls
from pipeline.telephony import CallBegan, CallEnded, CallStream
from pipeline.types import Span


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
