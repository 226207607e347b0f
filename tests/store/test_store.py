"""The store saves results whole or not at all, and reports failures in plain words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Timer

import pytest
from sqlite_utils import Database

from pipeline.errors import StoreError
from pipeline.jobs.tone_labels import collect_samples
from pipeline.store import RuleCount, Store, ToneLabel, ready
from pipeline.store.failures import translated
from pipeline.store.migrations import VERSION, migrations
from pipeline.store.schema import APPLICATION_ID
from pipeline.types import (
    Burst,
    CallMeta,
    CallResult,
    CustomerOutcome,
    Dynamics,
    Finding,
    KnowledgeCheck,
    Pace,
    Provenance,
    Reason,
    Recording,
    RolePace,
    RoleTone,
    Score,
    ScoreItem,
    SoundEvent,
    Span,
    Tone,
    TonePart,
    ToneStretch,
    ToneWindow,
    Unmeasured,
    Utterance,
    Word,
    name_speakers,
)
from pipeline.types.baselines import Baselines, VoiceBaseline
from tests.builders import a_decision, a_finding, a_score

AT = "2025-03-01T10:00:00+08:00"
NEW_DATABASES = 6
SHA = "ab12cd34" * 8
ENGINE = Provenance(
    model="base",
    model_sha256="9" * 64,
    lexicon_version="7",
    scoring_version="3",
    callqa_version="1.0.0",
)
FULL = CallResult(
    recording=Recording("录音/20250301_一号.wav", SHA, 12.345678901234567, 8000, 2, "pcm_alaw", 1),
    call=CallMeta("C-1", "A007", "13800000000", "2025-03-01T09:58:00+08:00", "售后"),
    engine=ENGINE,
    utterances=(
        Utterance(
            "agent",
            0,
            0.1,
            1.2,
            "您好,请讲。",
            0.9,
            (Word("您好", 0.1, 0.5, 1 / 3), Word("请讲", 0.6, 1.2, 0.8)),
        ),
        Utterance("unknown", 1, 1.5, 2.0, "嗯", 0.4, ()),
    ),
    findings=(
        Finding(
            "greeting",
            "required",
            "您好",
            "agent",
            0.1,
            0.5,
            "您好",
            "exact",
            0.93,
            "confirmed",
            5.0,
        ),
        Finding("silence", "silence", "", "unknown", 4.0, 8.0, "", "signal", 1.0, "review"),
    ),
    pace=Pace(
        RolePace(
            220.5,
            300.25,
            3.0,
            40.0,
            200.1,
            240.9,
            225.0,
            (Burst(3.0, 13.5, 300.25),),
            230.0,
            "agrees",
        ),
        RolePace(None, None, None, 0.0),
    ),
    dynamics=Dynamics(
        0.6,
        4.0,
        4.0,
        0,
        2,
        None,
        ended_by="customer",
        unmeasured=(Unmeasured("talk_over_s", "单声道"),),
    ),
    tone=Tone(
        agent=RoleTone(
            "平稳",
            0.8,
            0.7,
            (ToneStretch(0.1, 1.2, "高于平时", 0.7, 2.5, "音高高 3.0 个半音"),),
            arousal=0.3,
            parts=(TonePart("pitch_st", 12.0, 11.0, 1 / 3),),
            baseline_calls=9,
            windows=(
                ToneWindow(0.0, 4.0, (TonePart("pitch_st", 11.0, 11.0, 0.0),), 0.1, None),
                ToneWindow(5.0, 9.0, (TonePart("pitch_st", 13.0, 11.0, 2 / 3),), 0.5, None),
            ),
        ),
        customer=RoleTone(abstained=("说话太少",)),
    ),
    sounds=(SoundEvent(2.0, 9.0, 1, "music", 0.9),),
    overlaps=(Span(1.0, 1.5),),
    score=Score(
        attitude=93.33,
        total=96.33,  # 84 of 90, and 3
        fatal=False,
        items=(
            ScoreItem(
                "politeness",
                "礼貌用语",
                90.0,
                84.0,
                (Reason("说了禁语", -5.0, finding=0), Reason("语速", -1.0, figure=220.5)),
                project="服务态度",
                indicator="用语",
                dimension="courtesy",
            ),
            ScoreItem("closing", "语气", 10.0, 0.0, (), applies=False, note="不适用"),
        ),
        flags=("客户语气激动", "角色不确定"),
        extras=(
            ScoreItem("praised", "被客户表扬", 0.0, 3.0, (Reason("被客户表扬", 3.0, figure=1.0),)),
        ),
        beside=(
            ScoreItem(
                "satisfaction", "满意度", 100.0, 75.0, (Reason("满意度", -25.0, figure=4.0),)
            ),
        ),
        veto_total=0.0,
        grade="优秀",
    ),
    outcome=CustomerOutcome(rating=4.0, praises=1),
    knowledge=(KnowledgeCheck("cable.fee", "月租", 1.5, 2.0, "wrong", open=True),),
    notes=("角色不确定",),
)
BARE = CallResult(
    recording=Recording("x.mp3", "f" * 64, 0.0, 16000, 1, "mp3", 0),
    call=CallMeta(),
    engine=ENGINE,
    utterances=(),
    findings=(),
    pace=Pace(RolePace(None, None, None, 0.0), RolePace(None, None, None, 0.0)),
    dynamics=Dynamics(None, None, None, None, None, None),
    tone=Tone(),
    score=Score(attitude=None, total=None, fatal=True, items=(), flags=()),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "callqa.db") as opened:
        yield opened


def at_version(result: CallResult, lexicon_version: str) -> CallResult:
    return replace(result, engine=replace(result.engine, lexicon_version=lexicon_version))


def count(store: Store, table: str) -> int:
    return store.db.table(table).count


def test_a_loaded_result_equals_the_saved_one_after_reopening(tmp_path: Path) -> None:
    with Store.open(tmp_path / "callqa.db") as store:
        store.results.save(FULL, scored_at=AT)
    with Store.open(tmp_path / "callqa.db", create=False) as store:
        assert store.results.find("C-1") == (FULL,)


def test_unknown_comes_back_as_none_and_never_as_zero(store: Store) -> None:
    store.results.save(BARE, scored_at=AT)
    assert tuple(store.results.each()) == (BARE,)


def test_zero_comes_back_as_zero_and_never_as_none(store: Store) -> None:
    zeros = replace(
        BARE, dynamics=Dynamics(0.0, 0.0, 0.0, 0, 0, 0.0), score=a_score(0.0, fatal=True)
    )
    store.results.save(zeros, scored_at=AT)
    (loaded,) = store.results.each()
    assert (loaded, type(loaded.dynamics.interruptions_by_agent), loaded.score.fatal) == (
        zeros,
        int,
        True,
    )


def test_a_file_name_that_is_no_utf8_comes_back_and_can_be_found(store: Store) -> None:
    path = b"calls/\xc4\xe3.wav".decode(
        "utf-8", "surrogateescape"
    )  # 你 in GBK, as os.fsdecode gives it
    result = replace(BARE, recording=replace(BARE.recording, path=path))
    store.results.save(result, scored_at=AT)
    assert store.results.find(path) == store.results.find(Path(path).stem) == (result,)


def test_metadata_that_is_no_utf8_is_refused_whole(store: Store) -> None:
    with pytest.raises(StoreError, match="no valid UTF-8"):
        store.results.save(replace(FULL, call=CallMeta(call_id="\udcc4")), scored_at=AT)
    assert (count(store, "results"), count(store, "recordings")) == (0, 0)


def test_saving_again_adds_nothing_and_returns_the_present_id(store: Store) -> None:
    first = store.results.save(FULL, scored_at=AT)
    again = store.results.save(replace(FULL, findings=()), scored_at="2026-01-01T00:00:00+00:00")
    assert (again, store.results.find("C-1"), count(store, "utterances")) == (first, (FULL,), 2)


@pytest.mark.parametrize(
    "part",
    ["model_sha256", "lexicon_version", "scoring_version", "callqa_version", "settings_version"],
)
def test_another_version_is_added_and_the_old_one_kept(store: Store, part: str) -> None:
    newer = replace(
        FULL,
        engine=replace(ENGINE, **{part: "new"}),
        recording=replace(FULL.recording, decode_errors=4),
    )
    assert store.results.save(FULL, scored_at=AT) != store.results.save(newer, scored_at=AT)
    assert store.results.find("C-1") == (newer, FULL)


def test_results_gives_the_newest_of_each_recording_or_all(store: Store) -> None:
    for result in (FULL, BARE, at_version(FULL, "8")):
        store.results.save(result, scored_at=AT)
    assert tuple(store.results.each()) == (BARE, at_version(FULL, "8"))
    assert tuple(store.results.each(newest_only=False)) == (FULL, BARE, at_version(FULL, "8"))


@pytest.mark.parametrize(
    "key",
    [
        "C-1",
        "录音/20250301_一号.wav",
        "./录音/20250301_一号.wav",
        "20250301_一号.wav",
        "20250301_一号",
        "ab12cd",
        "AB12CD34A",
        SHA,
    ],
)
def test_a_call_is_found_by(store: Store, key: str) -> None:
    store.results.save(FULL, scored_at=AT)
    store.results.save(BARE, scored_at=AT)
    assert store.results.find(key) == (FULL,)


@pytest.mark.parametrize(
    "key", ["", "ab12c", "b12cd34", "C-", "%", "别处/20250301_一号.wav", "' OR 1 --", SHA + "0"]
)
def test_no_call_is_found_by(store: Store, key: str) -> None:
    store.results.save(FULL, scored_at=AT)
    assert store.results.find(key) == ()


def test_an_absolute_path_is_found_from_its_own_folder(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = replace(BARE, recording=replace(BARE.recording, path=str(tmp_path / "x.wav")))
    store.results.save(result, scored_at=AT)
    monkeypatch.chdir(tmp_path)
    assert store.results.find("x.wav") == (result,)


def test_a_call_id_goes_before_digits_of_a_hash(store: Store) -> None:
    store.results.save(FULL, scored_at=AT)
    named = replace(BARE, call=CallMeta(call_id="ab12cd"))
    store.results.save(named, scored_at=AT)
    assert store.results.find("ab12cd") == (named,)


def test_the_time_of_scoring_is_kept_as_utc_and_needs_a_zone(store: Store) -> None:
    store.results.save(FULL, scored_at=AT)
    assert [row["scored_at"] for row in store.db.table("results").rows] == [
        "2025-03-01T02:00:00+00:00"
    ]
    with pytest.raises(ValueError, match="no time zone"):
        store.results.save(BARE, scored_at="2025-03-01T10:00:00")


def test_a_failed_save_leaves_no_half_result(store: Store) -> None:
    store.db.execute(
        "CREATE TRIGGER no BEFORE INSERT ON score_items BEGIN SELECT raise(ABORT, 'no'); END"
    )
    with pytest.raises(StoreError, match=r"callqa\.db: the database refused this"):
        store.results.save(FULL, scored_at=AT)
    tables = ("recordings", "results", "utterances", "findings", "score_items")
    assert [count(store, table) for table in tables] == [0] * 5
    store.db.execute("DROP TRIGGER no")
    store.results.save(FULL, scored_at=AT)
    assert store.results.find("C-1") == (FULL,)


def test_a_full_disk_saves_nothing_of_the_call_and_keeps_the_others(store: Store) -> None:
    store.results.save(BARE, scored_at=AT)
    pages = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {pages}")
    long = replace(FULL, utterances=FULL.utterances * 2000)
    with pytest.raises(StoreError, match="disk is full") as caught:
        store.results.save(long, scored_at=AT)
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert tuple(store.results.each(newest_only=False)) == (BARE,)
    store.db.execute("PRAGMA max_page_count = 1000000")
    store.results.save(long, scored_at=AT)
    assert store.results.find("C-1") == (long,)


def test_a_locked_database_is_waited_for_and_then_named(tmp_path: Path) -> None:
    path = tmp_path / "callqa.db"
    with Store.open(path, busy_timeout_s=0.05) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match=r"held the database for more than 0\.05 s"):
            store.results.save(FULL, scored_at=AT)
        assert store.results.find("C-1") == ()  # readers go on
        other.execute("ROLLBACK")
        other.close()
        store.results.save(FULL, scored_at=AT)
        assert store.results.find("C-1") == (FULL,)


def test_a_new_database_that_is_locked_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "callqa.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="another process held"):
        Store.open(path, busy_timeout_s=0.05)
    other.close()


def test_a_path_below_a_regular_file_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "callqa.db", tmp_path / "file" / "deeper" / "callqa.db"):
        with pytest.raises(StoreError, match="cannot be opened or written here"):
            Store.open(path)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened or written here"):
        Store.open(tmp_path)


def test_a_read_only_database_is_read_and_not_written(store: Store) -> None:
    store.results.save(BARE, scored_at=AT)
    store.db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="cannot be opened or written here"):
        store.results.save(FULL, scored_at=AT)
    assert tuple(store.results.each()) == (BARE,)


@pytest.mark.parametrize(
    "content", [b"not a database, just a text that is long enough " * 10, b"SQLite format 3\0"]
)
def test_a_file_that_is_no_database_is_left_as_it_was(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"notes\.txt: this is not a callqa database"):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_missing_database_is_not_made_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such database; score some calls first"):
        Store.open(tmp_path / "callqa.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_a_newer_callqa_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "callqa.db"
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute(f"PRAGMA user_version = {VERSION + 1}")
        raw.execute("CREATE TABLE calls_2030 (id)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(
        StoreError, match=f"newer version of callqa .*version {VERSION + 1}.*update callqa"
    ):
        Store.open(path)
    assert (path.read_bytes(), [p.name for p in tmp_path.iterdir()]) == (before, ["callqa.db"])


def test_a_database_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE customers (id)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="of another program"):
        Store.open(path)
    assert path.read_bytes() == before


def test_an_empty_database_gets_all_migrations_once(tmp_path: Path) -> None:
    path = tmp_path / "callqa.db"
    path.touch()
    with closing(Database(memory=True)) as empty:
        assert len(migrations.pending(empty)) == VERSION
    for _ in range(2):
        with Store.open(path) as store:
            applied = migrations.applied(store.db)
            pragmas = ("user_version", "journal_mode", "foreign_keys")
            set_to = [store.db.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in pragmas]
            assert (len(applied), set_to) == (VERSION, [VERSION, "wal", 1])
    with Store.open(path) as store:
        assert {row["applied_at"] for row in store.db.table("_sqlite_migrations").rows} == {
            migration.applied_at for migration in applied
        }


def _open_and_save(folder: Path, worker: int, together: Barrier) -> None:
    for number in range(NEW_DATABASES):
        together.wait(60)
        with Store.open(folder / f"{number}.db") as store:
            own = replace(FULL, recording=replace(FULL.recording, sha256=f"{worker:064x}"))
            store.results.save(own, scored_at=AT)
            store.results.save(FULL, scored_at=AT)


@pytest.mark.thorough
@pytest.mark.slow
def test_processes_make_and_fill_new_databases_at_the_same_moment(tmp_path: Path) -> None:
    spawn = get_context("spawn")
    together = spawn.Barrier(4)
    workers = [spawn.Process(target=_open_and_save, args=(tmp_path, n, together)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    for number in range(NEW_DATABASES):
        with Store.open(tmp_path / f"{number}.db", create=False) as store:
            assert len(store.results.find("C-1")) == 5


def test_a_new_database_waits_for_the_process_that_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "callqa.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    later = Timer(0.3, other.execute, ["ROLLBACK"])
    later.start()
    with Store.open(path, busy_timeout_s=30) as store:
        store.results.save(FULL, scored_at=AT)
    later.join()
    other.close()


def test_a_damaged_row_is_named(store: Store) -> None:
    made = store.results.save(FULL, scored_at=AT)
    store.db.execute("UPDATE measures SET tone = '[]'")
    with pytest.raises(StoreError, match=f"result {made} is damaged"):
        store.results.find("C-1")


def test_a_closed_store_closes_again_and_says_so_when_used(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "callqa.db")
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed database"):
        store.results.find("C-1")


def _sqlite_errors() -> list[type[sqlite3.Error]]:
    return [
        kind
        for kind in vars(sqlite3).values()
        if isinstance(kind, type) and issubclass(kind, sqlite3.Error)
    ]


@pytest.mark.parametrize("kind", [*_sqlite_errors(), OSError, PermissionError])
def test_every_foreign_error_becomes_ours_and_is_chained(kind: type[Exception]) -> None:
    error = kind("no")
    with (
        pytest.raises(StoreError, match=r"^callqa\.db: ") as caught,
        translated(Path("callqa.db"), 1.0),
    ):
        raise error
    assert caught.value.__cause__ is error


def test_rules_are_counted_in_the_results_that_count_with_the_last_decision_on_each_finding(
    store: Store,
) -> None:
    twice = replace(
        BARE, findings=(a_finding(), a_finding(start_s=5.0, end_s=6.0, verdict="review"))
    )
    old = store.results.save(at_version(twice, "l0"), scored_at=AT)
    new = store.results.save(at_version(twice, "l1"), scored_at=AT)
    first, second = twice.findings
    store.actions.add(old, [a_decision(first)], actor="li", at=AT)
    store.actions.add(new, [a_decision(second)], actor="li", at=AT)
    store.actions.add(new, [a_decision(second, "confirmed")], actor="wang", at=AT)

    assert store.rules.counts() == (RuleCount("forbidden.shirk", 2, 1, 1, 1, 1),)
    with pytest.raises(StoreError):
        store.actions.add(99, [a_decision(first)], actor="li", at=AT)


def call_of(
    agent: str | None, number: int, *, pitch: float = 11.0, rate: float = 200.0
) -> CallResult:
    """A call of an agent with two windows whose pitches lie one semitone to either side of
    ``pitch``."""
    windows = tuple(
        ToneWindow(at, at + 4.0, (TonePart("pitch_st", value, 0.0, 0.0),))
        for at, value in ((0.0, pitch - 1), (5.0, pitch + 1))
    )
    return replace(
        FULL,
        recording=replace(FULL.recording, sha256=f"{number:064x}"),
        call=CallMeta(f"C-{number}", agent),
        pace=Pace(RolePace(rate, None, None, 30.0), FULL.pace.customer),
        tone=Tone(agent=RoleTone(windows=windows)),
    )


def test_history_is_the_median_of_the_agents_last_calls(store: Store) -> None:
    for number, pitch in enumerate((10.0, 11.0, 15.0)):
        store.results.save(
            call_of("7", number, pitch=pitch, rate=200.0 + 10 * number), scored_at=AT
        )
    store.results.save(call_of(None, 9, pitch=30.0, rate=400.0), scored_at=AT)

    history = store.results.baselines()

    # medians of the calls: 10, 11, 15; standard deviation within each: 1
    assert history.voices == {
        ("7", "pcm_alaw-8000"): VoiceBaseline(3, {"pitch_st": 11.0}, {"pitch_st": 1.0})
    }
    assert history.paces == {"7": 210.0}
    assert history.site_pace is not None
    # 5th and 95th percentile of 200, 210, 220, 400, linear: 201.5 and 373
    assert (history.site_pace.low, history.site_pace.high, history.site_pace.calls) == (
        pytest.approx(201.5), pytest.approx(373.0), 4,
    )  # fmt: skip


def test_a_call_that_was_scored_again_counts_once_in_the_history(store: Store) -> None:
    once = call_of("7", 1)
    store.results.save(once, scored_at=AT)
    store.results.save(replace(once, engine=replace(ENGINE, lexicon_version="8")), scored_at=AT)

    assert store.results.baselines().voices["7", "pcm_alaw-8000"].calls == 1


def test_an_empty_database_knows_nothing_usual(store: Store) -> None:
    assert store.results.baselines() == Baselines()


def test_a_reviewers_last_grade_of_a_stretch_counts(store: Store) -> None:
    made = store.results.save(FULL, scored_at=AT)
    first = ToneLabel(made, "agent", 0.0, 4.0, "raised", "张")
    store.tone.label([first, replace(first, reviewer="李")], labelled_at=AT)
    store.tone.label([replace(first, grade="calm")], labelled_at=AT)

    assert store.tone.labels() == (replace(first, reviewer="李"), replace(first, grade="calm"))


def test_a_label_of_no_call_or_no_grade_is_refused_whole(store: Store) -> None:
    made = store.results.save(FULL, scored_at=AT)
    good = ToneLabel(made, "agent", 0.0, 4.0, "raised", "张")

    for bad in (replace(good, result_id=99), replace(good, grade="angry")):
        with pytest.raises(StoreError):
            store.tone.label([good, bad], labelled_at=AT)

    assert store.tone.labels() == ()


def test_windows_are_joined_with_the_labels_that_cover_them(store: Store) -> None:
    made = store.results.save(call_of("7", 1), scored_at=AT)
    label = ToneLabel(made, "agent", 0.0, 4.5, "raised", "张")
    store.tone.label(
        [label, replace(label, reviewer="李"), replace(label, reviewer="王", grade="calm")],
        labelled_at=AT,
    )
    store.tone.label(
        [
            ToneLabel(made, "agent", 4.5, 9.0, "raised", "张"),
            ToneLabel(made, "agent", 4.5, 9.0, "calm", "李"),
        ],
        labelled_at=AT,
    )

    (sample,) = collect_samples(store)

    assert (sample.window.start_s, sample.raised, sample.agent_id) == (
        0.0,
        True,
        "7",
    )  # the other is undecided


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
