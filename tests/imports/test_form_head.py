"""What a form above the first message says of the call."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports import read_text_file
from pipeline.imports.form_head import read_head

NAMED = "客服：您好，请讲。\n客户：我查一下话费。\n客服：好的，请稍等。\n"
TIMED = "[09:30:05] 客服：您好，请讲。\n[09:30:15] 客户：我查一下话费。\n"
SAVED = "客服小美 09:30:05\n您好，请讲。\n客户 09:30:10\n我查话费\n"
LABELLED = "SPEAKER_00：您好，请讲。\nSPEAKER_01：我查一下话费。\n"


def read(tmp_path: Path, text: str):
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    found = read_text_file(path)
    (one,) = found.conversations
    return one, found.notes


@pytest.mark.parametrize("said", [NAMED, TIMED, SAVED, LABELLED])
@pytest.mark.parametrize(
    "head",
    [
        "工号：8001\n客户号码：13800138000\n来电时间：2026-11-02 09:30\n技能组：billing\n",
        "客服工号：8001  客户号码：13800138000\n日期：2026年11月2日 时间：9:30\n\n队列：billing\n",
        "坐席工號：8001｜客戶號碼：13800138000｜通話時間：2026/11/2 上午9:30｜業務：billing\n",
        "======\n工号:8001;客户号码:13800138000;通话时间:2026-11-02 09:30 至 09:35;队列:billing\n======\n",
    ],
)
def test_a_form_says_whose_call_it_is(tmp_path: Path, head: str, said: str):
    if "業務" in head:
        head = head.replace("業務", "隊列")
    plain, _ = read(tmp_path, said)
    one, notes = read(tmp_path, head + said)

    meta = one.meta
    assert (meta.agent_id, meta.customer_id, meta.queue) == ("8001", "13800138000", "billing")
    assert (meta.started_at or "")[:16] == "2026-11-02T09:30"
    assert [(u.role, u.text) for u in one.utterances] == [
        (u.role, u.text) for u in plain.utterances
    ]
    assert notes == ()


def test_the_name_of_the_call_goes_before_the_name_of_the_file(tmp_path: Path):
    assert read(tmp_path, "录音编号：R-001\n" + NAMED)[0].meta.call_id == "R-001"
    assert read(tmp_path, "流水号：S-002\n" + TIMED)[0].meta.call_id == "S-002"
    assert read(tmp_path, "工号：8001\n" + NAMED)[0].meta.call_id == "a"


def test_lines_that_are_not_read_are_told(tmp_path: Path):
    _, notes = read(tmp_path, "通话录音转写\n工号：8001\n备注：老客户\n" + NAMED)
    assert len(notes) == 1
    assert "2 行没有读取" in notes[0]
    assert "通话录音转写" in notes[0]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("通话时间：5分12秒", {}),
        ("通话时长：00:05:12", {}),
        ("导出时间：2026-11-03 10:00", {}),
        ("工号：无  客户号码：-", {}),
        ("客户姓名：王小明", {}),
        ("开始时间：2026-11-02 09:30 结束时间：2026-11-02 09:35", {"started_at": "2026-11-02T09:30:00"}),
        ("日期：2026-11-02", {"started_at": "2026-11-02T00:00:00"}),
        ("通话时间：2026-11-02 09:30-09:35", {"started_at": "2026-11-02T09:30:00"}),
    ],
)  # fmt: skip
def test_what_an_entry_says(line: str, values: dict[str, str]):
    assert read_head([line]).values == values


def test_the_number_beside_an_agents_name_goes_before_the_form(tmp_path: Path):
    one, _ = read(tmp_path, "工号：8001\n客服8002：您好，请讲。\n客户：我查一下话费。\n")
    assert one.meta.agent_id == "8002"


def test_what_is_said_is_no_form(tmp_path: Path):
    one, _ = read(tmp_path, "客服：您好。\n客户：工号：8001 的那位\n客服：时间：2026-11-02 吗\n")
    assert (one.meta.agent_id, one.meta.started_at) == (None, None)
    assert len(one.utterances) == 3
