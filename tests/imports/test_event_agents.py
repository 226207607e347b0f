"""Lines of events that name several agents, whatever stands between them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports.identities import names_several
from tests.imports.test_event_exports import read, refused


@pytest.mark.parametrize(
    "cell",
    ["8001/8002", "8001、8002", "8001；8002", "8001和8002", "8001与8002", "8001以及8002", "8001 8002", "8001王芳、8002李明",
     "8001(王芳)/8002（李明）", "王芳8001/李明8002", "8001/王芳、8002/李明", "８００１／８００２"],
)  # fmt: skip
def test_a_line_about_several_agents_is_refused_and_says_why(tmp_path: Path, cell: str):
    said = refused(tmp_path, "事项,日期,工号", f"投诉,2026-11-05,{cell}")

    assert said.endswith(
        f"line 2: 工号 names several agents ({cell}), and an event counts for one; keep the one who is to answer for "
        "it, and name the others in 说明; a line for each would count as so many events of the team"
    )


def test_several_agents_in_a_cell_of_two_lines_are_refused_too(tmp_path: Path):
    assert "names several agents (8001 8002)" in refused(
        tmp_path, "事项,日期,工号", '投诉,2026-11-05,"8001\n8002"'
    )


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("事项,日期,工号,班组,分值", "暗访,2026-11-05,8001/8002,一班,90"),
        ("事项,日期,工号,通话编号", "投诉,2026-11-05,8001/8002,C1"),
        ("事项,日期,工号,姓名", "投诉,2026-11-05,8001/8002,王芳"),
        ("工号,月份,投诉", "8001/8002,2026年11月,1"),
    ],
)
def test_neither_the_team_nor_the_call_nor_a_name_takes_the_event_of_several_agents(
    tmp_path: Path, head: str, line: str
):
    assert "line 2: 工号 names several agents (8001/8002)" in refused(tmp_path, head, line)


@pytest.mark.parametrize(
    "cell",
    ["8001", "王芳/8001", "8001 王芳", "8001(王芳)", "A-12", "0571-8001", "王芳", "王和平", "8001王和平", "华东区/王芳", "12 8001", "8001、"],
)  # fmt: skip
def test_a_cell_that_names_one_agent_is_none_of_several(cell: str):
    assert not names_several(cell)


def test_a_row_of_no_event_may_name_whom_it_likes(tmp_path: Path):
    lines = ("8001/8002,2026年11月,0", "8003,2026年11月,1")

    (one,) = read(tmp_path, "工号,月份,投诉", *lines).lines

    assert one.event.agent_id == "8003"
