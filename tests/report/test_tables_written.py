from __future__ import annotations

import csv
import json
import math
import re
import stat
import tempfile
import warnings
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from pipeline.errors import ReportError
from pipeline.report.grids import (
    Column,
    Grid,
    sheet_names,
    write_csv,
    write_grid,
    write_jsonl,
    write_xlsx,
)
from pipeline.report.grids import workbook as sheets

COLUMNS = (
    Column("agent", "客服", "text"),
    Column("score", "得分", "number"),
    Column("calls", "通话数", "integer"),
    Column("fatal", "一票否决", "flag"),
    Column("at", "时间", "time", width=20),
)
FULL = {
    "agent": "王小明",
    "score": 87.25,
    "calls": 3,
    "fatal": False,
    "at": "2026-03-05T09:30:00+08:00",
}
EMPTY = {"agent": None, "score": float("nan"), "calls": None, "fatal": None}
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
FORMULAS = [
    '=HYPERLINK("http://x.cn","点")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A",
    "\n=1",
]


def a_grid(*rows, columns=COLUMNS, **changes):
    return Grid("通话", columns, rows or (FULL, EMPTY), **changes)


def texts(*values):
    return a_grid(*({"text": value} for value in values), columns=(Column("text", "文字", "text"),))


def read_cells(path):
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)


def open_sheet(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl has no default style of its own here
        return openpyxl.load_workbook(path).worksheets[0]


def test_a_workbook_keeps_each_kind_of_cell_and_leaves_the_unknown_empty(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", [a_grid(EMPTY, FULL)])
    assert read_cells(path) == [
        ["客服", "得分", "通话数", "一票否决", "时间"],
        ["", "", "", "", ""],
        ["王小明", 87.25, 3.0, "否", datetime(2026, 3, 5, 9, 30)],
    ]


def test_a_workbook_has_the_title_above_and_the_note_below(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", [a_grid(FULL, title="三月", note="只含已复核的")])
    rows = [row[0] for row in read_cells(path)]
    assert rows == ["三月", "客服", "王小明", "", "只含已复核的"]


def test_a_workbook_is_ready_to_be_filtered_and_printed(tmp_path):
    sheet = open_sheet(write_xlsx(tmp_path / "a.xlsx", [a_grid(title="三月")]))
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == (
        "A3",
        "A2:E4",
        "$2:$2",
    )
    assert (
        sheet.page_setup.orientation,
        sheet.page_setup.paperSize,
        sheet.page_setup.fitToHeight,
    ) == (
        "landscape",
        9,
        0,
    )
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet["A2"].font.bold
    assert (sheet["B3"].number_format, sheet["C3"].number_format) == ("0.0", "0")
    assert sheet.column_dimensions["E"].width == pytest.approx(20.7, abs=0.1)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_in_a_workbook(tmp_path, text):
    sheet = open_sheet(write_xlsx(tmp_path / "a.xlsx", [texts(text)]))
    assert sheet["A2"].data_type in ("s", "inlineStr")
    assert sheet["A2"].hyperlink is None


@pytest.mark.parametrize("streamed", [False, True])
def test_text_that_looks_like_the_markup_of_a_cell_stays_text(tmp_path, streamed, monkeypatch):
    monkeypatch.setattr(sheets, "STREAMED_ROWS", 0 if streamed else 9)
    wicked = "<r><t>好</t></r></si></sst><r></r>"
    assert read_cells(write_xlsx(tmp_path / "a.xlsx", [texts(wicked, "后")])) == [
        ["文字"],
        [wicked],
        ["后"],
    ]


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_any_text_comes_back_from_a_workbook_and_is_never_a_formula(values):
    with tempfile.TemporaryDirectory() as folder:
        path = write_xlsx(Path(folder) / "a.xlsx", [texts(*values, "末")])
        read = [row[0] for row in read_cells(path)[1:]]
        with zipfile.ZipFile(path) as book:
            markup = book.read("xl/worksheets/sheet1.xml").decode()
    assert read == [
        *(FORBIDDEN.sub("", v).replace("\r\n", "\n").replace("\r", "\n") for v in values),
        "末",
    ]
    assert "<f>" not in markup


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(tmp_path):
    cells = read_cells(
        write_xlsx(tmp_path / "a.xlsx", [texts("好" * 32_768, "好" * 32_767, "𠮷" * 20_000)])
    )
    assert cells[1:] == [["好" * 32_766 + "…"], ["好" * 32_767], ["𠮷" * 16_383 + "…"]]


def test_a_large_workbook_that_is_streamed_holds_the_same(tmp_path, monkeypatch):
    grid = a_grid(title="三月", note="注")
    held = read_cells(write_xlsx(tmp_path / "held.xlsx", [grid]))
    monkeypatch.setattr(sheets, "STREAMED_ROWS", 1)
    assert read_cells(write_xlsx(tmp_path / "streamed.xlsx", [grid])) == held


def test_times_are_times_where_excel_has_such_and_text_elsewhere(tmp_path):
    values = [
        datetime(2026, 3, 5, 9, 30),
        date(2026, 3, 5),
        "2026-03-05",
        "三月初",
        "1899-01-01",
        "=1",
    ]
    grid = a_grid(*({"at": value} for value in values), columns=(Column("at", "时间", "time"),))
    read = [row[0] for row in read_cells(write_xlsx(tmp_path / "a.xlsx", [grid]))[1:]]
    assert read == [
        datetime(2026, 3, 5, 9, 30),
        date(2026, 3, 5),
        date(2026, 3, 5),
        "三月初",
        "1899-01-01",
        "=1",
    ]


def test_sheets_whose_names_clash_or_are_not_allowed_get_others(tmp_path):
    names = ["通话", "通话", "a/b", "A:B", "", "好" * 40, "好" * 40, "history", "'引'"]
    expected = [
        "通话",
        "通话 (2)",
        "a b",
        "A B (2)",
        "表",
        "好" * 31,
        "好" * 27 + " (2)",
        "history_",
        "引",
    ]
    assert sheet_names(names) == expected
    path = write_xlsx(tmp_path / "a.xlsx", [Grid(name, COLUMNS, [FULL]) for name in names])
    assert CalamineWorkbook.from_path(path).sheet_names == expected


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path):
    grid = a_grid(*[FULL] * 2)
    with pytest.raises(ReportError, match=r"1048577 rows by 5 columns.*\.csv"):
        write_xlsx(tmp_path / "a.xlsx", [Grid("大", COLUMNS, range(sheets.MOST_ROWS), grid.title)])
    assert list(tmp_path.iterdir()) == []


def test_csv_opens_in_excel_as_utf_8(tmp_path):
    written = write_csv(tmp_path / "a.csv", a_grid()).read_bytes().decode("utf-8")
    assert written == (
        "\ufeff客服,得分,通话数,一票否决,时间\r\n王小明,87.25,3,否,2026-03-05T09:30:00+08:00\r\n,,,,\r\n"
    )


def test_csv_keeps_commas_quotes_and_line_breaks(tmp_path):
    wicked = '他说："好",\n然后挂机'
    with write_csv(tmp_path / "a.csv", texts(wicked)).open(
        encoding="utf-8-sig", newline=""
    ) as file:
        assert list(csv.reader(file)) == [["文字"], [wicked]]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_excel_would_run_from_a_csv_gets_an_apostrophe(tmp_path, text):
    with write_csv(tmp_path / "a.csv", texts(text)).open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == ["'" + text]


def test_numbers_in_a_csv_are_never_touched(tmp_path):
    grid = a_grid({"score": -1.25, "calls": -3, "agent": "3-1"}, columns=COLUMNS[:3])
    with write_csv(tmp_path / "a.csv", grid).open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == ["3-1", "-1.25", "-3"]


def test_json_lines_hold_the_keys_and_null(tmp_path):
    lines = write_jsonl(tmp_path / "a.jsonl", a_grid()).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [FULL, dict.fromkeys(FULL)]
    assert "王小明" in lines[0]


def test_parquet_holds_types_null_and_the_title(tmp_path):
    path = write_grid(tmp_path / "a.parquet", a_grid(title="三月"))
    table = pyarrow.parquet.read_table(path)
    assert [str(kind) for kind in table.schema.types] == [
        "string",
        "double",
        "int64",
        "bool",
        "string",
    ]
    assert table.to_pylist() == [FULL, dict.fromkeys(FULL)]
    assert table.schema.metadata[b"title"].decode() == "三月"
    assert table.schema.field("agent").metadata[b"heading"].decode() == "客服"
    assert pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.parametrize("suffix", ["jsonl", "parquet", "csv", "xlsx"])
def test_odd_values_do_not_stop_a_table(tmp_path, suffix):
    odd = {
        "agent": "半\ud83d个",
        "score": math.inf,
        "calls": 3.0,
        "fatal": 1,
        "at": datetime(2026, 3, 5),
    }
    path = write_grid(tmp_path / f"a.{suffix}", a_grid(odd, {"agent": 7}))
    assert path.stat().st_size > 0
    if suffix == "parquet":
        read = pyarrow.parquet.read_table(path).to_pylist()
        assert read[0] == {
            "agent": "半\ufffd个",
            "score": None,
            "calls": 3,
            "fatal": True,
            "at": "2026-03-05 00:00:00",
        }
        assert read[1]["agent"] == "7"


@pytest.mark.parametrize("suffix", ["jsonl", "parquet", "csv", "XLSX"])
def test_a_table_without_rows_is_a_table(tmp_path, suffix):
    path = write_grid(tmp_path / "new" / f"a.{suffix}", Grid("空", COLUMNS, []))
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("suffix", ["jsonl", "parquet", "csv", "xlsx"])
def test_a_table_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_text("旧")
    with pytest.raises((TypeError, ValueError)):
        write_grid(path, a_grid({"score": "很多"}))
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "旧"


@pytest.mark.parametrize("suffix", ["jsonl", "parquet", "csv", "xlsx"])
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, suffix):
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match=r"a\.\w+: cannot be written .*choose another folder"):
        write_grid(tmp_path / "file" / f"a.{suffix}", a_grid())


def test_another_suffix_is_refused_with_those_that_are_known(tmp_path):
    with pytest.raises(
        ReportError, match=r"\.ods is no table; expected \.xlsx, \.csv, \.jsonl, \.parquet"
    ):
        write_grid(tmp_path / "a.ods", a_grid())
