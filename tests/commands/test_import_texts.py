"""``callqa import texts``: folders, result lines, names that were not understood, parts."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.main import main as cli

PARTS = """会话编号,时间,角色,内容,工号
t1,2026-11-02 09:30:00,客服,您好，客服8012为您服务，请问有什么可以帮您？,8012
t1,2026-11-02 09:30:20,系统,会话已转接至客服8013,
t1,2026-11-02 09:30:40,客服,这个不归我管，你找领导去。,8013
"""


def test_a_folder_is_read_through_links_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    inner = tmp_path / "real"
    inner.mkdir()
    (inner / "a.csv").write_text(PARTS, encoding="utf-8")
    (inner / "b.pdf").write_bytes(b"x")
    (inner / "again").symlink_to(inner)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link").symlink_to(inner)
    (folder / "c.csv").write_text("发送人,内容\n小蜜蜂,您好\n", encoding="utf-8")
    db, lines = tmp_path / "t.db", tmp_path / "r.jsonl"

    done = CliRunner().invoke(
        cli, ["import", "texts", str(folder), "--db", str(db), "--jsonl", str(lines)]
    )

    assert done.exit_code == 1
    assert "3 written conversations scored; 0 files failed." in done.output
    assert "that were not read: .pdf 1" in done.output
    assert "1 names of speakers are not understood" in done.output
    assert "小蜜蜂" in done.output
    results = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert sorted(one["call"]["call_id"] for one in results) == ["c", "t1#1", "t1#2"]

    shown = CliRunner().invoke(cli, ["show", "t1", "--json", "--db", str(db)])
    parts = [json.loads(line) for line in shown.output.splitlines()]
    assert [(one["call"]["agent_id"], one["part"]["number"]) for one in parts] == [
        ("8012", 1),
        ("8013", 2),
    ]
    assert parts[1]["places"] == ["line 4"]


BAD = "时间,角色,内容,心情\n09:30:00,客服,您好，请讲,好\nxx,客户,喂,坏\n09:30:10,客户,退款,坏\n"


@pytest.mark.long
def test_a_bad_line_is_listed_and_strict_takes_nothing(tmp_path: Path) -> None:
    path, db = tmp_path / "a.csv", str(tmp_path / "t.db")
    path.write_text(BAD, encoding="utf-8")

    strict = CliRunner().invoke(cli, ["import", "texts", str(path), "--db", db, "--strict"])
    taken = CliRunner().invoke(cli, ["import", "texts", str(path), "--db", db])

    assert (strict.exit_code, taken.exit_code) == (1, 1)
    assert "0 written conversations scored; 1 files failed." in strict.output
    assert "1 written conversations scored; 0 files failed." in taken.output
    for said in (strict.output, taken.output):
        assert "a.csv, line 3: 'xx' is not a time" in said
        assert "these columns or keys are not known and were not read: 心情" in said


def test_a_conversation_without_a_known_side_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("内容\n您好\n退款\n", encoding="utf-8")

    done = CliRunner().invoke(cli, ["import", "texts", str(path), "--db", str(tmp_path / "t.db")])

    assert done.exit_code == 1
    assert "1 conversations do not tell which side is the agent" in done.output


def test_columns_of_agents_that_nobody_knows_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("工号,姓名,星座\n8012,王芳,狮子\n", encoding="utf-8")

    done = CliRunner().invoke(cli, ["import", "agents", str(path), "--db", str(tmp_path / "t.db")])

    assert "these columns are not known and were not read: 星座" in done.output


def test_a_file_whose_name_is_in_gbk_is_taken(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode("聊天.csv".encode("gbk"))
    path.write_text("角色,内容\n客服,您好\n", encoding="utf-8")
    db, lines = tmp_path / "t.db", tmp_path / "r.jsonl"

    done = CliRunner().invoke(
        cli, ["import", "texts", str(path), "--db", str(db), "--jsonl", str(lines)]
    )

    assert "1 written conversations scored; 0 files failed." in done.output
    result = json.loads(lines.read_text(encoding="utf-8"))
    assert (result["call"]["call_id"], Path(result["recording"]["path"]).name) == (
        "聊天",
        "聊天.csv",
    )
