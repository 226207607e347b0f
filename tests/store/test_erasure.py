"""Erased by right: nothing of the person is left in the file, the figures stay, the ledger is
whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.store import Store
from pipeline.store.named import LEAST_SWEPT
from pipeline.types import LiveAlarm, LiveMessage, Scope
from tests.store.full_site import AT, HER
from tests.store.personal_site import (
    CALL_ID,
    NAME,
    PHONE,
    PLATE,
    SHA,
    a_personal_call,
    erase,
    fill_with_person,
    left_in,
)
from tests.store.test_alterations import alter, faults


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "callqa.db"
    fill_with_person(path)
    return path


def test_the_person_is_there_before(db: Path):
    with Store.open(db) as store:
        store.fold_log()

    assert {text for _, text in left_in(db.parent)} >= {PHONE, NAME, PLATE, "翔安区马巷"}


def test_no_byte_of_the_person_is_left_and_the_ledger_is_whole(db: Path):
    erase(db)

    assert left_in(db.parent) == []
    assert faults(db) == set()


def test_words_go_without_writing_the_file_anew(db: Path):
    """As nights do it, of large files."""
    with Store.open(db) as store:
        calls = store.erasure.calls_of(PHONE)
        named = store.erasure.named(calls, PHONE)
        store.erasure.erase(calls, "all", named, reason="期限", **HER)
        store.erasure.clean(**HER, whole=False)

    assert left_in(db.parent) == []
    assert faults(db) == set()


def test_the_index_finds_no_more_of_the_person(db: Path):
    with Store.open(db) as store:
        assert store.calls.search(PHONE, hidden=frozenset())
        others = store.calls.search("退款")
    erase(db)

    with Store.open(db) as store:
        for text in (PHONE, NAME, "翔安", PHONE[3:7]):
            tokens = " ".join(text)
            rows = store.db.execute(
                "SELECT rowid FROM spoken WHERE spoken MATCH ?", [f'"{tokens}"']
            )
            assert rows.fetchall() == []
        assert store.calls.search("退款") == others


def test_the_figures_of_the_month_stay(db: Path):
    with Store.open(db) as store:
        before = store.calls.records()
        sums = (
            store.calls.items(Scope()),
            store.calls.faults(Scope()),
            store.calls.resolution(Scope()),
        )
    erase(db)

    with Store.open(db) as store:
        after = store.calls.records()
        assert sums == (
            store.calls.items(Scope()),
            store.calls.faults(Scope()),
            store.calls.resolution(Scope()),
        )
        assert [store.results.get(one.result_id).score.attitude for one in after] == [
            one.attitude for one in before
        ]
    figures = [
        [replace(one, call_id=None, customer_id=None, path="", queue=None) for one in records]
        for records in (before, after)
    ]
    assert figures[0] == figures[1]


def test_two_calls_of_one_person_stay_of_one_person(db: Path):
    with Store.open(db) as store:
        second = replace(a_personal_call().recording, sha256="6" * 64)
        store.results.save(replace(a_personal_call(), recording=second), scored_at=AT)
    erase(db)

    with Store.open(db) as store:
        customers = [r.customer_id for r in store.calls.records() if r.sha256 in ("6" * 64, SHA)]
    assert len(customers) == 2
    assert customers[0] == customers[1] != PHONE


def test_a_chat_goes_with_its_result_and_by_age_no_other_of_the_customer(db: Path):
    said = [LiveMessage("1", 1.0, "customer", f"我叫{NAME}")]
    with Store.open(db) as store:
        live = store.live
        (result_id,) = [one.result_id for one in store.calls.records() if one.sha256 == SHA]
        scored = live.receive("api", "a", said, about={}, now=1.0).talk
        live.finish(scored.id, result_id)
        running = live.receive("api", "b", said, about={"customer_id": PHONE}, now=1.0).talk
        named = store.erasure.named([SHA])
        store.erasure.erase([SHA], "all", named, reason="期限", **HER)

        assert (live.find(scored.id), live.find(running.id)) == (None, running)
        # what was heard before is kept nowhere afterwards
        store.erasure.erase([], "all", store.erasure.named([], PHONE), reason="要求", **HER)
        alarm = LiveAlarm("forbidden.threat", 1.0, "notify", "confirmed", NAME)
        assert store.alarms.note(running, [alarm], waits=None, now=2.0) == []
        assert store.alarms.of_talk(running.id) == []


def test_verify_says_what_was_erased_when_and_why(db: Path):
    erase(db)
    with Store.open(db) as store:
        (note,) = [one for one in store.ledger.verify().notes if "erased" in one]

    assert "1 calls" in note
    assert "客户要求" in note
    assert "by li" in note


def test_erased_words_alone_leave_names_and_comments_of_the_month(db: Path):
    erase(db, "words")
    with Store.open(db) as store:
        (record,) = [one for one in store.calls.records() if one.sha256 == SHA]

    assert (record.customer_id, record.call_id) == (PHONE, CALL_ID)
    assert left_in(db.parent, ("翔安区马巷", "一三七", PLATE)) == []
    assert faults(db) == set()


def test_an_erasure_that_was_cut_off_is_named_until_it_is_finished(db: Path):
    with Store.open(db) as store:
        calls = store.erasure.calls_of(PHONE)
        named = store.erasure.named(calls, PHONE)
        store.erasure.erase(calls, "all", named, reason="客户要求", **HER)
        assert len(store.erasure.unfinished()) == 1
    assert any(one.startswith("erasure ") for one in faults(db))

    with Store.open(db) as store:
        store.erasure.clean(**HER)
        assert store.erasure.unfinished() == []
    assert faults(db) == set()


def test_what_was_altered_before_stays_a_fault_after_its_erasure(db: Path):
    alter(db, "UPDATE utterances SET text = '您好' WHERE result_id = 5 AND position = 0")

    erase(db)

    assert faults(db) == {"result 5"}
    assert left_in(db.parent) == []


def test_an_entry_emptied_by_hand_is_no_erasure(db: Path):
    erase(db)
    alter(db, "UPDATE ledger SET detail = '' WHERE action = 'sampled'")

    assert any(one.startswith("entry ") for one in faults(db))


def test_a_short_name_is_no_part_of_others(db: Path):
    """C1 is in C17: only columns that hold it whole lose it."""
    assert len("C1") < LEAST_SWEPT
    with Store.open(db) as store:
        calls = store.erasure.calls_of("C1")
        named = store.erasure.named(calls, "C1")
        store.erasure.erase(calls, "all", named, reason="客户要求", **HER)
        store.erasure.clean(**HER)
        customers = {one.customer_id for one in store.calls.records()}

    assert {"C2", "C3", PHONE} < customers
    assert faults(db) == set()


def test_old_details_of_the_ledger_go_and_who_did_what_stays(db: Path):
    with Store.open(db) as store:
        count = store.erasure.details_before("2027-01-01T00:00:00+00:00")
        before = [(e.at, e.actor, e.action, e.hash) for e in store.ledger.entries()]
        gone = store.erasure.erase_details("2027-01-01T00:00:00+00:00", reason="期限", **HER)
        store.erasure.clean(**HER)
        after = [(e.at, e.actor, e.action, e.hash) for e in store.ledger.entries()]

    assert count == gone > 10
    assert after[: len(before)] == before
    assert faults(db) == set()


def test_an_erased_call_is_not_scored_again(db: Path):
    erase(db)
    with Store.open(db) as store:
        assert 5 in store.results.effective_ids()
        assert 5 not in store.results.effective_ids(with_words=True)
        assert store.erasure.calls_of(PHONE) == []
        assert SHA not in store.erasure.calls_before("2027-01-01", "all")


def test_an_erasure_is_not_finished_while_a_reader_keeps_the_log(db: Path):
    with Store.open(db, busy_timeout_s=0.1) as store, Store.open(db) as reader:
        reader.db.execute("BEGIN")
        reader.db.execute("SELECT count(*) FROM calls").fetchone()
        calls = store.erasure.calls_of(PHONE)
        named = store.erasure.named(calls, PHONE)
        store.erasure.erase(calls, "all", named, reason="客户要求", **HER)
        with pytest.raises(StoreError, match="others read the database"):
            store.erasure.clean(**HER)
        assert len(store.erasure.unfinished()) == 1

        reader.db.rollback()
        store.erasure.clean(**HER)
        assert store.erasure.unfinished() == []
    assert left_in(db.parent) == []
