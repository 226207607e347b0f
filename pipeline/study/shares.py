"""Shares, their reliability, and the difference of two shares."""

from __future__ import annotations

import math

Z95 = 1.959964


def wilson_interval(hits: int, of: int) -> tuple[float, float] | None:
    """95 % interval of a share (Wilson 1927); ``None`` without trials.

    >>> low, high = wilson_interval(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    if not of:
        return None
    share = hits / of
    middle = share + Z95**2 / (2 * of)
    half = Z95 * math.sqrt(share * (1 - share) / of + Z95**2 / (4 * of**2))
    return (middle - half) / (1 + Z95**2 / of), (middle + half) / (1 + Z95**2 / of)


def difference_interval(
    first: tuple[int, int], second: tuple[int, int]
) -> tuple[float, float] | None:
    """95 % interval of the first share less the second, each given as (hits, trials).

    Newcombe 1998, "Interval estimation for the difference between independent proportions", method
    10. ``None`` if one has no trials.

    >>> low, high = difference_interval((56, 70), (48, 80))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    one, other = wilson_interval(*first), wilson_interval(*second)
    if one is None or other is None:
        return None
    p, q = first[0] / first[1], second[0] / second[1]
    low = p - q - math.hypot(p - one[0], other[1] - q)
    high = p - q + math.hypot(one[1] - p, q - other[0])
    return low, high
