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


@pytest.mark.parametrize(
    ("line", "kind", "due"),
    [
        ("我半小时后再拨您这个号码。", "contact", "2026-11-04T10:50"),
        ("他们中午十二点前会打您手机。", "contact", "2026-11-04T12:00"),
        ("明天下午两点我准时打过来。", "contact", "2026-11-05T14:00"),
        ("下班之前给您个准话。", "contact", "2026-11-04T18:00"),
        ("中午之前一准儿有信儿。", "contact", "2026-11-04T12:00"),
        ("五点多给您打电话。", "contact", "2026-11-04T17:30"),
        ("俩小时内给您回话。", "contact", "2026-11-04T12:20"),
        ("师傅下午入户检测。", "visit", "2026-11-04T18:00"),
        ("我们的人半个小时就赶过去。", "visit", "2026-11-04T10:50"),
        ("月底之前我们把多收的话费给您返还。", "deliver", "2026-11-30T23:59"),
        ("周五之前给您换台新的。", "deliver", "2026-11-06T23:59"),
        ("您的件明天重新给您派一次。", "deliver", "2026-11-05T23:59"),
        ("我们三天之内把这个错误改过来。", "handle", "2026-11-07T23:59"),
        ("您的号周五之前给您解封。", "handle", "2026-11-06T23:59"),
        ("我明天把情况整理出来跟您汇报。", "handle", "2026-11-05T23:59"),
        ("您的申请，财务明天会批。", "handle", "2026-11-05T23:59"),
        ("您明天就能收到货。", "deliver", "2026-11-05T23:59"),
        ("您等我电话，下午三点前。", "contact", "2026-11-04T15:00"),
        ("给我两个小时，我给您查明白。", "handle", "2026-11-04T12:20"),
        ("十分钟，我给您打过来。", "contact", "2026-11-04T10:30"),
        ("不出三天给您弄利索。", "handle", "2026-11-07T23:59"),
        ("银行那边周五前放款。", "deliver", "2026-11-06T23:59"),
        ("我们周五之前解除限制。", "handle", "2026-11-06T23:59"),
        ("您反映的问题我们三天内回复您。", "contact", "2026-11-07T23:59"),
        ("一个星期之内，新表给您换上。", "handle", "2026-11-11T23:59"),
        ("晚上六点以前，电一定能来。", "handle", "2026-11-04T18:00"),
        ("我们二十分钟左右到您楼下。", "visit", "2026-11-04T11:10"),
        ("这个月3号给您打款，不对，是下个月3号。", "deliver", "2026-12-03T23:59"),
    ],
)
def test_a_promise_is_found_in_words_of_speech(line: str, kind: str, due: str):
    assert terms(line) == [(kind, due)]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("我马上给您补发一份新的。", "deliver"),
        ("少的二十块钱我们给您补上。", "deliver"),
        ("我们会安排师傅上门。", "visit"),
        ("您这个问题我会转给主管处理的。", "handle"),
        ("我会尽快帮您催一下仓库。", "handle"),
        ("恢复了我通知您。", "contact"),
        ("等我核实完了给您去个电话。", "contact"),
        ("我帮您反映上去，让他们尽快联系您。", "contact"),
    ],
)
def test_work_that_goes_on_after_the_call_is_a_promise_without_a_term(line: str, kind: str):
    assert terms(line) == [(kind, None)]


def test_work_without_a_time_is_part_of_the_call_back_of_its_call():
    assert terms("我会转给主管处理的。", "客户：好。", "明天下午给您回电。") == [
        ("contact", "2026-11-05T18:00")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "一般三天到账。",
        "正常情况下，二十四小时之内会生效。",
        "退款到账时间是三到五个工作日。",
        "处理时限是十五个工作日。",
        "这个套餐下个月一号生效。",
        "您请在今天晚上十点之前完成支付。",
        "请于本月底前缴清费用。",
        "您三天之内给我们回复就行。",
        "您明天带着材料过来我们给您办。",
        "不是我们今天就能退，是银行那边的到账时间。",
        "下午好，我是一一九号客服，很高兴为您服务。",
        "本月的这笔费用我给您提交退费申请。",
        "我今天给您解释一下这个资费。",
        "我是今天给您派单的调度。",
        "工资是企业代发的，今天批次已入账。",
        "请您稍等，我帮您转接一下。",
        "我先帮您登记一下。",
        "我可以帮您登记一个上门取件。",
        "我会把您的意见转给店长。",
        "我给您换个客户经理。",
        "欠费满三十天我们会发催缴单。",
        "能便宜一点我们就给您办。",
        "汤洒了一点，我给您退五块。",
        "您三天之内会收到一条验证码短信。",
        "请给我两分钟，我给您查明白。",
        "等一会儿就好。",
        "我今天帮您操作一下。",
        "您好，您上午反映的宽带问题给您回个电话。",
        "实在做不到今晚就装。",
        "您投诉说周五给您回电，对吧？",
        "快递显示明天到。",
    ],
)
def test_words_that_are_like_a_promise_are_none(line: str):
    assert found(line) == ()


def test_what_is_usual_is_a_promise_where_somebody_does_it_and_only_in_its_clause():
    (one,) = found("我们一般三天给您退款。")
    (other,) = found("今天下午五点前从苏州仓发出，一般后天能到您手上。")

    assert (one.kind, one.due_at, one.sure) == ("deliver", "2026-11-07T23:59", False)
    assert (other.kind, other.due_at) == ("deliver", "2026-11-04T17:00")


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
