"""Accounts for a list of agents: each once, with a first password that must be changed."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from pipeline.commands.main import main
from pipeline.jobs import add_agent_accounts
from pipeline.people import is_password
from pipeline.store import Store

AT = "2026-11-20T09:00:00+00:00"


def test_each_agent_gets_one_account_and_the_password_fits_it(tmp_path: Path):
    agents = [
        ("8001", "张敏", "一班"),
        ("8002", None, None),
        ("8001", "张敏", "一班"),
        ("80 03", "李", None),
    ]
    with Store.open(tmp_path / "callqa.db") as store:
        store.users.add("lina", "agent", agent_id="8002", actor="test", at=AT)
        found = add_agent_accounts(store, agents, actor="admin1", at=AT)
        user = store.users.find("8001")

    assert user is not None
    assert [(one.user, one.agent_id, one.name) for one in found.made] == [("8001", "8001", "张敏")]
    assert found.known == ("8002", "8001")
    assert [agent for agent, _ in found.refused] == ["80 03"]
    assert is_password(found.made[0].password, user.password)
    assert (user.role, user.must_change, user.entered_at) == ("agent", True, None)


def test_the_command_prints_first_passwords_once(tmp_path: Path):
    table, db = tmp_path / "agents.csv", tmp_path / "callqa.db"
    table.write_text("工号,姓名\n8001,张敏\n8002,李娜\n", encoding="utf-8")
    first = CliRunner().invoke(main, ["user", "import", str(table), "--db", str(db)])
    second = CliRunner().invoke(main, ["user", "import", str(table), "--db", str(db)])
    listed = CliRunner().invoke(main, ["user", "list", "--db", str(db)])

    lines = first.stdout.splitlines()
    assert [line.split("\t")[:2] for line in lines] == [["8001", "张敏"], ["8002", "李娜"]]
    assert all(re.fullmatch(r"\w{4}-\w{4}-\w{4}", line.split("\t")[2]) for line in lines)
    assert second.stdout == ""
    assert "accounts: 0 made, 2 there already" in second.stderr
    assert "never logged in" in listed.stdout
