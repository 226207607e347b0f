"""Sound that comes when its place was taken for silence is heard by nobody until it was searched."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.live.call_file import read_stretch
from pipeline.live.listening import hear_call
from pipeline.telephony import CallSound
from pipeline.types import LATE
from tests.live.line import RATE, STREAM, Line

LOUD = (np.random.default_rng(0).normal(size=RATE) * 3000).astype(np.int16)
QUIET = np.zeros(RATE, np.int16)


def send(line: Line, side: str, at_s: float, samples: np.ndarray) -> None:
    line.calls.take(CallSound(STREAM, side, at_s, samples, RATE))  # type: ignore[arg-type]


@pytest.mark.parametrize("is_given_up", [False, True])
def test_sound_that_came_too_late_to_be_searched_is_covered(line: Line, is_given_up: bool) -> None:
    line.begin()
    for at in range(20):
        send(line, "agent", float(at), QUIET)
        if not 10 <= at < 15:
            send(line, "customer", float(at), QUIET)
        line.now += 1.0
        line.work()
    if is_given_up:
        (call,) = line.calls._listened.values()
        line.calls.waiting.give_up(call)
    for at in range(10, 15):
        send(line, "customer", float(at), LOUD)
    line.now += 1.0
    line.work()
    line.now += 1.0
    line.work()
    known = line.store.live_calls.find(1)
    assert known is not None
    assert known.heard_s > 15.0
    assert [(one.kind, one.start_s, one.end_s) for one in known.covered] == [(LATE, 10.0, 15.0)]
    assert read_stretch(line.folder / known.file, 10.0, 15.0).samples[:, 1].any()
    played = np.frombuffer(hear_call(line.folder, known, 10.0, 15.0, frozenset())[44:], "<i2")
    customer = played.reshape(-1, 2)[1600:-1600, 1].astype(float)
    assert np.abs(np.fft.rfft(customer)).max() > 1000 * np.median(np.abs(np.fft.rfft(customer)))


def test_sound_that_came_in_time_or_twice_is_not_covered(line: Line) -> None:
    line.begin()
    for at in range(8):
        for side in ("agent", "customer"):
            send(line, side, float(at), LOUD)
            send(line, side, float(at), LOUD)
        line.now += 1.0
        line.work()
    known = line.store.live_calls.find(1)
    assert known is not None
    assert known.covered == ()
