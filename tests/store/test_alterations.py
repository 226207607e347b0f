"""Whatever somebody with the file alters in a table that judges people, ``verify`` names it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pipeline.store import Store
from pipeline.store.ledger import hash_of
from pipeline.store.sealed_tables import UNSEALED, read_tables
from pipeline.store.seals import find_misfits
from tests.store.full_site import AT, FIRST, HER, LATER, SECOND, THIRD, fill


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a row of every kind."""
    path = tmp_path_factory.mktemp("site") / "callqa.db"
    fill(path)
    return path


@pytest.fixture
def db(site: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "callqa.db"
    shutil.copy(site, copy)
    return copy


def alter(db: Path, *statements: str) -> None:
    """What somebody with the file can do, who takes the triggers away."""
    raw = sqlite3.connect(db)
    for table in ("ledger", "seals"):
        found = raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table]
        )
        for (name,) in found.fetchall():
            raw.execute(f"DROP TRIGGER {name}")
    raw.execute("PRAGMA foreign_keys = ON")
    for statement in statements:
        assert raw.execute(statement).rowcount != 0, statement
    raw.commit()
    raw.close()


def faults(db: Path, **how: Any) -> set[str]:
    with Store.open(db) as store:
        return {fault.subject for fault in store.ledger.verify(**how).faults}


ALTERATIONS = [
    # results: what the months' figures are made of
    ("UPDATE results SET attitude = 100 WHERE id = 2", "result 2"),
    ("UPDATE results SET total = 100 WHERE id = 2", "result 2"),
    ("UPDATE results SET forbidden = 0 WHERE id = 2", "result 2"),
    ("UPDATE results SET missing = 3 WHERE id = 2", "result 2"),
    ("UPDATE results SET doubtful = 0 WHERE id = 2", "result 2"),
    ("UPDATE results SET agent_id = '8009' WHERE id = 2", "result 2"),
    ("UPDATE results SET agent_chars_per_min = 100 WHERE id = 2", "result 2"),
    ("UPDATE results SET silence_s = 99 WHERE id = 2", "result 2"),
    ("UPDATE results SET customer_upset = 1 WHERE id = 2", "result 2"),
    ("UPDATE results SET scored_at = '2026-11-09T09:00:00+00:00' WHERE id = 2", "result 2"),
    ("UPDATE results SET measured_share = 0.1 WHERE id = 2", "result 2"),
    ("UPDATE results SET heard_id = 1 WHERE id = 3", "result 3"),
    ("UPDATE results SET revised_of = NULL, revision = '' WHERE id = 4", "result 4"),
    ("UPDATE results SET run_id = NULL WHERE id = 2", "result 2"),
    ("UPDATE findings SET verdict = 'review' WHERE result_id = 2 AND position = 0", "result 2"),
    ("DELETE FROM findings WHERE result_id = 2", "result 2"),
    ("DELETE FROM faults WHERE result_id = 2", "result 2"),
    ("UPDATE faults SET hits = 9 WHERE result_id = 2", "result 2"),
    ("UPDATE topics SET name = '投诉' WHERE result_id = 3", "result 3"),
    ("UPDATE settlements SET solved = 1 WHERE result_id = 3", "result 3"),
    ("UPDATE utterances SET text = '您好' WHERE result_id = 3", "result 3"),
    ("UPDATE measures SET tone = '{}' WHERE result_id = 3", "result 3"),
    ("UPDATE score_items SET points = 100 WHERE result_id = 2", "result 2"),
    ("UPDATE score_items SET reasons = '[]' WHERE result_id = 2", "result 2"),
    ("UPDATE results SET recording = replace(recording, '2.wav', 'b.wav') WHERE id = 2", "result 2"),
    ("UPDATE voices SET measured = '{}'", "result 3"),
    # calls: which result counts, whose call it is
    (f"UPDATE calls SET result_id = 1 WHERE sha256 = '{FIRST}'", f"call {FIRST}"),
    (f"UPDATE calls SET result_id = 3 WHERE sha256 = '{SECOND}'", f"call {SECOND}"),
    (f"UPDATE calls SET agent_id = '8001' WHERE sha256 = '{SECOND}'", f"call {SECOND}"),
    (f"UPDATE calls SET agent_id = NULL WHERE sha256 = '{SECOND}'", f"call {SECOND}"),
    (f"UPDATE calls SET moment = '2026-10-02T09:30:00' WHERE sha256 = '{FIRST}'", f"call {FIRST}"),
    (f"UPDATE calls SET rating = 5 WHERE sha256 = '{SECOND}'", f"call {SECOND}"),
    (f"UPDATE calls SET complaints = 0 WHERE sha256 = '{SECOND}'", f"call {SECOND}"),
    (f"UPDATE calls SET imported = '[]' WHERE sha256 = '{SECOND}'", f"call {SECOND}"),
    (f"UPDATE calls SET waiting = 0, flagged = 0 WHERE sha256 = '{SECOND}'", f"call {SECOND}"),
    (f"UPDATE calls SET sampled = 0 WHERE sha256 = '{THIRD}'", f"call {THIRD}"),
    (f"DELETE FROM calls WHERE sha256 = '{SECOND}'", f"call {SECOND}"),
    (f"UPDATE recordings SET path = 'b.wav' WHERE sha256 = '{SECOND}'", f"recording {SECOND}"),
    (f"DELETE FROM recordings WHERE sha256 = '{THIRD}'", f"recording {THIRD}"),
    (f"UPDATE calls SET mark = 'bad' WHERE sha256 = '{THIRD}'", f"call {THIRD}"),
    (f"UPDATE calls SET erased = 'all' WHERE sha256 = '{SECOND}'", f"call {SECOND}"),
    ("UPDATE sound_prints SET print = x'00'", f"sound_prints {THIRD}"),
    # alarms of calls in progress, as the finished check counts them
    ("UPDATE live_outcomes SET missed = 0", f"live_outcomes {FIRST} forbidden.threat"),
    ("DELETE FROM live_outcomes", f"live_outcomes {FIRST} forbidden.threat"),
    # the index of rules and phrases: a call that is out of it is found by no filter
    ("UPDATE finding_labels SET label = 'x' WHERE kind = 'phrase'", "finding_labels 2"),
    ("DELETE FROM finding_labels WHERE kind = 'rule'", "finding_labels 1"),
    ("INSERT INTO labelled (labelled, rowid, labels) VALUES ('delete', 2, '1')", "result 2"),
    ("INSERT INTO labelled (labelled) VALUES ('delete-all')", "result 3"),
    ("INSERT INTO labelled (rowid, labels) VALUES (9, '1')", "result 9"),
    # accounts
    ("UPDATE users SET role = 'admin' WHERE name = 'chen'", "user chen"),
    ("UPDATE users SET password = '$x' WHERE name = 'boss'", "user boss"),
    ("UPDATE users SET active = 0 WHERE name = 'chen'", "user chen"),
    ("UPDATE users SET agent_id = '8002' WHERE name = 'a8001'", "user a8001"),
    (f"INSERT INTO users (name, role, password, agent_id, active, made_at) VALUES ('ghost', 'admin', '$x', NULL, 1, '{AT}')", "user ghost"),
    ("DELETE FROM users WHERE name = 'chen'", "user chen"),
    (f"INSERT INTO tokens VALUES (9, 'd9', 'boss', '', '{AT}', NULL, NULL, '')", "token 9"),
    ("UPDATE tokens SET expires_at = '2036-01-01' WHERE id = 1", "token 1"),
    ("DELETE FROM second_factors WHERE user = 'chen'", "second_factors chen"),
    ("UPDATE second_factors SET secret = 'A' WHERE user = 'chen'", "second_factors chen"),
    ("UPDATE recovery_codes SET used_at = NULL WHERE user = 'chen'", "recovery_codes"),
    ("INSERT INTO devices VALUES ('d9', 'chen', 1)", "devices d9 chen"),
    ("INSERT INTO sessions VALUES ('s9', 'boss', 'c', 1, 1, NULL, NULL)", "sessions s9"),
    ("UPDATE sessions SET begun_at = 9e9", "sessions s1"),
    # what people did
    ("UPDATE acts SET value = replace(value, 'refused', 'confirmed') WHERE id = 1", "action 1"),
    ("UPDATE acts SET actor = 'li' WHERE id = 1", "action 1"),
    (f"UPDATE acts SET undone_by = 'li', undone_at = '{AT}' WHERE id = 1", "action 1"),
    ("UPDATE acts SET undone_by = NULL, undone_at = NULL WHERE id = 3", "action 3"),
    ("DELETE FROM acts WHERE id = 1", "action 1"),
    (f"INSERT INTO acts SELECT 9, '{THIRD}', 3, kind, rule, value, actor, at, NULL, NULL, NULL"
     " FROM acts WHERE id = 1", "action 9"),
    ("UPDATE appeals SET outcome = 'upheld' WHERE id = 1", "appeal 1"),
    ("UPDATE appeals SET reason = '' WHERE id = 2", "appeal 2"),
    ("UPDATE appeals SET due_at = '2027-01-01T00:00:00+00:00' WHERE id = 2", "appeal 2"),
    ("DELETE FROM appeals WHERE id = 2", "appeal 2"),
    ("UPDATE coaching_records SET kind = 'penalty'", "measure 1"),
    ("UPDATE coaching_records SET note = '扣款'", "measure 1"),
    ("DELETE FROM coaching_records", "measure 1"),
    ("UPDATE service_events SET level = '省公司'", "event 1"),
    ("UPDATE service_events SET state = 'withdrawn'", "event 1"),
    ("DELETE FROM service_events", "event 1"),
    ("INSERT INTO service_events SELECT 9, 'complaint', day, agent_id, team, level, repeat, value, note,"
     " sha256, rule, 'k9', origin, state, actor, at FROM service_events", "event 9"),
    ("UPDATE calibration_grades SET points = 10", f"calibration_grades 1 {FIRST} chen a"),
    ("DELETE FROM calibration_reviewers WHERE user = 'wang'", "calibration_reviewers 1 wang"),
    ("UPDATE calibrations SET closed_at = '2026-11-09T00:00:00+00:00'", "calibration 1"),
    ("UPDATE tone_labels SET grade = 'raised'", "tone_labels 1"),
    ("DELETE FROM review_only", "rule tone.raised"),
    (f"INSERT INTO review_only VALUES ('forbidden.shirk', 'x', 'li', '{AT}')", "rule forbidden.shirk"),
    ("UPDATE promises SET outcome = NULL", "promise 1"),
    ("UPDATE promises SET due_at = '2026-11-30T00:00:00'", "promise 1"),
    ("DELETE FROM contacts", f"contacts {FIRST}"),
    ("UPDATE appeals SET filed_at = '2026-10-01T00:00:00+00:00' WHERE id = 2", "appeal 2"),
    ("UPDATE rule_proposals SET state = 'refused'", "rule_proposals 1"),
    ("UPDATE rule_proposals SET changes = replace(changes, '归我管', '我管')", "rule_proposals 1"),
    ("DELETE FROM rule_proposals", "rule_proposals 1"),
    ("UPDATE proposal_effects SET detail = replace(detail, '80.0', '90.0')", "proposal_effects 1"),
    ("UPDATE overlay_versions SET text = ''", "overlay_versions 1"),
    # what the program keeps
    ("UPDATE agents SET name = '李四' WHERE agent_id = '8001'", "agent 8001"),
    ("UPDATE agents SET team = '三班' WHERE agent_id = '8002'", "agent 8002"),
    ("UPDATE samples SET seed = 2", "sample 1"),
    ("DELETE FROM sampled_calls", f"sampled_calls 1 {THIRD}"),
    ("UPDATE sampled_calls SET probability = 0.9", f"sampled_calls 1 {THIRD}"),
    ("UPDATE versions SET content = '{}' WHERE kind = 'lexicon'", "versions lexicon l1"),
    ("DELETE FROM versions WHERE kind = 'sheet'", "versions sheet s1"),
    ("INSERT INTO versions VALUES ('sheet', 's9', '')", "versions sheet s9"),
    ("UPDATE runs SET command = 'x'", "run 1"),
    ("UPDATE nights SET failed = 3", "nights 1"),
    ("DELETE FROM files WHERE state = 'quarantined'", 'files "calls/9.wav"'),
    ("UPDATE period_reports SET page = 'x'", "period_reports 2026-10"),
    # the ledger and its seals
    ("DELETE FROM ledger WHERE action = 'listened'", "entry"),
    ("UPDATE ledger SET actor = 'li' WHERE action = 'listened'", "entry"),
    ("UPDATE ledger SET subject = '' WHERE action = 'listened'", "entry"),
    (f"UPDATE ledger SET at = '{LATER}' WHERE action = 'listened'", "entry"),
    ("UPDATE ledger SET detail = '{}' WHERE action = 'exported'", "entry"),
    ("UPDATE ledger SET actor = 'x' WHERE id = 30", "entry 30"),
    ("DELETE FROM ledger WHERE id > (SELECT max(id) - 3 FROM ledger)", "end"),
    ("DELETE FROM ledger", "end"),
    ("UPDATE ledger_head SET entries = 9", "end"),
    ("UPDATE seals SET digest = x'00' WHERE id = 3", "seals of entry 4"),
    ("DELETE FROM seals WHERE entry = 4", "seals of entry 4"),
    ("UPDATE seals SET key = '' WHERE tbl = 'users' AND key LIKE '%chen%'", "seal"),
    ("UPDATE ledger SET detail = '' WHERE action = 'appeal decided'", "entry"),
    ("UPDATE ledger SET salt = '' WHERE id = 4", "entry 4"),
    ("DELETE FROM ledger WHERE id = (SELECT max(id) FROM ledger)", "end"),
]  # fmt: skip


def test_nothing_is_found_where_nothing_was_altered(db: Path):
    assert faults(db) == set()


@pytest.mark.parametrize(("statement", "subject"), ALTERATIONS)
def test_each_alteration_is_named(db: Path, statement: str, subject: str):
    alter(db, statement)

    found = faults(db)

    assert any(one == subject or one.startswith(f"{subject} ") for one in found), found


def test_two_entries_that_changed_places_are_named(db: Path):
    alter(
        db,
        "UPDATE ledger SET id = -13 WHERE id = 13",
        "UPDATE ledger SET id = 13 WHERE id = 15",
        "UPDATE ledger SET id = 15 WHERE id = -13",
    )

    assert {"entry 13", "entry 15"} <= faults(db)


def test_the_last_entries_with_a_result_are_missed_though_the_head_says_less(db: Path):
    """Only a head that was kept elsewhere knows of entries that are gone with their head."""
    with Store.open(db) as store:
        head = store.ledger.sign(at=AT)
    alter(
        db,
        "DELETE FROM heads",
        "DELETE FROM ledger WHERE id > 10",
        "DELETE FROM seals WHERE entry > 10",
        "UPDATE ledger_head SET entries = 10, hash = (SELECT hash FROM ledger WHERE id = 10)",
    )

    assert {"result 4", "user boss", f"call {THIRD}"} <= faults(db)
    assert f"head {head.size}" in faults(db, anchors=[head])


def test_each_table_is_sealed_or_named_with_a_reason(db: Path):
    """What is added later is sealed, unless somebody writes it down in ``UNSEALED``."""
    with Store.open(db) as store:
        names = {
            row[0]
            for row in store.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        sealed = {table.name for table in read_tables(store.db)}
        empty = {
            name
            for name in sealed
            if not next(iter(store.db.query(f"SELECT count(*) AS n FROM {name}")))["n"]
        }
    own = {name for name in names if name.startswith(("sqlite_", "_sqlite", "spoken", "labelled"))}

    assert names - sealed - own == UNSEALED
    assert empty == set()  # each is altered below


@pytest.mark.long
def test_every_column_of_every_row_is_sealed(db: Path):
    """By all columns that there are, also those of tables to come."""
    unseen, untried = [], []
    with Store.open(db) as store:
        for table in read_tables(store.db):
            first = " AND ".join(
                f"{name} = (SELECT {name} FROM {table.name} LIMIT 1)" for name in table.key
            )
            for name in table.columns:
                store.db.execute("PRAGMA foreign_keys = OFF")
                store.db.execute("PRAGMA ignore_check_constraints = ON")
                store.db.execute("BEGIN")
                changed = store.db.execute(
                    f"UPDATE OR IGNORE {table.name} SET {name} = CASE typeof({name})"
                    f" WHEN 'text' THEN {name} || 'x' WHEN 'null' THEN '7' WHEN 'blob' THEN x'77'"
                    f" ELSE {name} + 1000 END WHERE {first}"
                ).rowcount
                if not changed:
                    untried.append((table.name, name))
                elif not list(find_misfits(store.db)):
                    unseen.append((table.name, name))
                store.db.rollback()
    assert unseen == []
    assert untried == []


def test_what_was_altered_is_not_sealed_by_the_next_change_of_the_same_row(db: Path):
    alter(db, "UPDATE users SET role = 'admin' WHERE name = 'chen'")
    with Store.open(db) as store:
        store.users.change("chen", password_hash="$new", **HER)
        store.agents.record([("8001", "张三三", "一班")], **HER)

    assert faults(db) == {"user chen"}


def test_a_row_put_in_by_other_means_is_not_sealed_by_a_change(db: Path):
    alter(
        db,
        f"INSERT INTO users (name, role, password, agent_id, active, made_at) VALUES ('ghost', 'qa', '$x', NULL, 1, '{AT}')",
    )
    with Store.open(db) as store:
        store.users.change("ghost", role="admin", **HER)

    assert faults(db) == {"user ghost"}


def test_what_is_written_outside_of_a_transaction_of_the_store_is_found(db: Path):
    with Store.open(db) as store:
        store.users.change("chen", role="auditor", **HER)
        store.db.execute("UPDATE users SET role = 'admin' WHERE name = 'chen'")
        store.users.change("boss", password_hash="$new", **HER)

    assert faults(db) == {"user chen"}


def test_a_change_that_fails_seals_nothing(db: Path):
    def change_and_fail(store: Store) -> None:
        with store.batch():
            store.users.change("chen", role="auditor", **HER)
            raise ZeroDivisionError

    with Store.open(db) as store:
        before = store.ledger.verify().size
        with pytest.raises(ZeroDivisionError):
            change_and_fail(store)
        after = store.ledger.verify()

    assert (after.size, after.faults) == (before, ())


def test_rows_that_a_deletion_takes_with_it_are_sealed(db: Path):
    with Store.open(db) as store:
        with store.writing():
            store.db.execute("DELETE FROM users WHERE name = 'chen'")
        assert store.db.execute("SELECT count(*) FROM sessions").fetchone() == (0,)

    assert faults(db) == set()


def test_the_time_of_a_page_view_is_no_entry(db: Path):
    with Store.open(db) as store:
        before = store.ledger.verify().size
        store.sessions.touch("s1", 1.8e9)

        assert store.ledger.verify().size == before


def rewritten(db: Path, up_to: int) -> None:
    """An insider's twenty lines: a better score with its digest, its seal and its entry, and all
    hashes after it computed again."""
    raw = sqlite3.connect(db)
    for name in ("ledger_keeps", "ledger_stays", "seals_keep", "seals_stay"):
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("UPDATE results SET attitude = 100 WHERE id = 2")
    raw.execute("DELETE FROM ledger WHERE id > ?", [up_to])
    raw.execute("DELETE FROM seals WHERE entry > ?", [up_to])
    raw.execute("UPDATE ledger SET actor = 'nobody' WHERE id = 2")
    before = "0" * 64
    rows = raw.execute(
        "SELECT id, at, actor, action, subject, detail, salt FROM ledger ORDER BY id"
    ).fetchall()
    for *entry, salt in rows:
        before = hash_of(entry, salt=salt, before=before)
        raw.execute("UPDATE ledger SET hash = ? WHERE id = ?", [before, entry[0]])
    raw.execute("UPDATE ledger_head SET entries = ?, hash = ?", [up_to, before])
    raw.commit()
    raw.close()


def test_a_ledger_written_again_is_found_by_a_head_inside_or_outside(db: Path):
    with Store.open(db) as store:
        head = store.ledger.sign(at=AT)
        heads = store.ledger.heads()
        size = store.ledger.verify().size
    assert heads == [head]

    rewritten(db, size)
    assert f"head {head.size}" in faults(db)

    alter(db, "DELETE FROM heads")
    assert f"head {head.size}" not in faults(db)
    assert f"head {head.size}" in faults(db, anchors=[head])


def test_a_ledger_that_is_cut_is_found_by_a_head_outside(db: Path):
    with Store.open(db) as store:
        head = store.ledger.sign(at=AT)

    rewritten(db, 8)
    alter(db, "DELETE FROM heads")

    assert f"head {head.size}" in faults(db, anchors=[head])


def test_the_digest_of_a_seal_is_not_to_be_guessed(db: Path):
    """Two rows of the same content have two digests."""
    with Store.open(db) as store:
        for name in ("x1", "x2"):
            store.users.add(name, "qa", **HER)
        store.users.change("x1", active=False, **HER)
        store.users.change("x1", active=True, **HER)
        found = store.db.execute(
            "SELECT hex(digest) FROM seals WHERE tbl = 'users' AND key = ?", [json.dumps(["x1"])]
        ).fetchall()
    plain = hashlib.sha256(repr(["users", '["x1"]']).encode()).hexdigest()

    assert len(set(found)) == 3
    assert plain.upper() not in {row[0] for row in found}


def test_a_clock_that_was_set_back_is_noted_and_is_no_fault(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as store:
        first = "2030-01-05T09:00:00+00:00"
        for at in (first, "2030-01-02T09:00:00+00:00", "2030-01-02T08:30:00+00:00"):
            store.ledger.record("run", "run 1", {}, actor="li", at=at)
        found = store.ledger.verify()

    assert found.faults == ()
    assert [note for note in found.notes if first in note] == [
        "the clock ran backwards before entry 3: 2030-01-02T09:00:00+00:00 after "
        "2030-01-05T09:00:00+00:00"
    ]
