"""Merged cells of a workbook count for each of their rows, where they name somebody."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from pipeline.imports.call_tables import read_agents, read_call_table
from pipeline.imports.read_texts import read_conversations
from pipeline.messages.chinese import in_chinese


def a_workbook(folder: Path, rows: list[list[str]], *merged: str) -> Path:
    """``merged``: ranges such as ``A2:A3``; each shows the text of its first cell."""
    path = folder / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for cells in merged:
            sheet.merge_range(cells, "")
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                if text:
                    sheet.write_string(at, column, text)
    return path


LINES = [
    ["c1", "客服", "您好，请讲。", "8012"],
    ["", "客户", "我要查电费。", ""],
    ["c2", "客服", "您好。", "8013"],
    ["", "客户", "再见。", ""],
]


def spoken(path: Path) -> list[tuple[str | None, str | None, list[str]]]:
    return [
        (one.meta.call_id, one.meta.agent_id, [u.text for u in one.utterances])
        for one in read_conversations(path)
    ]


TWO = [("c1", "8012", ["您好，请讲。", "我要查电费。"]), ("c2", "8013", ["您好。", "再见。"])]


def test_a_conversation_whose_number_is_merged_over_its_lines_is_whole(tmp_path: Path):
    head = ["会话编号", "角色", "内容", "工号"]
    path = a_workbook(tmp_path, [head, *LINES], "A2:A3", "A4:A5", "D2:D3", "D4:D5")

    assert spoken(path) == TWO


def test_a_head_of_two_lines_is_read_in_its_second(tmp_path: Path):
    heads = [["会话编号", "消息", "", "工号"], ["", "角色", "内容", ""]]
    path = a_workbook(
        tmp_path, [*heads, *LINES], "A1:A2", "B1:C1", "D1:D2", "A3:A4", "A5:A6", "D3:D4", "D5:D6"
    )

    assert spoken(path) == TWO


def test_a_sentence_that_spans_two_lines_is_said_once(tmp_path: Path):
    rows = [["会话编号", "角色", "内容"], ["c1", "客服", "您好。"], ["c1", "客服", ""]]

    assert spoken(a_workbook(tmp_path, rows, "C2:C3")) == [("c1", None, ["您好。"])]


def test_a_team_that_is_merged_over_its_agents_is_the_team_of_each(tmp_path: Path):
    rows = [
        ["班组", "工号", "姓名"],
        ["一组", "8012", "王芳"],
        ["", "8013", "李雷"],
        ["", "8014", "孙七"],
    ]

    assert read_agents(a_workbook(tmp_path, rows, "A2:A3")) == [
        ("8012", "王芳", "一组"), ("8013", "李雷", "一组"), ("8014", "孙七", None),
    ]  # fmt: skip


def test_a_complaint_that_spans_two_calls_of_an_agent_is_one(tmp_path: Path):
    rows = [["工号", "通话编号", "投诉"], ["8012", "c1", "1"], ["", "c2", ""]]

    lines = read_call_table(a_workbook(tmp_path, rows, "A2:A3", "C2:C3")).lines

    assert [(one.key, one.values) for one in lines] == [
        ("c1", {"agent_id": "8012", "complaints": 1}), ("c2", {"agent_id": "8012"}),
    ]  # fmt: skip


def test_lost_lines_are_counted_in_chinese():
    said = (
        "a.csv, line 3: no conversation id; expected one in every row; fill merged cells down "
        "(and 4 lines more of a.csv, conversation c1)"
    )

    assert in_chinese(said) == (
        "a.csv 第 3 行：没有会话编号；每行都要有；合并的单元格请向下填满（a.csv，会话 c1 另有 4 行）"
    )
