"""Accounts: made and changed by administrators; one's own password and tokens."""

from __future__ import annotations

import re

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from pipeline.people.passwords import is_outdated, is_password
from pipeline.people.throttle import OWN
from pipeline.people.users import digest_of_secret
from pipeline.review.sessions import COOKIE
from tests.review.conftest import AT, CSRF, NOW, PASSWORD, Pages

NEW = "另一个很长的密码 77"


def post(client: TestClient, path: str, **data: str) -> tuple[int, str]:
    answer = client.post(path, data={"csrf": CSRF, **data})
    told = re.search(r'role="alert">([^<]*)', answer.text)
    return answer.status_code, answer.headers.get("location") or (told.group(1) if told else "")


def test_an_administrator_makes_an_account_that_can_log_in(pages: Pages) -> None:
    admin = pages.visit("admin")

    assert post(admin, "/users", name="王芳", role="agent", agent="8003", password=NEW) == (
        303,
        "/users",
    )

    made = pages.site.store.users.find("王芳")
    assert made is not None
    assert (made.role, made.agent_id, made.active) == ("agent", "8003", True)
    assert pages.visit().post("/login", data={"name": "王芳", "password": NEW}).status_code == 303
    page = admin.get("/users").text
    assert "王芳" in page
    assert NEW not in page
    assert made.password not in page


@pytest.mark.long
def test_what_an_account_cannot_be_is_said(pages: Pages) -> None:
    admin = pages.visit("admin")

    assert post(admin, "/users", name="wang", role="agent", password=NEW)[0] == 400
    assert post(admin, "/users", name="wang", role="qa", password="short")[1].startswith("密码应为")
    assert post(admin, "/users", name="wang", role="qa") == (400, "请设置初始密码")
    assert post(admin, "/users", name="qa1", role="qa", password=NEW)[1].startswith("已有用户 qa1")
    assert post(admin, "/users", name="a/b", role="qa", password=NEW)[0] == 400
    assert post(admin, "/users", name="wang", role="owner", password=NEW)[0] == 422
    assert post(admin, "/users/nobody", role="qa", active="yes")[0] == 404
    assert pages.site.store.users.find("wang") is None


def test_a_changed_account_is_logged_out_and_keeps_its_password(pages: Pages) -> None:
    qa = pages.visit("qa")
    assert post(pages.visit("admin"), "/users/qa1", role="supervisor", active="yes") == (
        303,
        "/users",
    )

    assert qa.get("/account").status_code == 303
    changed = pages.site.store.users.find("qa1")
    assert changed is not None
    assert (changed.role, is_password(PASSWORD, changed.password)) == ("supervisor", True)


def test_the_last_administrator_stays(pages: Pages) -> None:
    admin = pages.visit("admin")

    for values in ({"role": "admin", "active": "no"}, {"role": "qa", "active": "yes"}):
        assert "最后一个可用的管理员" in post(admin, "/users/admin1", **values)[1]
    assert admin.get("/users").status_code == 200


def test_a_new_password_ends_the_other_log_ins_and_keeps_this_one(pages: Pages) -> None:
    pages.site.store.sessions.begin("qa1", digest=digest_of_secret("elsewhere"), csrf=CSRF, now=NOW)
    here, elsewhere = pages.visit("qa"), pages.visit()
    elsewhere.cookies.set(COOKIE, "elsewhere")
    assert (
        here.get("/account").text.count('<td class="num left">2026-11-18') == 4
    )  # two log-ins, two times each

    answer = here.post(
        "/account/password", data={"csrf": CSRF, "old": PASSWORD, "new": NEW, "again": NEW}
    )

    assert answer.headers["location"] == "/account?changed=1"
    here.cookies.clear()
    here.cookies.set(COOKIE, answer.cookies[COOKIE])
    assert (here.get("/account").status_code, elsewhere.get("/account").status_code) == (200, 303)
    assert pages.visit().post("/login", data={"name": "qa1", "password": NEW}).status_code == 303


def test_a_weak_hash_is_renewed_at_the_log_in_and_other_log_ins_go_on(pages: Pages) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    users, sessions = pages.site.store.users, pages.site.store.sessions
    users.change("qa1", password_hash=weak, actor="test", at=AT)
    sessions.begin("qa1", digest=digest_of_secret("elsewhere"), csrf=CSRF, now=NOW)

    for _ in range(2):
        answer = pages.visit().post("/login", data={"name": "qa1", "password": PASSWORD})
        assert answer.status_code == 303

    renewed = users.find("qa1")
    assert renewed is not None
    assert not is_outdated(renewed.password)
    assert is_password(PASSWORD, renewed.password)
    assert sessions.find(digest_of_secret("elsewhere")) is not None
    entries = pages.site.store.ledger.entries("user qa1")
    assert [entry.action for entry in entries].count("hash renewed") == 1


def test_a_log_in_removes_sessions_that_have_expired(pages: Pages) -> None:
    sessions, limits = pages.site.store.sessions, pages.site.limits
    pages.clock.now += limits.idle_s + 1
    sessions.touch(digest_of_secret("secret-of-auditor"), pages.clock.now)

    assert (
        pages.visit().post("/login", data={"name": "qa1", "password": PASSWORD}).status_code == 303
    )

    left = {name: len(sessions.of_user(name)) for name in ("supervisor1", "auditor1", "qa1")}
    assert left == {"supervisor1": 0, "auditor1": 1, "qa1": 1}


@pytest.mark.long
def test_the_old_password_is_asked_and_cannot_be_guessed(pages: Pages) -> None:
    client = pages.visit("qa")

    assert (
        post(client, "/account/password", old=PASSWORD, new=NEW, again=NEW + "!")[1]
        == "两次输入的新密码不一样"
    )
    assert post(client, "/account/password", old=PASSWORD, new="short", again="short")[
        1
    ].startswith("密码应为")
    for _ in range(OWN.free):
        assert post(client, "/account/password", old="nonsense", new=NEW, again=NEW) == (
            400,
            "密码不对",
        )
    assert post(client, "/account/password", old=PASSWORD, new=NEW, again=NEW)[1].startswith(
        "密码输错次数过多"
    )


def test_a_token_is_shown_once_and_works_until_it_is_revoked(pages: Pages) -> None:
    client = pages.visit("qa")
    answer = client.post("/account/tokens", data={"csrf": CSRF, "label": "报表", "days": "30"})
    found = re.search(r"callqa_[\w-]{43}", answer.text)
    assert found is not None
    secret = found.group(0)

    page = client.get("/account").text
    assert secret not in page
    assert "2026-12-18" in page
    assert secret not in pages.site.db.read_bytes().decode("latin-1")
    kept = pages.site.store.tokens.find(digest_of_secret(secret), now=pages.site.now)
    assert kept is not None
    assert (kept.user, kept.label) == ("qa1", "报表")

    assert post(pages.visit("supervisor"), f"/account/tokens/{kept.id}/revoke")[0] == 404
    assert post(client, f"/account/tokens/{kept.id}/revoke") == (303, "/account")
    assert pages.site.store.tokens.find(digest_of_secret(secret), now=pages.site.now) is None


def test_a_token_ends_within_a_year(pages: Pages) -> None:
    client = pages.visit("qa")

    for days in ("0", "366", "many"):
        assert post(client, "/account/tokens", label="报表", days=days)[0] == 422
    assert pages.site.store.tokens.all() == ()
