"""What an agent does not owe in calls of their own kind: to a child, in a call of the service's own,
where the customer cuts the talk short, or where somebody else goes on."""

from __future__ import annotations

import pytest

import pipeline as callqa


def verdict(rule: str, talk: str, *, call: callqa.CallMeta | None = None) -> str | None:
    """The verdict on a lack of a duty in a talk like 客服：… / 客户：…; ``None`` without one."""
    turns = [
        callqa.Turn("agent" if part.startswith("客服") else "customer", part[3:])
        for part in talk.split(" / ")
    ]
    findings = callqa.check_text(turns, call=call).findings
    return next((one.verdict for one in findings if one.rule == rule), None)


SAYS_NI = "你好，这里是客服中心。 / 客户：我要查话费。 / 客服：你的号码是多少？你说吧。 / 客户：一二三。 / 客服：你的余额是十元，你看可以吗？"


def test_an_agent_who_says_ni_to_a_child_is_not_charged():
    talk = (
        "客服：您好，请问有什么可以帮您？ / 客户：阿姨，我平板打不开了。 / 客服：小朋友你好呀，你告诉阿姨，你看到什么字？"
        " / 客户：请重试。 / 客服：你等妈妈回来，你自己不要碰插头。"
    )

    assert verdict("missing.nin", talk) is None
    assert verdict("missing.nin", f"客服：{SAYS_NI}") == "confirmed"


CALLS_BACK = "客服：您好，我是蓝桥家居的客服小满。 / 客户：嗯。 / 客服：桌子退一百五十元可以吗？ / 客户：好。 / 客服：谢谢您。"


@pytest.mark.long
def test_whoever_calls_the_customer_need_not_ask_what_the_customer_needs():
    asks_for = CALLS_BACK.replace("我是", "请问是孙女士吗，我是")
    outbound = callqa.CallMeta(direction="outbound")

    assert verdict("missing.offer", asks_for) is None
    assert verdict("missing.offer", CALLS_BACK, call=outbound) is None
    assert verdict("missing.offer", CALLS_BACK) == "confirmed"


@pytest.mark.parametrize(
    ("told", "owed"),
    [
        ("房间找到了，您报手机尾号就能办入住。", None),
        ("房间找到了，您把身份证号码报一下。", "confirmed"),
    ],
)
def test_what_is_enough_is_told_and_not_asked_for(told: str, owed: str | None):
    talk = f"客服：您好，云栖酒店。 / 客户：我订的房间呢？ / 客服：{told} / 客户：好。 / 客服：感谢您，再见。"

    assert verdict("missing.please", talk) == owed


ENDS = "客服：您好，江城酒店，请问有什么可以帮您？ / 客户：我要换法人。 / 客服：{} / 客户：{}"


@pytest.mark.parametrize(
    ("answer", "owed"),
    [
        ("企业业务由对公专席办理，现在为您转接，请您不要挂机。", None),
        ("企业业务由对公专席办理，已经转到他们那里了。", "review"),
        ("企业业务请您带公章到柜台来办理，请您记一下。", "confirmed"),
    ],
)
def test_whoever_puts_the_customer_through_leaves_the_end_to_the_next(answer: str, owed: str):
    for rule in ("missing.closing", "missing.anything_else"):
        assert verdict(rule, ENDS.format(answer, "好。")) == owed


@pytest.mark.parametrize(
    ("customer", "owed"),
    [
        ("行，我赶时间，先走了。", None),
        ("就这样吧，挂了。", "review"),
        ("那我关机不就挂了吗？", "confirmed"),
    ],
)
def test_a_customer_in_a_hurry_leaves_no_time_to_ask_for_more(customer: str, owed: str):
    ends = ENDS.format("您带公章到柜台就可以办理了，再见。", customer)

    assert verdict("missing.anything_else", ends) == owed


@pytest.mark.parametrize(
    ("answer", "customer", "owed"),
    [
        ("已经登记了，三个工作日内给您答复，再见。", "好。", None),
        ("师傅明天上午到您家里，再见。", "好。", None),
        ("已经改好了，再见。", "太好了，谢谢。", None),
        ("您再登录一次，再见。", "进去了进去了。", None),
        ("上月多出来的是短信费，再见。", "哦，难怪。", None),
        ("这个按规定不能办，您带公章到柜台来，再见。", "好。", None),
        ("已经退了，三天内到账，再见。", "好。", "review"),
        ("已经改好了，再见。", "好。", "confirmed"),
    ],
)
def test_who_is_pleased_or_waits_for_an_answer_need_not_be_asked(
    answer: str, customer: str, owed: str | None
):
    assert verdict("missing.satisfied", ENDS.format(answer, customer)) == owed


WRONG = "客服：您好，我是蓝桥家居的客服小满，请问是孙女士吗？ / 客户：{} / 客服：对不起，打扰您了，再见。"


@pytest.mark.long
@pytest.mark.parametrize(
    "said", ["你打错了吧。", "打错电话了。", "没有你说的这个人。", "我不是孙女士，我不认识她。"]
)
def test_who_was_called_by_mistake_is_asked_nothing_more(said: str):
    assert verdict("missing.anything_else", WRONG.format(said)) is None
    assert verdict("missing.satisfied", WRONG.format(said)) is None


def test_a_bill_that_is_wrong_is_no_wrong_number():
    bill = WRONG.format("是我，账单上的名字打错了，改一下。")

    assert verdict("missing.anything_else", bill) == "confirmed"
