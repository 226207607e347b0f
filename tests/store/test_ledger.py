"""The ledger reveals anything that was altered, left out, added or replaced."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.store import Store
from tests.builders import a_decision, a_finding, a_result, a_score

AT = "2026-11-02T09:00:00+00:00"
CALL = a_result(findings=(a_finding(),), score=a_score(80.0))


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Three results and a decision: five entries with the first."""
    path = tmp_path / "callqa.db"
    with Store.open(path) as store:
        for number in range(3):
            recording = replace(CALL.recording, sha256=f"{number}" * 64)
            store.results.save(replace(CALL, recording=recording), scored_at=AT)
        store.actions.add(1, [a_decision(CALL.findings[0])], actor="chen", at=AT)
    return path


def tamper(db: Path, *statements: str) -> None:
    """What somebody with the file can do: also take the triggers away."""
    raw = sqlite3.connect(db)
    raw.execute("DROP TRIGGER ledger_keeps")
    raw.execute("DROP TRIGGER ledger_stays")
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()


def faults(db: Path, **how: object) -> list[str]:
    with Store.open(db) as store:
        return [fault.subject for fault in store.ledger.verify(**how).faults]  # type: ignore[arg-type]


def test_nothing_altered_is_nothing_found(db: Path):
    with Store.open(db) as store:
        found = store.ledger.verify()

    assert (found.entries, found.results, found.faults) == (5, 3, ())


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        ("UPDATE ledger SET actor = 'Chen' WHERE id = 8", "entry 8"),
        (
            "UPDATE ledger SET detail = replace(detail, 'refused', 'confirmed') WHERE id = 8",
            "entry 8",
        ),
        ("UPDATE ledger SET at = '2026-11-02T09:00:01+00:00' WHERE id = 2", "entry 2"),
        (
            "UPDATE ledger SET hash = iif(hash LIKE '0%', '1', '0') || substr(hash, 2) WHERE id = 3",
            "entry 3",
        ),
        ("DELETE FROM ledger WHERE id = 3", "entry 3"),
        ("DELETE FROM ledger WHERE id = 9", "end"),
        ("DELETE FROM ledger", "end"),
        ("UPDATE results SET attitude = 99 WHERE id = 2", "result 2"),
        ("UPDATE findings SET verdict = 'review' WHERE result_id = 2", "result 2"),
        ("UPDATE findings SET quote = quote || '。' WHERE result_id = 1", "result 1"),
        ("UPDATE utterances SET text = '您好' WHERE result_id = 3 AND position = 1", "result 3"),
        ("UPDATE score_items SET points = 100 WHERE result_id = 3", "result 3"),
        ("DELETE FROM findings WHERE result_id = 3", "result 3"),
    ],
)
def test_one_thing_altered_is_named(db: Path, statement: str, subject: str):
    tamper(db, statement)

    assert subject in faults(db)


def test_every_byte_of_an_entry_counts(db: Path):
    """A character changed anywhere in any field of an entry is found, in the entry or in the one
    after it."""
    raw = sqlite3.connect(db)
    (row,) = raw.execute(
        "SELECT at, actor, action, subject, detail, hash FROM ledger WHERE id = 3"
    ).fetchall()
    raw.close()
    names = ("at", "actor", "action", "subject", "detail", "hash")
    for name, text in zip(names, row, strict=True):
        for at in {0, len(text) // 2, len(text) - 1}:
            copy = db.with_name(f"{name}{at}.db")
            shutil.copy(db, copy)
            tamper(
                copy,
                f"UPDATE ledger SET {name} = substr({name}, 1, {at}) || '#' || substr({name}, {at + 2}) WHERE id = 3",
            )
            assert faults(copy, with_results=False), (name, at)


def test_a_result_put_in_by_other_means_is_named(db: Path):
    tamper(
        db,
        "INSERT INTO recordings SELECT 'ff', path, name, stem, duration_s, sample_rate_hz, channels, codec, decode_errors"
        " FROM recordings LIMIT 1",
        "CREATE TEMP TABLE copy AS SELECT * FROM results WHERE id = 1",
        "UPDATE copy SET id = 9, sha256 = 'ff'",
        "INSERT INTO results SELECT * FROM copy",
    )

    assert faults(db) == ["result 9", "recording ff"]


def test_a_result_that_was_deleted_is_named(db: Path):
    tamper(db, "DELETE FROM calls WHERE result_id = 3", "DELETE FROM results WHERE id = 3")

    assert faults(db) == ["result 3", f"call {'2' * 64}"]


def test_a_whole_ledger_put_in_place_of_another_is_found_by_a_hash_kept_elsewhere(
    db: Path, tmp_path: Path
):
    with Store.open(db) as store:
        head = store.ledger.verify().head
    other = tmp_path / "other.db"
    with Store.open(other) as store:
        store.results.save(CALL, scored_at=AT)

    assert faults(db, expected_head=head) == []
    assert faults(other) == []
    assert faults(other, expected_head=head) == ["head"]


def test_later_entries_do_not_trouble_an_earlier_hash(db: Path):
    with Store.open(db) as store:
        head = store.ledger.verify().head
        store.ledger.record("unmasked", "call a", {"reason": "申诉"}, actor="li", at=AT)

    assert faults(db, expected_head=head) == []


@pytest.mark.parametrize("statement", ["UPDATE ledger SET actor = 'x'", "DELETE FROM ledger"])
def test_the_database_itself_refuses_changes_of_the_ledger(db: Path, statement: str):
    raw = sqlite3.connect(db)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)
    raw.close()


def test_every_act_names_who_and_what(db: Path):
    with Store.open(db) as store:
        entry = store.ledger.entries(f"call {'0' * 64}")[-1]

    assert (entry.actor, entry.action, entry.detail["value"]["decision"]) == (
        "chen",
        "acted",
        "refused",
    )


def test_what_fails_leaves_no_entry(db: Path):
    with Store.open(db) as store:
        with pytest.raises(StoreError):
            store.actions.add(77, [a_decision(CALL.findings[0])], actor="chen", at=AT)
        assert store.ledger.verify().entries == 5


CHANGES: list[Callable[[Store], object]] = [
    lambda store: store.results.save(
        replace(CALL, engine=replace(CALL.engine, lexicon_version="l2")), scored_at=AT
    ),
    lambda store: store.agents.record([("8001", "张三", "一班")], actor="li", at=AT),
    lambda store: store.samples.keep(
        [("0" * 64, 1, "random", "随机", 0.5)], seed=1, plan={}, actor="li", at=AT
    ),
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_an_entry(db: Path, change: Callable[[Store], object]):
    with Store.open(db) as store:
        change(store)
        assert (store.ledger.verify().entries, store.ledger.verify().faults) == (6, ())
