"""Two shares differ or do not."""

from __future__ import annotations

import pytest

from pipeline.study.shares import difference_interval


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_the_interval_of_a_difference_is_newcombe_s(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
):
    """Newcombe 1998, table II, contrasts (a), (b) and (h), method 10."""
    found = difference_interval(first, second)

    assert found == pytest.approx((low, high), abs=0.0001)


def test_nothing_is_said_of_nothing():
    assert difference_interval((0, 0), (1, 2)) is None
    assert difference_interval((1, 2), (0, 0)) is None
