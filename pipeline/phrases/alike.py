"""Find phrases in a text by how it sounds: the cheapest alignment of each phrase with any part of
it.

Of thousands of phrases only those whose every syllable has something like it in the text are
aligned at all, so that the time hardly grows with the lexicon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.phrases.sound import GAP, WEAK_GAP, Costs, Ids, Soundboard

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_SYLLABLES = 3
"""Shorter phrases have too many harmless sound-alikes (our choice)."""

BUDGET = 0.25
"""Distance a syllable up to which a stretch of text is found; ``matching.FAR`` narrows it for short
phrases."""

ROUNDING = 1e-4
"""Sums of single precision that should be equal differ by less."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Phrase number ``index`` sounds like characters ``start``..``end``; ``distance`` is for a
    syllable."""

    index: int
    start: int
    end: int
    distance: float


class SoundIndex:
    """Phrases prepared for the search. Position in ``phrases`` is the index that a hit carries."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._board = Soundboard()
        usable = [(i, phrase) for i, phrase in enumerate(phrases) if len(phrase) >= LEAST_SYLLABLES]
        width = max((len(phrase) for _, phrase in usable), default=0)
        self._index = np.array([i for i, _ in usable], np.int32)
        self._lengths = np.array([len(phrase) for _, phrase in usable], np.int32)
        self._ids = np.zeros((len(usable), width), np.int32)
        self._gaps = np.zeros((len(usable), width), np.float32)
        self._inside = np.arange(width)[None, :] < self._lengths[:, None]
        numbers = self._board.ids_of_all([phrase for _, phrase in usable])
        for row, (_, phrase) in enumerate(usable):
            self._ids[row, : len(phrase)] = numbers[row]
            self._gaps[row, : len(phrase)] = self._board.gaps(phrase)
        self._pairs, self._pair_numbers = _pairs_of(self._ids)
        self._budgets = self._lengths * np.float32(BUDGET) + np.float32(ROUNDING)
        self._board.table()

    def find(self, text: str) -> tuple[Alike, ...]:
        """All phrases within their budget, each at its best places that do not overlap, by place.

        A place where the text has the very characters of the phrase is found as well, at distance
        0."""
        if not text or not len(self._index):
            return ()
        ids = self._board.ids(text)
        table = self._board.table()
        rows = self._within_budget(ids, table, self._possible(ids, table))
        if not len(rows):
            return ()
        ends, starts = self._align(ids, table, rows)
        found = [
            Alike(int(self._index[row]), begin, end, cost / int(self._lengths[row]))
            for k, row in enumerate(rows)
            for begin, end, cost in _best_places(
                ends[:, k], starts[:, k], float(self._budgets[row])
            )
        ]
        return tuple(sorted(found, key=lambda alike: (alike.start, alike.end, alike.index)))

    def _possible(self, ids: Ids, table: Costs) -> Ids:
        """Rows of phrases that can stay in their budget if each pair of syllables, the first and
        second, the third and fourth and so on, may take its best place anywhere in the text."""
        near = table[ids].min(axis=0)
        rows = np.flatnonzero(self._least(np.minimum(near[self._ids], self._gaps)) <= self._budgets)
        first, second = self._pairs
        here = np.unique(self._pair_numbers[rows])
        best = np.zeros(len(first), np.float32)
        best[here] = self._cheapest(ids, table, near, first[here], second[here])
        kept: Ids = rows[best[self._pair_numbers[rows]].sum(axis=1) <= self._budgets[rows]].astype(
            np.int32
        )
        return kept

    def _least(self, costs: Costs) -> Costs:
        return np.where(self._inside, costs, 0).sum(axis=1)  # type: ignore[no-any-return]

    @staticmethod
    def _cheapest(ids: Ids, table: Costs, near: Costs, first: Ids, second: Ids) -> Costs:
        """float32 (n,): the least that each pair of syllables costs; 0 for the empty syllable."""
        lone = np.minimum(near, WEAK_GAP)
        lone[0] = 0.0
        apart = near[first] + near[second] + GAP
        together = (
            np.min(table[ids[:-1]][:, first] + table[ids[1:]][:, second], axis=0)
            if len(ids) > 1
            else apart
        )
        one_left_out = np.minimum(lone[first] + WEAK_GAP, lone[second] + WEAK_GAP)
        found = np.minimum(np.minimum(together, apart), one_left_out)
        return np.where(second == 0, lone[first], found).astype(np.float32)

    def _within_budget(self, ids: Ids, table: Costs, rows: Ids) -> Ids:
        """Those of ``rows`` that have an alignment within their budget: the same costs as
        ``_align``, all places in the text at once and without their starts, by increasing length of
        the phrase."""
        rows = rows[np.argsort(self._lengths[rows], kind="stable")]
        lengths = self._lengths[rows]
        slope = np.arange(len(ids), dtype=np.float32) * np.float32(GAP)
        cost = np.zeros((len(rows), len(ids) + 1), np.float32)
        least = np.full(len(rows), np.inf, np.float32)
        for i in range(int(lengths.max(initial=0))):
            going = int(np.searchsorted(lengths, i, side="right"))
            own, gap = rows[going:], self._gaps[rows[going:], i][:, None]
            before = cost[going:]
            new = np.minimum(before[:, :-1] + table[self._ids[own, i]][:, ids], before[:, 1:] + gap)
            new = np.minimum.accumulate(new - slope, axis=1) + slope
            cost[going:, 1:] = new
            cost[going:, 0] = before[:, 0] + gap[:, 0]
            done = lengths[going:] == i + 1
            least[going:][done] = new[done].min(axis=1)
        kept: Ids = np.sort(rows[least <= self._budgets[rows]])
        return kept

    def _align(self, ids: Ids, table: Costs, rows: Ids) -> tuple[Costs, Ids]:
        """float32 and int32 (len(ids), len(rows)): for each end in the text the cost of the best
        alignment of the whole phrase that ends there, and the character where it starts."""
        width = int(self._lengths[rows].max())
        phrase_ids, gaps, lengths = (
            self._ids[rows, :width],
            self._gaps[rows, :width],
            self._lengths[rows],
        )
        left_out = np.concatenate(
            [np.zeros((len(rows), 1), np.float32), np.cumsum(gaps, axis=1)], axis=1
        )
        cost, start = left_out.copy(), np.zeros((len(rows), width + 1), np.int32)
        ends = np.empty((len(ids), len(rows)), np.float32)
        starts = np.empty((len(ids), len(rows)), np.int32)
        every = np.arange(len(rows))
        for at, syllable in enumerate(ids):
            met = table[syllable][phrase_ids]
            cost, start = _step(cost, start, met, gaps, at)
            ends[at], starts[at] = cost[every, lengths], start[every, lengths]
        return ends, starts


def _pairs_of(ids: Ids) -> tuple[tuple[Ids, Ids], Ids]:
    """The different pairs of neighbouring syllables (first, second) of all phrases, and for each
    phrase the numbers of its own, int32 (phrases, pairs). A last odd syllable is paired with 0."""
    even = np.pad(ids, ((0, 0), (0, ids.shape[1] % 2)))
    pairs = even.reshape(len(ids), even.shape[1] // 2, 2)
    different, numbers = np.unique(pairs.reshape(-1, 2), axis=0, return_inverse=True)
    return (different[:, 0].astype(np.int32), different[:, 1].astype(np.int32)), numbers.reshape(
        pairs.shape[:2]
    ).astype(np.int32)


def _step(cost: Costs, start: Ids, met: Costs, gaps: Costs, at: int) -> tuple[Costs, Ids]:
    """One more character of text. ``cost`` (k, n + 1) by how much of the phrase is done; the same
    for ``start``. A phrase may start anywhere at no cost."""
    new, begun = np.zeros_like(cost), np.empty_like(start)
    begun[:, 0] = at + 1
    for i in range(1, cost.shape[1]):
        same = cost[:, i - 1] + met[:, i - 1]
        extra = cost[:, i] + GAP
        missed = new[:, i - 1] + gaps[:, i - 1]
        best = np.minimum(np.minimum(same, extra), missed)
        new[:, i] = best
        begun[:, i] = np.where(
            best == same,
            start[:, i - 1] if i > 1 else at,
            np.where(best == extra, start[:, i], begun[:, i - 1]),
        )
    return new, begun


def _best_places(
    ends: npt.NDArray[np.float32], starts: npt.NDArray[np.int32], budget: float
) -> list[tuple[int, int, float]]:
    """The cheapest places (start, end, cost) within the budget, none overlapping a cheaper one."""
    taken: list[tuple[int, int, float]] = []
    for end in sorted(np.flatnonzero(ends <= budget), key=lambda at: (ends[at], at)):
        place = (int(starts[end]), int(end) + 1, float(ends[end]))
        if place[0] < place[1] and all(
            place[1] <= other[0] or other[1] <= place[0] for other in taken
        ):
            taken.append(place)
    return taken
