"""What the words of two recordings say about whether they are one conversation."""

from __future__ import annotations

import pytest

from pipeline.call.part_evidence import read_ends
from pipeline.lexicon import LEXICON_FOLDER, load_lexicon
from pipeline.speakers import announces_transfer, answers
from tests.builders import a_result, an_utterance


@pytest.fixture(scope="module")
def words():
    return load_lexicon(LEXICON_FOLDER).talk


def said(*lines: str):
    """A result in which these are said, 客服：… or 客户：…, five seconds apart."""
    return a_result(
        utterances=tuple(
            an_utterance(line[3:], "agent" if line.startswith("客服") else "customer", at * 5.0)
            for at, line in enumerate(lines)
        )
    )


@pytest.mark.parametrize(
    "text",
    [
        "我帮您转接到技术部。",
        "这个由财务负责，给您转到财务。",
        "请不要挂机，马上为您转接。",
        "那我帮您转一下专席吧。",
    ],
)
def test_a_transfer_is_announced(text: str, words):
    assert announces_transfer(text, words.transfers)


@pytest.mark.parametrize(
    "text",
    [
        "这个不能转接。",
        "我这边没办法帮您转接。",
        "退款会转到您的银行卡。",
        "钱转给您的微信。",
        "不用转接，我来查。",
        "好的。",
    ],
)
def test_what_is_no_transfer_announces_none(text: str, words):
    assert not announces_transfer(text, words.transfers)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("您好，客服8013为您服务。", True),
        ("您好，请问有什么可以帮您？", True),
        ("早上好，技术热线。", True),
        ("您好，让您久等了，请问单号是多少？", False),
        ("您好。", False),
        ("请问有什么可以帮您？", False),
    ],
)
def test_who_answers_a_call_greets_and_names_himself_or_offers_help(
    text: str, expected: bool, words
):
    assert answers(text, words.greetings) == expected


def test_a_recording_that_ends_with_a_transfer_was_handed_on(words):
    ends = read_ends(
        said(
            "客服：您好，请讲。", "客户：我要退款。", "客服：我帮您转接财务。", "客户：好的谢谢。"
        ),
        words,
    )
    assert (ends.answered, ends.handed_on, ends.closed) == (True, True, False)


def test_a_farewell_after_the_announcement_says_that_the_matter_was_handed_on_and_not_the_call(
    words,
):
    ends = read_ends(
        said("客服：已经帮您转到财务处理了。", "客户：好的。", "客服：感谢来电，再见。"), words
    )
    assert (ends.handed_on, ends.closed) == (False, True)


def test_the_customer_may_take_leave_too(words):
    assert read_ends(said("客服：处理好了。", "客户：好，再见。"), words).closed


def test_silence_says_nothing(words):
    ends = read_ends(a_result(utterances=()), words)
    assert not any((ends.answered, ends.waited, ends.handed_on, ends.to_wait, ends.closed))
