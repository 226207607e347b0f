"""Corrections stay when a call is scored again: by a new sheet, by new words, by other rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.call.written import check_conversation
from pipeline.imports.read_texts import Conversation
from pipeline.jobs.basis import JudgingBasis, load_basis
from pipeline.jobs.correct import Corrector, Recomputer
from pipeline.jobs.rescore import rescore_stored, save_rescored
from pipeline.jobs.save import keep_versions
from pipeline.lexicon import LEXICON_FOLDER
from pipeline.people.actions import FindingKey, NewAction
from pipeline.phrases import PhraseBook
from pipeline.settings import ScoringSettings, Settings
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult
from tests.builders import a_decision, a_finding
from tests.jobs.corrected_call import (
    AT,
    BASIS,
    LATER,
    LEXICON,
    SAID,
    SHA,
    SHEETS,
    act,
    forbidden,
    scored,
)


def rescore(store: Store, basis: JudgingBasis) -> int:
    basis = basis.now_in(store)
    keep_versions(store, basis.lexicon, basis.sheets)
    run_id = store.runs.begin("rescore", started_at=LATER)
    ids = store.results.effective_ids()
    for chunk in rescore_stored(store.path, ids, basis, scored_at=LATER, workers=1):
        save_rescored(store, chunk, run_id=run_id, actor="wang", recount=pytest.fail)
    return run_id


@pytest.fixture
def harsher(tmp_path: Path) -> JudgingBasis:
    """A sheet that takes ten points for every forbidden phrase."""
    text = (LEXICON_FOLDER / "scoring" / "default.yaml").read_text(encoding="utf-8")
    assert "points: rule" in text
    path = tmp_path / "harsher.yaml"
    path.write_text(text.replace("points: rule", "points: 10"), encoding="utf-8")
    return load_basis(Settings(), sheet=path)


def test_a_new_sheet_keeps_decisions(
    store: Store, reviser: Corrector, machine: CallResult, harsher: JudgingBasis
):
    first = store.results.save(machine, scored_at=AT)
    act(reviser, store, a_decision(forbidden(machine)[0]))
    corrected = store.results.get(store.effective.of(SHA))

    run_id = rescore(store, harsher)

    counting = store.effective.of(SHA)
    again = store.results.get(store.effective.machine_of(counting))
    assert store.effective.machine_of(counting) != first
    assert again.engine.scoring_version != machine.engine.scoring_version
    assert [FindingKey.of(f) for f in again.findings] == [
        FindingKey.of(f) for f in machine.findings
    ]
    assert [FindingKey.of(f) for f in store.results.get(counting).findings] == [
        FindingKey.of(f) for f in corrected.findings
    ]
    assert store.runs.ids_of(run_id) == {SHA: counting}
    assert [(run.id, run.results) for run in store.runs.all()] == [(run_id, 1)]
    assert store.runs.earlier(counting) == store.effective.versions_of(SHA)[1].id


def test_an_appeal_after_a_new_sheet_is_decided_by_the_sheet_of_the_call(
    store: Store, machine: CallResult, tmp_path: Path
):
    text = (LEXICON_FOLDER / "scoring" / "default.yaml").read_text(encoding="utf-8")
    old = replace(machine, engine=replace(machine.engine, scoring_version="default-0ld"))
    store.versions.keep("sheet", "default-0ld", text.replace("points: rule", "points: 10"))
    store.results.save(old, scored_at=AT)
    faults = forbidden(machine)

    counting = act(
        Corrector.load(store, BASIS), store, *(a_decision(f, "confirmed") for f in faults)
    )

    taken = [f.points for f in forbidden(store.results.get(counting))]
    assert store.results.get(counting).engine.scoring_version == "default-0ld"
    assert taken[0] == -10


def test_acts_between_reading_and_saving_are_not_lost(
    store: Store, reviser: Corrector, machine: CallResult, harsher: JudgingBasis
):
    store.results.save(machine, scored_at=AT)
    keep_versions(store, harsher.lexicon, harsher.sheets)
    (chunk,) = rescore_stored(
        store.path, store.results.effective_ids(), harsher, scored_at=LATER, workers=1
    )
    act(reviser, store, *(a_decision(f) for f in forbidden(machine)))
    run_id = store.runs.begin("rescore", started_at=LATER)
    recounter = Recomputer(harsher)

    save_rescored(
        store, chunk, run_id=run_id, actor="wang",
        recount=lambda sha256: recounter.recount(store, sha256, actor="wang", at=LATER, run_id=run_id),
    )  # fmt: skip

    counting = store.results.get(store.effective.of(SHA))
    assert forbidden(counting) == []
    assert counting.engine.scoring_version == chunk[0].made.row["scoring_version"]


def test_a_call_heard_anew_keeps_the_decisions_that_still_fit(
    store: Store, reviser: Corrector, machine: CallResult
):
    store.results.save(machine, scored_at=AT)
    faults = forbidden(machine)
    gone = a_finding(start_s=3.0, end_s=3.5)
    act(reviser, store, *(a_decision(f) for f in faults), a_decision(gone))
    moved = tuple(
        replace(
            u,
            start_s=u.start_s + 0.2,
            end_s=u.end_s + 0.2,
            words=tuple(replace(w, start_s=w.start_s + 0.2, end_s=w.end_s + 0.2) for w in u.words),
        )
        for u in SAID
    )
    raw = replace(
        machine,
        utterances=moved,
        findings=(),
        engine=replace(machine.engine, lexicon_version="old"),
    )
    heard = scored(store, raw)
    heard = replace(heard, engine=replace(heard.engine, model_sha256="ef" * 32))
    assert forbidden(heard)[0].start_s != faults[0].start_s

    with store.batch():
        second = store.results.save(heard, scored_at=LATER)
        counting = Recomputer(BASIS).recount(store, SHA, actor="callqa", at=LATER)

    assert store.effective.machine_of(counting) == second
    assert forbidden(store.results.get(counting)) == []
    revised = reviser.revised(store, SHA)
    assert [a.value["finding"]["start_s"] for a in revised.idle] == [3.0]


def test_a_call_that_is_scored_anew_without_acts_counts_as_the_machine_has_it(
    store: Store, machine: CallResult
):
    first = store.results.save(machine, scored_at=AT)

    assert Recomputer(BASIS).recount(store, SHA, actor="callqa", at=LATER) == first


def test_a_rule_left_to_people_takes_points_only_once_it_is_confirmed(
    store: Store, machine: CallResult
):
    store.results.save(machine, scored_at=AT)
    fault = next(f for f in forbidden(machine) if f.rule == "forbidden.shirk")
    store.rules.set_review_only("forbidden.shirk", on=True, reason="误报多", actor="li", at=LATER)

    rescore(store, BASIS)

    doubtful = store.results.get(store.effective.of(SHA))
    (left,) = [f for f in forbidden(doubtful) if f.rule == "forbidden.shirk"]
    assert (left.verdict, left.points) == ("review", 0.0)
    assert doubtful.score.total > machine.score.total  # type: ignore[operator]
    assert doubtful.engine.settings_version == Settings().leaving(["forbidden.shirk"]).version

    act(Corrector.load(store, BASIS), store, a_decision(fault, "confirmed"))

    confirmed = store.results.get(store.effective.of(SHA))
    assert confirmed.score.total == machine.score.total
    assert [entry.detail["on"] for entry in store.ledger.entries("rule forbidden.shirk")] == [True]


def test_a_rule_taken_off_the_list_is_off_for_corrections_at_once(
    store: Store, machine: CallResult
):
    store.results.save(machine, scored_at=AT)
    store.rules.set_review_only("forbidden.shirk", on=True, reason="误报多", actor="li", at=LATER)
    reviser = Corrector.load(store, BASIS.now_in(store))
    store.rules.set_review_only("forbidden.shirk", on=False, reason="已改", actor="li", at=LATER)
    place = {name: getattr(SAID[5], name) for name in ("channel", "start_s", "end_s")}

    act(reviser, store, NewAction("text", {**place, "text": "这个不归我管。"}))

    findings = store.results.get(store.effective.of(SHA)).findings
    assert {f.verdict for f in findings if f.rule == "forbidden.shirk"} == {"confirmed"}


def test_a_rule_taken_off_the_list_is_as_sure_as_it_was(store: Store, machine: CallResult):
    store.results.save(machine, scored_at=AT)
    store.rules.set_review_only("forbidden.shirk", on=True, reason="误报多", actor="li", at=LATER)
    rescore(store, BASIS)
    store.rules.set_review_only(
        "forbidden.shirk", on=False, reason="规则已改", actor="li", at=LATER
    )
    assert store.rules.review_only() == {}

    rescore(store, BASIS)

    now = store.results.get(store.effective.of(SHA))
    assert (now.findings, now.score) == (machine.findings, machine.score)


def test_a_text_is_checked_with_the_rules_that_are_left_to_people():
    said = Conversation("c.csv", SHA, "chat", CallMeta("a"), SAID, 30.0, timed=True)
    left = Settings(scoring=ScoringSettings(review_only=("forbidden.shirk",)))
    book = PhraseBook.of(LEXICON.rules)

    result = check_conversation(said, book, LEXICON, SHEETS, left)

    assert {f.verdict for f in result.findings if f.rule == "forbidden.shirk"} == {"review"}


def test_scored_again_with_nothing_new_makes_no_new_result(
    store: Store, reviser: Corrector, machine: CallResult
):
    store.results.save(machine, scored_at=AT)
    corrected = act(reviser, store, a_decision(forbidden(machine)[0]))

    rescore(store, BASIS)
    rescore(store, BASIS)

    assert [(r.kind, r.counts) for r in store.effective.versions_of(SHA)] == [
        ("machine", False),
        ("corrected", True),
    ]
    assert store.effective.of(SHA) == corrected
