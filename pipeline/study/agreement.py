"""Agreement of reviewers on points, item by item, and agreement of the machine with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.study.resample import Floats, resample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.people import Grade

LEAST_CALLS = 5
"""With fewer calls no interval is given (our choice): resampling so few shows little but the same
calls again."""


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """Agreement on one item.

    ``calls``: judged by two reviewers or more. ``alpha``: 1 is full agreement, 0 is chance, below 0
    is worse; ``None`` if all points are the same. ``low``, ``high``: its 95 % interval. ``exact``:
    share of pairs of reviewers who gave a call the same points.

    ``machine_calls``: judged by the machine and a reviewer. ``machine_alpha``: agreement of the
    machine's points with the mean of the reviewers'. ``machine_bias``: mean of the machine's points
    less the reviewers'. ``machine_error``: mean absolute difference. Both are in points.
    """

    item: str
    calls: int
    reviewers: int
    alpha: float | None
    low: float | None
    high: float | None
    exact: float | None
    machine_calls: int
    machine_alpha: float | None
    machine_bias: float | None
    machine_error: float | None


def interval_alpha(units: Sequence[Sequence[float]]) -> float | None:
    """Krippendorff's alpha for points, where differences count by their square (Krippendorff 2011,
    "Computing Krippendorff's Alpha-Reliability", interval metric).

    ``units``: the points given to each call, in any order; calls with fewer than two do not count.

    >>> interval_alpha([[10, 10], [5, 5], [0, 5]])
    0.7058...
    """
    table = _table(units)
    return None if table is None else _alpha(table.sum(axis=0))


def alpha_interval(
    units: Sequence[Sequence[float]], *, rng: np.random.Generator, resamples: int = 2000
) -> tuple[float, float] | None:
    """95 % interval of ``interval_alpha`` by resampling calls.

    ``None`` if fewer than ``LEAST_CALLS`` count, or if alpha is unknown. Resamples in which all
    points are the same are left out.
    """
    table = _table(units)
    if table is None or len(table) < LEAST_CALLS or _alpha(table.sum(axis=0)) is None:
        return None
    drawn = [
        alpha for sums in resample(table, rng, resamples) if (alpha := _alpha(sums)) is not None
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def study_agreement(
    grades: Sequence[Grade], machine: Mapping[tuple[str, str], float], *, seed: int = 0
) -> tuple[ItemAgreement, ...]:
    """The agreement on every judged item, by its id.

    ``machine``: the machine's points by ``(sha256, item)``. ``seed``: of the resampling.
    """
    by_item: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for grade in grades:
        by_item[grade.item][grade.sha256][grade.reviewer] = grade.points
    rng = np.random.default_rng(seed)
    return tuple(_item(item, calls, machine, rng) for item, calls in sorted(by_item.items()))


def _item(
    item: str,
    calls: Mapping[str, Mapping[str, float]],
    machine: Mapping[tuple[str, str], float],
    rng: np.random.Generator,
) -> ItemAgreement:
    units = [list(given.values()) for given in calls.values()]
    low, high = alpha_interval(units, rng=rng) or (None, None)
    both = [(machine[sha256, item], float(np.mean(list(given.values())))) for sha256, given in calls.items()
            if (sha256, item) in machine]  # fmt: skip
    gaps = [own - people for own, people in both]
    return ItemAgreement(
        item=item,
        calls=sum(len(unit) >= 2 for unit in units),
        reviewers=len({name for given in calls.values() for name in given}),
        alpha=interval_alpha(units),
        low=low,
        high=high,
        exact=_exact(units),
        machine_calls=len(both),
        machine_alpha=interval_alpha(both),
        machine_bias=float(np.mean(gaps)) if gaps else None,
        machine_error=float(np.mean(np.abs(gaps))) if gaps else None,
    )


def _exact(units: Sequence[Sequence[float]]) -> float | None:
    pairs = [a == b for unit in units for at, a in enumerate(unit) for b in unit[at + 1 :]]
    return sum(pairs) / len(pairs) if pairs else None


def _table(units: Sequence[Sequence[float]]) -> Floats | None:
    """A row for each call with two judgements or more; ``None`` without any.

    Columns: their number, their sum, the sum of their squares, and the squared differences of all
    ordered pairs divided by their number less one.
    """
    paired = [np.asarray(unit, dtype=np.float64) for unit in units if len(unit) >= 2]
    if not paired:
        return None
    middle = float(np.mean(np.concatenate(paired)))  # sums of squares of great numbers lose digits
    return np.array([_row(points - middle) for points in paired])


def _row(points: Floats) -> list[float]:
    size, whole, squares = len(points), float(points.sum()), float((points**2).sum())
    return [size, whole, squares, 2 * (size * squares - whole**2) / (size - 1)]


def _alpha(sums: Floats) -> float | None:
    """1 - D_o / D_e from the column sums of ``_table``."""
    size, whole, squares, observed = (float(value) for value in sums)
    expected = 2 * (size * squares - whole**2)
    return (
        1 - (size - 1) * observed / expected if expected > 1e-9 * max(1.0, size * squares) else None
    )
