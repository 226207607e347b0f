"""Whether two voices take turns as people who talk to each other do.

In one voice, taken for two, changes come by chance; two people alternate; a machine that speaks
before the call, taken for one of two, has all it says in one block. The number of runs tells them
apart (Wald and Wolfowitz, On a test whether two samples are from the same population, 1940)."""

from __future__ import annotations

from itertools import groupby
from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def count_runs(voices: Sequence[int]) -> int:
    """The number of stretches of one voice in a row.

    >>> count_runs([0, 0, 1, 0])
    3
    """
    return sum(1 for _ in groupby(voices))


def chance_of_runs(voices: Sequence[int]) -> tuple[float, float]:
    """The probability of at most, and of at least so many runs, if voices 0 and 1 came in any order.
    1 for a single voice.

    >>> chance_of_runs([0, 1, 0, 1])
    (1.0, 0.3333333333333333)
    >>> chance_of_runs([0, 0, 1, 1])
    (0.3333333333333333, 1.0)
    """
    zeros, ones = voices.count(0), voices.count(1)
    if not zeros or not ones:
        return 1.0, 1.0
    ways = [_ways(runs, zeros, ones) for runs in range(zeros + ones + 1)]
    found, whole = count_runs(voices), comb(zeros + ones, zeros)
    return sum(ways[: found + 1]) / whole, sum(ways[found:]) / whole


def _ways(runs: int, zeros: int, ones: int) -> int:
    """In how many orders so many zeros and ones have that many runs."""
    half, odd = divmod(runs, 2)
    if half == 0:
        return 0
    if not odd:
        return 2 * comb(zeros - 1, half - 1) * comb(ones - 1, half - 1)
    return comb(zeros - 1, half) * comb(ones - 1, half - 1) + comb(zeros - 1, half - 1) * comb(
        ones - 1, half
    )
