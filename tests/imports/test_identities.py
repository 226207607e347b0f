"""Cells that name nobody, an agent with his name beside his number, several agents, hidden marks."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import pytest

from pipeline.imports import read_call_table, read_text_file
from pipeline.imports.form_head import read_head
from pipeline.imports.identities import trimmed
from pipeline.imports.time_words import in_figures
from pipeline.ingest.metadata_table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable

NOBODY = ["NULL", "\\N", "None", "nan", "#N/A", "#REF!", "(null)", "undefined", "无", "-", "0"]
WRITTEN = ["８００１", "8001(王芳)", "王芳（8001）", "8001-王芳", "王芳/8001", "工号8001", "#8001", "8001.0", "\u200b8001\ufeff"]  # fmt: skip
HEAD = "会话编号,时间,角色,内容,工号"


def table(tmp_path: Path, agent: str) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(
        f"{HEAD}\nc1,2026-11-02 09:30:00,客服,您好,{agent}\nc1,2026-11-02 09:30:05,客户,在吗,\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("agent", NOBODY)
def test_what_databases_write_for_nothing_is_no_agent(tmp_path: Path, agent: str):
    (one,) = read_text_file(table(tmp_path, agent)).conversations
    assert one.meta.agent_id is None


@pytest.mark.parametrize("agent", WRITTEN)
def test_the_number_of_an_agent_stands_without_his_name(tmp_path: Path, agent: str):
    (one,) = read_text_file(table(tmp_path, agent)).conversations
    assert one.meta.agent_id == "8001"


@pytest.mark.parametrize(
    "agent",
    [
        "王芳",
        "A-12",
        "客服8001",
        "00812",
        "8012-1",
        "旗舰店-01",
        "售后组/12",
        "华东区 08",
        "专卖店(01)",
    ],
)
def test_other_names_of_agents_stay_as_they_are(tmp_path: Path, agent: str):
    (one,) = read_text_file(table(tmp_path, agent)).conversations
    assert one.meta.agent_id == agent


def test_a_cell_with_several_agents_charges_none_and_is_told(tmp_path: Path):
    found = read_text_file(table(tmp_path, "8001、8002"))
    assert found.conversations[0].meta.agent_id is None
    assert "第 2 行：8001、8002" in found.notes[0]


def test_calls_without_an_id_are_not_one_conversation(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(
        f"{HEAD}\nNULL,2026-11-02 09:30:00,客服,您好,8001\nNULL,2026-11-02 10:30:00,客服,我不知道,8002\n",
        encoding="utf-8",
    )
    found = read_text_file(path)
    assert found.conversations == ()
    assert len(found.faults) == 2


def test_a_heading_behind_hidden_marks_is_read(tmp_path: Path):
    path = table(tmp_path, "8001")
    path.write_bytes(b"\xef\xbb\xbf\xef\xbb\xbf" + path.read_bytes())
    assert [one.meta.call_id for one in read_text_file(path).conversations] == ["c1"]


def test_json_and_forms_say_so_too(tmp_path: Path):
    path = tmp_path / "a.json"
    said = [{"role": "客服", "text": "您好"}, {"role": "客户", "text": "在吗"}]
    for written, agent in (("NULL", None), ("８００１", "8001"), ("8001(王芳)", "8001")):
        value = {"call": {"call_id": "c1", "agent_id": written}, "utterances": said}
        path.write_text(json.dumps(value), encoding="utf-8")
        assert read_text_file(path).conversations[0].meta.agent_id == agent
        assert read_head([f"工号：{written}"]).values.get("agent_id") == agent


def test_tables_of_calls_say_so_too(tmp_path: Path):
    path = tmp_path / "metadata.csv"
    path.write_text(
        "文件名,工号,客户号码\na.wav\u200b,王芳(8001),NULL\nb.wav,8001;8002,１３８００１３８０００\n",
        encoding="utf-8",
    )
    calls = read_call_table(path)
    assert [(line.key, line.values) for line in calls.lines] == [
        ("a.wav", {"agent_id": "8001"}),
        ("b.wav", {"customer_id": "13800138000"}),
    ]
    assert any("8001;8002" in note for note in calls.notes)
    beside = read_table(path)
    assert [(m.agent_id, m.customer_id) for m in beside.rows.values()] == [
        ("8001", None),
        (None, "13800138000"),
    ]
    assert "8001;8002" in beside.unread


def test_a_repeated_head_and_a_line_below_it_are_no_rows(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(
        "| 角色 | 内容 |\n|:---|---|\n| 客服 | 您好 |\n| 角色 | 内容 |\n| 客户 | 在吗 |\n", "utf-8"
    )
    found = read_text_file(path)
    assert [(u.role, u.text) for u in found.conversations[0].utterances] == [
        ("agent", "您好"),
        ("customer", "在吗"),
    ]
    assert found.faults == ()


@pytest.mark.parametrize("agent", ["shop12:小美", "tb12-小美", "pdd123:小丽"])
def test_accounts_of_one_shop_are_not_one_agent(tmp_path: Path, agent: str):
    (one,) = read_text_file(table(tmp_path, agent)).conversations
    assert one.meta.agent_id == agent


@pytest.mark.parametrize("number", ["anonymous", "Restricted", "匿名", "隐藏号码", "0"])
def test_callers_who_hide_their_number_are_not_one_customer(tmp_path: Path, number: str):
    path = tmp_path / "metadata.csv"
    path.write_text(f"文件名,主叫,被叫,呼叫方向\na.wav,{number},95598,呼入\n", encoding="utf-8")
    assert read_table(path).rows["a.wav"].customer_id is None
    (line,) = read_call_table(path).lines
    assert "customer_id" not in line.values


@pytest.mark.parametrize("read_cell", [trimmed, in_figures])
def test_a_long_row_of_spaces_takes_no_time(read_cell: Callable[[str], str]):
    text = f"a{' ' * 50_000}b"
    begun = process_time()
    assert read_cell(text) == text
    assert process_time() - begun < 1
