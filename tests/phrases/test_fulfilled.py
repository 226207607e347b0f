"""Duties that are done in other words than the usual ones, and the same talks without them."""

from __future__ import annotations

import pytest

import pipeline as callqa
from pipeline.lexicon import load_lexicon


def verdict(rule: str, talk: str) -> str | None:
    """The verdict on a lack of a duty in a talk like 客服：… / 客户：…; ``None`` without one."""
    turns = [
        callqa.Turn("agent" if part.startswith("客服") else "customer", part[3:])
        for part in talk.split(" / ")
    ]
    return next(
        (one.verdict for one in callqa.check_text(turns).findings if one.rule == rule), None
    )


TOLD = "客服：您好，有线客服，请问有什么可以帮您？ / 客户：{} / 客服：{} / 客户：好。 / 客服：感谢您的来电，再见。"


@pytest.mark.parametrize(
    ("customer", "agent"),
    [
        ("电视没信号，我住和平路十二号三单元。", "好的，和平路十二号三单元，师傅下午过去。"),
        ("我要改约，原来约的是礼拜四上午。", "礼拜四上午的给您改到下午了。"),
        ("我要报修，房间是1806。", "1806，马上安排。"),
        ("把会员退了，尾号是七七零二。", "七七零二，会员已经退了。"),
        ("你们收费员乱收我停车费。", "乱收费这个情况我转给主管。"),
        ("洗衣机脱水的时候响得厉害。", "脱水有声音，一定影响您休息了。"),
        ("洗衣机脱水的时候响得厉害。", "是脱水时机身晃动吗？"),
    ],
)
def test_what_the_customer_told_is_repeated_in_part_or_in_other_words(customer: str, agent: str):
    assert verdict("missing.restate", TOLD.format(customer, agent)) is None


@pytest.mark.parametrize(
    ("customer", "agent"),
    [
        ("电视没信号，我住和平路十二号三单元。", "好的，师傅下午过去。"),
        ("我要改约，原来约的是礼拜四上午。", "好的，给您改了。"),
        ("你们收费员乱收我停车费。", "好的，我知道了。"),
        ("洗衣机脱水的时候响得厉害。", "好的，师傅明天到。"),
        ("我的电话是13812345678。", "好的，记下来了。"),
        ("你们怎么老是这样，可以现在就给我弄好吗？", "可以，现在就给您弄好。"),
    ],
)
def test_what_the_customer_told_and_nobody_took_up_is_for_a_person(customer: str, agent: str):
    assert verdict("missing.restate", TOLD.format(customer, agent)) == "review"


@pytest.mark.parametrize(
    ("customer", "agent", "owed"),
    [
        ("我想问一下周末几点关门。", "周六周日都是晚上九点。", None),
        ("离职了公积金能取不？", "可以的，带上证明就行。", None),
        ("单号是七七八八九九零零，半个月没动静。", "查到了，今天上午已经出库。", None),
        ("单号是七七八八九九零零，半个月没动静。", "好的，我让人去办。", "review"),
        ("为什么又多扣我的钱？我没有订过。", "好的，我让人去办。", "review"),
    ],
)
def test_a_question_that_is_answered_need_not_be_repeated(
    customer: str, agent: str, owed: str | None
):
    assert verdict("missing.restate", TOLD.format(customer, agent)) == owed


def test_a_question_that_was_misunderstood_is_to_be_repeated():
    talk = TOLD.format(
        "我想问一下周末几点关门。", "九点开门。 / 客户：我问的不是开门。 / 客服：九点。"
    )

    assert verdict("missing.restate", talk) == "review"


@pytest.mark.parametrize(
    ("agent", "owed"),
    [
        ("菜洒了很抱歉，给您退二十块钱可以吗？", None),
        ("二十块钱已经退了。", "confirmed"),
        ("请您把退货单寄过来好吗？", "confirmed"),
    ],
)
def test_who_asks_before_acting_has_asked_whether_the_customer_agrees(agent: str, owed: str | None):
    assert verdict("missing.satisfied", TOLD.format("送来的菜洒了。", agent)) == owed


OPENED = "客户：{} / 客服：{} / 客户：七七三五。 / 客服：感谢您的咨询，再见。"


@pytest.mark.parametrize(
    ("agent", "owed"),
    [
        ("您好，暖家售后三号，我来帮您看看，请问型号是多少？", None),
        ("您好，暖家售后三号，没有热水确实不方便，很抱歉，请问型号是多少？", None),
        ("您好，可能是水压不够，请您先看一下进水阀开了没有。", None),
        ("您好，暖家售后三号，请问型号是多少？", "review"),
        ("您好，暖家售后三号，请您提供一下型号。", "review"),
    ],
)
def test_who_takes_on_what_the_customer_told_first_need_not_ask_for_it(
    agent: str, owed: str | None
):
    talk = OPENED.format("热水器打不着火了，怎么办？", agent)

    assert verdict("missing.offer", talk) == owed


ENDED = "客服：您好，江城热线，请问有什么可以帮您？ / 客户：{} / 客服：{} / 客户：{} / 客服：{}"


@pytest.mark.parametrize(
    ("told", "answer", "customer", "end", "owed"),
    [
        ("查一下余额。", "余额十元。", "好。", "再见。", "confirmed"),
        ("查一下余额。", "余额十元。", "谢谢。", "不客气，再见。", None),
        ("查一下余额。", "余额十元。", "好。", "您辛苦了，再见。", None),
        ("送来的碗碎了。", "已经补发。", "好。", "再次向您致歉，再见。", None),
        ("家里有煤气味！", "请您马上到楼下去。", "好。", "请您注意安全，再见。", None),
        ("我平板坏了。", "小朋友你等妈妈回来。", "好。", "再见。", None),
        ("查一下余额。", "余额十元。", "行，挂了。", "再见。", "review"),
    ],
)
def test_thanks_are_due_where_nothing_stands_in_their_stead(
    told: str, answer: str, customer: str, end: str, owed: str | None
):
    assert verdict("missing.thanks", ENDED.format(told, answer, customer, end)) == owed


def test_a_call_back_has_its_time_where_it_was_told_before():
    talk = (
        "客服：您好。 / 客户：什么时候修好？ / 客服：{} / 客户：好。 / 客服：地址呢？ / 客户：东街三号。"
        " / 客服：好的，稍后给您回电。"
    )

    assert verdict("process.promise_no_time", talk.format("今天下午五点前给您回电话。")) is None
    assert verdict("process.promise_no_time", talk.format("我们正在查。")) == "review"


@pytest.mark.parametrize(
    ("greeting", "owed"),
    [
        ("您好，清泉供水，请讲。", None),
        ("早上好，市档案馆，请问您查什么？", None),
        ("您好，请讲。", "confirmed"),
        ("您好，别急，请问什么事？", "confirmed"),
        ("您好，您的报告我来查，请问姓名？", "confirmed"),
    ],
)
def test_the_name_of_the_office_after_the_greeting_says_who_speaks(greeting: str, owed: str | None):
    talk = f"客服：{greeting} / 客户：我想查一下。 / 客服：好的，查到了，是三十元。 / 客户：好。 / 客服：再见。"

    assert verdict("missing.identity", talk) == owed


@pytest.mark.parametrize(
    ("customer", "owed"),
    [
        ("我要把会员退了，换别家了。", "review"),
        ("我要换个教练。", None),
        ("你们这个软件一打开就闪退。", None),
    ],
)
def test_only_who_leaves_is_to_be_kept(customer: str, owed: str | None):
    talk = f"客服：您好，请讲。 / 客户：{customer} / 客服：好的，马上办。"

    assert verdict("process.retention", talk) == owed


def test_a_lack_says_what_is_missing_and_what_would_have_been_enough():
    turns = [callqa.Turn("customer", "我的电话是13812345678。"), callqa.Turn("agent", "好的。")]
    (lack,) = [f for f in callqa.check_text(turns).findings if f.rule == "missing.restate"]

    assert lack.evidence == (
        "客户说的号码、地址、时间或者事情，客服没有说回给他；说回一部分（如“尾号5678”）、"
        "用自己的话说一遍、问一句“是……吗”得到肯定都算"
    )


def test_every_duty_says_it():
    duties = [rule for rule in load_lexicon().rules if rule.duty is not None]

    assert [rule.id for rule in duties if not rule.duty or not rule.duty.note] == []
