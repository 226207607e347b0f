"""Attacks on the log-in: guessing, long bodies, other sites, stolen passwords, and an administrator
who gives himself rights over calls."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import anyio
import pyotp
import pytest
from starlette.testclient import TestClient

from pipeline.people import NAME, OWN, digest_of_secret
from pipeline.review.app import make_app
from pipeline.review.bodies import MOST_KNOWN, MOST_UNKNOWN
from pipeline.review.sessions import COOKIE, DEVICE
from tests.review.conftest import CSRF, NOW, PASSWORD, Pages

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"


def log_in(client: TestClient, name: str = "qa1", password: str = PASSWORD):  # type: ignore[no-untyped-def]
    return client.post("/login", data={"name": name, "password": password})


def post(client: TestClient, path: str, **data: str):  # type: ignore[no-untyped-def]
    return client.post(path, data={"csrf": CSRF, **data})


def alert(page: str) -> str:
    found = re.search(r'role="alert">([^<]*)', page)
    return found.group(1) if found else ""


def with_review(pages: Pages, **review: object) -> None:
    settings = pages.site.settings
    pages.site.settings = replace(settings, review=replace(settings.review, **review))  # type: ignore[arg-type]


def enrolled(pages: Pages, role: str = "qa") -> tuple[str, list[str]]:
    """The secret and the recovery codes of an account that sets up its second factor."""
    client = pages.visit(role)  # type: ignore[arg-type]
    page = post(client, "/account/second-factor", password=PASSWORD).text
    secret = re.search(r'class="secret break">([A-Z2-7]+)<', page)
    assert secret is not None
    assert "<svg" in page
    assert pages.site.store.factors.find(f"{role}1") is None
    code = pyotp.TOTP(secret.group(1)).at(pages.clock.now)
    wrong = post(client, "/account/second-factor/confirm", code="000000")
    assert (wrong.status_code, "动态码不对" in wrong.text) == (403, True)
    done = post(client, "/account/second-factor/confirm", code=code).text
    return secret.group(1), re.findall(r"<li>((?:[a-z2-9]{4}-){6}[a-z2-9]{4})</li>", done)


# Guessing


@pytest.mark.long
def test_of_twelve_guesses_at_once_five_are_looked_at(pages: Pages) -> None:
    app = make_app(pages.site)
    clients = [
        TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) for _ in range(12)
    ]
    log_in(clients[0], "nobody")  # the framework prepares a route at its first request
    with ThreadPoolExecutor(12) as pool:
        statuses = sorted(pool.map(lambda one: log_in(one, password="x" * 12).status_code, clients))

    assert statuses == [403] * OWN.free + [429] * 7
    assert int(log_in(pages.visit()).headers["Retry-After"]) == OWN.first_s + 1


@pytest.mark.long
def test_guesses_of_others_lock_nobody_out_of_a_browser_that_he_has_used(pages: Pages) -> None:
    own = pages.visit()
    assert log_in(own).status_code == 303
    stranger = pages.visit()
    while log_in(stranger, password="wrong-password").status_code == 403:
        pass
    pages.clock.now += 1

    assert log_in(stranger).status_code == 429
    assert log_in(own).status_code == 303
    assert "密码不对" in alert(post_own(own, pages, old="wrong-password"))
    own.cookies.delete(DEVICE)
    assert log_in(own).status_code == 429
    pages.clock.now += NAME.longest_s
    assert log_in(own).status_code == 303


def post_own(client: TestClient, pages: Pages, *, old: str) -> str:
    """The page in answer to a change of the password, with the token of the client's session."""
    session = pages.site.store.sessions.find(digest_of_secret(client.cookies[COOKIE]))
    assert session is not None
    data = {"csrf": session.csrf, "old": old, "new": "梧桐树下的自行车 9", "again": "梧桐树下的自行车 9"}  # fmt: skip
    return client.post("/account/password", data=data).text


@pytest.mark.long
def test_common_passwords_are_refused_on_all_pages(pages: Pages) -> None:
    with_review(pages, password_words=("甲乙电信",))
    admin = pages.visit("admin")

    for password in ("password123", "甲乙电信@20261234", "13800138000"):
        made = post(admin, "/users", name="wang", role="qa", password=password)
        own = post(admin, "/account/password", old=PASSWORD, new=password, again=password)
        assert "请换一个" in alert(made.text)
        assert "请换一个" in alert(own.text)
    same = post(admin, "/account/password", old=PASSWORD, new=PASSWORD, again=PASSWORD)
    assert "和原来的一样" in alert(same.text)


# The second factor


@pytest.mark.long
def test_a_password_alone_does_not_enter_an_account_with_a_second_factor(pages: Pages) -> None:
    secret, _ = enrolled(pages)
    client = pages.visit()
    client.headers["User-Agent"] = AGENT

    asked = log_in(client)
    step = re.search(r'name="step" value="([^"]+)"', asked.text)
    assert (asked.status_code, COOKIE in client.cookies) == (200, False)
    assert step is not None
    for code in ("000000", pyotp.TOTP(secret).at(NOW), pyotp.TOTP(secret).at(NOW + 90)):
        wrong = client.post("/login/code", data={"step": step.group(1), "code": code})
        assert (wrong.status_code, "动态码不对" in alert(wrong.text)) == (403, True)
    pages.clock.now += 30
    code = pyotp.TOTP(secret).at(pages.clock.now)
    assert client.post("/login/code", data={"step": "x", "code": code}).status_code == 403
    entered = client.post("/login/code", data={"step": step.group(1), "code": f"{code[:3]} {code[3:]}"})  # fmt: skip

    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert "Chrome · Windows" in client.get("/account").text
    again = client.post("/login/code", data={"step": step.group(1), "code": code})
    assert again.status_code == 403


def test_codes_are_guessed_no_faster_than_passwords(pages: Pages) -> None:
    enrolled(pages)
    client, statuses = pages.visit(), []
    for _ in range(4):
        step = re.search(r'name="step" value="([^"]+)"', log_in(client).text)
        if step is None:
            break
        for _ in range(2):
            data = {"step": step.group(1), "code": "123456"}
            statuses.append(client.post("/login/code", data=data).status_code)

    assert statuses == [403] * OWN.free + [429]


def test_a_recovery_code_counts_once_and_a_waiting_log_in_ends(pages: Pages) -> None:
    _, codes = enrolled(pages)
    assert (len(codes), len(set(codes))) == (8, 8)
    assert codes[0].replace("-", "") not in pages.site.db.read_bytes().decode("latin-1")
    statuses = []
    for wait_s in (0, 0, 301):
        client = pages.visit()
        step = re.search(r'name="step" value="([^"]+)"', log_in(client).text)
        assert step is not None
        pages.clock.now += wait_s
        code = codes[0] if not wait_s else codes[1]
        sent = client.post("/login/code", data={"step": step.group(1), "code": code.upper()})
        statuses.append(sent.status_code)

    assert statuses == [303, 403, 403]
    factor = pages.site.store.factors.find("qa1")
    assert factor is not None
    assert factor.left == 7


def test_roles_of_the_settings_set_it_up_before_anything_else(pages: Pages) -> None:
    with_review(pages, second_factor_roles=("admin",))
    admin = pages.visit("admin")

    due = admin.get("/users")
    assert (due.status_code, due.headers["location"]) == (303, "/account?second=1")
    assert "须启用两步验证" in admin.get("/account").text
    assert post(admin, "/users", name="wang", role="qa", password=PASSWORD).status_code == 303
    assert pages.site.store.users.find("wang") is None
    assert pages.visit("qa").get("/queue").status_code == 200
    enrolled(pages, "admin")
    assert admin.get("/users").status_code == 200


def test_it_is_removed_with_password_and_code_or_by_an_admin_with_a_reason(pages: Pages) -> None:
    secret, codes = enrolled(pages)
    qa, admin, users = pages.visit("qa"), pages.visit("admin"), pages.site.store
    remove = "/account/second-factor/remove"

    assert "密码不对" in post(qa, remove, password="x" * 12, code=codes[0]).text
    assert "动态码不对" in post(qa, remove, password=PASSWORD, code="123456").text
    assert post(qa, "/users/qa1/second-factor", reason="手机丢失").status_code == 403
    assert "理由" in alert(post(admin, "/users/qa1/second-factor", reason=". .").text)
    assert post(admin, "/users/nobody/second-factor", reason="手机丢失").status_code == 404
    assert users.factors.find("qa1") is not None
    assert post(admin, "/users/qa1/second-factor", reason="手机丢失").status_code == 303
    assert users.factors.find("qa1") is None
    assert qa.get("/queue").status_code == 303
    assert "没有启用" in alert(post(admin, "/users/qa1/second-factor", reason="手机丢失").text)
    (entry,) = [one for one in users.ledger.entries("user qa1") if "reset" in one.action]
    assert (entry.actor, dict(entry.detail)) == ("admin1", {"reason": "手机丢失"})
    assert not any(word in repr(users.ledger.entries()) for word in (secret, *codes))


# Sessions


def test_own_log_ins_are_seen_and_ended_with_the_password(pages: Pages) -> None:
    sessions = pages.site.store.sessions
    for place in ("cafe", "home"):
        sessions.begin(
            "qa1", digest=digest_of_secret(place), csrf=CSRF, now=NOW, address="10.0.0.9", browser=place
        )  # fmt: skip
    qa, end = pages.visit("qa"), "/account/sessions/end"
    page = qa.get("/account").text
    assert "10.0.0.9" in page
    place = digest_of_secret("cafe")[:16]
    other = sessions.of_user("supervisor1")[0].place

    assert "密码不对" in alert(post(qa, end, which=place, password="wrong-password").text)
    assert post(qa, end, which=other, password=PASSWORD).status_code == 404
    assert post(qa, end, which=place, password=PASSWORD).status_code == 303
    assert {one.browser for one in sessions.of_user("qa1")} == {None, "home"}
    assert post(qa, end, which="others", password=PASSWORD).status_code == 303
    assert len(sessions.of_user("qa1")) == 1
    assert qa.get("/account").status_code == 200


def test_a_log_in_ends_the_browsers_former_one_and_a_clock_set_back_ends_it(pages: Pages) -> None:
    client = pages.visit()
    log_in(client)
    former = client.cookies[COOKIE]
    log_in(client)
    stolen = pages.visit()
    stolen.cookies.set(COOKIE, former)

    assert (client.get("/queue").status_code, stolen.get("/queue").status_code) == (200, 303)
    pages.clock.now -= 3 * 86400
    assert client.get("/queue").status_code == 303


# Requests


@pytest.mark.parametrize(
    ("path", "secret", "size", "status", "read"),
    [
        ("/api/v1/acts/1/undo", "", 1000, 401, 0),
        ("/api/v1/acts/1/undo", "wrong", 200_000_000, 401, 0),
        ("/login", "", MOST_UNKNOWN + 1, 413, 5),
        ("/queue/bulk", "qa", MOST_KNOWN + 1, 413, 17),
        ("/queue/bulk", "qa", MOST_UNKNOWN + 1, 403, 5),
        ("/users/import", "admin", MOST_KNOWN + 1, 400, 17),
        ("/users/import", "", MOST_KNOWN, 413, 5),
    ],
)
@pytest.mark.parametrize("told", [True, False])
def test_a_body_is_read_for_whom_it_is_meant_and_up_to_its_limit(
    pages: Pages, path: str, secret: str, size: int, status: int, read: int, told: bool
) -> None:
    """Whether its length is told or not; read in pieces of 64 KiB."""
    got: list[int] = []
    piece = b"x" * 65_536
    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/x-www-form-urlencoded")]
    if told:
        headers.append((b"content-length", str(size).encode()))
    if path.startswith("/api/"):
        headers.append((b"authorization", f"Bearer {secret}".encode()))
    elif secret:
        headers.append((b"cookie", f"{COOKIE}=secret-of-{secret}".encode()))
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "scheme": "http", "client": ("10.0.0.7", 1), "server": ("127.0.0.1", 80), "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    taken = 0

    async def receive() -> dict[str, object]:
        nonlocal taken
        taken += 1
        return {
            "type": "http.request", "body": piece[: max(0, size - (taken - 1) * 65_536)],
            "more_body": taken * 65_536 < size,
        }  # fmt: skip

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            got.append(message["status"])  # type: ignore[arg-type]

    anyio.run(make_app(pages.site), scope, receive, send)

    assert got == [status]
    assert taken == (0 if told and status == 413 else read)


def test_another_site_is_refused_by_old_browsers_too(pages: Pages) -> None:
    client = pages.visit()
    data = {"name": "qa1", "password": PASSWORD}
    for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example"):
        assert client.post("/login", data=data, headers={"Origin": origin}).status_code == 403
    own = client.post("/login", data=data, headers={"Origin": "http://127.0.0.1:8484"})
    assert own.status_code == 303


def test_addresses_lead_to_no_other_host_and_odd_months_are_bad_requests(pages: Pages) -> None:
    client = pages.visit("qa")
    slash = client.get("/queue/", headers={"Host": "evil.example"})
    assert (slash.status_code, "evil" in str(slash.headers)) == (404, False)
    for month in ("0000-01", "2026-13", "9999-12", "2026-00", "x", "１９９９-０１"):
        for page in ("/agents", "/agents/8002", "/agents/export"):
            name = "period" if page.endswith("export") else "month"
            assert client.get(page, params={name: month}).status_code == 400, (page, month)
    assert client.get("/agents?month=2026-11").status_code == 200


def test_what_a_role_may_not_is_logged(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    pages.visit("agent").get("/ledger")

    assert caplog.messages == ["refused GET /ledger to agent1"]


# An administrator who gives himself rights


def test_whoever_raises_himself_is_told_of_on_the_page_of_the_log(pages: Pages) -> None:
    admin = pages.visit("admin")
    post(admin, "/users", name="second", role="supervisor", password="梧桐树下的自行车 9")
    log_in(pages.visit(), "second", "梧桐树下的自行车 9")
    log_in(pages.visit(), "admin1")
    pages.site.store.users.add("root", "admin", actor="admin1", at=pages.site.now)
    assert post(admin, "/users/admin1", role="supervisor", active="yes").status_code == 303

    page = pages.visit("auditor").get("/ledger").text
    assert "admin1 给自己改了权限：把账号 admin1 由管理员改为主管" in page
    assert "admin1 新建了主管账号 second（两个账号都从 testclient 登录过）" in page
    assert page.index("给自己") < page.index("新建了主管账号 second")
    assert "给出的评判权限" not in pages.visit("auditor").get("/ledger?actor=admin1").text
