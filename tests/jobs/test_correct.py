"""Corrections in a real database by the real lexicon: the machine's scores and people's are both
kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import RevisionError, StoreError
from pipeline.jobs.correct import Corrector
from pipeline.people.actions import FindingKey, NewAction
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult
from tests.builders import a_decision
from tests.jobs.corrected_call import AT, LATER, SAID, SHA, act, forbidden


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
