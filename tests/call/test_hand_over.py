"""Where another agent takes over inside a recording, each is judged for his own words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.call import CheckedCall, Checker, Rescorer, check_call, from_json, to_json
from pipeline.call.hand_over import judge_own_words
from pipeline.lexicon import LEXICON_FOLDER, load_lexicon, load_scorecards
from pipeline.settings import IngestSettings, Settings
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult, CustomerOutcome, part_sha256
from tests.builders import a_finding
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
FIRST = ("您好，这个不归我管。", "退款由财务负责，我帮您转接财务。")
SECOND = ("您好，工号八零一三，请问有什么可以帮您？", "这个我不知道，你找领导去。")
CALL = CallMeta(
    "k", "8012", "13800000000", "2026-11-02T09:30:00", direction="inbound", answer="answered",
    ringing_s=5.0, hung_up_by="agent",
)  # fmt: skip


def heard(*agent: str, call: CallMeta = CALL, path: Path = TWO_SIDES) -> CheckedCall:
    """The agent's channel says these, the customer's the usual."""
    return check_call(path, checker_of(*agent), call=call)


def checker_of(*agent: str) -> Checker:
    return Checker.of(FakeRecogniser({0: agent, 1: CUSTOMER}, 0.97), LEXICON, SHEETS, SETTINGS)


def charged(result: CallResult) -> set[str]:
    return {f.rule for f in result.findings if f.verdict == "confirmed" and f.kind != "required"}


def forbidden(result: CallResult) -> set[tuple[str, str]]:
    return {(f.quote, f.verdict) for f in result.findings if f.kind == "forbidden"}


@pytest.fixture(scope="module")
def parts() -> tuple[CallResult, ...]:
    return heard(*FIRST, *SECOND).results


@pytest.fixture(scope="module")
def unsure() -> CallResult:
    """The second one only greets, so that it is not sure who he is."""
    return heard(*FIRST, "您好。", SECOND[1]).result


def test_each_agent_is_charged_for_his_own_words(parts: tuple[CallResult, ...]):
    first, second = parts
    assert (first.call.agent_id, second.call.agent_id) == ("8012", "8013")
    assert forbidden(first) == {("不归我管", "confirmed")}
    assert {quote for quote, _ in forbidden(second)} == {"我不知道", "你找领导去"}
    said = [u.text for part in parts for u in part.utterances]
    assert len(said) == len(set(said)) == 7


def test_the_parts_are_linked_and_each_owes_what_belongs_to_it(parts: tuple[CallResult, ...]):
    first, second = parts
    assert first.part is not None
    assert second.part is not None
    assert first.part.parts == second.part.parts == ("k#1", "k#2")
    assert [part.call.call_id for part in parts] == ["k#1", "k#2"]
    assert (first.part.is_last, second.part.is_last) == (False, True)
    assert "missing.closing" in first.not_due
    assert "missing.greeting" in second.not_due
    assert not any(f.start_s >= second.recording.judged.start_s for f in first.findings)
    assert all(f.start_s >= second.recording.judged.start_s for f in second.findings)


def test_the_telephone_system_speaks_of_the_part_it_means(parts: tuple[CallResult, ...]):
    first, second = parts
    assert (first.call.ringing_s, second.call.ringing_s) == (5.0, None)
    assert (first.call.hung_up_by, second.call.hung_up_by) == (None, "agent")
    assert first.dynamics.ended_by is None
    assert second.call.started_at is not None
    assert "2026-11-02T09:30:00" < second.call.started_at < "2026-11-02T09:31:00"


def test_the_parts_lie_in_one_file_and_cover_it(parts: tuple[CallResult, ...]):
    first, second = (part.recording for part in parts)
    assert second.sha256 == part_sha256(first.sha256, 2)
    assert second.content_sha256 == first.content_sha256 == first.sha256
    assert first.duration_s == second.duration_s == second.judged.end_s
    assert (first.judged.start_s, first.judged.end_s) == (0.0, second.judged.start_s)


def test_a_part_is_kept_written_and_scored_again_as_it_is(
    tmp_path: Path, parts: tuple[CallResult, ...]
):
    rescorer = Rescorer(LEXICON, SHEETS, SETTINGS)
    changed = replace(rescorer, known={})
    with Store.open(tmp_path / "c.db") as store:
        for part in parts:
            number = store.results.save(part, scored_at="2026-11-02T01:00:00+00:00")
            assert store.results.get(number) == part
            assert to_json(from_json(to_json(part))) == to_json(part)
            assert rescorer.rescore(part, part.call, CustomerOutcome()) == part
            old = replace(part, engine=replace(part.engine, lexicon_version="old"))
            again = changed.rescore(old, part.call, CustomerOutcome())
            assert charged(again) == charged(part)


def test_a_second_agent_whose_number_nobody_says_has_a_part_of_nobodys():
    first, second = heard(*FIRST, "您好，财务部，请问有什么可以帮您？", SECOND[1]).results
    assert (first.call.agent_id, second.call.agent_id) == ("8012", None)
    assert forbidden(first) == {("不归我管", "confirmed")}


def test_words_while_the_customer_waits_charge_nobody():
    first, _ = heard("您好。", FIRST[1], "不归我管，找领导去。", SECOND[0]).results
    assert {verdict for _, verdict in forbidden(first)} == {"review"}


def test_where_it_is_not_sure_the_other_ones_words_are_nobodys(unsure: CallResult):
    assert forbidden(unsure) >= {("不归我管", "confirmed")}
    review = [f for f in unsure.findings if f.kind == "forbidden" and f.verdict == "review"]
    assert {f.role for f in review} == {"unknown"}
    assert "missing.closing" in unsure.not_due
    assert unsure.part is None
    assert unsure.hand_over is not None
    assert any("另一位客服接听" in flag for flag in unsure.score.flags)


def test_the_silence_of_a_transfer_is_for_review(unsure: CallResult):
    assert unsure.hand_over is not None
    at_s = unsure.hand_over.at_s
    silence = a_finding(
        rule="silence.long", kind="silence", role="unknown", match="signal",
        start_s=at_s - 0.1, end_s=at_s + 40.0,
    )  # fmt: skip
    (found,) = judge_own_words([silence], unsure.utterances, unsure.hand_over, LEXICON.rules)
    assert found.verdict == "review"


def test_the_same_words_of_one_agent_are_all_his(unsure: CallResult):
    alone = heard(FIRST[0], "退款由财务负责。", "您的单号？", SECOND[1]).result
    assert alone.hand_over is None
    assert "missing.closing" in {f.rule for f in alone.findings}
    assert len(charged(alone)) > len(charged(unsure))


def test_a_result_of_one_agent_and_somebody_else_is_scored_again_as_it_is(unsure: CallResult):
    again = Rescorer(LEXICON, SHEETS, SETTINGS).rescore(unsure, unsure.call, CustomerOutcome())
    assert charged(again) == charged(unsure)
    assert again.score == unsure.score


def test_the_agent_of_the_metadata_may_be_the_second_one():
    call = replace(CALL, agent_id="8013")
    first, second = heard("喂，这个不归我管。", *FIRST[1:], *SECOND, call=call).results
    assert (first.call.agent_id, second.call.agent_id) == (None, "8013")
    assert ("不归我管", "confirmed") not in forbidden(second)
