"""What the classifier takes for a fact or a fault and is none: the sentence is about somebody else, or
a wording of the rule leaves it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pipeline as callqa
from pipeline.errors import LexiconError
from pipeline.lexicon import load_lexicon
from pipeline.lexicon.check import check_lexicon
from pipeline.phrases.meant import counts_no_more, is_left_out
from tests.builders import a_finding, an_utterance

if TYPE_CHECKING:
    from pathlib import Path


def found(rule: str, *parts: str) -> list[str]:
    """The quotes of a rule's findings in a talk like 客服：…, 客户：…."""
    turns = [
        callqa.Turn("agent" if part.startswith("客服") else "customer", part[3:]) for part in parts
    ]
    return [one.quote for one in callqa.check_text(turns).findings if one.rule == rule]


ATTITUDE = "fact.attitude_complaint"


@pytest.mark.parametrize(
    "said",
    [
        "你们那个送水的太凶了，进门就骂人。",
        "那个骑手态度太差了，我跟你说，还摔门。",
        "司机绕了一大圈，说他两句还翻脸，什么态度。",
        "教练冲我吼。他这态度太恶劣了。",
        "护士说“你爱看不看”，态度特别差。",
    ],
)
def test_who_complains_of_a_courier_or_a_driver_does_not_complain_of_the_agent(said: str):
    assert found(ATTITUDE, "客服：您好，请讲。", f"客户：{said}") == []


@pytest.mark.parametrize(
    "said",
    [
        "你们客服态度太差了，师傅来不来都说不清。",
        "骑手迟到就算了，你这是什么态度。",
        "上次接电话的那个人态度太差了。",
        "营业厅那个人态度太差了，爱理不理。",
        "师傅没来，打电话问你们，你们什么态度。",
    ],
)
def test_who_complains_of_the_agent_or_another_one_is_heard(said: str):
    assert found(ATTITUDE, "客服：您好，请讲。", f"客户：{said}") != []


def test_who_is_meant_by_they_is_told_before():
    named = ("客服：您好，请讲。", "客户：骑手把汤洒了一地。", "客服：真抱歉。")
    answered = ("客服：您好，请讲。", "客户：有人骂我。", "客服：是派送员吗？")

    assert found(ATTITUDE, *named, "客户：他态度太差了，还骂我。") == []
    assert found(ATTITUDE, *answered, "客户：对，态度太差了。") == []
    assert found(ATTITUDE, *named, "客户：什么态度！") == ["什么态度"]
    assert found(ATTITUDE, "客服：您好。", "客户：你们上个客服骂我，他态度太差了。") != []


@pytest.mark.parametrize(
    ("rule", "harmless", "meant"),
    [
        ("fact.repeat_complaint", "同一笔钱你们扣了我两次。", "这事我已经反映过两次了。"),
        ("fact.repeat_complaint", "打了五遍才打进来。", "我打了五遍了，还没人来修。"),
        ("fact.exposure", "聊天记录你们可别删了。", "我要把聊天记录发到微博上去。"),
        ("fact.praise", "好的，谢谢你。", "谢谢你，你服务真好。"),
        (ATTITUDE, "你别糊弄我。", "你态度太差了，一直糊弄我。"),
    ],
)
def test_what_a_rule_leaves_out_is_no_fact(rule: str, harmless: str, meant: str):
    assert found(rule, "客服：您好，请讲。", f"客户：{harmless}") == []
    assert found(rule, "客服：您好，请讲。", f"客户：{meant}") != []


@pytest.mark.parametrize(
    ("said", "leaks"),
    [
        ("您把老人的手机号告诉我，我登记一下。", False),
        ("没关系，您报一下他的身份证号，我来查。", False),
        ("您母亲的社保卡号是多少？", False),
        ("您报个名字，我把她家地址告诉您。", True),
        ("您把她的身份证报给我，我给您查她的余额。", True),
        ("我把她的电话号码发给您。", True),
    ],
)
def test_who_asks_for_a_number_tells_none(said: str, leaks: bool):
    assert bool(found("forbidden.leak", "客户：我要查一下。", f"客服：{said}")) is leaks


RULES = """version: 1
rules:
  - id: fact.leave
    name: 要走
    kind: process
    source: "our choice: 试验"
    severity: low
    role: customer
    verdict: review
    meaning: {label: leave, unless: "%s"}
    of_others: [邻居]
    positive: ["我要销户。", "这卡我不要了，注销。"]
    negative: ["好的。", "明天见。"]
"""


def test_a_rule_is_read_with_its_exclusions(tmp_path: Path):
    (tmp_path / "own.yaml").write_text(RULES % "换个?教练", encoding="utf-8")
    (rule,) = load_lexicon(tmp_path).rules

    assert (rule.meaning, rule.meant_unless, rule.of_others) == ("leave", "换个?教练", ("邻居",))


def test_an_exclusion_that_never_ends_is_found_beforehand_or_stopped(tmp_path: Path):
    (tmp_path / "own.yaml").write_text(RULES % "^(好|好好|好好好)+对不起$", encoding="utf-8")
    (remark,) = check_lexicon(tmp_path)
    (rule,) = load_lexicon(tmp_path).rules

    assert (remark.is_error, "own.yaml 第 3 行" in remark.text) == (True, True)
    with pytest.raises(LexiconError, match=r"own\.yaml 第 3 行"):
        is_left_out(rule, "好" * 60 + "对")


def test_a_stored_finding_that_the_rule_leaves_out_by_now_counts_no_more(tmp_path: Path):
    (tmp_path / "own.yaml").write_text(RULES % "换个?教练", encoding="utf-8")
    (rule,) = load_lexicon(tmp_path).rules
    said = ("我要换个教练", "我要销户。", "隔壁邻居要销户")
    utterances = [
        an_utterance(text, role="customer", start_s=10.0 * i) for i, text in enumerate(said)
    ]

    assert [
        counts_no_more(
            rule,
            a_finding(quote=one.text.strip("。"), start_s=one.start_s, end_s=one.end_s),
            utterances,
        )
        for one in utterances
    ] == [True, False, True]
