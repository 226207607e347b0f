"""Topics of a month, counted in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.people import QueueFilter
from pipeline.store import Store
from pipeline.types import (
    CallMeta,
    CallTopic,
    Imported,
    Quote,
    Recording,
    Scope,
    Settlement,
    TopicSum,
    TopicTotals,
)
from tests.builders import a_result, a_score, an_utterance

AT = "2026-11-20T01:00:00+00:00"
BILL = CallTopic("bill", "账单", "账单", "", 4.0, (Quote("customer", 3.0, 4.0, "账单不对"),))
REPAIR = CallTopic("repair", "报修", "报修", "", 2.0)
UNKNOWN = Settlement(reason="客户最后几句没有说到是否解决")
NOVEMBER = Scope.of_month("2026-11")


def put(store: Store, number: int, *topics: CallTopic, day: int = 3, **changes: object) -> None:
    meta = CallMeta(
        f"c{number}", "8012", str(changes.pop("customer", "")) or None, f"2026-11-{day:02}T09:00:00"
    )
    result = a_result(
        recording=Recording(f"{number}.wav", f"{number:064x}", 20.0, 8000, 2, "pcm", 0),
        call=meta,
        topics=topics,
        **{"settlement": UNKNOWN, **changes},
    )
    store.results.save(result, scored_at=AT)


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as opened:
        yield opened


def test_topics_and_settlement_come_back_as_they_were_saved(store: Store):
    settled = Settlement(False, "客户最后说没有解决", True, False, BILL.quotes)
    put(store, 1, BILL, REPAIR, settlement=settled)

    (loaded,) = store.results.each()

    assert (loaded.topics, loaded.settlement) == ((BILL, REPAIR), settled)
    assert store.ledger.verify().faults == ()


def test_a_topic_has_its_calls_their_attitude_and_whether_they_were_settled(store: Store):
    put(store, 1, BILL, REPAIR, settlement=Settlement(True, "客户最后说解决了"))
    put(store, 2, BILL, score=a_score(60.0), settlement=Settlement(False, "客户最后说没有解决"))
    put(store, 3, BILL, score=a_score(80.0))
    put(store, 4)

    assert store.calls.topics(NOVEMBER) == (
        TopicSum("bill", "账单", "账单", "", 3, 3, 80.0, 1, 1),
        TopicSum("repair", "报修", "报修", "", 1, 0, 100.0, 1, 0),
    )
    assert store.calls.topic_totals(NOVEMBER) == TopicTotals(4, 1, 0)
    assert store.calls.topics(Scope.of_month("2026-12")) == ()


def test_an_imported_outcome_wins_over_the_words(store: Store):
    put(store, 1, BILL, settlement=Settlement(True, "客户最后说解决了"))
    store.calls.import_calls([Imported("c1", {"resolved": 0}, "a.csv:2")], actor="qa", at=AT)

    (bill,) = store.calls.topics(NOVEMBER)

    assert (bill.solved, bill.unsolved) == (0, 1)


def test_a_call_about_the_same_topic_within_days_means_that_the_first_did_not_help(store: Store):
    put(store, 1, BILL, day=1, customer="wang")
    put(store, 2, REPAIR, day=3, customer="wang")  # another matter
    put(store, 3, BILL, day=6, customer="wang")
    put(store, 4, BILL, day=4, customer="li")
    put(store, 5, day=28)

    bill, repair = store.calls.topics(NOVEMBER)

    assert (bill.first, bill.again, bill.first_call_share) == (3, 1, 1 - 1 / 3)
    assert (repair.first, repair.again) == (1, 0)


def test_the_first_words_of_calls_without_a_topic_are_given_up_to_a_number(store: Store):
    said = (an_utterance("您好。"), an_utterance("猫不吃东西。", "customer", 3.0))
    put(store, 1, BILL)
    put(store, 2, utterances=said)
    put(store, 3, utterances=said)

    found = store.calls.without_topic(NOVEMBER, limit=1)

    assert [(one.call_id, one.text) for one in found] == [("c2", "猫不吃东西。")]


def test_calls_of_earlier_versions_are_told_apart_from_those_without_a_topic(store: Store):
    put(store, 1, settlement=Settlement())

    assert store.calls.topic_totals(NOVEMBER) == TopicTotals(0, 0, 1)
    assert store.calls.without_topic(NOVEMBER, limit=9) == []


def test_the_queue_shows_the_calls_of_one_topic(store: Store):
    put(store, 1, BILL)
    put(store, 2, REPAIR, BILL)
    put(store, 3, REPAIR)

    page = store.queue.page(QueueFilter("all", topic="bill", since=date(2026, 11, 1)))

    assert ([row.call_id for row in page.rows], page.total) == (["c2", "c1"], 2)


def test_a_scope_of_one_agent_counts_that_agent_only(store: Store):
    put(store, 1, BILL, customer="wang")
    assert store.calls.topics(replace(NOVEMBER, agent="9999")) == ()
    assert [one.calls for one in store.calls.topics(replace(NOVEMBER, agent="8012"))] == [1]
