"""Lines that stand twice in a table, and cells that nobody can read, cost only themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.store import Store
from pipeline.types import Scope
from tests.commands.test_changed_numbers import run, table, with_call

HEADINGS = "通话编号,工号,投诉级别\n"


def levels(tmp_path: Path) -> list[str | None]:
    with Store.open(tmp_path / "t.db") as store:
        return [event.level for event in store.events.find(Scope())]


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ("c1,0812,省公司\nc1,0812,省公司\n", ["省公司"]),
        ("c1,0812,省公司\nc1,0813,分公司\n", []),
        ("c1,0812,省公司\nc9,0812,省政府\n", ["省公司"]),
    ],
)
def test_a_complaint_counts_once_and_never_where_two_lines_contradict(
    tmp_path: Path, lines: str, known: list[str]
):
    with_call(tmp_path, "0812")

    _, code = run(tmp_path, "import", "calls", table(tmp_path, HEADINGS + lines))

    assert (code, levels(tmp_path)) == (1, known)


def test_two_lines_of_one_event_are_named_as_people_count_them(tmp_path: Path):
    with_call(tmp_path, "0812")
    twice = "投诉,2026-11-03,0812,T1\n" * 2

    said, code = run(
        tmp_path,
        "--lang",
        "zh",
        "import",
        "events",
        table(tmp_path, "事项,日期,工号,编号\n" + twice),
    )

    place = str(tmp_path / "in.csv")
    assert code == 2
    assert (
        f"{place} 第 3 行：同一件事项（T1）已写在 {place} 第 2 行；每件事项只留一行；没有导入任何内容"
        in said.replace("\n", "")
    )
