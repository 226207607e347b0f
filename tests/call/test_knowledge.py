"""Facts of the site in whole results: chats, transcripts, scored again, and corrected by people."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pipeline.call import Checker, Rescorer, check_call, from_json, to_json
from pipeline.call.written import check_conversation
from pipeline.corrections import RevisionBasis, revise
from pipeline.corrections.checks import check_action
from pipeline.errors import RevisionError
from pipeline.imports.read_texts import read_conversations
from pipeline.lexicon import LEXICON_FOLDER, Lexicon, load_knowledge, load_lexicon, load_scorecards
from pipeline.people import FindingKey, NewAction, ReviewAction
from pipeline.phrases import PhraseBook
from pipeline.settings import IngestSettings, Settings
from pipeline.types import CallMeta, CallResult, CustomerOutcome, ScoreItem
from tests.builders import a_result, an_utterance
from tests.fakes import FakeRecogniser
from tests.sounds import TWO_SIDES

SHIPPED = load_lexicon()
FEW = tuple(r for r in SHIPPED.rules if r.kind == "forbidden" and not (r.meaning or r.conditions))
NONE = replace(SHIPPED, rules=FEW[:3])
"""A few rules, which are ready at once."""
TOPICS, _ = load_knowledge(LEXICON_FOLDER, examples=True)
KNOWS = replace(NONE, knowledge=TOPICS, version="with facts")
SHEETS = load_scorecards(rule_ids=[rule.id for rule in SHIPPED.rules])

CHAT = """会话编号,发送时间,角色,消息内容,工号
c1,2026-03-02 09:30:00,客户,请问收视费一个月多少钱,
c1,2026-03-02 09:30:20,客服,您好，{},8012
c1,2026-03-02 09:31:00,客户,知道了,
"""


@cache
def book() -> PhraseBook:
    return PhraseBook.of(NONE.rules)


def chat(tmp_path: Path, say: str, lexicon: Lexicon = KNOWS, **settings: object) -> CallResult:
    path = tmp_path / "chat.csv"
    path.write_text(CHAT.format(say), encoding="utf-8")
    (conversation,) = read_conversations(path)
    return check_conversation(conversation, book(), lexicon, SHEETS, Settings(**settings))  # type: ignore[arg-type]


def knowledge(result: CallResult) -> ScoreItem:
    return next(item for item in result.score.beside if item.id == "knowledge")


def of_facts(result: CallResult) -> list[tuple[str, str]]:
    rules = ("process.wrong_fact", "process.left_out", "process.no_answer")
    return [(f.rule, f.verdict) for f in result.findings if f.rule in rules]


def rescored(result: CallResult, lexicon: Lexicon, **call: object) -> CallResult:
    rescorer = Rescorer(lexicon, SHEETS, Settings())
    return rescorer.rescore(result, replace(result.call, **call), CustomerOutcome())  # type: ignore[arg-type]


def acted(number: int, kind: str, value: dict[str, object]) -> ReviewAction:
    return ReviewAction(number, "ab", 1, kind, value, "王", "2026-03-03T09:00:00+00:00")  # type: ignore[arg-type]


BASIS = RevisionBasis(KNOWS, SHEETS.choose(None, None), book)


def test_a_chat_with_a_wrong_fee_loses_points_of_knowledge_with_the_reason(tmp_path: Path):
    result = chat(tmp_path, "收视费每月30元")

    assert [(c.answer, c.open) for c in result.knowledge] == [("wrong", False)]
    assert of_facts(result) == [("process.wrong_fact", "confirmed")]
    (reason,) = knowledge(result).reasons
    assert (reason.points, knowledge(result).points) == (-40.0, 60.0)
    assert "知识库：基本收视维护费 25 元/月" in reason.text
    assert from_json(to_json(result, masked=False)).knowledge == result.knowledge


def test_a_right_fee_is_full_marks_and_without_a_file_nothing_is_measured(tmp_path: Path):
    right, unknown = chat(tmp_path, "收视费每月25元"), chat(tmp_path, "收视费每月25元", NONE)

    assert (knowledge(right).applies, knowledge(right).points) == (True, 100.0)
    assert (knowledge(unknown).applies, unknown.knowledge) == (False, ())


def test_an_open_question_measures_nothing_until_a_person_decides(tmp_path: Path):
    machine = chat(tmp_path, "这个您自己看账单")
    (finding,) = [f for f in machine.findings if f.rule == "process.no_answer"]
    key = FindingKey.of(finding).plain()

    assert not knowledge(machine).applies
    for decision, points, answer in (("confirmed", 70.0, "no_answer"), ("refused", 100.0, "right")):
        decide = acted(1, "decide", {"decision": decision, "finding": key})
        now = revise(machine, [decide], BASIS).result
        assert (knowledge(now).applies, knowledge(now).points) == (True, points)
        assert [(c.answer, c.open) for c in now.knowledge] == [(answer, False)]


def test_a_rule_under_review_leaves_a_wrong_fact_to_people(tmp_path: Path):
    settings = Settings().leaving(["process.wrong_fact"]).scoring
    result = chat(tmp_path, "收视费每月30元", scoring=settings)

    assert of_facts(result) == [("process.wrong_fact", "review")]
    assert [(c.answer, c.open) for c in result.knowledge] == [("wrong", True)]
    assert not knowledge(result).applies


def test_stored_calls_are_compared_again_when_the_facts_or_the_day_change(tmp_path: Path):
    before = chat(tmp_path, "收视费每月25元", NONE)

    after = rescored(before, KNOWS)
    moved = rescored(after, KNOWS, started_at="2025-06-01T09:30:00")
    gone = rescored(moved, replace(NONE, version="no facts"))

    assert [c.answer for r in (after, moved) for c in r.knowledge] == ["right", "wrong"]
    assert of_facts(moved) == [("process.wrong_fact", "confirmed")]
    assert (of_facts(gone), gone.knowledge) == ([], ())


def test_a_corrected_text_is_compared_again(tmp_path: Path):
    machine = chat(tmp_path, "收视费每月30元")
    said = machine.utterances[1]
    place = {"channel": said.channel, "start_s": said.start_s, "end_s": said.end_s}
    edit = acted(1, "text", {**place, "text": "您好，收视费每月25元"})

    now = revise(machine, [edit], BASIS).result

    assert (of_facts(now), [c.answer for c in now.knowledge]) == ([], ["right"])
    assert knowledge(now).points == 100.0


def test_a_person_may_give_a_mark_where_no_file_is(tmp_path: Path):
    machine = chat(tmp_path, "收视费每月25元", NONE)
    value = {"item": "knowledge", "points": 85.0, "reason": "抽查十问，答对八个半"}
    basis = replace(BASIS, lexicon=NONE)
    check_action(NewAction("override", value), machine, basis)
    for refused in ({**value, "item": "satisfaction"}, {**value, "points": 101.0}):
        with pytest.raises(RevisionError, match="不在评分表中、不适用于本通"):
            check_action(NewAction("override", refused), machine, basis)

    revised = revise(machine, [acted(1, "override", value)], basis)

    line = knowledge(revised.result)
    assert (line.applies, line.points, line.note, revised.idle) == (True, 85.0, "", ())
    assert [r.text for r in line.reasons] == ["人工评分：抽查十问，答对八个半（王）"]
    assert revised.result.score.total == machine.score.total


def test_a_mark_in_a_sheet_that_counts_knowledge_changes_the_total(tmp_path: Path):
    sheet = next(sheet for sheet in SHEETS.sheets if sheet.id == "postal")
    machine = rescored(chat(tmp_path, "收视费每月25元", NONE), NONE, queue="邮政一组")
    value = {"item": "knowledge", "points": 5.0, "reason": "抽查"}
    basis = RevisionBasis(NONE, sheet, book)

    now = revise(machine, [acted(1, "override", value)], basis).result

    full = sum(item.full for item in machine.score.items if item.applies)
    left = sum(item.points for item in machine.score.items if item.applies)
    assert now.score.total == pytest.approx((left + 5) / (full + 10) * 100, abs=0.01)


def test_words_of_a_recording_are_weighed_when_a_call_is_scored_again():
    said = (
        an_utterance("请问收视费一个月多少钱？", "customer", 0.0),
        an_utterance("您好，收视费每月30元。", "agent", 5.0, confidence=0.5),
    )
    call = CallMeta("a", started_at="2026-03-02T09:00:00")
    after = rescored(a_result(utterances=said, call=call), KNOWS)

    assert of_facts(after) == [("process.wrong_fact", "review")]


ASKED = ("请问收视费一个月多少钱？", "好的。", "再见。")
ANSWERED = ("您好，请讲。", "您好，收视费每月30元。", "请您慢走。", "再见。")


@pytest.mark.parametrize(("confidence", "verdict"), [(0.97, "confirmed"), (0.6, "review")])
def test_a_recording_is_charged_for_a_number_that_was_heard_clearly(
    confidence: float, verdict: str
):
    recogniser = FakeRecogniser({0: ANSWERED, 1: ASKED}, confidence)
    settings = Settings(ingest=IngestSettings(settle_s=0.0))
    checker = Checker.of(recogniser, KNOWS, SHEETS, settings)
    meta = CallMeta("k", started_at="2026-03-02T09:00:00")

    result = check_call(TWO_SIDES, checker, call=meta).result

    assert of_facts(result) == [("process.wrong_fact", verdict)]
    assert knowledge(result).applies == (verdict == "confirmed")
    (finding,) = [f for f in result.findings if f.rule == "process.wrong_fact"]
    assert [quote.said_by for quote in finding.quotes] == ["customer", "agent"]
