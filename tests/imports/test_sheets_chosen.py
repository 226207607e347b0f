"""Which sheet of a workbook is read, and formulas that no program has computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl

from pipeline.imports import read_text_file

HEAD = ["会话编号", "角色", "内容", "工号"]
ROWS = [["c1", "客服", "您好", "8001"], ["c1", "客户", "在吗", ""]]


def read(tmp_path: Path, fill: Callable[[object], None]):
    book = openpyxl.Workbook()
    fill(book)
    path = tmp_path / "a.xlsx"
    book.save(path)
    return read_text_file(path)


def with_rows(sheet, rows=ROWS):
    for row in [HEAD, *rows]:
        sheet.append(row)


def test_a_hidden_sheet_is_not_read_and_named(tmp_path: Path):
    def fill(book):
        with_rows(book.active, [["old", "客服", "这个不归我管", "9999"]])
        book.active.title = "旧"
        with_rows(book.create_sheet("数据"))
        book.active.sheet_state = "hidden"

    found = read(tmp_path, fill)
    assert [(c.meta.call_id, c.meta.agent_id) for c in found.conversations] == [("c1", "8001")]
    assert "只读取工作表“数据”，没有读取：旧" in found.notes[0]


def test_a_cover_before_the_table_is_passed_over(tmp_path: Path):
    def fill(book):
        book.active.title = "说明"
        book.active["A1"] = "本表由系统导出"
        with_rows(book.create_sheet("数据"))

    found = read(tmp_path, fill)
    assert [c.meta.agent_id for c in found.conversations] == ["8001"]
    assert "没有读取：说明" in found.notes[0]


def test_of_two_tables_the_first_is_read(tmp_path: Path):
    def fill(book):
        book.active.title = "一"
        with_rows(book.active)
        with_rows(book.create_sheet("二"), [["c2", "客服", "您好", "8002"]])

    found = read(tmp_path, fill)
    assert [c.meta.call_id for c in found.conversations] == ["c1"]
    assert "没有读取：二" in found.notes[0]


def test_formulas_without_a_result_are_counted(tmp_path: Path):
    def fill(book):
        with_rows(book.active, [[*row[:3], "=VLOOKUP(A2,F:G,2,0)"] for row in ROWS])

    found = read(tmp_path, fill)
    assert found.conversations[0].meta.agent_id is None
    assert "有 2 格是没有结果的公式" in found.notes[0]
