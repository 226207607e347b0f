"""Sessions: the cookie holds a random secret; its digest and all else stay on the server."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from starlette.responses import Response

from pipeline.people import Session, User, digest_of_secret
from pipeline.store import Store

COOKIE = "callqa"
HOST_COOKIE = f"__Host-{COOKIE}"
"""The name behind TLS: a browser takes it from this host alone, whatever its neighbours send
(RFC 6265bis 4.1.3.2)."""
TOUCHED_S = 60.0
"""A session that was seen so lately is not written again: pages do not wait for the nightly run's
writes."""

LOCKED_AFTER = 5
LOCKED_S = 900.0
ADDRESS_FACTOR = 10
"""Five wrong passwords for a name in a quarter of an hour stop further tries, fifty from one
address (our choice)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A session ends after so many seconds without a request, and after so many in all."""

    idle_s: float
    absolute_s: float


def begin(
    store: Store, user: User, response: Response, *, now: float, https: bool, limits: Limits
) -> None:
    """A new session for a user, with its cookie on the response. Expired sessions of all users are
    removed: log-ins come often enough, and none of them is urgent."""
    store.users.forget_sessions(
        seen_before=now - limits.idle_s, begun_before=now - limits.absolute_s
    )
    secret = secrets.token_urlsafe(32)
    store.users.begin_session(
        user.name, digest=digest_of_secret(secret), csrf=secrets.token_urlsafe(32), now=now
    )
    response.set_cookie(
        cookie_name(https=https),
        secret,
        max_age=int(limits.absolute_s),
        path="/",
        secure=https,
        httponly=True,
        samesite="strict",
    )


def cookie_name(*, https: bool) -> str:
    """The name of the cookie that holds a log-in."""
    return HOST_COOKIE if https else COOKIE


def find(store: Store, secret: str | None, *, now: float, limits: Limits) -> Session | None:
    """The session of a cookie, ``None`` where it is unknown or has ended; an ended session is
    removed."""
    if not secret:
        return None
    session = store.users.session(digest_of_secret(secret))
    if session is None:
        return None
    if (
        not session.user.active
        or now - session.seen_at > limits.idle_s
        or now - session.begun_at > limits.absolute_s
    ):
        store.users.end_session(session.digest, now=now)
        return None
    if now - session.seen_at > TOUCHED_S:
        store.users.touch_session(session.digest, now)
    return session


def is_locked(store: Store, name: str, address: str, *, now: float) -> bool:
    """Whether so many log-ins have failed lately that none is tried any more."""
    since = now - LOCKED_S
    by_name = store.users.attempts_since(since, name=name)
    return (
        by_name >= LOCKED_AFTER
        or store.users.attempts_since(since, address=address) >= LOCKED_AFTER * ADDRESS_FACTOR
    )
