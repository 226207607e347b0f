from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.dynamics import (
    Scene,
    find_interruptions,
    find_overlaps,
    find_silence,
    measure_dynamics,
)
from pipeline.lexicon import load_lexicon
from pipeline.pace import find_pace, measure_pace, spoken_length
from pipeline.settings import LimitSettings
from pipeline.types import Pace, RolePace, SoundEvent, Span, Utterance
from pipeline.types.baselines import SitePace
from tests.builders import an_utterance

WORDS = load_lexicon().talk
MONO = "单声道录音，听不出两个人同时说话"


def a_scene(
    *said: Utterance,
    speech: tuple[Span, ...] | None = None,
    duration_s: float = 60.0,
    **changes: Any,
) -> Scene:
    stretches = (
        [("unknown", span) for span in speech] if speech else [(u.role, u.span) for u in said]
    )
    return Scene(said, tuple(stretches), duration_s, WORDS, **changes)


LIMITS = LimitSettings()


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("您好，请讲。", 4),
        ("10", 1),
        ("12", 2),
        ("20", 2),
        ("25", 3),
        ("501室", 4),
        ("1027", 4),
        ("05", 2),
        ("5%", 4),
        ("", 0),
        ("300元", 3),
        ("1250元", 7),
        ("3.5公里", 5),
        ("2026年", 5),
        ("13800138000", 11),
        ("VIP", 3),
        ("WiFi", 2),
        ("App", 1),
    ],
)
def test_numbers_and_letters_count_as_they_are_read(text: str, length: int):
    # 十 / 十二 / 二十 / 二十五 / 五零一室 / 一零二七 / 零五 / 百分之五 / 三百元 / 一千二百五十元 /
    # 三点五公里 / 二零二六年 / 幺三八零零幺三八零零零 / V-I-P / wai-fai / app
    assert spoken_length(text) == length


def test_pace_is_characters_over_own_speaking_time_without_long_pauses():
    # 8 characters in 2 s, a pause of 4 s, 8 characters in 2 s: 16 characters in 4 s are 240 a
    # minute.
    said = [
        an_utterance("一二三四五六七八", end_s=2.0),
        an_utterance("一二三四五六七八", start_s=6.0, end_s=8.0),
    ]

    assert measure_pace(said).agent == RolePace(240.0, None, None, 4.0)


def test_a_pause_under_half_a_second_belongs_to_the_speech():
    # 8 characters over 2.4 s with 0.4 s of pause inside: 200 a minute.
    said = [an_utterance("一二三四", end_s=1.0), an_utterance("一二三四", start_s=1.4, end_s=2.4)]

    assert measure_pace(said).agent.chars_per_min == pytest.approx(200.0)


def test_the_fastest_ten_seconds_of_speech_are_found_where_they_begin():
    # 10 s at 3 a second, then 10 s at 5 a second: 50 characters in ten seconds are 300 a minute.
    slow, fast = (
        an_utterance("慢" * 30, end_s=10.0),
        an_utterance("快" * 50, start_s=20.0, end_s=30.0),
    )

    agent = measure_pace([slow, fast]).agent

    assert (agent.fastest_chars_per_min, agent.fastest_start_s) == (300.0, 20.0)


def test_a_burst_is_speech_a_third_faster_than_the_agents_usual():
    # 30 s at 4 a second are 240 a minute; then 10 s at 6 a second are 360, 1.5 times as fast.
    steady = an_utterance("慢" * 120, end_s=30.0)
    burst = an_utterance("快" * 60, start_s=40.0, end_s=50.0)

    (found,) = measure_pace([steady, burst], usual=240.0).agent.bursts

    assert (found.end_s, found.chars_per_min) == (50.0, 360.0)
    assert 20 < found.start_s <= 30, "the ten seconds may begin before the pause"
    assert measure_pace([steady, burst], usual=300.0).agent.bursts == ()


def test_the_interval_is_that_of_leaving_each_utterance_out():
    # Rates 240, 300, 360 with equal weight: leaving one out gives 330, 300, 270; jackknife error
    # sqrt(2/3 * (30² + 0 + 30²)) = 34.64; 300 ± 1.96 * 34.64.
    said = [an_utterance("字" * n, start_s=10.0 * n, end_s=10.0 * n + 4) for n in (16, 20, 24)]

    agent = measure_pace(said).agent

    assert (agent.low_chars_per_min, agent.high_chars_per_min) == (
        pytest.approx(232.1, abs=0.1),
        pytest.approx(367.9, abs=0.1),
    )


@pytest.mark.parametrize(
    ("nuclei", "check"), [(48, "agrees"), (65, "text_lost"), (25, "text_invented")]
)
def test_syllables_in_the_signal_are_held_against_the_text(nuclei: int, check: str):
    said = [an_utterance("字" * 50, end_s=12.5)]

    agent = measure_pace(said, nuclei={0: np.linspace(0.1, 12.4, nuclei)}).agent

    assert agent.check == check
    assert agent.syllables_per_min == pytest.approx(nuclei / 12.5 * 60)


def test_a_side_that_hardly_speaks_has_no_pace():
    assert measure_pace([an_utterance("嗯", end_s=0.4)]).agent == RolePace(None, None, None, 0.4)


def test_the_ratio_compares_agent_and_customer():
    both = Pace(RolePace(300.0, None, None, 9.0), RolePace(200.0, None, None, 9.0))

    assert both.ratio_to_customer == 1.5
    assert Pace(both.agent, RolePace(None, None, None, 0.0)).ratio_to_customer is None


def test_pace_outside_the_limits_is_only_ever_for_review():
    fast = Pace(RolePace(400.0, 450.0, 3.0, 20.0), RolePace(None, None, None, 0.0))

    (finding,) = find_pace(fast, LIMITS, within=Span(0.0, 30.0))

    assert (finding.rule, finding.verdict, finding.start_s, finding.end_s) == (
        "pace.fast",
        "review",
        3.0,
        13.0,
    )


@pytest.mark.parametrize(("calls", "rules"), [(200, ["pace.fast"]), (199, [])])
def test_the_sites_own_percentiles_are_the_limits_once_there_are_enough_calls(
    calls: int, rules: list[str]
):
    brisk = Pace(RolePace(320.0, 330.0, 3.0, 20.0), RolePace(None, None, None, 0.0))

    found = find_pace(brisk, LIMITS, within=Span(0.0, 30.0), site=SitePace(190.0, 310.0, calls))

    assert [finding.rule for finding in found] == rules
    assert (
        find_pace(
            brisk,
            LimitSettings(pace_from_site=False),
            within=Span(0.0, 30.0),
            site=SitePace(190, 310, calls),
        )
        == ()
    )


def test_a_transcript_that_lost_text_is_shown_to_a_person():
    lost = Pace(
        RolePace(150.0, None, None, 20.0, syllables_per_min=240.0, check="text_lost"),
        RolePace(None, None, None, 0.0),
    )

    (finding,) = find_pace(lost, LIMITS, within=Span(0.0, 30.0))

    assert (finding.rule, finding.phrase, finding.verdict) == (
        "pace.check",
        "文字可能有遗漏",
        "review",
    )


def test_silence_counts_from_three_seconds_between_first_and_last_speech():
    speech = (Span(5, 6), Span(8.9, 10), Span(13, 14), Span(20, 21), Span(33, 34))

    found = [(f.start_s, f.end_s, f.rule) for f in find_silence(a_scene(speech=speech), LIMITS)]

    assert found == [(10, 13, "silence"), (14, 20, "silence.dead_air"), (21, 33, "silence.long")]


def test_speech_of_one_side_over_the_others_pause_is_no_silence():
    assert find_silence(a_scene(speech=(Span(0, 2), Span(1, 9), Span(8, 12))), LIMITS) == ()


def test_hold_music_is_no_silence():
    scene = a_scene(speech=(Span(0, 5), Span(30, 35)), sounds=(SoundEvent(6, 29, 1, "music", 0.9),))

    assert find_silence(scene, LIMITS) == ()
    assert measure_dynamics(scene, ()).hold_s == 23


def test_a_wait_that_the_agent_told_of_counts_apart():
    told = an_utterance("请您稍等，我帮您查一下。", "agent", 0.0, 3.0)
    yes = an_utterance("好的。", "customer", 3.2, 3.8)
    back = an_utterance("让您久等了。", "agent", 18.0, 20.0)
    untold = (
        an_utterance("我看看。", "customer", 21.0, 22.0),
        an_utterance("好了。", "agent", 34.0, 35.0),
    )

    scene = a_scene(told, yes, back, *untold)
    found = find_silence(scene, LIMITS)

    assert [(f.rule, f.start_s) for f in found] == [
        ("silence.announced", 3.8),
        ("silence.long", 22.0),
    ]
    assert "请您稍等" in found[0].evidence
    assert measure_dynamics(scene, found).announced_wait_s == pytest.approx(14.2)


def test_who_begins_while_the_other_goes_on_has_broken_in():
    customer = an_utterance("我上周五在你们网上下了一个订单一直没有发货", "customer", 0.0, 8.0)
    agent = an_utterance("订单号是多少", "agent", 6.0, 9.0)

    (finding,) = find_interruptions(a_scene(customer, agent), LIMITS)

    assert (finding.role, finding.start_s, finding.end_s, finding.verdict) == (
        "agent",
        6.0,
        8.0,
        "confirmed",
    )


@pytest.mark.parametrize(
    "agent",
    [
        an_utterance("好的", "agent", 4.0, 5.2),
        an_utterance("好的好的，嗯，我知道了。", "agent", 4.0, 6.5),
        an_utterance("订单号是多少", "agent", 7.5, 9.0),
        an_utterance("订单号是多少", "agent", 8.5, 10.0),
    ],
    ids=["two characters", "back-channels", "half a second of overlap", "after the end"],
)
def test_back_channels_and_short_overlaps_are_no_interruption(agent: Utterance):
    customer = an_utterance("我上周五在你们网上下了一个订单", "customer", 0.0, 8.0)

    assert find_interruptions(a_scene(customer, agent), LIMITS) == ()


def test_a_speaker_of_whom_no_word_was_understood_can_be_interrupted_all_the_same():
    agent = an_utterance("订单号是多少", "agent", 6.0, 9.0)
    scene = Scene((agent,), (("customer", Span(0.0, 8.0)), ("agent", agent.span)), 10.0, WORDS)

    (finding,) = find_interruptions(scene, LIMITS)

    assert (finding.role, finding.end_s, finding.evidence) == ("agent", 8.0, "")


def test_where_overlap_cannot_be_heard_nobody_breaks_in():
    customer = an_utterance("我上周五在你们网上下了一个订单一直没有发货", "customer", 0.0, 8.0)
    scene = a_scene(customer, an_utterance("订单号是多少", "agent", 6.0, 9.0), deaf_to_overlap=MONO)

    assert (find_interruptions(scene, LIMITS), find_overlaps(scene)) == ((), ())


def test_figures_of_a_conversation_worked_by_hand():
    # Agent 1-3, 7-9 and 9.5-12 (6.5 s), customer 4-6 (2 s) and a back-channel 8-8.5 (0.5 s); the
    # answer comes 1 s after the question; the monologue is 7-12, and the recording ends at 12.1 in
    # it.
    scene = a_scene(
        an_utterance("您好请讲", "agent", 1.0, 3.0),
        an_utterance("我要退款", "customer", 4.0, 6.0),
        an_utterance("好的，这个要看", "agent", 7.0, 9.0),
        an_utterance("嗯", "customer", 8.0, 8.5),
        an_utterance("我们的规定是", "agent", 9.5, 12.0),
        duration_s=12.1,
    )

    measured = measure_dynamics(scene, ())

    assert measured.talk_ratio_agent == pytest.approx(6.5 / 9)
    assert (
        measured.silence_s,
        measured.interruptions_by_agent,
        measured.response_latency_median_s,
    ) == (0, 0, 1.0)
    assert measured.talk_over_s == pytest.approx(0.5)
    assert (measured.longest_monologue_start_s, measured.longest_monologue_agent_s) == (7.0, 5.0)
    assert (measured.time_to_greeting_s, measured.last_speaker, measured.ended_by) == (
        1.0,
        "agent",
        "customer",
    )
    assert measured.unmeasured == ()


def test_greeting_time_counts_from_the_end_of_ringing():
    scene = a_scene(
        an_utterance("您好", "agent", 9.0, 10.0), sounds=(SoundEvent(0.0, 8.0, 1, "ringing", 0.9),)
    )

    assert measure_dynamics(scene, ()).time_to_greeting_s == 1.0


def test_a_busy_tone_on_the_customers_line_says_that_the_customer_hung_up():
    said = an_utterance("您好", "agent", 0.0, 1.0), an_utterance("我有事", "customer", 2.0, 3.0)

    scene = a_scene(*said, sounds=(SoundEvent(4.0, 8.0, 1, "busy", 0.9),))

    assert measure_dynamics(scene, ()).ended_by == "customer"


def test_a_mix_cannot_tell_talk_over_or_latency_and_says_why():
    said = an_utterance("您好", "agent", 0.0, 2.0), an_utterance("好", "customer", 3.0, 4.0)

    measured = measure_dynamics(a_scene(*said, deaf_to_overlap=MONO), ())

    reasons = {missing.figure: missing.reason for missing in measured.unmeasured}
    assert (
        measured.interruptions_by_agent,
        measured.response_latency_median_s,
        measured.talk_over_s,
    ) == (
        None,
        None,
        None,
    )
    assert (reasons["talk_over_s"], reasons["ended_by"]) == (MONO, "录音里听不出谁先挂机")


def test_where_nobody_speaks_everything_is_unknown():
    measured = measure_dynamics(Scene((), (), 20.0), ())

    assert {getattr(measured, missing.figure) for missing in measured.unmeasured} == {None}
    assert {missing.reason for missing in measured.unmeasured} == {"没有人说话"}
    assert len(measured.unmeasured) == 14
