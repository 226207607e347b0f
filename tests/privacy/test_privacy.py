"""Personal numbers are found however they are said, masked everywhere, and nothing else is touched.

All numbers are made up. Their check digits, worked by hand:

- Identity (GB 11643): weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2 over 11010119900101003:
  7+9+0+5+0+4+2+9+54+0+0+9+0+5+0+0+6 = 110 = 10 * 11, remainder 0, check character "1".
  Over 11010119900101100: the last three digits give 8*1 = 8 instead of 6, 112, remainder 2, check character "X".
- Bank card (Luhn), 16 digits: of 622202020011223C every other digit from the left is doubled:
  6>12>3, 2, 2>4, 2, 0, 2, 0, 2, 0, 0, 1>2, 1, 2>4, 2, 3>6, C, sum 30 + C, so C = 0.
- 19 digits, doubled are those before the last, and every other from there: 621700001234567890C from the right
  0>0, 9, 8>7, 7, 6>3, 5, 4>8, 3, 2>4, 1, 0, 0, 0, 0, 7>5, 1, 2>4, 6, sum 63 + C, so C = 7.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.privacy import (
    Personal,
    beep,
    beep_channels,
    find_personal,
    find_personal_sound,
    mask_customer,
    mask_name,
    mask_result,
    mask_text,
)
from pipeline.types import (
    SAMPLE_RATE,
    CallResult,
    CallTopic,
    Quote,
    Reason,
    Role,
    Samples,
    Score,
    ScoreItem,
    Settlement,
    SoundEvent,
    Span,
    Utterance,
    Word,
)
from tests.builders import a_finding, a_result, an_utterance

IDENTITY = "110101199001010031"
IDENTITY_X = "11010119900101100X"
CARD_16 = "6222020200112230"
CARD_19 = "6217000012345678907"


def a_dictation(*said: tuple[Role, str], pause_s: float = 0.3) -> list[Utterance]:
    """Utterances one after the other with ``pause_s`` between them."""
    utterances: list[Utterance] = []
    at = 0.0
    for role, text in said:
        utterances.append(an_utterance(text, role, at))
        at = utterances[-1].end_s + pause_s
    return utterances


def masked(*said: tuple[Role, str], pause_s: float = 0.3) -> list[str]:
    result = a_result(utterances=tuple(a_dictation(*said, pause_s=pause_s)))
    return [utterance.text for utterance in mask_result(result).utterances]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("我的电话是13800138000。", "我的电话是138****8000。"),
        ("+86 13800138000", "+86 138****8000"),
        ("8613800138000", "86138****8000"),
        ("0086-138-0013-8000", "0086-138-****-8000"),
        ("138，0013，8000", "138，****，8000"),
        ("1 3 8 0 0 1 3 8 0 0 0", "1 3 8 * * * * 8 0 0 0"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("一三八零零一三八零零零", "一三八****八零零零"),
        ("幺三八洞洞幺三八洞洞洞", "幺三八****八洞洞洞"),
        ("138零零13八000", "138****八000"),
        ("一三九两五拐七两六零零", "一三九****两六零零"),  # 139 2577 2600
        ("一三八零零零零三个八幺", "一三八****三个八幺"),  # 138 0000 888 1: 三个八 stays whole
        (
            "一三八零零三个八零零零",
            "一三八*****零零零",
        ),  # 138 00888 000: 三个八 goes whole, as two of it go
        ("我是一三八，嗯，零零一三，然后八零零零", "我是一三八，嗯，****，然后八零零零"),
        ("一三八零零一三八零零零一共两个", "一三八****八零零零一共两个"),
        ("周三13800138000", "周三138****8000"),
        ("**13800138000**", "**138****8000**"),
        ("座机0571-88886666", "座机0571-****6666"),
        ("零一零六二三四五六七八", "零一零****五六七八"),
        (IDENTITY, "110*************31"),
        (IDENTITY_X, "110*************0X"),
        ("11010119900101100叉", "110*************0叉"),
        ("11010119900101100艾克斯", "110*************0艾克斯"),
        ("110101 19900101 0031", "110*** ******** **31"),
        ("一一零一零一，一九九零零一零一，零零三幺", "一一零***，********，**三幺"),
        (CARD_16, "************2230"),
        ("6222 0202 0011 2230", "**** **** **** 2230"),
        (CARD_19, "***************8907"),
    ],
)
def test_a_number_of_a_valid_form_is_masked_however_it_is_written(text: str, hidden: str) -> None:
    assert mask_text(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "订单号是20261123100750138。",
        "订单号6222020200112230",
        "一共13800元，分三期。",
        "二零二六年十一月二十三日",
        "2026-11-23 10:07:50",
        "工号8012为您服务",
        "请拨打12345，或者10086、95588。",
        "客服电话是400-820-8820，也可以打8008208820。",
        "热线电话是4008208820",
        "一百三十八万零一三",
        "12800138000",  # no network begins with 128
        "1763892470.138.wav",  # a time in seconds since 1970
        "110101199001010032",  # check digit wrong, nothing says what it is
        "201301199001010031",  # no region 20
        "6222020200112231",  # Luhn fails
        "价格是13800138000元",
        "买三个八折的，两个五折的",
        "a13800138000138001380001b",
        "13三个八00138000",  # 13 888 00138000 has 13 digits
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert find_personal([an_utterance(text)]) == ()
    assert mask_text(text) == text


@pytest.mark.parametrize(
    ("before", "digits", "kind"),
    [
        ("请报一下您的身份证号", "110101199001010032", "identity"),
        ("请报一下您的身份证号", "1101011990010103", "identity"),  # two digits lost
        ("银行卡卡号报一下", "6222020200112231", "bank_card"),
        ("信用卡", "62220202001122300", "bank_card"),  # one digit too many
        ("手机号码多少", "1380013800", "phone"),  # one digit lost
        ("联系方式是", "88886666", "phone"),
        ("您预留的手机号码是多少", "138001380013800", "phone"),  # half of it twice
        ("电话", "1380013800013800138000138001", "phone"),  # a loop
        ("请报一下您的身份证号", "1101011990", "identity"),  # most of it lost
        ("卡号", "622202020", "bank_card"),
    ],
)
def test_a_misheard_number_is_found_after_the_word_that_names_it(
    before: str, digits: str, kind: str
) -> None:
    same = find_personal([an_utterance(before + digits, "customer")])
    later = find_personal(
        a_dictation(("agent", before), ("customer", "好的。"), ("customer", digits))
    )
    alone = find_personal([an_utterance(digits, "customer")])
    too_late = find_personal(
        a_dictation(("agent", before), *[("customer", "我找找看。")] * 2, ("customer", digits))
    )
    assert [[p.kind for p in found] for found in (same, later, alone, too_late)] == [
        [kind],
        [kind],
        [],
        [],
    ]


def test_the_last_naming_word_decides() -> None:
    assert masked(("agent", "手机收到的订单号是2026110912")) == ["手机收到的订单号是2026110912"]
    assert (
        masked(("agent", "请提供邮件号码。"), ("customer", "号码是987654320"))[1]
        == "号码是987654320"
    )
    assert masked(("agent", "订单的联系电话是88886666")) == ["订单的联系电话是****6666"]


def test_an_identity_number_is_not_a_phone_inside_it() -> None:
    # 199 0010 1003 alone would be a mobile number: 110101 | 19900101003 | 1.
    found = find_personal([an_utterance("110101 19900101003 1", "customer")])
    assert [(p.kind, p.start, p.end) for p in found] == [("identity", 0, 20)]


def test_a_misheard_identity_number_is_not_a_phone_inside_it() -> None:
    found = find_personal([an_utterance("身份证110101 19900101003 2", "customer")])
    assert [(p.kind, p.start, p.end) for p in found] == [("identity", 3, 23)]


def test_a_number_is_timed_by_the_words_that_carry_it() -> None:
    # 13 characters at four a second: 电 at 0 s, the first digit after two characters at 0.5 s, the
    # last until 3.25 s.
    found = find_personal(
        [an_utterance("您好。"), an_utterance("电话13800138000", "customer", 10.0)]
    )
    assert found == (
        Personal("phone", 1, 2, 13, pytest.approx(10.5), pytest.approx(13.25), "customer", 1),
    )


def test_a_word_of_several_digits_gives_its_whole_time() -> None:
    words = (
        Word("电话，", 0.0, 0.5, 0.9),
        Word(" 1380", 0.5, 1.0, 0.9),
        Word("0138000。", 1.0, 2.0, 0.9),
    )
    utterance = Utterance("customer", 1, 0.0, 2.5, "电话，13800138000。", 0.9, words)
    assert find_personal([utterance]) == (Personal("phone", 0, 3, 14, 0.5, 2.0, "customer", 1),)
    masked = mask_result(a_result(utterances=(utterance,))).utterances[0]
    assert [word.text for word in masked.words] == ["电话，", " 138*", "***8000。"]


def test_without_words_the_whole_utterance_is_its_time() -> None:
    utterance = replace(an_utterance("13800138000", "customer", 4.0, 6.0), words=())
    assert [(p.start_s, p.end_s) for p in find_personal([utterance])] == [(4.0, 6.0)]


def test_a_digit_that_only_the_words_have_is_masked_with_them() -> None:
    words = (Word("一三八", 0.0, 0.5, 0.9), Word("00138000", 0.5, 1.0, 0.9))
    utterance = Utterance("customer", 1, 0.0, 1.0, "13800138000", 0.9, words)
    assert [w.text for w in mask_result(a_result(utterances=(utterance,))).utterances[0].words] == [
        "***",
        "****8000",
    ]


def test_a_number_dictated_over_several_utterances_is_one() -> None:
    said = a_dictation(("customer", "我电话138 1234，"), ("agent", "嗯。"), ("customer", "5678。"))
    found = find_personal(said)
    assert [(p.kind, p.utterance, p.start, p.end, p.role) for p in found] == [
        ("phone", 0, 3, 11, "customer"),
        ("phone", 2, 0, 4, "customer"),
    ]
    assert masked(*[(u.role, u.text) for u in said]) == ["我电话138 ****，", "嗯。", "5678。"]


def test_what_the_agent_reads_back_is_masked_too() -> None:
    assert masked(
        ("customer", "138"), ("agent", "138"), ("customer", "0013"), ("agent", "0013，好"), ("customer", "8000"),
        ("agent", "8000，13800138000对吗？"),
    ) == ["138", "138", "****", "****，好", "8000", "8000，138****8000对吗？"]  # fmt: skip


def test_a_part_that_is_read_back_does_not_give_the_number_away() -> None:
    assert masked(("customer", "13812345678"), ("agent", "中间是1234吗？"))[1] == "中间是****吗？"
    assert masked(("customer", "13812345678"), ("agent", "是5678对吗？"))[1] == "是5678对吗？"


def test_the_same_digits_much_later_are_not_the_number() -> None:
    said: list[tuple[Role, str]] = [("customer", "13812345678"), ("agent", "工号1234")]
    assert masked(*said, pause_s=40.0)[1] == "工号1234"


@pytest.mark.parametrize(
    ("between", "pause_s"),
    [("请问您贵姓？", 0.3), ("嗯。", 7.0)],
    ids=["a question between", "a long pause"],
)
def test_digits_that_something_else_parts_are_not_one_number(between: str, pause_s: float) -> None:
    said: list[tuple[Role, str]] = [
        ("customer", "138123"),
        ("agent", between),
        ("customer", "45678"),
    ]
    assert masked(*said, pause_s=pause_s) == ["138123", between, "45678"]


def test_a_read_back_is_told_apart_where_nobody_knows_who_speaks() -> None:
    parts = ["138", "138", "0013", "0013", "8000", "8000"]
    assert masked(*[("unknown", part) for part in parts]) == [
        "138",
        "138",
        "****",
        "****",
        "8000",
        "8000",
    ]


def test_a_part_that_is_given_to_the_wrong_speaker_of_a_mix_is_found() -> None:
    said = [
        replace(u, channel=0)
        for u in a_dictation(("customer", "138"), ("agent", "0013"), ("customer", "8000"))
    ]
    assert [p.utterance for p in find_personal(said)] == [0, 1, 2]


def test_an_identity_number_may_be_spoken_with_its_last_character_apart() -> None:
    assert masked(
        ("agent", "身份证号码是多少？"), ("customer", "一一零一零一"), ("agent", "嗯"), ("customer", "一九九零零一零一"),
        ("agent", "好"), ("customer", "幺零零叉"),
    ) == ["身份证号码是多少？", "一一零***", "嗯", "********", "好", "**零叉"]  # fmt: skip


def test_equal_parts_that_nobody_read_back_are_all_of_the_number() -> None:
    assert masked(("unknown", "138"), ("unknown", "0000"), ("unknown", "0000")) == [
        "138",
        "****",
        "0000",
    ]


def a_result_full_of_numbers() -> CallResult:
    """A call in which 13800138000 stands in every text."""
    said = a_dictation(("customer", "电话13800138000"), ("agent", "座机是88886666吗？"))
    reason = Reason("客户说：138 0013 8000", -5.0, finding=0)
    result = a_result(
        utterances=tuple(said),
        findings=(
            a_finding(
                quote="电话13800138000", phrase="13800138000", evidence="对方正在说：“88886666”"
            ),
        ),
        score=Score(
            95.0,
            95.0,
            False,
            (ScoreItem("a", "礼貌用语", 100.0, 95.0, (reason,)),),
            ("回电13800138000",),
        ),
    )
    return replace(
        result,
        recording=replace(result.recording, path="calls/13800138000/a.wav"),
        call=replace(result.call, call_id="20261123-13800138000", customer_id="13800138000"),
    )


def test_a_result_is_masked_in_every_text_and_only_there() -> None:
    result = a_result_full_of_numbers()
    reason = Reason("客户说：138 **** 8000", -5.0, finding=0)
    first, second = result.utterances
    expected = replace(
        result,
        recording=replace(result.recording, path="calls/138****8000/a.wav"),
        call=replace(result.call, call_id="20261123-138****8000", customer_id="138****8000"),
        utterances=(
            an_utterance("电话138aaaa8000", "customer"),
            an_utterance("座机是aaaa6666吗？", "agent", second.start_s),
        ),
        findings=(
            a_finding(
                quote="电话138****8000", phrase="138****8000", evidence="对方正在说：“****6666”"
            ),
        ),
        score=Score(
            95.0,
            95.0,
            False,
            (ScoreItem("a", "礼貌用语", 100.0, 95.0, (reason,)),),
            ("回电138****8000",),
        ),
    )
    starred = tuple(
        replace(
            u,
            text=u.text.replace("a", "*"),
            words=tuple(replace(w, text=w.text.replace("a", "*")) for w in u.words),
        )
        for u in expected.utterances
    )
    assert mask_result(result) == replace(expected, utterances=starred)
    assert first.text == "电话13800138000"  # the given result is as it was


def test_masking_twice_is_masking_once() -> None:
    once = mask_result(a_result_full_of_numbers())
    assert mask_result(once) == once


def test_a_part_that_is_all_hidden_still_ends_the_number_when_masked_again() -> None:
    said: list[tuple[Role, str]] = [
        ("agent", "电话0571"),
        ("agent", " 0 0 0"),
        ("agent", "2026三个八"),
    ]
    once = masked(*said)
    assert once == ["电话****", " * * *", "*******"]
    assert masked(*[("agent", text) for text in once]) == once


def test_a_result_without_personal_data_stays_equal() -> None:
    assert mask_result(a_result()) == a_result()


def test_ids_and_paths_are_masked_only_where_they_are_numbers_of_persons() -> None:
    assert mask_customer("13800138000") == "138****8000"
    assert mask_customer("VIP-10027") == "VIP-10027"
    assert (
        mask_name("exten-8012-13800138000-20261123-101010-1763892470.12.wav")
        == "exten-8012-138****8000-20261123-101010-1763892470.12.wav"
    )


PIECES = st.sampled_from(
    ["13800138000", IDENTITY, CARD_16, "138", "0013", "8000", "一三八", "三个八", "两个零", "幺", "叉", "8", "，", " ", "-",
     "嗯", "好", "我的", "电话", "身份证号", "卡号", "订单号", "元", "****", "*", "400", "86"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=8).map("".join)
ROLES = st.sampled_from(["agent", "customer", "unknown"])


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_masking_keeps_every_character_that_it_does_not_hide(text: str) -> None:
    hidden = mask_text(text)
    assert len(hidden) == len(text)
    assert all(new in (old, "*") for old, new in zip(text, hidden, strict=True))
    assert mask_text(hidden) == hidden


@given(st.text("0123456789 ，-", max_size=40))
@settings(max_examples=100, deadline=None)
def test_digits_are_replaced_and_never_dropped(text: str) -> None:
    hidden = mask_text(text)
    assert sum(c.isdigit() for c in text) == sum(c.isdigit() or c == "*" for c in hidden)


@given(st.lists(st.tuples(ROLES, TEXTS), max_size=6))
@settings(max_examples=100, deadline=None)
def test_masking_any_result_twice_is_masking_it_once(said: list[tuple[Role, str]]) -> None:
    once = mask_result(a_result(utterances=tuple(a_dictation(*said))))
    assert mask_result(once) == once


@given(
    st.text(
        "您好请问有什么可以帮我的快递电话手机身份证卡号到了吗万一共个八点十千元，。？", max_size=60
    )
)
@settings(max_examples=100, deadline=None)
def test_nothing_is_masked_in_text_that_dictates_nothing(text: str) -> None:
    assert mask_text(text) == text


def a_voice(seconds: float = 3.0) -> Samples:
    """A steady sound of 440 Hz with some noise, peak about 0.4."""
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    noise = np.random.default_rng(7).normal(0, 0.01, len(at))
    return (0.4 * np.sin(2 * np.pi * 440 * at) + noise).astype(np.float32)


def level_db(samples: Samples, hertz: float) -> float:
    """Level of one frequency against a full-scale sine, by projection on it with a Hann window."""
    at = np.arange(len(samples)) / SAMPLE_RATE
    window = np.hanning(len(samples))
    return float(
        20
        * np.log10(
            2 * abs((samples * window * np.exp(-2j * np.pi * hertz * at)).sum()) / window.sum()
        )
    )


def test_a_beep_replaces_what_is_said_and_leaves_the_rest_bit_by_bit() -> None:
    voice = a_voice()
    given = voice.copy()
    masked = beep(voice, [Span(1.0, 2.0)])[:]
    start, end = 14_400, 33_600  # 0.9 s and 2.1 s at 16 kHz
    assert masked.dtype == np.float32
    assert masked.shape == voice.shape
    assert np.array_equal(masked[:start], voice[:start])
    assert np.array_equal(masked[end:], voice[end:])
    assert np.array_equal(voice, given)
    inside = masked[start:end]
    assert level_db(inside, 1000) == pytest.approx(-26, abs=0.5)
    assert level_db(voice[start:end], 440) - level_db(inside, 440) > 40
    assert level_db(inside, 440) < -40 + level_db(inside, 1000)


def test_a_beep_fades_in_and_out() -> None:
    inside = beep(np.zeros(2 * SAMPLE_RATE, np.float32), [Span(0.5, 1.5)])[6_400:25_600]
    peak = abs(inside).max()
    assert abs(inside[:16]).max() < 0.2 * peak  # the first and the last millisecond of ten
    assert abs(inside[-16:]).max() < 0.2 * peak


def test_beeps_stop_at_the_ends_of_the_sound() -> None:
    voice = a_voice(1.0)
    assert np.array_equal(beep(voice, [])[:], voice)
    assert np.array_equal(beep(voice, [Span(5.0, 6.0)])[:], voice)
    assert abs(beep(voice, [Span(0.0, 0.4), Span(0.35, 9.0)])[:]).max() < 0.06


def test_every_channel_is_beeped_since_one_leaks_into_the_other() -> None:
    voice = a_voice()
    span = Personal("phone", 0, 0, 11, 1.0, 2.0, "customer", 1)
    agent, customer = beep_channels([voice, 0.01 * voice], [span])
    assert np.array_equal(agent[:], beep(voice, [Span(1.0, 2.0)])[:])
    assert np.array_equal(customer[:], beep(0.01 * voice, [Span(1.0, 2.0)])[:])


def test_the_quotes_of_a_finding_are_masked_as_its_quote_is():
    number = "13800138000"
    quote = Quote("customer", 1.0, 2.0, f"我的号码{number}")
    finding = a_finding(quote=quote.text, quotes=(quote,))

    (masked,) = mask_result(a_result(findings=(finding,))).findings

    assert [one.text for one in masked.quotes] == [masked.quote] == ["我的号码138****8000"]


def test_pressed_keys_are_personal_and_keys_that_follow_are_one_number():
    sounds = (
        SoundEvent(10.0, 11.0, 1, "keys", 0.95),
        SoundEvent(12.5, 12.6, 1, "keys", 0.9),
        SoundEvent(40.0, 45.0, 0, "music", 0.9),
        SoundEvent(60.0, 60.2, 1, "keys", 0.9),
    )

    assert find_personal_sound(a_result(utterances=(), sounds=sounds)) == (
        Span(9.75, 12.85),
        Span(59.75, 60.45),
    )


def test_the_sentences_behind_a_topic_and_a_settlement_are_masked_as_the_utterance_is():
    said = an_utterance("账单不对，我的号码13800138000", "customer", 1.0)
    quotes = (Quote("customer", said.start_s, said.end_s, said.text),)
    result = a_result(
        utterances=(said,),
        topics=(CallTopic("bill", "账单", "账单", "", 4.0, quotes),),
        settlement=Settlement(False, "客户最后说没有解决", quotes=quotes),
    )

    masked = mask_result(result)

    hidden = masked.utterances[0].text
    assert "13800138000" not in hidden
    assert [q.text for q in (*masked.topics[0].quotes, *masked.settlement.quotes)] == [hidden] * 2
