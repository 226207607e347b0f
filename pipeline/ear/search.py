"""Search thousands of phrases in the log probabilities of one window.

A phrase is somewhere if its best path there costs at most ``floor`` a syllable. Two bounds, each at
least as good as any path, leave few phrases for the exact search:

1. the best frame of each syllable, wherever it is;
2. the same path in blocks of frames: a syllable is entered in a block at the cost of its best frame
   there, and stays, itself or the blank behind it, at the better of both in each frame.

No phrase is lost by them: tests compare with a search of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.ear.paths import Costs, Ids, costs_of, find_ends, summed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.ear.head import LogProbabilities
    from pipeline.ear.spelling import Syllables

LEAST_SYLLABLES = 3
"""Shorter phrases are not searched: they sound like too much that is harmless."""

FLOOR = -2.0
"""Score a syllable from which a place is reported. From -1.5 on nearly all are said, or a variant
is; what lies below says no more than that the phrase was not heard."""

BLOCK = 4
"""Frames of a block of the second bound: 0.08 s, the length of a short syllable's core."""

BARRED = np.float32(-1e4)
"""Cost of everything in a barred frame."""

ROUNDING = 1e-3
"""Sums in single precision differ by less."""


@dataclass(frozen=True, slots=True)
class Place:
    """Phrase number ``index`` in frames ``first`` to ``last``, both included. ``score``: a syllable,
    0 at most."""

    index: int
    first: int
    last: int
    score: float


class PhraseSearch:
    """Phrases made ready for the units of one head. A phrase with a syllable that the head does not
    know, or with fewer than ``LEAST_SYLLABLES``, is never found."""

    def __init__(
        self, units: Sequence[str], phrases: Sequence[Syllables], *, floor: float = FLOOR
    ) -> None:
        numbers = {unit: number for number, unit in enumerate(units)}
        usable = [
            (index, [numbers[syllable] for syllable in phrase])
            for index, phrase in enumerate(phrases)
            if len(phrase) >= LEAST_SYLLABLES and all(syllable in numbers for syllable in phrase)
        ]
        usable.sort(key=lambda pair: len(pair[1]))
        self.phrases = tuple(phrases)
        self._floor = floor
        self._index = [index for index, _ in usable]
        self._lengths = np.array([len(ids) for _, ids in usable], np.int32)
        self._ids = np.full((len(usable), int(self._lengths.max(initial=0))), len(units), np.int32)
        for row, (_, ids) in enumerate(usable):
            self._ids[row, : len(ids)] = ids
        self._least = (self._lengths * np.float32(floor) - ROUNDING).astype(np.float32)

    def find(self, logs: LogProbabilities, *, bars: Sequence[int] = ()) -> tuple[Place, ...]:
        """The best places of each phrase that do not overlap, by place. ``bars``: frames that no
        phrase may go over."""
        if not len(logs) or not len(self._index):
            return ()
        costs = costs_of(logs)
        costs[list(bars)] = BARRED
        rows = self._in_blocks(costs, self._possible(costs))
        found = self._exactly(costs, rows)
        return tuple(sorted(found, key=lambda place: (place.first, place.last, place.index)))

    def _possible(self, costs: npt.NDArray[np.float32]) -> Ids:
        """Rows whose syllables all occur somewhere, in whatever order."""
        best = np.append(costs.max(axis=0), np.float32(0.0))
        rows: Ids = np.flatnonzero(best[self._ids].sum(axis=1) >= self._least).astype(np.int32)
        return rows

    def _in_blocks(self, costs: npt.NDArray[np.float32], rows: Ids) -> Ids:
        """Those of ``rows``, which are in order of length, that the second bound leaves."""
        blocks = -(-len(costs) // BLOCK)
        padded = np.zeros((blocks * BLOCK, costs.shape[1]), np.float32)
        padded[: len(costs)] = costs
        padded[len(costs) :] = costs[-1:]
        parts = padded.reshape(blocks, BLOCK, -1)
        enter = np.ascontiguousarray(parts.max(axis=1).T)
        stay = np.cumsum(np.maximum(parts, parts[:, :, :1]).sum(axis=1), axis=0).T
        stay = np.ascontiguousarray(stay, np.float32)
        entered = np.zeros((len(rows), blocks), np.float32)
        lengths = self._lengths[rows]
        kept: list[Ids] = []
        for at in range(int(lengths.max(initial=0))):
            ids = self._ids[rows, at]
            entered = entered + enter[ids]
            most = entered.max(axis=1)
            enough = most >= self._least[rows]
            kept.append(rows[enough & (lengths == at + 1)])
            going = enough & (lengths > at + 1)
            rows, lengths, entered = rows[going], lengths[going], entered[going]
            own = stay[self._ids[rows, at]]
            stayed = np.maximum.accumulate(entered - own, axis=1) + own
            np.maximum(entered[:, 1:], stayed[:, :-1], out=entered[:, 1:])
        return np.concatenate(kept) if kept else rows

    def _exactly(self, costs: npt.NDArray[np.float32], rows: Ids) -> Iterator[Place]:
        """The best places of the phrases of ``rows``."""
        sums = summed(costs) if len(rows) else None
        for length in np.unique(self._lengths[rows]):
            own = rows[self._lengths[rows] == length]
            assert sums is not None
            ends = find_ends(sums, self._ids[own, :length])
            for number in np.flatnonzero(ends.score.max(axis=1) >= self._least[own]):
                index = self._index[own[number]]
                for first, last, score in best_places(
                    ends.score[number], ends.begin[number], float(self._least[own[number]])
                ):
                    yield Place(index, first, last, score / int(length))


def best_places(score: Costs, begin: Ids, least: float) -> list[tuple[int, int, float]]:
    """First frame, last frame and score of the best paths, none overlapping a better one. Of equal
    ones the last end: the syllable goes on."""
    taken: list[tuple[int, int, float]] = []
    ends = np.flatnonzero(score >= least)
    for last in sorted(ends, key=lambda at: (-score[at], -at)):
        first = int(begin[last])
        if all(last < other[0] or other[1] < first for other in taken):
            taken.append((first, int(last), float(score[last])))
    return taken
