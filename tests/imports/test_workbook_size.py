"""A workbook that would not fit into memory is refused before it is read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.errors import SettingsError
from pipeline.imports import read_rows

ROWS = [["文件名", "工号"], ["a.wav", "1027"]]


def workbook(path: Path, *more: tuple[int, int, str]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, cells in enumerate(ROWS):
            sheet.write_row(at, 0, cells)
        for row, column, text in more:
            sheet.write(row, column, text)
    return path


def test_a_cell_in_the_last_corner_is_named(tmp_path: Path):
    path = workbook(tmp_path / "calls.xlsx", (1_048_575, 16_383, " "))

    with pytest.raises(SettingsError, match=r"calls.xlsx, cell XFD1048576: so far from the first"):
        read_rows(path, {"文件名"})


def test_a_far_row_is_read(tmp_path: Path):
    path = workbook(tmp_path / "calls.xlsx", (99_999, 0, "b.wav"))

    assert [row.cells["文件名"] for row in read_rows(path, {"文件名"}).rows] == ["a.wav", "b.wav"]


@pytest.mark.long
def test_a_part_that_is_huge_when_unpacked_is_refused(tmp_path: Path):
    path = workbook(tmp_path / "calls.xlsx")
    data = io.BytesIO(path.read_bytes())
    with (
        zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as book,
        book.open("xl/media/far.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(1025):
            part.write(bytes(1 << 20))
    path.write_bytes(data.getvalue())

    with pytest.raises(SettingsError, match="unpacked it has over 1024 MB"):
        read_rows(path, {"文件名"})
