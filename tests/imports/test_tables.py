from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.imports.read_texts import read_text_file
from pipeline.imports.tables import Table, TableRow, iso_time, read_rows, rename

EXPORT = "会话编号,内容\r\nc1,您好，请讲\r\n\r\nc2,\r\n"
READ = (
    TableRow(2, {"会话编号": "c1", "内容": "您好，请讲"}),
    TableRow(4, {"会话编号": "c2", "内容": ""}),
)


def a_file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def a_workbook(folder: Path, rows: list[list[Any]], name: str = "a.xlsx") -> Path:
    path = folder / name
    book = xlsxwriter.Workbook(
        str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss", "strings_to_formulas": False}
    )
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_text_table_reads_the_same_in_every_encoding_and_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = a_file(tmp_path, "a.csv", EXPORT.replace(",", delimiter).encode(encoding))
    assert read_rows(path) == Table(path, ("会话编号", "内容"), READ)


def test_delimiters_in_texts_do_not_decide_and_a_row_counts_from_its_first_line(
    tmp_path: Path,
) -> None:
    path = a_file(tmp_path, "a.txt", '编号\t内容\n1\t"一;二;三,\n四"\n2\t五;六\n')
    assert read_rows(path).rows == (
        TableRow(2, {"编号": "1", "内容": "一;二;三,\n四"}),
        TableRow(4, {"编号": "2", "内容": "五;六"}),
    )


def test_a_workbook_gives_dates_as_iso_and_whole_numbers_without_a_fraction(tmp_path: Path) -> None:
    begun = datetime(2026, 11, 2, 9, 30)
    path = a_workbook(
        tmp_path,
        [["工号 ", "时间", "分"], [], [8012, begun, 0.5], ["08012", date(2026, 11, 2), True]],
    )
    assert read_rows(path) == Table(
        path,
        ("工号", "时间", "分"),
        (
            TableRow(3, {"工号": "8012", "时间": "2026-11-02T09:30:00", "分": "0.5"}),
            TableRow(4, {"工号": "08012", "时间": "2026-11-02", "分": "TRUE"}),
        ),
    )


def test_a_time_of_day_in_a_workbook_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "时间")
    sheet.write_datetime(1, 0, time(9, 30, 5), book.add_format({"num_format": "hh:mm:ss"}))
    sheet.write_number(2, 0, 1.5, book.add_format({"num_format": "[h]:mm:ss"}))
    book.close()
    assert [row.cells["时间"] for row in read_rows(path).rows] == ["09:30:05", "36:00:00"]


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_what_looks_like_a_formula_stays_text(tmp_path: Path, cell: str) -> None:
    quoted = cell.replace('"', '""')
    assert read_rows(a_file(tmp_path, "a.csv", f'内容\n"{quoted}"\n')).rows == (
        TableRow(2, {"内容": cell}),
    )
    assert read_rows(a_workbook(tmp_path, [["内容"], [cell]])).rows == (
        TableRow(2, {"内容": cell}),
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "line 1: the table is empty"),
        ("a.csv", b"\n,,\n", "line 1: the table is empty"),
        (
            "a.csv",
            "编号,内容\n1,您好,请讲\n".encode(),
            r"line 2: 3 cells under 2 headings \(line 1\)",
        ),
        ("a.csv", '编号,内容\n1,"您好\n2,请讲\n'.encode(), "line 2: unexpected end of data"),
        (
            "a.csv",
            '编号,内容\n1,"您好"吗\n'.encode(),
            "line 2: .*expected quotes only around a whole cell",
        ),
        ("a.csv", b"a,b\n1,\x00\n", "line 2: holds NUL"),
        (
            "a.csv",
            "内容\n您好\n".encode("utf-16-le")[:-1],
            r"line 2: UTF-16 \(little end first\) that is damaged",
        ),
        ("a.csv", b"a\nb\n\xff\xff\xff\n", "line 3: neither UTF-8 nor GB 18030"),
        ("a.xlsx", b"", "not a workbook, or a damaged one"),
        ("a.xlsx", b"PK\x03\x04 cut off", "not a workbook, or a damaged one"),
        ("a.xls", b"<html><table></table></html>", "not a workbook, or a damaged one"),
        ("a.doc", b"x", "is not a table"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = a_file(tmp_path, name, content)
    with pytest.raises(SettingsError, match=message) as refused:
        read_rows(path)
    assert str(refused.value).startswith(str(path))


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_rows(tmp_path / "none.csv")


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the table is empty"):
        read_rows(a_workbook(tmp_path, []))


def test_a_half_workbook_is_refused(tmp_path: Path) -> None:
    whole = a_workbook(tmp_path, [["内容"], ["您好"]]).read_bytes()
    with pytest.raises(SettingsError, match="damaged"):
        read_rows(a_file(tmp_path, "half.xlsx", whole[: len(whole) // 2]))


def test_cells_that_excel_left_empty_behind_a_row_are_no_cells(tmp_path: Path) -> None:
    path = a_file(tmp_path, "a.csv", "编号,内容,,\n1,您好,,,,\n")
    assert read_rows(path) == Table(
        path, ("编号", "内容"), (TableRow(2, {"编号": "1", "内容": "您好"}),)
    )


NAMES = {"内容": "text", "Text": "text", "工号": "agent_id"}


def test_columns_get_the_names_of_fields_in_either_language(tmp_path: Path) -> None:
    table = read_rows(a_file(tmp_path, "a.csv", " TEXT ,备注,工号\n您好,x,8012\n"))
    assert rename(table, NAMES, needed=["text"]) == Table(
        table.path,
        ("text", "agent_id"),
        (TableRow(2, {"text": "您好", "agent_id": "8012"}),),
        unknown=("备注",),
    )


def test_a_missing_column_is_named_with_what_was_found(tmp_path: Path) -> None:
    table = read_rows(a_file(tmp_path, "a.csv", "备注,工号\nx,8012\n"))
    with pytest.raises(SettingsError, match=r"no column for text \(内容, Text\); found 备注, 工号"):
        rename(table, NAMES, needed=["text"])


@pytest.mark.parametrize("headings", ["内容,text", "内容,内容"])
def test_two_columns_for_one_field_are_refused(tmp_path: Path, headings: str) -> None:
    table = read_rows(a_file(tmp_path, "a.csv", f"{headings}\n您好,请讲\n"))
    with pytest.raises(SettingsError, match="both mean text"):
        rename(table, NAMES, needed=["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-02T09:30:05", "2026-11-02T09:30:05"),
        (" 2026/11/2 9:30 ", "2026-11-02T09:30:00"),
        ("2026-11-02 09:30:05", "2026-11-02T09:30:05"),
        ("2026/11/02 09:30:05.25", "2026-11-02T09:30:05.250000"),
        ("20261102093005", "2026-11-02T09:30:05"),
        ("202611020930", "2026-11-02T09:30:00"),
        ("20261102", "2026-11-02T00:00:00"),
        ("2026年11月2日 9:30", "2026-11-02T09:30:00"),
        ("2026年11月2日9时30分5秒", "2026-11-02T09:30:05"),
        ("2026.11.2 9:30", "2026-11-02T09:30:00"),
        ("2026/11/2 下午3:05", "2026-11-02T15:05:00"),
        ("2026-11-02 上午 12:05:01", "2026-11-02T00:05:01"),
        ("2026-11-02 3:05:00 PM", "2026-11-02T15:05:00"),
    ],
)
def test_times_are_read_as_exports_write_them(text: str, expected: str) -> None:
    assert iso_time(text, "a.csv, line 2") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "昨天",
        "2026-13-01",
        "2026-11-02 25:00",
        "2026110209",
        "12345678901",
        "2026/11/2 晚上12:05",
        "2026/11/2 下午",
        "2026/11/2 上午13:05",
        "11/2/2026 3:05 PM",
        "46328.4",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(
        SettingsError, match=r"a.csv, line 2: .* is not a time; expected one such as"
    ):
        iso_time(text, "a.csv, line 2")


CELLS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=8)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(CELLS.filter(bool), CELLS), max_size=5))
def test_a_workbook_gives_back_what_was_written(
    tmp_path: Path, rows: list[tuple[str, str]]
) -> None:
    table = read_rows(a_workbook(tmp_path, [["编号", "内容"], *map(list, rows)]))
    assert [tuple(row.cells.values()) for row in table.rows] == rows


def test_other_sheets_with_cells_are_named_and_empty_ones_are_not(tmp_path: Path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (("一", 2), ("二", 2), ("Sheet3", 0)):
            sheet = book.add_worksheet(name)
            for at in range(rows):
                sheet.write_row(at, 0, ("角色", "内容") if not at else ("客服", "您好"))

    (note,) = read_text_file(path).notes

    assert "没有读取：二；" in note
    assert len(read_text_file(path).conversations[0].utterances) == 1


def test_a_heading_that_is_spelt_out_goes_before_one_that_is_like_it(tmp_path: Path) -> None:
    path = a_file(tmp_path, "a.csv", "call_id,CallID,agent_id,agent id,text\nc1,9,8001,7,您好\n")
    table = rename(read_rows(path, {"text"}), {"call_id": "id", "agent_id": "agent_id", "text": "text"}, needed=["text"])  # fmt: skip
    assert table.rows[0].cells == {"id": "c1", "agent_id": "8001", "text": "您好"}
    assert table.unknown == ("CallID", "agent id")
