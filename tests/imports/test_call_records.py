"""Call records under the headings of call centre platforms, made by hand after their documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports import read_call_table
from pipeline.ingest.metadata_table import read_table
from pipeline.store import Store
from pipeline.types import CallMeta, Imported
from tests.builders import a_result

CUSTOMER, START = "13800138000", "2026-11-02T09:30:05"
AT = "2026-11-02 09:30:05"
TABLES = {
    "华为": ("CALLID,主叫号码,被叫号码,呼叫类型,座席工号,技能队列,呼叫开始时间,录音文件名", f"c1,{CUSTOMER},95598,呼入,8001,投诉,{AT},a.wav"),
    "天润": ("通话唯一标识,客户号码,座席工号,座席姓名,呼叫类型,开始时间,接听状态,录音文件,队列名称", f"c1,{CUSTOMER},8001,王芳,呼入,{AT},双方接听,a.wav,投诉"),
    "合力亿捷": ("流水号,来电号码,座席工号,技能组名称,呼叫方向,呼叫开始时间,录音文件路径", f"c1,{CUSTOMER},8001,投诉,呼入,{AT},/rec/2026/a.wav"),
    "容联": ("通话ID,主叫,被叫,坐席账号,呼叫时间,振铃时间,录音地址,技能组", f"c1,{CUSTOMER},8001,8001,{AT},2026-11-02 09:30:08,https://x.example/r/a.wav?e=1,投诉"),
    "Avaya": ("Call ID,Calling Party,Dialed Number,Agent Login ID,Start Time,Skill,File Name", f"c1,{CUSTOMER},95598,8001,{AT},投诉,a.wav"),
    "Genesys": ("InteractionID,ANI,DNIS,AgentID,StartTime,Queue,Direction,RecordingFile", f"c1,{CUSTOMER},95598,8001,{AT},投诉,Inbound,a.wav"),
    "阿里云": ("通话ID,主叫号码,被叫号码,通话类型,坐席ID,坐席名称,技能组,开始时间,录音文件名", f"c1,{CUSTOMER},95598,呼入,8001,王芳,投诉,{AT},a.wav"),
    "台灣": ("錄音檔名,客服工號,客戶電話,通話開始時間,隊列,通話編號", f"a.wav,8001,{CUSTOMER},2026/11/2 上午 09:30:05,投诉,c1"),
}  # fmt: skip


def write(tmp_path: Path, head: str, row: str) -> Path:
    path = tmp_path / "metadata.csv"
    path.write_text(f"{head}\n{row}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("platform", TABLES)
def test_the_call_records_of_a_platform(tmp_path: Path, platform: str):
    path = write(tmp_path, *TABLES[platform])
    (line,) = read_call_table(path).lines
    said = line.values
    assert (said["agent_id"], said["customer_id"], said["started_at"], said["queue"]) == (
        "8001", CUSTOMER, START, "投诉",
    )  # fmt: skip
    assert (line.key.rpartition("/")[2], line.other) == ("a.wav", "c1")
    assert read_call_table(path).faults == ()
    meta = read_table(path).rows["a.wav"]
    assert (meta.call_id, meta.agent_id, meta.customer_id, meta.started_at, meta.queue) == (
        "c1", "8001", CUSTOMER, START, "投诉",
    )  # fmt: skip


def test_a_usual_heading_goes_before_those_of_platforms(tmp_path: Path):
    path = write(
        tmp_path,
        "文件名,座席账号,工号,呼叫时间,开始时间",
        f"a.wav,zuoxi7,8001,2020-01-01 00:00:00,{AT}",
    )
    (line,) = read_call_table(path).lines
    assert line.values == {"agent_id": "8001", "started_at": START}


def test_a_table_beside_recordings_may_name_them_by_the_calls_id_and_says_so(tmp_path: Path):
    table = read_table(write(tmp_path, "流水号,工号", "c1,8001"))
    found = table.look_up(Path("c1.wav"))
    assert found is not None
    assert found.agent_id == "8001"
    assert "没有文件名一列" in table.unread


@pytest.mark.parametrize("cell", ["呼入(Inbound)", "呼入（客户）"])
def test_a_word_with_its_translation_is_the_word(tmp_path: Path, cell: str):
    (line,) = read_call_table(write(tmp_path, "文件名,呼叫方向", f"a.wav,{cell}")).lines
    assert line.values == {"direction": "inbound"}


def test_the_id_counts_where_no_call_has_the_files_name(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as store:
        store.results.save(
            a_result(call=CallMeta(call_id="c1")), scored_at="2026-11-02T10:00:00+00:00"
        )
        lines = [Imported("nobody.wav", {"agent_id": "8009"}, "t, line 2", "c1")]
        report = store.calls.import_calls(lines, actor="a", at="2026-11-02T10:00:00+00:00")
        assert (report.changed, report.unknown) == (1, ())
