"""A proposal tried on stored calls: what changes by it alone, for a limited time, apart where there
are many calls."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.jobs import is_running, load_basis, run_trial, start_trial
from pipeline.jobs.save import keep_versions
from pipeline.people import NewProposal, Proposal, ProposalEffect
from pipeline.settings import Settings, SiteSettings
from pipeline.store import Store
from pipeline.types import CallMeta, RulePoints, WordingChange
from tests.builders import a_finding, a_result, a_score, an_utterance
from tests.lexicon.test_overlay import RULES, SHEET

AT = "2026-11-18T03:00:00+00:00"
FREED = WordingChange("forbidden.provoke", "exceptions", "我陪您去告吧")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "rules"
    (folder / "scoring").mkdir(parents=True)
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "scoring" / "own.yaml").write_text(SHEET, encoding="utf-8")
    return Settings(site=SiteSettings(lexicons=str(folder), db=str(tmp_path / "callqa.db")))


def fill(store: Store, settings: Settings, calls: int) -> None:
    """Calls that were charged; the agent of each second one was friendly."""
    basis = load_basis(settings)
    keep_versions(store, basis.lexicon, basis.sheets)
    for number in range(calls):
        said = "我陪您去告吧。" if number % 2 else "你去告吧。"
        result = a_result(
            findings=(
                a_finding(rule="forbidden.provoke", phrase="去告吧", quote="去告吧", start_s=4.5, end_s=5.0),
            ),
            score=a_score(93.0),
            call=CallMeta(f"C{number}", "8001", None, "2026-11-17T09:30:00", None),
            utterances=(an_utterance(said, start_s=4.0),),
        )  # fmt: skip
        recording = replace(result.recording, sha256=f"{number:064x}", path=f"{number}.wav")
        engine = replace(result.engine, lexicon_version=basis.lexicon.version)
        store.results.save(replace(result, recording=recording, engine=engine), scored_at=AT)


def proposed(store: Store, *changes: object) -> Proposal:
    new = NewProposal(changes, "理由", sentence="我陪您去告吧。")
    return store.proposals.add(new, actor="lead", at=AT)


def test_calls_that_change_are_named_with_their_points_and_nothing_is_saved(settings: Settings):
    with Store.open(settings.site.database) as store:
        fill(store, settings, 4)
        before = store.results.effective_ids()
        effect = run_trial(store, proposed(store, FREED), settings)

        assert (effect.state, effect.tried, effect.changed, effect.fewer) == ("done", 4, 2, 2)
        assert [(one.call, one.old_total, one.new_total) for one in effect.shown] == [
            ("C3", 93.0, 100.0),
            ("C1", 93.0, 100.0),
        ]
        assert effect.sentence[1] == "不算：规则的例外覆盖了此处"
        assert store.results.effective_ids() == before
        assert store.proposals.effect_of(1) == effect


def test_other_points_of_a_rule_change_points_and_no_findings(settings: Settings):
    sheet = Path(settings.site.lexicons) / "scoring" / "own.yaml"
    sheet.write_text(SHEET.replace("points: 7", "points: rule"), encoding="utf-8")
    with Store.open(settings.site.database) as store:
        fill(store, settings, 2)
        effect = run_trial(store, proposed(store, RulePoints("forbidden.provoke", 4.0)), settings)

        assert (effect.changed, effect.higher, effect.more, effect.fewer) == (2, 2, 0, 0)
        assert {(one.old_total, one.new_total) for one in effect.shown} == {(90.0, 96.0)}


@pytest.mark.long
def test_a_trial_ends_in_time_and_says_how_far_it_came(settings: Settings):
    with Store.open(settings.site.database) as store:
        fill(store, settings, 101)
        effect = run_trial(store, proposed(store, FREED), settings, longest_s=-1.0)

        assert (effect.state, effect.calls, effect.tried, effect.changed) == ("cut", 101, 100, 50)


def test_a_trial_that_cannot_be_says_why(settings: Settings):
    with Store.open(settings.site.database) as store:
        fill(store, settings, 1)
        (Path(settings.site.lexicons) / "site.yaml").write_text("version: 2\n", encoding="utf-8")
        effect = run_trial(store, proposed(store, FREED), settings)

        assert effect.state == "failed"
        assert "site.yaml 第 1 行" in effect.fault


@pytest.mark.long
@pytest.mark.slow
def test_many_calls_are_tried_in_a_process_of_its_own(settings: Settings):
    with Store.open(settings.site.database) as store:
        fill(store, settings, 101)
        proposal = proposed(store, FREED)
        start_trial(store, proposal, settings)
        first = store.proposals.effect_of(proposal.id)
        assert first is not None
        assert first.state == "running"
        until = time.monotonic() + 100
        while time.monotonic() < until:
            last = store.proposals.effect_of(proposal.id)
            if last is not None and last.state != "running":
                break
            time.sleep(0.2)

    assert last is not None
    assert (last.state, last.tried, last.changed, last.fault) == ("done", 101, 50, "")


def test_a_trial_without_a_sign_of_life_is_over():
    effect = ProposalEffect("running", "", AT, AT)

    assert is_running(effect, "2026-11-18T03:01:00+00:00")
    assert not is_running(effect, "2026-11-18T03:03:00+00:00")
    assert not is_running(replace(effect, state="done"), AT)
    assert not is_running(None, AT)
