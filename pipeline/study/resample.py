"""Resample group means over whole customers (cluster bootstrap), and derive an interval from
them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 2000
"""Resamples of customers. Our choice: each end of a 95 % interval rests on 50 of them."""

BLOCK = 2_000_000
"""Customers drawn together. The memory stays at some 50 MB for any number of calls."""


def resample(table: Floats, rng: np.random.Generator, resamples: int = RESAMPLES) -> Floats:
    """Column sums of ``table`` (customers × columns), with its rows redrawn with replacement.

    Returns resamples × columns. All columns have the same draw, so a customer in both groups stays
    in both.
    """
    customers = len(table)
    step = max(1, BLOCK // customers)
    blocks = [min(step, resamples - start) for start in range(0, resamples, step)]
    return np.concatenate([_times_drawn(customers, rows, rng) @ table for rows in blocks])


def _times_drawn(customers: int, rows: int, rng: np.random.Generator) -> Floats:
    """How many times each customer is drawn, as rows × customers. Each row sums to the number of
    customers."""
    drawn = rng.integers(0, customers, size=(rows, customers))
    drawn += np.arange(rows)[:, None] * customers
    return (
        np.bincount(drawn.ravel(), minlength=rows * customers)
        .reshape(rows, customers)
        .astype(np.float64)
    )


def interval(
    estimate: float, resampled: Floats, *, alpha: float, freedom: int, least_error: float
) -> tuple[float, float]:
    """The interval of level 1 - ``alpha``. At each end it is the wider of two intervals.

    One has the percentiles of the resampled values. The other is ``estimate`` ± Student's t times
    the standard error. The second is needed if ``alpha`` is so small that no resample lies beyond
    it, and for small groups, where percentiles are too narrow. The standard error is that of the
    resamples, and at least ``least_error``. NaN (a resample with an empty group) is left out.
    """
    values = resampled[np.isfinite(resampled)]
    low, high = (float(end) for end in np.quantile(values, [alpha / 2, 1 - alpha / 2]))
    error = max(float(np.std(values, ddof=1)), least_error)
    from scipy.special import stdtrit  # noqa: PLC0415 - 0.15 s to load

    reach = float(stdtrit(freedom, 1 - alpha / 2)) * error
    return min(low, estimate - reach), max(high, estimate + reach)


def pooled_error(scores: tuple[Floats, Floats]) -> float:
    """Standard error of the difference of two means if both groups have the same spread (Student
    1908).

    Most scores are 100, so a small group often has no spread at all, and its own error would be 0.

    >>> pooled_error((np.array([1.0, 3.0]), np.array([2.0, 4.0])))  # variance 2, times 1/2 + 1/2
    1.4142135623730951
    """
    squares = sum(float(np.sum((group - group.mean()) ** 2)) for group in scores)
    sizes = [len(group) for group in scores]
    return math.sqrt(squares / (sum(sizes) - 2) * sum(1 / size for size in sizes))
