"""Sound that comes when its place was taken for silence is heard by nobody until it was searched."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from pipeline.errors import StoreError
from pipeline.live.call_file import growing, read_stretch
from pipeline.live.listening import hear_call
from pipeline.live.numbers import Numbers
from pipeline.privacy import find_keyed
from pipeline.telephony import CallSound
from pipeline.types import LATE, Covered, LiveCall, SoundEvent
from tests.live.line import RATE, STREAM, Line

LOUD = (np.random.default_rng(0).normal(size=RATE) * 3000).astype(np.int16)
QUIET = np.zeros(RATE, np.int16)


def send(line: Line, side: str, at_s: float, samples: np.ndarray) -> None:
    line.calls.take(CallSound(STREAM, side, at_s, samples, RATE))  # type: ignore[arg-type]


def heard(line: Line, start_s: float, end_s: float) -> bytes:
    """What a supervisor hears of the call, as samples of both sides."""
    known = line.store.live_calls.find(1)
    assert known is not None
    again = partial(line.store.live_calls.find, 1)
    return hear_call(line.folder, known, start_s, end_s, frozenset(), look_again=again)[44:]


def in_file(line: Line, start_s: float, end_s: float) -> bool:
    """Whether the customer's side has any sound there."""
    known = line.store.live_calls.find(1)
    assert known is not None
    return bool(read_stretch(line.folder / known.file, start_s, end_s).samples[:, 1].any())


def fall_silent(line: Line) -> None:
    """The customer's sound of 10 s to 15 s has not come at 20 s, and the call may be heard."""
    line.begin()
    for at in range(20):
        send(line, "agent", float(at), QUIET)
        if not 10 <= at < 15:
            send(line, "customer", float(at), QUIET)
        line.now += 1.0
        line.work()


@pytest.mark.parametrize("is_given_up", [False, True])
def test_sound_that_came_too_late_to_be_searched_is_covered(line: Line, is_given_up: bool) -> None:
    fall_silent(line)
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
    played = np.frombuffer(heard(line, 10.0, 15.0), "<i2")
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


@pytest.mark.parametrize("is_given_up", [False, True])
def test_sound_that_came_too_late_is_in_no_file_before_its_cover_is_known(
    line: Line, is_given_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise StoreError("database is locked")

    fall_silent(line)
    if is_given_up:
        (call,) = line.calls._listened.values()
        line.calls.waiting.give_up(call)
    for at in range(10, 15):
        send(line, "customer", float(at), LOUD)
        assert not in_file(line, 10.0, 15.0)
    line.now += 1.0
    line.calls.look()
    with monkeypatch.context() as patch:
        patch.setattr(type(line.store.live_calls), "put", locked)
        with pytest.raises(StoreError):
            line.watch.step()
        assert not in_file(line, 10.0, 15.0)
    line.now += 1.0
    line.watch.step()
    assert in_file(line, 10.0, 15.0)
    known = line.store.live_calls.find(1)
    assert known is not None
    assert [(c.kind, c.start_s, c.end_s) for c in known.covered] == [(LATE, 10.0, 15.0)]


def test_late_sound_of_a_call_that_ends_is_in_its_file(line: Line) -> None:
    fall_silent(line)
    for at in range(10, 15):
        send(line, "customer", float(at), LOUD)
    line.hang_up()
    (path,) = line.scorer.asked
    assert read_stretch(path, 10.0, 15.0).samples[:, 1].any()


def test_what_came_while_a_supervisors_sound_was_read_is_covered(line: Line) -> None:
    fall_silent(line)
    before = line.store.live_calls.find(1)
    assert before is not None

    def now() -> LiveCall | None:
        return replace(before, covered=(Covered(10.0, 15.0, LATE),))

    (line.folder / before.file).parent.mkdir(exist_ok=True)
    file = growing(line.folder / before.file)
    data = bytearray(file.read_bytes())
    data[44 + 10 * RATE * 4 : 44 + 15 * RATE * 4] = np.repeat(np.tile(LOUD, 5), 2).tobytes()
    file.write_bytes(data)  # it was written after the call was looked up
    sound = hear_call(line.folder, before, 10.0, 15.0, frozenset(), look_again=now)
    customer = np.frombuffer(sound[44:], "<i2").reshape(-1, 2)[1600:-1600, 1].astype(float)
    assert np.abs(np.fft.rfft(customer)).max() > 1000 * np.median(np.abs(np.fft.rfft(customer)))
    with pytest.raises(FileNotFoundError):  # erased meanwhile
        hear_call(line.folder, before, 10.0, 15.0, frozenset(), look_again=lambda: None)


def test_other_sound_at_a_place_that_was_listened_to_is_covered_and_silence_is_not(
    line: Line,
) -> None:
    line.begin()
    for at in range(8):
        for side in ("agent", "customer"):
            send(line, side, float(at), QUIET)
        if at == 5:
            send(line, "customer", 4.5, QUIET[: RATE // 2])  # says the same
            send(line, "customer", 5.0, LOUD[: RATE // 2])
        line.now += 1.0
        line.work()
    known = line.store.live_calls.find(1)
    assert known is not None
    assert [(c.kind, c.start_s, c.end_s) for c in known.covered] == [(LATE, 5.0, 5.5)]


def test_a_call_that_is_being_given_up_is_heard_no_further(line: Line) -> None:
    line.begin()
    line.play({"agent": QUIET.repeat(8), "customer": QUIET.repeat(8)}, seconds=6.0)
    before = line.store.live_calls.find(1)
    assert before is not None
    (call,) = line.calls._listened.values()
    call.behind = True  # its speech is dropped from now on; nobody has told the desk so far
    with line.calls.waiting.lock:
        for side in call.sides.values():
            side.put(6 * RATE, np.tile(QUIET, 6))
            side.listen(12.0)
    line.now += 2.0
    line.watch.step()
    after = line.store.live_calls.find(1)
    assert after is not None
    assert (after.behind, after.heard_s) == (False, before.heard_s)


def test_a_key_of_which_the_search_has_the_begin_is_not_heard() -> None:
    """What is searched up to 6.0 s may hold the first hundredths of a second of a key."""
    numbers = Numbers()
    covered, heard_s = numbers.up_to([], 9.0, (), 6.0)
    assert covered == ()
    (key,) = find_keyed([SoundEvent(5.97, 6.1, 1, "keys", 0.9)])
    assert heard_s <= key.start_s
