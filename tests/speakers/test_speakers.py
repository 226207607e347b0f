from __future__ import annotations

import numpy as np
import pytest

from pipeline.sound.pitch import Acoustics, measure_acoustics
from pipeline.speakers import Cues, agent_evidence, find_announcements, find_roles
from pipeline.speakers.cut import cut_by_voice
from pipeline.speakers.voices import SpectralVoice, Voices, VoiceTurn, split_voices
from pipeline.types import SAMPLE_RATE, Samples, Span, Track
from tests.builders import an_utterance
from tests.sounds import noise, silence

CUES = Cues(agent={"请问有什么可以帮您": 2.0, "为您": 1.0}, customer={"我要投诉": 2.0, "我的": 1.0})


def voice(hertz: float, seconds: float) -> Samples:
    """A buzz of harmonics: pitched like a voice."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return sum(np.sin(2 * np.pi * hertz * k * at) / k for k in range(1, 20)).astype(
        np.float32
    ) * np.float32(0.1)


def two_tracks() -> list[Acoustics]:
    return [measure_acoustics(Track(0, silence(1))), measure_acoustics(Track(1, silence(1)))]


def split(samples: Samples, speech: tuple[Span, ...]) -> Voices:
    return split_voices(measure_acoustics(Track(0, samples, speech)), SpectralVoice())


def test_a_longer_cue_hides_the_shorter_one_inside_it():
    cues = Cues(agent={"为您查询": 2.0, "为您": 1.0})

    assert agent_evidence([an_utterance("我为您查询")], cues) == 2.0


def test_a_repeated_cue_counts_half_each_time():
    assert agent_evidence([an_utterance("为您，为您，为您")], CUES) == 1.75


def test_swapped_channels_are_corrected_by_their_words():
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
    assert not roles.sides_doubtful


def test_without_evidence_the_left_channel_is_named_but_not_sure():
    roles = find_roles(two_tracks(), [an_utterance("嗯")], cues=CUES, agent_channel="auto")

    assert roles.utterances[0].role == "agent"
    assert not roles.is_sure
    assert "把握不大" in roles.note
    assert roles.sides_doubtful


def test_two_voices_of_different_pitch_are_told_apart_in_a_mix():
    pause = silence(0.5)
    samples = np.concatenate(
        [voice(220, 1), pause, voice(110, 1), pause, voice(215, 1), pause, voice(114, 1)]
    )

    voices = split(samples, tuple(Span(1.5 * k, 1.5 * k + 1) for k in range(4)))

    assert [turn.voice for turn in voices.turns] == [0, 1, 0, 1]
    assert voices.is_clear


def test_a_stretch_in_which_the_voice_changes_is_cut_there():
    pause = silence(0.5)
    samples = np.concatenate(
        [voice(220, 2), pause, voice(110, 2), pause, voice(220, 2), voice(110, 2)]
    )

    voices = split(samples, (Span(0, 2), Span(2.5, 4.5), Span(5, 9)))

    assert voices.turns[2:] == (VoiceTurn(Span(5, 7), 0), VoiceTurn(Span(7, 9), 1))


def test_words_of_a_cut_stretch_go_to_the_voice_that_speaks_there():
    said = an_utterance("请问您贵姓我姓王", "unknown", 5.0, 9.0)
    turns = [
        VoiceTurn(Span(5, 7.5), 0),
        VoiceTurn(Span(7.5, 8.0), None),
        VoiceTurn(Span(8.0, 9.0), 1),
    ]

    pieces, voices = cut_by_voice([said], turns)

    assert [(piece.text, piece.start_s, piece.end_s) for piece in pieces] == [
        ("请问您贵姓", 5.0, 7.5), ("我", 7.5, 8.0), ("姓王", 8.0, 9.0),
    ]  # fmt: skip
    assert voices == (0, None, 1)


def test_one_stretch_of_speech_is_not_two_voices():
    voices = split(voice(200, 1), (Span(0, 1),))

    assert (voices.turns, voices.is_clear) == ((VoiceTurn(Span(0, 1), 0),), False)


def test_one_voice_in_several_stretches_is_not_two():
    samples = np.concatenate([voice(hz, 1) for hz in (200, 204, 198, 203)])

    assert not split(samples, tuple(Span(k, k + 0.95) for k in range(4))).is_clear


def test_in_a_mix_whose_voices_cannot_be_told_nobody_gets_a_role():
    sound = measure_acoustics(Track(0, noise(2.0), (Span(0, 0.05), Span(1, 1.05))))

    roles = find_roles([sound], [an_utterance("您好")], cues=CUES, agent_channel="auto")

    assert (roles.confidence, roles.note) == (0.5, "单声道录音中分不出两个人的声音")


@pytest.mark.parametrize(("gain", "offset"), [(0.05, 0.0), (2.0, 0.0), (1.0, 0.2)])
def test_the_split_does_not_depend_on_level_or_offset(gain: float, offset: float):
    pause = silence(0.5)
    samples = np.concatenate([voice(220, 1), pause, voice(110, 1), pause, voice(220, 1)])
    spans = (Span(0, 1), Span(1.5, 2.5), Span(3, 4))

    changed = split(samples * np.float32(gain) + np.float32(offset), spans)

    assert [turn.voice for turn in changed.turns] == [0, 1, 0]


def test_a_recorded_announcement_is_nobodys_words():
    machine = an_utterance("人工服务，请按零。", "unknown")
    person = an_utterance("您按一下遥控器。", "unknown", 4.0)

    assert [sound.start_s for sound in find_announcements([machine, person], ["请按零"])] == [0.0]
