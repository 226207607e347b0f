"""Calibration is blind until it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import CalibrationError
from pipeline.people.calibration import Calibration, CalibrationCall, Grade
from pipeline.store import Store
from tests.builders import a_result, a_score

AT = "2026-11-02T09:00:00+00:00"
FIRST, SECOND, THIRD = ("1" * 64, "2" * 64, "3" * 64)
HER = {"actor": "li", "at": AT}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three calls, two of them in round 1."""
    with Store.open(tmp_path / "callqa.db") as opened:
        for sha256 in (FIRST, SECOND, THIRD):
            recording = replace(a_result().recording, sha256=sha256)
            opened.results.save(a_result(recording=recording, score=a_score(80.0)), scored_at=AT)
        opened.rounds.begin("十一月", result_ids=[1, 2], reviewers=["chen", "wang", "chen"], **HER)
        yield opened
        assert opened.ledger.verify().faults == ()


def grade(store: Store, reviewer: str, sha256: str = FIRST, **points: float) -> None:
    store.rounds.grade(1, sha256, points, reviewer=reviewer, at=AT)


def test_a_round_comes_back_as_it_was_begun(store: Store):
    calls = (CalibrationCall(FIRST, 1), CalibrationCall(SECOND, 2))

    assert store.rounds.get(1) == Calibration(1, "十一月", "li", AT, None, calls, ("chen", "wang"))
    store.rounds.begin("十二月", result_ids=[3], reviewers=["a", "b"], **HER)
    assert [found.title for found in store.rounds.all()] == ["十二月", "十一月"]


@pytest.mark.parametrize(
    "wrong",
    [{"title": " "}, {"result_ids": []}, {"reviewers": ["chen", "chen"]}, {"result_ids": [9]}],
)
def test_a_round_that_can_show_nothing_is_not_begun(store: Store, wrong: dict[str, Any]):
    values = {"title": "x", "result_ids": [1], "reviewers": ["a", "b"], **wrong}
    with pytest.raises(CalibrationError):
        store.rounds.begin(values.pop("title"), **values, **HER)
    assert len(store.rounds.all()) == 1


def test_nobody_sees_what_others_or_the_machine_gave_before_the_end(store: Store):
    grade(store, "chen", a=90.0)
    grade(store, "wang", a=70.0)

    assert store.rounds.grades_by(1, "chen") == (Grade(FIRST, "chen", "a", 90.0),)
    for look in (store.rounds.grades, store.rounds.machine_grades):
        with pytest.raises(CalibrationError, match="尚未结束"):
            look(1)
    assert "90" not in repr([entry.detail for entry in store.ledger.entries("calibration 1")])


def test_after_the_end_all_is_seen_and_nothing_changed(store: Store):
    grade(store, "chen", a=90.0)
    grade(store, "chen", a=85.0)
    grade(store, "wang", SECOND, a=70.0)

    closed = store.rounds.close(1, **HER)

    assert (closed.is_open, store.rounds.close(1, **HER)) == (False, closed)
    assert store.rounds.grades(1) == (
        Grade(FIRST, "chen", "a", 85.0),
        Grade(SECOND, "wang", "a", 70.0),
    )
    assert store.rounds.machine_grades(1) == {(FIRST, "a"): 80.0, (SECOND, "a"): 80.0}
    with pytest.raises(CalibrationError, match="已结束"):
        grade(store, "chen", a=1.0)
    actions = [entry.action for entry in store.ledger.entries("calibration 1")]
    assert actions == ["calibration begun", *["calibration graded"] * 3, "calibration closed"]


@pytest.mark.parametrize(("reviewer", "sha256"), [("zhao", FIRST), ("chen", THIRD)])
def test_only_who_and_what_is_in_the_round_is_graded(store: Store, reviewer: str, sha256: str):
    with pytest.raises(CalibrationError):
        grade(store, reviewer, sha256, a=1.0)


def test_what_is_not_there_is_said(store: Store):
    for ask in (
        store.rounds.get,
        store.rounds.grades,
        lambda number: store.rounds.close(number, **HER),
    ):
        with pytest.raises(CalibrationError, match="没有校准 7"):
            ask(7)
