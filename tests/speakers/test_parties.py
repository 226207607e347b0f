"""Channels with one side, more than two parties, and speakers who change places."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.call.listen import prepare_tracks
from pipeline.ingest import choose_channels
from pipeline.sound.pitch import Acoustics, measure_acoustics
from pipeline.speakers import Cues, find_roles
from pipeline.types import SAMPLE_RATE, Track, Utterance
from tests.builders import an_utterance
from tests.sounds import silence, speech

CUES = Cues(
    agent={"请问有什么可以帮您": 3.0, "为您查询": 3.0}, customer={"我要投诉": 3.0, "我的": 1.0}
)


def tracks(count: int) -> list[Acoustics]:
    return [measure_acoustics(Track(channel, silence(1))) for channel in range(count)]


def said(text: str, channel: int, start_s: float) -> Utterance:
    given = an_utterance(text, "unknown", start_s)
    return Utterance("unknown", channel, start_s, given.end_s, text, 0.9, given.words)


@pytest.mark.parametrize(("agent_channel", "role"), [("left", "agent"), ("right", "customer")])
def test_beside_a_dead_channel_the_settings_say_whose_side_is_heard(agent_channel, role):
    words = [said("这个不归我管", 0, 0.0)]

    roles = find_roles(tracks(1), words, cues=CUES, agent_channel=agent_channel, one_sided=True)

    assert (roles.utterances[0].role, roles.is_sure) == (role, True)


def test_without_a_setting_one_side_alone_is_told_by_its_words_as_a_mix():
    roles = find_roles(
        tracks(1), [said("好", 0, 0.0)], cues=CUES, agent_channel="auto", one_sided=True
    )

    assert (roles.utterances[0].role, roles.is_sure) == ("unknown", False)


def both_in_one(words: tuple[str, ...]) -> tuple[list[Acoustics], list[Utterance]]:
    """Both voices of a call in the left channel, and each stretch's words in turn."""
    mix = np.repeat(speech(0) + speech(1), 2).astype(np.float32)
    prepared = prepare_tracks(choose_channels([mix, silence(len(mix) / SAMPLE_RATE)]))
    (track,) = prepared.tracks
    utterances = [
        Utterance("unknown", 0, span.start_s, span.end_s, text, 0.9, ())
        for span, text in zip(track.speech, words, strict=False)
    ]
    return [measure_acoustics(track, prepared.spectra[0])], utterances


def test_a_mix_beside_a_dead_channel_is_left_to_a_person():
    words = ("请问有什么可以帮您", "我要投诉", "为您查询", "我的", "为您查询", "我要投诉", "再见")
    acoustics, utterances = both_in_one(words)

    roles = find_roles(acoustics, utterances, cues=CUES, agent_channel="left", one_sided=True)

    assert not roles.is_sure
    assert "像有两个人" in roles.note


def test_a_third_party_is_nobodys_words_and_named():
    words = [
        said("请问有什么可以帮您", 0, 0.0),
        said("我要投诉，我的包裹", 1, 3.0),
        said("我是快递站的", 2, 6.0),
    ]

    roles = find_roles(tracks(3), words, cues=CUES, agent_channel="auto")

    assert [u.role for u in roles.utterances] == ["agent", "customer", "unknown"]
    assert (roles.is_sure, roles.note) == (True, "声道 3 是第三方，其话语不算客服的")


def test_of_two_who_speak_like_agents_none_is_sure():
    words = [
        said("为您查询", 0, 0.0),
        said("我要投诉，我的包裹", 1, 3.0),
        said("请问有什么可以帮您，为您查询", 2, 6.0),
    ]

    roles = find_roles(tracks(3), words, cues=CUES, agent_channel="auto")

    assert not roles.is_sure
    assert roles.note == "声道 1 是第三方，其话语不算客服的；客服与客户的判断把握不大"
    assert roles.sides_doubtful


def test_a_setting_names_the_agent_among_three():
    words = [said("不知道", 0, 0.0), said("我不满意", 1, 3.0), said("请问有什么可以帮您", 2, 6.0)]

    roles = find_roles(tracks(3), words, cues=CUES, agent_channel="right")

    assert [u.role for u in roles.utterances].count("agent") == 1
    assert roles.utterances[1].role == "agent"


def test_two_whose_words_change_places_are_left_to_a_person():
    words = [
        said("请问有什么可以帮您", 0, 0.0),
        said("我要投诉", 1, 3.0),
        said("我要投诉，我的包裹", 0, 65.0),
        said("为您查询", 1, 68.0),
    ]

    for setting in ("auto", "left"):
        roles = find_roles(tracks(2), words, cues=CUES, agent_channel=setting)

        assert not roles.is_sure
        assert roles.note == "两个声道的人约在 01:05 互换了位置，角色不能确定"
        assert roles.sides_doubtful


def places(*, swapped: bool) -> list[Acoustics]:
    """Both sides of a call; with ``swapped`` on each other's channel from the middle on."""
    left, right = (np.repeat(speech(channel), 2).astype(np.float32) for channel in (0, 1))
    half = len(left) // 2
    if swapped:
        left, right = (
            np.concatenate([left[:half], right[half:]]),
            np.concatenate([right[:half], left[half:]]),
        )
    prepared = prepare_tracks(choose_channels([left, right]))
    return [
        measure_acoustics(track, spectrum)
        for track, spectrum in zip(prepared.tracks, prepared.spectra, strict=True)
    ]


@pytest.mark.parametrize("swapped", [False, True])
def test_voices_tell_that_two_change_places_where_words_do_not(swapped: bool):
    roles = find_roles(
        places(swapped=swapped), [said("好", 0, 1.0)], cues=CUES, agent_channel="left"
    )

    assert roles.is_sure is not swapped
