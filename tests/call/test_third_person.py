"""A customer who passes the telephone on, in a recording of one channel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.call.hand_over import tell_agents_apart
from pipeline.call.listen import DiarizedTranscript
from pipeline.lexicon import load_lexicon
from pipeline.sound import Crosstalk, measure_acoustics
from pipeline.speakers import Roles, SpectralVoice
from pipeline.types import CallMeta, Track
from tests.builders import an_utterance
from tests.sounds import silence

TALK = load_lexicon().talk


def heard(said: str, *, channels: int = 1, confidence: float = 1.0) -> DiarizedTranscript:
    utterances = (
        an_utterance("您好，请问您办什么业务？"),
        an_utterance(said, "customer", 8.0),
        an_utterance("好的，请说一下姓名。", start_s=14.0),
    )
    tracks = tuple(measure_acoustics(Track(at, silence(1))) for at in range(channels))
    return DiarizedTranscript(tracks, Roles(utterances, confidence), (), Crosstalk(), ())


def roles_of(call: DiarizedTranscript) -> Roles:
    found, hand_over = tell_agents_apart(call, CallMeta(), TALK, SpectralVoice())
    assert hand_over is None
    return found.roles


@pytest.mark.parametrize(
    "said",
    ["老婆，你来接一下。", "爸，人家说流量用完了，你自己跟他说吧。", "我让我妈跟你说。", "你等下，换本人接。"],
)  # fmt: skip
def test_a_third_voice_in_a_mix_leaves_the_roles_to_a_person(said: str):
    roles = roles_of(heard(said))

    assert not roles.is_sure
    assert roles.note.startswith("约 00:08 起客户像让别人接听")
    assert [u.role for u in roles.utterances] == ["agent", "customer", "unknown"]


def test_where_the_roles_were_doubtful_before_both_doubts_are_told():
    unsure = heard("老婆，你来接一下。", confidence=0.7)
    roles = roles_of(replace(unsure, roles=replace(unsure.roles, note="客服与客户的判断把握不大")))

    assert (roles.confidence, roles.utterances[-1].role) == (0.7, "unknown")
    assert roles.note.startswith("客服与客户的判断把握不大；约 00:08 起")
    assert roles.sides_doubtful


@pytest.mark.parametrize(
    "call",
    [
        heard("老婆，你来接一下。", channels=2),
        heard("你跟我说一下怎么办。"),
        heard("让他给我打电话。"),
        heard("你听我说完。"),
        heard("我跟他说过了。"),
    ],
)
def test_who_passes_nothing_on_and_who_has_a_channel_of_his_own_changes_nothing(
    call: DiarizedTranscript,
):
    assert roles_of(call) == call.roles
