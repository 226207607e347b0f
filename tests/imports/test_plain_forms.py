"""Text files in the layouts that programs, people and word processors write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import UnreadableError
from pipeline.imports import NameMap, read_text_file
from pipeline.imports.speaker_names import agent_number, role_of

SAID = [("agent", "您好，请讲。"), ("customer", "我查宽带。"), ("agent", "好的。")]
A, C, B = (text for _, text in SAID)


def read(tmp_path: Path, text: str, names: NameMap | None = None, name: str = "a.txt"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_text_file(path, names)


def said(found):
    (one,) = found.conversations
    return [(u.role, u.text) for u in one.utterances]


UNTIMED = {
    "name on its own line": f"客服\n{A}\n\n客户\n{C}\n\n客服\n{B}\n",
    "numbered": f"1. 客服：{A}\n2. 客户：{C}\n3. 客服：{B}\n",
    "numbered in Chinese": f"1、客服：{A}\n2、客户：{C}\n3、客服：{B}\n",
    "numbered in brackets": f"（1）客服：{A}\n（2）客户：{C}\n（3）客服：{B}\n",
    "bold": f"**客服**：{A}\n\n**客户：** {C}\n\n__客服__：{B}\n",
    "dash": f"客服—{A}\n客户—{C}\n客服—{B}\n",
    "tab": f"客服\t{A}\n客户\t{C}\n客服\t{B}\n",
    "space": f"客服 {A}\n客户 {C}\n客服 {B}\n",
    "markdown table": f"# 通话\n\n| 角色 | 内容 |\n|:--|---|\n| 客服 | {A} |\n| 客户 | {C} |\n| 客服 | {B} |\n",
    "table of tabs": f"角色\t内容\n客服\t{A}\n客户\t{C}\n客服\t{B}\n",
    "json": json.dumps([{"role": role, "text": text} for role, text in SAID]),
}
TIMED = {
    "range": f"客服 00:00:05 --> 00:00:08\n{A}\n客户 00:00:15 --> 00:00:18\n{C}\n客服 00:00:25 - 00:00:28\n{B}\n",
    "seconds": f"5.00s-8.00s 客服：{A}\n15.00s-18.00s 客户：{C}\n25s-28.2s 客服：{B}\n",
    "lyrics": f"[00:05.00]客服：{A}\n[00:15.00]客户：{C}\n[00:25.0]客服：{B}\n",
    "no space": f"[2026-11-02 09:30:05]客服：{A}\n[2026-11-02 09:30:15]客户：{C}\n[2026-11-02 09:30:25]客服：{B}\n",
    "time at the end": f"客服：{A} [00:00:05]\n客户：{C}（00:00:15）\n客服：{B} [00:00:25]\n",
    "time with a day at the end": f"客服：{A}（2026-11-02 09:30:05）\n客户：{C}（2026-11-02 09:30:15）\n客服：{B}（2026-11-02 09:30:25）\n",
    "time beside the name": f"会议主题：回访\n\n客服(00:00:05): {A}\n客户(00:00:15): {C}\n客服(00:00:25): {B}\n",
    "time below the name": f"客服\n2026-11-02 09:30:05\n{A}\n客户\n2026-11-02 09:30:15\n{C}\n客服\n2026-11-02 09:30:25\n{B}\n",
    "WhatsApp": f"2026/11/2 09:30:05 - 客服: {A}\n2026/11/2 09:30:10 - 王先生 已加入\n2026/11/2 09:30:15 - 客户: {C}\n2026/11/2 09:30:25 - 客服: {B}\n",
    "marks": f"\u200e[2026/11/2 上午9:30:05] 客服: {A}\n\u200e[2026/11/2 上午9:30:15] 客户: {C}\n[2026/11/2 上午9:30:20] 客服: \u200e此訊息已刪除。\n\u200e[2026/11/2 上午9:30:25] 客服: {B}\n",
    "LINE": f"[LINE] 與王先生的聊天記錄\n儲存日期：2026/11/03 10:00\n\n2026/11/02（一）\n上午09:30:05\t客服\t{A}\n09:30:10\t已收回訊息\n上午09:30:15\t客戶\t{C}\n上午09:30:25\t客服\t{B}\n",
    "subtitles": f"1\n00:00:05,000 --> 00:00:08,000\n客服：{A}\n\n2\n00:00:15,000 --> 00:00:18,000\n客户：{C}\n\n3\n00:00:25,000 --> 00:00:28,000\n客服：{B}\n",
}


@pytest.mark.parametrize("layout", UNTIMED)
def test_the_sides_of_a_layout(tmp_path: Path, layout: str):
    assert said(read(tmp_path, UNTIMED[layout])) == SAID


@pytest.mark.parametrize("layout", TIMED)
def test_the_sides_and_times_of_a_layout(tmp_path: Path, layout: str):
    found = read(tmp_path, TIMED[layout])
    starts = [u.start_s for u in found.conversations[0].utterances]
    assert said(found) == SAID
    assert [round(one - starts[0]) for one in starts] == [0, 10, 20]
    assert found.conversations[0].meta.agent_id is None


def test_a_name_behind_a_tag_is_not_the_line_above(tmp_path: Path):
    found = read(
        tmp_path, "客服：您好\n【VIP】老王：我不知道\n客服：好的\n【VIP】老王：你找领导去\n"
    )
    assert [text for role, text in said(found) if role == "agent"] == ["您好", "好的"]


@pytest.mark.parametrize("names", [("我", "对方"), ("本机", "对端"), ("答", "问")])
def test_names_that_nobody_knows_are_told_and_can_be_set(tmp_path: Path, names: tuple[str, str]):
    one, other = names
    text = f"{one}：{A}\n{other}：{C}\n{one}：{B}\n{other}：谢谢。\n"
    assert set(read(tmp_path, text).conversations[0].strangers) == {one, other}
    known = NameMap(agent=(one,), customer=(other,))
    assert said(read(tmp_path, text, known)) == [*SAID, ("customer", "谢谢。")]


@pytest.mark.parametrize(
    "text", ["你好\n我想查\n", "11/2/26, 9:30 AM - Agent: 您好\n", "状态 正常\n状态 正常\n"]
)
def test_a_text_without_speakers_is_refused_with_what_to_do(tmp_path: Path, text: str):
    with pytest.raises(UnreadableError, match="does not show who says what"):
        read(tmp_path, text)


def test_numbers_with_a_gap_are_numbers_of_lines_too(tmp_path: Path):
    assert said(read(tmp_path, f"1. 客服：{A}\n3. 客户：{C}\n4. 客服：{B}\n")) == SAID


def test_numbers_that_do_not_count_up_stay(tmp_path: Path):
    found = read(tmp_path, "客服：2. 请重启\n客户：1. 试过了\n")
    assert said(found) == [("agent", "2. 请重启"), ("customer", "1. 试过了")]


@pytest.mark.parametrize(
    ("name", "side", "number"),
    [
        ("李雷@微信", "customer", None), ("接線生", "agent", None), ("櫃員8012", "agent", "8012"),
        ("客戶服務主任", "agent", None), ("12345话务员", "agent", None), ("95598客服8012", "agent", "8012"),
        ("客户经理", "unknown", None), ("客户服务主任王芳", "unknown", None),
    ],
)  # fmt: skip
def test_names_of_the_trade(name: str, side: str, number: str | None):
    assert (role_of(name), agent_number(name)) == (side, number)


@pytest.mark.parametrize(
    "text", ["请 - 重启：再试", "周一 - 周五：上班", "1. 打开\n2. 重启", "**重要**：请备份"]
)
def test_dashes_numbers_and_marks_inside_a_message_change_no_side(tmp_path: Path, text: str):
    found = read(tmp_path, f"2026-11-02 09:30:05 客服小美\n{text}\n2026-11-02 09:30:15 客户\n好\n")
    assert [role for role, _ in said(found)] == ["agent", "customer"]
