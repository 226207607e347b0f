"""Appeals are kept, found by agent, call and due day, and a call that is appealed waits for a
person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import AppealError
from pipeline.people.actions import FindingKey
from pipeline.people.appeals import Appeal, due_line
from pipeline.people.queue import QueueFilter
from pipeline.store import Store
from tests.builders import a_finding, a_result

AT, DUE = "2026-11-05T09:00:00+08:00", "2026-11-08T09:00:00+08:00"
KEY = FindingKey.of(a_finding())
FIRST, SECOND = "1" * 64, "2" * 64


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "callqa.db") as opened:
        for sha256 in (FIRST, SECOND):
            opened.results.save(
                a_result(recording=replace(a_result().recording, sha256=sha256)), scored_at=AT
            )
        yield opened


def filed(store: Store, result_id: int = 1, **changes: Any) -> Appeal:
    values: dict[str, Any] = {
        "finding": KEY, "agent_id": "8001", "filed_by": "zhang", "reason": "没有说", "at": AT, "due_at": DUE,
    }  # fmt: skip
    return store.appeals.file(result_id, **{**values, **changes})


def test_an_appeal_comes_back_as_it_was_filed(store: Store):
    made = filed(store)

    assert made == store.appeals.get(1) == Appeal(
        1, FIRST, 1, 1, None, KEY, "8001", "zhang", "没有说", "2026-11-05T01:00:00+00:00", "2026-11-08T01:00:00+00:00"
    )  # fmt: skip
    assert filed(store, finding=None).finding is None


def test_a_second_appeal_knows_the_first(store: Store):
    first = filed(store)
    store.appeals.decide(first.id, outcome="rejected", answer="听得到", decided_by="chen", at=AT)

    second = filed(store, first=first)

    assert (second.level, second.first_id) == (2, first.id)


def test_an_appeal_is_decided_once(store: Store):
    filed(store)
    closed = store.appeals.decide(1, outcome="rejected", answer="听得到", decided_by="chen", at=AT)

    assert (closed.is_open, closed.outcome, closed.answer, closed.decided_by, closed.decided_at) == (
        False, "rejected", "听得到", "chen", "2026-11-05T01:00:00+00:00",
    )  # fmt: skip
    with pytest.raises(AppealError, match="已有结果（chen）"):
        store.appeals.decide(1, outcome="upheld", answer="x", decided_by="li", at=AT)
    assert store.appeals.get(1) == closed


def test_a_call_waits_while_an_appeal_is_open(store: Store):
    def waits() -> list[str]:
        return [row.sha256 for row in store.queue.page(QueueFilter("appealed")).rows]

    assert waits() == []
    filed(store, 2)
    assert waits() == [SECOND]
    store.appeals.decide(1, outcome="upheld", answer="x", decided_by="chen", at=AT)
    assert waits() == []


def test_appeals_are_found_by_agent_by_call_and_page_by_page(store: Store):
    for result_id, agent in ((1, "8001"), (2, "8002"), (1, "8002"), (2, "8001")):
        filed(store, result_id, agent_id=agent)
    store.appeals.decide(4, outcome="rejected", answer="x", decided_by="chen", at=AT)

    def ids(**wanted: Any) -> list[int]:
        return [appeal.id for appeal in store.appeals.find(**wanted)]

    assert ids() == [4, 3, 2, 1]
    assert ids(open_only=True) == [3, 2, 1]
    assert ids(agent="8001") == [4, 1]
    assert ids(sha256=SECOND, open_only=True) == [2]
    assert (ids(limit=3), ids(limit=3, after=2)) == ([4, 3, 2], [1])


def test_what_is_due_comes_in_the_order_of_its_day(store: Store):
    for day in ("2026-11-09", "2026-11-07", "2026-11-08", "2026-11-06"):
        filed(store, due_at=f"{day}T09:00:00+00:00")
    store.appeals.decide(4, outcome="rejected", answer="x", decided_by="chen", at=AT)

    assert [appeal.id for appeal in store.appeals.due("2026-11-09T17:00:00+08:00")] == [2, 3]


def test_what_is_not_there_is_said(store: Store):
    with pytest.raises(AppealError, match="没有申诉 7"):
        store.appeals.get(7)
    with pytest.raises(AppealError, match="没有申诉 7"):
        store.appeals.decide(7, outcome="upheld", answer="", decided_by="x", at=AT)
    with pytest.raises(AppealError, match="没有评分结果 7"):
        filed(store, 7)
    with pytest.raises(AppealError, match="没有评分结果 7"):
        store.appeals.known_at(7)


def test_a_result_is_known_from_when_it_was_scored(store: Store):
    assert store.appeals.known_at(1) == "2026-11-05T01:00:00+00:00"


def test_people_are_told_of_what_is_due_and_what_is_late(store: Store):
    for day in ("2026-11-06", "2026-11-08", "2026-11-09"):
        filed(store, due_at=f"{day}T09:00:00+00:00")
    now = "2026-11-08T00:00:00+00:00"

    assert (
        due_line(store.appeals.due("2026-11-09T00:00:00+00:00"), now)
        == "申诉已逾期 1 件，即将到期 1 件，请尽快处理。"
    )
    assert (
        due_line(store.appeals.due("2026-11-07T00:00:00+00:00"), now)
        == "申诉已逾期 1 件，请尽快处理。"
    )
    assert (
        due_line(store.appeals.due("2026-11-10T00:00:00+00:00")[1:], now)
        == "申诉即将到期 2 件，请尽快处理。"
    )
