"""Log-in by another service: a small one of our own, on the loopback address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from joserfc import jwk, jwt
from starlette.testclient import TestClient

from pipeline.errors import ExtraError, SettingsError
from pipeline.review.context import ReviewContext
from pipeline.review.oidc import PENDING_S, Provider
from pipeline.review.sessions import COOKIE
from pipeline.settings import ReviewSettings, Settings
from tests.review.conftest import NOW, Pages

CLIENT, SECRET = "callqa", "a secret that only the two of them know"
BACK = "http://127.0.0.1/login/oidc/callback"


@dataclass
class Service:
    """An OpenID Connect provider (Core 1.0, PKCE as of RFC 7636) that logs in ``user`` without
    asking.

    ``claims``: what its ID tokens say otherwise, ``None`` for nothing; ``signed_by``,
    ``algorithm``: how they are signed."""

    url: str = ""
    user: str = "qa1"
    claims: dict[str, Any] = field(default_factory=dict)
    key: jwk.RSAKey = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "1"}))
    signed_by: Any = None
    algorithm: str = "RS256"
    calls_itself: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def describe(self) -> dict[str, Any]:
        paths = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "jwks_uri": "/keys",
        }
        return {
            "issuer": self.calls_itself or self.url,
            **{name: self.url + path for name, path in paths.items()},
        }

    def authorize(self, query: dict[str, str]) -> str:
        assert (query["client_id"], query["response_type"], query["redirect_uri"]) == (
            CLIENT,
            "code",
            BACK,
        )
        assert "openid" in query["scope"].split()
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return BACK + "?" + urlencode({"code": code, "state": query["state"]})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        basic = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if basic != f"{CLIENT}:{SECRET}" or asked is None or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.url, "sub": "42", "aud": CLIENT, "iat": int(NOW), "exp": int(NOW) + 300,
            "nonce": asked["nonce"], "preferred_username": self.user, **self.claims,
        }  # fmt: skip
        said = {name: value for name, value in claims.items() if value is not None}
        key = self.signed_by or self.key
        signed = jwt.encode(
            {"alg": self.algorithm, "kid": "1"}, said, key, algorithms=[self.algorithm]
        )
        return 200, {
            "access_token": "x",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": signed,
        }


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            made.asked.append(parts.path)
            if parts.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", made.authorize(query))
                self.end_headers()
            elif parts.path == "/keys":
                self.answer(200, {"keys": [made.key.as_dict(private=False)]})
            else:
                self.answer(200, made.describe())

        def do_POST(self) -> None:
            made.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*made.token(form, self.headers.get("Authorization", "")))

        def answer(self, status: int, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def connected(pages: Pages, service: Service, tmp_path: Path) -> Iterator[Pages]:
    """The site with log-in by the service."""
    site = ReviewContext(pages.site.db, settings_of(service, tmp_path), clock=pages.clock)
    with closing(site):
        yield replace(pages, site=site)


def settings_of(service: Service, folder: Path) -> Settings:
    secret = folder / "oidc-secret"
    secret.write_text(SECRET + "\n", encoding="ascii")
    review = ReviewSettings(
        oidc_issuer=service.url, oidc_client_id=CLIENT, oidc_secret_file=str(secret)
    )
    return Settings(review=review)


def log_in(client: TestClient, then: str = "/queue") -> Any:
    """As a browser goes: to us, to the service, back to us."""
    begun = client.get("/login/oidc", params={"then": then})
    assert begun.status_code == 303
    return client.get(answer_of(begun.headers["location"]))


def answer_of(asked: str) -> str:
    return requests.get(asked, allow_redirects=False, timeout=10).headers["Location"]


def test_whom_the_service_names_is_logged_in(connected: Pages) -> None:
    client = connected.visit()
    assert 'href="/login/oidc' in client.get("/login").text

    entered = log_in(client)

    assert entered.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/queue">' in entered.text
    assert "SameSite=strict" in next(
        c for c in entered.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}=")
    )
    assert "qa1" in client.get("/account").text
    assert connected.site.store.ledger.page(
        actor="qa1", action="logged in", subject=None, before=None, limit=1
    )


@pytest.mark.parametrize("user", ["stranger", "auditor1"])
def test_accounts_are_not_made_and_disabled_ones_stay_out(
    connected: Pages, service: Service, user: str
) -> None:
    connected.site.store.users.change("auditor1", active=False, actor="test", at=connected.site.now)
    service.user = user
    client = connected.visit()

    refused = log_in(client)

    assert (refused.status_code, "没有开通" in refused.text) == (403, True)
    assert COOKIE not in client.cookies
    assert connected.site.store.users.find("stranger") is None
    failed = connected.site.store.ledger.page(
        actor=None, action="log-in failed", subject=None, before=None, limit=5
    )
    assert len(failed) == 1


@pytest.mark.long
@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://elsewhere.example"},
        {"exp": int(NOW) - 3600},
        {"exp": None},
        {"iat": int(NOW) + 3600},
        {"preferred_username": None},
        {"preferred_username": 42},
    ],
    ids=str,
)
def test_a_token_that_does_not_fit_lets_nobody_in(
    connected: Pages, service: Service, claims: dict[str, Any]
) -> None:
    service.claims = claims
    client = connected.visit()

    assert log_in(client).status_code == 403
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"acr": "mfa", "auth_time": int(NOW) - 600}, 200),
        ({"acr": "pwd", "auth_time": int(NOW) - 600}, 403),
        ({"auth_time": int(NOW) - 600}, 403),
        ({"acr": "mfa", "auth_time": int(NOW) - 3600}, 403),
        ({"acr": "mfa", "auth_time": True}, 403),
        ({"acr": "mfa"}, 403),
    ],
    ids=str,
)
def test_a_log_in_that_was_checked_too_weakly_or_too_long_ago_is_refused(
    connected: Pages, service: Service, claims: dict[str, Any], status: int
) -> None:
    provider = connected.site.oidc
    assert provider is not None
    provider.acr, provider.max_age_s = ("mfa", "hwk"), 1800
    service.claims = claims
    client = connected.visit()
    asked = client.get("/login/oidc").headers["location"]

    assert {"acr_values": ["mfa hwk"], "max_age": ["1800"]}.items() <= parse_qs(asked).items()
    assert log_in(client).status_code == status


def test_a_token_for_several_that_names_us_as_the_party_is_taken(
    connected: Pages, service: Service
) -> None:
    """The same form as one that is refused above, so that it is refused for its ``azp`` alone."""
    service.claims = {"aud": [CLIENT, "another"], "azp": CLIENT}

    assert log_in(connected.visit()).status_code == 200


def test_a_token_that_somebody_else_signed_lets_nobody_in(
    connected: Pages, service: Service
) -> None:
    service.signed_by = jwk.RSAKey.generate_key(2048, {"kid": "1"})
    assert log_in(connected.visit()).status_code == 403


@pytest.mark.parametrize("known", ["no signature", "the client's secret", "the public key"])
def test_a_token_that_is_signed_by_what_others_know_lets_nobody_in(
    connected: Pages, service: Service, monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    """Who takes the algorithm from the token believes all three."""
    secret = SECRET.encode() if "client" in known else service.key.as_pem(private=False)
    header = {"alg": "none"} if known == "no signature" else {"alg": "HS256", "kid": "1"}
    answer = service.token

    def forged(form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        status, said = answer(form, authorization)
        claims = said["id_token"].split(".")[1]
        text = f"{_plain(json.dumps(header).encode())}.{claims}"
        made = b"" if header["alg"] == "none" else hmac.digest(secret, text.encode(), "sha256")
        return status, said | {"id_token": f"{text}.{_plain(made)}"}

    monkeypatch.setattr(service, "token", forged)
    assert log_in(connected.visit()).status_code == 403
    assert "/keys" in service.asked  # it came as far as the check


def _plain(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_an_answer_counts_once_and_for_the_browser_that_asked(
    connected: Pages, service: Service
) -> None:
    client, other = connected.visit(), connected.visit()
    answer = answer_of(client.get("/login/oidc").headers["location"])
    codes, cookies = dict(service.codes), dict(client.cookies)

    assert other.get(answer).status_code == 403  # a link that was sent to somebody else
    assert service.codes == codes  # it was not even asked
    assert client.get(answer).status_code == 200
    service.codes |= codes  # the service would take it again, and the browser has all it had
    client.cookies.clear()
    client.cookies.update(cookies)
    assert client.get(answer).status_code == 403
    assert service.codes == codes


def test_a_changed_state_or_a_late_answer_is_refused(connected: Pages, service: Service) -> None:
    client = connected.visit()
    answer = answer_of(client.get("/login/oidc").headers["location"])
    assert client.get(answer.replace("state=", "state=x")).status_code == 403
    service.claims = {"exp": int(NOW) + 10 * PENDING_S}  # the token itself is not too late
    late = answer_of(client.get("/login/oidc").headers["location"])
    connected.clock.now += PENDING_S + 1
    assert client.get(late).status_code == 403
    assert client.get("/login/oidc/callback?error=access_denied&state=x").status_code == 403


def test_an_answer_at_the_last_second_is_taken(connected: Pages, service: Service) -> None:
    service.claims = {"exp": int(NOW) + 10 * PENDING_S}
    client = connected.visit()
    answer = answer_of(client.get("/login/oidc").headers["location"])
    connected.clock.now += PENDING_S - 1

    assert client.get(answer).status_code == 200


def test_a_code_without_its_verifier_is_worth_nothing(connected: Pages, service: Service) -> None:
    client = connected.visit()
    answer = answer_of(client.get("/login/oidc").headers["location"])
    (code,) = service.codes
    service.codes[code]["code_challenge"] = "of another browser"

    assert client.get(answer).status_code == 403


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example/", '/"><script>'])
def test_nobody_is_sent_elsewhere(connected: Pages, then: str) -> None:
    entered = log_in(connected.visit(), then)

    assert (entered.status_code, 'content="0;url=/' in entered.text) == (200, True)
    assert 'content="0;url=//' not in entered.text
    assert "evil.example" not in entered.text
    assert "<script>" not in entered.text


def test_a_service_that_is_away_or_another_is_said(connected: Pages, service: Service) -> None:
    service.calls_itself = "https://elsewhere.example"
    answer = connected.visit().get("/login/oidc")
    assert (answer.status_code, "暂时不能用" in answer.text) == (502, True)


def test_without_the_setting_there_is_no_such_page(pages: Pages) -> None:
    client = pages.visit()

    assert (
        client.get("/login/oidc").status_code
        == client.get("/login/oidc/callback").status_code
        == 404
    )
    assert "/login/oidc" not in client.get("/login").text


def test_without_the_extra_the_server_says_what_to_install(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = settings_of(service, tmp_path).review
    assert Provider.of(review).client_id == CLIENT
    with pytest.raises(SettingsError, match="oidc_secret_file"):
        Provider.of(replace(review, oidc_secret_file=str(tmp_path / "none")))

    monkeypatch.setitem(sys.modules, "authlib.integrations.requests_client", None)

    with pytest.raises(ExtraError, match=r"callqa\[oidc\]"):
        ReviewContext(tmp_path / "callqa.db", Settings(review=review)).check()
