"""Tables as other systems write them: what is read as it was meant, and what is refused with its
line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from sqlite_utils import Database

from pipeline.errors import SettingsError, UnreadableError
from pipeline.imports import Scale, call_rows, read_agents, read_call_table, read_conversations
from pipeline.imports.exported_times import iso_time
from pipeline.imports.moments import offsets
from pipeline.imports.tables import read_rows
from pipeline.ingest.metadata import read_metadata
from pipeline.settings import IngestSettings, SiteSettings, parse_settings, use_clock
from pipeline.store.migrations import migrations
from pipeline.types import CallMeta

ROW = "文件名,通话编号,工号,客户编号,开始时间,队列\r\n{name},C-1,{agent},C88,{at},投诉\r\n"
READ = CallMeta("C-1", "00812", "C88", "2026-11-02T09:30:00", "投诉")
CHAT = "会话编号,时间,角色,内容,工号\n"


def csv_text(name: str = "a.wav", agent: str = "00812", at: str = "2026-11-02 09:30:00") -> str:
    return ROW.format(name=name, agent=agent, at=at)


METADATA: dict[str, bytes] = {
    "a Windows path": csv_text("D:\\Record\\2026\\a.wav").encode("gb18030"),
    "a folder before the name": csv_text("2026/11/02/a.wav").encode(),
    "another case": csv_text("A.WAV").encode(),
    "the stem in another case": csv_text("A").encode(),
    "UTF-16": ("\ufeff" + csv_text().replace(",", "\t")).encode("utf-16-le"),
    "UTF-16, big end first": ("\ufeff" + csv_text()).encode("utf-16-be"),
    "semicolons": csv_text().replace(",", ";").encode("utf-8-sig"),
    "bars": csv_text().replace(",", "|").encode(),
    "sep=": ("sep=,\r\n" + csv_text()).encode("utf-8-sig"),
    "sep=;": ("sep=;\r\n" + csv_text().replace(",", ";")).encode(),
    "Chinese time": csv_text(at="2026年11月2日 9:30").encode(),
    "half of the day": csv_text(at="2026/11/2 上午9:30:00").encode(),
    "number as text": csv_text(agent='="00812"').encode(),
    "number as text, quoted": csv_text(agent='"=""00812"""').encode(),
    "an apostrophe": csv_text(agent="'00812").encode(),
    "a title above": ("十一月录音清单\r\n导出人：张三\r\n\r\n" + csv_text()).encode(),
    "a total below": (csv_text() + "合计,1,,,,\r\n").encode(),
    "a note below": (csv_text() + "共 1 条记录\r\n").encode(),
    "an empty row": csv_text().replace("\r\n", "\r\n,,,,,\r\n", 1).encode(),
}


@pytest.mark.parametrize("kind", METADATA)
def test_metadata_beside_recordings_is_read_as_recorders_write_it(tmp_path: Path, kind: str):
    (tmp_path / "metadata.csv").write_bytes(METADATA[kind])

    assert read_metadata(tmp_path / "a.wav", IngestSettings()) == READ


def test_a_bad_row_of_metadata_costs_only_its_recording(tmp_path: Path):
    text = csv_text("b.wav", at="昨天") + csv_text().split("\r\n", 1)[1]
    (tmp_path / "metadata.csv").write_text(text, encoding="utf-8")

    assert read_metadata(tmp_path / "a.wav", IngestSettings()) == READ
    with pytest.raises(SettingsError, match="line 2: '昨天' is not a time"):
        read_metadata(tmp_path / "b.wav", IngestSettings())


def test_big5_is_told_from_gbk(tmp_path: Path):
    path = tmp_path / "a.csv"
    text = "會話編號,內容\nc1,您好，請問有什麼可以幫您？我想查詢上個月的電費，謝謝。\n"
    for encoding in ("big5", "gbk"):
        path.write_bytes(text.encode(encoding))
        assert read_rows(path).rows[0].cells["內容"].endswith("電費，謝謝。")


@pytest.mark.parametrize(
    ("form", "shown"),
    [("00000", "00812"), ('"A"0000', "A0812"), ("0", "812"), ("000-000", "000-812")],
)
def test_a_number_of_a_sheet_is_read_as_it_is_shown(tmp_path: Path, form: str, shown: str):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["工号", "姓名"])
        sheet.write_number(1, 0, 812, book.add_format({"num_format": form}))
        sheet.write_string(1, 1, "王芳")

    assert read_agents(path) == [(shown, "王芳", None)]


@pytest.mark.parametrize(
    "number", ["2.02611E+19", "2.0E19", "1E+15", "20261102093000100000", "1234567890123450"]
)
def test_a_rounded_number_is_refused_with_its_line_in_each_table(tmp_path: Path, number: str):
    path = tmp_path / "a.csv"
    path.write_text(f"通话编号,队列\nz,投诉\n{number},投诉\n", encoding="utf-8")
    found = read_call_table(path)
    assert [line.key for line in found.lines] == ["z"]
    assert "line 3" in found.faults[0]

    path.write_text(f"{CHAT}{number},2026-11-02 09:30:00,客服,您好,8012\n", encoding="utf-8")
    with pytest.raises(UnreadableError, match=r"line 2: .*spreadsheet has rounded"):
        read_conversations(path)


@pytest.mark.parametrize("number", ["1234567890123456", "20261102093000100007", "12E5", "1000000"])
def test_a_whole_number_is_no_rounded_one(tmp_path: Path, number: str):
    path = tmp_path / "a.csv"
    path.write_text(
        f"通话编号,队列\n{number},投诉\n1234567890123450,咨询\n"[
            : None if len(number) == 16 else -20
        ],
        encoding="utf-8",
    )
    assert read_call_table(path).lines[0].key == number


def ratings(path: Path, *cells: str, scale: Scale = Scale()):  # noqa: B008
    rows = "".join(f"c{at},{cell}\n" for at, cell in enumerate(cells))
    path.write_text("通话编号,满意度\n" + rows, encoding="utf-8")
    found = read_call_table(path, scale)
    return {line.key: line.values["rating"] for line in found.lines}, found


@pytest.mark.parametrize("cell", ["未评价", "-", "0", "NULL", "无回应", "超时未评价", "N/A"])
def test_no_rating_says_nothing(tmp_path: Path, cell: str):
    rated, found = ratings(tmp_path / "a.csv", cell, "5分", "非常满意", "1-满意", "4星")
    assert (rated, found.faults) == ({"c1": 5.0, "c2": 5.0, "c3": 4.0, "c4": 4.0}, ())


def test_keys_have_the_scale_of_the_settings(tmp_path: Path):
    first, _ = ratings(tmp_path / "a.csv", "1", "2", "3", "4", scale=Scale(best=1, worst=3))
    assert first == {"c0": 5.0, "c1": 3.0, "c2": 1.0}
    last, _ = ratings(tmp_path / "a.csv", "10", "1", scale=Scale(best=10, worst=1))
    assert last == {"c0": 5.0, "c1": 1.0}


def test_keys_whose_scale_cannot_be_told_are_not_read(tmp_path: Path):
    rated, found = ratings(tmp_path / "a.csv", "1", "1", "2")
    assert rated == {}
    assert "rating_best" in found.notes[0]


def test_unknown_columns_are_named(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("通话编号,队列,心情\na,投诉,好\n", encoding="utf-8")
    assert "心情" in read_call_table(path).notes[0]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-10-31T16:30:00Z", "2026-11-01T00:30:00"),
        ("2026-10-31 16:30:00 +0000", "2026-11-01T00:30:00"),
        ("2026-11-01T01:30:00+09:00", "2026-11-01T00:30:00"),
        ("1793464200", "2026-11-01T00:30:00"),
        ("1793464200000", "2026-11-01T00:30:00"),
        ("2026-11-01 凌晨12:30", "2026-11-01T00:30:00"),
    ],
)
def test_a_time_falls_on_the_day_of_the_site(written: str, day: str):
    use_clock(SiteSettings(timezone="Asia/Shanghai"))
    assert iso_time(written, "") == day
    assert CallMeta(started_at="2026-10-31T16:30:00+00:00").day.isoformat() == "2026-11-01"


def test_the_hour_that_happens_twice_is_told_by_the_order():
    # on 25 October 2026 the clock goes from 03:00 back to 02:00
    use_clock(SiteSettings(timezone="Europe/Berlin"))
    said = [datetime(2026, 10, 25, 2, 59), datetime(2026, 10, 25, 2, 1)]
    assert offsets(said, "") == ((0.0, 120.0), "2026-10-25T02:59:00")


def test_the_hour_that_is_left_out_takes_no_time():
    use_clock(SiteSettings(timezone="Europe/Berlin"))  # on 29 March 2026 from 02:00 to 03:00
    said = [datetime(2026, 3, 29, 1, 59), datetime(2026, 3, 29, 3, 1)]
    assert offsets(said, "")[0] == (0.0, 120.0)


def test_a_zone_that_nobody_knows_is_refused():
    with pytest.raises(SettingsError, match="timezone = 'Beijing' is no zone"):
        parse_settings({"site": {"timezone": "Beijing"}}, where="callqa.toml")


def test_an_old_database_gets_the_clock_of_the_site():
    use_clock(SiteSettings(timezone="Asia/Shanghai"))
    db = Database(memory=True)
    migrations.apply(db, stop_before="015_site_clock")
    db.execute("PRAGMA foreign_keys = OFF")
    for name, start, moment in (
        ("a", "2026-10-31T16:30:00+00:00", "2026-10-31T16:30:00+00:00"),
        ("b", None, "2026-10-31T16:30:00+00:00"),
        ("c", "2026-11-01T00:30:00", "2026-11-01T00:30:00"),
    ):
        db.table("calls").insert(
            {"sha256": name, "result_id": 1, "started_at": start, "moment": moment}
        )
    migrations.apply(db)
    same = "2026-11-01T00:30:00"
    found = db.execute("SELECT started_at, moment FROM calls ORDER BY sha256").fetchall()
    db.close()
    assert found == [(same, same), (None, same), (same, same)]


MASTER = (
    '"","13800001111","600","ext-queues","""张"" <13800001111>","PJSIP/trunk-00000001","PJSIP/8012-00000002","Queue",'
    '"600,t","2026-11-02 09:30:00","2026-11-02 09:30:12","2026-11-02 09:33:00",180,168,"ANSWERED","DOCUMENTATION",'
    '"1793.1","audio:/var/spool/a.wav"\n'
)


def test_asterisks_master_csv_needs_no_headings(tmp_path: Path):
    (tmp_path / "metadata.csv").write_text(MASTER, encoding="utf-8")
    assert read_metadata(tmp_path / "a.wav", IngestSettings()) == CallMeta(
        "1793.1",
        "8012",
        "13800001111",
        "2026-11-02T09:30:00",
        "600",
        direction="inbound",
        answer="answered",
        ringing_s=12.0,
        conversation="1793.1",
    )
    found = call_rows(read_rows(tmp_path / "metadata.csv"))
    assert found.rows[0].cells["answered_at"] == "2026-11-02 09:30:12"
    assert found.rows[0].cells["direction"] == "inbound"


def test_freepbx_gives_the_agent_who_answered(tmp_path: Path):
    path = tmp_path / "cdr.csv"
    head = "calldate,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,disposition,uniqueid,recordingfile\n"
    missed = "2026-11-02 09:30:00,13800001111,600,ext-queues,SIP/t-1,SIP/8011-1,Queue,600,NO ANSWER,1.1,q.wav\n"
    path.write_text(
        head + missed + missed.replace("8011", "8012").replace("NO ANSWER", "ANSWERED"),
        encoding="utf-8",
    )
    (line,) = read_call_table(path).lines
    assert (line.key, line.values["agent_id"], line.values["queue"]) == ("q.wav", "8012", "600")


def test_a_call_with_two_agents_in_one_recording_has_no_guessed_agent(tmp_path: Path):
    path = tmp_path / "cdr.csv"
    row = "2026-11-02 09:30:00,13800001111,600,SIP/8012-1,ANSWERED,1.1,q.wav\n"
    path.write_text(
        "calldate,src,dst,dstchannel,disposition,uniqueid,recordingfile\n"
        + row
        + row.replace("8012", "8013"),
        encoding="utf-8",
    )
    (line,) = read_call_table(path).lines
    assert "agent_id" not in line.values


def test_freeswitch_tells_who_hung_up(tmp_path: Path):
    path = tmp_path / "cdr.csv"
    path.write_text(
        "uuid,direction,caller_id_number,destination_number,start_stamp,answer_stamp,sip_hangup_disposition,cc_queue\n"
        "u1,outbound,8012,13800001111,2026-11-02 09:30:00,2026-11-02 09:30:05,recv_bye,sales@default\n",
        encoding="utf-8",
    )
    (row,) = call_rows(read_rows(path)).rows
    assert (row.cells["agent_id"], row.cells["hung_up_by"], row.cells["queue"]) == (
        "8012",
        "agent",
        "sales",
    )
