from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.ear import (
    PhraseHearing,
    PhraseSearch,
    StatesWindow,
    Stretch,
    toneless,
    toneless_all,
    weigh_texts,
)
from pipeline.ear.hearing import EARLY_S, LATE_S
from pipeline.types import Span

UNITS = ("", "wo", "bu", "zhi", "dao")


@dataclass
class ReadsStates:
    """A head whose states are its probabilities."""

    units: tuple[str, ...] = UNITS

    def read(self, states):
        return np.log(states)


def said(text: str):
    """Probabilities of frames: each syllable of the text for two frames, a space is silence."""
    frames = []
    for character in text:
        unit = 0 if character == " " else UNITS.index(toneless(character)[0])
        row = np.full(len(UNITS), 1e-4, np.float32)
        row[unit] = 0.9996
        frames += [row, row]
    return np.array(frames)


def hearing():
    return PhraseHearing(ReadsStates(), PhraseSearch(UNITS, [("bu", "zhi", "dao")]))


def test_a_phrase_is_told_with_its_time_in_the_call_and_its_channel():
    ear = hearing()
    states = said("  我不知道  ")

    ear.hear(StatesWindow(1, states, (Stretch(0, len(states), 10.0),)))

    (phrase,) = ear.phrases
    assert (phrase.channel, phrase.syllables, phrase.score) == (1, ("bu", "zhi", "dao"), 0.0)
    first, last = 6, 11  # two frames each: two of silence, 我, then the phrase
    assert phrase.span == Span(
        pytest.approx(10 + first / 50 - EARLY_S), pytest.approx(10 + last / 50 + LATE_S)
    )


def test_the_second_stretch_of_a_window_has_its_own_time():
    ear = hearing()
    states = said("我   不知道")

    ear.hear(StatesWindow(0, states, (Stretch(0, 4, 1.0), Stretch(8, 14, 30.0))))

    assert ear.phrases[0].span.start_s == pytest.approx(30.0 - EARLY_S)


@pytest.mark.parametrize(("begins_s", "count"), [(1.6, 1), (4.0, 0)])
def test_a_phrase_goes_over_a_short_pause_and_not_over_a_long_one(begins_s, count):
    ear = hearing()
    states = said("不   知道")

    ear.hear(StatesWindow(0, states, (Stretch(0, 2, 1.0), Stretch(8, 12, begins_s))))

    assert len(ear.phrases) == count


def test_frames_behind_the_last_stretch_are_not_heard():
    ear = hearing()
    states = said("  不知道")

    ear.hear(StatesWindow(0, states, (Stretch(0, 4, 1.0),)))
    ear.hear(StatesWindow(0, states, ()))

    assert ear.phrases == ()


def test_the_text_that_was_said_fits_a_stretch_best():
    head, logs = ReadsStates(), np.log(said("我不知道"))

    said_so, left_out, same_sound = weigh_texts(head, logs, ["我不知道", "我知道", "我步之到"])

    assert said_so == same_sound == 0.0
    assert left_out < -5


def test_characters_that_the_ear_does_not_know_are_left_out():
    head, logs = ReadsStates(), np.log(said("我不知道"))

    assert weigh_texts(head, logs, ["我不A知道", ""])[0] == 0.0


def test_readings_in_one_go_are_those_one_by_one():
    texts = ["您重新绿化", "重要", "银行行长", "长得很长"]

    assert toneless_all(texts) == tuple(map(toneless, texts))
