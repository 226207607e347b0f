"""Questions about facts and their answers, by the sample file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.knowledge import check_examples, count_answers, find_knowledge, settle
from pipeline.lexicon import LEXICON_FOLDER, Amount, load_knowledge
from pipeline.types import Quote
from tests.knowledge.dialogues import judge, read_dialogue

TOPICS, _ = load_knowledge(LEXICON_FOLDER, examples=True)
ASKS = "客 请问收视费一个月多少钱？"


def answer(say: str, **options: object) -> str:
    """How the only question of a chat was answered."""
    (check,) = judge(f"{ASKS} 坐 {say}", TOPICS, **options).checks  # type: ignore[arg-type]
    return check.answer


@pytest.mark.parametrize(
    "say",
    [
        "收视费每月30元。", "您好您的月租是三十元一个月", "月租就是二十五块五", "30元的月租费", "电话费是30元，收视费也是30元",
        "收视费是15元一个月，客服电话96123", "以前的月租您别管，现在月租是28元",
    ],
)  # fmt: skip
def test_a_wrong_value_is_found(say: str):
    assert answer(say) == "wrong"


@pytest.mark.parametrize(
    "say",
    [
        "每月二十五块钱", "一年300元", "一年是三百块钱", "不是三十，是二十五块", "您说的30元是以前的标准，现在是25元", "月租25元，装机费100元",
        "25.00元", "月租二十五", "月租28元，不好意思看错了，是25元", "月租费从每月23元涨到了25元",
    ],
)  # fmt: skip
def test_a_right_value_is_right_whatever_stands_beside_it(say: str):
    assert answer(say) == "right"


@pytest.mark.parametrize(
    "say",
    [
        "装机费是100元", "如果您是低保户，月租是15元", "月租20元是2019年的老标准啦", "三个月90元", "每月二十多块", "副机的月租是15元",
        "农村的月租是18元", "月租优惠以后是20元", "月租三百元", "您充100元送30元话费", "月租是30元吗？我查一下", "您这边月租欠费75元",
        "月租费23块涨到28块了", "月租和宽带费一共是130元", "您的月租不是30元", "我在2019年交的是20元", "收视费还要交30元", "您的收视费是50元", "收视费交100元送10元", "收视费30元是三个月前的价",
        "收视费怎么会是30元", "有人报的收视费30元是错的", "收视费不到30元", "收视费还剩30元", "收视费没有超过30元",
    ],
)  # fmt: skip
def test_what_may_be_about_something_else_is_no_wrong_value(say: str):
    assert answer(say) in ("unsure", "no_answer")


def test_the_fact_of_the_day_of_the_call_counts():
    old, unknown = date(2025, 12, 31), None

    assert answer("收视费每月23元", day=old) == "right"
    assert answer("收视费每月25元", day=old) == "wrong"
    assert answer("收视费每月25元", day=unknown) == "right"


@pytest.mark.parametrize("say", ["二十五一个月", "一个月二五", "每个月二十九", "三十块不到"])
def test_a_number_that_cannot_be_read_is_an_answer(say: str):
    assert answer(say) != "no_answer"


@pytest.mark.parametrize("say", ["请您稍等一下", "这个您自己看账单", "我给您看看"])
def test_words_without_a_value_are_no_answer(say: str):
    assert answer(say) == "no_answer"


def test_a_day_answers_how_long_something_takes():
    topics = tuple(
        replace(
            topic,
            facts=tuple(replace(fact, value=Amount(48, 48, "分钟")) for fact in topic.facts),
        )
        for topic in TOPICS
    )
    chat = f"{ASKS} 坐 明后天就能给您装。"

    (check,) = judge(chat, topics).checks
    (other,) = judge(chat, TOPICS).checks

    assert (check.answer, other.answer) == ("unsure", "no_answer")


def test_a_question_without_an_answer_is_for_review_with_its_place():
    found = judge(f"{ASKS} 坐 您自己看账单。", TOPICS)

    (finding,) = found.findings
    assert (finding.rule, finding.verdict, finding.phrase) == (
        "process.no_answer", "review", "业务问题没有答复：基本收视维护费",
    )  # fmt: skip
    assert [(quote.said_by, quote.text) for quote in finding.quotes] == [
        ("customer", "请问收视费一个月多少钱？"), ("agent", "您自己看账单。"),
    ]  # fmt: skip
    assert found.checks[0].open


def test_the_answer_may_come_turns_later():
    later = f"{ASKS} 坐 请您稍等。 客 好的。 坐 请问您住哪里？ 客 阳光花园。 坐 收视费每月25元。"

    assert judge(later, TOPICS).checks[0].answer == "right"


def test_a_value_alone_is_about_the_question_only_right_after_it():
    at_once = judge(f"{ASKS} 坐 是三十块。", TOPICS)
    after = judge(f"{ASKS} 坐 稍等。 客 那装机呢？ 坐 是一百块。", TOPICS)

    assert [(f.rule, f.verdict) for f in at_once.findings] == [("process.wrong_fact", "review")]
    assert after.findings == ()


def test_a_required_word_that_is_left_out_is_for_review():
    (finding,) = judge("客 过户要带什么？ 坐 带身份证就行。", TOPICS).findings

    assert (finding.rule, finding.verdict) == ("process.left_out", "review")
    assert "过户申请" in finding.evidence
    assert "身份证" not in finding.evidence


def test_a_wrong_value_takes_both_sentences_and_the_fact_along():
    (finding,) = judge(f"{ASKS} 坐 您好，收视费每月30元。", TOPICS).findings

    assert finding.quotes[0] == Quote("customer", 0.0, 3.0, "请问收视费一个月多少钱？")
    assert (finding.quotes[1].said_by, finding.quotes[1].text) == ("agent", "收视费每月30元")
    assert finding.evidence == (
        "知识库：基本收视维护费 25 元/月（2026-01-01 起）；客服说“收视费每月30元”"
    )


@pytest.mark.parametrize(
    ("typed", "confidence", "verdict"),
    [(True, 0.2, "confirmed"), (False, 0.95, "confirmed"), (False, 0.89, "review")],
)
def test_only_a_number_that_was_heard_clearly_is_charged(
    typed: bool, confidence: float, verdict: str
):
    said = f"{ASKS} 坐 收视费每月30元。"
    (finding,) = judge(said, TOPICS, typed=typed, confidence=confidence).findings

    assert finding.verdict == verdict


@pytest.mark.parametrize("say", ["收视费大概30元", "收视费30元左右", "收视费应该是30元吧"])
def test_an_estimate_is_for_review(say: str):
    (finding,) = judge(f"{ASKS} 坐 {say}", TOPICS).findings

    assert finding.verdict == "review"


def test_a_transcript_without_words_is_for_review():
    said = tuple(replace(u, words=()) for u in read_dialogue(f"{ASKS} 坐 收视费每月30元。"))
    found = find_knowledge(said, TOPICS, day=date(2026, 3, 1))

    assert [finding.verdict for finding in found.findings] == ["review"]


@pytest.mark.parametrize(
    "text",
    [
        "坐 您好。",
        "客 收视费多少？",
        "坐 收视费每月30元。 客 谢谢。",
        "客 宽带月租多少？ 坐 月租30元。",
    ],
)
def test_without_question_or_answer_nothing_is_checked(text: str):
    assert judge(text, TOPICS).checks == ()


def test_a_decision_of_a_person_settles_an_open_question():
    found = judge(f"{ASKS} 坐 是三十块。", TOPICS)
    (finding,) = found.findings
    confirmed = replace(finding, verdict="confirmed")

    assert count_answers(found.checks, found.findings) is None
    (wrong,) = settle(found.checks, [confirmed])
    (right,) = settle(found.checks, [])
    assert [(c.answer, c.open) for c in (wrong, right)] == [("wrong", False), ("right", False)]
    assert count_answers([wrong], [confirmed]) == 1.0
    assert count_answers([right], []) == 1.0


def test_the_examples_of_the_sample_file_are_judged_as_it_says():
    assert sum(len(topic.examples) for topic in TOPICS) >= 15
    assert check_examples(TOPICS) == ()
