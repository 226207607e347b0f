"""Log-in, in one step or two, and log-out."""

from __future__ import annotations

import json
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from pipeline.people import LONGEST as LONGEST_PASSWORD
from pipeline.people import Session, User, is_outdated, is_password, renew_hash
from pipeline.review import sessions
from pipeline.review.access import Permission, may
from pipeline.review.context import Visitor, site_of, visitor_of
from pipeline.review.proof import fits_code
from pipeline.review.render import render
from pipeline.review.waiting import HalfWay
from pipeline.store import Try

router = APIRouter()
WRONG = "用户名或密码不对。"
WRONG_CODE = "动态码不对，或已经用过；请输入应用里现在显示的 6 位数字。"
LOCKED = "登录失败次数过多，请 {wait}后再试，或请管理员帮忙。"
ENDED = "登录已过期。输入密码后，刚才的内容会继续提交。"
TOO_LATE = "输入密码后过了太久，请重新登录。"
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
        {"to": where, "fields": [pair for pair in given if pair[0] not in UNKEPT]},
        ensure_ascii=False,
    )
    return _show(request, 401, "/", ENDED, kept=kept if len(kept) <= LONGEST_KEPT else "")


UNKEPT = ("csrf", "old", "new", "again", "password", "code")
"""Fields of a form that no page shows again."""


@router.post("/login")
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=LONGEST)],
    password: Annotated[str, Form(max_length=LONGEST_PASSWORD)],
    then: Annotated[str, Form()] = "/",
    kept: Annotated[str, Form(max_length=LONGEST_KEPT)] = "",
) -> Response:
    """A new session, the question for a code, or the form again. A wrong name takes as long as a
    wrong password and reads the same. ``kept``: a form that was sent when the session had ended; it
    is sent again next."""
    site = site_of(request)
    store, now = site.store, site.clock()
    tried = sessions.try_once(request, store, name, now=now)
    if tried.wait_s:
        return _wait(_show(request, 429, then, _locked(tried), kept=kept, name=name), tried)
    user = store.users.find(name)
    fits = is_password(password, user.password if user else "")
    if user is None or not fits or not user.active:
        store.attempts.fail(tried, now=now)
        return _show(request, 403, then, WRONG, kept=kept, name=name)
    if is_outdated(user.password):
        hashed = renew_hash(password)
        store.users.renew_hash(user.name, before=user.password, after=hashed, at=site.now)
        user = store.users.find(name) or user
    if store.factors.find(user.name) is None:
        return _enter(request, tried, user, then=then, kept=kept)
    store.attempts.release(tried)
    step = site.half_way.put(HalfWay(user.name, user.password, then, kept), now=now)
    return render(request, "login_code.html.j2", step=step, message="")


@router.post("/login/code")
def log_in_by_code(
    request: Request,
    step: Annotated[str, Form(max_length=LONGEST)],
    code: Annotated[str, Form(max_length=LONGEST)],
) -> Response:
    """The second step: a code of the user's app, or a recovery code. Wrong ones are counted as
    wrong passwords are."""
    site = site_of(request)
    store, now = site.store, site.clock()
    waiting = site.half_way.find(step, now=now)
    user = store.users.find(waiting.user) if waiting else None
    if waiting is None or user is None or user.password != waiting.password or not user.active:
        return _show(request, 403, "/", TOO_LATE)
    tried = sessions.try_once(request, store, user.name, now=now)
    if tried.wait_s:
        page = render(request, "login_code.html.j2", status=429, step=step, message=_locked(tried))
        return _wait(page, tried)
    if not fits_code(site, user.name, code):
        store.attempts.fail(tried, now=now)
        return render(request, "login_code.html.j2", status=403, step=step, message=WRONG_CODE)
    if site.half_way.end(step) is None:
        return _show(request, 403, "/", TOO_LATE)
    return _enter(request, tried, user, then=waiting.then, kept=waiting.kept)


def _show(
    request: Request, status: int, then: str, message: str, *, kept: str = "", name: str = ""
) -> HTMLResponse:
    return render(
        request, "login.html.j2", status=status, then=inside(then), message=message, kept=kept, name=name,
        oidc=bool(site_of(request).settings.review.oidc_issuer),
    )  # fmt: skip


def _locked(tried: Try) -> str:
    return LOCKED.format(wait=sessions.wait_words(tried.wait_s))


def _wait(response: Response, tried: Try) -> Response:
    response.headers["Retry-After"] = str(int(tried.wait_s) + 1)
    return response


def _enter(request: Request, tried: Try, user: User, *, then: str, kept: str) -> Response:
    """Begin a session for a user who has proved who they are, and lead them on."""
    site = site_of(request)
    site.store.attempts.clear(tried)
    response = RedirectResponse(inside(then), 303)
    session = sessions.begin(
        request, site.store, user, response, now=site.clock(), limits=site.limits
    )
    return _resume(request, response, session, kept) or response


def _resume(request: Request, entered: Response, session: Session, kept: str) -> Response | None:
    """The page that sends a kept form, with the cookies of the new session; ``None`` without
    one."""
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
    if to == "/":
        return None
    request.state.visitor = Visitor(session.user, session)
    page = render(request, "resume.html.j2", to=to, fields=fields)
    for cookie in entered.headers.getlist("set-cookie"):
        page.headers.append("set-cookie", cookie)
    return page


@router.post("/logout")
def log_out(request: Request) -> Response:
    session = visitor_of(request).session
    assert session is not None
    site = site_of(request)
    site.store.sessions.end(session.digest, now=site.clock())
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
