"""Another agent who takes over inside a recording is told from the first one by what is said."""

from __future__ import annotations

import pytest

from pipeline.lexicon import load_lexicon
from pipeline.speakers import HandOverWords, find_hand_over, give_to_nobody
from pipeline.types import HandOver, Utterance
from tests.builders import an_utterance

TALK = load_lexicon().talk
WORDS = HandOverWords(TALK.transfers, TALK.greetings)
SIDES = {"服": "agent", "户": "customer", "？": "unknown"}
BEFORE = ("服您好，请讲。", "户我要退款。", "服退款由财务负责，我帮您转接财务。", "户好的。")


def said(*lines: str) -> list[Utterance]:
    """One utterance a line, whose first character is its side, four characters a second."""
    utterances: list[Utterance] = []
    for line in lines:
        start_s = utterances[-1].end_s + 0.5 if utterances else 0.0
        utterances.append(an_utterance(line[1:], SIDES[line[0]], start_s))
    return utterances


def found(*lines: str, agent_id: str | None = "8012") -> tuple[int, str] | None:
    """The line with which the other agent begins, and which of the two the call's agent is."""
    utterances = said(*lines)
    at = find_hand_over(utterances, WORDS, agent_id=agent_id)
    return at and ([u.start_s for u in utterances].index(at.at_s), at.agent)


@pytest.mark.parametrize(
    "line",
    [
        "服您好，财务部，请问有什么可以帮您？",
        "服您好，工号八零一三为您服务。",
        "服您好。",
        "服喂，你好，我是财务的小李。",
        "服下午好，这里是财务专员小李。",
        "户您好，很高兴为您服务。",  # a third voice that was taken for the customer's
        "？您好，请问您要办理什么业务？",
        "户您好，会员部，我是八号，请问您的会员号？",
    ],
)
def test_who_answers_after_an_announced_transfer_is_another_agent(line: str):
    assert found(*BEFORE, line, "户我的退款呢？") == (4, "first")


def test_a_transfer_is_announced_in_a_sentence_that_was_cut_in_two():
    first, second = an_utterance("积分是会员部处理的我帮", "unknown", 9.0), "您转过去，请不要挂机。"
    cut = [*said(*BEFORE[:2]), first, an_utterance(second, "agent", first.end_s)]
    answer = an_utterance("您好，很高兴为您服务。", "customer", 20.0)

    assert find_hand_over([*cut, answer], WORDS, agent_id=None) == HandOver(20.0)


@pytest.mark.parametrize(
    "lines",
    [
        (*BEFORE, "服您好，让您久等了，财务占线，我帮您登记。"),
        (*BEFORE, "服不好意思，没有人接听。", "服我帮您登记一下。"),
        (*BEFORE, "服您好，请稍等，正在接通。"),
        (*BEFORE, "户您好，是财务中心吗？"),
        (
            "服您好，客服8012为您服务。",
            "户我要退款。",
            "服这边不能转接，我帮您登记。",
            "服您好，请问您需要几点回电？",
        ),
        ("服您好，正在为您转接人工客服，请稍候。", "服您好，工号八零一二，请讲。", "户我要退款。"),
        ("服您好，请讲。", "户退款。", "服钱会转到您的银行卡。", "服请问您还需要什么？"),
        ("服您好，请讲。", "户我要退款。", "服好的，再见。"),
    ],
)
def test_the_same_agent_stays_the_same(lines: tuple[str, ...]):
    assert found(*lines) is None


def test_two_numbers_that_agents_give_of_themselves_tell_two_agents():
    assert found("服工号八零一二，请讲。", "户退款。", "服您好，工号8013，请讲。") == (2, "first")
    assert found("服工号八零一二，请讲。", "户退款。", "服请找工号八零一三的同事。") is None


def test_the_second_agent_is_the_calls_if_he_gives_its_number():
    assert found(*BEFORE, "服您好，工号八零一三为您服务。", agent_id="8013") == (4, "second")


def test_on_two_channels_the_other_agents_words_are_nobodys_and_the_customers_stay():
    utterances = said(*BEFORE, "服您好，财务部，请讲。", "户退款。", "服你找领导去。")
    at = find_hand_over(utterances, WORDS, agent_id="8012")
    assert at is not None
    roles = [u.role for u in give_to_nobody(utterances, at, channels=2)]
    assert roles == ["agent", "customer", "agent", "customer", "unknown", "customer", "unknown"]


def test_on_a_mix_nothing_after_the_hand_over_is_somebodys():
    utterances = said(*BEFORE, "服您好，财务部，请讲。", "户退款。")
    roles = [
        u.role for u in give_to_nobody(utterances, HandOver(utterances[4].start_s), channels=1)
    ]
    assert roles == ["agent", "customer", "agent", "customer", "unknown", "unknown"]


def test_before_the_second_agent_who_is_the_calls_nothing_is_somebodys_on_his_channel():
    utterances = said(*BEFORE, "服您好，工号八零一三，请讲。")
    at = find_hand_over(utterances, WORDS, agent_id="8013")
    assert at is not None
    roles = [u.role for u in give_to_nobody(utterances, at, channels=2)]
    assert roles == ["unknown", "customer", "unknown", "customer", "agent"]
