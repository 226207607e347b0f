"""What telephone systems say about calls: direction, answer, ringing, hang-up, transfer."""

from pathlib import Path

from pipeline.imports import call_rows, line_values, read_call_table, read_rows
from pipeline.ingest import read_metadata
from pipeline.settings import IngestSettings

HEAD = "calldate,src,dst,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,uniqueid,recordingfile,hangupsource\n"
ROW = "2026-11-02 09:30:00,13800001111,600,SIP/t-1,SIP/8012-1,Queue,600,80,68,ANSWERED,1.1,q.wav,SIP/8012-1\n"
CHINESE = "文件名,开始时间,呼叫方向,应答时间,挂机方,转接至\n"


def cells_of(tmp_path: Path, text: str):
    path = tmp_path / "cdr.csv"
    path.write_text(text, encoding="utf-8")
    return call_rows(read_rows(path)).rows[0].cells


def test_freepbx_gives_direction_ringing_and_the_side_that_hung_up(tmp_path: Path):
    path = tmp_path / "cdr.csv"
    path.write_text(HEAD + ROW, encoding="utf-8")
    (line,) = read_call_table(path).lines
    names = ("direction", "answer", "ringing_s", "hung_up_by")
    assert [line.values[name] for name in names] == ["inbound", "answered", 12.0, "agent"]


def test_an_answer_at_once_is_that_of_the_switch(tmp_path: Path):
    cells = cells_of(tmp_path, HEAD + ROW.replace(",68,", ",80,"))
    assert (cells["answer"], cells["ringing_s"]) == ("answered", "")


def test_a_queue_that_was_left_before_an_agent_answered_was_missed(tmp_path: Path):
    cells = cells_of(tmp_path, HEAD + ROW.replace("SIP/8012-1,Queue", ",Queue"))
    assert (cells["direction"], cells["answer"]) == ("inbound", "missed")


def test_a_busy_agent_has_missed_nothing(tmp_path: Path):
    assert cells_of(tmp_path, HEAD + ROW.replace("ANSWERED", "BUSY"))["answer"] == ""
    assert cells_of(tmp_path, HEAD + ROW.replace("ANSWERED", "NO ANSWER"))["answer"] == "missed"


def test_the_later_agent_of_one_recording_was_handed_the_call(tmp_path: Path):
    head = "start,answer,src,dst,channel,dstchannel,disposition,uniqueid,recordingfile\n"
    row = "2026-11-02 09:30:00,2026-11-02 09:30:{},13800001111,600,SIP/t-1,SIP/{}-1,ANSWERED,1.1,q.wav\n"
    cells = cells_of(tmp_path, head + row.format(40, 8013) + row.format("05", 8012))
    assert (cells["transferred_to"], cells["ringing_s"]) == ("8013", "5")


def test_freeswitchs_own_direction_is_that_of_a_leg_and_not_of_the_call(tmp_path: Path):
    head = "uuid,direction,caller_id_number,destination_number,start_stamp,answer_stamp,transfer_history\n"
    row = "u1,inbound,8012,13800001111,2026-11-02 09:30:00,2026-11-02 09:30:05,1793500000:1d7a:bl_xfer:8013/default/XML\n"
    cells = cells_of(tmp_path, head + row)
    assert (cells["direction"], cells["agent_id"], cells["customer_id"]) == (
        "outbound", "8012", "13800001111",
    )  # fmt: skip
    assert (cells["ringing_s"], cells["transferred_to"]) == ("5", "8013")


def test_freeswitchs_queue_is_answered_by_its_agent(tmp_path: Path):
    head = "uuid,caller_id_number,destination_number,start_stamp,answer_stamp,cc_queue,cc_agent,cc_queue_joined_epoch,cc_queue_answered_epoch\n"
    row = "u1,13800001111,400,2026-11-02 09:30:00,2026-11-02 09:30:01,sales@default,8012,1793500000,{}\n"
    taken = cells_of(tmp_path, head + row.format(1793500020))
    left = cells_of(tmp_path, head + row.format(0))
    assert (taken["answer"], taken["ringing_s"]) == ("answered", "20")
    assert (left["answer"], left["ringing_s"]) == ("missed", "")


def test_ordinary_tables_say_it_in_chinese_and_beside_recordings(tmp_path: Path):
    text = CHINESE + "a.wav,2026-11-02 09:30:00,呼入,2026-11-02 09:30:09,坐席挂机,8013\n"
    (tmp_path / "metadata.csv").write_text(text, encoding="utf-8")
    meta = read_metadata(tmp_path / "a.wav", IngestSettings())
    assert (meta.direction, meta.answer, meta.ringing_s, meta.hung_up_by, meta.transferred_to) == (
        "inbound", "answered", 9.0, "agent", "8013",
    )  # fmt: skip


def test_a_cell_that_cannot_be_read_costs_only_itself():
    cells = {"direction": "斜向", "ringing_s": "1分5秒", "hung_up_by": "客户"}
    values, faults = line_values(cells, "a.csv, line 2", started_at=None)
    assert values == {"ringing_s": 65.0, "hung_up_by": "customer"}
    assert faults == ["a.csv, line 2: direction is '斜向'; expected 呼入, 呼出 or 内部"]


def test_an_answer_before_the_start_is_refused_and_a_missed_call_has_no_ringing():
    cells = {"answered_at": "2026-11-02 09:29:00"}
    values, faults = line_values(cells, "a.csv, line 2", started_at="2026-11-02T09:30:00")
    assert (values, len(faults)) == ({}, 1)
    missed = {"answer": "未接", "ringing_s": "30"}
    assert line_values(missed, "a.csv, line 2", started_at=None) == ({"answer": "missed"}, [])
