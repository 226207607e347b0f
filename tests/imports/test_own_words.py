"""What of a message is its sender's own: not what it quotes, what a bot wrote, what was recalled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.imports import read_text_file

BAD = "这个不归我管"
OWN = "马上为您处理"

QUOTED = {
    "a reply to a person": f"回复 王芳：{BAD}\n{OWN}",
    "a reply with @": f"回复 @王芳：{BAD}\n{OWN}",
    "a reply, half width": f"回复 王芳: {BAD}\n{OWN}",
    "re": f"Re @wangfang: {BAD}\n{OWN}",
    "a person's words above dashes": f"「王芳：{BAD}」\n- - - - - - - -\n{OWN}",
    "these behind own words": f"{OWN}\n「王芳：{BAD}」\n- - - - - -",
    "these between own words": f"{OWN}\n「王芳：{BAD}」\n- - - - - -\n{OWN}",
    "an arrow": f"> 王芳：{BAD}\n> 你找领导去\n{OWN}",
    "a wide arrow": f"＞客户：{BAD}\n{OWN}",
    "a name above an arrow": f"王芳：\n> {BAD}\n{OWN}",
    "a citation between": f"{OWN}\n引用 王芳：{BAD}\n{OWN}",
    "a citation at the end": f"{OWN}\n------------------\n王芳：{BAD}",
    "a citation of a message": f"{OWN}\n------------------\n引用 王芳 的消息：{BAD}",
    "a name with a time": f"@王芳 2026/11/2 9:30:00 说：{BAD}\n{OWN}",
    "the customer's line": f"客户：{BAD}？\n{OWN}",
    "the customer's line in brackets": f"[客户] {BAD}？\n{OWN}",
    "an automatic line": f"{OWN}\n自动回复：{BAD}",
    "an automatic line in brackets": f"{OWN}\n【系统自动回复】{BAD}",
}
NOBODYS = {
    "an automatic answer": f"客服自动回复：{BAD}",
    "a numbered one": f"客服8012自动回复：{BAD}",
    "of the shop": f"【店铺自动回复】{BAD}",
    "a note behind it": f"{BAD}（自动回复）",
    "a line behind it": f"{BAD}\n——自动回复",
    "a sentence behind it": f"{BAD}\n本消息由系统自动发送",
    "announced": f"以下为自动回复：{BAD}",
}
OWN_WORDS = {
    "a reply on one line": f"回复 王芳：{BAD}",
    "a heading": f"回复 处理结果：{BAD}\n{OWN}",
    "an address": f"客户：您好，{BAD}",
    "words about automatic answers": f"您可以设置自动回复：{BAD}",
    "quoted words within a sentence": f"“{BAD}”这句话我没有说",
    "a reason in brackets": f"{OWN}\n（系统原因）{BAD}",
    "a hotline": f"请拨打客服：95598，{BAD}",
}


def said_by_agent(tmp_path: Path, text: str, form: str) -> str:
    cell = text.replace('"', '""')
    files = {
        "table": ("a.csv", f'角色,内容\n客户,我要退款\n客服,"{cell}"\n'),
        "dialogue": ("a.txt", f"客服：您好\n客户：我要退款\n客服：{text}\n客户：再见\n"),
        "log": (
            "b.txt",
            f"客服8012 2026-11-02 09:30:00\n您好\n\n客户 2026-11-02 09:30:10\n我要退款\n\n"
            f"客服8012 2026-11-02 09:30:20\n{text}\n\n客户 2026-11-02 09:31:00\n再见\n",
        ),
        "json": (
            "a.json",
            json.dumps(
                [{"role": "客户", "content": "我要退款"}, {"role": "客服", "content": text}]
            ),
        ),
    }
    name, content = files[form]
    (tmp_path / name).write_text(content, encoding="utf-8")
    (found,) = read_text_file(tmp_path / name).conversations
    assert {u.text for u in found.utterances if u.role == "customer"} >= {"我要退款"}
    return " ".join(u.text for u in found.utterances if u.role == "agent")


@pytest.mark.parametrize("form", ["table", "log", "json"])
@pytest.mark.parametrize("kind", QUOTED)
def test_words_of_others_in_a_message_are_not_the_agents(tmp_path: Path, kind: str, form: str):
    said = said_by_agent(tmp_path, QUOTED[kind], form)
    assert "不归我管" not in said
    assert "找领导" not in said
    assert OWN in said


@pytest.mark.parametrize(
    "kind", [one for one in QUOTED if one != "the customer's line in brackets"]
)
def test_nor_are_they_in_a_plain_dialogue(tmp_path: Path, kind: str):
    said = said_by_agent(tmp_path, QUOTED[kind], "dialogue")
    assert "不归我管" not in said
    assert OWN in said


@pytest.mark.parametrize("form", ["table", "dialogue", "log", "json"])
@pytest.mark.parametrize("kind", NOBODYS)
def test_an_automatic_answer_is_the_bots(tmp_path: Path, kind: str, form: str):
    assert said_by_agent(tmp_path, NOBODYS[kind], form) in ("", "您好")


@pytest.mark.parametrize("form", ["table", "log", "json"])
@pytest.mark.parametrize("kind", OWN_WORDS)
def test_own_words_that_look_like_a_quotation_stay(tmp_path: Path, kind: str, form: str):
    assert "不归我管" in said_by_agent(tmp_path, OWN_WORDS[kind], form)


@pytest.mark.parametrize("column", ["备注", "消息状态", "remark", "标记"])
@pytest.mark.parametrize(
    ("remark", "counts"),
    [
        ("已撤回", False),
        ("消息已撤回", False),
        ("对方撤回了一条消息", False),
        ("已撤回（09:31）", False),
        ("自动回复", False),
        ("由机器人发送", False),
        ("recalled", False),
        ("未撤回", True),
        ("撤回失败", True),
        ("客户要求转发财务", True),
        ("正常", True),
    ],
)
def test_a_remark_tells_that_a_message_was_recalled(
    tmp_path: Path, column: str, remark: str, counts: bool
):
    (tmp_path / "a.csv").write_text(
        f"角色,内容,{column}\n客户,退款,\n客服,{BAD},{remark}\n", encoding="utf-8"
    )
    message = {"role": "客服", "content": BAD, column: remark}
    (tmp_path / "a.json").write_text(json.dumps([{"role": "客户", "content": "退款"}, message]))

    for name in ("a.csv", "a.json"):
        found = read_text_file(tmp_path / name)
        said = [u.text for u in found.conversations[0].utterances if u.role == "agent"]
        assert said == ([BAD] if counts else [])
        assert not found.notes


@pytest.mark.parametrize(
    "cell",
    [
        "客服：您好 客户：我要退款 客服：好的",
        "客服：您好；客户：我要退款；客服：好的",
        "客服8012：您好。客户：我要退款。客服8012：好的",
        "客服：您好<br>客户：我要退款<br/>客服：好的",
        "[客服]：您好 [客户]：我要退款 [客服]：好的",
    ],
)
def test_names_inside_a_line_begin_the_words_of_the_one_they_name(tmp_path: Path, cell: str):
    (tmp_path / "a.csv").write_text(f"聊天记录\n{cell}\n{cell}\n", encoding="utf-8")
    found = read_text_file(tmp_path / "a.csv").conversations
    assert len(found) == 2
    said = [(u.role, u.text.strip("。；")) for u in found[0].utterances]
    assert said == [("agent", "您好"), ("customer", "我要退款"), ("agent", "好的")]


def test_a_quotation_with_a_date_does_not_make_a_dialogue_a_log(tmp_path: Path):
    text = "客服：您好\n客户：退款\n客服：王芳 2026-11-02 09:30:00\n不归我管\n----------\n马上处理\n客户：好的\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (found,) = read_text_file(tmp_path / "a.txt").conversations
    said = [u.text for u in found.utterances if u.role == "agent"]
    assert said == ["您好", "马上处理"]
