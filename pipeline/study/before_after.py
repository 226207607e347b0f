"""An agent's attitude before and after a measure, with an interval of the difference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from pipeline.study.resample import pooled_error
from pipeline.study.same import ALPHA
from pipeline.study.same_questions import LEAST_CALLS
from pipeline.study.shares import difference_interval

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pipeline.people import CoachingRecord
    from pipeline.study.resample import Floats

WINDOW_DAYS = 28
"""Days on each side of a measure, without its own day. Our choice: four whole weeks, so that each
weekday counts as often on either side."""

DayScore = tuple[str, str, float]
"""Day (ISO date), customer and attitude (0..100) of a call."""


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Mean attitude in the ``WINDOW_DAYS`` before a measure and after it.

    ``n``, ``customers``, ``means``: before, after. ``means``, ``difference`` (after minus before,
    points): ``None`` without calls. ``low``, ``high``: 95 % interval of the difference; ``None``
    with fewer than ``LEAST_CALLS`` calls or customers on a side. ``faults``: calls with the fault
    that the measure is about, before and after; ``None`` where it is about none. ``sentence``: the
    finding in Chinese.
    """

    n: tuple[int, int]
    customers: tuple[int, int]
    means: tuple[float | None, float | None]
    difference: float | None
    low: float | None
    high: float | None
    sentence: str
    faults: tuple[int, int] | None = None

    @property
    def is_enough(self) -> bool:
        return self.low is not None


@dataclass(frozen=True, slots=True)
class Coached:
    """A coaching record with the agent's figures before and after it."""

    record: CoachingRecord
    effect: BeforeAfter


def compare_around(
    on: date, scores: Sequence[DayScore], *, faulty_days: Sequence[str] | None = None
) -> BeforeAfter:
    """Compare an agent's calls before and after the day ``on``; calls of other days do not count.
    ``faulty_days``: the day of each scored call with the fault that the measure is about.

    >>> from datetime import date
    >>> compare_around(date(2026, 11, 10), [("2026-11-09", "a", 80.0)]).sentence
    '样本不足：之前 28 天 1 通，之后 28 天 0 通；每边至少要有 10 位客户的 10 通。'
    """
    window = timedelta(days=WINDOW_DAYS)
    first, day, last = ((on + by).isoformat() for by in (-window, timedelta(0), window))
    before = [(who, score) for at, who, score in scores if first <= at < day]
    after = [(who, score) for at, who, score in scores if day < at <= last]
    sides = (before, after)
    values = tuple(np.array([score for _, score in side], dtype=np.float64) for side in sides)
    n = (len(before), len(after))
    customers = (len({who for who, _ in before}), len({who for who, _ in after}))
    means = tuple(float(side.mean()) if len(side) else None for side in values)
    one, other = means
    difference = None if one is None or other is None else other - one
    low = high = None
    if difference is not None and min(*n, *customers) >= LEAST_CALLS:
        error = max(_error(sides, values), pooled_error((values[0], values[1])))
        from scipy.special import stdtrit  # noqa: PLC0415 - 0.15 s to load

        reach = float(stdtrit(min(customers) - 1, 1 - ALPHA / 2)) * error
        low, high = difference - reach, difference + reach
    faults = None
    if faulty_days is not None:
        faults = (
            sum(first <= at < day for at in faulty_days),
            sum(day < at <= last for at in faulty_days),
        )
    sentence = _say(n, (one, other), difference, low, high)
    if faults is not None:
        sentence += _say_faults(faults, n, is_enough=low is not None)
    return BeforeAfter(n, customers, (one, other), difference, low, high, sentence, faults)


def _error(sides: Sequence[Sequence[tuple[str, float]]], values: Sequence[Floats]) -> float:
    """Standard error of the difference of the two means when whole customers vary, not calls (the
    sandwich of Liang and Zeger 1986, times C / (C - 1)): calls of one customer are alike.

    The same as ``resample`` estimates, without draws: a month may have hundreds of measures.
    """
    by_customer: dict[str, float] = {}
    for sign, side, scores in zip((-1, 1), sides, values, strict=True):
        mean = float(scores.mean())
        for who, score in side:
            by_customer[who] = by_customer.get(who, 0.0) + sign * (score - mean) / len(side)
    count = len(by_customer)
    return math.sqrt(count / (count - 1) * math.fsum(part**2 for part in by_customer.values()))


def _say(
    n: tuple[int, int],
    means: tuple[float | None, float | None],
    difference: float | None,
    low: float | None,
    high: float | None,
) -> str:
    sizes = f"之前 {WINDOW_DAYS} 天 {n[0]} 通", f"之后 {WINDOW_DAYS} 天 {n[1]} 通"
    if difference is None or low is None or high is None:
        need = f"每边至少要有 {LEAST_CALLS} 位客户的 {LEAST_CALLS} 通"
        return f"样本不足：{sizes[0]}，{sizes[1]}；{need}。"
    averages = f"{sizes[0]}，平均 {means[0]:.1f} 分；{sizes[1]}，平均 {means[1]:.1f} 分；"
    ends = f"95% 区间：{low:+.1f} 到 {high:+.1f} 分"
    if low > 0 or high < 0:
        way = "升" if difference > 0 else "降"
        return f"{averages}{way} {abs(difference):.1f} 分，超出偶然波动（{ends}）。"
    return f"{averages}相差 {difference:+.1f} 分，没有超出偶然波动（{ends}）。"


def _say_faults(faults: tuple[int, int], n: tuple[int, int], *, is_enough: bool) -> str:
    """The share of calls with the fault, with Newcombe's interval of the difference."""
    counts = f"同一问题：之前 {n[0]} 通中 {faults[0]} 通，之后 {n[1]} 通中 {faults[1]} 通"
    ends = difference_interval((faults[1], n[1]), (faults[0], n[0]))
    if not is_enough or ends is None:
        return f"{counts}。"
    low, high = (100 * end for end in ends)
    claim = "超出" if low > 0 or high < 0 else "没有超出"
    return f"{counts}，占比之差{claim}偶然波动（95% 区间：{low:+.0f} 到 {high:+.0f} 个百分点）。"
