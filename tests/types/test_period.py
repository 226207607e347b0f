"""Periods: their days, their keys, and what comes before and after."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.types import PERIOD_EXAMPLES, Period, PeriodKind, tell_interim

KINDS = st.sampled_from(get_args(PeriodKind))
DAYS = st.dates(date(1971, 1, 1), date(2199, 12, 31))


@given(KINDS, DAYS)
def test_the_key_of_a_period_names_it(kind: PeriodKind, day: date):
    period = Period.around(kind, day)

    assert period.since <= day <= period.until
    assert Period.of_key(period.key) == period


@given(KINDS, DAYS)
def test_periods_of_a_kind_follow_each_other_without_a_gap(kind: PeriodKind, day: date):
    period = Period.around(kind, day)

    assert period.previous.until + timedelta(days=1) == period.since
    assert period.next.since - timedelta(days=1) == period.until
    assert period.previous.next == period


@pytest.mark.parametrize(
    ("key", "since", "until", "name"),
    [
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3), "2026-12-28 至 2027-01-03"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "2028-02"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2026 年第一季度"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026 年第四季度"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026 年"),
    ],
)
def test_a_key_is_read(key: str, since: date, until: date, name: str):
    period = Period.of_key(key)

    assert (period.since, period.until, period.name) == (since, until, name)


@pytest.mark.parametrize(
    "key",
    ["", "2026-Q5", "2026-Q0", "2026Q3", "2026-13", "2026-00", "2027-W53", "2026-W00", "2026-11-31", "1969", "9999",
     "2026-11 ", "２０２６", "2026-q3"],
)  # fmt: skip
def test_what_names_no_period_is_refused(key: str):
    with pytest.raises(ValueError, match="is no period"):
        Period.of_key(key)


def test_the_examples_are_of_their_kinds():
    assert {kind: Period.of_key(key).kind for kind, key in PERIOD_EXAMPLES.items()} == {
        kind: kind for kind in get_args(PeriodKind)
    }


@pytest.mark.parametrize(
    ("key", "today", "said"),
    [
        ("2026-11-29", "2026-11-29", "当天未结束，得分为暂计，截至 2026-11-29"),
        ("2026-W53", "2027-01-01", "本周未结束，得分为暂计，截至 2027-01-01"),
        ("2026-12", "2026-12-31", "本月未结束，得分为暂计，截至 2026-12-31"),
        ("2026-12", "2027-01-01", ""),
        ("2026-Q4", "2026-12-31", "本季未结束，得分为暂计，截至 2026-12-31"),
        ("2026", "2026-01-01", "本年未结束，得分为暂计，截至 2026-01-01"),
        ("2026", "2027-01-01", ""),
        ("2027-01", "2026-12-31", "2027-01 还没有开始，没有得分"),
        ("2027", "2026-12-31", "2027 年还没有开始，没有得分"),
    ],
)
def test_a_period_is_final_on_the_day_after_its_last_one(key: str, today: str, said: str):
    period = Period.of_key(key)

    assert tell_interim(period.since, period.until, today=date.fromisoformat(today)) == said


def test_days_that_are_no_calendar_period_are_one_without_a_name():
    first, last, today = date(2026, 11, 3), date(2026, 12, 8), date(2026, 11, 29)

    assert tell_interim(first, last, today=today).startswith("本期未结束")
    assert tell_interim(None, last, today=today).startswith("本期未结束")
    assert tell_interim(last, date(2026, 12, 9), today=today) == (
        "2026-12-08 至 2026-12-09 还没有开始，没有得分"
    )
    assert tell_interim(first, None, today=today) == ""
