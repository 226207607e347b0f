"""A number that a spreadsheet may have changed (812 for 0812) is never taken for the other one, and
both are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.main import main as cli
from pipeline.store import Store, ready
from pipeline.types import CallMeta
from tests.builders import a_result


def run(tmp_path: Path, *words: str) -> tuple[str, int]:
    done = CliRunner().invoke(cli, [*words, "--db", str(tmp_path / "t.db")])
    return done.output, done.exit_code


def table(tmp_path: Path, text: str) -> str:
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    return str(tmp_path / "in.csv")


def with_call(tmp_path: Path, agent: str, call_id: str = "c1") -> None:
    result = a_result(call=CallMeta(call_id, agent, None, "2026-11-02T09:30:00"))
    with Store.open(tmp_path / "t.db") as store:
        store.results.put(ready(result, scored_at="2026-11-02T02:00:00+00:00"), actor="t")


@pytest.mark.parametrize(
    ("known", "written"), [("0812", "812"), ("812", "0812"), ("00812", "812.0")]
)
def test_an_agent_without_calls_is_named_with_the_one_who_has_some(
    tmp_path: Path, known: str, written: str
):
    with_call(tmp_path, known)
    said, code = run(tmp_path, "import", "agents", table(tmp_path, f"工号,姓名\n{written},王芳\n"))
    assert code == 0
    assert "they were not taken for one" in said
    number = written.removesuffix(".0")
    assert f"  {number}  calls have {known}" in said

    # listed now, he still is not taken for a new agent
    said, code = run(
        tmp_path, "import", "calls", table(tmp_path, f"通话编号,工号,满意度\nc1,{written},5分\n")
    )
    assert code == 1
    assert f"'{number}'" in said
    assert f"'{known}'" in said
    shown, _ = run(tmp_path, "show", "c1")
    assert f"agent number {known}" in shown


def test_two_listed_agents_are_two(tmp_path: Path):
    with_call(tmp_path, "0812")
    said, _ = run(tmp_path, "import", "agents", table(tmp_path, "工号,姓名\n812,王芳\n0812,李明\n"))
    assert "they were not taken for one" not in said
    assert "1 agent numbers have no calls:" in said
    _, code = run(tmp_path, "import", "calls", table(tmp_path, "通话编号,工号\nc1,812\n"))
    assert code == 0


def test_a_call_that_is_not_there_is_named_with_the_one_that_is(tmp_path: Path):
    with_call(tmp_path, "0812", call_id="000123")
    said, code = run(
        tmp_path, "import", "calls", table(tmp_path, "通话编号,满意度\n123,5分\n77,5分\n")
    )
    assert code == 1
    assert "line 2: 123; there is 000123, which was not taken for it" in said
    assert "line 3: 77\n" in said
