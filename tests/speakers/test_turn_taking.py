"""Two voices are told from one, and a talk from what a machine says before it, by who speaks when."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from pipeline.phrases import load_sayers
from pipeline.sound.pitch import Acoustics, measure_acoustics
from pipeline.speakers import Cues, Roles, SpectralVoice, find_roles
from pipeline.speakers.turn_taking import chance_of_runs, count_runs
from pipeline.speakers.voices import Voices, split_voices
from pipeline.types import Span, Track
from tests.builders import an_utterance
from tests.sounds import silence
from tests.speakers.test_speakers import voice

CUES = Cues({"请问有什么可以帮您": 1.5, "为您": 0.8}, {"我要投诉": 1.5}, load_sayers())
HIGH, NEARLY_AS_HIGH, LOW = 144, 140, 90
"""144 and 140 Hz are under the clear distance of voices, and above the share of it that is near."""


def heard(pitches: list[int]) -> Acoustics:
    """A second of each voice, half a second of silence after it."""
    sounds = [np.concatenate([voice(hertz, 1), silence(0.5)]) for hertz in pitches]
    spans = tuple(Span(1.5 * at, 1.5 * at + 1) for at in range(len(pitches)))
    return measure_acoustics(Track(0, np.concatenate(sounds), spans))


def split(pitches: list[int]) -> Voices:
    return split_voices(heard(pitches), SpectralVoice())


@pytest.mark.parametrize("zeros", [1, 2, 3, 4, 5])
def test_the_chance_of_runs_is_that_of_all_orders(zeros: int):
    orders = [
        [int(at not in chosen) for at in range(7)] for chosen in combinations(range(7), zeros)
    ]
    counts = Counter(map(count_runs, orders))

    for order in orders:
        runs = count_runs(order)
        few = sum(number for own, number in counts.items() if own <= runs)
        many = sum(number for own, number in counts.items() if own >= runs)
        assert chance_of_runs(order) == pytest.approx((few / len(orders), many / len(orders)))


def test_one_voice_has_every_chance():
    assert (chance_of_runs([0, 0]), chance_of_runs([])) == ((1.0, 1.0), (1.0, 1.0))


def test_near_voices_that_take_turns_are_two():
    turns = split([HIGH, NEARLY_AS_HIGH] * 5)
    pairs = split([HIGH, HIGH, NEARLY_AS_HIGH, NEARLY_AS_HIGH] * 2 + [HIGH, NEARLY_AS_HIGH])

    assert (turns.is_clear, pairs.is_clear) == (True, False)
    assert max(turns.distance, pairs.distance) < SpectralVoice().clear_distance


def test_a_machine_before_the_talk_is_none_of_its_two_voices():
    voices = split([400] * 4 + [200, 150] * 4)

    assert [(turn.span.start_s, turn.voice) for turn in voices.turns] == [
        (6.0 + 1.5 * at, at % 2) for at in range(8)
    ]
    assert voices.is_clear


def roles(pitches: list[int], *said: str) -> Roles:
    words = [an_utterance(text, "unknown", 1.5 * at, 1.5 * at + 1) for at, text in enumerate(said)]
    return find_roles([heard(pitches)], words, cues=CUES, agent_channel="auto")


def test_near_voices_are_named_by_their_words_and_charge_nobody():
    said = ("请问有什么可以帮您", "我要投诉你们") * 5

    found = roles([HIGH, NEARLY_AS_HIGH] * 5, *said)

    assert [utterance.role for utterance in found.utterances] == ["agent", "customer"] * 5
    assert not found.is_sure
    assert found.sides_doubtful


def test_near_voices_whose_words_tell_little_stay_unknown():
    found = roles([HIGH, NEARLY_AS_HIGH] * 5, *("嗯", "哦") * 5)

    assert {utterance.role for utterance in found.utterances} == {"unknown"}
    assert found.note == "两个人的声音很接近，从对话内容也无法判断谁是客服"


def test_of_two_voices_that_both_speak_like_agents_neither_is_named():
    said = ("请问有什么可以帮您，给您登记好了", "您好，很高兴为您服务，请您提供单号") * 3

    found = roles([HIGH, LOW] * 3, *said)

    assert {utterance.role for utterance in found.utterances} == {"unknown"}
    assert "两个声音说的话都像客服" in found.note
