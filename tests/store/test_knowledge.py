"""Answers about facts, counted by agent and topic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from pipeline.store import Store
from pipeline.study import by_topic
from pipeline.types import Answer, CallMeta, CallResult, KnowledgeCheck, KnowledgeSum, Scope
from tests.builders import a_result

AT = "2026-03-09T01:00:00+00:00"


def a_check(topic: str, answer: Answer, *, is_open: bool = False) -> KnowledgeCheck:
    return KnowledgeCheck(
        topic, {"fee": "月租", "hours": "营业时间"}[topic], 1.0, 2.0, answer, is_open
    )


def a_call(number: int, agent: str, *checks: KnowledgeCheck) -> CallResult:
    made = a_result(
        call=CallMeta(f"c{number}", agent, started_at=f"2026-03-0{number}T09:00:00+08:00"),
        knowledge=checks,
    )
    return replace(made, recording=replace(made.recording, sha256=f"{number}" * 64))


def test_answers_are_counted_by_agent_and_topic(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as store:
        for call in (
            a_call(1, "8001", a_check("fee", "right"), a_check("hours", "wrong")),
            a_call(2, "8001", a_check("fee", "wrong", is_open=True)),
            a_call(3, "8001", a_check("fee", "no_answer"), a_check("hours", "unsure")),
            a_call(4, "8002", a_check("fee", "left_out")),
            a_call(5, "8002"),
        ):
            store.results.save(call, scored_at=AT)
        month = store.calls.knowledge(Scope(date(2026, 3, 1), date(2026, 3, 31)))
        own = store.calls.knowledge(Scope(date(2026, 3, 3), date(2026, 3, 31), agent="8001"))
        faults = store.ledger.verify().faults

    fee = KnowledgeSum("8001", "fee", "月租", 3, 1, 0, 0, 1, 0, 1)
    assert month == [
        fee,
        KnowledgeSum("8001", "hours", "营业时间", 2, 0, 1, 0, 0, 1, 0),
        KnowledgeSum("8002", "fee", "月租", 1, 0, 0, 1, 0, 0, 0),
    ]
    assert [(one.topic, one.asked, one.no_answer) for one in own] == [
        ("fee", 1, 1),
        ("hours", 1, 0),
    ]
    assert by_topic(month) == (
        KnowledgeSum(None, "hours", "营业时间", 2, 0, 1, 0, 0, 1, 0),
        KnowledgeSum(None, "fee", "月租", 4, 1, 0, 1, 1, 0, 1),
    )
    assert fee.right_share == 0.5
    assert faults == ()
