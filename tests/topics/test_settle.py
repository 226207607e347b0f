"""Whether a matter was settled: by the customer's last words, unknown where they do not tell."""

from __future__ import annotations

import pytest

from pipeline.lexicon import Lexicon, load_lexicon
from pipeline.topics import UNSURE, TopicBook, judge_settlement, read_matter
from pipeline.types import CallMeta, Quote, Settlement, Utterance
from tests.builders import an_utterance

LEXICON = load_lexicon()
BOOK = TopicBook.of(LEXICON.topics, LEXICON.talk)


def a_call(*said: str, agent: str = "好的，我帮您处理。") -> tuple[Utterance, ...]:
    """The agent says one sentence; the customer the rest."""
    lines = [an_utterance(agent, "agent", 0.0)]
    lines += [an_utterance(text, "customer", 10.0 * (at + 1)) for at, text in enumerate(said)]
    return tuple(lines)


@pytest.mark.parametrize(
    ("said", "solved"),
    [
        ("好的，解决了，谢谢。", True),
        ("有信号了，行了。", True),
        ("哦，那我明白了。", True),
        ("满意没有了", True),
        ("还是不行。", False),
        ("你们根本解决不了。", False),
        ("那算了。", False),
        ("我再打电话投诉。", False),
        ("不满意！", False),
        ("没有了，谢谢，再见。", None),
        ("你问我满意吗？", None),
        ("等解决了再说吧。", None),
        ("要是能用了就好。", None),
        ("你们上次说解决了。", None),
        ("好的，没事，满意，没了。", True),
        ("没有了，可以了可以了", True),
        ("不是很满意。", False),
        ("不太满意", False),
        ("没什么不满意的。", None),
        ("我不投诉了。", None),
        ("我不要投诉你们了。", None),
        ("还没到账呢。", None),
        ("流量怎么这么快就没了。", None),
        ("问题还是没有解决。", False),
        ("还是上不了网。", False),
        ("我要去消协告，要投诉你们。", False),
    ],
)
def test_the_last_words_tell(said: str, solved: bool | None):
    assert judge_settlement(a_call("我家上不了网。", said), BOOK).solved is solved


def test_the_last_sign_counts_with_its_sentence_and_who_said_it():
    utterances = a_call("还是不行啊。", "哦，好了，有网了。", "没有了，再见。")

    assert judge_settlement(utterances, BOOK) == Settlement(
        True,
        "客户最后说解决了",
        quotes=(Quote("customer", 20.0, utterances[2].end_s, "哦，好了，有网了。"),),
    )


def test_words_early_in_the_call_do_not_tell():
    said = ["上次说解决了。", "可是又断了。", "嗯。", "好的。"]
    assert judge_settlement(a_call(*said), BOOK).solved is None


def test_a_promise_leaves_a_pleased_customer_unsettled_and_is_quoted():
    promise = "明天上午给您回电。"
    utterances = a_call("好的，满意。", agent=promise)

    found = judge_settlement(utterances, BOOK)

    assert (found.solved, found.promised, found.transferred) == (None, True, False)
    assert [quote.text for quote in found.quotes] == [promise, "好的，满意。"]


def test_a_transfer_leaves_a_pleased_customer_unsettled():
    found = judge_settlement(a_call("好的，满意。", agent="我帮您转接专家座席。"), BOOK)
    assert (found.solved, found.transferred) == (None, True)


def test_what_works_already_is_settled_in_spite_of_a_promise():
    found = judge_settlement(a_call("能用了，谢谢。", agent="师傅明天会联系您。"), BOOK)
    assert (found.solved, found.promised) == (True, True)


def test_nobody_knows_whose_last_words_they_are_where_the_roles_are_not_sure():
    matter = read_matter(a_call("还是不行。"), LEXICON, CallMeta(), roles_sure=False)
    assert matter.settlement == Settlement(reason=UNSURE)


def test_a_call_without_words_is_unknown():
    assert judge_settlement((), BOOK).solved is None


def test_a_lexicon_without_topics_and_words_tells_nothing():
    bare = Lexicon(rules=())
    matter = read_matter(a_call("还是不行。"), bare, CallMeta())
    assert (matter.topics, matter.settlement.solved) == ((), None)
