"""Who may appeal, until when, who decides, and what becomes of the score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import AppealError, RevisionError
from pipeline.jobs.appeal import make_appeal, settle_appeal, withdraw_appeal
from pipeline.jobs.basis import load_basis
from pipeline.jobs.correct import Corrector
from pipeline.jobs.rescore import load_rescorer
from pipeline.jobs.save import keep_versions
from pipeline.people.actions import FindingKey, NewAction, ReviewAction
from pipeline.people.appeals import (
    Appeal,
    AppealDays,
    check_deciding,
    check_filing,
    check_outcome,
    is_same,
    last_day_of_term,
)
from pipeline.people.users import User
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult
from pipeline.types.records import Imported
from tests.builders import a_decision, a_finding, a_result, an_utterance

KNOWN = "2026-11-02T20:00:00+00:00"  # the third in Beijing
SOON = "2026-11-05T09:00:00+08:00"
DAYS = AppealDays(appeal_days=7, appeal_again_days=3, decide_days=3)
AGENT = User("zhang", "agent", "8001")
CHEN, LI = User("chen", "qa"), User("li", "supervisor")
FOUND, OTHER = a_finding(), a_finding(start_s=50.0, end_s=51.0)
CALL = a_result(findings=(FOUND, OTHER), call=CallMeta("a", "8001"))
KEY = FindingKey.of(FOUND)


def an_appeal(**changes: Any) -> Appeal:
    values: dict[str, Any] = {
        "id": 1, "sha256": "ab" * 32, "result_id": 1, "level": 1, "first_id": None, "finding": KEY, "agent_id": "8001",
        "filed_by": "zhang", "reason": "没有说", "filed_at": SOON, "due_at": "2026-11-08T01:00:00+00:00",
    }  # fmt: skip
    return Appeal(**{**values, **changes})


DECIDED = an_appeal(
    outcome="rejected", decided_by="chen", decided_at="2026-11-06T20:00:00+00:00", answer="听得到"
)


def check(**changes: Any) -> Appeal | None:
    values: dict[str, Any] = {
        "user": AGENT, "finding": KEY, "reason": "没有说", "earlier": (), "known_at": KNOWN, "at": SOON, "days": DAYS,
    }  # fmt: skip
    return check_filing(CALL, **{**values, **changes})


@pytest.mark.parametrize("finding", [KEY, None])
def test_an_agent_appeals_against_a_finding_or_the_whole_of_an_own_call(finding: FindingKey | None):
    assert check(finding=finding) is None


@pytest.mark.parametrize(
    "user",
    [
        User("wang", "agent", "8002"),
        User("wang", "agent"),
        User("chen", "qa", "8001"),
        User("li", "admin", "8001"),
    ],
)
def test_nobody_appeals_for_another(user: User):
    with pytest.raises(AppealError, match="本人"):
        check(user=user)


def test_nobody_appeals_against_a_call_of_no_known_agent():
    with pytest.raises(AppealError, match="本人"):
        check_filing(
            replace(CALL, call=CallMeta("a")), user=replace(AGENT, agent_id=None), finding=None, reason="x", earlier=(),
            known_at=KNOWN, at=SOON, days=DAYS,
        )  # fmt: skip


@pytest.mark.parametrize("reason", ["", " \n　"])
def test_a_reason_must_be_given(reason: str):
    with pytest.raises(AppealError, match="理由"):
        check(reason=reason)


@pytest.mark.parametrize(
    "at", ["2026-11-10T23:59:59+08:00", "2026-11-09T23:59:59+00:00", "2026-11-03T04:00:00+08:00"]
)
def test_the_term_ends_with_its_last_day(at: str):
    """Known on the evening of the second in UTC, which is the third in Beijing: seven days on is
    the tenth there, the ninth where days are those of UTC."""
    assert check(at=at) is None


@pytest.mark.parametrize("at", ["2026-11-11T00:00:00+08:00", "2026-11-10T00:00:00+00:00"])
def test_after_the_last_day_it_is_too_late(at: str):
    """Where the day is that of UTC, the ninth is the last."""
    with pytest.raises(AppealError, match="已过申诉期限"):
        check(at=at)


def test_what_is_not_in_the_result_cannot_be_appealed():
    with pytest.raises(AppealError, match="没有这一处"):
        check(finding=replace(KEY, rule="forbidden.other"))


@pytest.mark.parametrize(
    "earlier", [(an_appeal(),), (an_appeal(id=2, level=2, first_id=1), DECIDED)]
)
def test_one_appeal_is_open_for_a_finding(earlier: tuple[Appeal, ...]):
    with pytest.raises(AppealError, match="正在处理"):
        check(earlier=earlier)


@pytest.mark.parametrize("other", [FindingKey.of(OTHER), None])
def test_an_appeal_about_another_finding_does_not_stand_in_the_way(other: FindingKey | None):
    assert check(earlier=(an_appeal(finding=other),)) is None


def test_an_appeal_that_was_withdrawn_may_be_filed_again():
    assert check(earlier=(replace(DECIDED, outcome="withdrawn"),)) is None


def test_a_second_appeal_names_the_first():
    assert check(earlier=(DECIDED,), at="2026-11-10T23:00:00+08:00") == DECIDED


def test_a_second_appeal_has_its_own_term():
    """Answered on the seventh in Beijing: the tenth is the last day, though the first term is
    longer or shorter."""
    with pytest.raises(AppealError, match="已过复核申诉期限：应在 2026-11-10"):
        check(earlier=(DECIDED,), at="2026-11-11T00:00:00+08:00", days=AppealDays(appeal_days=30))


def test_a_finding_that_was_refused_meanwhile_can_still_be_appealed_again():
    """After points were set anew and the finding left out, the agent may object to the points."""
    changed = replace(DECIDED, outcome="changed", finding=replace(KEY, rule="forbidden.other"))

    assert (
        check(earlier=(changed,), finding=changed.finding, at="2026-11-08T09:00:00+08:00")
        == changed
    )


def test_the_second_answer_is_the_last():
    second = replace(DECIDED, id=2, level=2, first_id=1)
    with pytest.raises(AppealError, match="最终"):
        check(earlier=(second, DECIDED))


def test_findings_are_the_same_at_one_place():
    assert is_same(KEY, replace(KEY, start_s=1.4, end_s=2.5))
    assert not is_same(KEY, replace(KEY, start_s=2.5, end_s=3.0))
    assert (is_same(None, None), is_same(KEY, None), is_same(None, KEY)) == (True, False, False)


def test_days_are_those_of_the_site():
    assert [
        str(last_day_of_term(KNOWN, 1, at=at)) for at in (SOON, "2026-11-05T09:00:00+00:00")
    ] == [
        "2026-11-04",
        "2026-11-03",
    ]


def act_by(actor: str, kind: Any = "decide", value: Any = None, **changes: Any) -> ReviewAction:
    plain = value if value is not None else {"decision": "confirmed", "finding": KEY.plain()}
    return ReviewAction(1, "ab" * 32, 1, kind, plain, actor, KNOWN, **changes)


def test_somebody_who_had_no_hand_in_it_decides():
    others = (
        act_by("li"),
        act_by("li", "settle", {"settled": True}),
        act_by("chen", "comment", {"text": "x"}),
    )
    elsewhere = act_by(
        "chen", value={"decision": "refused", "finding": FindingKey.of(OTHER).plain()}
    )

    check_deciding(an_appeal(), user=CHEN, answer="x", actions=(*others, elsewhere))


@pytest.mark.parametrize(
    ("acts", "why"),
    [
        ((act_by("chen"),), "判定过"),
        ((act_by("chen", undone_by="chen", undone_at=SOON),), "判定过"),
        ((act_by("chen", "add", KEY.plain() | {"quote": "不归我管"}),), "判定过"),
        ((act_by("chen", "settle", {"settled": True}),), "完成过"),
    ],
)
def test_who_judged_it_before_does_not_decide(acts: tuple[ReviewAction, ...], why: str):
    with pytest.raises(AppealError, match=why):
        check_deciding(an_appeal(), user=CHEN, answer="x", actions=acts)


@pytest.mark.parametrize("kind", ["decide", "override", "text", "role"])
def test_who_changed_the_score_of_a_call_does_not_decide_about_the_whole_of_it(kind: Any):
    value = (
        {"decision": "confirmed", "finding": FindingKey.of(OTHER).plain()}
        if kind == "decide"
        else {}
    )
    with pytest.raises(AppealError, match="判定过"):
        check_deciding(
            an_appeal(finding=None), user=CHEN, answer="x", actions=(act_by("chen", kind, value),)
        )


def test_who_answered_the_first_appeal_does_not_answer_the_second():
    second = an_appeal(id=2, level=2, first_id=1)
    with pytest.raises(AppealError, match="第一次"):
        check_deciding(second, user=CHEN, answer="x", actions=(), first=DECIDED)
    check_deciding(second, user=LI, answer="x", actions=(), first=DECIDED)


@pytest.mark.parametrize(
    ("changes", "appeal", "why"),
    [
        ({"user": AGENT}, an_appeal(), "角色"),
        ({"user": User("x", "auditor")}, an_appeal(), "角色"),
        ({"user": replace(CHEN, name="zhang")}, an_appeal(), "自己"),
        ({"user": replace(LI, agent_id="8001")}, an_appeal(), "本人"),
        ({"answer": " "}, an_appeal(), "意见"),
        ({}, DECIDED, "已有结果"),
    ],
)
def test_what_cannot_be_decided_is_said(changes: dict[str, Any], appeal: Appeal, why: str):
    with pytest.raises(AppealError, match=why):
        check_deciding(appeal, **{"user": CHEN, "answer": "x", "actions": (), **changes})


@pytest.mark.parametrize(
    ("outcome", "points", "finding"),
    [
        ("withdrawn", None, KEY),
        ("changed", None, KEY),
        ("upheld", ("a", 1.0), KEY),
        ("rejected", ("a", 1.0), KEY),
        ("upheld", None, None),
    ],
)
def test_an_outcome_goes_with_what_it_needs(outcome: Any, points: Any, finding: Any):
    with pytest.raises(AppealError):
        check_outcome(an_appeal(finding=finding), outcome, points)


SHA = "ab" * 32
BASIS = load_basis(Settings())


@pytest.fixture(scope="module")
def reviser(tmp_path_factory: pytest.TempPathFactory) -> Corrector:
    with Store.open(tmp_path_factory.mktemp("r") / "r.db") as opened:
        return Corrector.load(opened, BASIS)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> CallResult:
    said = (
        an_utterance("您好，请问有什么可以帮您？"),
        an_utterance("这个不归我管。", start_s=10.0),
    )
    raw = a_result(utterances=said, call=CallMeta("a", "8001", started_at="2026-11-02T10:00:00"))
    with Store.open(tmp_path_factory.mktemp("m") / "m.db") as opened:
        return load_rescorer(opened, BASIS).rescore(raw, raw.call, raw.outcome)


@pytest.fixture
def store(tmp_path: Path, machine: CallResult) -> Iterator[Store]:
    with Store.open(tmp_path / "callqa.db") as opened:
        keep_versions(opened, BASIS.lexicon, BASIS.sheets)
        opened.results.save(machine, scored_at=KNOWN)
        yield opened
        assert opened.ledger.verify().faults == ()


def shirk(result: CallResult) -> FindingKey:
    return FindingKey.of(next(f for f in result.findings if f.kind == "forbidden"))


def appeal_against(store: Store, finding: FindingKey | None, **changes: Any) -> Appeal:
    values = {
        "user": AGENT,
        "finding": finding,
        "reason": " 没有说 ",
        "at": SOON,
        "days": DAYS,
        **changes,
    }
    return make_appeal(store, store.effective.of(SHA), **values)


def test_an_appeal_that_is_upheld_gives_the_points_back(
    store: Store, reviser: Corrector, machine: CallResult
):
    appeal = appeal_against(store, shirk(machine))
    assert (appeal.reason, appeal.due_at, appeal.level) == (
        "没有说",
        "2026-11-08T01:00:00+00:00",
        1,
    )

    closed = settle_appeal(
        store, reviser, appeal, outcome="upheld", answer="确实没有", decided_by=CHEN, at=SOON
    )

    counting = store.results.get(store.effective.of(SHA))
    assert shirk(machine) not in [FindingKey.of(f) for f in counting.findings]
    assert (counting.score.total or 0) > (machine.score.total or 0)
    assert (closed.outcome, closed.decided_by, closed.answer) == ("upheld", "chen", "确实没有")
    (act,) = store.actions.of(SHA)
    assert (act.appeal_id, act.actor, act.value["decision"]) == (appeal.id, "chen", "refused")
    actions = [entry.action for entry in store.ledger.entries(f"call {SHA}")]
    assert actions == ["appealed", "acted", "appeal decided"]


def test_an_appeal_that_is_rejected_changes_nothing(
    store: Store, reviser: Corrector, machine: CallResult
):
    appeal = appeal_against(store, shirk(machine))

    settle_appeal(
        store, reviser, appeal, outcome="rejected", answer="听得到", decided_by=CHEN, at=SOON
    )

    assert (store.effective.of(SHA), store.actions.of(SHA)) == (1, ())


def test_points_are_set_as_an_appeal_says(store: Store, reviser: Corrector, machine: CallResult):
    item = next(line for line in machine.score.items if line.applies and line.points < line.full)
    appeal = appeal_against(store, None)

    settle_appeal(
        store,
        reviser,
        appeal,
        outcome="changed",
        answer="部分成立",
        points=(item.id, item.full),
        decided_by=CHEN,
        at=SOON,
    )

    counting = store.results.get(store.effective.of(SHA))
    assert next(line.points for line in counting.score.items if line.id == item.id) == item.full


def test_points_that_no_sheet_allows_leave_the_appeal_open(store: Store, reviser: Corrector):
    appeal = appeal_against(store, None)
    with pytest.raises(RevisionError):
        settle_appeal(
            store,
            reviser,
            appeal,
            outcome="changed",
            answer="x",
            points=("none", 1.0),
            decided_by=CHEN,
            at=SOON,
        )

    assert (store.appeals.get(appeal.id).is_open, store.actions.of(SHA)) == (True, ())


def test_an_appeal_is_settled_once(store: Store, reviser: Corrector, machine: CallResult):
    appeal = appeal_against(store, shirk(machine))
    settle_appeal(store, reviser, appeal, outcome="rejected", answer="x", decided_by=CHEN, at=SOON)

    with pytest.raises(AppealError, match="已有结果"):
        settle_appeal(store, reviser, appeal, outcome="upheld", answer="x", decided_by=LI, at=SOON)


def test_the_first_reviewer_is_kept_from_the_appeal_and_the_first_decider_from_the_second(
    store: Store, reviser: Corrector, machine: CallResult
):
    found = next(f for f in machine.findings if f.kind == "forbidden")
    reviser.act(store, 1, [a_decision(found, "confirmed")], actor="chen", at=SOON)
    first = appeal_against(store, shirk(machine))
    with pytest.raises(AppealError, match="判定过"):
        settle_appeal(
            store, reviser, first, outcome="rejected", answer="x", decided_by=CHEN, at=SOON
        )
    settle_appeal(store, reviser, first, outcome="rejected", answer="x", decided_by=LI, at=SOON)

    second = appeal_against(store, shirk(machine))

    assert (second.level, second.first_id) == (2, first.id)
    for user in (CHEN, LI):
        with pytest.raises(AppealError):
            settle_appeal(
                store, reviser, second, outcome="upheld", answer="x", decided_by=user, at=SOON
            )
    settle_appeal(
        store,
        reviser,
        second,
        outcome="upheld",
        answer="x",
        decided_by=User("wu", "admin"),
        at=SOON,
    )
    with pytest.raises(AppealError, match="最终"):
        appeal_against(store, shirk(machine))


def test_who_settled_the_call_is_kept_from_the_appeal(
    store: Store, reviser: Corrector, machine: CallResult
):
    store.actions.add(1, [NewAction("settle", {"settled": True})], actor="chen", at=SOON)
    appeal = appeal_against(store, shirk(machine))

    with pytest.raises(AppealError, match="完成过"):
        settle_appeal(
            store, reviser, appeal, outcome="upheld", answer="x", decided_by=CHEN, at=SOON
        )


def test_an_open_appeal_is_not_filed_twice(store: Store, machine: CallResult):
    appeal_against(store, shirk(machine))
    with pytest.raises(AppealError, match="正在处理"):
        appeal_against(store, shirk(machine))


def test_an_appeal_is_against_the_result_that_counts(
    store: Store, reviser: Corrector, machine: CallResult
):
    found = next(f for f in machine.findings if f.kind == "forbidden")
    reviser.act(store, 1, [a_decision(found)], actor="chen", at=SOON)

    with pytest.raises(AppealError, match="更新过"):
        make_appeal(store, 1, user=AGENT, finding=None, reason="x", at=SOON, days=DAYS)


def test_whose_call_it_is_says_the_latest_import(store: Store, machine: CallResult):
    store.calls.import_calls([Imported("a", {"agent_id": "8002"}, "t:1")], actor="li", at=SOON)

    with pytest.raises(AppealError, match="本人"):
        appeal_against(store, shirk(machine))
    assert (
        appeal_against(store, shirk(machine), user=User("wang", "agent", "8002")).agent_id == "8002"
    )


def test_only_who_filed_an_appeal_takes_it_back(store: Store, machine: CallResult):
    appeal = appeal_against(store, shirk(machine))
    with pytest.raises(AppealError, match="提出人"):
        withdraw_appeal(store, appeal.id, user=LI, at=SOON)

    assert withdraw_appeal(store, appeal.id, user=AGENT, at=SOON).outcome == "withdrawn"
    assert appeal_against(store, shirk(machine)).level == 1
