"""Log-in and log-out."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from pipeline.people import is_outdated, is_password, renew_hash
from pipeline.review import sessions
from pipeline.review.access import Permission, may
from pipeline.review.context import Visitor, site_of, visitor_of
from pipeline.review.render import render

router = APIRouter()
WRONG = "用户名或密码不对。"
LOCKED = "登录失败次数过多，请一刻钟后再试，或请管理员帮忙。"
ENDED = "登录已过期。输入密码后，刚才的内容会继续提交。"
LONGEST = 200
LONGEST_KEPT = 200_000
"""Characters of a form that waits for the password (our choice: some texts of ``fields``)."""


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
    return _show(request, 200, then, "")


def show_login_in_place(request: Request, given: list[tuple[str, str]]) -> Response:
    """The log-in in answer to a form whose session has ended: what was typed waits on it."""
    where = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    kept = json.dumps(
        {"to": where, "fields": [pair for pair in given if pair[0] != "csrf"]}, ensure_ascii=False
    )
    return _show(request, 401, "/", ENDED, kept=kept if len(kept) <= LONGEST_KEPT else "")


@router.post("/login")
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=LONGEST)],
    password: Annotated[str, Form(max_length=LONGEST)],
    then: Annotated[str, Form()] = "/",
    kept: Annotated[str, Form(max_length=LONGEST_KEPT)] = "",
) -> Response:
    """A new session, or the form again. A wrong name takes as long as a wrong password and reads
    the same. ``kept``: a form that was sent when the session had ended; it is sent again next."""
    site = site_of(request)
    store, address, now = site.store, request.client.host if request.client else "", site.clock()
    if sessions.is_locked(store, name, address, now=now):
        return _show(request, 429, then, LOCKED, kept=kept, name=name)
    user = store.users.find(name)
    fits = is_password(password, user.password if user else "")
    if user is None or not fits or not user.active:
        store.users.note_attempt(name, address, now=now)
        return _show(request, 403, then, WRONG, kept=kept, name=name)
    if is_outdated(user.password):
        hashed = renew_hash(password)
        store.users.renew_hash(user.name, before=user.password, after=hashed, at=site.now)
    response = enter(request, user.name, then=then)
    return _resume(request, response, kept) or response


def _show(
    request: Request, status: int, then: str, message: str, *, kept: str = "", name: str = ""
) -> HTMLResponse:
    return render(
        request, "login.html.j2", status=status, then=inside(then), message=message, kept=kept, name=name,
        oidc=bool(site_of(request).settings.review.oidc_issuer),
    )  # fmt: skip


def _resume(request: Request, entered: Response, kept: str) -> Response | None:
    """The page that sends a kept form, with the cookie of the new session; ``None`` without one."""
    if not kept:
        return None
    try:
        read = json.loads(kept)
        to, fields = (
            inside(str(read["to"])),
            [(str(name), str(value)) for name, value in read["fields"]],
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    session = sessions.find(
        site_of(request).store, _secret_in(entered), now=site_of(request).clock(), limits=site_of(request).limits
    )  # fmt: skip
    if session is None or to == "/":
        return None
    request.state.visitor = Visitor(session.user, session)
    page = render(request, "resume.html.j2", to=to, fields=fields)
    page.headers["set-cookie"] = entered.headers["set-cookie"]
    return page


def _secret_in(entered: Response) -> str:
    """The secret of the session that a response begins."""
    cookie: SimpleCookie = SimpleCookie(entered.headers["set-cookie"])
    return cookie[sessions.COOKIE].value


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
