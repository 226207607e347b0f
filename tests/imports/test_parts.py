"""A conversation that several agents led is cut into the part of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.imports import read_conversations
from tests.imports.test_tables import a_file

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.imports import Conversation


def parts_of(
    tmp_path: Path, *rows: str, heading: str = "角色,内容,工号"
) -> tuple[Conversation, ...]:
    lines = [f"t,2026-11-02 09:30:{at:02d},{row}" for at, row in enumerate(rows)]
    text = f"会话编号,时间,{heading}\n" + "\n".join(lines) + "\n"
    return read_conversations(a_file(tmp_path, "a.csv", text))


def shown(found: tuple[Conversation, ...]) -> list[tuple[str | None, str]]:
    return [(one.meta.agent_id, "".join(u.text for u in one.utterances)) for one in found]


def test_each_agent_has_his_own_lines_and_those_of_the_customer_that_reach_him(
    tmp_path: Path,
) -> None:
    found = parts_of(
        tmp_path, "客户,甲,", "客服,乙,8012", "客户,丙,", "系统,会话已转接至客服8013,", "客户,丁,", "客服,戊,8013", "客户,己,"
    )  # fmt: skip
    assert shown(found) == [("8012", "甲乙丙"), ("8013", "丁戊己")]
    first, second = (one.part for one in found)
    assert first is not None
    assert second is not None
    assert (first.conversation, first.parts, first.is_first, first.is_last) == (
        "t", ("t#1", "t#2"), True, False,
    )  # fmt: skip
    assert (second.is_first, second.is_last, second.others) == (False, True, ("t#1",))
    assert found[1].meta.started_at == "2026-11-02T09:30:03"  # handed over
    assert found[1].places == ("line 6", "line 7", "line 8")


def test_an_agent_who_comes_back_has_one_part_and_no_wait_over_the_gap(tmp_path: Path) -> None:
    found = parts_of(tmp_path, "客服,甲,8012", "客服,乙,8013", "客服,丙,8012")
    assert shown(found) == [("8012", "甲丙"), ("8013", "乙")]
    assert found[0].part is not None
    assert (found[0].part.is_last, found[0].system_s) == (True, (1.0,))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["客服,甲,", "系统,会话已转接至客服8013,", "客服,乙,"], [(None, "甲"), ("8013", "乙")]),
        (["客服8012,甲,", "客服8013,乙,"], [("8012", "甲"), ("8013", "乙")]),
        (["客服小王,甲,", "客服小李,乙,"], [(None, "甲"), (None, "乙")]),
        (["客服,甲,8012", "客服,乙,", "客服,丙,8013"], [("8012", "甲乙"), ("8013", "丙")]),
    ],
)
def test_agents_are_told_apart_by_what_the_file_says(
    tmp_path: Path, rows: list[str], expected: list[tuple[str | None, str]]
) -> None:
    assert shown(parts_of(tmp_path, *rows)) == expected


@pytest.mark.parametrize(
    "rows",
    [
        ["客服,甲,8012", "系统,会话已转接至客服8013,", "客服,乙,8012"],
        ["客服,甲,", "系统,已转接,", "客服,乙,"],
        ["客服,客服8012为您服务,8012", "客服,工号8013为您服务,8012"],
    ],
)
def test_parts_that_cannot_be_told_apart_belong_to_nobody(tmp_path: Path, rows: list[str]) -> None:
    found = parts_of(tmp_path, *rows)
    assert [(one.meta.agent_id, one.part and one.part.sure) for one in found] == [(None, False)] * 2


@pytest.mark.parametrize(
    "rows",
    [
        ["系统,正在为您转接人工客服,", "客服,甲,8012", "客户,乙,"],
        ["客服,甲,8012", "系统,转接失败,", "客服,乙,8012"],
        ["客服,甲,8012", "系统,客服8012接入会话,", "客服,乙,8012"],
        ["客服王芳,甲,8012", "系统,客服王芳加入会话,", "客服王芳,乙,8012"],
        ["客服,我帮您转接一下,8012", "客户,好,", "客服,还在吗,"],
    ],
)
def test_one_agent_has_no_parts(tmp_path: Path, rows: list[str]) -> None:
    (found,) = parts_of(tmp_path, *rows)
    assert (found.part, found.meta.call_id, found.meta.agent_id) == (None, "t", "8012")
