"""Headings with units and notes, and the other script, in tables of events."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.imports import CALL_HEADINGS, read_complaints, read_event_table, unread_columns
from tests.imports.test_event_exports import KINDS, TODAY, read, refused, values
from tests.imports.test_merged_cells import a_workbook


@pytest.mark.parametrize(
    "head",
    [
        "事项（必填）,日期(必填),工号*,分值",
        "*事项,*日期,*工号,得分（百分制）",
        '事项,"日期\n(yyyy-mm-dd)","工号\n（8位）",评分(满分100)',
        "事项,日期（年/月/日）,工号,分值(%)",
        "事項,日期,工號,評分（滿分100分）",
    ],
)
def test_notes_and_units_beside_a_heading_do_not_hide_it(tmp_path: Path, head: str):
    (line,) = read(tmp_path, head, "暗访,2026-11-05,8001,92").lines

    event = line.event
    assert (event.kind, event.day, event.agent_id, event.value) == (
        "mystery_visit",
        date(2026, 11, 5),
        "8001",
        92.0,
    )


def test_a_number_of_events_counts_with_its_unit_too(tmp_path: Path):
    lines = read(tmp_path, "事项,日期,工号,次数（次）", "投诉,2026-11-05,8001,2").lines

    assert len(lines) == 2


def test_a_column_of_marks_is_nothing_to_a_complaint(tmp_path: Path):
    (line,) = read(tmp_path, "事项,日期,工号,分值(分)", "投诉,2026-11-05,8001,5").lines

    assert line.event.value is None


@pytest.mark.parametrize(
    ("heading", "kind", "value"),
    [
        ("满意度(%)", "survey", 92.0),
        ("滿意度調查（%）", "survey", 92.0),
        ("满意率", "survey", 92.0),
        ("满意度得分", "survey", 92.0),
        ("业务知识考试（满分100）", "knowledge", 92.0),
        ("第三方暗访(分)", "mystery_visit", 92.0),
        ("报修量（件）", "repairs", 92.0),
        ("報修量", "repairs", 92.0),
    ],
)
def test_a_column_of_marks_may_have_its_unit(tmp_path: Path, heading: str, kind: str, value: float):
    (line,) = read(tmp_path, f"工号,月份,{heading}", "8001,2026年11月,92").lines

    assert (line.event.kind, line.event.value) == (kind, value)


@pytest.mark.parametrize(
    "heading", ["投诉次数", "投诉量", "投诉（件）", "投訴件數", "客户投诉(次)"]
)
def test_a_column_of_numbers_may_say_so(tmp_path: Path, heading: str):
    table = read(tmp_path, f"工号,月份,{heading},表扬次数", "8001,2026年11月,1,2")

    assert [line.event.kind for line in table.lines] == ["complaint", "praise", "praise"]
    assert table.unread == ()


def test_the_mark_of_a_kind_is_that_of_its_own_column(tmp_path: Path):
    table = read(tmp_path, "工号,月份,得分,满意度(%),暗访", "8001,2026年11月,70,92,80")

    assert [(one.event.kind, one.event.value) for one in table.lines] == [
        ("survey", 92.0),
        ("mystery_visit", 80.0),
    ]


def test_of_two_columns_of_one_kind_the_one_with_its_plain_name_counts(tmp_path: Path):
    table = read(tmp_path, "工号,月份,投诉次数,投诉", "8001,2026年11月,3,1")

    assert (len(table.lines), table.unread) == (1, ())


@pytest.mark.parametrize("heading", ["投诉率", "投诉等级", "满意度（满分5分）"])
def test_a_column_of_something_else_is_no_kind(tmp_path: Path, heading: str):
    assert "no column for 事项" in refused(tmp_path, f"工号,月份,{heading}", "8001,2026年11月,1")


def test_marks_of_another_full_mark_are_refused_and_say_what_to_do(tmp_path: Path):
    assert (
        "line 2: 第三方暗访 has no value, since the marks of '评分（满分10）' are not of 100; convert them, and name "
        "the column 分值"
    ) in refused(tmp_path, "事项,日期,工号,评分（满分10）", "暗访,2026-11-05,8001,9")


def test_a_table_in_traditional_characters_is_read_as_one_in_simplified_ones(tmp_path: Path):
    lines = [
        "客戶投訴,民國115年11月5日,8001,總公司,重複投訴,,,",
        "二次投訴,2026/11/6,8002,無,,,,",
        "投訴,2026/11/7,8002,一般投訴,首次投訴,,2個,慢",
        "表揚,2026/11/7,8002,,,,,",
        "滿意度調查,2026/11/7,8003,,,95%,,",
        "神秘人暗訪,2026/11/7,8003,,,90,,",
        "業務流程抽查,2026/11/7,8003,較熟悉,,,,",
    ]

    table = read(tmp_path, "事項,日期,工號,級別,是否重複,分值,次數,備註", *lines, "合計,,,,,,5,")

    found = [(one.event.kind, one.event.level, one.event.repeat) for one in table.lines]
    assert found == [
        ("complaint", "省级以上", True),
        ("complaint", None, True),
        ("complaint", None, False),
        ("complaint", None, False),
        ("praise", None, False),
        ("survey", None, False),
        ("mystery_visit", None, False),
        ("procedure", "较熟悉", False),
    ]
    assert values(table)[5:7] == [95.0, 90.0]
    assert table.notes == ()


def test_the_kind_of_a_list_may_be_named_in_either_script(tmp_path: Path):
    title, head = "2026年11月投訴明細,,", "工號,投訴級別,投訴內容"

    (line,) = read(
        tmp_path, title, head, "8001,省公司,慢", "匯出時間：2026-12-01,,", kind="投诉"
    ).lines

    assert (line.event.kind, line.event.day, line.event.level) == (
        "complaint",
        date(2026, 11, 1),
        "省公司",
    )


def test_a_table_of_calls_in_traditional_characters_names_the_levels_of_complaints(
    tmp_path: Path,
):
    path = tmp_path / "calls.csv"
    path.write_text("通話編號,投訴級別,重複投訴\nC1,總公司,是\nC2,無,首次投訴\n", encoding="utf-8")

    lines, faults = read_complaints(path, KINDS)

    found = [(one.call, one.event.level, one.event.repeat) for one in lines]
    assert (found, faults) == ([("C1", "省级以上", True)], [])
    assert unread_columns(path, CALL_HEADINGS) == ()


def test_the_day_of_merged_cells_counts_for_each_row(tmp_path: Path):
    rows = [["事項", "日期", "工號"], ["投訴", "2026-11-05", "8001"], ["投訴", "", "8002"]]
    path = a_workbook(tmp_path, rows, "B2:B3")

    lines = read_event_table(path, KINDS, today=TODAY).lines

    assert [(one.event.agent_id, one.event.day) for one in lines] == [
        ("8001", date(2026, 11, 5)),
        ("8002", date(2026, 11, 5)),
    ]


def test_two_rows_under_one_merged_number_are_one_event(tmp_path: Path):
    rows = [
        ["编号", "事项", "日期", "工号"],
        ["T1", "投诉", "2026-11-05", "8001"],
        ["", "投诉", "2026-11-05", "8002"],
    ]

    lines = read_event_table(a_workbook(tmp_path, rows, "A2:A3"), KINDS, today=TODAY).lines

    assert [one.event.key for one in lines] == ["id T1", "id T1"]
