"""Log-in and log-out."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from pipeline.people import is_outdated, is_password, renew_hash
from pipeline.review import sessions
from pipeline.review.access import Permission, may
from pipeline.review.context import site_of, visitor_of
from pipeline.review.render import render

router = APIRouter()
WRONG = "用户名或密码不对。"
LOCKED = "登录失败次数过多，请一刻钟后再试，或请管理员帮忙。"
LONGEST = 200


@router.get("/healthz")
def health(request: Request) -> PlainTextResponse:
    """Whether the database can be read."""
    site_of(request).store.ledger.head()
    return PlainTextResponse("ok")


@router.get("/")
def home(request: Request) -> RedirectResponse:
    """The page that a user works with."""
    user = visitor_of(request).user
    if may(user, Permission.READ_ALL):
        return RedirectResponse("/queue", 303)
    return RedirectResponse(f"/agents/{user.agent_id}" if user.agent_id else "/account", 303)


@router.get("/login")
def show_login(request: Request, then: str = "/") -> Response:
    site = site_of(request)
    return render(
        request,
        "login.html.j2",
        then=inside(then),
        message="",
        oidc=bool(site.settings.review.oidc_issuer),
    )


@router.post("/login")
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=LONGEST)],
    password: Annotated[str, Form(max_length=LONGEST)],
    then: Annotated[str, Form()] = "/",
) -> Response:
    """A new session, or the form again. A wrong name takes as long as a wrong password and reads
    the same."""
    site = site_of(request)
    store, address, now = site.store, request.client.host if request.client else "", site.clock()
    oidc = bool(site.settings.review.oidc_issuer)
    if sessions.is_locked(store, name, address, now=now):
        return render(
            request, "login.html.j2", status=429, then=inside(then), message=LOCKED, oidc=oidc
        )
    user = store.users.find(name)
    fits = is_password(password, user.password if user else "")
    if user is None or not fits or not user.active:
        store.users.note_attempt(name, address, now=now)
        return render(
            request, "login.html.j2", status=403, then=inside(then), message=WRONG, oidc=oidc
        )
    if is_outdated(user.password):
        hashed = renew_hash(password)
        store.users.renew_hash(user.name, before=user.password, after=hashed, at=site.now)
    return enter(request, user.name, then=then)


def enter(request: Request, name: str, *, then: str) -> Response:
    """Begin a session for a user who has proved who they are."""
    site = site_of(request)
    user = site.store.users.find(name)
    assert user is not None
    site.store.users.clear_attempts(name)
    response = RedirectResponse(inside(then), 303)
    sessions.begin(
        site.store,
        user,
        response,
        now=site.clock(),
        https=request.url.scheme == "https",
        limits=site.limits,
    )
    return response


@router.post("/logout")
def log_out(request: Request) -> Response:
    session = visitor_of(request).session
    assert session is not None
    site = site_of(request)
    site.store.users.end_session(session.digest, now=site.clock())
    response = RedirectResponse("/login", 303)
    https = request.url.scheme == "https"
    response.delete_cookie(sessions.cookie_name(https=https), path="/", secure=https)
    return response


def inside(target: str) -> str:
    """A path of this site, or its start: nobody is sent elsewhere."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    safe = (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not parts.netloc
        and not parts.scheme
    )
    return target if safe and target.isprintable() else "/"
