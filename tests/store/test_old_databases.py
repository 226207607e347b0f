"""A database of every earlier version opens, and its results say what they said."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from pipeline.people.queue import QueueFilter
from pipeline.store import Store, ready
from pipeline.store.ledger import append, digest_result
from pipeline.store.migrations import VERSION, migrations
from pipeline.store.schema import APPLICATION_ID
from pipeline.store.seals import seal_changed
from pipeline.types import (
    CallResult,
    CustomerOutcome,
    Dynamics,
    FaultCount,
    Part,
    Quote,
    RolePace,
    Scope,
    ScoreItem,
    Tone,
    name_speakers,
)
from tests.builders import a_finding, a_result, a_score, an_utterance
from tests.store.full_results import FULL

AT = "2026-11-02T01:00:00+00:00"
ROUTED = "录音比对相符；按设置，本规则一律由人工复核"
NOTE = "录音有 2 处损坏，内容可能不完整"
with closing(Database(memory=True)) as _EMPTY:
    NAMES = [migration.name for migration in migrations.pending(_EMPTY)]

RESULT = a_result(
    utterances=(an_utterance("这个不归我管。", start_s=0.5, end_s=3.0),),
    findings=(
        a_finding(evidence="录音比对相符"),
        a_finding(start_s=5.0, end_s=6.0, verdict="review", evidence=ROUTED, left_to_review=True),
    ),
    score=a_score(
        items=(ScoreItem("a", "礼貌用语", 100.0, 100.0, ()),),
        flags=(NOTE, "出现禁语 1 处", "有 1 处机器没有把握，请人工复核"),
    ),
    notes=(NOTE,),
)


def test_a_part_that_an_older_version_kept_with_the_measures_is_read(tmp_path: Path):
    part = Part("C100", 2, ("C100-1", "C100-2"), is_last=True)
    with Store.open(tmp_path / "a.db") as store:
        number = store.results.save(replace(RESULT, part=part), scored_at=AT)
        store.db.execute("UPDATE results SET part_of = NULL")
        kept = """{"conversation": "C100", "number": 2, "parts": ["C100-1", "C100-2"],
            "is_last": true, "sure": true}"""
        store.db.execute(
            "UPDATE measures SET measures = json_set(measures, '$.part', json(?))", [kept]
        )
        assert store.results.get(number).part == part
        assert store.conversations.is_part(RESULT.recording.sha256)
        assert store.conversations.alone_of(number) is None


def an_old_database(path: Path, version: int, result: CallResult) -> None:
    """One result in the tables of ``version``, as the callqa of that time saved it."""
    raw = Database(path)
    stop = NAMES[version]
    migrations.apply(raw, stop_before=stop)
    raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    raw.execute(f"PRAGMA user_version = {version}")
    made = ready(result, scored_at=AT)
    assert made.measures is not None
    assert made.recording is not None
    insert(raw, "recordings", made.recording)
    insert(raw, "results", made.row | made.measures | {"id": 1})
    for table, (names, lines) in made.lines.items():
        for line in lines:
            insert(raw, table, dict(zip(names, line, strict=True)) | {"result_id": 1})
    if version >= 4:
        insert(raw, "measures", made.measures | {"result_id": 1})
        insert(
            raw, "calls", made.call | {"sha256": made.row["sha256"], "result_id": 1, "moment": AT}
        )
        detail = {"recording": made.row["sha256"], "sha256": digest_result(raw, 1, form=1)}
        append(
            raw, at=AT, actor="callqa", action="scored", subject="result 1", detail=detail,
            salted=False,
        )  # fmt: skip
    if raw.table("seals").exists():
        seal_changed(raw, at=AT)
        raw.conn.commit()
    raw.close()


def insert(raw: Database, table: str, row: dict[str, object]) -> None:
    """The columns of a row that the table has by then."""
    columns = raw.table(table).columns_dict
    raw.table(table).insert({name: value for name, value in row.items() if name in columns})


@pytest.mark.parametrize("version", range(1, VERSION))
def test_a_database_of_each_earlier_version_opens_with_its_results(tmp_path: Path, version: int):
    path = tmp_path / "old.db"
    an_old_database(path, version, RESULT)

    with Store.open(path) as store:
        (loaded,) = store.results.each()
        verified = store.ledger.verify()
        by_rule = [
            store.queue.page(QueueFilter("all", rule=rule)).total
            for rule in (RESULT.findings[0].rule, "none.such")
        ]

    if 4 <= version <= NAMES.index("026_finding_labels"):  # its findings were there by then
        assert by_rule == [1, 0]

    findings = RESULT.findings
    if version == 1:  # had no evidence, so nothing was left to review yet
        findings = tuple(replace(f, evidence="", left_to_review=False) for f in findings)
    if version < 8:  # a finding had one quote, which gets its speaker when it is read
        said_by = ("agent", "unknown")
        findings = tuple(
            replace(f, quotes=(Quote(who, f.start_s, f.end_s, f.quote),))
            for who, f in zip(said_by, findings, strict=True)
        )
    assert loaded == replace(RESULT, findings=findings)
    assert (verified.results, verified.faults) == (1, ())


def test_what_a_setting_left_to_review_cannot_be_altered_unseen(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as store:
        store.results.save(RESULT, scored_at=AT)
        store.db.execute("UPDATE findings SET left_to_review = 0")

        assert [fault.subject for fault in store.ledger.verify().faults] == ["result 1"]


@pytest.mark.parametrize("version", [4, 17])
def test_sums_of_a_result_are_those_of_one_that_is_saved_now(tmp_path: Path, version: int):
    own = (a_finding(), a_finding(start_s=9.0, end_s=10.0), a_finding(role="customer"))
    items = (
        ScoreItem("a", "礼貌用语", 30.0, 30.0, ()),
        ScoreItem("b", "业务知识", 10.0, 0.0, (), applies=False),
    )
    result = a_result(findings=own, score=a_score(items=items))
    an_old_database(tmp_path / "old.db", version, result)

    with Store.open(tmp_path / "old.db") as old, Store.open(tmp_path / "new.db") as new:
        new.results.save(result, scored_at=AT)
        sums = [
            (store.calls.faults(Scope()), [one.measured_share for one in store.calls.records()])
            for store in (old, new)
        ]

    rule, kind, phrase, points = own[0].rule, own[0].kind, own[0].phrase, own[0].points
    wanted = ([FaultCount(rule, kind, phrase, 2, 1, 2 * points)], [0.75])
    assert sums == [wanted, wanted]


def test_a_database_of_the_version_before_keeps_its_results(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with Store.open(path) as store:
        made = store.results.save(FULL, scored_at=AT)
        store.db.execute(
            "UPDATE measures SET measures = '', tone = ?",
            ['{"agent":{"label":null},"customer":{}}'],
        )
        loaded = store.results.get(made)

    assert loaded.pace.agent == RolePace(220.5, 300.25, 3.0, 40.0)
    assert loaded.dynamics == Dynamics(0.6, 4.0, 4.0, 0, 2, None)
    assert (loaded.tone, loaded.sounds) == (Tone(), ())


def test_a_database_of_version_3_keeps_results_decisions_and_words(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    raw = Database(path)
    migrations.apply(raw, stop_before="004_sheets_calls_ledger_search_samples")
    raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    raw.execute("PRAGMA user_version = 3")
    new = {
        "run_id",
        "heard_id",
        "settings_version",
        "grade",
        "veto_total",
        "vetoes",
        "outcome",
        "customer_arousal",
        "notes",
        "knowledge",
    }
    new |= {
        "conversation",
        "part_of",
        "direction",
        "answer",
        "ringing_s",
        "hung_up_by",
        "transferred_to",
    }
    new |= {"customer_upset", "doubtful", "forbidden", "missing", "no_talk"}
    made = ready(FULL, scored_at="2026-11-02T01:00:00+00:00")
    row = {
        name: value for name, value in (made.row | (made.measures or {})).items() if name not in new
    }
    raw["recordings"].insert(made.recording)  # type: ignore[union-attr]
    raw["results"].insert(row)  # type: ignore[union-attr]
    for table, (names, lines) in made.lines.items():
        old = {
            "part",
            "project",
            "indicator",
            "dimension",
            "applies",
            "note",
            "left_to_review",
            "quotes",
        }
        for line in lines:
            kept = {name: value for name, value in zip(names, line, strict=True) if name not in old}
            if table != "score_items":
                raw[table].insert(kept | {"result_id": 1})  # type: ignore[union-attr]
    raw["score_items"].insert(  # type: ignore[union-attr]
        {"result_id": 1, "position": 0, "id": "a", "name": "a", "full": 100, "points": 96.33}
        | {"reasons": '[{"text": "语速", "points": -3.67, "finding": null, "figure": 400.0}]'}
    )
    raw["decisions"].insert(  # type: ignore[union-attr]
        {"result_id": 1, "position": 0, "decision": "refused", "reviewer": "chen", "decided_at": AT}
    )
    raw.close()

    with Store.open(path) as store:
        (loaded,) = store.results.each()
        assert (loaded.utterances, loaded.findings, loaded.tone, loaded.pace) == (
            FULL.utterances,
            tuple(name_speakers(finding, FULL.utterances) for finding in FULL.findings),
            FULL.tone,
            FULL.pace,
        )
        assert (loaded.score.total, loaded.score.grade, loaded.outcome) == (
            96.33,
            None,
            CustomerOutcome(),
        )
        assert sum(count.refused for count in store.rules.counts()) == 1
        said = FULL.utterances[0].text
        assert [match.text for match in store.calls.search(said)] == [said]
        assert store.ledger.verify().faults == ()
        assert [record.total for record in store.calls.records()] == [96.33]
        assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []
