"""Periods: their days, their keys, and what comes before and after."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.types import PERIOD_EXAMPLES, Period, PeriodKind

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
