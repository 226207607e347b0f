"""四个一样: answers worked by hand, the rate of false claims, and a true difference that is
found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.study.groups import busy_slots, first_calls, hourly_load
from pipeline.study.resample import interval, pooled_error, resample
from pipeline.study.same import Comparison, SameStudy, compare_agents, compare_groups
from pipeline.types.records import CallRecord


def a_record(number: int, attitude: float | None = 95.0, **changes: Any) -> CallRecord:
    values: dict[str, Any] = {"customer_id": f"c{number}", "agent_id": "8012", **changes}
    return CallRecord(
        number, f"{number:064x}", f"{number}.wav", 60.0, attitude, attitude, False, **values
    )


def one(study: SameStudy, name: str) -> Comparison:
    return next(comparison for comparison in study.comparisons if comparison.name == name)


def calm_and_angry(
    calm: Sequence[float], angry: Sequence[float], **changes: Any
) -> list[CallRecord]:
    pairs = [(score, False) for score in calm] + [(score, True) for score in angry]
    return [
        a_record(i, score, customer_upset=upset, **changes)
        for i, (score, upset) in enumerate(pairs)
    ]


def mood(records: Sequence[CallRecord], **options: Any) -> Comparison:
    return one(compare_groups(records, **options), "情绪好坏")


def skewed(rng: np.random.Generator, n: int) -> np.ndarray:
    """Scores of which three in five are 100, the others 12 points lower on average."""
    return np.maximum(0.0, 100.0 - rng.exponential(12.0, n) * (rng.random(n) > 0.6))


def a_site(seed: int, agents: int, calls: int) -> list[CallRecord]:
    """Calls of half a year whose score depends on nothing."""
    rng = np.random.default_rng(seed)
    n = agents * calls
    scores, customers, hours = (
        skewed(rng, n),
        rng.integers(0, n // 3, n),
        np.minimum(rng.integers(8, 24, n), 17),
    )
    days, upset, sampled = rng.integers(1, 29, n), rng.random(n) < 0.2, rng.random(n) < 0.2
    return [
        a_record(
            i,
            float(scores[i]),
            agent_id=f"A{i % agents:03d}",
            customer_id=f"c{customers[i]}",
            started_at=f"2026-{1 + i % 6:02d}-{days[i]:02d}T{hours[i]:02d}:00:00",
            customer_upset=bool(upset[i]),
            sampled=bool(sampled[i]),
        )
        for i in range(n)
    ]


def test_means_and_difference_are_those_worked_by_hand():
    found = mood(calm_and_angry([100, 90] * 10, [80, 70] * 6))
    assert (found.n, found.customers, found.means, found.difference) == (
        (20, 12),
        (20, 12),
        (95.0, 75.0),
        -20.0,
    )
    assert found.claimed
    assert found.left_out == 0


def test_the_interval_of_even_groups_is_that_of_students_t():
    # pooled variance (60 * 25 + 60 * 25) / 118 = 25.42; error sqrt(25.42 * 2 / 60) = 0.9206; t(59,
    # 0.975) = 2.001
    found = mood(calm_and_angry([95, 85] * 30, [85, 75] * 30))
    assert found.low is not None
    assert found.high is not None
    assert found.low <= -10 - 2.001 * 0.9206 + 1e-3
    assert found.high >= -10 + 2.001 * 0.9206 - 1e-3
    assert found.high - found.low == pytest.approx(2 * 2.001 * 0.9206, rel=0.06)


@pytest.mark.parametrize(
    ("calm", "angry", "sentence"),
    [
        (
            [100.0] * 12,
            [90.0] * 12,
            "情绪好坏：客户激动的来电服务态度平均 90.0 分，客户平稳的来电平均 100.0 分，"
            "客户激动的来电低 10.0 分，超出偶然波动（95% 区间：低 10.0 到 10.0 分）。",
        ),
        (
            [100.0] * 12,
            [99.0] * 12,
            "情绪好坏：客户激动的来电服务态度平均 99.0 分，客户平稳的来电平均 100.0 分，相差不到 2 分，不算差别。",
        ),
        (
            [100.0] * 12,
            [90.0] * 9,
            "情绪好坏：数据不足，不作比较（客户平稳的来电 12 通，客户激动的来电 9 通；每组至少要有 10 位客户的 10 通来电）。",
        ),
    ],
)
def test_the_sentence_says_what_was_found(calm: list[float], angry: list[float], sentence: str):
    assert mood(calm_and_angry(calm, angry)).sentence == sentence


def test_a_difference_inside_noise_is_not_claimed_and_the_sentence_says_so():
    found = mood(calm_and_angry([100, 60] * 6, [100, 50] * 6))
    assert (found.difference, found.claimed) == (-5.0, False)
    assert found.sentence.startswith(
        "情绪好坏：客户激动的来电服务态度平均 75.0 分，客户平稳的来电平均 80.0 分，差别没有超出偶然波动，不下结论"
    )


def test_first_and_returning_calls_are_told_by_time_and_by_history():
    records = [
        a_record(1, customer_id="老王", started_at="2026-11-02T09:30:00"),
        a_record(2, customer_id="老王", started_at="2026-11-03 09:30:00+08:00"),
        a_record(3, customer_id="小李", started_at="2026-11-03T10:00:00"),
        a_record(4, customer_id=None, started_at="2026-11-03T10:00:00"),
        a_record(5, customer_id="小张", started_at="昨天"),
    ]
    alone = one(compare_groups(records), "生人熟人")
    assert (alone.n, alone.left_out) == ((2, 1), 2)
    known = one(compare_groups(records, history={"小李": "2025-01-01T08:00:00"}), "生人熟人")
    assert (known.n, known.left_out) == ((1, 2), 2)


def test_a_history_younger_than_the_records_does_not_make_strangers_of_regulars():
    records = [a_record(1, customer_id="老王", started_at="2026-11-02T09:30:00")]
    assert first_calls(records, {"老王": "2026-11-05T09:30:00"})["老王"].day == 2


def test_only_random_draws_are_compared_if_they_are_named():
    records = [a_record(1, sampled=True), a_record(2, reviewed=True), a_record(3), a_record(4)]
    assert one(compare_groups(records), "有无检查").n == (2, 2)
    drawn = one(compare_groups(records, random_only=frozenset({1})), "有无检查")
    assert (drawn.n, drawn.left_out) == ((1, 2), 1)


def test_mood_goes_by_words_or_voice_and_leaves_out_what_is_between():
    voices = [(False, None), (False, 0.49), (False, 0.5), (False, 0.99), (False, 1.0), (True, -1.0)]
    records = [a_record(i, customer_upset=u, customer_arousal=a) for i, (u, a) in enumerate(voices)]
    found = mood(records)
    assert (found.n, found.left_out) == ((2, 2), 2)


def test_load_counts_calls_by_date_and_hour_and_no_bare_dates():
    times = ["2026-11-02T09:30:00", "2026-11-02 09:59:00", "2026-11-03T10:00", "2026-11-03", None]
    records = [a_record(i, started_at=text) for i, text in enumerate(times)]
    assert hourly_load(records) == {("2026-11-02", 9): 2, ("2026-11-03", 10): 1}


def test_busy_and_idle_are_the_outer_thirds_of_the_slots_by_mean_calls():
    # Mondays 2 and 9 November: 9 h has (6 + 0) / 2 = 3 calls a day, 10 h (2 + 2) / 2 = 2, 11 h (1 +
    # 1) / 2 = 1
    load = {("2026-11-02", 9): 6}
    load |= {
        (day, hour): calls
        for day in ("2026-11-02", "2026-11-09")
        for hour, calls in ((10, 2), (11, 1))
    }
    assert busy_slots(load) == {(0, 9): 1, (0, 11): 0}


def test_where_all_hours_are_alike_none_is_busy():
    assert busy_slots({("2026-11-02", hour): 5 for hour in range(9, 18)}) == {}
    assert busy_slots({}) == {}


def test_the_load_of_the_whole_site_says_which_calls_are_busy():
    load = {("2026-11-02", hour): calls for hour, calls in ((9, 60), (10, 20), (11, 1))}
    records = [
        a_record(i, started_at=f"2026-11-09T{hour:02d}:00:00")
        for i, hour in enumerate((9, 9, 10, 11, 12))
    ]
    found = one(compare_groups(records, load=load), "工作忙闲")
    assert (found.n, found.left_out) == ((1, 2), 2)


def test_many_calls_of_few_customers_are_too_little():
    records = calm_and_angry([100.0] * 40, [80.0] * 40)
    few = [
        a_record(
            r.result_id,
            r.attitude,
            customer_upset=r.customer_upset,
            customer_id=f"c{r.result_id % 9}",
        )
        for r in records
    ]
    found = mood(few)
    assert (found.n, found.customers, found.low, found.claimed) == ((40, 40), (9, 9), None, False)


def test_calls_of_the_same_customers_widen_the_interval():
    rng = np.random.default_rng(3)
    usual = np.repeat(rng.normal(80, 5, 24), 10)  # each customer gets the same score ten times over
    calls = [
        a_record(i, float(s), customer_upset=i >= 120, customer_id=f"c{i // 10}")
        for i, s in enumerate(usual)
    ]
    loose = [a_record(i, float(s), customer_upset=i >= 120) for i, s in enumerate(usual)]
    clustered, independent = mood(calls), mood(loose)
    assert clustered.high is not None
    assert clustered.low is not None
    assert independent.high is not None
    assert independent.low is not None
    # the error grows by the square root of the ten calls
    assert (clustered.high - clustered.low) / (independent.high - independent.low) == pytest.approx(
        10**0.5, rel=0.2
    )


def test_comparing_many_agents_asks_for_more():
    records = calm_and_angry([100, 80] * 15, [93, 73] * 15)
    assert mood(records, among=1).low == mood(records, among=1000).low
    assert not mood(records, among=1000).claimed
    assert compare_groups(records, among=1).level == 1 - 0.05 / 4
    assert compare_groups(records, among=300).level == 1 - 0.05 / 1200


def test_calls_without_a_score_and_no_calls_at_all_are_borne():
    unscored = mood([a_record(i, None) for i in range(30)])
    assert (unscored.n, unscored.means, unscored.difference, unscored.left_out) == (
        (0, 0),
        (None, None),
        None,
        30,
    )
    empty = compare_groups([])
    assert (empty.calls, len(empty.comparisons), empty.claimed) == (0, 4, ())
    assert compare_agents([]) == ()
    assert compare_agents([a_record(1, agent_id=None)]) == ()


def test_a_group_that_a_resample_may_miss_does_not_break_the_interval():
    found = mood(calm_and_angry([100, 90] * 400, [100, 90] * 5))
    assert found.low is not None
    assert found.low < 0 < (found.high or 0)


@settings(max_examples=15, deadline=None, database=None)
@given(st.randoms(use_true_random=False), st.integers(0, 2**32))
def test_the_same_seed_says_the_same_in_any_order(random: Any, seed: int):
    records = a_site(1, 1, 120)
    shuffled = list(records)
    random.shuffle(shuffled)
    assert compare_groups(records, seed=seed) == compare_groups(shuffled, seed=seed)


def test_agents_are_studied_with_the_customers_and_hours_of_the_whole_site():
    first = a_record(
        1, customer_id="老王", agent_id="甲", agent_name="张三", started_at="2026-11-02T09:30:00"
    )
    later = a_record(2, customer_id="老王", agent_id="乙", started_at="2026-11-03T09:30:00")
    nobody = a_record(3, agent_id=None, started_at="2026-11-03T09:30:00")
    studies = compare_agents([later, nobody, first])
    assert [(s.agent_id, s.agent_name, s.study.calls) for s in studies] == [
        ("乙", None, 1),
        ("甲", "张三", 1),
    ]
    assert [one(s.study, "生人熟人").n for s in studies] == [(0, 1), (1, 0)]
    assert studies[0].study.level == 1 - 0.05 / 8


@pytest.mark.thorough
@pytest.mark.slow
def test_of_300_agents_without_a_difference_one_in_twenty_at_most_is_told_apart():
    records = a_site(11, 300, 100)
    by_agent: dict[str, list[CallRecord]] = {}
    for record in records:
        by_agent.setdefault(record.agent_id or "", []).append(record)
    load, history = (
        hourly_load(records),
        {c: t.isoformat() for c, t in first_calls(records).items()},
    )
    alone = [compare_groups(calls, load=load, history=history) for calls in by_agent.values()]
    compared = Counter(
        one.id for study in alone for one in study.comparisons if one.low is not None
    )
    assert min(compared.values()) > 200  # all four questions are really asked
    assert sum(bool(study.claimed) for study in alone) <= 0.05 * 300
    assert sum(bool(agent.study.claimed) for agent in compare_agents(records)) <= 1


def test_a_difference_of_8_points_among_60_calls_each_is_found_four_times_in_five():
    rng = np.random.default_rng(5)
    trials = [
        mood(
            calm_and_angry(list(skewed(rng, 60)), list(np.maximum(0, skewed(rng, 60) - 8)))
        ).claimed
        for _ in range(100)
    ]
    assert sum(trials) >= 80


def test_resampling_draws_as_many_customers_as_there_are():
    sums = resample(np.ones((7, 1)), np.random.default_rng(0), 50)
    assert sums.tolist() == [[7.0]] * 50


def test_the_interval_is_the_wider_of_percentiles_and_students_t():
    values = np.linspace(-1.0, 1.0, 2001)
    # the error asked for is 2; t(9, 0.975) = 2.262
    assert interval(0.0, values, alpha=0.05, freedom=9, least_error=2.0) == pytest.approx(
        (-4.524, 4.524), abs=1e-3
    )
    # far-off values: percentiles win
    skew = np.concatenate([np.zeros(1900), np.full(100, -50.0)])
    low, _ = interval(-2.5, skew, alpha=0.05, freedom=10_000, least_error=0.0)
    assert low == -50.0


def test_a_group_without_spread_borrows_that_of_the_other():
    # squares 0 + 10 * 100, over 10 + 10 - 2 = 55.56; times 2 / 10 = 11.11
    flat, spread = np.full(10, 100.0), np.array([100.0, 80.0] * 5)
    assert pooled_error((flat, spread)) == pytest.approx(11.111**0.5, abs=1e-3)
