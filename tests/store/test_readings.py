"""Reading is on record, folded: one entry for an hour of one person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store import Store

DAY = "2026-11-02T"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "callqa.db") as opened:
        yield opened
        assert opened.ledger.verify().faults == ()


def opens(store: Store, result: int, clock: str, actor: str = "chen") -> None:
    store.readings.note("opened", str(result), actor=actor, at=f"{DAY}{clock}+00:00")


def said(store: Store) -> list[tuple[str, str, list[int]]]:
    return [
        (entry.actor, entry.action, entry.detail["results"])
        for entry in store.ledger.entries()
        if entry.action in ("opened", "searched")
    ]


def test_a_morning_of_one_person_is_an_entry_an_hour(store: Store):
    for number in range(40):
        opens(store, number + 1, f"09:{number:02d}:00")
    assert said(store) == []

    opens(store, 99, "10:00:01")

    assert said(store) == [("chen", "opened", list(range(1, 41)))]
    (entry,) = store.ledger.entries("user chen")
    assert entry.detail["since"] == f"{DAY}09:00:00+00:00"
    assert entry.detail["until"] == f"{DAY}09:39:00+00:00"


def test_the_same_call_counts_once_an_hour(store: Store):
    opens(store, 1, "09:00:00")
    opens(store, 1, "09:30:00")
    opens(store, 1, "11:00:00")
    store.readings.fold(at=f"{DAY}12:00:00+00:00")

    assert said(store) == [("chen", "opened", [1]), ("chen", "opened", [1])]


def test_everybody_has_his_own_and_a_night_folds_all(store: Store):
    opens(store, 1, "09:00:00")
    opens(store, 2, "09:00:00", actor="li")
    store.readings.note("searched", "", actor="li", at=f"{DAY}09:10:00+00:00")

    store.readings.fold(at=f"{DAY}12:00:00+00:00")
    store.readings.fold(at=f"{DAY}12:00:00+00:00")

    assert said(store) == [
        ("chen", "opened", [1]),
        ("li", "opened", [2]),
        ("li", "searched", []),
    ]
