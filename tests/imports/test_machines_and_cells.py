"""Robots beside people, notes that the customer does not see, conversations in one cell, and the
order of messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.imports import read_text_file

BAD = "这个不归我管"


def read(tmp_path: Path, text: str, name: str = "a.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_text_file(path)


def said(found):
    return [
        [(u.role, u.text) for u in one.utterances] + [one.meta.agent_id]
        for one in found.conversations
    ]


HUMAN = [[("customer", "我查宽带"), ("agent", "好的"), "8001"]]


@pytest.mark.parametrize(
    ("heading", "robot", "customer", "human"),
    [
        ("发送人", "智能客服小智", "王先生", "王芳"),
        ("发送人", "机器人", "机器人爱好者", "王芳"),
        ("客服类型", "机器人", "机器人", "人工"),
        ("回复方式", "自动回复", "", "人工回复"),
        ("消息来源", "AI客服", "客户发送", "人工发送"),
        ("是否机器人", "是", "否", "否"),
    ],
)
@pytest.mark.parametrize("number", ["8001", "robot01", ""])
def test_a_robots_words_are_no_agents(
    tmp_path: Path, heading: str, robot: str, customer: str, human: str, number: str
):
    text = (
        f"会话编号,时间,角色,内容,{heading},工号\nc1,2026-11-02 09:30:00,客服,{BAD},{robot},{number}\n"
        f"c1,2026-11-02 09:30:10,客户,我查宽带,{customer},\nc1,2026-11-02 09:30:20,客服,好的,{human},8001\n"
    )
    if heading == "是否机器人":
        text = text.replace("客户,我查宽带,否", "客户,我查宽带,")
    assert said(read(tmp_path, text)) == HUMAN


def test_a_robots_number_in_json_is_no_agents(tmp_path: Path):
    entries = [
        {"role": "agent", "sender_name": "机器人小智", "content": BAD, "agent_id": "r1"},
        {"role": "customer", "content": "我查宽带"},
        {"role": "agent", "sender_name": "王芳", "content": "好的", "agent_id": "8001"},
    ]
    assert said(read(tmp_path, json.dumps(entries), "a.json")) == HUMAN


@pytest.mark.parametrize("mark", [{"type": "note"}, {"private": True}, {"is_internal": 1}])
def test_a_note_between_agents_is_not_said_to_the_customer(tmp_path: Path, mark: dict[str, object]):
    entries = [
        {"role": "customer", "content": "我查宽带"},
        {"role": "agent", "content": BAD, **mark},
        {"role": "agent", "content": "好的", "agent_id": "8001"},
    ]
    assert said(read(tmp_path, json.dumps(entries), "a.json")) == HUMAN


@pytest.mark.parametrize(
    "cell",
    [
        r"客户：我查宽带\n客服：好的",
        r"客户：我查宽带\r\n客服：好的",
        "客户：我查宽带_x000D_客服：好的",
        '"[{""role"":""客户"",""content"":""我查宽带""},{""role"":""客服"",""content"":""好的""}]"',
        '"{""messages"":[{""role"":""客户"",""content"":""我查宽带""},{""role"":""客服"",""content"":""好的""}]}"',
    ],
)
def test_a_cell_with_a_whole_conversation_is_cut_by_speaker(tmp_path: Path, cell: str):
    assert said(read(tmp_path, f"会话编号,工号,聊天记录\nc1,8001,{cell}\n")) == HUMAN


def test_letters_that_look_like_a_break_stay(tmp_path: Path):
    found = read(tmp_path, "角色,内容\n客服,请打开 C:\\new\\read.txt\n客户,好\n")
    assert found.conversations[0].utterances[0].text == "请打开 C:\\new\\read.txt"


@pytest.mark.parametrize("times", [["09:30"] * 3, None])
def test_running_numbers_give_the_order_of_one_minute(tmp_path: Path, times: list[str] | None):
    rows = [("2", "客户", "我查宽带"), ("1", "客服", "您好"), ("10", "客服", "好的")]
    text = "会话编号,消息序号,时间,角色,内容,工号\n" + "".join(
        f"c1,{number},{'2026-11-02 09:30' if times else ''},{role},{words},8001\n"
        for number, role, words in rows
    )
    assert said(read(tmp_path, text)) == [[("agent", "您好"), *HUMAN[0]]]


def test_numbers_that_stand_twice_give_no_order(tmp_path: Path):
    text = "序号,角色,内容\n2,客户,我查宽带\n1,客服,您好\n1,客服,好的\n"
    assert [u.text for u in read(tmp_path, text).conversations[0].utterances] == [
        "我查宽带",
        "您好",
        "好的",
    ]
