"""Polite agents who do a duty in their own way, and the same talks without it."""

from __future__ import annotations

import pytest

import pipeline as callqa


def verdict(rule: str, *parts: str) -> str | None:
    """The verdict on a rule in a talk like 客服：…, 客户：…; ``None`` without a finding."""
    turns = [
        callqa.Turn("agent" if part.startswith("客服") else "customer", part[3:]) for part in parts
    ]
    findings = callqa.check_text(turns).findings
    return next((one.verdict for one in findings if one.rule == rule), None)


@pytest.mark.parametrize(
    ("asked", "owed"),
    [
        ("麻烦您把车牌号报一下。", None),
        ("方便告诉我一下车牌号吗？", None),
        ("您先把总闸关掉，再把插头拔下来。", None),
        ("车牌号报一下。", "confirmed"),
        ("您把行驶证发过来。", "confirmed"),
    ],
)
def test_who_says_please_in_the_call_may_ask_in_another_polite_way(asked: str, owed: str | None):
    talk = (
        "客服：您好，请问有什么可以帮您？",
        "客户：我要挪车。",
        f"客服：{asked}",
        "客户：好。",
    )

    assert verdict("missing.please", *talk) == owed


def test_who_never_says_please_is_for_a_person_although_he_asks_softly():
    talk = (
        "客服：您好，挪车热线。",
        "客户：我要挪车。",
        "客服：麻烦您把车牌号报一下。",
        "客户：好。",
    )

    assert verdict("missing.please", *talk) == "review"


def test_an_emergency_leaves_no_time_for_please_and_a_gas_fire_that_does_not_burn_is_none():
    talk = ("客服：您好，请讲。", "客户：{}", "客服：您把阀门旁边的编号报一下。", "客户：好。")
    burns = [part.format("厨房着火了！") for part in talk]
    fails = [part.format("灶打不着火了。") for part in talk]

    assert verdict("missing.please", *burns) is None
    assert verdict("missing.please", *fails) == "confirmed"


SOLVED = (
    "客服：您好，请问有什么可以帮您？", "客户：{}", "客服：{}", "客户：{}",
    "客服：请问还有其他问题吗？", "客户：没有。", "客服：{}",
)  # fmt: skip


@pytest.mark.parametrize(
    ("told", "answer", "customer", "end", "owed"),
    [
        ("杯子碎了一个。", "给您补发一个，今天下午发出。", "行。", "再见。", None),
        ("机器一直响。", "请您把底座垫平。", "我回去试试。", "再见。", None),
        ("问下几点关门。", "晚上八点。", "好的，谢谢。", "再见。", None),
        ("退款到哪了？", "已经退了，三天内到账。", "行。", "再见。", None),
        ("这款大一码吗？", "是正码，您平时多大就多大。", "行，拍了。", "再见。", None),
        ("账单多了十块。", "已经给您减掉了。", "好。", "稍后请您给我的服务打个分，再见。", None),
        ("账单多了十块。", "已经给您减掉了。", "好。", "再见。", "confirmed"),
        ("账单多了十块。", "已经给您减掉了。", "好。", "您可别给我差评，再见。", "confirmed"),
        ("退款到哪了？什么态度！", "已经退了，三天内到账。", "行。", "再见。", "review"),
    ],
)
def test_satisfaction_is_asked_for_once_the_case_is_solved(
    told: str, answer: str, customer: str, end: str, owed: str | None
):
    said = iter((told, answer, customer, end))
    talk = [part.format(next(said)) if "{}" in part else part for part in SOLVED]

    assert verdict("missing.satisfied", *talk) == owed


def test_thanks_that_only_decline_more_help_show_no_satisfaction():
    said = iter(("账单多了十块。", "已经减掉了。", "好。", "再见。"))
    talk = [part.format(next(said)) if "{}" in part else part for part in SOLVED]
    talk[5] = "客户：没有了，谢谢。"

    assert verdict("missing.satisfied", *talk) == "confirmed"


@pytest.mark.parametrize(
    ("customer", "agent", "owed"),
    [
        ("好，没别的事了。", "再见。", None),
        ("行，我就问这个。", "再见。", None),
        ("好。", "就这一件事对吗？再见。", None),
        ("好。", "再见。", "confirmed"),
        ("好，那没别的办法了吗？", "没有，再见。", "confirmed"),
        ("行，拜拜。", "再见。", "review"),
        ("好，我要登机了。", "再见。", None),
        ("好，手机快没电了。", "再见。", None),
        ("好，我家没电了。", "再见。", "confirmed"),
        ("好。", "我帮您接专家，再见。", "review"),
        ("行，就这样吧。", "再见。", "confirmed"),
    ],
)
def test_who_said_that_there_is_nothing_else_is_not_asked(
    customer: str, agent: str, owed: str | None
):
    talk = ("客服：您好，请问有什么可以帮您？", "客户：查余额。", "客服：余额十元。")

    assert verdict("missing.anything_else", *talk, f"客户：{customer}", f"客服：{agent}") == owed


@pytest.mark.parametrize(
    ("customer", "agent", "owed"),
    [
        ("我的卡刷不了。", "您的卡是因为证件到期停用的。", None),
        ("查下我这个月的用量。", "您本月总量三十，目前已用二十。", None),
        ("杯盖裂了，寄个新杯盖吧。", "那我给您补发杯盖，后天到。", None),
        ("我的卡刷不了。", "您等着吧。", "review"),
        ("杯盖裂了，寄个新杯盖吧。", "行，后天到。", "review"),
    ],
)
def test_who_tells_the_cause_or_acts_on_the_thing_has_understood(
    customer: str, agent: str, owed: str | None
):
    talk = ("客服：您好，请问有什么可以帮您？", f"客户：{customer}", f"客服：{agent}", "客户：好。")

    assert verdict("missing.restate", *talk) == owed


@pytest.mark.parametrize(
    ("first", "promise", "found"),
    [
        ("师傅今天下午上门检测。", "测完以后我给您回电话。", None),
        ("我这边查一下。", "测完以后我给您回电话。", "review"),
        ("我这边查一下。", "查清楚了会给您答复的。", "review"),
        ("我这边查一下。", "明天中午我们主管给您打过去，会给您答复的。", None),
        ("我这边查一下。", "好的，我尽快帮您处理。", None),
    ],
)
def test_a_promise_has_its_time_in_the_event_that_it_follows(
    first: str, promise: str, found: str | None
):
    talk = ("客服：您好，请讲。", "客户：水表走得太快。", f"客服：{first}", "客户：好。")

    assert verdict("process.promise_no_time", *talk, f"客服：{promise}") == found


@pytest.mark.parametrize(
    ("customer", "agent", "found"),
    [
        ("这件大衣我要退货。", "好的，已经办了。", None),
        ("我要退房。", "好的，已经办了。", None),
        ("我要把会员退了。", "请问是哪方面让您不满意呢？", None),
        ("我要把会员退了。", "好的，已经办了。", "review"),
        ("宽带我不要了，给我销户。", "好的，已经办了。", "review"),
    ],
)
def test_who_returns_goods_does_not_leave_and_who_is_asked_why_was_kept(
    customer: str, agent: str, found: str | None
):
    talk = ("客服：您好，请讲。", f"客户：{customer}", f"客服：{agent}")

    assert verdict("process.retention", *talk) == found


@pytest.mark.parametrize(
    ("after", "found"),
    [("您可以先用另一张卡付。", None), ("没有办法，就这样吧。", "review")],
)
def test_who_names_another_way_after_a_refusal_has_shown_one(after: str, found: str | None):
    talk = (
        "客服：您好，请讲。",
        "客户：现在能解冻吗？",
        "客服：这个我这边办不了。",
        "客户：那怎么办？",
    )

    assert verdict("process.refuse_no_way", *talk, f"客服：{after}") == found


def test_a_life_in_danger_needs_no_question_for_other_needs():
    talk = (
        "客服：您好，请问有什么可以帮您？",
        "客户：{}",
        "客服：请您等在原地，救援马上到，再见。",
        "客户：好。",
    )

    assert (
        verdict("missing.anything_else", *[one.format("我妈心脏病犯了。") for one in talk]) is None
    )
    assert verdict("missing.anything_else", *[one.format("我的车胎瘪了。") for one in talk]) == (
        "confirmed"
    )


@pytest.mark.parametrize(
    ("end", "owed"),
    [
        ("窗户底下垃圾桶的事已经登记了。", None),
        ("窗户底下垃圾桶的事您别管。", "review"),
        ("已经登记了。", "review"),
    ],
)
def test_who_notes_the_case_sums_it_up(end: str, owed: str | None):
    talk = (
        "客服：您好，请讲。", "客户：垃圾桶就摆在我家窗户底下。", "客服：摆了多久？", "客户：入夏就有了。",
        "客服：谁摆的？", "客户：物业那帮人。", f"客服：{end}", "客户：好。",
    )  # fmt: skip

    assert verdict("missing.restate", *talk) == owed


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("请问您家里几口人？我按人口给您算阶梯水价。", None),
        ("请问您怀孕几个月了？", None),
        ("您有对象吗？", "review"),
        ("您一个人带孩子啊？", "review"),
    ],
)
def test_questions_that_the_case_needs_do_not_pry(asked: str, found: str | None):
    talk = ("客服：您好，请讲。", "客户：我要办一下。", f"客服：{asked}", "客户：嗯。")

    assert verdict("process.private_question", *talk) == found


@pytest.mark.parametrize(
    ("customer", "agent", "found"),
    [
        ("我要两份疯狗火锅。", "好的，疯狗火锅两份，请您稍等。", None),
        ("我要两份火锅。", "好的，疯狗火锅两份，请您稍等。", "review"),
        ("我要两份疯狗火锅。", "你这条疯狗，火锅没有了。", "confirmed"),
    ],
)
def test_a_name_that_the_customer_gave_is_no_abuse(customer: str, agent: str, found: str | None):
    talk = ("客服：您好，请讲。", f"客户：{customer}", f"客服：{agent}")

    assert verdict("forbidden.insult", *talk) == found


@pytest.mark.parametrize(
    ("said", "verdict_of_abuse"),
    [
        ("您还安慰我，我真不知道说什么好。", set()),
        ("我都不知道该怎么感谢您。", set()),
        ("这个我真不知道，您问别人去。", {"confirmed"}),
        ("哈哈，您这脑子不当侦探可惜了。", {"review"}),
        ("您这脑子是摆设吧，说了八遍了。", {"confirmed"}),
    ],
)
def test_kind_words_in_the_frame_of_a_rude_phrase_take_no_points(
    said: str, verdict_of_abuse: set[str]
):
    turns = [callqa.Turn("customer", "嗯，你说。"), callqa.Turn("agent", said)]

    found = callqa.check_text(turns).findings

    assert {one.verdict for one in found if one.kind == "forbidden"} == verdict_of_abuse


@pytest.mark.parametrize(
    ("said", "owed"),
    [
        ("您好，公号我要提，请问有什么可以帮您？", "review"),
        ("您好，请问有什么可以帮您？", "confirmed"),
    ],
)
def test_a_work_number_that_was_misheard_is_for_a_person(said: str, owed: str):
    talk = (f"客服：{said}", "客户：我要查话费。", "客服：好的，余额十元。", "客户：好。")

    assert verdict("missing.identity", *talk) == owed


@pytest.mark.parametrize(
    ("kind", "rude"),
    [
        ("让您说了几遍了，真过意不去，我来跟进。", "跟你说了几遍了，自己记不住吗。"),
        ("怪我脑子不开窍，没一下明白您的意思。", "你这人脑子不开窍，说不明白。"),
        ("我真啰嗦，您别见怪，就怕您没记清。", "你真啰嗦，说重点。"),
        ("这种骚扰电话真烦人，我帮您拦截。", "你真烦人，又打来。"),
        ("您要是嫌贵就别寄特快，平邮更划算。", "嫌贵就别寄。"),
        ("请问您说完没有？我接着记录。", "你说完没有？我没空。"),
        ("号称只赚不赔的项目，请您多核实。", "这个项目只赚不赔，您放心买。"),
        ("您先忙，回头再说吧，我晚上打给您。", "我没空，回头再说吧。"),
        ("钱直接给我们前台，会开发票的。", "别让我们公司知道，钱直接给我。"),
        ("您别再打过来了，费话费，我给您回拨。", "你别再打过来了，烦死了。"),
        ("就算不归我管，我也帮您问清楚。", "这个不归我管，你问别人。"),
    ],
)
def test_words_of_help_and_warnings_beside_a_phrase_leave_it_to_a_person(kind: str, rude: str):
    def charged(said: str) -> bool:
        turns = [callqa.Turn("customer", "嗯，你说。"), callqa.Turn("agent", said)]
        found = callqa.check_text(turns).findings
        return any(one.kind == "forbidden" and one.verdict == "confirmed" for one in found)

    assert (charged(kind), charged(rude)) == (False, True)
