"""Rights over calls that somebody gave are told, whoever gave them and however he did."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.jobs import find_given_rights, tell_given_rights
from pipeline.people import OVER_CALLS
from pipeline.review.access import ROLE_PERMISSIONS, Permission
from pipeline.store import Store

AT = "2026-11-20T09:00:00+00:00"
LATER = "2026-11-25T09:00:00+00:00"
HIM = {"actor": "boss", "at": AT}


def test_every_way_to_rights_over_calls_is_named_and_no_other_change(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as store:
        store.users.add("boss", "admin", password_hash="a", **HIM)
        store.users.add("deputy", "admin", password_hash="a", **HIM)
        store.users.add("li", "agent", agent_id="8001", password_hash="a", **HIM)
        assert find_given_rights(store, since=date(2026, 11, 1)) == ()
        assert tell_given_rights(store, now=LATER) == ""

        store.users.change("li", role="qa", **HIM)
        store.users.change("li", role="supervisor", agent_id="", **HIM)
        store.users.change("li", password_hash="b", **HIM)
        store.users.change("li", password_hash="c", actor="li", at=AT)
        store.factors.put("li", secret="s", step=1, codes=(), actor="li", at=AT)
        store.factors.remove("li", reason="手机丢失", **HIM)
        for digest, scope, actor in (("d1", "", "boss"), ("d2", "feed", "boss"), ("d3", "", "li")):
            store.tokens.add(
                "li", digest=digest, label="报表", expires_at=None, scope=scope, actor=actor, at=AT
            )
        store.users.change("li", active=False, **HIM)
        store.users.change("li", active=True, **HIM)
        store.users.change("boss", role="supervisor", **HIM)
        store.users.change("boss", role="admin", actor="deputy", at=LATER)
        store.users.change("li", role="agent", agent_id="8001", **HIM)

        found = find_given_rights(store, since=date(2026, 11, 1))
        told = tell_given_rights(store, now=LATER)
        later = tell_given_rights(store, now="2026-12-20T09:00:00+00:00")

    assert [one.line for one in found] == [
        "boss 给自己改了权限：把账号 boss 由管理员改为主管",
        "boss 重新启用了主管账号 li",
        "boss 给主管账号 li 建了令牌“报表”",
        "boss 重置了主管账号 li 的两步验证",
        "boss 给主管账号 li 设了新密码",
        "boss 把账号 li 由质检员改为主管",
        "boss 把主管账号 li 的工号由 8001 改为 无",
        "boss 把账号 li 由客服改为质检员",
    ]
    assert told.splitlines()[0].startswith("近 7 天有 8 次给出评判通话的权限")
    assert "boss 给自己改了权限" in told.splitlines()[1]
    assert later == ""


def test_a_long_list_is_cut_in_the_message(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as store:
        for number in range(12):
            store.users.add(f"qa{number}", "qa", **HIM)

        assert tell_given_rights(store, now=LATER).splitlines()[-1].startswith("  还有 2 次")


def test_the_roles_over_calls_are_those_that_may_decide_or_see_personal_data():
    decide = {Permission.REVIEW, Permission.OVERRIDE, Permission.UNMASK, Permission.DECIDE_APPEAL}

    assert {role for role, rights in ROLE_PERMISSIONS.items() if rights & decide} == OVER_CALLS
