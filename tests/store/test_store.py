"""The store saves results whole or not at all, and reports failures in plain words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.store import RuleCount, Store
from pipeline.types import CallMeta, Dynamics
from tests.builders import a_decision, a_finding, a_score
from tests.store.full_results import AT, BARE, ENGINE, FULL, SHA, at_version, count


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


def test_a_damaged_row_is_named(store: Store) -> None:
    made = store.results.save(FULL, scored_at=AT)
    store.db.execute("UPDATE measures SET tone = '[]'")
    with pytest.raises(StoreError, match=f"result {made} is damaged"):
        store.results.find("C-1")


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
