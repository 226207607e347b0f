"""Remarks below a conversation, forms that name the two people, traditional headings and names."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports import read_call_table, read_text_file

TALK = "客服：您好\n客户：在吗\n客服：再见\n"


def read(tmp_path: Path, text: str, name: str = "a.txt"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_text_file(path)


@pytest.mark.parametrize(
    "foot",
    [
        "质检意见：客服说了“不归我管”\n",
        "\n质检结果：合格\n质检员：张三\n备注：你找领导去\n",
        "——通话结束——\n小结：客服说你找领导去\n",
        "\n备注：你找领导去\n",
        "【通话小结】\n客服说你找领导去\n",
    ],
)
def test_remarks_below_a_conversation_are_nobodys_words_and_told(tmp_path: Path, foot: str):
    found = read(tmp_path, TALK + foot)
    assert [u.text for u in found.conversations[0].utterances] == ["您好", "在吗", "再见"]
    assert "最后一条消息后面的" in found.notes[0]


@pytest.mark.parametrize(
    "said", ["请您做满意度评价：按1\n", "备注：不用带证件\n", "\n明天 9 点\n", "小结好了。\n"]
)
def test_what_an_agent_writes_below_stays_his(tmp_path: Path, said: str):
    found = read(tmp_path, TALK + said)
    assert (
        found.conversations[0]
        .utterances[-1]
        .text.endswith(said.rsplit("：", maxsplit=1)[-1].strip())
    )


def test_a_remark_between_two_conversations_is_nobodys(tmp_path: Path):
    found = read(tmp_path, f"{TALK}质检意见：不归我管\n\n======\n\n{TALK}")
    assert [[u.text for u in one.utterances] for one in found.conversations] == [
        ["您好", "在吗", "再见"]
    ] * 2


def test_a_form_may_name_the_two_people_by_their_sides(tmp_path: Path):
    found = read(
        tmp_path, f"坐席：王芳\n客户：李先生\n通话时间：2026-11-02 09:30\n工号：8001\n\n{TALK}"
    )
    (one,) = found.conversations
    assert [u.text for u in one.utterances] == ["您好", "在吗", "再见"]
    assert (one.meta.agent_id, one.meta.started_at) == ("8001", "2026-11-02T09:30:00")


def test_words_above_an_empty_line_are_no_form(tmp_path: Path):
    found = read(tmp_path, f"客服：您好，请问地址\n客户：北京\n\n{TALK}")
    assert len(found.conversations[0].utterances) == 5


def test_headings_and_names_in_traditional_characters(tmp_path: Path):
    text = "對話編號,時間,發言人,內容,客服編號\nc1,2026/11/2 上午 09:30:05,線上客服小美,您好,8001\nc1,2026/11/2 上午 09:30:15,網友,在嗎,\n"
    found = read(tmp_path, text, "a.csv")
    (one,) = found.conversations
    assert [u.role for u in one.utterances] == ["agent", "customer"]
    assert (one.meta.call_id, one.meta.agent_id, found.notes) == ("c1", "8001", ())


def test_calls_in_traditional_characters(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(
        "通話編號,工號,客戶號碼,滿意度,掛機方\nc1,8001,138,5,客戶\n".replace("掛", "挂"), "utf-8"
    )
    (line,) = read_call_table(path).lines
    assert (line.key, line.values["agent_id"], line.values["customer_id"]) == ("c1", "8001", "138")


@pytest.mark.parametrize(
    ("heading", "agent", "customer"),
    [("发送人类型", "企业成员", "外部联系人"), ("上下行", "下行", "上行"), ("发送者身份", "员工", "客户")],
)  # fmt: skip
def test_columns_that_tell_the_side(tmp_path: Path, heading: str, agent: str, customer: str):
    text = f"发送人,{heading},消息内容\n王芳,{agent},您好\n李雷,{customer},在吗\n"
    (one,) = read(tmp_path, text, "a.csv").conversations
    assert [u.role for u in one.utterances] == ["agent", "customer"]
