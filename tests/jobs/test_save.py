"""Results enter a store in one way: with their versions, in a run, with people's corrections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.jobs.basis import load_basis
from pipeline.jobs.save import ResultSaver
from pipeline.settings import ScoringSettings, Settings
from pipeline.store import Store
from pipeline.types import CallResult
from tests.builders import a_decision, a_finding, a_result

AT = "2026-11-20T09:00:00+00:00"
BASIS = load_basis(Settings())
FAULT = a_finding()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "callqa.db") as opened:
        yield opened
        assert opened.ledger.verify().faults == ()


def saver(store: Store) -> ResultSaver:
    return ResultSaver.begin(store, BASIS, "score", actor="li", now=lambda: AT)


def at_model(result: CallResult, digest: str) -> CallResult:
    return replace(result, engine=replace(result.engine, model_sha256=digest * 64))


def test_a_result_is_in_a_run_and_what_judged_it_is_kept(store: Store):
    result_id = saver(store).save(a_result())

    assert [(run.command, run.results) for run in store.runs.all()] == [("score", 1)]
    assert [version for version, _ in store.versions.all("lexicon")] == [BASIS.lexicon.version]
    assert {mark for mark, _ in store.versions.all("sheet")} == {
        sheet.mark for sheet in BASIS.sheets.sheets
    }
    (entry,) = store.ledger.entries(f"result {result_id}")
    assert (entry.actor, entry.action) == ("li", "scored")


def test_what_people_corrected_is_corrected_in_the_new_result_too(store: Store):
    first = saver(store).save(a_result(findings=(FAULT,)))
    store.actions.add(first, [a_decision(FAULT)], actor="wang", at=AT)

    counting = saver(store).save(at_model(a_result(findings=(FAULT,)), "e"))

    assert store.effective.machine_of(counting) not in (first, counting)
    assert store.results.get(counting).findings == ()


def test_a_recording_is_known_while_the_result_that_counts_is_of_the_same_engine(store: Store):
    result = a_result(findings=(FAULT,))
    other = at_model(result, "e")
    sha256, save = result.recording.sha256, saver(store)
    assert save.find_scored(sha256, result.engine) == ()

    save.save(result)
    store.actions.add(1, [a_decision(FAULT)], actor="wang", at=AT)
    save.recomputer.recount(store, sha256, actor="wang", at=AT)
    assert save.find_scored(sha256, result.engine) == (result,)

    save.save(other)
    assert save.find_scored(sha256, result.engine) == ()
    assert save.find_scored(sha256, other.engine) == (other,)


def test_rules_routed_to_review_come_from_the_settings_and_from_the_store(store: Store):
    settings = Settings(scoring=ScoringSettings(review_only=("tone.raised",)))
    store.rules.set_review_only("forbidden.shirk", on=True, reason="误报多", actor="li", at=AT)

    basis = load_basis(settings, store)
    both = ("forbidden.shirk", "tone.raised")
    assert (basis.settings.scoring.review_only, basis.review_only) == (both, frozenset(both))

    store.rules.set_review_only("forbidden.shirk", on=False, reason="已改", actor="li", at=AT)
    assert basis.now_in(store).settings.scoring.review_only == ("tone.raised",)
