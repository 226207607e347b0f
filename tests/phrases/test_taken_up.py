"""Words of abuse that are about something else than the customer: a person decides."""

from __future__ import annotations

import pytest

import pipeline as callqa


def found(customer: str, agent: str) -> list[tuple[str, str]]:
    """The rules of forbidden findings for the agent's answer, with their verdicts."""
    turns = [callqa.Turn("customer", customer), callqa.Turn("agent", agent)]
    findings = callqa.check_text(turns).findings
    return [(one.rule, one.verdict) for one in findings if one.kind == "forbidden"]


def charged(customer: str, agent: str) -> list[str]:
    return [rule for rule, verdict in found(customer, agent) if verdict == "confirmed"]


@pytest.mark.parametrize(
    ("customer", "agent"),
    [
        ("那个缺德舅超市在哪里？", "缺德舅超市不是我们的，我们叫乔氏。"),
        ("我想买白痴那本小说。", "白痴是陀思妥耶夫斯基的那本，有平装和精装。"),
        ("神经病那张专辑呢？", "神经病这张专辑现在只能试听。"),
        ("我弟弟从小弱智，有补贴吗？", "弱智的这部分人可以申请护理补贴，您带户口本来。"),
        ("院子里有只疯狗！", "看见疯狗请您不要靠近，我们马上通知捕犬队。"),
        ("房东是个无赖。", "碰上无赖您不用跟他吵，留好证据走诉讼就行。"),
    ],
)
def test_who_takes_up_the_customers_own_word_is_not_charged(customer: str, agent: str):
    assert charged(customer, agent) == []


def test_a_word_that_was_taken_up_is_for_a_person_and_says_why():
    turns = [
        callqa.Turn("customer", "院子里有只疯狗！"),
        callqa.Turn("agent", "看见疯狗请您不要靠近，我们马上通知捕犬队。"),
    ]
    (one,) = [f for f in callqa.check_text(turns).findings if f.kind == "forbidden"]

    assert (one.verdict, one.evidence) == (
        "review",
        "客户先说了“疯狗”，可能是接着客户的话说，请听前后文",
    )


@pytest.mark.parametrize(
    ("customer", "agent"),
    [
        ("你们是不是神经病？", "你才神经病。"),
        ("你们简直是无赖！", "无赖就是无赖，跟谁都耍赖。"),
        ("我是不是老糊涂了？", "老糊涂了就别出来。"),
        ("你当我傻子啊？", "您就是个傻子，还用当吗。"),
        ("我不是疯子。", "疯子！"),
    ],
)
def test_who_throws_the_customers_word_back_is_charged(customer: str, agent: str):
    assert charged(customer, agent) != []


def test_a_word_that_the_customer_says_only_afterwards_is_charged():
    turns = [
        callqa.Turn("agent", "看见疯狗一样的人就烦。"),
        callqa.Turn("customer", "你说谁疯狗？"),
    ]
    findings = callqa.check_text(turns).findings

    assert [f.verdict for f in findings if f.rule == "forbidden.insult"] == ["confirmed"]


def test_a_swearword_is_charged_whoever_said_it_first():
    assert charged("我他妈等了一天。", "我他妈也等了一天。") == ["forbidden.vulgar"]


@pytest.mark.parametrize(
    "agent",
    [
        "婆婆这样骂您不要脸，您心里一定很委屈。",
        "在路上被人骂神经病，您可以报警。",
        "孩子总说笨蛋，您可以先问问他是从哪里学来的。",
        "骂您老不死的，这种人太没礼貌了。",
        "对方发的是弄死你，对吧，请您保留短信，马上报警。",
        "不会有人来抓您，等着坐牢那种短信都是诈骗。",
        "主播当时喊的是穷鬼，我登记下来了。",
    ],
)
def test_who_tells_again_what_others_called_the_customer_is_not_charged(agent: str):
    assert charged("嗯。", agent) == []


def test_who_says_that_he_is_the_one_who_scolds_is_charged():
    assert charged("嗯。", "我骂你神经病怎么了。") == ["forbidden.insult"]


@pytest.mark.parametrize(
    "agent",
    [
        "您先锁好门，遇到疯子一样的人不要正面冲突，我们已经派警。",
        "遇到这种无赖房东，您可以保留合同去法院起诉。",
        "新出的犯贱咖啡今天第二杯半价。",
        "老家伙酒馆晚上七点的位子给您留好了。",
    ],
)
def test_a_word_for_a_third_party_or_a_thing_is_for_a_person(agent: str):
    assert charged("嗯。", agent) == []


@pytest.mark.parametrize(
    "agent",
    [
        "碰上你这种无赖算我倒霉。",
        "遇到这种无赖客户真倒霉。",
        "真是个神经病，喝你的咖啡去吧。",
    ],
)
def test_a_word_that_only_seems_to_be_for_others_is_charged(agent: str):
    assert "forbidden.insult" in charged("嗯。", agent)


def test_who_repeats_the_customers_words_at_length_is_not_charged():
    told = "你们那个司机把我扔半路了他说老子不拉了你爱找谁找谁"
    checks = "我跟您核对一下司机是说了老子不拉了你爱找谁找谁然后让您下车对吗"

    assert charged(told, checks) == []
    assert charged("那我该找谁", "你爱找谁找谁") == ["forbidden.provoke"]
    assert charged("我爱找谁找谁", "你爱找谁找谁") == ["forbidden.provoke"]
