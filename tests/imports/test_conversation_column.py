"""The column that names the conversation of several recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports import read_call_table
from pipeline.ingest.metadata_table import read_table

PBX = "calldate,src,dst,channel,dstchannel,disposition,uniqueid,linkedid,recordingfile\n"
ROW = "2026-11-02 09:30:00,13800000000,600,SIP/trunk-1,SIP/{}-2,ANSWERED,{},17.1,{}.wav\n"


def a_table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "metadata.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        ("会话编号", "K7"),
        ("主叫会话", "K7"),
        ("会话 ID", "K7"),
        ("Conversation_ID", "K7"),
        ("uniqueid,LinkedID", "17.2,K7"),
        ("关联编号,会话编号", "x,K7"),
        ("uniqueid", "K7"),
    ],
)
def test_recordings_and_imports_read_the_conversation(tmp_path: Path, headings: str, cells: str):
    path = a_table(tmp_path, f"文件名,{headings}\na.wav,{cells}\n")
    meta = read_table(path).look_up(Path("a.wav"))
    assert meta is not None
    assert meta.conversation == "K7"
    (line,) = read_call_table(path).lines
    assert line.values == {"conversation": "K7"}


@pytest.mark.parametrize("cell", ["", "-", "0", "无", "NULL"])
def test_a_cell_that_says_nothing_names_no_conversation(tmp_path: Path, cell: str):
    path = a_table(tmp_path, f"文件名,工号,会话编号\na.wav,8012,{cell}\n")
    meta = read_table(path).look_up(Path("a.wav"))
    assert meta is not None
    assert meta.conversation is None
    (line,) = read_call_table(path).lines
    assert line.values == {"agent_id": "8012"}


def test_a_conversation_that_a_spreadsheet_rounded_joins_nothing_and_costs_only_its_cell(
    tmp_path: Path,
):
    path = a_table(tmp_path, "文件名,工号,会话编号\na.wav,8012,2.02611E+19\n")
    meta = read_table(path).look_up(Path("a.wav"))
    assert meta is not None
    assert (meta.agent_id, meta.conversation) == ("8012", None)
    table = read_call_table(path)
    assert table.lines[0].values == {"agent_id": "8012"}
    assert "line 2: 2.02611E+19" in table.faults[0]


def test_the_legs_of_a_telephone_systems_call_share_its_linkedid(tmp_path: Path):
    rows = ROW.format("8012", "17.1", "a") + ROW.format("8013", "17.4", "b")
    path = a_table(tmp_path, PBX + rows)
    table = read_table(path)
    assert [table.rows[name].conversation for name in ("a.wav", "b.wav")] == ["17.1", "17.1"]
    assert {line.values["conversation"] for line in read_call_table(path).lines} == {"17.1"}
