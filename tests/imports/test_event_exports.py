"""Tables of events as call centres keep them: other headings, days, shares, names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.imports import read_event_table
from pipeline.imports.event_days import EventDays, named_months
from pipeline.imports.event_tables import EventTable
from pipeline.lexicon import load_monthly

KINDS = load_monthly().kinds
TODAY = date(2026, 11, 30)
COMPLAINT = KINDS.find("投诉")


def read(folder: Path, *lines: str, name: str = "events.csv", kind: str = "") -> EventTable:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_event_table(path, KINDS, today=TODAY, kind=KINDS.find(kind) if kind else None)


def refused(folder: Path, *lines: str, name: str = "events.csv", kind: str = "") -> str:
    with pytest.raises(SettingsError) as caught:
        read(folder, *lines, name=name, kind=kind)
    return str(caught.value)


def values(table: EventTable) -> list[float | None]:
    return [line.event.value for line in table.lines]


def test_marks_that_a_table_writes_as_shares_are_marks_of_a_hundred_and_this_is_told(
    tmp_path: Path,
):
    lines = ["满意度调查,2026-11-05,8001,0.95", "满意度调查,2026-11-05,8002,1"]

    table = read(tmp_path, "事项,日期,工号,分值", *lines)

    assert values(table) == [95.0, 100.0]
    assert table.notes == (
        f"{tmp_path / 'events.csv'}：有 2 行的分值按比例写，已换成百分制（第 2 行：0.95 → 95 分）",
    )


def test_a_share_beside_marks_of_a_hundred_may_be_either_and_is_refused(tmp_path: Path):
    lines = ["满意度调查,2026-11-05,8001,0.95", "满意度调查,2026-11-05,8002,92"]

    assert "line 2: the value of 满意度调查 is '0.95', which may be a mark or a share" in refused(
        tmp_path, "事项,日期,工号,分值", *lines
    )
    assert "line 2" in refused(tmp_path, "事项,日期,工号,分值", "满意度调查,2026-11-05,8001,1")


@pytest.mark.parametrize(
    ("text", "value"), [("95%", 95.0), ("９５", 95.0), ("95分", 95.0), ("0", 0.0), ("1分", 1.0)]
)
def test_a_mark_that_says_its_unit_is_taken_as_it_is(tmp_path: Path, text: str, value: float):
    table = read(tmp_path, "事项,日期,工号,分值", f"满意度调查,2026-11-05,8001,{text}")

    assert (values(table), table.notes) == ([value], ())


def test_the_points_of_a_bonus_are_no_share(tmp_path: Path):
    assert values(read(tmp_path, "事项,日期,工号,分值", "抢修感谢,2026-11-05,8001,1")) == [1.0]


@pytest.mark.parametrize(
    ("text", "day", "form"),
    [
        ("2026/11/5", date(2026, 11, 5), "day"),
        ("2026年11月5日 10:22", date(2026, 11, 5), "day"),
        ("11月5日", date(2026, 11, 5), "no year"),
        ("11/5 10:22", date(2026, 11, 5), "no year"),
        ("9-30", date(2026, 9, 30), "no year"),
        ("46331", date(2026, 11, 5), "number"),
        ("46331.43", date(2026, 11, 5), "number"),
        ("2026年11月", date(2026, 11, 1), "month"),
        ("2026年11月份", date(2026, 11, 1), "month"),
        ("202611", date(2026, 11, 1), "month"),
        ("2026-11", date(2026, 11, 1), "month"),
        ("11月", date(2026, 11, 1), "month"),
    ],
)
def test_a_day_is_read_in_the_forms_of_tables(text: str, day: date, form: str):
    assert EventDays(today=TODAY).read(text, "") == (day, form)


@pytest.mark.parametrize(
    "text", ["5日", "11.5", "2026.1", "12月5日", "8月5日", "2月30日", "2027-01", "46400"]
)
def test_a_day_that_is_not_clear_or_is_to_come_is_refused(text: str):
    with pytest.raises(SettingsError):
        EventDays(today=TODAY).read(text, "")


def test_the_month_of_the_file_gives_the_year_of_a_day_without_one(tmp_path: Path):
    table = read(tmp_path, "事项,日期,工号", "投诉,3月5日,8001", name="投诉_2025年3月.csv")

    assert [line.event.day for line in table.lines] == [date(2025, 3, 5)]


def test_a_line_without_a_day_takes_the_month_of_the_title_and_this_is_told(tmp_path: Path):
    title, foot = "2026年10月投诉汇总,,", "制表日期：2026-11-02,,"

    table = read(tmp_path, title, "事项,工号,级别", "投诉,8001,", foot)

    assert [line.event.day for line in table.lines] == [date(2026, 10, 1)]
    assert table.notes[0].endswith(
        "有 1 行没有日期，按文件名或标题里的月份记在 1 日（第 3 行：2026-10）"
    )
    assert "line 2: no day" in refused(tmp_path, "事项,工号", "投诉,8001")


@pytest.mark.parametrize(
    ("name", "months"),
    [
        ("投诉_2026年11月", [11]),
        ("投诉202611", [11]),
        ("2026-11投诉", [11]),
        ("投诉_2026-11_第2版", [11]),
        ("投诉20261202", []),
        ("投诉_2026-12-02", []),
        ("2026年12月2日导出", []),
        ("投诉20261202093000", []),
        ("投诉", []),
    ],
)
def test_a_name_says_the_month_and_not_the_day_on_which_the_file_was_made(
    name: str, months: list[int]
):
    assert named_months(name) == tuple(date(2026, month, 1) for month in months)


@pytest.mark.parametrize(
    ("text", "level"),
    [("省公司级", "省公司"), ("省 公 司", "省公司"), ("集团", "省级以上"), ("集团公司", "省级以上"), ("工信部申诉", "省级以上"),
     ("市级投诉", "分公司"), ("省通管局", "省公司"), ("一般投诉", None), ("无", None)],
)  # fmt: skip
def test_a_level_is_known_by_its_other_words(tmp_path: Path, text: str, level: str | None):
    (line,) = read(tmp_path, "事项,日期,工号,级别", f"投诉,2026-11-05,8001,{text}").lines

    assert line.event.level == level


@pytest.mark.parametrize("text", ["12315", "升级投诉", "媒体", "一级"])
def test_a_word_that_names_no_one_level_is_refused(tmp_path: Path, text: str):
    assert f"the level is '{text}'" in refused(
        tmp_path, "事项,日期,工号,级别", f"投诉,2026-11-05,8001,{text}"
    )


@pytest.mark.parametrize(
    ("heading", "text", "repeat"),
    [("重复", "重复投诉", True), ("重复", "二次投诉", True), ("重复", "第二次", True), ("重复", "√", True), ("重复", "1", True),
     ("重复", "首次", False), ("重复", "首次投诉", False), ("重复", "非重复", False), ("重复", "×", False), ("重复", "否", False),
     ("是否首次投诉", "是", False), ("是否首次投诉", "否", True), ("是否首次投诉", "二次投诉", True)],
)  # fmt: skip
def test_a_repetition_is_known_by_the_words_of_its_column(
    tmp_path: Path, heading: str, text: str, repeat: bool
):
    (line,) = read(tmp_path, f"事项,日期,工号,{heading}", f"投诉,2026-11-05,8001,{text}").lines

    assert line.event.repeat is repeat


@pytest.mark.parametrize("text", ["2", "1次", "也许", "对"])
def test_a_word_that_does_not_tell_a_repetition_is_refused(tmp_path: Path, text: str):
    assert "expected 是 or 否" in refused(
        tmp_path, "事项,日期,工号,重复", f"投诉,2026-11-05,8001,{text}"
    )


def test_the_name_of_the_event_may_say_that_it_is_a_repetition(tmp_path: Path):
    table = read(tmp_path, "事项,日期,工号", "二次投诉,2026-11-05,8001", "投诉,2026-11-05,8001")

    assert [line.event.repeat for line in table.lines] == [True, False]
    assert "no kind of event" in refused(tmp_path, "事项,日期,工号", "重复返工,2026-11-05,8001")


def test_a_list_of_complaints_needs_no_column_of_kinds_where_the_command_names_it(tmp_path: Path):
    head, line = (
        "序号,投诉类型,投诉时间,员工姓名,投诉等级,投诉内容",
        "1,服务态度,2026/11/5 10:22,王芳,省公司,态度不好",
    )

    (found,) = read(tmp_path, head, line, kind="投诉").lines

    event = found.event
    assert (event.kind, event.day, event.level, event.note, found.person) == (
        "complaint",
        date(2026, 11, 5),
        "省公司",
        "态度不好",
        "王芳",
    )
    assert "no column for 事项" in refused(tmp_path, head, line)


def test_a_line_of_another_kind_than_the_command_names_is_refused(tmp_path: Path):
    lines = ["事项,日期,工号", "表扬,2026-11-05,8001"]

    assert "all lines are said to be 客户投诉" in refused(tmp_path, *lines, kind="投诉")


def test_a_column_for_each_kind_is_read_as_lines_of_their_own(tmp_path: Path):
    head = "工号,月份,满意度调查,第三方暗访,投诉,表扬"

    table = read(tmp_path, head, "8001,2026年11月,95%,90,0,2", "8002,2026年11月,92%,0,1,")

    found = [(line.event.agent_id, line.event.kind, line.event.value) for line in table.lines]
    assert found == [
        ("8001", "survey", 95.0),
        ("8001", "mystery_visit", 90.0),
        ("8001", "praise", None),
        ("8001", "praise", None),
        ("8002", "survey", 92.0),
        ("8002", "mystery_visit", 0.0),
        ("8002", "complaint", None),
    ]
    assert table.unread == ()


def test_equal_lines_may_be_one_event_written_twice_and_are_refused(tmp_path: Path):
    line = "投诉,2026-11-05,8001,1"

    assert "line 3: equal to line 2; " in refused(tmp_path, "事项,日期,工号,序号", line, line)
    other = "投诉,2026-11-05,8001,2"
    assert len(read(tmp_path, "事项,日期,工号,序号", line, other).lines) == 2


def test_subtotals_and_lines_of_no_event_are_left_out_and_told(tmp_path: Path):
    lines = [
        "投诉,2026-11-05,8001,2次",
        "小计,,,2",
        "投诉,2026-11-06,8002,0",
        "投诉,2026-11-07,8003,１",
    ]

    table = read(tmp_path, "事项,日期,工号,次数", *lines, "合计,,,3")

    assert [line.event.agent_id for line in table.lines] == ["8001", "8001", "8003"]
    assert [note.partition("有")[2] for note in table.notes] == [
        " 1 行的次数是 0，没有计入（第 4 行）",
        " 1 行是小计，没有读取（第 3 行）",
    ]


def test_a_cell_without_its_kind_says_what_to_do(tmp_path: Path):
    assert "line 3: no 事项; fill in each line" in refused(
        tmp_path, "事项,日期,工号", "投诉,2026-11-05,8001", ",2026-11-06,8001"
    )


@pytest.mark.parametrize("marks", [["4.8", "5"], ["9", "8.5"], ["5"], ["0.9", "4.5"]])
def test_marks_that_are_all_of_ten_or_less_may_not_be_of_a_hundred_and_are_refused(
    tmp_path: Path, marks: list[str]
):
    lines = [f"满意度调查,2026-11-05,800{at},{one}" for at, one in enumerate(marks)]

    said = refused(tmp_path, "事项,日期,工号,分值", *lines)

    assert (
        f"line 2: the value of 满意度调查 is '{marks[0]}', and none of the table is above 10"
        in said
    )
    assert "none of the table is above 10" in refused(
        tmp_path, "工号,月份,满意度", "8001,2026-11,5"
    )


@pytest.mark.parametrize("marks", [["5", "92"], ["5分", "4分"], ["5%"], ["0"], ["10.5"]])
def test_low_marks_are_taken_beside_others_and_with_their_unit(tmp_path: Path, marks: list[str]):
    lines = [f"满意度调查,2026-11-05,800{at},{one}" for at, one in enumerate(marks)]

    table = read(tmp_path, "事项,日期,工号,分值", *lines)

    assert values(table) == [float(one.rstrip("分%")) for one in marks]
    assert values(read(tmp_path, "工号,月份,满意度(%)", "8001,2026-11,5")) == [5.0]
