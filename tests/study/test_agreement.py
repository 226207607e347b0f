"""Agreement follows its definition in the papers, and is unknown without enough judgements."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.people.calibration import Grade
from pipeline.study.agreement import alpha_interval, interval_alpha, study_agreement

OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
PUBLISHED = [
    [float(v) for v in unit if v != "."]
    for unit in zip(*(o.split() for o in OBSERVERS), strict=True)
]


def test_alpha_is_the_published_one():
    """Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", the data of four observers
    with missing judgements: interval alpha 0.849."""
    assert interval_alpha(PUBLISHED) == pytest.approx(0.849, abs=0.0005)


def test_full_agreement_is_one_and_the_opposite_is_below_zero():
    assert interval_alpha([[1, 1], [5, 5], [9, 9]]) == 1
    assert interval_alpha([[0, 10], [10, 0]]) == pytest.approx(
        1 - 3 * 400 / (2 * 4 * 200 - 2 * 20**2)
    )


@pytest.mark.parametrize("units", [[], [[1.0]], [[1.0], [2.0]], [[3.3, 3.3], [3.3, 3.3, 3.3]]])
def test_nothing_is_said_without_pairs_or_without_any_difference(units: list[list[float]]):
    assert interval_alpha(units) is None


@given(
    st.lists(
        st.lists(st.integers(0, 10).map(float), min_size=1, max_size=4), min_size=2, max_size=8
    ),
    st.floats(0.1, 10),
    st.floats(-1000, 1000),
)
def test_the_scale_does_not_matter(units: list[list[float]], times: float, plus: float):
    alpha = interval_alpha(units)
    moved = interval_alpha([[value * times + plus for value in unit] for unit in units])

    assert (alpha is None) == (moved is None)
    if alpha is not None:
        assert moved == pytest.approx(alpha, abs=1e-6)


@given(
    st.lists(
        st.lists(st.integers(0, 10).map(float), min_size=1, max_size=4), min_size=2, max_size=6
    )
)
def test_alpha_is_what_its_definition_says(units: list[list[float]]):
    """One less observed over expected disagreement, each the mean of squared differences of
    pairs."""
    paired = [unit for unit in units if len(unit) > 1]
    values = [value for unit in paired for value in unit]
    n = len(values)
    expected = sum((a - b) ** 2 for a in values for b in values) / (n * (n - 1)) if n else 0
    observed = sum(
        sum((a - b) ** 2 for a in unit for b in unit) / (len(unit) - 1) for unit in paired
    ) / max(n, 1)

    alpha = interval_alpha(units)

    assert alpha == (pytest.approx(1 - observed / expected, abs=1e-9) if expected else None)


def test_the_interval_holds_alpha_and_narrows_with_calls():
    rng = np.random.default_rng(7)
    true = rng.uniform(0, 10, 400)
    units = [[float(t + e) for e in rng.normal(0, 1, 2)] for t in true]

    few, many = (alpha_interval(units[:size], rng=np.random.default_rng(1)) for size in (20, 400))

    assert few is not None
    assert many is not None
    assert many[0] < (interval_alpha(units) or 0) < many[1]
    assert many[1] - many[0] < (few[1] - few[0]) / 2


def test_too_few_calls_have_no_interval():
    assert alpha_interval([[1, 2]] * 4, rng=np.random.default_rng(0)) is None


def test_items_are_studied_each_and_the_machine_against_the_mean_of_people():
    given_points = {"a": (4.0, 6.0), "b": (10.0, 10.0), "c": (0.0, 0.0)}
    grades = [
        Grade(call, name, "greet", p)
        for call, two in given_points.items()
        for name, p in zip("xy", two, strict=True)
    ]
    grades.append(Grade("a", "x", "close", 3.0))

    close, greet = study_agreement(
        grades, {("a", "greet"): 7.0, ("b", "greet"): 10.0, ("z", "greet"): 1.0}
    )

    assert (greet.item, greet.calls, greet.reviewers, greet.exact) == (
        "greet",
        3,
        2,
        pytest.approx(2 / 3),
    )
    assert greet.alpha == interval_alpha(list(given_points.values()))
    assert (greet.machine_calls, greet.machine_bias, greet.machine_error) == (2, 1.0, 1.0)
    assert greet.machine_alpha == interval_alpha([(7.0, 5.0), (10.0, 10.0)])
    assert (close.calls, close.alpha, close.exact, close.machine_calls, close.machine_bias) == (
        0,
        None,
        None,
        0,
        None,
    )


def test_one_seed_gives_one_answer():
    grades = [
        Grade(str(at), name, "i", p)
        for at, unit in enumerate(PUBLISHED)
        for name, p in zip("abcd", unit, strict=False)
    ]

    assert study_agreement(grades, {}, seed=3) == study_agreement(grades, {}, seed=3)
