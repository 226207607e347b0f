"""Promises are found in the agent's own words, and nothing else is one."""

from __future__ import annotations

from datetime import time

import pytest

from pipeline.promises import find_promises
from pipeline.types import CallMeta, Promise, Role, Utterance
from tests.builders import an_utterance

META = CallMeta(started_at="2026-11-04T10:20:00")
"""A Wednesday."""


def said(*lines: str) -> tuple[Utterance, ...]:
    """Utterances ten seconds apart; a line that begins with 客户 is the customer's."""
    made = []
    for number, line in enumerate(lines):
        speaker, _, text = line.rpartition("：") if line.startswith("客户：") else ("", "", line)
        role: Role = "customer" if speaker else "agent"
        made.append(an_utterance(text, role, start_s=10.0 * number))
    return tuple(made)


def found(*lines: str, meta: CallMeta = META) -> tuple[Promise, ...]:
    return find_promises(said(*lines), meta, day_ends=time(18))


def terms(*lines: str) -> list[tuple[str, str | None]]:
    return [(one.kind, one.due_at) for one in found(*lines)]


@pytest.mark.parametrize(
    ("line", "kind", "due"),
    [
        ("今天下午三点前给您回电。", "contact", "2026-11-04T15:00"),
        ("三个工作日内给您处理好。", "handle", "2026-11-09T23:59"),
        ("明天上午师傅会上门。", "visit", "2026-11-05T12:00"),
        ("我们二十四小时之内回复您。", "contact", "2026-11-05T10:20"),
        ("您放心，我周五下班前一定给您一个答复。", "contact", "2026-11-06T18:00"),
        ("技术那边明天上午十点以前会跟您联系的。", "contact", "2026-11-05T10:00"),
        ("不超过三天，退款就会退到您的卡里。", "deliver", "2026-11-07T23:59"),
        ("我尽快给您回复。", "contact", None),
        ("稍后会有专员联系您。", "contact", None),
        ("我会给您回电话的。", "contact", None),
        ("给您回电，明天下午三点前。", "contact", "2026-11-05T15:00"),
        ("款项预计最晚下周三到账。", "deliver", "2026-11-11T23:59"),
        ("师傅今天下午两点到四点过去维修。", "visit", "2026-11-04T16:00"),
        ("我半小时内给你打过去。", "contact", "2026-11-04T10:50"),
        ("这件事我下周一给您反馈。", "contact", "2026-11-09T23:59"),
        ("查询结果三天之后出来。", "handle", "2026-11-07T23:59"),
        ("补发的包裹周六之前送到。", "deliver", "2026-11-07T23:59"),
    ],
)
def test_a_promise_has_its_act_and_its_term(line: str, kind: str, due: str | None):
    assert terms(line) == [(kind, due)]


@pytest.mark.parametrize(
    "lines",
    [
        ("客户：今天下午三点前给我回电。",),
        ("客户：你们说明天上午师傅会上门的。",),
        ("您是说师傅答应今天上午上门，对吗？",),
        ("您之前说我们三天内给您答复，是吧？",),
        ("他们跟您讲的是“明天给您回电”。",),
        ("我们不能保证明天给您处理好。",),
        ("今天没办法给您上门。",),
        ("明天不会给您回电了。",),
        ("如果三天内没有到账，您再联系我们。",),
        ("要是明天还没修好，我给您回电。",),
        ("请您明天上午再打电话过来。",),
        ("麻烦您三个工作日内来办理。",),
        ("您可以明天上午到营业厅办理。",),
        ("昨天已经给您处理好了。",),
        ("师傅上午已经上门了。",),
        ("刚才给您回过电话了。",),
        ("您看明天给您回电可以吗？", "客户：不行，明天我上班。"),
        ("您看明天给您回电可以吗？",),
        ("您什么时候方便，我给您回电？", "客户：明天下午吧。"),
        ("我们是24小时客服，您随时可以来电。",),
        ("这个套餐有效期三个月。",),
        ("我马上帮您处理。",),
        ("营业厅明天上午九点开门。",),
        ("通话时长三十分钟。",),
        ("师傅上门前半小时会打电话。",),
        ("请问您家明天有人吗？", "客户：有的。"),
    ],
)
def test_what_is_no_promise_is_not_found(lines: tuple[str, ...]):
    assert [one for one in found(*lines) if one.due_at] == []


def test_a_question_is_a_promise_when_the_customer_agrees():
    (one,) = found("您看明天上午给您回电可以吗？", "客户：好的，谢谢。")

    assert (one.due_at, one.agreed) == ("2026-11-05T12:00", True)


def test_a_refused_offer_gives_way_to_the_agreed_one():
    lines = (
        "明天上午给您回电可以吗？",
        "客户：上午不行。",
        "那明天下午给您回电，好吗？",
        "客户：可以。",
    )

    assert terms(*lines) == [("contact", "2026-11-05T18:00")]


def test_a_sentence_cut_by_a_pause_is_read_as_one():
    assert terms("今天下午三点之前", "我给您回电话。") == [("contact", "2026-11-04T15:00")]


def test_a_promise_said_twice_counts_once():
    lines = ("我明早九点联系您。", "客户：好。", "那明早九点我联系您，再见。")

    assert terms(*lines) == [("contact", "2026-11-05T09:00")]


def test_two_acts_of_a_sentence_have_each_its_own_term():
    assert terms("四十八小时内调查完毕，后天晚上八点前我告诉您结果。") == [
        ("contact", "2026-11-06T20:00"),
        ("handle", "2026-11-06T10:20"),
    ]


def test_hedged_words_are_for_a_person():
    (one,) = found("我争取明天给您处理好。")

    assert (one.due_at, one.sure) == ("2026-11-05T23:59", False)


@pytest.mark.parametrize(
    "line", ["二月三十号给您回电。", "今天二十五点前给您回电。", "春节前给您处理好。"]
)
def test_an_impossible_date_is_listed_for_a_person(line: str):
    (one,) = found(line)

    assert (one.due_at, bool(one.problem)) == (None, True)


@pytest.mark.parametrize("start", [None, "2026-11-04", "gestern"])
def test_without_the_start_of_the_call_no_term_is_guessed(start: str | None):
    (one,) = found("今天下午三点前给您回电。", meta=CallMeta(started_at=start))

    assert (one.due_at, one.problem) == (None, "不知道通话是什么时候开始的，算不出期限")


def test_the_zone_of_the_start_stays_with_the_term():
    (one,) = found(
        "今天下午三点前给您回电。", meta=CallMeta(started_at="2026-11-04T10:20:00+08:00")
    )

    assert one.due_at == "2026-11-04T15:00+08:00"


def test_hours_count_from_the_moment_of_the_words():
    lines = ["您好，请讲。"] * 60 + ["半小时内给您回电。"]

    assert terms(*lines) == [("contact", "2026-11-04T11:00")]
