"""When each syllable of a text was said: the best path of all of them through a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.ear.paths import BLANK, costs_of, leave, stay, summed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ear.head import LogProbabilities

ANYTHING = np.float32(-0.5)
"""Cost of a frame for what has no syllable, such as a number, whose reading is not known: silence
is better where it is silent, and a syllable where one is surely heard (our choice)."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A syllable in frames ``first`` to ``last``, both included. ``score``: 0 at most, how much
    worse it explains them than the best reading of them."""

    first: int
    last: int
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the ear read of a window: the log probability of each of ``units`` in each frame."""

    units: Sequence[str]
    logs: LogProbabilities

    def knows(self, syllables: Sequence[str]) -> bool:
        """Whether the ear can tell all of these."""
        return set(syllables) <= set(self.units)

    def place(self, syllables: Sequence[str | None]) -> tuple[Placed, ...]:
        """Each syllable on the best path of all of them over all frames. ``None`` may sound like
        anything. Nothing where there are too few frames.
        """
        numbers = {unit: number for number, unit in enumerate(self.units)}
        anything = len(self.units)
        ids = [anything if one is None else numbers[one] for one in syllables]
        if not ids or 2 * len(ids) > len(self.logs):
            return ()
        costs = costs_of(self.logs)
        filled = np.full((len(costs), 1), ANYTHING, np.float32)
        return _best_path(np.concatenate((costs, filled), axis=1), ids)


def _best_path(costs: LogProbabilities, ids: Sequence[int]) -> tuple[Placed, ...]:
    sums = summed(costs)
    blank = sums[BLANK][None, :]
    frames = np.arange(len(costs), dtype=np.int32)[None, :]
    entry, score = blank[:, :-1], blank[:, :-1]
    begins, ends = [], []
    for at, unit in enumerate(ids):
        own = sums[unit][None, :]
        score, begin = stay(entry - own[:, :-1], frames)
        score = score + own[:, 1:]
        repeats = np.array([at + 1 < len(ids) and unit == ids[at + 1]])
        entry, end = leave(score, frames, blank, repeats)
        begins.append(begin[0])
        ends.append(end[0])
    last = int((score[0] + blank[0, -1] - blank[0, 1:]).argmax())
    placed: list[Placed] = []
    for at in reversed(range(len(ids))):
        first = int(begins[at][last])
        own = sums[ids[at]]
        placed.append(Placed(first, last, float(own[last + 1] - own[first])))
        last = int(ends[at - 1][first]) if at else 0
    return tuple(reversed(placed))
