"""日期 and 时间 in two columns are one time, in every table."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.errors import SettingsError
from pipeline.imports import (
    call_rows,
    read_call_table,
    read_conversations,
    read_events,
    read_rows,
)
from pipeline.ingest import read_metadata
from pipeline.lexicon import choose_lexicons, load_monthly
from pipeline.settings import IngestSettings

STARTED = "2026-11-02T09:30:05"
PAIRS = {
    "plain": ("日期,时间", "2026-11-02,09:30:05"),
    "turned round": ("时间,日期", "9:30:05,2026/11/2"),
    "of the call": ("通话日期,通话时间", "2026/11/2,9:30:05"),
    "of the start": ("开始日期,开始时间", "2026年11月2日,9:30:05"),
    "a plain day": ("日期,开始时间", "2026-11-02 00:00:00,9时30分5秒"),
    "compact": ("日期,时间", "20261102,093005"),
    "half of the day": ("日期,时间", "2026-11-02 星期一,上午9:30:05"),
    "English": ("date,time", "2026-11-02,9:30:05 AM"),
    "English, of the start": ("start_date,start_time", "2026-11-02,09:30:05"),
    "a sheet's time": ("日期,时间", "2026-11-02,1899-12-31T09:30:05"),
    "a share of the day": ("日期,时间", "2026-11-02,0.395891"),
    "traditional": ("日期,時間", "2026-11-02,09:30:05"),
}


def written(tmp_path: Path, text: str, name: str = "metadata.csv") -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


@pytest.mark.parametrize("kind", PAIRS)
def test_metadata_beside_recordings(tmp_path: Path, kind: str):
    names, cells = PAIRS[kind]
    written(tmp_path, f"文件名,{names},工号\na.wav,{cells},8012\n")
    assert read_metadata(tmp_path / "a.wav", IngestSettings()).started_at == STARTED


@pytest.mark.parametrize("kind", PAIRS)
def test_imports_of_calls_and_of_satisfaction(tmp_path: Path, kind: str):
    names, cells = PAIRS[kind]
    table = read_call_table(written(tmp_path, f"通话编号,{names},满意度\nc1,{cells},5分\n"))
    assert [line.values for line in table.lines] == [{"started_at": STARTED, "rating": 5.0}]
    assert (table.faults, table.notes) == ((), ())


@pytest.mark.parametrize("kind", PAIRS)
def test_chats(tmp_path: Path, kind: str):
    names, cells = PAIRS[kind]
    (found,) = read_conversations(
        written(tmp_path, f"{names},角色,内容\n{cells},客服,您好\n{cells},客户,退款\n", "a.csv")
    )
    assert found.meta.started_at == STARTED


def test_events_of_the_month(tmp_path: Path):
    path = written(
        tmp_path, "事项,日期,时间,工号,级别\n投诉,2026-11-02,9:30,8012,省公司\n", "e.csv"
    )
    kinds = load_monthly(choose_lexicons(None)).kinds
    assert [line.event.day for line in read_events(path, kinds)] == [dt.date(2026, 11, 2)]


def test_call_records_of_a_telephone_system(tmp_path: Path):
    path = written(
        tmp_path,
        "calldate,calltime,src,dst,channel,dstchannel,disposition,uniqueid\n"
        "2026-11-02,09:30:05,13800000000,8012,SIP/trunk-1,SIP/8012-2,ANSWERED,7.1\n",
        "c.csv",
    )
    records = call_rows(read_rows(path, {"src", "dst", "disposition", "calldate"}))
    assert records is not None
    assert records.rows[0].cells["started_at"] == "2026-11-02 09:30:05"
    table = read_call_table(path)
    assert table.lines[0].values["started_at"] == STARTED


def test_a_workbook_with_a_day_and_a_time(tmp_path: Path):
    path = tmp_path / "c.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        day, clock = (book.add_format({"num_format": one}) for one in ("yyyy/m/d", "h:mm:ss"))
        sheet.write_row(0, 0, ["通话编号", "日期", "时间", "满意度"])
        sheet.write(1, 0, "c1")
        sheet.write_datetime(1, 1, dt.datetime(2026, 11, 2), day)
        sheet.write_datetime(1, 2, dt.time(9, 30, 5), clock)
        sheet.write(1, 3, 5)
    (line,) = read_call_table(path).lines
    assert line.values["started_at"] == STARTED


def test_a_later_time_after_midnight_is_of_the_next_day(tmp_path: Path):
    table = "文件名,日期,开始时间,应答时间\na.wav,2026-11-02,23:59:50,00:00:05\n"
    written(tmp_path, table)
    found = read_metadata(tmp_path / "a.wav", IngestSettings())
    assert (found.started_at, found.ringing_s) == ("2026-11-02T23:59:50", 15.0)


def test_start_and_end_of_lines_share_the_day(tmp_path: Path):
    rows = "2026-11-02,09:30:05,09:30:09,客服,您好\n2026-11-02,09:30:10,09:30:15,客户,退款\n"
    (found,) = read_conversations(
        written(tmp_path, f"日期,开始时间,结束时间,角色,内容\n{rows}", "a.csv")
    )
    assert found.meta.started_at == STARTED
    assert [(u.start_s, u.end_s) for u in found.utterances] == [(0.0, 4.0), (5.0, 10.0)]


@pytest.mark.parametrize("inside", ["messages", "call"])
def test_json_with_a_day_beside_the_time(tmp_path: Path, inside: str):
    said = [{"role": "客服", "content": "您好"}, {"role": "客户", "content": "退款"}]
    if inside == "messages":
        whole: object = [{**one, "date": "2026-11-02", "time": "09:30:05"} for one in said]
    else:
        whole = {"call": {"日期": "2026/11/2", "开始时间": "9:30:05"}, "messages": said}
    path = written(tmp_path, json.dumps(whole), "a.json")
    assert read_conversations(path)[0].meta.started_at == STARTED


def test_lengths_of_time_are_no_times_of_the_day(tmp_path: Path):
    written(
        tmp_path,
        "文件名,日期,开始时间,振铃时间,通话时长\na.wav,2026-11-02,09:30:05,0:12,03:10\n",
    )
    found = read_metadata(tmp_path / "a.wav", IngestSettings())
    assert (found.started_at, found.ringing_s) == (STARTED, 12.0)


@pytest.mark.parametrize("cells", ["2026-11-02 10:00:00,09:30:05", ",09:30:05", "某天,09:30:05"])
def test_a_time_whose_day_is_not_told_is_refused(tmp_path: Path, cells: str):
    table = f"文件名,日期,开始时间\na.wav,{cells}\nb.wav,2026-11-02,09:30:05\n"
    written(tmp_path, table)
    assert read_metadata(tmp_path / "b.wav", IngestSettings()).started_at == STARTED
    with pytest.raises(SettingsError, match="line 2: '09:30:05' is not a time"):
        read_metadata(tmp_path / "a.wav", IngestSettings())


@pytest.mark.parametrize("name", ["出生日期", "退款日期", "到期日期", "update"])
def test_a_day_of_something_else_is_not_joined(tmp_path: Path, name: str):
    written(tmp_path, f"文件名,{name},开始时间\na.wav,2026-10-01,09:30:05\n")
    with pytest.raises(SettingsError, match="'09:30:05' is not a time"):
        read_metadata(tmp_path / "a.wav", IngestSettings())


def test_a_whole_time_is_read_as_it_is(tmp_path: Path):
    written(tmp_path, "文件名,日期,开始时间\na.wav,2026-11-02,2026-11-02 09:30:05\n")
    assert read_metadata(tmp_path / "a.wav", IngestSettings()).started_at == STARTED
