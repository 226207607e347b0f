"""Log-in by another service (OpenID Connect): authorization code with PKCE, state and nonce. The
service says who a user is; the account here says whether they may enter and what they may do.

It says who somebody is; what they may do, and whether they may come in at all, their account here
says."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from pipeline.errors import CallqaError, SettingsError
from pipeline.settings import ReviewSettings
from pipeline.types import load_extra

SCOPE = "openid profile email"
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
"""Signatures by the service's private key; none that the shared secret could make (OpenID Connect
Core 3.1.3.7)."""

PENDING_S = 600.0
"""A pending log-in: the values that its answer must fit, and the page behind it."""

MOST_PENDING = 1000
"""Log-ins begun at the same time; beyond, the oldest are forgotten."""

TIMEOUT_S = 10.0
LEEWAY_S = 60
NEEDED = ("authlib.integrations.requests_client", "authlib.oidc.core", "joserfc.jwt")


class OidcError(CallqaError):
    """The service cannot be reached, or its answer cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A pending log-in: the values that its answer must fit, and the page behind it."""

    nonce: str
    verifier: str
    then: str
    begun_at: float


@dataclass(slots=True)
class Provider:
    """The service of the settings. Pending log-ins live in memory: after a restart the user begins
    again."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    name_claim: str
    acr: tuple[str, ...] = ()
    max_age_s: int = 0
    _pending: dict[str, Pending] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, review: ReviewSettings) -> Provider:
        """Raises ``ExtraError`` where the extra is not installed, ``SettingsError`` where the secret
        cannot be read."""
        for module in NEEDED:
            load_extra(module, extra="oidc", use="[review] oidc_issuer")
        try:
            secret = Path(review.oidc_secret_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"[review] oidc_secret_file = {review.oidc_secret_file!r}: cannot be read"
            ) from error
        return cls(
            review.oidc_issuer, review.oidc_client_id, secret, review.oidc_name_claim,
            review.oidc_acr, 60 * review.oidc_max_age_min,
        )  # fmt: skip

    def begin(self, *, back: str, then: str, now: float) -> tuple[str, str]:
        """Where to send the browser, and the state that it must bring back to the address ``back``.
        Raises ``OidcError``."""
        pending = Pending(secrets.token_urlsafe(32), secrets.token_urlsafe(48), then, now)
        state = secrets.token_urlsafe(32)
        asked = {"acr_values": " ".join(self.acr)} if self.acr else {}
        asked |= {"max_age": str(self.max_age_s)} if self.max_age_s else {}
        with self._session(back) as session:
            url, _ = session.create_authorization_url(
                self._described()["authorization_endpoint"], state=state, nonce=pending.nonce,
                code_verifier=pending.verifier, **asked,
            )  # fmt: skip
        with self._lock:
            self._forget(now)
            self._pending[state] = pending
        return str(url), state

    def finish(self, *, state: str, code: str, back: str, now: float) -> tuple[str, str]:
        """The name of the user who logged in, and the page behind the log-in; a state counts once.
        Raises ``OidcError``."""
        with self._lock:
            self._forget(now)
            pending = self._pending.pop(state, None)
        if pending is None:
            raise OidcError("this log-in was not begun here, or too long ago")
        described = self._described()
        claims = self._claims(
            described, self._id_token(described, pending, code, back), pending.nonce, now
        )
        self._check_strength(claims, now)
        name = claims.get(self.name_claim)
        if not isinstance(name, str) or not name:
            raise OidcError(
                f"the service gives no claim {self.name_claim!r}; check [review] oidc_name_claim"
            )
        return name, pending.then

    def _check_strength(self, claims: Mapping[str, Any], now: float) -> None:
        """How and when the service has checked who somebody is, where the settings ask for it; a
        service that does not say it is not believed. Raises ``OidcError``."""
        if self.acr and claims.get("acr") not in self.acr:
            raise OidcError(
                f"the service has checked by {claims.get('acr')!r}, and [review] oidc_acr asks for "
                f"{' or '.join(self.acr)}"
            )
        if self.max_age_s:
            checked_at = claims.get("auth_time")
            if (
                not isinstance(checked_at, int | float)
                or isinstance(checked_at, bool)
                or now - checked_at > self.max_age_s + LEEWAY_S
            ):
                raise OidcError(
                    f"the service has checked at {checked_at!r}, longer ago than [review] "
                    "oidc_max_age_min, or does not say when"
                )

    def _id_token(
        self, described: Mapping[str, Any], pending: Pending, code: str, back: str
    ) -> str:
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - an extra

        try:
            with self._session(back) as session:
                token = session.fetch_token(
                    described["token_endpoint"],
                    code=code,
                    code_verifier=pending.verifier,
                    grant_type="authorization_code",
                )
        except (AuthlibBaseError, requests.RequestException, ValueError) as error:
            raise OidcError(
                f"the service did not take the code ({type(error).__name__}: {error})"
            ) from error
        id_token = token.get("id_token")
        if not isinstance(id_token, str):
            raise OidcError("the service gave no ID token")
        return id_token

    def _claims(
        self, described: Mapping[str, Any], id_token: str, nonce: str, now: float
    ) -> Mapping[str, Any]:
        """The claims of a token, after all checks of OpenID Connect Core 3.1.3.7."""
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - an extra
        from joserfc import jwk, jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415

        wanted = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        try:
            keys = jwk.KeySet.import_key_set(_get(described["jwks_uri"]))  # type: ignore[arg-type]
            token = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                token.claims, token.header, wanted, {"nonce": nonce, "client_id": self.client_id}
            )
            claims.validate(now=int(now), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise OidcError(
                f"the ID token cannot be believed ({type(error).__name__}: {error})"
            ) from error
        if not hmac.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
            raise OidcError("the ID token is of another log-in")
        return dict(claims)

    def _described(self) -> dict[str, Any]:
        """The service's own description (OpenID Connect Discovery 4)."""
        described = _get(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if described.get("issuer") != self.issuer:
            raise OidcError(
                f"the service calls itself {described.get('issuer')!r}, the settings {self.issuer!r}"
            )
        endpoints = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        for name in endpoints:
            address = described.get(name)
            if not isinstance(address, str) or not address.startswith(
                ("https://", _plain_scheme(self.issuer))
            ):
                raise OidcError(f"the service gives no {name} with https://")
        return described

    def _session(self, back: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415 - an extra

        return OAuth2Session(
            self.client_id, self.secret, scope=SCOPE, redirect_uri=back, code_challenge_method="S256",
            default_timeout=TIMEOUT_S,
        )  # fmt: skip

    def _forget(self, now: float) -> None:
        for state in [
            state for state, one in self._pending.items() if now - one.begun_at > PENDING_S
        ]:
            del self._pending[state]
        while len(self._pending) >= MOST_PENDING:
            del self._pending[next(iter(self._pending))]


def _plain_scheme(issuer: str) -> str:
    """Without TLS only where the issuer itself is so; the settings allow it for no site."""
    return "http://" if issuer.startswith("http://") else "https://"


def _get(address: str) -> dict[str, Any]:
    try:
        with requests.get(address, timeout=TIMEOUT_S, allow_redirects=False) as answer:
            answer.raise_for_status()
            found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise OidcError(f"{address}: cannot be read ({type(error).__name__})") from error
    if not isinstance(found, dict):
        raise OidcError(f"{address}: is not what it should be")
    return found
