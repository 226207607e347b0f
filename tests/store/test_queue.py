"""The queue has the calls of a filter, each once, in order, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import StoreError
from pipeline.people.actions import NewAction
from pipeline.people.queue import QueueFilter, QueueRow
from pipeline.store import Store, queue_conditions
from pipeline.store import queue as queue_module
from pipeline.types import CallMeta
from tests.builders import a_finding, a_result, a_score, an_utterance

AT = "2026-11-20T09:00:00+00:00"
SHIRK, DOUBT = a_finding(), a_finding(verdict="review", start_s=5.0, end_s=6.0)
MISSING = a_finding(rule="required.farewell", kind="missing")
FACT = a_finding(
    rule="fact.escalation", kind="process", role="customer", phrase="找你们领导", verdict="review"
)
BROKE_IN = a_finding(rule="interruption", kind="interruption", role="customer", verdict="review")


def sha(letter: str) -> str:
    return letter * 64


def put(
    store: Store,
    letter: str,
    *,
    day: int = 1,
    agent: str = "8001",
    queue: str = "投诉",
    **changes: Any,
) -> int:
    """Keep a call that is named by a letter."""
    result = a_result(
        call=CallMeta(letter, agent, "k1", f"2026-11-{day:02d}T10:00:00", queue), **changes
    )
    return store.results.save(
        replace(result, recording=replace(result.recording, sha256=sha(letter))), scored_at=AT
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """a has nothing, b a fault and a doubt, c is fatal, d misses a phrase and was drawn, e is
    settled."""
    with Store.open(tmp_path / "callqa.db") as opened:
        opened.agents.record(
            [("8001", "张三", "一班"), ("8002", "李四", "二班")], actor="li", at=AT
        )
        put(opened, "a", day=1)
        put(
            opened,
            "b",
            day=2,
            findings=(SHIRK, DOUBT),
            score=a_score(60.0, flags=("出现禁语 1 处",)),
        )
        put(
            opened,
            "c",
            day=3,
            agent="8002",
            queue="咨询",
            findings=(SHIRK,),
            score=a_score(0.0, fatal=True),
        )
        put(
            opened,
            "d",
            day=4,
            findings=(MISSING,),
            score=a_score(90.0),
            utterances=(an_utterance("这个不归我管。"),),
        )
        put(opened, "e", day=5, agent="8002", findings=(DOUBT,), score=a_score(80.0))
        opened.samples.keep(
            [(sha("d"), 4, "random", "随机", 0.1)], seed=1, plan={}, actor="li", at=AT
        )
        opened.actions.add(5, [NewAction("settle", {"settled": True})], actor="wang", at=AT)
        opened.actions.add(2, [NewAction("assign", {"to": "wang"})], actor="li", at=AT)
        opened.actions.add(3, [NewAction("mark", {"mark": "coaching"})], actor="li", at=AT)
        yield opened


def calls(store: Store, **wanted: Any) -> str:
    """The letters of the calls, in order."""
    page = store.queue.page(QueueFilter(**wanted))
    assert page.total in (None, len(page.rows))
    return "".join(row.call_id or "?" for row in page.rows)


@pytest.mark.parametrize(
    ("view", "found"),
    [("waiting", "cbd"), ("flagged", "ecb"), ("sampled", "d"), ("appealed", ""), ("all", "edcba")],
)
def test_a_view_has_its_calls_in_its_order(store: Store, view: str, found: str):
    """The most urgent first where people take from it, the last first elsewhere."""
    assert calls(store, view=view) == found


def test_what_the_customer_told_or_did_is_no_doubt_and_facts_are_a_list_of_their_own(store: Store):
    put(store, "f", day=6, findings=(FACT, BROKE_IN))
    put(store, "g", day=7, findings=(FACT, DOUBT))

    assert calls(store, view="told") == calls(store, view="all", verdict="told") == "gf"
    assert (calls(store, view="waiting"), calls(store, view="flagged")) == ("cbdg", "gecb")
    assert calls(store, view="all", verdict="review") == "geb"
    assert [store.queue.count(view) for view in ("waiting", "told")] == [4, 2]
    rows = store.queue.page(QueueFilter(view="told")).rows
    assert [row.doubtful for row in rows] == [1, 0]
    assert [record.told for record in store.calls.records()] == [False] * 5 + [True, True]

    store.actions.add(6, [NewAction("settle", {"settled": True})], actor="li", at=AT)
    assert (calls(store, view="told"), calls(store, view="all", verdict="told")) == ("g", "gf")


def test_a_fact_comes_last_and_nobody_must_decide_on_it(store: Store):
    number = put(store, "g", day=7, findings=(FACT, DOUBT, BROKE_IN))

    assert [(one.rule, one.open) for one in store.queue.reasons([number])[number]] == [
        (DOUBT.rule, True),
        (FACT.rule, False),
    ]


def test_mine_are_the_waiting_calls_assigned_to_me(store: Store):
    store.actions.add(5, [NewAction("assign", {"to": "wang"})], actor="li", at=AT)

    assert (
        calls(store, view="mine", assigned="wang"),
        calls(store, view="all", assigned="wang"),
    ) == ("b", "eb")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"agent": "8002"}, "ec"),
        ({"team": "一班"}, "dba"),
        ({"team": "三班"}, ""),
        ({"queue": "咨询"}, "c"),
        ({"since": date(2026, 11, 3)}, "edc"),
        ({"until": date(2026, 11, 2)}, "ba"),
        ({"since": date(2026, 11, 2), "until": date(2026, 11, 3)}, "cb"),
        ({"rule": "forbidden.shirk"}, "ecb"),
        ({"rule": "required.farewell"}, "d"),
        ({"rule": "no.such"}, ""),
        ({"least": 80.0}, "eda"),
        ({"least": 60.0, "most": 80.0}, "eb"),
        ({"most": 0.0}, "c"),
        ({"verdict": "fatal"}, "c"),
        ({"verdict": "confirmed"}, "dcb"),
        ({"verdict": "review"}, "eb"),
        ({"text": "我要退款"}, "ecba"),
        ({"text": "不归，我管！"}, "d"),
        ({"text": "退款不归"}, ""),
        ({"text": "！？"}, ""),
        ({"text": '" OR *'}, ""),
        ({"text": "  "}, "edcba"),
        ({"mark": "coaching"}, "c"),
        ({"assigned": "wang"}, "b"),
        ({"reviewed": True}, "e"),
        ({"reviewed": False}, "dcba"),
        ({"rule": "forbidden.shirk", "agent": "8001", "text": "退款", "verdict": "review"}, "b"),
    ],
)
def test_a_filter_leaves_the_calls_that_meet_it(store: Store, wanted: dict[str, Any], found: str):
    assert calls(store, view="all", **wanted) == found


@pytest.mark.parametrize(
    "wanted",
    [{"rule": "forbidden.shirk"}, {"text": "我要退款"}, {"text": "退款", "rule": "no.such"}],
)
def test_what_is_frequent_is_found_the_same_and_only_rules_are_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
):
    filtered = QueueFilter("all", **wanted)
    rare = store.queue.page(filtered)
    monkeypatch.setattr(queue_conditions, "FREQUENT", 1)
    monkeypatch.setattr(queue_conditions, "FREQUENT_TEXT", 1)

    frequent = store.queue.page(filtered)

    counted = None if "text" in wanted else len(rare.rows)
    assert (frequent.rows, frequent.total, rare.total) == (rare.rows, counted, len(rare.rows))


def test_a_row_says_all_that_is_shown(store: Store):
    (row,) = store.queue.page(QueueFilter(assigned="wang")).rows

    assert row == QueueRow(
        2, sha("b"), "b", "8001", "张三", "投诉", "2026-11-02T10:00:00", 20.5, 60.0, 60.0, False, 1, 0, 1,
        ("出现禁语 1 处",), True, False, False, False, False, "wang", None, 210.0,
    )  # fmt: skip


@pytest.mark.parametrize("view", ["waiting", "all"])
def test_pages_have_every_call_once(store: Store, view: Any):
    for number in range(6, 30):  # equally urgent, some at the same moment
        put(store, chr(ord("a") + number), day=1 + number // 9, findings=(DOUBT,))
    whole = store.queue.page(QueueFilter(view))
    seen: list[QueueRow] = []
    after = None

    while after is not None or not seen:
        page = store.queue.page(QueueFilter(view), limit=7, after=after)
        seen += page.rows
        assert (page.total, len(page.rows) == 7 or page.next is None) == (whole.total, True)
        after = page.next

    assert (tuple(seen), whole.next) == (whole.rows, None)


def test_a_last_page_that_is_full_has_no_next(store: Store):
    assert store.queue.page(QueueFilter("all"), limit=5).next is None
    assert store.queue.page(QueueFilter("all"), limit=4).next is not None


@pytest.mark.parametrize(
    "after", ["", "x", "{}", "[1]", '["2026", "x"]', '[1.0, "2026", "x"]', "[null, null, null]"]
)
def test_a_place_that_no_page_gave_is_refused(store: Store, after: str):
    for view in ("waiting", "all"):
        with pytest.raises(StoreError, match="no place in the queue"):
            store.queue.page(QueueFilter(view), after=after)  # type: ignore[arg-type]


def test_a_call_without_points_is_in_no_range_of_points(store: Store):
    put(store, "f", score=a_score(attitude=None, total=None))

    assert calls(store, view="all", text="退款", least=0.0) == "ecba"
    assert "f" in calls(store, view="all")


def test_a_call_that_is_scored_again_is_found_by_its_new_result(store: Store):
    again = replace(
        store.results.get(2),
        findings=(),
        score=a_score(95.0),
        engine=replace(store.results.get(2).engine, lexicon_version="l2"),
    )
    store.results.save(again, scored_at=AT, heard_id=2)

    assert (
        calls(store, view="all", rule="forbidden.shirk"),
        calls(store, view="all", least=95.0),
    ) == ("ec", "ba")
    assert calls(store, view="all", text="我要退款") == "ecba"


def test_the_columns_of_all_filters_are_stored_with_the_call(store: Store):
    columns = "spoken_id, call_points, is_fatal, faults, doubts, flagged, sampled, waiting, urgency"
    kept = store.db.execute(
        f"SELECT {columns} FROM calls WHERE call_id < 'e' ORDER BY call_id"
    ).fetchall()

    assert kept == [
        (1, 100.0, 0, 0, 0, 0, 0, 0, 0.0),
        (2, 60.0, 0, 1, 1, 1, 0, 1, 210.0),  # 40 points lost, and a doubt
        (3, 0.0, 1, 1, 0, 1, 0, 1, 1500.0),
        (4, 90.0, 0, 1, 0, 0, 1, 1, 65.0),
    ]


@pytest.mark.parametrize(
    ("sort", "up", "found"),
    [
        ("attitude", True, "cbeda"), ("attitude", False, "adebc"), ("time", True, "abcde"), ("agent", True, "abdce"),
        ("total", True, "cbeda"), ("urgency", False, "cbeda"),
    ],
)  # fmt: skip
def test_any_column_sorts_a_list_and_its_pages_follow(
    store: Store, sort: Any, up: bool, found: str
):
    wanted = QueueFilter("all", sort=sort, up=up)
    letters, after = "", None
    for _ in range(5):
        page = store.queue.page(wanted, limit=2, after=after)
        letters += "".join(row.call_id or "?" for row in page.rows)
        after = page.next
        if after is None:
            break

    assert letters == found
    assert (
        "".join(r.call_id or "" for r in store.queue.page(wanted, limit=2, offset=2).rows)
        == (found[2:4])
    )
    for number, letter in enumerate(found, 1):
        place = store.queue.place_of("abcde".index(letter) + 1, wanted)
        assert place is not None
        at = store.queue.position(place, wanted)
        assert (at and (at.number, at.total)) == (number, 5)


@pytest.mark.parametrize(
    ("text", "rules", "found"),
    [
        ("a", (), ""), ("8002", (), "ec"), ("李", (), "ec"), ("不归我管", (), "edcb"), ("缺少", ("required.farewell",), "d"),
        ("没有这句", (), ""), ("%", (), ""),
    ],
)  # fmt: skip
def test_one_box_finds_agents_words_and_findings(
    store: Store, text: str, rules: tuple[str, ...], found: str
):
    assert calls(store, view="all", find=text, find_rules=rules) == found


def test_a_call_and_a_customer_are_found_by_what_the_pages_show_of_their_numbers(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as store:
        for number, (call_id, customer) in enumerate(
            (("20261102-0050", "13800138000"), ("20261102-13900139000", "C-10027"))
        ):
            result = a_result(call=CallMeta(call_id, "8001", customer, None, None))
            recording = replace(result.recording, sha256=f"{number:064x}")
            store.results.save(replace(result, recording=recording), scored_at=AT)

        def found(text: str) -> int:
            return len(store.queue.page(QueueFilter("all", find=text)).rows)

        assert [found(text) for text in ("0050", "20261102-", "13800138000", "138****8000")] == (
            [1, 2, 1, 1]
        )
        assert [found(text) for text in ("8000", "C-10027")] == [1, 1]
        assert [found(text) for text in ("13900139000", "0013", "13800*****0", "1380013")] == [
            0
        ] * 4


def test_a_row_says_why_the_gravest_first(store: Store):
    found = store.queue.reasons([2, 4])

    assert [(one.phrase, one.start_s, one.open) for one in found[2]] == [
        (SHIRK.phrase, SHIRK.start_s, False),
        (DOUBT.phrase, 5.0, True),
    ]
    assert [one.kind for one in found.get(4, ())] == ["missing"]


def test_only_a_long_list_is_counted_now_and_then(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything, bills = QueueFilter(view="all"), QueueFilter(view="all", queue="咨询")
    whole, few = store.queue.page(everything).total, store.queue.page(bills).total
    assert whole is not None
    assert few is not None
    assert whole > few
    put(store, "x", day=7, queue="咨询")
    assert store.queue.page(everything).total == whole + 1

    monkeypatch.setattr(queue_module, "LONG_LIST", whole)
    put(store, "y", day=8, queue="咨询")
    assert store.queue.page(everything).total == whole + 1  # as it was counted last
    assert store.queue.page(bills).total == few + 2
    monkeypatch.setattr(queue_module, "COUNTED_FOR_S", 0.0)
    assert store.queue.page(everything).total == whole + 2
