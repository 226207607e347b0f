"""Sessions: the cookie holds a random secret; its digest and all else stay on the server."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from pipeline.people import LONGEST_NAME, Session, User, browser_of, digest_of_secret
from pipeline.store import Store, Try

COOKIE = "callqa"
DEVICE = "callqa-browser"
HOST = "__Host-"
HOST_COOKIE = f"{HOST}{COOKIE}"
"""The name behind TLS: a browser takes it from this host alone, whatever its neighbours send
(RFC 6265bis 4.1.3.2). Without TLS, on this machine alone, browsers take no such name."""
TOUCHED_S = 60.0
"""A session that was seen so lately is not written again: pages do not wait for the nightly run's
writes."""

CLOCK_S = 120.0
"""A session that begins so far in the future is of a clock that was set back, and ends."""

DEVICE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Limits:
    """A session ends after so many seconds without a request, and after so many in all."""

    idle_s: float
    absolute_s: float


def begin(
    request: Request, store: Store, user: User, response: Response, *, now: float, limits: Limits
) -> Session:
    """A new session for a user, with its cookie on the response, in place of the browser's former
    one. Expired sessions of all users are removed: log-ins come often enough, and none of them is
    urgent."""
    https = request.url.scheme == "https"
    secret = secrets.token_urlsafe(32)
    held = request.cookies.get(device_name(https=https), "")
    device = held if len(held) >= len(secret) else secrets.token_urlsafe(32)
    with store.batch():
        store.sessions.forget(seen_before=now - limits.idle_s, begun_before=now - limits.absolute_s)
        if former := request.cookies.get(cookie_name(https=https)):
            store.sessions.end(digest_of_secret(former), now=now)
        session = store.sessions.begin(
            user.name, digest=digest_of_secret(secret), csrf=secrets.token_urlsafe(32), now=now,
            address=address_of(request), browser=browser_of(request.headers.get("user-agent", "")),
        )  # fmt: skip
        store.sessions.know_device(user.name, digest=digest_of_secret(device), now=now)
    for name, value, age_s in (
        (cookie_name(https=https), secret, int(limits.absolute_s)),
        (device_name(https=https), device, DEVICE_DAYS * 86400),
    ):
        response.set_cookie(
            name, value, max_age=age_s, path="/", secure=https, httponly=True, samesite="strict"
        )
    return session


def cookie_name(*, https: bool) -> str:
    """The name of the cookie that holds a log-in."""
    return HOST_COOKIE if https else COOKIE


def device_name(*, https: bool) -> str:
    """The name of the cookie by which a browser that has logged in is known again. It opens
    nothing: a password from it is not held up by other people's wrong ones."""
    return f"{HOST}{DEVICE}" if https else DEVICE


def device_of(request: Request) -> str:
    """The digest of what a browser is known by, empty without."""
    held = request.cookies.get(device_name(https=request.url.scheme == "https"))
    return digest_of_secret(held) if held else ""


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def try_once(request: Request, store: Store, name: str, *, now: float) -> Try:
    """A try to prove who one is, counted before anything is compared."""
    return store.attempts.begin(
        name[:LONGEST_NAME], address_of(request), device=device_of(request), now=now
    )


def wait_words(wait_s: float) -> str:
    """How long the next try must wait.

    >>> wait_words(42.0), wait_words(61.0)
    ('1 分钟', '2 分钟')
    """
    return f"{max(1, int(-(-wait_s // 60)))} 分钟"


def find(store: Store, secret: str | None, *, now: float, limits: Limits) -> Session | None:
    """The session of a cookie, ``None`` where it is unknown or has ended; an ended session is
    removed."""
    if not secret:
        return None
    session = store.sessions.find(digest_of_secret(secret))
    if session is None:
        return None
    if not is_alive(session, now=now, limits=limits):
        store.sessions.end(session.digest, now=now)
        return None
    if now - session.seen_at > TOUCHED_S:
        store.sessions.touch(session.digest, now)
    return session


def is_alive(session: Session, *, now: float, limits: Limits) -> bool:
    """Whether a session goes on."""
    return (
        session.user.active
        and now - session.seen_at <= limits.idle_s
        and -CLOCK_S <= now - session.begun_at <= limits.absolute_s
    )
