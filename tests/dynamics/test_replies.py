"""How long the customer waits for each answer."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.dynamics import Dialogue, find_late_replies, find_waits, measure_replies
from pipeline.lexicon import load_lexicon
from pipeline.settings import LimitSettings
from pipeline.types import Dynamics, Role, Utterance
from tests.builders import an_utterance

WORDS = load_lexicon().talk
LIMITS = LimitSettings()
SIDES: dict[str, Role] = {"客": "customer", "服": "agent", "？": "unknown"}
NOTHING = Dynamics(None, None, None, None, None, None)


def lines(*said: tuple[str, float, str]) -> tuple[Utterance, ...]:
    """Who (客 or 服), when, and what."""
    return tuple(an_utterance(text, SIDES[who], at, at + 1.0) for who, at, text in said)


def a_dialogue(*said: tuple[str, float, str], typed: bool = True, **changes: Any) -> Dialogue:
    return Dialogue(lines(*said), typed, WORDS, **changes)


def lengths(*said: tuple[str, float, str], typed: bool = True) -> list[float]:
    return [wait.duration_s for wait in find_waits(a_dialogue(*said, typed=typed), LIMITS)]


def late(
    *said: tuple[str, float, str], typed: bool = True, **changes: Any
) -> list[tuple[Any, ...]]:
    waits = find_waits(a_dialogue(*said, typed=typed, **changes), LIMITS)
    found = find_late_replies(waits, typed=typed)
    return [(f.rule.removeprefix("process."), f.start_s, f.verdict) for f in found]


HELLO = ("服", 0.0, "您好，我是小王。")
ASKS = ("客", 10.0, "我的快递到哪了")


def test_a_wait_goes_from_the_question_to_the_answer():
    assert lengths(HELLO, ASKS, ("服", 52.0, "到站了。")) == [42.0]


def test_one_who_writes_on_is_answered_from_his_last_line():
    said = [ASKS, ("客", 40.0, "单号是八八一二"), ("服", 75.0, "到站了。")]

    assert lengths(*said) == [35.0]


def test_one_who_was_left_alone_between_two_lines_waits_from_the_first():
    # 70 s between the two are more than the limit of 60 s
    assert lengths(ASKS, ("客", 80.0, "单号是八八一二"), ("服", 90.0, "到站了。")) == [80.0]


def test_asking_whether_somebody_is_there_begins_nothing_anew():
    said = [ASKS, ("客", 50.0, "人呢？"), ("客", 90.0, "？？"), ("服", 100.0, "到站了。")]

    assert lengths(*said) == [90.0]


@pytest.mark.parametrize(
    "text", ["谢谢", "好的，谢谢您！", "再见", "没有了", "好的", "嗯嗯", "OK", "🙏"]
)
def test_thanks_and_the_like_wait_for_nothing(text: str):
    said = [ASKS, ("服", 20.0, "已经到站了。还有其他问题吗？"), ("客", 30.0, text)]

    assert lengths(*said, ("服", 500.0, "祝您愉快，再见。"))[1:] == []


def test_yes_as_the_answer_to_a_question_waits():
    said = [ASKS, ("服", 20.0, "是尾号一二三四的件，对吗？"), ("客", 30.0, "对")]

    assert late(*said, ("服", 300.0, "到站了。")) == [("slow_reply", 300.0, "confirmed")]


def test_yes_to_something_that_the_customer_is_to_do_waits_for_nothing():
    said = [ASKS, ("服", 20.0, "请您发一张照片好吗？"), ("客", 30.0, "好的")]

    assert late(*said, ("服", 900.0, "您拍好了吗？")) == []


def test_the_customers_own_pause_is_never_the_agents():
    said = [ASKS, ("服", 20.0, "请问单号是多少？"), ("客", 30.0, "等一下，我找找")]

    assert late(*said, ("服", 900.0, "您找到了吗？")) == []
    assert late(HELLO, ("服", 5.0, "请您上传照片。"), ("服", 900.0, "您还在吗？")) == []


def test_an_answer_after_the_limit_is_slow_and_says_how_long_it_took():
    waits = find_waits(a_dialogue(ASKS, ("服", 262.0, "到站了。")), LIMITS)
    (found,) = find_late_replies(waits, typed=True)

    assert (found.rule, found.kind, found.role, found.quote, found.verdict) == (
        "process.slow_reply",
        "process",
        "agent",
        "到站了。",
        "confirmed",
    )
    assert found.evidence == "客户等了 4 分 12 秒才得到回复（上限 1 分钟）"


@pytest.mark.parametrize(
    "notice",
    [
        "请您稍等，我查一下。",
        "我帮您看一下。",
        "马上为您核实。",
        "我去问仓库，要两分钟，可以吗？",
        "请您等一等好吗？",
    ],
)
def test_an_announced_wait_is_not_slow(notice: str):
    said = [ASKS, ("服", 20.0, notice), ("客", 30.0, "好")]

    assert late(*said, ("服", 180.0, "让您久等了，到站了。")) == []
    assert late(*said[:2], ("服", 180.0, "让您久等了，到站了。")) == []


def test_whatever_the_customer_answers_the_wait_stays_announced():
    said = [ASKS, ("服", 20.0, "请您稍等，我查一下。"), ("客", 30.0, "快点，我赶时间")]

    assert late(*said, ("服", 180.0, "让您久等了。")) == []


def test_an_announced_wait_may_last_as_long_as_was_said():
    said = [ASKS, ("服", 20.0, "我问一下工程部，请您给我十分钟。"), ("客", 30.0, "好")]

    assert late(*said, ("服", 600.0, "久等了。")) == []
    assert late(*said, ("服", 700.0, "久等了。")) == [("long_wait_no_notice", 700.0, "confirmed")]


def test_checking_what_was_said_announces_no_wait():
    said = [ASKS, ("服", 20.0, "跟您核对一下，单号是八八一二，对吗？"), ("客", 30.0, "对")]

    assert late(*said, ("服", 200.0, "到站了。")) == [("slow_reply", 200.0, "confirmed")]


def test_how_long_something_else_takes_announces_no_wait():
    said = [ASKS, ("服", 20.0, "我看到大概三十分钟能送到。"), ("客", 30.0, "能放门口吗")]

    assert late(*said, ("服", 400.0, "可以的。")) == [("slow_reply", 400.0, "confirmed")]


def test_going_to_look_in_a_chat_and_staying_away_is_a_long_wait():
    said = [ASKS, ("服", 20.0, "查下"), ("服", 400.0, "到站了。")]

    assert late(*said) == [("long_wait_no_notice", 400.0, "confirmed")]


def test_one_who_must_ask_whether_somebody_is_there_has_waited_since_the_last_word():
    said = [
        ASKS,
        ("服", 20.0, "好的，收到。"),
        ("客", 380.0, "还在吗？"),
        ("服", 390.0, "到站了。"),
    ]

    assert late(*said) == [("long_wait_no_notice", 390.0, "confirmed")]


def test_a_chat_in_which_nobody_asked_anything_is_for_review():
    said = [ASKS, ("服", 20.0, "已经到站了。"), ("服", 500.0, "您的件刚才出库了。")]

    assert late(*said) == [("long_wait_no_notice", 500.0, "review")]


def test_on_the_phone_silence_after_a_question_is_a_long_wait():
    said = [ASKS, ("服", 15.0, "我看看。"), ("服", 90.0, "到站了。")]

    assert late(*said, typed=False) == [("long_wait_no_notice", 90.0, "confirmed")]
    assert late(ASKS, ("服", 50.0, "到站了。"), typed=False) == []  # 39 s of 45
    assert late(ASKS, ("服", 15.0, "请您稍等。"), ("服", 120.0, "到站了。"), typed=False) == []


def test_times_to_the_minute_are_never_charged_within_their_uncertainty():
    # two minutes apart on the clock may be 61 seconds, which is late, and one minute may be none
    assert late(ASKS, ("服", 70.0, "到站了。"), step_s=60.0) == []
    assert late(ASKS, ("服", 130.0, "到站了。"), step_s=60.0) == []
    assert late(ASKS, ("服", 190.0, "到站了。"), step_s=60.0) == [
        ("slow_reply", 190.0, "confirmed")
    ]


def test_the_night_is_for_review():
    at = 10 * 3600.0
    evening = "2026-11-02T22:00:00"

    assert late(ASKS, ("服", at, "到站了。"), started_at=evening)[0][2] == "review"
    assert late(ASKS, ("服", at, "到站了。"), started_at=None)[0][2] == "review"
    assert late(ASKS, ("服", at, "到站了。"), started_at="2026-11-02T09:00:00")[0][2] == "confirmed"
    # not long enough for a night, though it ends on another day
    assert late(ASKS, ("服", 3 * 3600.0, "到站了。"), started_at=evening)[0][2] == "confirmed"


def test_a_wait_with_a_message_of_the_system_or_during_a_transfer_is_for_review():
    assert late(ASKS, ("服", 200.0, "您好。"), system_s=(12.0,))[0][2] == "review"
    said = [ASKS, ("服", 20.0, "我给您转接专员。"), ("客", 30.0, "要多久")]
    assert late(*said, ("服", 300.0, "您好，我是专员。"))[0][2] == "review"


def test_a_line_of_nobody_known_leaves_the_wait_for_review():
    assert late(ASKS, ("？", 20.0, "在查"), ("服", 300.0, "到站了。"))[0][2] == "review"


SAID = (
    ASKS,
    ("服", 40.0, "您好，请问单号是多少？"),  # 30 s, the first
    ("客", 50.0, "八八一二"),
    ("服", 150.0, "我查一下，请稍等。"),  # 100 s, late
    ("客", 160.0, "嗯"),
    ("服", 250.0, "到站了。"),  # 90 s, announced
    ("客", 260.0, "今天能送吗"),
    ("服", 280.0, "能。"),  # 20 s
)


def test_the_figures_worked_by_hand():
    waits = find_waits(a_dialogue(*SAID), LIMITS)
    found = measure_replies(NOTHING, waits, typed=True, step_s=1.0)

    assert (found.replies, found.first_reply_s, found.reply_median_s) == (3, 30.0, 30.0)
    assert (found.reply_worst_s, found.reply_late_share) == (100.0, pytest.approx(1 / 3))
    assert (found.announced_wait_s, found.unannounced_wait_s) == (90.0, 100.0)
    assert found.unmeasured == ()


def test_times_to_the_minute_give_no_figures_in_seconds():
    waits = find_waits(a_dialogue(*SAID, step_s=60.0), LIMITS)
    found = measure_replies(NOTHING, waits, typed=True, step_s=60.0)

    assert (found.replies, found.reply_late_share, found.reply_worst_s) == (3, 0.0, None)
    assert {one.reason for one in found.unmeasured} == {"时间只记到分钟"}


def test_one_who_is_only_greeted_has_waited_for_nothing():
    found = measure_replies(NOTHING, find_waits(a_dialogue(HELLO), LIMITS), typed=True, step_s=1.0)

    assert (found.replies, found.reply_late_share, found.first_reply_s) == (0, None, None)
    assert {one.figure: one.reason for one in found.unmeasured} == {
        "first_reply_s": "不是客户先说话",
        "reply_median_s": "客户没有等待回复",
        "reply_worst_s": "客户没有等待回复",
        "reply_late_share": "客户没有等待回复",
    }
