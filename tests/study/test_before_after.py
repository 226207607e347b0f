"""The figures before and after a measure: the right days, and an interval for whole customers."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from pipeline.study import compare_around
from pipeline.study.resample import resample

ON = date(2026, 11, 10)
T_9 = 2.262157
"""Student's t with 9 degrees of freedom at 97.5 % (any table)."""


def calls(by_days: int, scores: list[float], *, of: str = "", times: int = 1):
    """Calls so many days after the measure; each customer makes ``times`` with the same score."""
    day = (ON + timedelta(days=by_days)).isoformat()
    return [
        (day, f"{of}{number}", score) for number, score in enumerate(scores) for _ in range(times)
    ]


LOW, HIGH = [80.0, 90.0] * 5, [90.0, 100.0] * 5


def test_means_and_interval_are_those_worked_by_hand():
    found = compare_around(ON, calls(-3, LOW, of="a") + calls(5, HIGH, of="b"))

    # pooled variance 500 / 18, so the error is the root of 500 / 18 * (1 / 10 + 1 / 10)
    reach = T_9 * math.sqrt(500 / 18 * 0.2)
    assert (found.n, found.customers, found.means) == ((10, 10), (10, 10), (85.0, 95.0))
    assert found.difference == 10.0
    assert (found.low, found.high) == pytest.approx((10 - reach, 10 + reach), abs=1e-4)
    assert found.sentence == (
        "之前 28 天 10 通，平均 85.0 分；之后 28 天 10 通，平均 95.0 分；升 10.0 分，超出偶然波动"
        "（95% 区间：+4.7 到 +15.3 分）。"
    )


def test_more_calls_of_the_same_customers_do_not_narrow_the_interval():
    found = compare_around(ON, calls(-3, LOW, of="a", times=4) + calls(5, HIGH, of="b", times=4))

    # each of 20 customers moves a mean by 0.5: 20 / 19 * 20 * 0.25
    reach = T_9 * math.sqrt(20 / 19 * 5)
    assert found.n == (40, 40)
    assert found.low == pytest.approx(10 - reach, abs=1e-4)


def test_the_error_is_that_of_resampled_customers():
    random = np.random.default_rng(3)
    table = np.zeros((60, 4))
    scores = []
    for customer in range(60):
        for side, by_days in ((0, -7), (1, 7)):
            for score in (
                85 + 5 * random.standard_normal() + random.standard_normal(random.integers(1, 5))
            ):
                scores += [(str(ON + timedelta(days=by_days)), str(customer), float(score))]
                table[customer, 2 * side : 2 * side + 2] += (1, score)
    sums = resample(table, random)
    error = np.std(sums[:, 3] / sums[:, 2] - sums[:, 1] / sums[:, 0], ddof=1)
    found = compare_around(ON, scores)

    assert (found.high - found.low) / 2 / 2.0010 == pytest.approx(error, rel=0.1)  # t of 59


@pytest.mark.parametrize(("by_days", "n"), [(-29, 0), (-28, 1), (-1, 1), (0, 0)])
def test_28_days_before_count_and_the_day_itself_does_not(by_days: int, n: int):
    assert compare_around(ON, calls(by_days, [80.0])).n == (n, 0)


@pytest.mark.parametrize(("by_days", "n"), [(0, 0), (1, 1), (28, 1), (29, 0)])
def test_28_days_after_count(by_days: int, n: int):
    assert compare_around(ON, calls(by_days, [80.0])).n == (0, n)


@pytest.mark.parametrize(
    "scores",
    [
        calls(-3, LOW[:9], of="a") + calls(5, HIGH, of="b"),
        calls(-3, LOW, of="a") + calls(5, [90.0, 95.0], of="b", times=9),
        calls(-3, LOW),
        [],
    ],
)
def test_a_small_sample_says_so_and_claims_nothing(scores: list[tuple[str, str, float]]):
    found = compare_around(ON, scores)

    assert (found.is_enough, found.low, found.high) == (False, None, None)
    assert found.sentence.startswith("样本不足：")


def test_a_difference_within_noise_is_not_claimed():
    sentence = compare_around(ON, calls(-3, LOW, of="a") + calls(5, LOW, of="b")).sentence

    assert "没有超出偶然波动" in sentence


def test_the_calls_with_the_fault_are_counted_on_each_side():
    day = [(ON + timedelta(days=by)).isoformat() for by in (-29, -28, -1, 0, 28, 29)]
    scores = calls(-3, LOW, of="a") + calls(5, HIGH, of="b")
    found = compare_around(ON, scores, faulty_days=[*day, *[day[2]] * 5])

    assert found.faults == (7, 1)
    # Newcombe's interval of 1/10 less 7/10
    assert found.sentence.endswith(
        "同一问题：之前 10 通中 7 通，之后 10 通中 1 通，占比之差超出偶然波动"
        "（95% 区间：-81 到 -17 个百分点）。"
    )
    assert compare_around(ON, scores).faults is None


def test_a_fall_is_said_to_be_one():
    sentence = compare_around(ON, calls(-3, HIGH, of="a") + calls(5, LOW, of="b")).sentence

    assert "降 10.0 分，超出偶然波动" in sentence
