"""Who gets through: every route by every role, sessions, log-in, and changes that do not come from
our own pages."""

from __future__ import annotations

import re

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient

from pipeline.people import OWN as OWN_BRAKE
from pipeline.people.users import UserRole
from pipeline.review.access import RIGHTS, ROLE_PERMISSIONS, Permission
from pipeline.review.app import make_app
from pipeline.review.gate import check_rights, routes_of
from pipeline.review.security import HEADERS
from pipeline.review.sessions import COOKIE
from tests.review.conftest import CSRF, FOREIGN, OWN, PASSWORD, Pages

ROLES: tuple[UserRole, ...] = ("agent", "qa", "supervisor", "admin", "auditor")

MAY: dict[UserRole, set[str]] = {
    "agent": {"enter", "call", "listen", "appeal", "appeals", "promises", "coachings", "answer"},
    "qa": {
        "enter",
        "call",
        "all",
        "listen",
        "review",
        "appeals",
        "promises",
        "coachings",
        "rules",
        "calibrate",
        "calibrations",
        "watch",
    },
    "supervisor": {
        "enter",
        "call",
        "all",
        "listen",
        "review",
        "appeals",
        "promises",
        "coachings",
        "rules",
        "calibrate",
        "calibrations",
        "watch",
    }
    | {
        "note",
        "override",
        "assign",
        "unmask",
        "decide",
        "coach",
        "change rules",
        "run",
        "ledger",
        "events",
        "propose rules",
    },
    "admin": {
        "enter",
        "call",
        "all",
        "listen",
        "appeals",
        "promises",
        "coachings",
        "rules",
        "calibrations",
        "ledger",
        "watch",
        "users",
        "change rules",
        "propose rules",
        "decide rules",
    },
    "auditor": {
        "enter",
        "call",
        "all",
        "listen",
        "appeals",
        "promises",
        "coachings",
        "rules",
        "calibrations",
        "ledger",
        "watch",
    },
}
"""What the regulations and the issue want, written down apart from the code."""

SHORT = {
    Permission.ENTER: "enter", Permission.READ_CALL: "call", Permission.READ_ALL: "all", Permission.LISTEN: "listen",
    Permission.REVIEW: "review", Permission.OVERRIDE: "override", Permission.ASSIGN: "assign",
    Permission.UNMASK: "unmask", Permission.APPEAL: "appeal", Permission.READ_APPEALS: "appeals",
    Permission.READ_PROMISES: "promises",
    Permission.DECIDE_APPEAL: "decide", Permission.READ_RULES: "rules", Permission.CHANGE_RULES: "change rules",
    Permission.CALIBRATE: "calibrate", Permission.RUN_CALIBRATION: "run", Permission.READ_CALIBRATION: "calibrations",
    Permission.READ_COACHING: "coachings", Permission.COACH: "coach", Permission.ANSWER_COACHING: "answer",
    Permission.READ_LEDGER: "ledger", Permission.MANAGE_USERS: "users", Permission.RECORD_EVENT: "events",
    Permission.PROPOSE_RULES: "propose rules", Permission.DECIDE_RULES: "decide rules",
    Permission.WATCH: "watch", Permission.NOTE_DESK: "note", Permission.FEED: "feed",
}  # fmt: skip


def test_roles_may_what_is_written_down() -> None:
    assert {role: {SHORT[one] for one in ROLE_PERMISSIONS[role]} for role in ROLES} == MAY


def test_every_route_has_a_right_and_every_right_a_route(pages: Pages) -> None:
    app = make_app(pages.site)

    assert set(routes_of(app)) == set(RIGHTS)


def test_a_route_without_a_right_does_not_start(pages: Pages) -> None:
    app = make_app(pages.site)
    app.get("/forgotten")(lambda: None)

    with pytest.raises(LookupError, match="/forgotten"):
        check_rights(app)


def test_a_route_of_an_included_router_without_a_right_does_not_start(pages: Pages) -> None:
    app, router = make_app(pages.site), APIRouter(prefix="/more")
    router.get("/forgotten")(lambda: None)
    app.include_router(router)

    with pytest.raises(LookupError, match="/more/forgotten"):
        check_rights(app)


def ask(client: TestClient, method: str, path: str, **given: object) -> int:
    """The status of a request to a route, with ids that name nothing."""
    target = re.sub(r"\{[^}]*\}", "999999", path)
    return client.request(method, target, **given).status_code  # type: ignore[arg-type]


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_through_where_it_may_and_nowhere_else(pages: Pages, role: UserRole) -> None:
    client = pages.visit(role)
    for (method, path), permission in RIGHTS.items():
        if path.startswith("/api/") or permission is Permission.OPEN or path == "/logout":
            continue
        status = ask(
            client, method, path, headers={"X-CSRF-Token": CSRF} if method == "POST" else {}
        )
        refused = permission not in ROLE_PERMISSIONS[role]
        assert (status == 403) == refused, (role, method, path, status)
        assert status < 500, (role, method, path, status)


def test_a_stranger_gets_the_log_in_and_nothing_else(pages: Pages) -> None:
    client = pages.visit()
    for (method, path), permission in RIGHTS.items():
        if permission is Permission.OPEN:
            continue
        status = ask(client, method, path)
        assert status == (401 if path.startswith("/api/") or method == "POST" else 303), (
            method,
            path,
        )


def test_a_foreign_call_reads_like_one_that_does_not_exist(pages: Pages) -> None:
    client = pages.visit("agent")
    foreign, none = client.get(f"/calls/{FOREIGN}"), client.get("/calls/999999")

    assert (foreign.status_code, foreign.text) == (none.status_code, none.text) == (404, none.text)
    assert client.get(f"/calls/{OWN}").status_code == 200
    for part in ("audio", "wave"):
        assert client.get(f"/calls/{FOREIGN}/{part}").status_code == 404
    assert client.get("/agents/8002").status_code == 404


@pytest.mark.parametrize("csrf", ["", "wrong", CSRF[:-1]])
def test_a_change_without_the_pages_own_token_is_refused(pages: Pages, csrf: str) -> None:
    client = pages.visit("supervisor")

    assert (
        client.post(f"/calls/{OWN}/comment", data={"csrf": csrf, "text": "好"}).status_code == 403
    )
    assert pages.site.store.actions.of("1" * 64) == ()


def test_a_change_that_another_site_sends_is_refused(pages: Pages) -> None:
    client = pages.visit("supervisor")
    headers = {"Sec-Fetch-Site": "cross-site"}

    assert (
        client.post(
            f"/calls/{OWN}/comment", data={"csrf": CSRF, "text": "好"}, headers=headers
        ).status_code
        == 403
    )
    assert (
        client.post(
            "/login", data={"name": "qa1", "password": PASSWORD}, headers=headers
        ).status_code
        == 403
    )


@pytest.mark.long
def test_every_answer_has_the_headers(pages: Pages) -> None:
    client = pages.visit("qa")
    for path in (
        "/login",
        "/queue",
        "/calls/999999",
        "/static/style.css",
        "/nowhere",
        "/api/v1/calls",
    ):
        answer = client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS), path
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(pages: Pages) -> None:
    client = pages.visit()
    plain = client.post("/login", data={"name": "qa1", "password": PASSWORD, "then": "/queue"})
    client.base_url = "https://127.0.0.1"  # type: ignore[assignment]
    secure = client.post("/login", data={"name": "qa1", "password": PASSWORD})

    assert (plain.status_code, plain.headers["location"]) == (303, "/queue")
    for part in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert part in plain.headers["set-cookie"]
    assert "Secure" in secure.headers["set-cookie"]
    assert secure.headers["set-cookie"].startswith("__Host-callqa=")
    assert client.get("/queue").status_code == 200
    client.cookies.delete("__Host-callqa")
    assert client.get("/queue").status_code == 303  # the one without TLS lets nobody in
    assert "max-age" in secure.headers["strict-transport-security"]
    secret = plain.cookies[COOKIE]
    assert secret not in pages.site.db.read_bytes().decode("latin-1")


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_the_log_in(pages: Pages, target: str) -> None:
    answer = pages.visit().post(
        "/login", data={"name": "qa1", "password": PASSWORD, "then": target}
    )

    assert answer.headers["location"] == "/"


def test_a_wrong_name_and_a_wrong_password_read_the_same(pages: Pages) -> None:
    client = pages.visit()
    wrong = client.post("/login", data={"name": "qa1", "password": "nonsense"})
    unknown = client.post("/login", data={"name": "nobody", "password": "nonsense"})

    assert (wrong.status_code, unknown.status_code) == (403, 403)
    assert wrong.text.replace('"qa1"', '"nobody"') == unknown.text


@pytest.mark.long
def test_guessing_is_stopped_for_a_while_also_for_the_right_password(pages: Pages) -> None:
    client = pages.visit()
    for _ in range(OWN_BRAKE.free):
        assert (
            client.post("/login", data={"name": "qa1", "password": "nonsense"}).status_code == 403
        )

    assert client.post("/login", data={"name": "qa1", "password": PASSWORD}).status_code == 429
    pages.clock.now += 901
    assert client.post("/login", data={"name": "qa1", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize(
    ("steps", "status"),
    [((1700.0,), 200), ((1900.0,), 303), ((1700.0,) * 25, 200), ((1700.0,) * 26, 303)],
)
def test_a_session_ends_after_half_an_hour_idle_and_after_twelve_hours(
    pages: Pages, steps: tuple[float, ...], status: int
) -> None:
    client = pages.visit("qa")
    for step in steps:
        pages.clock.now += step
        answer = client.get("/rules")

    assert answer.status_code == status


def test_whoever_logs_out_or_is_disabled_is_out(pages: Pages) -> None:
    client, other = pages.visit("qa"), pages.visit("supervisor")
    kept = client.cookies[COOKIE]
    assert client.post("/logout", data={"csrf": CSRF}).status_code == 303
    client.cookies.set(COOKIE, kept)
    pages.site.store.users.change("supervisor1", active=False, actor="test", at=pages.site.now)

    assert (client.get("/queue").status_code, other.get("/queue").status_code) == (303, 303)
