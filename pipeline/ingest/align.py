"""The clocks of two files that hold the sides of one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.sound import blocks
from pipeline.types import SAMPLE_RATE, Seconds, Series

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK = SAMPLE_RATE // 10
"""Samples of a block of activity: 0.1 s."""

OVER_FLOOR = 10.0
"""A block is active from this ratio of its power to the quiet blocks' power: 10 dB (our choice)."""

NEAR_S: Seconds = 10.0
NEAR_SHARE = 0.1
"""Files whose lengths differ by more than both, the second as a share of the longer one, are
noted: one side may have been cut off. Less is usual, since recorders stop a side with its last packet
(our choice)."""

LEAST_TOGETHER_S: Seconds = 3.0
MOST_TOGETHER = 0.15
"""Sides that speak at once for longer than both, the second as a share of the side that speaks less,
may have different clocks. On two-channel calls that share lies under 0.1 (16 calls)."""

BETTER = 0.25
"""Another start of the shorter file is believed if it leaves at most this share of the talk at once
(our choice: a wrong start leaves as much as chance does)."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Samples of silence before each side. ``doubt``: in Chinese why the clocks are not sure, empty
    if they are. ``notes``: what was done, in Chinese."""

    first_lead: int
    second_lead: int
    notes: tuple[str, ...] = ()
    doubt: str = ""


def align(first: Series, second: Series) -> Alignment:
    """How two sides lie against each other, as turns are taken.

    Files of one length began together. If one is shorter, it began with the other, unless both then
    speak at once and a later start ends that. Where neither is clear, they are taken to begin
    together and ``doubt`` says so. Silence on a side gives no doubt.
    """
    short_s = abs(len(first) - len(second)) / SAMPLE_RATE
    speaks = _activity(first), _activity(second)
    least = min(int(speaks[0].sum()), int(speaks[1].sum()))
    together = _together(*speaks, 0, 0)
    is_bad = together * 0.1 > LEAST_TOGETHER_S and together > MOST_TOGETHER * least
    if not is_bad:
        longer_s = max(len(first), len(second)) / SAMPLE_RATE
        is_far = short_s > max(NEAR_S, NEAR_SHARE * longer_s)
        note = (f"两个文件的长度相差 {short_s:.0f} 秒，较短的一侧可能不全",) if is_far else ()
        return Alignment(0, 0, note)
    room = abs(len(speaks[0]) - len(speaks[1]))
    is_first_short = len(speaks[0]) < len(speaks[1])
    steps = range(1, room + 1)
    left = [_together(*speaks, *((step, 0) if is_first_short else (0, step))) for step in steps]
    if left and min(left) <= BETTER * together:
        step = _middle_of_best(left) + 1
        lead = min(step * BLOCK, abs(len(first) - len(second)))
        said = f"两个文件的开始相差约 {lead / SAMPLE_RATE:.1f} 秒，已按对话对齐"
        return Alignment(*((lead, 0) if is_first_short else (0, lead)), (said,))
    doubt = "两个文件的时间对不齐，听不出两个人同时说话"
    return Alignment(0, 0, (), doubt)


def _middle_of_best(left: Sequence[int]) -> int:
    """The middle of the first stretch of starts that leave the least."""
    best = left.index(min(left))
    end = best
    while end + 1 < len(left) and left[end + 1] == left[best]:
        end += 1
    return (best + end) // 2


def _together(
    first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_], lead: int, lead2: int
) -> int:
    """Blocks in which both are active, each after its lead of blocks."""
    start, start2 = max(0, lead2 - lead), max(0, lead - lead2)
    one, other = first[start:], second[start2:]
    length = min(len(one), len(other))
    return int(np.count_nonzero(one[:length] & other[:length]))


def _activity(samples: Series) -> npt.NDArray[np.bool_]:
    """Whether each block of 0.1 s is loud for this side."""
    power = np.array(
        [
            float(np.mean(np.square(block[at : at + BLOCK], dtype=np.float64)))
            for block in blocks(samples, 100 * BLOCK)
            for at in range(0, len(block), BLOCK)
        ]
    )
    if not len(power):
        return np.zeros(0, np.bool_)
    floor = max(float(np.percentile(power, 20)) * OVER_FLOOR, float(power.max()) / 1000, 1e-8)
    return np.asarray(power > floor)
