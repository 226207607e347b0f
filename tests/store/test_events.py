"""Service events in the store: imported whole or not at all, once each, in the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import EventError
from pipeline.lexicon import load_monthly
from pipeline.store import Store
from pipeline.types import (
    OF_CALL,
    CallMeta,
    CustomerOutcome,
    EventLine,
    Reason,
    Scope,
    ScoreItem,
    ServiceEvent,
)
from tests.builders import a_finding, a_result, a_score

AT = "2026-11-30T09:00:00+00:00"
DAY = date(2026, 11, 3)
NOVEMBER = Scope.of_month("2026-11")
KINDS = load_monthly().kinds
BY_OUTCOME = KINDS.by_outcome


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as opened:
        opened.agents.record([("8001", "张敏", "一班")], actor="t", at=AT)
        yield opened


def a_line(number: int = 2, call: str = "", **changes: Any) -> EventLine:
    event = ServiceEvent(**{"kind": "complaint", "day": DAY, "agent_id": "8001", **changes})
    return EventLine(event, call, True, f"e.csv, line {number}")


def save(store: Store, number: int = 1, **changes: Any) -> None:
    result = a_result(
        call=CallMeta(f"C{number}", "8001", None, "2026-11-05T09:30:00", "退款"), **changes
    )
    recording = replace(result.recording, sha256=f"{number:064x}", path=f"{number}.wav")
    store.results.save(replace(result, recording=recording), scored_at=AT)


def test_the_same_table_twice_counts_once_and_equal_lines_count_each(store: Store):
    lines = [a_line(2), a_line(3), a_line(4, level="省公司")]

    first = store.events.import_lines(lines, actor="t", at=AT)
    again = store.events.import_lines(lines, actor="t", at=AT)

    assert ((first.added, first.same), (again.added, again.same)) == ((3, 0), (0, 3))
    assert len(store.events.find(NOVEMBER)) == 3
    assert store.ledger.verify().faults == ()


def test_an_unknown_agent_stops_the_import_before_anything_is_kept(store: Store):
    with pytest.raises(EventError, match=r"e\.csv, line 3: 没有工号为“9999”"):
        store.events.import_lines([a_line(2), a_line(3, agent_id="9999")], actor="t", at=AT)
    with pytest.raises(EventError, match=r"e\.csv, line 2: 没有名为“二班”"):
        store.events.import_lines([a_line(2, agent_id=None, team="二班")], actor="t", at=AT)
    with pytest.raises(EventError, match=r"e\.csv, line 3: 没有这通电话：C9"):
        store.events.import_lines([a_line(2), a_line(3, call="C9")], actor="t", at=AT)

    assert store.events.find(NOVEMBER) == []


def test_each_unknown_agent_of_a_table_is_named_at_once(store: Store):
    lines = [a_line(2, agent_id="9998"), a_line(3), a_line(4, agent_id="9999")]

    with pytest.raises(EventError) as caught:
        store.events.import_lines(lines, actor="qa", at=AT)

    assert [text.partition(": ")[0] for text in str(caught.value).split("\n")] == [
        "e.csv, line 2",
        "e.csv, line 4",
    ]
    assert store.events.find(Scope()) == []


def test_a_numbered_event_is_corrected_and_the_ledger_knows_both(store: Store):
    store.events.import_lines([a_line(key="id 7", level="省公司")], actor="t", at=AT)
    report = store.events.import_lines([a_line(key="id 7", level="分公司")], actor="t", at=AT)

    (event,) = store.events.find(NOVEMBER)
    entry = store.ledger.entries(f"event {event.id}")[-1]
    assert (report.changed, event.level) == (1, "分公司")
    assert (entry.detail["before"]["level"], entry.detail["after"]["level"]) == ("省公司", "分公司")
    with pytest.raises(EventError, match="line 3"):
        store.events.import_lines([a_line(key="id 7"), a_line(3, key="id 7")], actor="t", at=AT)


def test_what_was_withdrawn_stays_so_when_its_table_comes_again(store: Store):
    store.events.import_lines([a_line()], actor="t", at=AT)
    (event,) = store.events.find(NOVEMBER)
    with pytest.raises(EventError, match="理由"):
        store.events.withdraw(event.id, reason=" ", actor="t", at=AT)

    store.events.withdraw(event.id, reason="核查无效", actor="t", at=AT)
    store.events.import_lines([a_line()], actor="t", at=AT)

    assert store.events.find(NOVEMBER) == []
    with pytest.raises(EventError, match="已经撤销"):
        store.events.withdraw(event.id, reason="再撤一次", actor="t", at=AT)


def test_what_was_withdrawn_can_be_recorded_again_and_then_counts_once(store: Store):
    save(store, outcome=CustomerOutcome(complaints=2))
    said = ServiceEvent("complaint", DAY, "8001", note="态度差", sha256=f"{1:064x}", origin="page")
    store.events.record(said, actor="li", at=AT)
    (event,) = store.events.find(NOVEMBER)
    store.events.withdraw(event.id, reason="记错了", actor="li", at=AT)

    store.events.record(said, actor="wang", at=AT)

    (again,) = store.events.find(NOVEMBER)
    (call,) = store.events.month_calls(store.calls.records(NOVEMBER), NOVEMBER, BY_OUTCOME)
    actions = [entry.action for entry in store.ledger.entries(f"event {event.id}")]
    assert (again.note, again.actor, call.complaints) == ("态度差", "wang", 1)
    assert actions == ["event recorded", "event withdrawn", "event recorded again"]
    with pytest.raises(EventError, match="已有同样的记录"):
        store.events.record(said, actor="li", at=AT)
    assert store.ledger.verify().faults == ()


def test_of_two_equal_lines_the_one_that_was_withdrawn_is_recorded_again(store: Store):
    store.events.import_lines([a_line(2), a_line(3)], actor="t", at=AT)
    first, second = store.events.find(NOVEMBER)
    store.events.withdraw(second.id, reason="只有一次", actor="t", at=AT)

    store.events.record(a_line().event, actor="li", at=AT)

    assert [one.id for one in store.events.find(NOVEMBER)] == [first.id, second.id]
    with pytest.raises(EventError, match="已有同样的记录"):
        store.events.record(a_line().event, actor="li", at=AT)


def test_a_call_lends_its_day_and_its_agent(store: Store):
    save(store)
    line = EventLine(ServiceEvent("complaint", date.min, key=OF_CALL), "C1", False, "c.csv, line 2")
    store.events.import_lines([line, replace(line, call="C2")], actor="t", at=AT, skip_unknown=True)

    (event,) = store.events.find(NOVEMBER)
    assert (event.day, event.agent_id, event.call_id) == (date(2026, 11, 5), "8001", "C1")


def test_events_of_a_team_are_in_the_scope_of_its_agents(store: Store):
    store.agents.record([("8002", "李娜", "二班")], actor="t", at=AT)
    store.events.import_lines(
        [a_line(kind="survey", agent_id=None, team="一班", value=90.0)], actor="t", at=AT
    )

    found = {
        agent: len(store.events.find(replace(NOVEMBER, agent=agent))) for agent in ("8001", "8002")
    }
    assert found == {"8001": 1, "8002": 0}


def test_the_month_takes_calls_without_their_own_extras_and_counts_each_complaint_once(
    store: Store,
):
    taken = (Reason("投诉", -3.0, figure=1.0),)
    score = a_score(90.0, total=87.0, extras=(ScoreItem("complained", "投诉", 0.0, -3.0, taken),))
    save(store, 1, score=score, outcome=CustomerOutcome(complaints=2))
    save(store, 2, outcome=CustomerOutcome(complaints=1, praises=1))
    line = EventLine(
        ServiceEvent("complaint", date.min, level="省公司", key=OF_CALL), "C1", False, ""
    )
    store.events.import_lines([line], actor="t", at=AT)

    records = store.calls.records(NOVEMBER)
    found = store.events.month_calls(records, NOVEMBER, BY_OUTCOME)

    assert [(one.total, one.complaints, one.praises) for one in found] == [
        (90.0, 1, 0),
        (records[1].total, 1, 1),
    ]


def test_the_customers_words_wait_until_a_person_settles_them(store: Store):
    said = a_finding(
        rule="fact.praise", kind="process", role="customer", verdict="review", quote="我要表扬"
    )
    save(store, findings=(said, replace(said, start_s=9.0, end_s=10.0)))
    rules = list(KINDS.by_rule)

    (waiting,) = store.suggested_events.find(NOVEMBER, rules)
    assert (waiting.rule, waiting.quote, waiting.agent_id) == ("fact.praise", "我要表扬", "8001")
    settled = ServiceEvent("praise", DAY, "8001", sha256=waiting.sha256, rule=waiting.rule, key="k")
    store.events.record(settled, actor="t", at=AT)

    assert store.suggested_events.find(NOVEMBER, rules) == []
