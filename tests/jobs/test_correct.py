"""Corrections in a real database by the real lexicon: the machine's scores and people's are both
kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.call.written import check_conversation
from pipeline.errors import RevisionError, StoreError
from pipeline.imports.read_texts import Conversation
from pipeline.jobs.basis import JudgingBasis, load_basis
from pipeline.jobs.correct import Corrector, Recomputer
from pipeline.jobs.rescore import load_rescorer, rescore_stored, save_rescored
from pipeline.jobs.save import keep_versions
from pipeline.lexicon import LEXICON_FOLDER
from pipeline.people.actions import FindingKey, NewAction
from pipeline.phrases import PhraseBook
from pipeline.settings import ScoringSettings, Settings
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult, Finding, Pace, Provenance, Recording, RolePace
from tests.builders import a_decision, a_finding, a_result, an_utterance

AT, LATER = "2026-11-20T09:00:00+00:00", "2026-11-23T09:00:00+00:00"
SHA = "ab" * 32
BASIS = load_basis(Settings())
LEXICON, SHEETS = BASIS.lexicon, BASIS.sheets
SPEAKS = RolePace(240.0, None, None, 8.0, low_chars_per_min=230.0, high_chars_per_min=250.0)

SAID = (
    an_utterance("您好，请问有什么可以帮您？", start_s=0.0),
    an_utterance("我的包裹没有收到。", "customer", 5.0),
    an_utterance("这个不归我管。", start_s=10.0),
    an_utterance("那谁来管呢？", "customer", 15.0),
    an_utterance("这个我真的不知道。", start_s=20.0),
    an_utterance("再见。", start_s=25.0),
)


def scored(store: Store, result: CallResult) -> CallResult:
    """A result as the machine would score it by the present lexicon and sheets."""
    rescorer = load_rescorer(store, BASIS)
    return rescorer.rescore(result, result.call, result.outcome)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> CallResult:
    raw = a_result(
        recording=Recording("calls/a.wav", SHA, 30.0, 8000, 2, "pcm_alaw", 0),
        utterances=SAID,
        findings=(),
        engine=Provenance("base", "cd" * 32, "unknown", "none", "0.1.0"),
        pace=Pace(SPEAKS, SPEAKS),
        call=CallMeta(call_id="a", agent_id="1001", started_at="2026-11-19T10:00:00"),
    )
    with Store.open(tmp_path_factory.mktemp("m") / "m.db") as store:
        return scored(store, raw)


@pytest.fixture(scope="module")
def reviser(tmp_path_factory: pytest.TempPathFactory) -> Corrector:
    with Store.open(tmp_path_factory.mktemp("r") / "r.db") as store:
        return Corrector.load(store, BASIS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "q.db") as opened:
        keep_versions(opened, LEXICON, SHEETS)
        yield opened
        assert opened.ledger.verify().faults == ()


def forbidden(result: CallResult) -> list[Finding]:
    return [f for f in result.findings if f.kind == "forbidden"]


def act(reviser: Corrector, store: Store, *acts: NewAction) -> int:
    return reviser.act(store, store.effective.of(SHA), acts, actor="wang", at=LATER)


def test_the_call_has_faults_to_judge(machine: CallResult):
    assert {f.phrase for f in forbidden(machine)} >= {"不归我管"}
    assert machine.score.total is not None


def test_the_machine_s_score_and_people_s_are_both_kept(
    store: Store, reviser: Corrector, machine: CallResult
):
    first = store.results.save(machine, scored_at=AT)

    corrected = act(reviser, store, *(a_decision(f) for f in forbidden(machine)))

    past = store.effective.versions_of(SHA)
    assert [(r.id, r.kind, r.counts) for r in past] == [
        (first, "machine", False),
        (corrected, "corrected", True),
    ]
    assert past[1].total > past[0].total == machine.score.total  # type: ignore[operator]
    assert forbidden(store.results.get(corrected)) == []
    assert store.results.get(first) == machine
    assert store.effective.machine_of(corrected) == store.effective.machine_of(first) == first
    assert [r.total for r in store.calls.records()] == [past[1].total]


def test_undo_brings_the_machine_s_score_back(
    store: Store, reviser: Corrector, machine: CallResult
):
    first = store.results.save(machine, scored_at=AT)
    corrected = act(reviser, store, a_decision(forbidden(machine)[0]))
    (one,) = store.actions.of(SHA)

    assert reviser.undo(store, one.id, actor="wang", at=LATER) == first
    assert store.results.get(store.effective.of(SHA)) == machine
    assert act(reviser, store, a_decision(forbidden(machine)[0])) == corrected
    assert store.results.id_of("a") == corrected


def test_a_correction_leaves_the_moment_of_a_call_whose_start_is_not_known(
    store: Store, reviser: Corrector, machine: CallResult
):
    store.results.save(replace(machine, call=CallMeta(call_id="a")), scored_at=AT)
    before = store.db.execute("SELECT moment FROM calls").fetchone()

    act(reviser, store, a_decision(forbidden(machine)[0]))

    assert store.db.execute("SELECT moment FROM calls").fetchone() == before


def test_what_changes_no_score_makes_no_result(
    store: Store, reviser: Corrector, machine: CallResult
):
    first = store.results.save(machine, scored_at=AT)

    assert (
        act(
            reviser,
            store,
            NewAction("comment", {"text": "好"}),
            NewAction("mark", {"mark": "coaching"}),
        )
        == first
    )
    assert len(store.effective.versions_of(SHA)) == 1


def test_an_act_that_cannot_be_applied_leaves_nothing_behind(
    store: Store, reviser: Corrector, machine: CallResult
):
    store.results.save(machine, scored_at=AT)
    wrong = NewAction("override", {"item": "gone", "points": 1, "reason": "x"})

    with pytest.raises(RevisionError, match="评分表"):
        act(reviser, store, a_decision(forbidden(machine)[0]), wrong)

    assert store.actions.of(SHA) == ()


def test_an_act_inside_another_transaction_is_taken_back_with_it(
    store: Store, reviser: Corrector, machine: CallResult
):
    first = store.results.save(machine, scored_at=AT)

    def act_and_fail() -> None:
        with store.batch():
            act(reviser, store, a_decision(forbidden(machine)[0]))
            store.effective.machine_of(99)

    with pytest.raises(StoreError):
        act_and_fail()

    assert (store.actions.of(SHA), store.effective.of(SHA)) == ((), first)


def test_an_edited_text_is_searched_in_the_corrected_result(
    store: Store, reviser: Corrector, machine: CallResult
):
    store.results.save(machine, scored_at=AT)
    where = {"channel": 0, "start_s": 10.0, "end_s": SAID[2].end_s}

    corrected = act(reviser, store, NewAction("text", {**where, "text": "我来帮您转接。"}))

    assert [m.result_id for m in store.calls.search("帮您转接")] == [corrected]
    assert store.calls.search("不归我管") == []
    assert store.results.load([corrected])[0].heard_id == corrected
    assert "forbidden.shirk" not in {f.rule for f in store.results.get(corrected).findings}
    act(
        reviser,
        store,
        NewAction("role", {"channel": 1, "start_s": 5.0, "end_s": SAID[1].end_s, "role": "agent"}),
    )
    (text, _) = store.actions.of(SHA)
    reviser.undo(store, text.id, actor="wang", at=LATER)
    assert [m.text for m in store.calls.search("不归我管")] == ["这个不归我管。"]


def test_decisions_without_edits_share_what_was_heard(
    store: Store, reviser: Corrector, machine: CallResult
):
    first = store.results.save(machine, scored_at=AT)

    corrected = act(reviser, store, a_decision(forbidden(machine)[0]))

    assert store.results.load([corrected])[0].heard_id == first
    assert [m.result_id for m in store.calls.search("不归我管")] == [corrected]


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


def acts_on(result: CallResult) -> st.SearchStrategy[NewAction]:
    """Anything that a person may do with the score of a result, sensible or not."""
    finding = st.sampled_from(result.findings)
    elements = {item.id: item.full for item in result.score.items if item.applies}
    said = st.sampled_from(result.utterances)
    words = ("不归我管", "您好", "请讲", "再见", "我真的不知道", "，", "好的")
    text = st.lists(st.sampled_from(words), max_size=4).map("".join)

    def place(utterance: Any) -> dict[str, Any]:
        return {
            "channel": utterance.channel,
            "start_s": utterance.start_s,
            "end_s": utterance.end_s,
        }

    return st.one_of(
        st.builds(a_decision, finding, st.sampled_from(["confirmed", "refused", "open"])),
        st.builds(
            lambda u, rule: NewAction(
                "add",
                {
                    **FindingKey(rule, "forbidden", "agent", u.start_s, u.end_s).plain(),
                    "quote": u.text,
                },
                rule,
            ),
            said,
            st.sampled_from(["forbidden.shirk", "forbidden.threat"]),
        ),
        st.builds(
            lambda item, share: NewAction(
                "override",
                {"item": item, "points": round(elements[item] * share, 2), "reason": "复听"},
            ),
            st.sampled_from(sorted(elements)),
            st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        ),
        st.builds(
            lambda u, role: NewAction("role", {**place(u), "role": role}),
            said,
            st.sampled_from(["agent", "customer", "unknown"]),
        ),
        st.builds(lambda u, new: NewAction("text", {**place(u), "text": new}), said, text),
    )


@pytest.mark.long
@given(data=st.data())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_sequence_of_acts_and_undos_is_explained_and_leaves_a_ledger_that_holds(
    data: st.DataObject,
    machine: CallResult,
    reviser: Corrector,
    tmp_path_factory: pytest.TempPathFactory,
):
    with Store.open(tmp_path_factory.mktemp("p") / "p.db") as store:
        first = store.results.save(machine, scored_at=AT)
        for step in data.draw(
            st.lists(st.one_of(st.sampled_from(range(6)), acts_on(machine)), min_size=1, max_size=6)
        ):
            done = [a.id for a in store.actions.of(SHA) if a.in_force]
            if isinstance(step, NewAction):
                act(reviser, store, step)
            elif done:
                reviser.undo(store, done[step % len(done)], actor="li", at=LATER)
            counting = store.results.get(
                store.effective.of(SHA)
            )  # types refuse points without a reason
            charged = {
                r.finding
                for item in counting.score.items
                for r in item.reasons
                if r.finding is not None
            }
            assert all(counting.findings[at].verdict == "confirmed" for at in charged)
            assert reviser.recount(store, SHA, actor="li", at=LATER) == store.effective.of(SHA)
        for one in store.actions.of(SHA):
            reviser.undo(store, one.id, actor="li", at=LATER)
        assert store.effective.of(SHA) == first
        assert store.results.get(first) == machine
        assert store.ledger.verify().faults == ()
