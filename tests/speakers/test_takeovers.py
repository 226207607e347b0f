"""Agents who follow each other in one recording have parts of their own only where that is sure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.lexicon import load_lexicon
from pipeline.speakers import HandOverWords, find_agents
from pipeline.types import Utterance
from tests.speakers.test_hand_over import BEFORE, said

TALK = load_lexicon().talk
WORDS = HandOverWords(TALK.transfers, TALK.greetings, TALK.waits)
ANSWER = "服您好，财务部，请问有什么可以帮您？"
NAMED = "服您好，财务部，工号八零一三为您服务。"


def by_sides(*lines: str) -> list[Utterance]:
    """As ``said``; the agent's channel is 0, the customer's 1."""
    return [replace(one, channel=int(one.role == "customer")) for one in said(*lines)]


def agents(
    *lines: str, agent_id: str | None = "8012", transferred_to: str | None = None
) -> list[tuple[int, str | None]]:
    """The line with which each agent begins, and his number; empty where it is not sure."""
    utterances = by_sides(*lines)
    starts = [0.0, *(u.start_s for u in utterances[1:])]
    found = find_agents(utterances, WORDS, agent_id=agent_id, transferred_to=transferred_to)
    return [(starts.index(turn.start_s), turn.agent) for turn in found]


@pytest.mark.parametrize(
    ("lines", "known", "expected"),
    [
        ((ANSWER, "户我的退款呢？"), {}, [(0, "8012"), (4, None)]),  # nobody says who he is
        ((ANSWER, "户我的退款呢？"), {"transferred_to": "8013"}, [(0, "8012"), (4, "8013")]),
        ((ANSWER,), {"transferred_to": "13800000000"}, [(0, "8012"), (4, None)]),  # no agent's
        ((NAMED, "户退款。"), {}, [(0, "8012"), (4, "8013")]),
        ((NAMED,), {"transferred_to": "8014"}, [(0, "8012"), (4, None)]),  # they contradict
        ((ANSWER, "户退款。", "服我的工号是8013。"), {}, [(0, "8012"), (4, "8013")]),
        ((NAMED,), {"agent_id": "8013"}, [(0, None), (4, "8013")]),
        ((ANSWER,), {"agent_id": "8013", "transferred_to": "8013"}, [(0, None), (4, "8013")]),
        ((ANSWER,), {"agent_id": None}, [(0, None), (4, None)]),
        ((NAMED,), {"agent_id": None}, [(0, None), (4, None)]),  # which kind of number?
        ((NAMED,), {"agent_id": "80120"}, [(0, "80120"), (4, None)]),  # of another kind
        (("服您好，请问有什么可以帮您？",), {"transferred_to": "8013"}, [(0, "8012"), (4, None)]),
        (  # the recorded transfer is perhaps the later one
            (ANSWER, "户好的。", "服我帮您转接主管。"),
            {"transferred_to": "8013"},
            [(0, "8012"), (4, None)],
        ),
        (
            ("？您呼叫的坐席正在通话中。", NAMED),
            {},
            [(0, "8012"), (5, "8013")],
        ),  # a machine between
        ((ANSWER, "户您好，我的退款呢？", "户您好？"), {}, [(0, "8012"), (4, None)]),
        (("服您好，我是主管，请您讲。", "户退款。"), {}, [(0, "8012"), (4, None)]),
        (  # his own wait
            (NAMED, "服请您稍等，我查一下。", "服让您久等了，查到了。"),
            {},
            [(0, "8012"), (4, "8013")],
        ),
        (  # perhaps the first one is back: only what is surely his is his
            (NAMED, "户退款。", "服您好，工号8012，请讲。"),
            {},
            [(0, None), (4, "8013"), (6, "8012")],
        ),
        (  # handed on twice
            (NAMED, "户我要投诉。", "服我帮您转给主管。", "服您好，工号8020，请讲。"),
            {},
            [(0, "8012"), (4, "8013"), (7, "8020")],
        ),
    ],
)
def test_each_agent_who_surely_takes_over_has_a_part(
    lines: tuple[str, ...], known: dict[str, str | None], expected: list[tuple[int, str | None]]
):
    assert agents(*BEFORE, *lines, **known) == expected


@pytest.mark.parametrize(
    "lines",
    [
        ("服您好。", "户我的退款呢？"),  # greets only
        ("户您好，很高兴为您服务。",),  # his voice is on the customer's channel
        ("？您好，请问您要办理什么业务？",),
        ("服您好，转接失败了，请问您还需要什么？",),
        ("服您好，让您久等了，还是我为您服务。",),
        ("户先别转，我还有问题。", "服您好，您请说，请问有什么可以帮您？"),
        ("服一。", "服二。", "服三。", "服四。", ANSWER),  # announced long before
        (ANSWER, "户退款。", "服您好，我是刚才的8012，请问还有什么可以帮您？"),  # the first is back
        (NAMED, "户退款。", "服让您久等了，财务说已经退了。"),  # who waited with whom?
        ("服您好，财务部，我们三方一起沟通，请问您是王先生吗？",),
        (NAMED, "服好的。", "服嗯。", "户主管呢？", "服您好，我是主管，请讲。"),  # unannounced
        (NAMED, "户几号？", "服我的工号是8014。"),
    ],
)
def test_where_it_is_not_sure_who_says_what_nobody_has_a_part(lines: tuple[str, ...]):
    assert agents(*BEFORE, *lines) == []


def test_a_consultation_that_the_first_agent_stays_in_is_no_hand_over():
    line = "服我帮您转接财务，我们一起跟您说。"
    assert agents("服您好，请讲。", "户退款。", line, NAMED, "户好的。") == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("服您好，请稍等，为您转接财务。", NAMED, "户退款。"), []),  # before the customer speaks
        (("户退款。", "服帮您转接。", NAMED, "户退款。"), [(0, "8012"), (2, "8013")]),
    ],
)
def test_a_hand_over_in_the_first_seconds(
    lines: tuple[str, ...], expected: list[tuple[int, str | None]]
):
    assert agents(*lines) == expected


def test_numbers_that_differ_without_a_transfer_tell_two_agents_only_if_clearly_heard():
    lines = ("服您好，工号八零一二。", "户退款。", "服好的。", NAMED)
    assert agents(*lines) == [(0, "8012"), (3, "8013")]
    unclear = [
        replace(one, words=tuple(replace(w, confidence=0.6) for w in one.words))
        for one in by_sides(*lines)
    ]
    assert find_agents(unclear, WORDS, agent_id="8012") == ()
    asked = ("服您好，工号八零一二。", "户你工号多少？", "服您好，工号八零一三，请讲。")
    assert agents(*asked) == []


def test_an_unclear_number_names_nobody():
    lines = by_sides(*BEFORE, NAMED)
    unclear = [replace(w, confidence=0.6) for w in lines[4].words]
    lines[4] = replace(lines[4], words=tuple(unclear))
    found = find_agents(lines, WORDS, agent_id="8012")
    assert [turn.agent for turn in found] == ["8012", None]


def test_a_number_of_another_kind_than_the_metadatas_names_nobody():
    own = "服您好，工号30125，请讲。"
    assert agents(own, *BEFORE[1:], NAMED) == [(0, "8012"), (4, None)]


def test_on_a_mix_and_where_sides_share_a_channel_nobody_has_a_part():
    mix = [replace(one, channel=0) for one in said(*BEFORE, NAMED)]
    assert find_agents(mix, WORDS, agent_id="8012") == ()
