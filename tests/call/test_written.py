"""Chats and finished transcripts are judged by the same rules, and never for what only a recording
shows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pipeline.call import Rescorer
from pipeline.call.written import check_conversation
from pipeline.call.written_times import response_latencies
from pipeline.imports.read_texts import read_conversations
from pipeline.lexicon import (
    Condition,
    ConditionScope,
    Rule,
    VolumeJump,
    load_lexicon,
    load_scorecards,
    sound_rules,
)
from pipeline.phrases import PhraseBook, load_meaning
from pipeline.settings import Settings
from pipeline.types import CallResult, CustomerOutcome, Settlement

LEXICON = load_lexicon()
SHEETS = load_scorecards(rule_ids=[rule.id for rule in LEXICON.rules])

CHAT = """会话编号,发送时间,角色,消息内容,工号
c1,2026-11-02 09:30:00,客户,在吗，我的快递到哪了,
c1,2026-11-02 09:30:20,客服,您好，客服8012很高兴为您服务，有什么可以帮您？请问单号是多少,8012
c1,2026-11-02 09:31:00,客户,一三八,
c1,2026-11-02 09:31:10,客户,单号是88123,
c1,2026-11-02 09:31:50,客服,{},8012
c1,2026-11-02 09:33:00,客服,还有其他可以帮您的吗？感谢您的咨询，再见,8012
"""


@cache
def book() -> PhraseBook:
    return PhraseBook.of(LEXICON.rules, load_meaning())


def checked(tmp_path: Path, text: str, name: str = "chat.csv") -> CallResult:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (conversation,) = read_conversations(path)
    return check_conversation(conversation, book(), LEXICON, SHEETS, Settings())


def test_a_polite_chat_has_full_points(tmp_path: Path):
    result = checked(tmp_path, CHAT.format("已经到站了，请您放心"))

    doubts = ("有 2 处机器没有把握，请人工复核",)  # duties whose lack is always for a person
    assert (result.score.attitude, result.score.total) == (100.0, 100.0)
    assert result.score.flags == doubts
    assert (result.call.agent_id, result.recording.codec) == ("8012", "text")


def test_a_taboo_phrase_in_a_chat_is_charged(tmp_path: Path):
    result = checked(tmp_path, CHAT.format("这个不归我管"))

    assert [(f.phrase, f.verdict) for f in result.findings if f.kind == "forbidden"] == [
        ("不归我管", "confirmed")
    ]


def test_what_only_sounds_like_a_taboo_phrase_is_nothing_where_it_was_typed(tmp_path: Path):
    result = checked(tmp_path, CHAT.format("这个不规我馆"))

    assert [f for f in result.findings if f.kind == "forbidden"] == []


def test_the_customer_may_say_anything(tmp_path: Path):
    result = checked(tmp_path, CHAT.format("好的").replace("一三八", "你们说不归我管，随你便"))

    assert result.score.attitude == 100.0


def test_what_needs_a_recording_does_not_apply(tmp_path: Path):
    result = checked(tmp_path, CHAT.format("好的"))

    assert {item.id for item in result.score.items if not item.applies} == {
        "pace",
        "tone",
        "listening",
    }
    assert result.dynamics.silence_s is None
    assert {missing.reason for missing in result.dynamics.unmeasured} == {"文字会话没有录音"}


def test_a_sites_own_rule_about_loudness_judges_no_chat(tmp_path: Path):
    loud = Condition("loud", VolumeJump(-90.0), ConditionScope())
    own = Rule(
        "process.own_loud", "大声", "process", "our choice", "low", "agent",
        phrase="大声", conditions=(loud,), when="loud", mark="loud",
    )  # fmt: skip
    lexicon = replace(LEXICON, rules=(*LEXICON.rules, own), version="own")
    path = tmp_path / "chat.csv"
    path.write_text(CHAT.format("好的"), encoding="utf-8")
    (conversation,) = read_conversations(path)

    result = check_conversation(
        conversation, PhraseBook.of(lexicon.rules), lexicon, SHEETS, Settings()
    )
    rescorer = Rescorer(lexicon, SHEETS, Settings())
    again = rescorer.rescore(checked(tmp_path, CHAT.format("好的")), result.call, result.outcome)

    assert own.id in sound_rules(lexicon.rules)
    assert own.id not in {f.rule for f in (*result.findings, *again.findings)}


def test_the_customer_waits_for_an_answer(tmp_path: Path):
    path = tmp_path / "chat.csv"
    path.write_text(CHAT.format("好的"), encoding="utf-8")
    (conversation,) = read_conversations(path)

    # from 09:30:00 to 09:30:20, and from the customer's last line 09:31:10 to 09:31:50
    assert response_latencies(conversation) == [20.0, 40.0]
    assert (
        check_conversation(
            conversation, book(), LEXICON, SHEETS, Settings()
        ).dynamics.response_latency_median_s
        == 30.0
    )


def test_a_transcript_of_a_call_is_listened_to_by_sound(tmp_path: Path):
    srt = "1\n00:00:00,000 --> 00:00:03,000\n客服：您好，请讲\n\n2\n00:00:04,000 --> 00:00:07,000\n客服：这个不规我管，再见\n"
    result = checked(tmp_path, srt, "call.srt")

    assert [(f.phrase, f.verdict) for f in result.findings if f.kind == "forbidden"] == [
        ("不归我管", "review")
    ]


@pytest.mark.parametrize("role", ["客户", "路人"])
def test_without_an_agent_nothing_is_judged(tmp_path: Path, role: str):
    result = checked(tmp_path, f'[{{"role": "{role}", "content": "在吗"}}]', "chat.json")

    assert (result.score.attitude, result.score.total) == (None, None)


def test_a_chat_has_its_topics_and_the_customers_last_words_say_whether_it_is_settled(
    tmp_path: Path,
):
    ended = CHAT.format("已经到站了") + "c1,2026-11-02 09:33:30,客户,收到东西了，问题解决了,\n"

    result = checked(tmp_path, ended)

    assert [topic.matter for topic in result.topics] == ["配送"]
    assert (result.settlement.solved, result.settlement.reason) == (True, "客户最后说解决了")


@pytest.mark.parametrize(
    ("said", "imported", "points"),
    [
        ("问题解决了", None, 100.0),
        ("还是不行", None, 0.0),
        ("还是不行", True, 100.0),
        ("再见", None, None),
    ],
)
def test_what_is_not_known_to_be_settled_does_not_apply_and_an_import_wins(
    tmp_path: Path, said: str, imported: bool | None, points: float | None
):
    result = checked(tmp_path, CHAT.format("好的") + f"c1,2026-11-02 09:33:30,客户,{said},\n")
    rescorer = Rescorer(LEXICON, SHEETS, Settings())

    again = rescorer.rescore(result, result.call, CustomerOutcome(resolved=imported))

    (item,) = [one for one in again.score.beside if one.name == "问题解决"]
    assert (item.points if item.applies else None) == points
    assert again.score.total == result.score.total  # beside the total


def test_a_result_of_an_earlier_version_gets_its_topics_when_it_is_scored_again(tmp_path: Path):
    result = checked(tmp_path, CHAT.format("好的"))
    old = replace(result, topics=(), settlement=Settlement())

    again = Rescorer(LEXICON, SHEETS, Settings()).rescore(old, old.call, old.outcome)

    assert (again.topics, again.settlement) == (result.topics, result.settlement)
    assert again.topics != ()
