"""The usual values of earlier calls, and the grades that people give to tone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.errors import StoreError
from pipeline.jobs.tone_labels import collect_samples
from pipeline.store import Store, ToneLabel
from pipeline.types import (
    CallMeta,
    CallResult,
    Pace,
    RolePace,
    RoleTone,
    Tone,
    TonePart,
    ToneWindow,
)
from pipeline.types.baselines import Baselines, VoiceBaseline
from tests.store.full_results import AT, ENGINE, FULL


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
