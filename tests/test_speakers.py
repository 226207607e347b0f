from __future__ import annotations

import numpy as np
import pytest

from pipeline.speakers import Cues, agent_evidence, find_roles
from pipeline.speakers.voices import split_voices
from pipeline.types import SAMPLE_RATE, Samples, Span, Track
from tests.builders import an_utterance
from tests.sounds import noise, silence

CUES = Cues(agent={"请问有什么可以帮您": 2.0, "为您": 1.0}, customer={"我要投诉": 2.0, "我的": 1.0})


def voice(hertz: float, seconds: float) -> Samples:
    """A buzz of harmonics: pitched like a voice."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return sum(np.sin(2 * np.pi * hertz * k * at) / k for k in range(1, 20)).astype(np.float32) * np.float32(0.1)


def two_tracks() -> list[Track]:
    return [Track(0, silence(1)), Track(1, silence(1))]


def test_a_longer_cue_hides_the_shorter_one_inside_it():
    cues = Cues(agent={"为您查询": 2.0, "为您": 1.0})

    assert agent_evidence([an_utterance("我为您查询")], cues) == 2.0


def test_a_repeated_cue_counts_half_each_time():
    assert agent_evidence([an_utterance("为您，为您，为您")], CUES) == 1.75


def test_swapped_channels_come_right_by_what_is_said():
    said = [
        an_utterance("我要投诉，我的包裹丢了", "agent", 3.0),
        an_utterance("请问有什么可以帮您", "customer", 0.0),
    ]

    roles = find_roles(two_tracks(), said, cues=CUES, agent_channel="auto")

    assert [utterance.role for utterance in roles.utterances] == ["customer", "agent"]
    assert roles.is_sure


def test_settings_fix_the_agents_channel_whatever_is_said():
    said = [an_utterance("请问有什么可以帮您")]

    roles = find_roles(two_tracks(), said, cues=CUES, agent_channel="right")

    assert (roles.utterances[0].role, roles.confidence) == ("customer", 1.0)


def test_without_evidence_the_left_channel_is_named_but_not_sure():
    roles = find_roles(two_tracks(), [an_utterance("嗯")], cues=CUES, agent_channel="auto")

    assert roles.utterances[0].role == "agent"
    assert not roles.is_sure
    assert "把握不大" in roles.note


def test_two_voices_of_different_pitch_are_told_apart_in_a_mix():
    pause = silence(0.5)
    samples = np.concatenate([voice(220, 1), pause, voice(110, 1), pause, voice(215, 1), pause, voice(114, 1)])
    speech = tuple(Span(1.5 * k, 1.5 * k + 1) for k in range(4))

    voices = split_voices(samples, speech)

    assert voices.labels == (0, 1, 0, 1)
    assert voices.is_clear


def test_one_stretch_of_speech_is_not_two_voices():
    voices = split_voices(voice(200, 1), [Span(0, 1)])

    assert (voices.labels, voices.is_clear) == ((0,), False)


def test_in_a_mix_whose_voices_cannot_be_told_nobody_gets_a_role():
    samples, spans = noise(2.0), (Span(0, 0.05), Span(1, 1.05))

    roles = find_roles([Track(0, samples, spans)], [an_utterance("您好")], cues=CUES, agent_channel="auto")

    assert (roles.confidence, roles.note) == (0.5, "单声道录音中分不出两个人的声音")


@pytest.mark.parametrize("gain", [0.05, 2.0])
def test_the_split_does_not_depend_on_the_level(gain: float):
    samples = np.concatenate([voice(220, 1), silence(0.5), voice(110, 1)])

    assert split_voices(samples * np.float32(gain), [Span(0, 1), Span(1.5, 2.5)]).labels == (0, 1)
