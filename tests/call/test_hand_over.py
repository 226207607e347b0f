"""Where another agent takes over inside a recording, each is judged for his own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.call import Checker, Rescorer, check_call
from pipeline.lexicon import LEXICON_FOLDER, load_lexicon, load_scorecards
from pipeline.settings import IngestSettings, Settings
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult, CustomerOutcome
from tests.fakes import FakeRecogniser
from tests.sounds import TWO_SIDES

LEXICON = load_lexicon()
SHEETS = load_scorecards(
    LEXICON_FOLDER / "scoring",
    rule_ids=[rule.id for rule in LEXICON.rules],
    duties=LEXICON.duties,
)
SETTINGS = Settings(ingest=IngestSettings(settle_s=0.0))
CUSTOMER = ("我要退款。", "好的。", "行。")
SECOND = ("您好，财务部，请问有什么可以帮您？", "这个我不知道，你找领导去。")


def heard(*agent: str, agent_id: str = "8012") -> CallResult:
    """The agent's channel says these, the customer's the usual."""
    recogniser = FakeRecogniser({0: agent, 1: CUSTOMER}, 0.97)
    checker = Checker.of(recogniser, LEXICON, SHEETS, SETTINGS)
    return check_call(TWO_SIDES, checker, call=CallMeta("k", agent_id)).result


def charged(result: CallResult) -> set[str]:
    return {f.rule for f in result.findings if f.verdict == "confirmed" and f.kind != "required"}


@pytest.fixture(scope="module")
def handed_over() -> CallResult:
    return heard("您好，这个不归我管。", "退款由财务负责，我帮您转接财务。", *SECOND)


def test_the_first_agent_is_charged_for_his_own_words_and_not_for_the_second_ones(
    handed_over: CallResult,
):
    spoken = [f for f in handed_over.findings if f.kind == "forbidden"]
    assert {(f.quote, f.verdict) for f in spoken if f.verdict == "confirmed"} == {
        ("不归我管", "confirmed")
    }
    assert {f.role for f in spoken if f.verdict == "review"} == {"unknown"}
    assert "missing.closing" not in {f.rule for f in handed_over.findings}
    assert "missing.closing" in handed_over.not_due
    assert handed_over.hand_over is not None
    assert handed_over.hand_over.agent == "first"
    assert any("另一位客服接听" in flag for flag in handed_over.score.flags)


def test_the_same_words_of_one_agent_are_all_his(handed_over: CallResult):
    alone = heard("您好，这个不归我管。", "退款由财务负责。", "您的单号？", SECOND[1])
    assert alone.hand_over is None
    assert "missing.closing" in {f.rule for f in alone.findings}
    assert len(charged(alone)) > len(charged(handed_over))


def test_the_second_agent_is_not_charged_for_the_first_ones_words():
    second = heard(
        "喂，这个不归我管。",
        "我帮您转接财务。",
        "您好，工号八零一三为您服务。",
        "您的退款到了。",
        agent_id="8013",
    )
    assert second.hand_over is not None
    assert second.hand_over.agent == "second"
    assert not {
        f.rule for f in second.findings if f.kind == "forbidden" and f.verdict == "confirmed"
    }
    assert "missing.greeting" not in {f.rule for f in second.findings}


def test_a_result_with_a_hand_over_is_kept_and_scored_again_as_it_is(
    tmp_path: Path, handed_over: CallResult
):
    with Store.open(tmp_path / "c.db") as store:
        number = store.results.save(handed_over, scored_at="2026-11-02T01:00:00+00:00")
        assert store.results.get(number) == handed_over
    again = Rescorer(LEXICON, SHEETS, SETTINGS).rescore(
        handed_over, handed_over.call, CustomerOutcome()
    )
    assert charged(again) == charged(handed_over)
    assert again.score == handed_over.score
