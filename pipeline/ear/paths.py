"""Paths of CTC through log probabilities: a sequence of units with blanks between them.

A cost is the log probability of a unit in a frame less that of the frame's best unit, so it is 0
for what the ear would read by itself and negative for anything else. The sum over a path is the
logarithm of how much worse the sequence explains the frames than the best reading of them. A path
gives each unit one frame or more, then any number of blanks; two equal units in a row need a blank
between them (Graves 2006).

All functions take many sequences at once and all frames at once: a unit that lasts from frame b to
t costs a difference of two sums, so the best b of every t is a running maximum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ear.head import LogProbabilities

Costs = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]

BLANK = 0


class Ends(NamedTuple):
    """Best paths by their last frame: ``score`` (sequences, frames), 0 at most, -inf where no path
    can end, and ``begin``, the first frame of each."""

    score: Costs
    begin: Ids


def costs_of(logs: LogProbabilities) -> npt.NDArray[np.float32]:
    """float32 (frames, units): 0 for the best unit of a frame, negative for others."""
    costs: npt.NDArray[np.float32] = logs - logs.max(axis=1, keepdims=True)
    return costs


def summed(costs: npt.NDArray[np.float32]) -> Costs:
    """float64 (units, frames + 1): the costs of each unit up to a frame, which is left out."""
    sums = np.zeros((costs.shape[1], costs.shape[0] + 1))
    np.cumsum(costs.T, axis=1, out=sums[:, 1:], dtype=np.float64)
    return sums


def find_ends(sums: Costs, ids: Ids, *, anchored: bool = False) -> Ends:
    """The best path of each sequence for each last frame of its last unit.

    ``ids`` (sequences, n): sequences of one length. A path begins in any frame at no cost, or
    (``anchored``) in the first one, with blanks before the first unit at their cost.
    """
    frames = sums.shape[1] - 1
    blank = sums[BLANK][None, :]
    entry = np.zeros((len(ids), frames))
    if anchored:
        entry += blank[:, :-1]
    begin = np.broadcast_to(np.arange(frames, dtype=np.int32), entry.shape)
    for at in range(ids.shape[1]):
        own = sums[ids[:, at]]
        score, begin = stay(entry - own[:, :-1], begin)
        score += own[:, 1:]
        if at + 1 == ids.shape[1]:
            break
        entry, begin = leave(score, begin, blank, ids[:, at] == ids[:, at + 1])
    return Ends(score, begin)


def stay(gain: Costs, begin: Ids) -> tuple[Costs, Ids]:
    """The running maximum over frames, and the ``begin`` of the frame that it came from; the
    earliest of equal ones."""
    most = np.maximum.accumulate(gain, axis=1)
    rises = np.ones(gain.shape, bool)
    rises[:, 1:] = most[:, 1:] > most[:, :-1]
    frames = np.arange(gain.shape[1], dtype=np.int32)
    came_from = np.maximum.accumulate(np.where(rises, frames, 0), axis=1)
    return most, np.take_along_axis(begin, came_from, axis=1)


def leave(
    score: Costs, begin: Ids, blank: Costs, repeats: npt.NDArray[np.bool_]
) -> tuple[Costs, Ids]:
    """What the next unit can enter with in each frame: right after the unit, or after blanks; only
    after blanks where it ``repeats`` the unit."""
    silent, silent_begin = stay(score[:, :-1] - blank[:, 1:-1], begin[:, :-1])
    silent = silent + blank[:, 1:-1]
    # silent[:, t]: the unit ended at t or before, blanks up to t; at t itself no blank yet
    after = np.full_like(score, -np.inf)
    after_begin = np.zeros_like(begin)
    after[:, 1:], after_begin[:, 1:] = silent, silent_begin
    if repeats.any():
        after[repeats, 1:] = -np.inf
        after[repeats, 2:] = silent[repeats, :-1] + (blank[:, 2:-1] - blank[:, 1:-2])
        after_begin[repeats, 2:] = silent_begin[repeats, :-1]
    return after, after_begin


def score_whole(logs: LogProbabilities, sequences: Sequence[Sequence[int]]) -> list[float]:
    """The best path of each sequence over all frames, with blanks before and behind; -inf where
    there are too few frames for it. An empty sequence is silence."""
    sums = summed(costs_of(logs))
    behind = sums[BLANK, -1] - sums[BLANK, 1:]
    scores = [float(sums[BLANK, -1])] * len(sequences)
    for length in {len(ids) for ids in sequences} - {0}:
        own = [number for number, ids in enumerate(sequences) if len(ids) == length]
        ids = np.array([sequences[number] for number in own], np.int32)
        ends = find_ends(sums, ids, anchored=True).score
        for number, score in zip(own, (ends + behind).max(axis=1, initial=-np.inf), strict=True):
            scores[number] = float(score)
    return scores
