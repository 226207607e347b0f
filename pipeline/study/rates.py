"""The share of all calls with a fault, estimated from calls drawn at random."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.study.sampling import Drawn
    from pipeline.types import CallRecord


Z_95 = 1.959963984540054
"""97.5 % quantile of the normal distribution: 95 % lie within."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of all eligible calls, 0..1, with its 95 % interval.

    ``n``: number of random calls. ``k``: those with a fault. ``estimate``: ``None`` without random
    calls; the interval is then 0..1. ``estimate`` differs from ``k / n`` if agents have different
    numbers of calls.
    """

    n: int
    k: int
    estimate: float | None
    low: float
    high: float


def estimate_rate(drawn: Sequence[Drawn], faults: Callable[[CallRecord], bool]) -> Rate:
    """Estimate the share of all eligible calls with a fault, from the random calls alone. Other
    calls in ``drawn`` are ignored.

    A call has as its weight the number of calls that it represents (one over its probability), so
    an agent weighs by the number of calls (Hájek 1971). The interval is Wilson's (1927) with the
    effective number of calls (Σw)² / Σw² (Kish 1965) for n. It is a little too wide: it leaves out
    the gain from drawing agent by agent and from a sample that is a large part of the calls.

    >>> from pipeline.study import Drawn
    >>> from pipeline.types import CallRecord
    >>> call = CallRecord(1, "ab", "a.wav", 60.0, 95.0, 95.0, False)
    >>> rate = estimate_rate([Drawn(1, call, "random", "随机抽取", 0.1)] * 10, lambda record: False)
    >>> (rate.n, rate.k, rate.estimate, rate.low, round(rate.high, 3))  # Wilson: z² / (n + z²)
    (10, 0, 0.0, 0.0, 0.278)
    """
    pairs = [
        (1 / one.probability, bool(faults(one.record)))
        for one in drawn
        if one.why == "random" and one.probability
    ]
    if not pairs:
        return Rate(0, 0, None, 0.0, 1.0)
    total = math.fsum(weight for weight, _ in pairs)
    share = math.fsum(weight for weight, fault in pairs if fault) / total
    effective = total**2 / math.fsum(weight**2 for weight, _ in pairs)
    return Rate(len(pairs), sum(fault for _, fault in pairs), share, *_wilson(share, effective))


def _wilson(share: float, n: float) -> tuple[float, float]:
    """95 % interval of a share in ``n`` trials."""
    middle = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    reach = Z_95 / (1 + Z_95**2 / n) * math.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n**2))
    return (0.0 if share == 0 else middle - reach), (1.0 if share == 1 else middle + reach)
