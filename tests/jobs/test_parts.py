"""Recordings of one conversation: each agent is judged for his own part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.jobs.basis import load_basis
from pipeline.jobs.save import ResultSaver
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult
from tests.builders import a_finding, a_result

AT = "2026-11-02T01:00:00+00:00"


@pytest.fixture(scope="module")
def basis():
    return load_basis(Settings())


def duty(basis, within: str) -> str:
    return next(
        r.id
        for r in basis.lexicon.rules
        if r.duty is not None and r.duty.within == within and r.duty.share is None
    )


def a_part(basis, call_id: str, started: str, agent: str | None, **changes: str) -> CallResult:
    """20.5 s long, without greeting and farewell."""
    lacks = tuple(
        a_finding(rule=duty(basis, within), kind="missing", start_s=0.0, end_s=20.5)
        for within in ("first", "last")
    )
    call = CallMeta(call_id, agent, "13800000000", f"2026-11-02T09:{started}")
    result = a_result(call=replace(call, **changes), findings=lacks)
    digest = call_id.encode().hex().ljust(64, "0")
    return replace(
        result,
        recording=replace(result.recording, path=call_id, sha256=digest),
        engine=replace(result.engine, scoring_version=basis.sheets.sheets[0].mark),
    )


def kept(tmp_path: Path, basis, *results: CallResult) -> list[CallResult]:
    """The effective results after these were saved in this order, twice."""
    with Store.open(tmp_path / "c.db") as store:
        saver = ResultSaver.begin(store, basis, "score", actor="t", now=lambda: AT)
        for result in results:
            saver.save(result)
        ledger = store.ledger.head()
        for result in results:
            saver.save(result)
        assert store.ledger.head() == ledger
        return [store.results.get(store.effective.of(r.recording.sha256)) for r in results]


def lacking(result: CallResult) -> list[tuple[str, str]]:
    return [(f.rule, f.verdict) for f in result.findings]


@pytest.mark.parametrize("names", [("C100-1", "C100-2"), ("C100_A", "C100_B")])
@pytest.mark.parametrize("later_first", [False, True])
def test_each_part_owes_only_its_own_duties_in_whatever_order_they_come(
    tmp_path: Path, basis, names: tuple[str, str], later_first: bool
):
    calls = [a_part(basis, names[0], "30:00", "8012"), a_part(basis, names[1], "30:25", "8013")]
    order = calls[::-1] if later_first else calls
    found = sorted(kept(tmp_path, basis, *order), key=lambda r: r.call.call_id or "")
    assert [lacking(one) for one in found] == [
        [(duty(basis, "first"), "confirmed")],
        [(duty(basis, "last"), "confirmed")],
    ]
    assert [one.part and one.part.others for one in found] == [(names[1],), (names[0],)]
    assert names[1] in found[0].score.flags[0]


@pytest.mark.parametrize(
    ("started", "agent"), [("30:02", "8013"), ("30:25", None)], ids=["overlap", "unknown agent"]
)
def test_parts_that_cannot_be_told_apart_are_for_review(
    tmp_path: Path, basis, started: str, agent: str | None
):
    first = a_part(basis, "C100-1", "30:00", "8012")
    found = kept(tmp_path, basis, first, a_part(basis, "C100-2", started, agent))
    assert {verdict for one in found for _, verdict in lacking(one)} == {"review"}


@pytest.mark.parametrize(
    ("call_id", "started", "changes"),
    [
        ("C100-2", "50:00", {}),
        ("C101-2", "30:25", {}),
        ("C100-2", "30:25", {"customer_id": "13900000000"}),
        ("C100-2", "30:25", {"started_at": None}),
        ("C100", "30:25", {}),
    ],
)
def test_calls_that_are_not_parts_stay_as_they_were(
    tmp_path: Path, basis, call_id: str, started: str, changes: dict[str, str]
):
    calls = (
        a_part(basis, "C100-1", "30:00", "8012"),
        a_part(basis, call_id, started, "8013", **changes),
    )
    assert kept(tmp_path, basis, *calls) == list(calls)
