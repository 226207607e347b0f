"""What words reveal is found in what people say, and ordinary words stay as they are.

``tests/data/privacy`` holds the utterances. One file of them was kept aside while the rules were
made.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lexicon import load_lexicon
from pipeline.privacy import (
    find_personal_sound,
    mask_result,
    mask_text,
    mask_utterances,
    may_be_hidden,
)
from pipeline.types import CUSTOMERS, EVERY_KIND, Role
from tests.builders import a_finding, a_result, an_utterance
from tests.privacy.test_privacy import a_dictation, masked
from tests.privacy.written import count, falsely_found, missed, read_written

FILES = (
    "kept_aside.txt", "by_phone.txt", "in_chats.txt", "probes.txt", "second_hand.txt",
    "second_hand_aside.txt", "third_hand.txt", "third_hand_aside.txt",
)  # fmt: skip
OF_WORDS = ("name", "address")


@pytest.mark.parametrize("file", FILES)
def test_numbers_of_all_kinds_are_found_in_what_people_say(file: str) -> None:
    counts = [one for one in count(read_written(file)) if one[0] not in OF_WORDS]
    marked, found = sum(one[1] for one in counts), sum(one[2] for one in counts)
    assert found / marked >= 0.95, [missed(one) for one in read_written(file) if missed(one)]


@pytest.mark.parametrize("file", FILES)
def test_names_and_addresses_are_found_after_a_naming_word_or_a_question(file: str) -> None:
    counts = [one for one in count(read_written(file)) if one[0] in OF_WORDS]
    marked, found = sum(one[1] for one in counts), sum(one[2] for one in counts)
    assert found / marked >= 0.85, [missed(one) for one in read_written(file) if missed(one)]


@pytest.mark.parametrize("file", FILES)
def test_at_most_one_in_a_hundred_harmless_utterances_loses_a_word(file: str) -> None:
    harmless = [one for one in read_written(file) if not one.marked]
    false = [(one.line, falsely_found(one)) for one in harmless if falsely_found(one)]
    assert len(false) <= len(harmless) / 100, false


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (["客 户口本上是叶青两个字"], ["户口本上是**两个字"]),
        (["客 身份证上是新的地址"], ["身份证上是新的地址"]),
        (["客 我妹妹曾美凤昨天来办的"], ["我妹妹***昨天来办的"]),
        (["客 我女儿高三昨天开学"], ["我女儿高三昨天开学"]),
        (["客 我爸爸安全员昨天来的"], ["我爸爸安全员昨天来的"]),
        (["客 我先生吴国兴名下"], ["我先生***名下"]),
        (["客 我叫郑可欣"], ["我叫***"]),
        (["客 我姓郑可以吗"], ["我姓*可以吗"]),
        (["客 我是三单元的林志强"], ["我是三单元的***"]),
        (["客 我是三单元的住户"], ["我是三单元的住户"]),
        (["坐 合同上签字的是哪位", "客 许志鹏"], ["合同上签字的是哪位", "***"]),
        (["坐 您是哪位", "客 业主"], ["您是哪位", "业主"]),
        (
            ["坐 您住哪个小区", "客 禹洲花园12号楼", "坐 几单元几室", "客 二单元1103"],
            ["您住哪个小区", "********", "几单元几室", "*******"],
        ),
        (
            ["坐 您是哪个小区的", "客 万科城五期18栋", "坐 房号呢", "客 九零二"],
            ["您是哪个小区的", "********", "房号呢", "***"],
        ),
        (["坐 房号呢", "客 九零二"], ["房号呢", "九零二"]),
        (["客 你们寄到丰泽区东海街道滨海社区8栋204"], ["你们寄到" + "*" * 16]),
        (["客 你们营业厅在湖滨南路158号"], ["你们营业厅在湖滨南路158号"]),
        (
            ["坐 车牌报一下", "客 粤B", "坐 粤B", "客 六二K零九"],
            ["车牌报一下", "**", "**", "*****"],
        ),
        (["客 915360是这个验证码吧"], ["******是这个验证码吧"]),
        (["坐 我们的热线是零五九二五零五零零零零"], ["我们的热线是零五九二五零五零零零零"]),
        (["客 打我热线零五九二五零五零零零零"], ["打我热线零五九二***零零零零"]),
        (["客 退到6217852000014478325这张卡上"], ["退到" + "*" * 15 + "8325这张卡上"]),
        (["客 退到6217852000014478325这个订单"], ["退到6217852000014478325这个订单"]),
    ],
    ids=str,
)
def test_what_a_third_hand_says_is_hidden_and_what_is_like_it_stays(
    said: list[str], shown: list[str]
) -> None:
    utterances = [
        an_utterance(text[2:], "agent" if text[0] == "坐" else "customer", 3.0 * at)
        for at, text in enumerate(said)
    ]
    assert list(mask_utterances(utterances)) == shown


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("帮我联系一下郑晓红，谢谢", "帮我联系一下***，谢谢"),
        ("麻烦找杨帆接电话", "麻烦找**接电话"),
        ("房子是登记在欧阳雪梅名下的", "房子是登记在****名下的"),
        ("是孟庆华让我打过来的", "是***让我打过来的"),
        ("找平台投诉", None),
        ("换张新卡，找张床", None),
        ("叫农商行的人来，去找卫健委", None),
        ("给高新区办的卡，是韩式烤肉让我来的", None),
        ("我密码是春风十里", "我密码是****"),
        ("密码是对的，密码是默认的，密码是系统生成的", None),
        ("密码是 m a x 九九", "密码是 ********"),
        ("我住成都市锦江区东大街8号", "我住***********"),
    ],
)
def test_words_that_rarely_name_somebody_do_so_with_what_goes_on(
    text: str, hidden: str | None
) -> None:
    assert mask_text(text) == (hidden or text)


def test_a_password_of_words_answers_the_question_for_it() -> None:
    asked: tuple[Role, str] = ("agent", "您设的密码是什么")
    assert masked(asked, ("customer", "嗯，海阔天空"), ("customer", "忘了是哪个")) == [
        asked[1], "嗯，****", "忘了是哪个"
    ]  # fmt: skip
    assert masked(asked, ("customer", "您稍等一下")) == [asked[1], "您稍等一下"]


def test_the_files_hold_every_kind_and_as_many_harmless_stretches() -> None:
    stretches = [one for file in FILES for one in read_written(file)]
    kinds = {mark.kind for one in stretches for mark in one.marked}
    assert kinds == EVERY_KIND - {"agent_name"}
    assert sum(not one.marked for one in stretches) >= 300
    assert sum(bool(one.marked) for one in stretches) >= 300


def test_what_the_rules_ask_for_and_forbid_can_be_read_in_a_masked_call() -> None:
    phrases = {
        phrase.say for rule in load_lexicon(Path("lexicons")).rules for phrase in rule.phrases
    }
    hidden = [phrase for phrase in sorted(phrases) if mask_text(phrase) != phrase]
    assert hidden == []


PIECES = st.sampled_from(
    ["我叫", "李晓明", "我姓", "欧阳", "您贵姓", "姓名", "先生", "您的地址", "住在", "朝阳区", "建国路", "八十八号", "验证码", "是",
     "密码", "尾号", "8820", "三三零九", "13800138000", "微信", "abc123", "QQ", "艾特", "点com", "车牌", "京A12345", "生日", "八五年三月二号",
     "，", "。", " ", "嗯", "好", "的", "*", "***", "订单", "我", "护照", "E1234567", "CVV", "背面三位数", "123"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=7).map("".join)
ROLES: st.SearchStrategy[Role] = st.sampled_from(["agent", "customer", "unknown"])


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_masking_a_text_again_changes_nothing_and_keeps_what_is_not_hidden(text: str) -> None:
    hidden = mask_text(text)
    assert len(hidden) == len(text)
    assert all(new in (old, "*") for old, new in zip(text, hidden, strict=True))
    assert mask_text(hidden) == hidden


@given(st.lists(st.tuples(ROLES, TEXTS), max_size=6))
@settings(max_examples=150, deadline=None)
def test_masking_a_call_again_changes_nothing(said: list[tuple[Role, str]]) -> None:
    once = mask_result(a_result(utterances=tuple(a_dictation(*said))))
    assert mask_result(once) == once


def test_a_name_that_a_customer_gave_is_hidden_wherever_it_is_said_and_the_agents_own_stays() -> (
    None
):
    assert masked(
        ("agent", "您好，我是王芳，工号8012，请问您贵姓？"),
        ("customer", "我姓欧阳。"),
        ("agent", "欧阳先生您好。"),
        ("customer", "你叫什么？"),
        ("agent", "我叫王芳。"),
    ) == [
        "您好，我是王芳，工号8012，请问您贵姓？",
        "我姓**。",
        "**先生您好。",
        "你叫什么？",
        "我叫王芳。",
    ]


def test_a_site_may_hide_agents_names_and_show_a_kind() -> None:
    said = a_dictation(("agent", "您好，我是王芳。"), ("customer", "我叫李晓明，尾号8820"))
    assert mask_utterances(said, kinds=EVERY_KIND) == ("您好，我是**。", "我叫***，尾号****")
    assert mask_utterances(said, kinds=CUSTOMERS - {"name"}) == (
        "您好，我是王芳。",
        "我叫李晓明，尾号****",
    )
    assert mask_utterances(said, kinds=frozenset()) == ("您好，我是王芳。", "我叫李晓明，尾号8820")


def test_a_code_in_parts_and_its_read_back_are_hidden_in_text_and_sound() -> None:
    said = a_dictation(
        ("agent", "验证码是多少"),
        ("customer", "八八二"),
        ("agent", "嗯"),
        ("customer", "零三九"),
        ("agent", "是882039对吧"),
    )
    assert mask_utterances(said) == ("验证码是多少", "***", "嗯", "***", "是******对吧")
    result = a_result(utterances=tuple(said))
    heard = [said[1].span, said[3].span]
    spans = find_personal_sound(result)
    assert [span for span in spans if span in heard] == heard
    assert not find_personal_sound(result, kinds=CUSTOMERS - {"code"})


def test_a_phrase_that_a_finding_judges_can_be_read_though_it_looks_like_a_name() -> None:
    said = an_utterance("持卡人：高攀不起，别办了", "agent", 0.0)
    hidden = mask_result(a_result(utterances=(said,)))
    assert hidden.utterances[0].text == "持卡人：**不起，别办了"
    judged = a_result(utterances=(said,), findings=(a_finding(phrase="高攀不起", quote=said.text),))
    assert mask_result(judged) == judged


def test_quotes_of_a_call_hide_what_the_call_hides() -> None:
    said = an_utterance("我叫李晓明，我要投诉", "customer", 0.0)
    finding = a_finding(role="customer", phrase="我要投诉", quote=said.text)
    hidden = mask_result(a_result(utterances=(said,), findings=(finding,), notes=("李晓明来电",)))
    assert hidden.findings[0].quote == "我叫***，我要投诉"
    assert hidden.notes == ("***来电",)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("李晓明", True), ("欧阳", True), ("王", True), ("建国路", True), ("三单元", True), ("wx", True), ("882", True),
     ("八八二", True), ("投诉", False), ("方便", False), ("请稍等", False)],
)  # fmt: skip
def test_a_search_for_what_may_be_hidden_looks_at_what_is_shown(text: str, hidden: bool) -> None:
    assert may_be_hidden(text) is hidden


@pytest.mark.parametrize(
    "text",
    ["您的订单尾号4428已发货", "我叫外卖没人接单", "我是高中生，能优惠吗", "客服热线95311", "验证码五分钟内有效",
     "我住五楼", "我们营业厅地址是人民路二百号", "一共三百二十八块五", "电表读数是零四七二三六", "前面还有八位客户",
     "新建账号 agent1，角色：客服", "型号是 ab12345"],
)  # fmt: skip
def test_what_names_nobody_stays(text: str) -> None:
    said = a_dictation(("agent", text), ("customer", text))
    assert mask_utterances(said) == (text, text)


@pytest.mark.parametrize("before", ["CVV8820", "验证码1234", "京A12345，京A12345"])
def test_a_number_that_another_one_runs_into_is_not_left_over(before: str) -> None:
    hidden = mask_text(f"{before}13800138000")
    assert not any(sign.isdigit() for sign in hidden)
    assert mask_text(f"{before}，共3元")[-4:] == "，共3元"
