"""Chats that were copied as plain text, and times that lack their day or year."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import UnreadableError
from pipeline.imports import read_text_file
from pipeline.imports.exported_times import iso_time

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.imports import Conversation, TextFile


def read(folder: Path, text: str, name: str = "a.txt") -> TextFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_text_file(path)


def only(folder: Path, text: str, name: str = "a.txt") -> Conversation:
    (one,) = read(folder, text, name).conversations
    return one


def said(one: Conversation) -> list[tuple[str, str]]:
    return [(u.role, u.text) for u in one.utterances]


@pytest.mark.parametrize(
    "text",
    [
        "客服小美 09:30\n您好\n客户 09:31\n退款\n",
        "客服小美 09:30:05\n您好\n客户 09:31:05\n退款\n",
        "客服小美 上午 9:30\n您好\n客户 上午 9:31\n退款\n",
        "客服小美(12345) 9:30:05\n您好\n客户(777) 9:31:05\n退款\n",
        "客服小美(09:30:05):\n您好\n客户(09:31:05):\n退款\n",
        "[09:30:05] 客服：您好\n[09:31:05] 客户：退款\n",
        "09:30:05 客服：您好\n09:31:05 客户：退款\n",
        "[09:30:05 --> 09:30:09] 客服：您好\n[09:31:05 --> 09:31:09] 客户：退款\n",
        "—————  2026-11-02  —————\n\n客服小美  09:30\n您好\n\n客户  09:31\n退款\n",
        "2026-11-02 星期一 09:30:05 客服小美\n您好\n2026-11-02 星期一 09:31:05 客户\n退款",
    ],
)
def test_a_name_and_a_time_stand_above_or_before_each_message(tmp_path: Path, text: str) -> None:
    one = only(tmp_path, text)
    assert said(one) == [("agent", "您好"), ("customer", "退款")]
    assert (one.timed, one.utterances[1].start_s) == (True, 60.0)


@pytest.mark.parametrize(
    "text",
    [
        "客服：您好\n客户：退款\n",
        "客服小美:\n您好\n\n客户:\n退款\n",
        "2026年11月2日 09:30\n客服小美：您好\n客户：退款\n",
    ],
)
def test_names_before_a_colon_are_speakers_without_times(tmp_path: Path, text: str) -> None:
    one = only(tmp_path, text)
    assert (said(one), one.timed) == ([("agent", "您好"), ("customer", "退款")], False)


def test_the_words_of_an_unknown_name_are_not_those_of_the_one_before(tmp_path: Path) -> None:
    for text in ("客服小美 09:30\n您好\n李四 09:31\n滚\n", "客服：您好\n李四：滚\n"):
        one = only(tmp_path, text)
        assert said(one) == [("agent", "您好"), ("unknown", "滚")]
        assert one.strangers == ("李四",)


def test_a_word_before_a_colon_is_text_where_both_sides_are_named(tmp_path: Path) -> None:
    one = only(tmp_path, "客服：请填\n客户：好\n订单号：123\n[微笑]\n客服：谢谢\n")
    assert said(one) == [
        ("agent", "请填"),
        ("customer", "好 订单号：123 [微笑]"),
        ("agent", "谢谢"),
    ]


def test_a_sentence_with_a_time_in_it_is_no_header(tmp_path: Path) -> None:
    one = only(tmp_path, "客服小美 09:30\n好，明天 09:30 见\n客户 09:31\n行\n")
    assert said(one) == [("agent", "好，明天 09:30 见"), ("customer", "行")]


def test_a_header_without_a_date_among_dated_ones_still_ends_the_message(tmp_path: Path) -> None:
    text = "客服小美 2026-11-02 09:30:00\n您好\n客服小美 2026-11-02 09:30:10\n在\n客户 09:31\n滚\n"
    found = read(tmp_path, text)
    assert said(found.conversations[0]) == [("agent", "您好"), ("agent", "在")]
    assert "line 5: its time is of another kind" in found.faults[0]


@pytest.mark.parametrize("clocks", [("00:05", "01:30"), ("9:30", "31:05")])
def test_clocks_that_may_be_minutes_and_seconds_are_not_used(
    tmp_path: Path, clocks: tuple[str, str]
) -> None:
    found = read(tmp_path, f"客服 {clocks[0]}\n您好\n客户 {clocks[1]}\n退款\n")
    assert not found.conversations[0].timed
    assert "看不出时间是时:分还是分:秒" in found.notes[0]


def test_a_form_is_no_conversation(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="does not show who says what"):
        read(tmp_path, "客户姓名：张三\n客户电话：13800000000\n客服工号：8012\n")


def test_a_cell_may_hold_a_whole_conversation(tmp_path: Path) -> None:
    cell = '"客服：您好\n客户：退款"\n'
    found = read(tmp_path, f"聊天记录\n{cell}{cell}", "a.csv")
    assert [one.meta.call_id for one in found.conversations] == ["a-1", "a-2"]
    timed = only(
        tmp_path,
        '会话编号,聊天记录\nc1,"客服 2026-11-02 09:30:00\n您好\n客户 2026-11-02 09:31:00\n退款"\n',
        "b.csv",
    )
    assert (timed.meta.call_id, timed.utterances[1].start_s) == ("c1", 60.0)


ROWS = "时间,角色,内容\n{},客服,您好\n{},客户,退款\n"


@pytest.mark.parametrize(
    ("first", "second", "name", "title", "started", "later"),
    [
        ("11-02 09:30", "11-02 09:31", "chat_2026-11-03.csv", "", "2026-11-02T09:30:00", 60.0),
        ("12-31 23:59", "1-1 0:01", "chat_20260101.csv", "", "2025-12-31T23:59:00", 120.0),
        ("昨天 23:59", "今天 00:01", "a.csv", "导出时间：2026-11-03 10:00\n", "2026-11-02T23:59:00", 120.0),
        ("2026-11-02 23:59:50", "2026-11-02 24:00:00", "a.csv", "", "2026-11-02T23:59:50", 10.0),
    ],
)  # fmt: skip
def test_a_time_takes_its_day_from_the_file(
    tmp_path: Path, first: str, second: str, name: str, title: str, started: str, later: float
) -> None:
    one = only(tmp_path, title + ROWS.format(first, second), name)
    assert (one.meta.started_at, one.utterances[1].start_s) == (started, later)


@pytest.mark.parametrize("written", ["11-02 09:30", "昨天 09:30", "13-45 09:30"])
def test_a_time_whose_day_nobody_says_is_refused(tmp_path: Path, written: str) -> None:
    found = read(tmp_path, ROWS.format(written, written), "a.csv")
    assert found.conversations == ()
    assert f"line 2: '{written}' is not a time" in found.faults[0]


def test_more_forms_of_a_moment(tmp_path: Path) -> None:
    assert iso_time("2026-12-31 24:00", "") == "2027-01-01T00:00:00"
    first, second = "/Date(1793464200000)/", {"$date": {"$numberLong": "1793464260000"}}
    entries = [
        {"role": "客服", "text": "您好", "time": first},
        {"role": "客户", "text": "好", "time": second},
    ]
    one = only(tmp_path, json.dumps(entries), "a.json")
    assert one.utterances[1].start_s == 60.0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1.5s", "11.5秒"),
        ("1500ms", "11500毫秒"),
        ("2026－11－02 09：30：00", "２０２６-11-02 09:30:10"),
        ("2026年11月2日 星期一 09:30:00", "2026年11月2日(周一) 09:30:10"),
        ('"Mon, 02 Nov 2026 09:30:00 +0800"', '"Mon, 02 Nov 2026 09:30:10 +0800"'),
        ("1793464200000000", "1793464210000000"),
    ],
)
def test_times_as_exports_write_them(tmp_path: Path, first: str, second: str) -> None:
    one = only(tmp_path, ROWS.format(first, second), "a.csv")
    assert one.utterances[1].start_s - one.utterances[0].start_s == 10.0


def test_a_day_number_of_a_spreadsheet_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, ROWS.format("46328.395833", "46328.395949"), "a.csv")
    assert "'46328.395833' is the number of a day in a spreadsheet" in found.faults[0]


@pytest.mark.parametrize(
    "times",
    [
        "00:00:01 --> 00:00:02",
        "00：00：01，000 --> 00：00：02，000",
        "00:00:01.0000 --> 00:00:02.0000",
    ],
)
def test_subtitles_write_their_times_so_too(tmp_path: Path, times: str) -> None:
    (said_,) = only(tmp_path, f"1\n{times}\n工程师：您好\n", "a.srt").utterances
    assert (said_.role, said_.start_s, said_.end_s) == ("agent", 1.0, 2.0)


@pytest.mark.parametrize("heading", ["聊天记录", "发言", "对话内容", "识别文本", "通话内容"])
def test_more_headings_of_the_text(tmp_path: Path, heading: str) -> None:
    assert said(only(tmp_path, f"角色,{heading}\n客服,您好\n", "a.csv")) == [("agent", "您好")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "big5", "gb18030"])
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.json"])
def test_texts_are_read_in_each_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    text = {
        "a.txt": "客服：您好，請問有什麼可以幫您？\n客戶：謝謝\n",
        "a.csv": "角色,內容\n客服,您好，請問有什麼可以幫您？\n客戶,謝謝\n",
        "a.json": '[{"role": "客服", "text": "您好，請問有什麼可以幫您？"}, {"role": "客戶", "text": "謝謝"}]',
    }[name]
    (tmp_path / name).write_bytes(text.encode(encoding))
    (one,) = read_text_file(tmp_path / name).conversations
    assert said(one) == [("agent", "您好，請問有什麼可以幫您？"), ("customer", "謝謝")]


def test_the_head_of_a_saved_chat_names_the_two_people(tmp_path: Path) -> None:
    text = (
        "对话 ID：12345\n客服：小美\n客户：小明\n开始时间：2026-11-02 09:30:00\n\n"
        "小明 09:30:01\n在吗\n小美 09:30:05\n您好，请讲\n小明 09:30:25\n退款\n"
    )

    one = only(tmp_path, text)

    assert [(u.role, u.text) for u in one.utterances] == [
        ("customer", "在吗"),
        ("agent", "您好，请讲"),
        ("customer", "退款"),
    ]


@pytest.mark.parametrize("mark", ["已读", "(未读)", "【已读】"])
def test_a_mark_of_reading_behind_the_time_ends_no_heading(tmp_path: Path, mark: str) -> None:
    text = f"客户 9:30:01\n在吗\n客服小美 9:30:05 {mark}\n您好\n"

    one = only(tmp_path, text)

    assert [(u.role, u.text) for u in one.utterances] == [("customer", "在吗"), ("agent", "您好")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("客服：请讲\n客户：明天 09:30\n客服：再见\n", ["请讲", "明天 09:30", "再见"]),
        (
            "客服：几点\n客户：\n上午 9:30\n下午 3:30\n客服：再见\n",
            ["几点", "上午 9:30\n下午 3:30", "再见"],
        ),
    ],
)
def test_a_time_at_the_end_of_a_sentence_is_no_heading(
    tmp_path: Path, text: str, said: list[str]
) -> None:
    one = only(tmp_path, text)

    assert [(u.role, u.text.replace(" ", "")) for u in one.utterances] == [
        (role, words.replace(" ", "").replace("\n", ""))
        for role, words in zip(("agent", "customer", "agent"), said, strict=True)
    ]
