"""The search for phrases against a search of every path."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ear import PhraseSearch, Place
from pipeline.ear.paths import costs_of, find_ends, score_whole, summed

UNITS = ("", "a", "b", "c")


def logs_of(*frames: dict[str, float]) -> np.ndarray:
    """A frame is given by the probabilities of some units; the others share the rest."""
    rows = []
    for frame in frames:
        rest = (1 - sum(frame.values())) / (len(UNITS) - len(frame))
        rows.append([frame.get(unit, rest) for unit in UNITS])
    return np.log(np.array(rows, np.float32))


def some_logs(seed: int, frames: int, units: int = len(UNITS)) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(frames, units)) * 3
    return (drawn - np.log(np.exp(drawn).sum(axis=1, keepdims=True))).astype(np.float32)


def collapse(path: tuple[int, ...]) -> tuple[int, ...]:
    """What a path reads, by the definition of CTC: repeats joined, then blanks left out."""
    return tuple(unit for unit, _ in itertools.groupby(path) if unit)


def best_by_all_paths(costs: np.ndarray, ids: tuple[int, ...]) -> float:
    """The best cost of any stretch of frames that begins and ends with a unit of the phrase."""
    best = -np.inf
    frames = range(len(costs))
    for first in frames:
        for end in range(first + 1, len(costs) + 1):
            for path in itertools.product(sorted({0, *ids}), repeat=end - first):
                if path[0] and path[-1] and collapse(path) == ids:
                    best = max(best, sum(costs[first + t, unit] for t, unit in enumerate(path)))
    return best


@pytest.mark.parametrize("ids", [(1, 2, 3), (1, 1, 2), (2, 2, 2), (1, 2, 1)])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_best_path_is_that_of_all_paths_tried_one_by_one(ids, seed):
    costs = costs_of(some_logs(seed, 6))

    found = find_ends(summed(costs), np.array([ids], np.int32)).score.max()

    assert found == pytest.approx(best_by_all_paths(costs, ids), abs=1e-5)


@pytest.mark.parametrize("ids", [(), (1,), (1, 1), (2, 3, 2)])
def test_a_text_over_a_whole_stretch_is_scored_by_its_best_path_with_blanks_around(ids):
    costs = costs_of(some_logs(3, 6))
    paths = itertools.product(range(len(UNITS)), repeat=len(costs))
    best = max(
        sum(costs[t, unit] for t, unit in enumerate(path))
        for path in paths
        if collapse(path) == ids
    )

    assert score_whole(some_logs(3, 6), [ids]) == [pytest.approx(best, abs=1e-5)]


def test_a_text_with_more_syllables_than_frames_has_no_path():
    assert score_whole(some_logs(3, 3), [(1, 1, 1)]) == [-np.inf]


def test_a_phrase_is_where_it_is_read_with_its_first_and_last_frame():
    logs = logs_of(
        {"": 0.97}, {"a": 0.97}, {"b": 0.97}, {"b": 0.97}, {"": 0.97}, {"c": 0.97}, {"": 0.97}
    )

    assert PhraseSearch(UNITS, [("a", "b", "c")]).find(logs) == (Place(0, 1, 5, 0.0),)


def test_a_phrase_said_twice_is_found_twice():
    once = [{"a": 0.97}, {"b": 0.97}, {"c": 0.97}, {"": 0.97}]

    found = PhraseSearch(UNITS, [("a", "b", "c")]).find(logs_of(*once, *once))

    assert [(place.first, place.last) for place in found] == [(0, 2), (4, 6)]


def test_a_doubled_syllable_needs_a_blank_between():
    search = PhraseSearch(UNITS, [("a", "a", "b")])
    joined = logs_of({"a": 0.97}, {"a": 0.97}, {"a": 0.97}, {"b": 0.97})
    apart = logs_of({"a": 0.97}, {"": 0.97}, {"a": 0.97}, {"b": 0.97})

    assert [place.score for place in search.find(apart)] == [0.0]
    assert search.find(joined)[0].score == pytest.approx(np.log(0.01 / 0.97) / 3, abs=1e-4)


def test_short_phrases_and_those_with_a_strange_syllable_are_not_searched():
    search = PhraseSearch(UNITS, [("a", "b"), ("a", "x", "b")])

    assert search.find(logs_of({"a": 0.97}, {"b": 0.97}, {"c": 0.97})) == ()


def test_no_frames_and_no_phrases_give_nothing():
    assert PhraseSearch(UNITS, []).find(some_logs(1, 5)) == ()
    assert PhraseSearch(UNITS, [("a", "b", "c")]).find(np.zeros((0, 4), np.float32)) == ()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), frames=st.integers(1, 60), floor=st.floats(-4, -0.5))
def test_the_filter_loses_no_phrase(seed, frames, floor):
    draw = np.random.default_rng(seed)
    units = tuple("_abcdefgh")
    logs = some_logs(seed, frames, len(units))
    drawn = {tuple(map(str, draw.choice(units[1:], draw.integers(3, 7)))) for _ in range(60)}
    phrases = sorted(drawn)
    sums = summed(costs_of(logs))

    found = {place.index for place in PhraseSearch(units, phrases, floor=floor).find(logs)}

    for index, phrase in enumerate(phrases):
        ids = np.array([[units.index(syllable) for syllable in phrase]], np.int32)
        score = float(find_ends(sums, ids).score.max()) / len(phrase)
        assert (index in found) == (score >= floor) or abs(score - floor) < 1e-3


def test_a_phrase_does_not_go_over_a_barred_frame():
    logs = logs_of({"a": 0.97}, {"": 0.97}, {"b": 0.97}, {"c": 0.97})
    search = PhraseSearch(UNITS, [("a", "b", "c")])

    assert len(search.find(logs)) == 1
    assert search.find(logs, bars=[1]) == ()
