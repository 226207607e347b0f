"""Agreement of judgements and reliability of figures: Krippendorff's alpha, calibration."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence


def krippendorff_alpha(units: Sequence[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for named categories (Krippendorff 2011, "Computing Krippendorff's
    Alpha-Reliability").

    ``units``: the judgements of each unit, in any order; units with fewer than two do not count. 1
    is full agreement, 0 is chance. ``None`` if no unit has two judgements, or if all judgements are
    the same.

    >>> krippendorff_alpha([["a", "a"], ["b", "b"], ["a", "b"]])
    0.444...
    """
    paired = [Counter(unit) for unit in units if len(unit) >= 2]
    totals: Counter[Hashable] = Counter()
    for counts in paired:
        totals.update(counts)
    whole = totals.total()
    expected = sum(totals[a] * totals[b] for a in totals for b in totals if a != b)
    if not expected:
        return None
    observed = sum(
        counts[a] * counts[b] / (counts.total() - 1)
        for counts in paired
        for a in counts
        for b in counts
        if a != b
    )
    return 1 - (whole - 1) * observed / expected


@dataclass(frozen=True, slots=True)
class Bin:
    """Windows of similar probability: their mean, and the share that reviewers called raised."""

    count: int
    predicted: float
    observed: float


def calibration(
    probabilities: Sequence[float], raised: Sequence[bool], *, bins: int = 5
) -> tuple[Bin, ...]:
    """The reliability table, by equal widths of probability; empty bins are left out."""
    found = []
    for at in range(bins):
        own = [
            (p, y)
            for p, y in zip(probabilities, raised, strict=True)
            if min(int(p * bins), bins - 1) == at
        ]
        if own:
            found.append(
                Bin(len(own), sum(p for p, _ in own) / len(own), sum(y for _, y in own) / len(own))
            )
    return tuple(found)


def brier(probabilities: Sequence[float], raised: Sequence[bool]) -> float:
    """Mean squared error of the probabilities, 0 (best) to 1."""
    return sum((p - y) ** 2 for p, y in zip(probabilities, raised, strict=True)) / len(
        probabilities
    )
