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
from pipeline.imports.read_texts import read_conversations, read_text_file
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

    found = [(f.match, f.verdict) for f in result.findings if f.kind == "forbidden"]
    assert set(found) <= {("meaning", "review")}  # whose n-grams read syllables


def test_the_customer_may_say_anything(tmp_path: Path):
    result = checked(tmp_path, CHAT.format("好的").replace("一三八", "你们说不归我管，随你便"))

    assert result.score.attitude == 100.0


CUT = (
    "时间,角色,内容\n09:30:00,客服,什么事\n09:30:10,客户,我想查一下上个月的电费。\n{}"
    "09:30:40,客服,您上个月的电费是八十六元\n09:30:50,客户,好的谢谢\n09:31:00,客服,好的\n"
)


@pytest.mark.parametrize(
    ("line", "note"),
    [("xx,客服,感谢您的来电，再见\n", "有 1 行没有读懂"), ("09:30:30,小蜜蜂,感谢您的来电，再见\n", "看不懂说话人“小蜜蜂”")],
)  # fmt: skip
def test_what_may_stand_in_a_line_that_was_not_understood_is_not_charged_as_missing(
    tmp_path: Path, line: str, note: str
):
    path = tmp_path / "a.csv"
    verdicts = {}
    for name, text in (("whole", CUT.format("")), ("cut", CUT.format(line))):
        path.write_text(text, encoding="utf-8")
        (conversation,) = read_text_file(path).conversations
        result = check_conversation(conversation, book(), LEXICON, SHEETS, Settings())
        verdicts[name] = {f.verdict for f in result.findings if f.kind == "missing"}
    old = replace(result, engine=replace(result.engine, lexicon_version="older"))
    again = Rescorer(LEXICON, SHEETS, Settings()).rescore(old, result.call, result.outcome)

    assert "confirmed" in verdicts["whole"]
    assert verdicts["cut"] == {"review"}
    assert any(one.startswith(note) for one in result.notes)
    assert {f.verdict for f in again.findings if f.kind == "missing"} == {"review"}


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


LEFT = """会话编号,发送时间,角色,消息内容,工号
g1,2026-11-02 09:30:00,客户,我想查一下上个月的电费。,
g1,2026-11-02 09:30:10,客服,您好，客服8012为您服务，请您提供一下户号。,8012
g1,2026-11-02 09:30:30,客户,{},
g1,2026-11-02 09:30:50,客服,您上个月的电费是八十六元，请您核对一下。,8012
g1,2026-11-02 09:45:00,系统,{},
"""
LAST_DUTIES = {"missing.closing", "missing.anything_else", "missing.satisfied"}


@pytest.mark.parametrize(
    "said",
    ["客户已离开会话", "用户已主动结束会话", "由于客户长时间未回复，系统自动关闭会话", "会话超时", "Visitor has left the chat", "客戶已離開對話", "客户端断开连接"],
)  # fmt: skip
def test_no_farewell_is_owed_to_a_customer_who_has_left(tmp_path: Path, said: str):
    result = checked(tmp_path, LEFT.format("一二三四五六", said))
    (again,) = [
        Rescorer(LEXICON, SHEETS, Settings()).rescore(result, result.call, CustomerOutcome())
    ]

    for one in (result, again):
        assert not LAST_DUTIES & set(confirmed(one))
        assert [f.points for f in one.findings if f.rule == "missing.closing"] == [0.0]
        assert any(f.evidence.endswith("；客户已经离开会话，可能来不及说") for f in one.findings)


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("一二三四五六", "会话已结束"),
        ("一二三四五六", "客户已关闭订单"),
        ("一二三四五六", "客服长时间未回复，已转接其他客服"),
        ("一二三四五六，没有了，谢谢。", "客户已离开会话"),
    ],
)
def test_a_farewell_is_owed_where_there_was_time_for_it(tmp_path: Path, last: str, said: str):
    result = checked(tmp_path, LEFT.format(last, said))

    assert "missing.closing" in confirmed(result)


HANDED_OVER = """会话编号,发送时间,角色,消息内容,工号
t1,2026-11-02 09:30:00,客服,您好，客服8012为您服务，请问有什么可以帮您？,8012
t1,2026-11-02 09:30:10,客户,我想查一下上个月的电费。,
t1,2026-11-02 09:30:20,客服,好的，这个由专员为您处理，我帮您转接，请您稍等。,8012
t1,2026-11-02 09:30:30,系统,会话已转接至客服8013,
t1,2026-11-02 09:30:40,客服,{},{}
t1,2026-11-02 09:30:50,客户,没有了，谢谢。,
t1,2026-11-02 09:31:00,客服,感谢您的咨询，再见。,{}
"""
ANSWER = "让您久等了，您上个月的电费是八十六元，请问您对答复还满意吗？请问还有什么可以帮您？"
HEAD = "角色,内容\n"
RUDE = "这个不归我管，你找领导去。"


def checked_parts(tmp_path: Path, text: str) -> list[CallResult]:
    path = tmp_path / "parts.csv"
    path.write_text(text, encoding="utf-8")
    return [
        check_conversation(conversation, book(), LEXICON, SHEETS, Settings())
        for conversation in read_conversations(path)
    ]


def confirmed(result: CallResult) -> list[str]:
    return [f.rule for f in result.findings if f.verdict == "confirmed" and f.kind != "required"]


def test_each_agent_of_a_chat_owes_only_what_belongs_to_his_part(tmp_path: Path):
    first, last = checked_parts(tmp_path, HANDED_OVER.format(ANSWER, "8013", "8013"))

    assert (confirmed(first), confirmed(last)) == ([], [])
    assert (first.score.attitude, last.score.attitude) == (100.0, 100.0)
    assert "missing.closing" in first.not_due
    assert "missing.greeting" in last.not_due
    assert first.score.flags[0].endswith("其他各段：t1#2")


def test_what_one_agent_says_is_charged_to_him_alone(tmp_path: Path):
    first, last = checked_parts(tmp_path, HANDED_OVER.format(RUDE, "8013", "8013"))

    assert first.score.attitude == 100.0
    assert last.score.attitude is not None
    assert last.score.attitude < 100.0
    assert last.call.agent_id == "8013"
    (quote, *_) = next(f for f in last.findings if f.kind == "forbidden").quotes
    assert quote.source == "line 6"


def test_where_agents_cannot_be_told_apart_nothing_is_charged(tmp_path: Path):
    parts = checked_parts(tmp_path, HANDED_OVER.format(RUDE, "8012", "8012"))

    assert [(one.call.agent_id, confirmed(one), one.score.total) for one in parts] == [
        (None, [], 100.0),
        (None, [], 100.0),
    ]
    assert any(f.kind == "forbidden" and f.verdict == "review" for f in parts[1].findings)
    again = Rescorer(LEXICON, SHEETS, Settings()).rescore(parts[1], parts[1].call, parts[1].outcome)
    assert (again.score.total, again.part) == (100.0, parts[1].part)


def test_a_text_that_ends_with_a_transfer_or_begins_after_a_wait_may_be_a_part(tmp_path: Path):
    first = checked(tmp_path, HEAD + "客户,在吗\n客服,您好，请讲\n客服,我帮您转接技术部\n客户,好\n")
    second = checked(tmp_path, HEAD + "客服,让您久等了，请问哪里坏了\n客户,好了\n客服,再见\n")

    for result, lack in ((first, "missing.closing"), (second, "missing.greeting")):
        again = Rescorer(LEXICON, SHEETS, Settings()).rescore(result, result.call, result.outcome)
        for one in (result, again):
            assert [f.verdict for f in one.findings if f.rule == lack] == ["review"]


def test_a_text_in_which_the_customer_waited_first_owes_a_greeting(tmp_path: Path):
    result = checked(
        tmp_path, HEAD + "客户,在吗\n客服,让您久等了，请问哪里坏了\n客户,好了\n客服,再见\n"
    )

    assert "missing.greeting" in confirmed(result)


def test_numbered_speakers_get_their_sides_by_what_they_say(tmp_path: Path):
    lines = [
        ("SPEAKER_01", "您好，客服8012很高兴为您服务，请问有什么可以帮您？"),
        ("SPEAKER_00", "我的快递到现在还没有到，我要投诉。"),
        ("SPEAKER_01", "非常抱歉给您添麻烦了，请您提供单号，我帮您查询。"),
        ("SPEAKER_02", "嗯。"),
    ]
    entries = ",".join(
        f'{{"speaker": "{who}", "start": {at * 5}.0, "end": {at * 5}.9, "text": "{text}"}}'
        for at, (who, text) in enumerate(lines)
    )
    result = checked(tmp_path, f'{{"segments": [{entries}]}}', "a.json")

    assert [u.role for u in result.utterances][:3] == ["agent", "customer", "agent"]
    assert result.utterances[3].role != "agent"


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
