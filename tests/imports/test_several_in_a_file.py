"""Several conversations in one text file or table: none becomes the other one's."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports import read_text_file
from pipeline.imports.own_words import own_words

GOOD = "客服：您好，请讲。\n客户：我查宽带。\n客服：好的，再见。\n"
BAD = "客服：你找领导去。\n客户：投诉。\n客服：我不知道。\n"


def read(tmp_path: Path, text: str, name: str = "a.txt"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return [
        (one.meta.call_id, one.meta.agent_id, "".join(u.text for u in one.utterances if u.role == "agent"))
        for one in read_text_file(path).conversations
    ]  # fmt: skip


NICE, RUDE = "您好，请讲。好的，再见。", "你找领导去。我不知道。"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (f"会话编号：c1\n工号：8001\n{GOOD}\n会话编号：c2\n工号：8002\n{BAD}", ("c1", "c2")),
        (f"工号：8001\n{GOOD}\n工号：8002 客户号码：138\n{BAD}", ("a-1", "a-2")),
        (f"【通话1】\n工号：8001\n{GOOD}【通话2】\n工号：8002\n{BAD}", ("a-1", "a-2")),
        (f"第一通\n工号：8001\n{GOOD}第二通\n工号：8002\n{BAD}", ("a-1", "a-2")),
        (f"工号：8001\n{GOOD}==========\n工号：8002\n{BAD}", ("a-1", "a-2")),
    ],
)
def test_each_form_or_title_begins_a_conversation(tmp_path: Path, text: str, ids: tuple[str, str]):
    assert read(tmp_path, text) == [(ids[0], "8001", NICE), (ids[1], "8002", RUDE)]


def test_lines_of_signs_part_conversations_without_numbers(tmp_path: Path):
    assert read(tmp_path, f"{GOOD}\n======\n\n{BAD}") == [("a-1", None, NICE), ("a-2", None, RUDE)]


@pytest.mark.parametrize(
    "inner",
    [
        "客服：您的受理信息：\n工号：8001\n电话：138\n",
        "客服：请看\n\n工号：8001\n",
        "客户：上次的人\n工号：8002\n",
        "客服：======\n",
    ],
)
def test_a_form_inside_a_message_begins_none(tmp_path: Path, inner: str):
    assert len(read(tmp_path, f"工号：8001\n{GOOD}{inner}{GOOD}")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "客服小美 2026-11-02 09:30:05\n您好\n======\n合计 86 元\n客户 2026-11-02 09:30:15\n好\n",
        "客服小美 2026-11-02 09:30:05\n您好\n\n======\n\n客户 2026-11-02 09:30:15\n好\n客服小美 2026-11-02 09:30:25\n再见\n",
        "客服小美 2026-11-02 09:30:05\n第一条\n请重启\n客户 2026-11-02 09:30:15\n好\n",
        "客服：您好\n客户：好\n客服：账单\n=====\n客户：嗯\n客服：再见\n",
    ],
)
def test_signs_that_adorn_a_message_part_nothing(tmp_path: Path, text: str):
    assert len(read(tmp_path, text)) == 1


@pytest.mark.parametrize("heading", ["录音文件", "文件名", "通话流水号", "audio_file"])
def test_rows_of_two_recordings_are_two_conversations(tmp_path: Path, heading: str):
    text = f"{heading},说话人,文本,工号\nD:\\r\\x1.wav,客服,您好,8001\nD:\\r\\x1.wav,客户,在吗,\nD:\\r\\x2.wav,客服,我不知道,8002\n"
    if heading == "通话流水号":
        text = text.replace("D:\\r\\", "").replace(".wav", "")
    assert read(tmp_path, text, "a.csv") == [("x1", "8001", "您好"), ("x2", "8002", "我不知道")]


def test_names_of_sent_files_are_no_ids(tmp_path: Path):
    text = "角色,内容,文件名\n客服,您好,\n客户,请看,p.jpg\n"
    assert read(tmp_path, text, "a.csv") == [("a", None, "您好")]


def test_the_agents_own_number_counts_and_not_the_customers(tmp_path: Path):
    text = "会话编号,角色,内容,工号\nc1,客户,在吗,u77\nc1,客服,您好,8001\n"
    assert read(tmp_path, text, "a.csv") == [("c1", "8001", "您好")]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("这是一条引用/回复消息：\n“李雷：你找领导去”\n------\n马上处理", "马上处理"),
        ("马上处理\n\n发件人: 李雷\n发送时间: 2026年11月2日 9:30\n收件人: 客服\n\n你找领导去", "马上处理"),
        ("马上处理\n-----邮件原件-----\n发件人: 李雷\n你找领导去", "马上处理"),
        ("[推荐话术] 你找领导去", ""),
        ("您删除了这条消息", ""),
        ("这是一条好消息：\n马上处理", "这是一条好消息：\n马上处理"),
        ("发件人：请写您的名字", "发件人：请写您的名字"),
    ],
)  # fmt: skip
def test_more_quotations(text: str, own: str):
    assert own_words(text) == own
