"""A line that cannot be read costs only itself, and is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import UnreadableError
from pipeline.imports import read_conversations, read_text_file

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.imports import TextFile

CUE = "{}\n00:00:0{},000 --> 00:00:0{},000\n{}\n\n"
CASES = {
    "a.csv": ("时间,角色,内容\n09:30:00,客服,您好\nxx,客户,喂\n09:31:00,客户,退款\n", "line 3: 'xx' is not a time"),
    "b.csv": ("角色,内容\n客服,您好\n客户,喂,多,余\n客户,退款\n", "line 3: 4 cells under 2 headings"),
    "c.csv": ("时间,角色,内容\n09:30:00,客服,您好\n,客户,喂\n09:31:00,客户,退款\n", "line 3: no time"),
    "a.json": (
        '[{"role": "客服", "text": "您好"}, {"role": "客户", "text": 5}, {"role": "客户", "text": "退款"}]',
        'entry 2: "text" is a number',
    ),
    "a.jsonl": ('{"role": "客服", "text": "您好"}\n{bad\n{"role": "客户", "text": "退款"}\n', "line 2: not JSON"),
    "a.srt": (
        CUE.format(1, 1, 2, "客服：您好") + CUE.format(2, "x", 3, "客户：喂") + CUE.format(3, 4, 5, "客户：退款"),
        "line 6: .* are not two times",
    ),
    "a.txt": (
        "客服 2026-11-02 09:30:00\n您好\n客户 2026-13-02 09:30:10\n喂\n客户 2026-11-02 09:31:00\n退款\n",
        "line 3: .* is not a time",
    ),
}  # fmt: skip


def read(folder: Path, name: str, text: str) -> TextFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_text_file(path)


@pytest.mark.parametrize("name", CASES)
def test_one_bad_line_is_named_and_the_rest_is_taken(tmp_path: Path, name: str) -> None:
    text, fault = CASES[name]
    found = read(tmp_path, name, text)
    (one,) = found.conversations
    assert [(u.role, u.text) for u in one.utterances] == [("agent", "您好"), ("customer", "退款")]
    assert len(found.faults) == 1
    assert one.lost == found.faults
    with pytest.raises(UnreadableError, match=fault):
        read_conversations(tmp_path / name)


def test_a_conversation_of_which_most_is_lost_is_refused(tmp_path: Path) -> None:
    text = "会话编号,时间,角色,内容\nc1,x,客服,您好\nc1,y,客户,喂\nc1,09:30:00,客户,好\nc2,09:30:00,客服,您好\n"
    found = read(tmp_path, "a.csv", text)
    assert [one.meta.call_id for one in found.conversations] == ["c2"]
    assert "line 2: 'x' is not a time" in found.faults[0]
    assert "1 lines more" in found.faults[0]


def test_a_row_without_an_id_may_be_of_its_neighbours_only(tmp_path: Path) -> None:
    rows = "c1,客服,您好\n,客户,喂\nc2,客服,您好\nc3,客服,您好\n"
    found = read(tmp_path, "a.csv", f"会话编号,角色,内容\nc0,客服,您好\n{rows}")
    assert [(one.meta.call_id, bool(one.lost)) for one in found.conversations] == [
        ("c0", False),
        ("c1", True),
        ("c2", True),
        ("c3", False),
    ]


def test_a_row_without_an_id_may_be_of_any_where_they_are_mixed(tmp_path: Path) -> None:
    rows = "c1,客服,您好\nc2,客服,您好\n,客户,喂\nc1,客户,好\nc3,客服,您好\n"
    found = read(tmp_path, "a.csv", f"会话编号,角色,内容\n{rows}")
    assert all(one.lost for one in found.conversations)


def test_columns_that_nobody_knows_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "角色,内容,心情\n客服,您好,好\n")
    assert found.notes == (f"{tmp_path / 'a.csv'}：不认识这些列或键，没有读取：心情",)
