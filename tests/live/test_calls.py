"""Telephone calls in progress: kept, heard, judged, and scored at their end."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from pipeline.live.call_file import growing
from pipeline.live.numbers import Numbers
from pipeline.live.side import CallSide, RecentSound
from pipeline.telephony import Announced, CallSound, CallStream, RefusedCallError
from tests.builders import an_utterance
from tests.live.conftest import NOW
from tests.live.line import RATE, SAID, STREAM, Line, scored_with, two_sides


def test_a_call_is_heard_judged_and_told_while_it_goes_on_and_scored_at_its_end(line: Line) -> None:
    sides = two_sides()
    line.begin()
    line.play(sides, seconds=20.5)
    assert line.lines()[:3] == [("agent", "您好，请讲。"), ("customer", "我要退款。"), ("agent", "这个不归我管。")]  # fmt: skip
    first = line.store.live.lines(1)[0]
    assert first.at - NOW == pytest.approx(0.9, abs=0.2)  # when it was said, not when it was heard
    alarms = dict(line.alarms())
    assert alarms["forbidden.provoke"] == "confirmed"
    line.teller.close()
    assert line.told == ["callqa 实时告警：forbidden.provoke"]
    call = line.store.live_calls.find(1)
    assert call is not None
    assert (call.protocol, call.behind) == ("audiosocket", False)
    assert 14 < call.heard_s < 19.9  # never up to what was just said
    assert growing(line.folder / call.file).exists()

    line.calls.take(Announced(STREAM, customer_id="13800138000", queue="退款"))
    line.scorer.hear = scored_with(line, {0: SAID[2], 1: SAID[3]})
    line.hang_up()
    talk = line.store.live.find(1)
    assert talk is not None
    assert talk.state == "ended"
    assert talk.result_id is not None
    result = line.store.results.get(talk.result_id)
    assert (result.call.call_id, result.call.agent_id) == ("C-1", "8001")
    assert result.recording.duration_s == pytest.approx(20.5, abs=0.2)
    assert line.store.alarms.outcome_of("forbidden.provoke").matched == 1
    assert line.store.alarms.outcome_of("forbidden.provoke").extra == 0
    assert line.lines()[0] == ("agent", "")  # its words are in its result only
    assert line.warned == []


def test_what_was_heard_survives_a_kill_and_is_scored_at_the_next_start(line: Line) -> None:
    line.begin()
    line.play(two_sides(), seconds=4.0)
    line.start()  # nothing was closed
    line.watch.step()
    talk = line.store.live.find(1)
    assert talk is not None
    assert len(line.scorer.asked) == 1
    assert talk.state == "ended"
    with wave.open(str(line.scorer.asked[0])) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        assert file.getnframes() == 4 * RATE


def test_what_cannot_be_taken_is_refused_and_costs_its_own_call_only(line: Line) -> None:
    line.begin()
    with pytest.raises(RefusedCallError, match="of this number is in progress"):
        line.begin()
    for number in (2, 3):
        line.begin(CallStream("websocket", f"C-{number}"), "mix")
    with pytest.raises(RefusedCallError, match="3 calls are in progress"):
        line.begin(CallStream("websocket", "C-4"))
    sides = two_sides()
    late = CallSound(STREAM, "agent", 4000.0, sides["agent"][:160], RATE)  # a wrong clock
    line.calls.take(late)
    line.calls.take(CallSound(STREAM, "mix", 0.0, sides["agent"][:160], RATE))  # no side of it
    line.calls.take(CallSound(CallStream("x", "none"), "mix", 0.0, sides["agent"][:160], RATE))
    line.hang_up(CallStream("websocket", "C-2"))
    talk = line.store.live.find(2)
    assert talk is not None
    assert (talk.state, talk.result_id) == ("ended", None)  # nothing was ever heard of it
    line.begin(CallStream("websocket", "C-2"), "mix")  # the number comes again
    again = line.store.live.named("call", "C-2~2")
    assert again is not None
    assert again.state == "open"


def test_a_call_that_recognition_cannot_keep_up_with_is_scored_from_its_end(line: Line) -> None:
    sides = two_sides()
    line.begin()
    for at in np.arange(0.0, 12.0, 0.5):  # sound comes, and the recogniser does not
        for side, samples in sides.items():
            part = samples[int(at * RATE) : int((at + 0.5) * RATE)]
            line.calls.take(CallSound(STREAM, side, float(at), part, RATE))
        line.calls.look()
    line.now += 30.0
    line.work()
    call = line.store.live_calls.find(1)
    assert call is not None
    assert call.behind
    assert call.heard_s < 1.0  # what was not searched for numbers is not heard
    line.scorer.hear = scored_with(line, {0: SAID[2], 1: SAID[3]})
    line.hang_up()
    talk = line.store.live.find(1)
    assert talk is not None
    assert talk.result_id is not None
    assert line.store.alarms.outcome_of("forbidden.provoke").missed == 0  # it was not listened to


def test_a_model_that_breaks_gives_up_the_call_and_not_its_sound(line: Line) -> None:
    line.begin()
    line.recogniser.fails = True
    line.play(two_sides(), seconds=4.0)
    call = line.store.live_calls.find(1)
    assert call is not None
    assert call.behind
    line.scorer.breaks = True
    line.hang_up()
    talk = line.store.live.find(1)
    assert talk is not None
    assert (talk.state, talk.fault) == ("failed", "no room")
    assert "no room" in line.warned[-1]
    assert (line.folder / call.file).exists()
    line.recogniser.fails = False
    line.start()  # tried again
    line.watch.step()
    assert line.store.live.find(1).state == "ended"  # type: ignore[union-attr]


def test_a_call_that_is_erased_while_it_goes_on_leaves_no_sound(line: Line) -> None:
    line.begin()
    line.play(two_sides(), seconds=2.0)
    line.store.erasure.erase_old_talks(
        line.now + 1, reason="本人要求", actor="callqa", at=line._moment()
    )
    line.hang_up()
    assert list(line.folder.rglob("*.wav*")) == []
    assert line.store.live.open_talks() == []


@pytest.mark.long
@pytest.mark.parametrize("is_there", [True, False])
def test_of_a_call_that_was_scored_before_one_recording_is_left(
    line: Line, tmp_path: Path, is_there: bool
) -> None:
    for louder in (0, 1):
        line.now = NOW
        line.begin()
        sides = {side: samples + np.int16(louder) for side, samples in two_sides().items()}
        line.play(sides, seconds=20.5, step_s=2.0)
        line.hang_up()
        if not is_there and not louder:
            line.scorer.asked[0].rename(tmp_path / "moved.wav")

    assert len(line.store.results.effective_ids()) == 1
    assert line.scorer.asked[1].is_file() is not is_there


def test_long_silence_and_who_breaks_in_alarm_as_they_go_on(line: Line) -> None:
    sides = two_sides()
    quiet = {side: np.concatenate([one[: 4 * RATE], np.zeros(30 * RATE, np.int16)]) for side, one in sides.items()}  # fmt: skip
    line.begin()
    line.play(quiet, seconds=16.0)
    call = line.store.live_calls.find(1)
    assert call is not None
    assert call.silent_since is not None
    assert 11 < line.now - call.silent_since < 14
    assert line.alarms() == [("silence.long", "confirmed")]
    line.play(quiet, start_s=16.0, seconds=6.0)
    assert line.alarms() == [("silence.long", "confirmed")]  # once


def test_a_side_hears_gaps_as_silence_and_forgets_what_is_old() -> None:
    sound = RecentSound(kept_s=1.0)
    for value in range(1, 5):
        sound.append(np.full(16000, 100 * value, np.int16))
    assert len(sound) == 64000
    assert sound[0:3].tolist() == [0, 0, 0]
    assert sound[63999:64005].tolist() == pytest.approx([400 / 32768])

    side = CallSide("agent", 1, RATE)
    assert side.put(RATE, np.ones(RATE, np.int16))  # a second was lost before it
    side.put(RATE, np.ones(RATE // 2, np.int16))  # came twice
    assert side.listen(2.0) == []
    assert len(side.sound) == pytest.approx(32000, abs=40)
    side.listen(10.0)  # only the other side sends
    assert len(side.sound) == pytest.approx(9 * 16000, abs=40)
    assert not side.put(0, np.zeros(61 * RATE, np.int16))


def test_what_may_be_heard_ends_before_a_number_that_may_go_on() -> None:
    numbers = Numbers()
    said = [an_utterance("请问怎么退款？", role="customer", start_s=1.0, end_s=3.0)]
    assert numbers.up_to(said, 9.0) == ((), 7.0)
    said.append(an_utterance("我的电话是一三八零零", role="customer", start_s=10.0, end_s=12.0))
    covered, heard_s = numbers.up_to(said, 13.0)
    assert heard_s == pytest.approx(9.7)
    said.append(an_utterance("一三八零零零", role="customer", start_s=13.5, end_s=15.0))
    covered, heard_s = numbers.up_to(said, 40.0)
    assert heard_s == 38.0
    assert {one.kind for one in covered} == {"phone"}
    assert min(one.start_s for one in covered) >= 10.0


def test_words_that_came_before_a_call_is_given_up_are_judged(line: Line) -> None:
    line.begin()
    line.play(two_sides(), seconds=16.0, step_s=1.0)
    before = len(line.alarms())
    for at in np.arange(16.0, 20.5, 0.5):
        for side, samples in two_sides().items():
            part = samples[int(at * RATE) : int((at + 0.5) * RATE)]
            line.calls.take(CallSound(STREAM, side, float(at), part, RATE))  # type: ignore[arg-type]
    line.now += 4.5
    line.calls.look()
    assert line.house.recognition is not None
    while line.house.recognition.work():
        pass
    (call,) = line.calls._listened.values()
    line.calls.waiting.give_up(call)  # the desk has its last words and this in one step
    line.watch.step()
    assert len(line.alarms()) > before


def test_the_wall_says_nothing_of_how_a_call_runs_that_nobody_follows(line: Line) -> None:
    sides = {side: np.concatenate([one[: 8 * RATE], np.zeros(9 * RATE, np.int16)]) for side, one in two_sides().items()}  # fmt: skip
    line.begin()
    line.play(sides, seconds=16.0, step_s=1.0)
    before = line.store.live_calls.find(1)
    assert before is not None
    assert (before.silent_since is None, before.chars_per_min is None) == (False, False)
    (call,) = line.calls._listened.values()
    line.calls.waiting.give_up(call)
    line.now += 1.0
    line.watch.step()
    after = line.store.live_calls.find(1)
    assert after is not None
    assert (after.behind, after.silent_since, after.chars_per_min, after.loud) == (True, None, None, "")  # fmt: skip


def test_a_call_that_has_ended_is_silent_no_longer(line: Line) -> None:
    sides = {side: np.concatenate([one[: 8 * RATE], np.zeros(9 * RATE, np.int16)]) for side, one in two_sides().items()}  # fmt: skip
    line.begin()
    line.play(sides, seconds=16.0, step_s=1.0)
    line.scorer.score = line.scorer.asked.append  # type: ignore[method-assign, assignment]
    line.hang_up()  # its scoring takes a while
    talk, call = line.store.live.find(1), line.store.live_calls.find(1)
    assert talk is not None
    assert call is not None
    assert (talk.state, call.silent_since) == ("ending", None)
