"""The topics of a call: by the words of its first sentences, those of its trade by name."""

from __future__ import annotations

import pytest

from pipeline.lexicon import TalkWords, Topic, TopicFile, Trade, load_lexicon
from pipeline.topics import TopicBook, find_topics, find_trade
from pipeline.types import CallMeta, CallTopic, Quote, Utterance
from tests.builders import an_utterance

LEXICON = load_lexicon()
SHIPPED = TopicBook.of(LEXICON.topics, LEXICON.talk)

RETURNS = Topic("returns", "退换货", "退换货", ("退货", "不合适"))
BILL = Topic("bill", "账单", "账单", ("扣费", "没到账", "发票"))
DELIVERY = Topic("delivery", "配送", "配送", ("没到", "快递"))
ASKING = Topic("asking", "咨询", "咨询", ("请问",), by="customer", alone=True, asks=True)
LOSS = Topic("bank.loss", "挂失补卡", "办理", ("挂失", "卡丢了"), trade="银行")
HANDLING = Topic("handling", "办理", "办理", ("办理",), by="customer")
BANK = Trade("银行", ("信用卡*",), ("银行", "储蓄卡"), (LOSS,))
BOOK = TopicBook.of(
    TopicFile((RETURNS, BILL, DELIVERY, HANDLING, ASKING), (BANK,)), TalkWords(settled=("好了",))
)
HELLO = "您好，请问要退货还是办理业务？"


def a_talk(*said: str, hello: str = HELLO) -> tuple[Utterance, ...]:
    """The agent greets; then customer and agent by turns."""
    roles = ("customer", "agent")
    lines = [an_utterance(hello, "agent", 0.0)]
    lines += [an_utterance(text, roles[at % 2], 10.0 * (at + 1)) for at, text in enumerate(said)]
    return tuple(lines)


def names(*said: str, queue: str | None = None, **changes: str) -> list[str]:
    return [
        topic.name for topic in find_topics(a_talk(*said, **changes), BOOK, CallMeta(queue=queue))
    ]


def test_a_topic_comes_with_its_score_and_the_sentences_that_say_it():
    utterances = a_talk("这双鞋我想退货，大小不合适。", "好的。", "发票要寄回去吗，快递费谁出？")

    first, *_ = find_topics(utterances, BOOK, CallMeta())

    quote = Quote("customer", 10.0, utterances[1].end_s, "这双鞋我想退货，大小不合适。")
    assert first == CallTopic("returns", "退换货", "退换货", "", 5.0, (quote,))


def test_the_greeting_of_the_agent_is_no_topic():
    assert names("喂，你好。", "您请讲。", "我家的灯不亮了。") == []


def test_a_phrase_inside_a_longer_one_does_not_count():
    assert names("充的钱一直没到账。") == ["账单"]
    assert names("我的包裹一直没到。") == ["配送"]


def test_a_longer_phrase_of_another_trade_hides_nothing():
    offers = Topic("shop.only", "仅退货", "退换货", ("仅退货吧",), trade="电商")
    file = TopicFile((RETURNS,), (Trade("电商", ("商城",), (), (offers,)),))
    book = TopicBook.of(file, TalkWords(settled=("好了",)))

    found = [
        [topic.name for topic in find_topics(a_talk("那就仅退货吧。"), book, CallMeta(queue=queue))]
        for queue in ("商城", "银行")
    ]

    assert found == [["仅退货"], ["退换货"]]


def test_one_phrase_in_passing_late_in_the_call_is_no_topic():
    said = [
        "我的鞋想退货。",
        "好的。",
        "嗯。",
        "请讲。",
        "行吧行吧。",
        "嗯。",
        "可以可以。",
        "好。",
    ]
    assert names(*said, "对了，发票一起寄回。") == ["退换货"]


def test_a_question_counts_as_asking_unless_it_names_another_matter():
    assert names("你们周一开门吗？") == ["咨询"]
    assert names("衣服不合适能退货吗？") == ["退换货"]


def test_the_topics_of_a_trade_count_only_in_its_calls():
    bank = "您好，江南银行客服中心。"
    assert names("我的卡丢了。", hello=bank) == ["挂失补卡"]
    assert names("我的卡丢了。", queue="信用卡中心") == ["挂失补卡"]
    assert names("我的卡丢了。") == []


def test_a_bank_card_in_passing_makes_no_bank():
    utterances = a_talk("鞋子想退货。", "钱退到您付款的储蓄卡。", hello="您好，蓝天鞋店。")
    assert find_trade(utterances, BOOK, CallMeta()) == ""


@pytest.mark.parametrize(
    ("queue", "said", "topic"),
    [
        ("信用卡", "我的信用卡丢了，要挂失。", "挂失补卡"),
        ("广电客服", "电视没有信号，全是马赛克。", "电视无信号"),
        ("邮政客服", "我订的杂志想续订。", "报刊订阅"),
        ("快递客服", "显示已签收可是我没拿到，没收到东西。", "显示签收未收到"),
        ("12345", "楼下烧烤油烟太大，臭气熏天。", "噪声与环境"),
        ("95598", "我们小区停电了。", "停电停水停气"),
        ("旗舰店", "什么时候发货呀，能催一下发货吗？", "发货与物流"),
    ],
)
def test_each_shipped_trade_knows_a_call_of_its_own(queue: str, said: str, topic: str):
    found = find_topics(a_talk(said), SHIPPED, CallMeta(queue=queue))
    assert found[0].name == topic


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("你们柜员态度恶劣，我要投诉。", "投诉"),
        ("买的衣服大小不合适，我要退货。", "退换货"),
        ("我的快递三天了还没送到。", "配送"),
        ("家里水管漏水，麻烦派师傅来修。", "报修"),
        ("软件闪退，一直打不开。", "故障"),
        ("这个月账单不对，多扣了我二十块。", "账单"),
        ("我想预约下周三的体检。", "预约"),
        ("我要过户，想办理一下。", "办理"),
        ("请问你们几点下班？", "咨询"),
    ],
)
def test_each_general_topic_ships(said: str, topic: str):
    assert find_topics(a_talk(said, hello="您好。"), SHIPPED, CallMeta())[0].name == topic


def test_silence_and_a_call_without_words_have_no_topic():
    assert find_topics((), BOOK, CallMeta()) == ()
    assert find_topics((an_utterance("……", "customer"),), BOOK, CallMeta()) == ()
