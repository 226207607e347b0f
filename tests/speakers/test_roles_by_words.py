"""Which of two voices in a mix is the agent's: by sentences, and by who is called."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.phrases import load_sayers
from pipeline.sound.pitch import Acoustics, measure_acoustics
from pipeline.speakers import Cues, Roles, assign_roles, find_roles
from pipeline.types import Span, Track
from tests.builders import an_utterance
from tests.sounds import silence
from tests.speakers.test_speakers import voice

NO_CUES = Cues()
SENTENCES = Cues(sentences=load_sayers())

INBOUND = (
    "麻烦您把错误代码念给我听一下",
    "好像是E5吧一直滴滴响",
    "给您安排一位工程师上门看看",
    "要不要收钱啊",
)
RUDE = (
    "我都说了不是我签收的",
    "系统里写得明明白白你还问什么",
    "我家里那天没人怎么签",
    "打不通你就接着打跟我没关系",
)


def sides(said: tuple[str, ...], cues: Cues) -> list[str]:
    """The roles of two who speak in turn, by nothing but their words."""
    words = [an_utterance(text, "unknown", 4.0 * at) for at, text in enumerate(said)]
    numbers = [at % 2 for at in range(len(said))]
    found = assign_roles(words, numbers, cues=cues, agent_side=None, prior=0.0)
    return [utterance.role for utterance in found.utterances]


def test_whole_sentences_tell_the_agent_where_no_cue_stands():
    assert sides(INBOUND, NO_CUES) == ["unknown"] * 4
    assert sides(INBOUND, SENTENCES) == ["agent", "customer"] * 2


def test_a_rude_agent_is_told_by_his_sentences_too():
    assert sides(RUDE, SENTENCES) == ["customer", "agent"] * 2


def test_a_side_without_words_tells_nothing():
    assert sides(INBOUND[:1], SENTENCES) == ["unknown"]


def test_two_who_speak_alike_stay_unknown():
    assert sides(("请问您那边方便吗", "请问您那边方便吗"), SENTENCES) == ["unknown"] * 2


def two_voices() -> list[Acoustics]:
    """A high voice and a low one in turn, a second each."""
    pause = silence(0.5)
    samples = np.concatenate([np.concatenate([voice(hz, 1), pause]) for hz in (220, 110, 215, 114)])
    return [
        measure_acoustics(Track(0, samples, tuple(Span(1.5 * k, 1.5 * k + 1) for k in range(4))))
    ]


def opened(by: str, *, outbound: bool) -> Roles:
    """A call whose words say nothing but how somebody picks up."""
    said = [
        an_utterance(text, "unknown", 1.5 * k, 1.5 * k + 1)
        for k, text in enumerate((by, "啊", "嗯", "哦"))
    ]
    return find_roles(two_voices(), said, cues=NO_CUES, agent_channel="auto", outbound=outbound)


@pytest.mark.parametrize(
    ("by", "outbound", "first"),
    [
        ("对", False, "agent"),
        ("喂，哪位？", False, "unknown"),
        ("为你好。", False, "unknown"),
        ("喂，你说的那个单子", False, "agent"),
        ("喂，哪位？", True, "customer"),
    ],
)
def test_who_picks_up_is_the_agent_unless_he_only_says_hello_or_is_called_by_one(
    by: str, outbound: bool, first: str
):
    assert opened(by, outbound=outbound).utterances[0].role == first
