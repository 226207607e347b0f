"""The place of each syllable against a search of every path."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pipeline.ear import Placed, Reading
from pipeline.ear.paths import costs_of
from pipeline.ear.times import ANYTHING
from tests.ear.test_search import collapse, logs_of, some_logs

UNITS = ("", "a", "b", "c")
WILD = len(UNITS)


def best_paths(costs: np.ndarray, ids: tuple[int, ...]) -> tuple[int, ...]:
    """The best of all paths over all frames that read as ``ids``."""
    paths = itertools.product(sorted({0, *ids}), repeat=len(costs))
    return max(
        (path for path in paths if collapse(path) == ids),
        key=lambda path: sum(costs[frame, unit] for frame, unit in enumerate(path)),
    )


@pytest.mark.parametrize(
    "syllables", [("a",), ("a", "b"), ("a", "a"), ("b", None), (None, "c", "c")]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_syllable_lies_where_the_best_of_all_paths_has_it(syllables, seed):
    logs = some_logs(seed, 7)
    ids = tuple(WILD if one is None else UNITS.index(one) for one in syllables)
    costs = np.concatenate([costs_of(logs), np.full((7, 1), ANYTHING, np.float32)], axis=1)

    placed = Reading(UNITS, logs).place(syllables)

    path = [0] * 7
    for unit, one in zip(ids, placed, strict=True):
        path[one.first : one.last + 1] = [unit] * (one.last + 1 - one.first)
    assert tuple(path) == best_paths(costs, ids)
    for unit, one in zip(ids, placed, strict=True):
        assert one.score == pytest.approx(costs[one.first : one.last + 1, unit].sum(), abs=1e-5)


def test_what_has_no_reading_takes_the_sound_that_is_left_and_no_silence():
    a, b, c, silent = {"a": 0.97}, {"b": 0.97}, {"c": 0.97}, {"": 0.97}

    placed = Reading(UNITS, logs_of(a, a, silent, b, c, silent, a)).place(["a", None, "a"])

    assert [(one.first, one.last) for one in placed] == [(0, 1), (3, 4), (6, 6)]


def test_a_text_that_is_too_long_for_its_sound_is_not_placed():
    assert Reading(UNITS, some_logs(1, 3)).place(["a", "b"]) == ()


def test_a_syllable_that_was_not_said_explains_its_frames_badly():
    said = {"a": 0.97}

    (placed,) = Reading(UNITS, logs_of(said, said)).place(["c"])

    # one of the two frames is the blank's, which is as bad: 0.01 for 0.97 in both
    assert placed == Placed(0, placed.last, pytest.approx((placed.last + 1) * np.log(0.01 / 0.97)))
