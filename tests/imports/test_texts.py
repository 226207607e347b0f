from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import UnreadableError
from pipeline.imports.own_words import own_words
from pipeline.imports.read_texts import Conversation, read_conversations
from pipeline.types import CallMeta, Span, Utterance, Word
from tests.fakes import words_over
from tests.imports.test_tables import a_file, a_workbook

SRT = """1
00:00:01,000 --> 00:00:02,500
客服8012：您好，请讲。

2
00:00:03,000 --> 00:00:05,000
[客户] 我要<b>退款</b>，
原因：坏了。

3
00:00:05,500 --> 00:00:06,000
A: 嗯
"""
VTT = """WEBVTT 通话

NOTE 由平台导出
00 不是字幕

STYLE
::cue { color: red }

greeting
00:01.000 --> 00:02.500 align:start
<v.loud 客服>您好，请讲。</v>

00:00:03.000 --> 00:00:05.000
<v 客户>我要退款，
原因：坏了。

NOTE 结束

00:00:05.500 --> 00:00:06.000
<v 小王>嗯
"""
CHAT = """会话编号,发送时间,角色,消息内容,工号
c1,2026/11/2 9:30:00,系统,会话开始,
c1,2026/11/2 9:30:02,客服,您好，请讲,8012
c2,2026/11/2 9:31:00,客户,在吗,
c1,2026/11/2 9:30:03,客户,我要退款,
"""


def only(path: Path) -> Conversation:
    (conversation,) = read_conversations(path)
    return conversation


def said(conversation: Conversation) -> list[tuple[str, float, float, str]]:
    return [(one.role, one.start_s, one.end_s, one.text) for one in conversation.utterances]


def an_own(**changes: Any) -> dict[str, Any]:
    entry = {"role": "agent", "start_s": 0.0, "end_s": 1.0, "text": "您好。", "confidence": 0.8}
    return {"call": {"call_id": "c1", "agent_id": 8012}, "utterances": [{**entry, **changes}]}


@pytest.mark.parametrize(
    ("name", "content"), [("a.srt", SRT), ("a.srt", SRT.replace("\n", "\r\n")), ("a.vtt", VTT)]
)
def test_subtitles_say_who_speaks_when(tmp_path: Path, name: str, content: str) -> None:
    path = a_file(tmp_path, name, content)
    agent = Utterance(
        "agent", 0, 1.0, 2.5, "您好，请讲。", 0.9, words_over("您好，请讲。", Span(1.0, 2.5))
    )
    text = "我要退款， 原因：坏了。"
    customer = Utterance("customer", 1, 3.0, 5.0, text, 0.9, words_over(text, Span(3.0, 5.0)))
    unknown = Utterance("unknown", 0, 5.5, 6.0, "嗯", 0.9, words_over("嗯", Span(5.5, 6.0)))
    digest = hashlib.sha256(content.encode()).hexdigest()
    found = only(path)
    call = CallMeta("a", "8012" if name.endswith("srt") else None)
    utterances = (agent, customer, unknown)
    assert replace(found, places=(), voices=(), strangers=()) == Conversation(
        str(path), digest, "voice", call, utterances, 6.0, True, ended=True
    )
    lines = content.splitlines()
    assert [lines[int(place.removeprefix("line ")) - 1][:1] for place in found.places] == ["0"] * 3


def test_a_last_line_of_digits_is_text_and_not_the_number_of_the_next(tmp_path: Path) -> None:
    srt = "1\n00:00:00,000 --> 00:00:01,000\n工号\n8012\n\n2\n00:00:01,000 --> 00:00:02,000\n8013\n"
    assert said(only(a_file(tmp_path, "a.srt", srt))) == [
        ("unknown", 0.0, 1.0, "工号 8012"),
        ("unknown", 1.0, 2.0, "8013"),
    ]


def test_two_speakers_in_one_subtitle_share_its_time(tmp_path: Path) -> None:
    srt = "1\n00:00:00,000 --> 00:00:06,000\n客服：您好\n客户：我要退款\n"
    assert said(only(a_file(tmp_path, "a.srt", srt))) == [
        ("agent", 0.0, 2.0, "您好"),
        ("customer", 2.0, 6.0, "我要退款"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_subtitles_read_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    assert (
        only(a_file(tmp_path, "a.srt", SRT.encode(encoding))).utterances[0].text == "您好，请讲。"
    )


def test_a_subtitle_file_agrees_with_pysubs2(tmp_path: Path) -> None:
    pysubs2 = pytest.importorskip("pysubs2")
    times = [(0, 1200), (1200, 62_345), (3_600_000, 3_723_004)]
    subtitles = pysubs2.SSAFile()
    subtitles.events = [pysubs2.SSAEvent(start, end, "您好") for start, end in times]
    for name in ("a.srt", "a.vtt"):
        subtitles.save(str(tmp_path / name))
        found = only(tmp_path / name).utterances
        assert [(one.start_s, one.end_s) for one in found] == [
            (start / 1000, end / 1000) for start, end in times
        ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_chat_table_holds_several_conversations(tmp_path: Path, encoding: str) -> None:
    path = a_file(tmp_path, "a.csv", CHAT.encode(encoding))
    first, second = read_conversations(path)
    assert (first.path, first.medium, first.timed) == (f"{path}#c1", "chat", True)
    assert first.meta == CallMeta("c1", "8012", None, "2026-11-02T09:30:00")
    assert said(first) == [("agent", 2.0, 3.0, "您好，请讲"), ("customer", 3.0, 4.0, "我要退款")]
    assert first.duration_s == 4.0
    assert {one.confidence for one in first.utterances} == {1.0}
    assert (second.path, said(second)) == (f"{path}#c2", [("customer", 0.0, 0.5, "在吗")])


def test_a_conversation_keeps_its_digest_when_others_are_added(tmp_path: Path) -> None:
    before = read_conversations(a_file(tmp_path, "a.csv", CHAT))
    after = read_conversations(
        a_file(tmp_path, "a.csv", CHAT + "c3,2026/11/2 9:40:00,客户,你好,\n")
    )
    changed = read_conversations(a_file(tmp_path, "a.csv", CHAT.replace("在吗", "在么")))
    assert [one.sha256 for one in after[:2]] == [one.sha256 for one in before]
    assert changed[0].sha256 == before[0].sha256 != before[1].sha256 != changed[1].sha256


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    at = [datetime(2026, 11, 2, 9, 30, second) for second in (0, 5)]
    rows = [["发送时间", "发送方", "内容"], [at[0], "客服", "您好"], [at[1], "客户", "=1+1"]]
    found = only(a_workbook(tmp_path, rows, "night.xlsx"))
    assert found.meta == CallMeta("night", started_at="2026-11-02T09:30:00")
    assert said(found) == [("agent", 0.0, 0.5, "您好"), ("customer", 5.0, 6.0, "=1+1")]


def test_without_times_lines_follow_each_other_at_four_characters_a_second(tmp_path: Path) -> None:
    found = only(a_file(tmp_path, "a.csv", "角色,内容\n客服,您好\n机器人,请稍\n客户,我要退款\n"))
    assert not found.timed
    assert said(found) == [("agent", 0.0, 0.5, "您好"), ("customer", 1.0, 2.0, "我要退款")]


@pytest.mark.parametrize(
    ("times", "starts"),
    [
        (("3.5", "1", "2"), {"一": 3.5, "二": 1.0, "三": 2.0}),
        (("-1", "0", "2"), {"一": 0.0, "二": 1.0, "三": 3.0}),
        (("23:59:50", "23:59:55", "00:00:05"), {"一": 0.0, "二": 5.0, "三": 15.0}),
        (("1793612345", "1793612346", "1793612350"), {"一": 0.0, "二": 1.0, "三": 5.0}),
        (
            ("20261102093000", "20261102093001", "20261102093100"),
            {"一": 0.0, "二": 1.0, "三": 60.0},
        ),
        (
            ("2026-11-02T09:30:00+08:00", "2026-11-02T01:30:01Z", "2026-11-02T01:30:02Z"),
            {"一": 0, "二": 1, "三": 2},
        ),
    ],
)
def test_times_become_seconds_from_the_start_in_order(
    tmp_path: Path, times: tuple[str, ...], starts: dict[str, float]
) -> None:
    rows = "".join(f"{time},{text}\n" for time, text in zip(times, "一二三", strict=True))
    found = only(a_file(tmp_path, "a.csv", f"时间,内容\n{rows}"))
    assert [(one.text, one.start_s) for one in found.utterances] == sorted(
        starts.items(), key=lambda item: item[1]
    )


@pytest.mark.parametrize("rows", ["9:30,一\n9:30,二\n9:31,三\n", "9:31,三\n9:30,二\n9:30,一\n"])
def test_lines_of_one_minute_keep_their_order_newest_first_too(tmp_path: Path, rows: str) -> None:
    rows = rows.replace("9:3", "2026-11-02 9:3")
    assert [
        one.text for one in only(a_file(tmp_path, "a.csv", f"时间,内容\n{rows}")).utterances
    ] == ["一", "二", "三"]


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        ("开始时间,结束时间,内容\n1,2.5,您好", (1.0, 2.5, None)),
        ("时间,开始时间,内容\n1,2026-11-02 09:30,您好", (1.0, 1.5, "2026-11-02T09:30:00")),
    ],
)
def test_a_start_time_is_the_lines_own_beside_an_end_time(
    tmp_path: Path, headings: str, expected: tuple[float, float, str | None]
) -> None:
    found = only(a_file(tmp_path, "a.csv", headings))
    assert (
        found.utterances[0].start_s,
        found.utterances[0].end_s,
        found.meta.started_at,
    ) == expected


def test_a_side_goes_before_a_name(tmp_path: Path) -> None:
    found = only(
        a_file(tmp_path, "a.csv", "角色,发送人,内容\n坐席,小王,您好\n,客户2,在\n其他,小李,嗯\n")
    )
    assert [(one.role, one.channel) for one in found.utterances] == [
        ("agent", 0),
        ("customer", 1),
        ("unknown", 0),
    ]


def test_own_json_keeps_confidence_and_words(tmp_path: Path) -> None:
    words = [
        {"text": "您好", "start_s": 0.0, "end_s": 0.5, "confidence": 0.7},
        {"text": "吗", "start_s": 0.75, "end_s": 1.0},
    ]
    path = a_file(tmp_path, "a.json", json.dumps(an_own(text="您好吗？", words=words)))
    found = only(path)
    expected = (Word("您", 0.0, 0.25, 0.7), Word("好", 0.25, 0.5, 0.7), Word("吗", 0.75, 1.0, 0.9))
    assert found.utterances == (Utterance("agent", 0, 0.0, 1.0, "您好吗？", 0.8, expected),)
    assert (found.path, found.medium, found.meta) == (str(path), "voice", CallMeta("c1", "8012"))


def test_words_that_do_not_say_the_text_are_not_used(tmp_path: Path) -> None:
    words = [{"text": "你好", "start_s": 0.0, "end_s": 0.5}]
    found = only(a_file(tmp_path, "a.json", json.dumps(an_own(words=words))))
    assert found.utterances[0].words == words_over("您好。", Span(0.0, 1.0), 0.8)


@pytest.mark.parametrize(
    ("content", "medium", "expected"),
    [
        (
            [{"role": "user", "content": "在吗", "time": "2026-11-02 09:30:00"}, {"speaker": "客服", "message": "在"}],
            None,
            None,
        ),
        ([{"role": "user", "content": "在吗"}, {"speaker": "客服", "message": "在"}], "chat", [("customer", 0.0, 0.5, "在吗"), ("agent", 0.5, 0.75, "在")]),
        ({"segments": [{"start": 1, "end": 2.0, "text": " 您好", "speaker": "SPEAKER_00"}], "language": "zh"}, "voice", [("unknown", 1.0, 2.0, "您好")]),
        ({"medium": "chat", "utterances": [{"role": "agent", "start_s": 1, "end_s": 2, "text": "在"}]}, "chat", [("agent", 1.0, 2.0, "在")]),
    ],
)  # fmt: skip
def test_the_forms_of_json(tmp_path: Path, content: Any, medium: str | None, expected: Any) -> None:
    path = a_file(tmp_path, "a.json", json.dumps(content, ensure_ascii=False))
    if expected is None:
        with pytest.raises(UnreadableError, match="entry 2: no time, though other lines have one"):
            read_conversations(path)
        return
    found = only(path)
    assert (found.medium, said(found)) == (medium, expected)


@pytest.mark.parametrize("suffix", ["json", "jsonl", "ndjson"])
def test_json_lines_are_one_conversation_each(tmp_path: Path, suffix: str) -> None:
    lines = [an_own(), {"utterances": [{"role": "customer", "text": "在"}]}]
    path = a_file(tmp_path, f"a.{suffix}", "\n".join(map(json.dumps, lines)) + "\n")
    assert [(one.path, one.meta.call_id, one.medium) for one in read_conversations(path)] == [
        (f"{path}#c1", "c1", "voice"),
        (f"{path}#a-2", "a-2", "chat"),
    ]


def test_text_is_cleaned_and_kept_whole(tmp_path: Path) -> None:
    long = "好" * 6000
    entries = [
        {"role": "agent", "text": "<p>您&nbsp;好\u200b\u0007</p><br/>请讲👍 3<5 e\u0301\ud800"},
        {"role": "agent", "text": "<img src='x.png'>"},
        {"role": "agent", "text": None},
        {"role": "customer", "text": long},
    ]
    found = only(a_file(tmp_path, "a.json", json.dumps(entries)))
    assert [one.text for one in found.utterances] == ["您 好 请讲👍 3<5 é", long]


NO_TIME = "is not a time; expected"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.srt", b"", "the file is empty"),
        ("a.srt", b" \n", "the file is empty"),
        ("a.wav", b"RIFF", "is not a transcript; expected .csv"),
        ("a.srt", "您好".encode(), "line 1: no times in it"),
        ("a.srt", b"\x00\x01\x02\xff\xfe", "line 1: holds NUL|neither UTF-8"),
        ("a.srt", b"1\n0:00:01 -> 2\n\n2\nnow --> then\nx\n", "line 5: 'now --> then' are not two times"),
        ("a.srt", b"1\n00:00:03,000 --> 00:00:01,000\nx\n", "line 2: ends 2 s before it starts"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "nobody says anything"),
        ("a.csv", "角色,时间\n客服,1\n".encode(), r"no column for text \(内容, .*found 角色, 时间"),
        ("a.csv", "内容\n".encode(), "line 2: no rows"),
        ("a.csv", "时间,内容\n昨天,您好\n".encode(), f"line 2: '昨天' {NO_TIME}"),
        ("a.csv", "时间,内容\n9:30,您好\n".encode(), f"line 2: '9:30' {NO_TIME}"),
        ("a.csv", "时间,内容\n1,您好\n,在\n".encode(), "line 3: no time, though other lines have one"),
        ("a.csv", "时间,内容\n1,您好\n2026-11-02 09:30,在\n".encode(), "line 3: its time is of another kind"),
        ("a.csv", "时间,end,内容\n2,1,您好\n".encode(), "line 2: ends 1 s before it starts"),
        ("a.csv", "会话编号,内容\nc1,您好\n,在\n".encode(), "line 3: no conversation id"),
        ("a.csv", "角色,内容\n系统,您好\n".encode(), "nobody says anything"),
        ("a.xlsx", b"PK", "not a workbook"),
        ("a.json", b'{"utterances": [\n{]}', "line 2: not JSON"),
        ("a.json", b"{}", "an object that is no conversation"),
        ("a.json", b"[]", "the list is empty"),
        ("a.json", b"3", "a number that is no conversation"),
        ("a.json", b"[" * 100_000, "cannot be read"),
        ("a.jsonl", b'{"utterances": []}\n{"utte', "line 2: not JSON"),
        ("a.json", b'[{"role": "agent"}]', 'entry 1: "text" is missing'),
        ("a.json", b'[{"text": ["x"]}]', 'entry 1: "text" is a list'),
        ("a.json", b'[{"text": "x", "time": NaN}]', f"entry 1: 'nan' {NO_TIME}"),
        ("a.json", b'[{"text": "x", "time": 1e300}]', f"entry 1: '1e.300' {NO_TIME}"),
        ("a.json", b'[{"text": "x", "time": true}]', "entry 1: .* is true or false"),
        ("a.json", b'[{"text": "x"}, "y"]', "entry 2: a text; expected an object such as"),
        ("a.json", b'{"utterances": [{"text": "x", "confidence": 7}]}', "utterances entry 1: confidence is 7"),
        ("a.json", b'{"utterances": [{"text": "x", "words": [1]}]}', "utterances entry 1, word 1: a number"),
        ("a.json", b'{"medium": "fax", "utterances": []}', "medium is 'fax'"),
        ("a.json", b'{"call": 1, "utterances": []}', '"call" is a number'),
        ("a.json", b'{"call": {"started_at": "x"}, "utterances": []}', "started_at: 'x' is not a time"),
        ("a.json", b'[{"call": {"call_id": "c"}, "messages": []}, {"call": {"call_id": "c"}, "messages": []}]', "2 conversations have the id 'c'"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = a_file(tmp_path, name, content)
    with pytest.raises(UnreadableError, match=message) as refused:
        read_conversations(path)
    assert str(refused.value).startswith(str(path))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_conversations(tmp_path / "none.srt")


TEXTS = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=6
).filter(lambda text: own_words(text) == text)  # 撤回消息 is nobody's
ENTRIES = st.lists(
    st.tuples(st.sampled_from(["agent", "customer"]), st.integers(0, 99), TEXTS),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(entries=ENTRIES)
def test_what_was_written_comes_back_in_order_without_overlap(
    tmp_path: Path, entries: list[tuple[str, int, str]]
) -> None:
    entries = sorted(entries, key=lambda entry: entry[1])
    content = [{"role": role, "start_s": start, "text": text} for role, start, text in entries]
    found = only(a_file(tmp_path, "a.json", json.dumps(content))).utterances
    assert [(one.role, one.start_s, one.text) for one in found] == entries
    assert all(one.end_s <= after.start_s for one, after in pairwise(found))
    assert all("".join(word.text for word in one.words) == one.text for one in found)
