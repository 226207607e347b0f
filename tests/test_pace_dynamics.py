from __future__ import annotations

import pytest

from pipeline.dynamics import find_interruptions, find_silence, measure_dynamics
from pipeline.pace import find_pace, measure_pace, spoken_length
from pipeline.settings import LimitSettings
from pipeline.types import Dynamics, Pace, RolePace, Span
from tests.builders import an_utterance

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
    ],
)
def test_numbers_count_as_they_are_read(text: str, length: int):
    # 十 / 十二 / 二十 / 二十五 / 五零一室 / 一零二七 / 零五 / 百分之五
    assert spoken_length(text) == length


def test_pace_is_characters_over_own_speaking_time_without_long_pauses():
    # 8 characters in 2 s, a pause of 4 s, 8 characters in 2 s: 16 characters in 4 s are 240 a minute.
    said = [an_utterance("一二三四五六七八", end_s=2.0), an_utterance("一二三四五六七八", start_s=6.0, end_s=8.0)]

    assert measure_pace(said).agent == RolePace(240.0, None, None, 4.0)


def test_a_pause_under_half_a_second_belongs_to_the_speech():
    # 8 characters over 2.4 s with 0.4 s of pause inside: 200 a minute.
    said = [an_utterance("一二三四", end_s=1.0), an_utterance("一二三四", start_s=1.4, end_s=2.4)]

    assert measure_pace(said).agent.chars_per_min == pytest.approx(200.0)


def test_the_fastest_ten_seconds_of_speech_are_found_where_they_begin():
    # 10 s at 3 a second, then 10 s at 5 a second: 50 characters in ten seconds are 300 a minute.
    slow, fast = an_utterance("慢" * 30, end_s=10.0), an_utterance("快" * 50, start_s=20.0, end_s=30.0)

    agent = measure_pace([slow, fast]).agent

    assert (agent.fastest_chars_per_min, agent.fastest_start_s) == (300.0, 20.0)


def test_a_side_that_hardly_speaks_has_no_pace():
    assert measure_pace([an_utterance("嗯", end_s=0.4)]).agent == RolePace(None, None, None, 0.4)


def test_pace_outside_the_limits_is_only_ever_for_review():
    fast = Pace(RolePace(400.0, 450.0, 3.0, 20.0), RolePace(None, None, None, 0.0))

    (finding,) = find_pace(fast, LIMITS, duration_s=30.0)

    assert (finding.rule, finding.verdict, finding.start_s, finding.end_s) == ("pace.fast", "review", 3.0, 13.0)


def test_silence_counts_from_three_seconds_between_first_and_last_speech():
    speech = [Span(5, 6), Span(8.9, 10), Span(13, 14), Span(26, 27)]

    found = [(finding.start_s, finding.end_s, finding.rule) for finding in find_silence(speech, LIMITS)]

    assert found == [(10, 13, "silence"), (14, 26, "silence.long")]


def test_speech_of_one_side_over_the_others_pause_is_no_silence():
    assert find_silence([Span(0, 2), Span(1, 9), Span(8, 12)], LIMITS) == ()


def test_who_begins_while_the_other_goes_on_has_broken_in():
    customer = an_utterance("我上周五在你们网上下了一个订单一直没有发货", "customer", 0.0, 8.0)
    agent = an_utterance("订单号是多少", "agent", 6.0, 9.0)

    (finding,) = find_interruptions([customer, agent], LIMITS, roles_sure=True)

    assert (finding.role, finding.start_s, finding.end_s, finding.verdict) == ("agent", 6.0, 8.0, "confirmed")


@pytest.mark.parametrize(
    "agent",
    [
        an_utterance("好的", "agent", 4.0, 5.2),
        an_utterance("订单号是多少", "agent", 7.5, 9.0),
        an_utterance("订单号是多少", "agent", 8.5, 10.0),
    ],
    ids=["back-channel", "half a second of overlap", "after the end"],
)
def test_back_channels_and_short_overlaps_are_no_interruption(agent):
    customer = an_utterance("我上周五在你们网上下了一个订单", "customer", 0.0, 8.0)

    assert find_interruptions([customer, agent], LIMITS, roles_sure=True) == ()


def test_figures_of_a_conversation_worked_by_hand():
    # Agent 0-2 and 7-9 (4 s), customer 3-6 (3 s); the answer comes 1 s after the question.
    said = [
        an_utterance("您好请讲", "agent", 0.0, 2.0),
        an_utterance("我要退款", "customer", 3.0, 6.0),
        an_utterance("好的请稍等", "agent", 7.0, 9.0),
    ]

    measured = measure_dynamics(said, (), [u.span for u in said], stereo=True)

    assert measured == Dynamics(pytest.approx(4 / 7), 0, 0.0, 0, 0, 1.0)


def test_a_mix_cannot_tell_talk_over_or_latency_and_silence_of_nobody_is_unknown():
    said = [an_utterance("您好", "agent", 0.0, 2.0), an_utterance("好", "customer", 3.0, 4.0)]

    mono = measure_dynamics(said, (), [u.span for u in said], stereo=False)
    nobody = measure_dynamics((), (), (), stereo=True)

    assert (mono.interruptions_by_agent, mono.response_latency_median_s) == (None, None)
    assert nobody == Dynamics(None, None, None, None, None, None)
