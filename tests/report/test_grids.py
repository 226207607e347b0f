"""Cases of the table writers that test_tables_written.py leaves out."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from pipeline.errors import ReportError
from pipeline.report.grids import Column, Grid, write_grids

GRID = Grid("通话", (Column("who", "客服"),), [{"who": "王小明"}])
SUFFIXES = (".xlsx", ".csv", ".jsonl", ".parquet")


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_older_file_stays_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
):
    path = tmp_path / f"a{suffix}"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr("os.replace", full)

    with pytest.raises(ReportError, match=r"No space left on device.*free space"):
        write_grids(path, [GRID])

    assert {one.name: one.read_text(encoding="utf-8") for one in tmp_path.iterdir()} == {
        path.name: "old"
    }


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_is_a_folder_is_refused(tmp_path: Path, suffix: str):
    (tmp_path / f"a{suffix}").mkdir()

    with pytest.raises(ReportError, match="cannot be written"):
        write_grids(tmp_path / f"a{suffix}", [GRID])

    assert [path.name for path in tmp_path.rglob("*")] == [f"a{suffix}"]


def test_a_full_disk_under_a_workbook_is_an_error_of_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("xlsxwriter.workbook.ZipFile", full)

    with pytest.raises(ReportError, match="No space left on device"):
        write_grids(tmp_path / "a.xlsx", [GRID])

    assert list(tmp_path.iterdir()) == []
