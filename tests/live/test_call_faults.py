"""What goes wrong around a call in progress costs nothing that was heard, and accuses nobody."""

from __future__ import annotations

import csv
import errno
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.errors import UnsavableError
from pipeline.jobs.erasure import sounds_of
from pipeline.live import desk, of_calls
from pipeline.live.call import LookedAgain
from pipeline.live.call_ear import Look
from pipeline.live.call_file import CallFile, growing, read_stretch
from pipeline.live.watch import AWAY_S
from pipeline.settings import Settings
from pipeline.settings.judging import RoleSettings
from pipeline.store import Store
from pipeline.telephony import Announced, CallBegan, CallEnded, CallSound, CallStream
from pipeline.types import Span, Track
from tests.builders import an_utterance
from tests.live.conftest import shipped_basis
from tests.live.line import RATE, SAID, STREAM, HearsInOrder, Line, scored_with, two_sides
from tests.sounds import hold_music


def table(line: Line) -> dict[str, dict[str, str]]:
    """What is known beside the sound, by call id."""
    (file,) = line.folder.rglob("metadata.csv")
    with file.open(encoding="utf-8") as opened:
        return {row["call_id"]: row for row in csv.DictReader(opened)}


@pytest.mark.parametrize("sides", [("customer", "agent"), ("agent",), ("customer",)])
def test_the_agent_is_left_in_the_file_however_a_call_names_its_sides(
    line: Line, sides: tuple[str, ...]
) -> None:
    line.begin(STREAM, *sides)
    for side in sides:
        value = 500 if side == "agent" else 900
        line.calls.take(CallSound(STREAM, side, 0.0, np.full(RATE, value, np.int16), RATE))  # type: ignore[arg-type]
    line.work()
    call = line.store.live_calls.find(1)
    assert call is not None
    heard = read_stretch(line.folder / call.file, 0.0, 0.1).samples[0].tolist()
    assert heard == [500 * ("agent" in sides), 900 * ("customer" in sides)]


def test_a_finished_call_is_judged_by_the_sides_that_it_came_with() -> None:
    site = Settings(
        roles=RoleSettings(agent_channel="right", agent_channels=("queue:投诉 = right",))
    )
    roles = of_calls(replace(shipped_basis(), site_settings=site)).settings.roles
    assert roles.channel_of(queue="投诉", name="x.wav") == "left"


def test_calls_whose_numbers_make_the_same_name_keep_their_own_sound(line: Line) -> None:
    names = [CallStream("websocket", one) for one in ("来电", "去电", "../a")]
    for number, stream in enumerate(names, 1):
        line.begin(stream, "mix")
        line.calls.take(CallSound(stream, "mix", 0.0, np.full(80, number, np.int16), RATE))
    line.work()
    files = [line.folder / line.store.live_calls.find(number).file for number in (1, 2, 3)]  # type: ignore[union-attr]
    assert [int(read_stretch(one, 0.0, 1.0).samples[0, 0]) for one in files] == [1, 2, 3]
    assert line.warned == []


def test_a_full_disk_costs_the_sound_and_not_the_words(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(CallFile, "__init__", full)
    line.begin()
    line.play(two_sides(), seconds=8.0)
    assert line.lines()[:2] == [("agent", "您好，请讲。"), ("customer", "我要退款。")]
    assert len(line.warned) == 1
    assert "No space left on device" in line.warned[0]
    line.hang_up()
    talk = line.store.live.find(1)
    assert talk is not None
    assert talk.state == "failed"
    assert line.lines()[0] == ("agent", "您好，请讲。")  # all that is left of it


def test_space_that_is_there_again_is_used(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    line.begin()
    with monkeypatch.context() as patch:
        patch.setattr(CallFile, "write", full)
        line.play(two_sides(), seconds=2.0)
    line.play(two_sides(), start_s=2.0, seconds=2.0)
    call = line.store.live_calls.find(1)
    assert call is not None
    heard = read_stretch(line.folder / call.file, 0.0, 4.0).samples
    assert len(heard) == 4 * RATE
    assert not heard[: 2 * RATE].any()
    assert np.array_equal(heard[2 * RATE :, 0], two_sides()["agent"][2 * RATE : 4 * RATE])


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_call_of_which_a_part_could_not_be_kept_is_for_a_person_and_not_scored(
    line: Line, monkeypatch: pytest.MonkeyPatch, is_killed: bool
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    line.begin()
    line.play(two_sides(), seconds=4.0, step_s=1.0)
    with monkeypatch.context() as patch:
        patch.setattr(CallFile, "write", full)
        line.play(two_sides(), start_s=4.0, seconds=4.0, step_s=1.0)
    line.play(two_sides(), start_s=8.0, seconds=12.5, step_s=1.0)
    if not is_killed:
        line.hang_up()
    for _ in range(2):
        if is_killed:
            line.start()
            line.watch.step()
        talk = line.store.live.find(1)
        assert talk is not None
        assert talk.state == "failed"
        assert "录音不完整" in talk.fault
        assert line.scorer.asked == []
        is_killed = True  # nor at the next start
    assert line.lines()[:2] == [("agent", "您好，请讲。"), ("customer", "我要退款。")]
    (file,) = line.folder.rglob("*.incomplete")
    with file.open("rb") as opened:
        assert soundfile.info(opened).frames > 20 * RATE
    assert list(line.folder.rglob("*.wav")) == []
    live = replace(line.settings.live, recordings=str(line.folder))
    talks = line.store.erasure.talks_before(line.now + 1)
    assert sounds_of(replace(line.settings, live=live), talks) == [file]


def test_a_database_that_is_away_costs_a_call_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path / "callqa.db", busy_timeout_s=0.05) as store:
        line = Line(tmp_path / "calls", store, HearsInOrder(SAID, confidence=0.98))
        sides = two_sides()
        line.begin()
        line.play(sides, seconds=2.0)
        with closing(sqlite3.connect(tmp_path / "callqa.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for at in np.arange(2.0, 20.5, 0.5):
                for side, samples in sides.items():
                    part = samples[int(at * RATE) : int((at + 0.5) * RATE)]
                    line.calls.take(CallSound(STREAM, side, float(at), part, RATE))  # type: ignore[arg-type]
                line.now += 0.5
                line.calls.look()
                while line.house.recognition.work():  # type: ignore[union-attr]
                    pass
            assert line.watch._step_or_wait() == AWAY_S
            line.calls.take(CallEnded(STREAM))
            line.calls.look()
            assert line.watch._step_or_wait() == AWAY_S
            other.execute("ROLLBACK")
        assert len(line.warned) == 1
        line.scorer.hear = scored_with(line, {0: SAID[2], 1: SAID[3]})
        for _ in range(2):
            while line.house.recognition.work():  # type: ignore[union-attr]
                pass
            line.watch.step()
        said = [text for texts in SAID.values() for text in texts]
        rows = store.db.execute("SELECT message_id FROM live_lines WHERE speaker <> 'system'")
        assert len(rows.fetchall()) == len(said)  # each once
        assert store.alarms.outcome_of("forbidden.provoke").matched == 1
        line.teller.close()
        assert line.told == ["callqa 实时告警：forbidden.provoke"]


def test_a_clock_that_is_set_costs_a_call_nothing(line: Line) -> None:
    sides = two_sides()
    line.begin()
    line.play(sides, seconds=2.0)
    line.now, line.set_back_s = line.now - 3600.0, 3600.0
    line.play(sides, start_s=2.0, seconds=2.0)
    line.now, line.set_back_s = line.now + 86400.0, 3600.0 - 86400.0
    line.play(sides, start_s=4.0, seconds=16.5)
    call = line.store.live_calls.find(1)
    assert call is not None
    assert not call.behind
    assert growing(line.folder / call.file).stat().st_size == 44 + 4 * int(20.5 * RATE)
    assert ("forbidden.provoke", "confirmed") in line.alarms()
    assert line.store.live.runs_until("listener") > line.now  # the pages see a listener


@pytest.mark.parametrize("set_by_s", [-3600.0, 86400.0])
def test_a_silence_is_as_long_as_it_is_where_the_clock_was_set(line: Line, set_by_s: float) -> None:
    sides = {side: np.concatenate([one[: 4 * RATE], np.zeros(12 * RATE, np.int16)]) for side, one in two_sides().items()}  # fmt: skip
    line.begin()
    line.play(sides, seconds=8.0, step_s=1.0)
    line.now, line.set_back_s = line.now + set_by_s, -set_by_s
    line.play(sides, start_s=8.0, seconds=6.0, step_s=1.0)
    call = line.store.live_calls.find(1)
    assert call is not None
    assert call.silent_since is not None
    assert line.now - call.silent_since == pytest.approx(10.0, abs=1.0)


def test_what_is_announced_late_is_known_at_the_end(line: Line) -> None:
    line.calls.take(CallBegan(STREAM, line.now, ("agent", "customer")))
    line.watch.step()
    line.play(two_sides(), seconds=20.5, step_s=2.0)
    line.calls.take(Announced(STREAM, agent_id="8001", customer_id="C-9", queue="退款"))
    line.hang_up()
    talk = line.store.live.find(1)
    assert talk is not None
    assert (talk.agent_id, talk.customer_id, talk.queue) == ("8001", "C-9", "退款")
    known = table(line)["C-1"]
    assert (known["agent_id"], known["queue"], known["transferred_to"]) == ("8001", "退款", "")


def test_a_call_that_is_handed_on_is_the_first_agents_with_the_other_one_named(line: Line) -> None:
    line.begin()
    line.play(two_sides(), seconds=10.0, step_s=1.0)
    line.calls.take(Announced(STREAM, agent_id="8002"))
    line.play(two_sides(), start_s=10.0, seconds=10.5, step_s=1.0)
    talk = line.store.live.find(1)
    assert talk is not None
    assert talk.agent_id == "8002"  # who speaks now, on the wall
    said = [one.agent_id for one in line.store.live.lines(1) if one.speaker == "agent"]
    assert (said[0], said[-1]) == ("8001", "8002")
    line.hang_up()
    known = table(line)["C-1"]
    assert (known["agent_id"], known["transferred_to"]) == ("8001", "8002")


def test_a_listener_that_was_killed_knows_who_had_the_call_first(line: Line) -> None:
    line.begin()
    line.play(two_sides(), seconds=10.0, step_s=1.0)
    line.calls.take(Announced(STREAM, agent_id="8002"))
    line.play(two_sides(), start_s=10.0, seconds=10.5, step_s=1.0)
    line.start()
    line.watch.step()
    known = table(line)["C-1"]
    assert (known["agent_id"], known["transferred_to"]) == ("8001", "8002")


@pytest.mark.parametrize("how", ["hung up", "killed"])
def test_nobody_is_charged_for_what_the_agent_said_who_took_the_call_over(
    line: Line, how: str
) -> None:
    line.begin()
    line.play(two_sides(), seconds=10.0, step_s=1.0)
    line.calls.take(Announced(STREAM, agent_id="8002"))
    line.play(two_sides(), start_s=10.0, seconds=10.5, step_s=1.0)
    assert ("forbidden.provoke", "confirmed") in line.alarms()  # at 17 s; by 8002
    line.scorer.hear = scored_with(line, {0: SAID[2], 1: SAID[3]})
    if how == "hung up":
        line.hang_up()
    else:
        line.recogniser.says = {0: SAID[2], 1: SAID[3]}
        line.recogniser._given.clear()
        line.start()
        line.watch.step()
        line.watch.step()
    assert 10.0 <= float(table(line)["C-1"]["handed_over_s"]) <= 12.5
    (result,) = line.store.results.each()
    assert (result.call.agent_id, result.call.transferred_to) == ("8001", "8002")
    assert result.hand_over is not None
    charged = [one.rule for one in result.findings if one.verdict == "confirmed" and one.points]
    assert "forbidden.provoke" not in charged
    assert any("8002" in note for note in result.notes)


def test_a_call_that_ends_while_a_window_is_heard_waits_for_its_words(line: Line) -> None:
    sides = two_sides()
    line.begin()
    line.play(sides, seconds=19.0, step_s=1.0)
    before = len(line.lines())
    for at in (19.0, 19.5, 20.0):
        for side, samples in sides.items():
            part = samples[int(at * RATE) : int((at + 0.5) * RATE)]
            line.calls.take(CallSound(STREAM, side, at, part, RATE))  # type: ignore[arg-type]
    line.calls.take(CallEnded(STREAM))
    line.calls.look()
    line.watch.step()  # it has ended, and its last words are being recognised
    assert line.scorer.asked == []
    line.work()
    assert len(line.store.live.lines(1)) == before + 1
    assert len(line.scorer.asked) == 1
    assert line.house.desk.in_hand == 0


def test_a_folder_that_is_away_at_the_start_costs_no_call(line: Line) -> None:
    line.begin()
    line.play(two_sides(), seconds=4.0)
    away = line.folder.with_name("away")
    line.folder.rename(away)
    line.start()
    line.watch.step()
    talk = line.store.live.find(1)
    assert talk is not None
    assert talk.state == "failed"
    away.rename(line.folder)
    line.start()
    line.watch.step()
    assert line.store.live.find(1).state == "ended"  # type: ignore[union-attr]
    assert len(line.scorer.asked) == 1


def test_a_call_that_the_database_refuses_keeps_its_sound_and_stops_no_other(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise UnsavableError("no valid UTF-8")

    with monkeypatch.context() as patch:
        patch.setattr(type(line.store.live), "receive", refuse)
        line.begin()
    other = CallStream("websocket", "C-2")
    line.begin(other)
    line.play(two_sides(), seconds=4.0)
    line.play(two_sides(), seconds=4.0, stream=other)
    line.hang_up()
    (path,) = line.scorer.asked
    assert soundfile.info(path).duration == 4.0
    talk = line.store.live.named("call", "C-2")
    assert talk is not None
    call = line.store.live_calls.find(talk.id)
    assert call is not None
    assert not call.behind
    assert call.heard_s > 0.5


def test_a_call_whose_words_cannot_be_judged_is_scored_at_its_end(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("nobody foresaw it")

    line.begin()
    with monkeypatch.context() as patch:
        patch.setattr(desk, "find_said", break_down)
        line.play(two_sides(), seconds=10.0, step_s=1.0)
        line.hang_up()
    assert len(line.scorer.asked) == 1


def test_old_sound_is_put_to_no_question(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Span] = []

    def weigh(track: Track, span: Span, texts: Sequence[str]) -> list[list[float]]:
        asked.append(span)
        return [[0.0] * len(text) for text in texts]

    monkeypatch.setattr(line.recogniser, "weigh", weigh)
    line.begin()
    line.play(two_sides(), seconds=4.0)
    recognition = line.house.recognition
    assert recognition is not None
    look = line.house.desk._open[1]
    old = look.so_far(shipped_basis().lexicon.talk)
    for side in look.call.sides.values():
        side.sound.append(np.zeros(16000 * 400, np.int16))
    asked.clear()
    recognition.ask(Look(look.call, old))
    assert recognition.work()
    assert asked == []


def test_hold_music_is_no_silence_and_is_a_line(line: Line) -> None:
    sides = two_sides()
    music = (hold_music(30, RATE) * 12000).astype(np.int16)
    quiet = np.zeros(30 * RATE, np.int16)
    held = {
        "agent": np.concatenate([sides["agent"][: 4 * RATE], music]),
        "customer": np.concatenate([sides["customer"][: 4 * RATE], quiet]),
    }
    line.begin()
    line.play(held, seconds=32.0, step_s=1.0)
    assert line.alarms() == []
    assert [text for speaker, text in line.lines() if speaker == "system"] == ["（等待音乐）"]
    call = line.store.live_calls.find(1)
    assert call is not None
    assert call.silent_since is None


def test_a_call_of_hours_costs_no_more_than_its_last_minutes(line: Line) -> None:
    line.begin()
    one = line.house.desk._open[1]
    said = [
        an_utterance("我的电话是13800138000", role="customer", start_s=2.0, end_s=4.0),
        *(an_utterance("好的", role="agent", start_s=10.0 * n, end_s=10.0 * n + 1) for n in range(1, 1440)),
    ]  # fmt: skip
    one.numbers.up_to(said[:2], 30.0)
    one.add(said)
    one.call.newest_s = 14_400.0
    assert len(one.so_far(shipped_basis().lexicon.talk).utterances) == 30
    covered, heard_s = one.numbers.up_to(one.utterances, 14_400.0)
    assert [c.kind for c in covered] == ["phone"]  # what was covered stays so
    assert heard_s == 14_398.0


def test_speech_with_a_short_pause_is_one_stretch_as_in_the_finished_check(line: Line) -> None:
    line.begin()
    side = line.house.desk._open[1].call.sides["customer"]
    side._found([Span(10.4, 13.8)])
    side._found([Span(14.0, 14.8)])  # ended with a pause of 0.2 s, so that its words need not wait
    side._found([Span(15.3, 16.0)])
    assert side.stretches(0.0) == [Span(10.4, 14.8), Span(15.3, 16.0)]


@pytest.mark.parametrize(
    ("said", "alarms"),
    [("请您稍等一下。", []), ("您好，请讲。", [("silence.long", "confirmed")])],
)
def test_a_silence_alarms_only_where_the_words_before_it_are_known(
    line: Line, said: str, alarms: list[tuple[str, str]]
) -> None:
    line.recogniser.says = {2: [said]}
    sides = {side: one[: 3 * RATE] for side, one in two_sides().items()}
    quiet = {side: np.concatenate([one, np.zeros(20 * RATE, np.int16)]) for side, one in sides.items()}  # fmt: skip
    line.begin()
    for at in np.arange(0.0, 18.0, 0.5):  # recognition is busy with other calls
        for side, samples in quiet.items():
            part = samples[int(at * RATE) : int((at + 0.5) * RATE)]
            line.calls.take(CallSound(STREAM, side, float(at), part, RATE))  # type: ignore[arg-type]
        line.now += 0.5
        line.calls.look()
        line.watch.step()
    assert line.alarms() == []
    line.work()
    line.now += 1.0
    line.work()
    assert line.alarms() == alarms


def test_a_call_waits_for_the_answers_about_its_sound(line: Line) -> None:
    line.begin()
    line.play(two_sides(), seconds=20.5, step_s=1.0)
    one = line.house.desk._open[1]
    one.looks += 1  # asked, and not answered yet
    line.hang_up()
    assert line.scorer.asked == []
    line.calls.news.put(LookedAgain(one.call, ()))
    line.watch.step()
    assert len(line.scorer.asked) == 1
