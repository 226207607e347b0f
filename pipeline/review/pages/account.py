"""我的账号: the user's own password, second factor, log-ins, and tokens for programs."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from pipeline.errors import PeopleError
from pipeline.people import (
    LONGEST,
    SHORTEST,
    days_after,
    digest_of_secret,
    enrolment_address,
    enrolment_picture,
    fitting_step,
    hash_password,
    is_password,
    make_recovery_codes,
    make_secret,
)
from pipeline.review import sessions
from pipeline.review.context import site_of, visitor_of
from pipeline.review.proof import prove_again
from pipeline.review.render import render
from pipeline.review.waiting import HalfWay

router = APIRouter()
TOKEN_START = "callqa_"
"""The start of every token: it gives the token away where it should not be, such as in a
repository."""

MOST_DAYS = 365
"""A token ends after a year at the latest (our choice)."""

OTHERS = "others"
OwnPassword = Annotated[str, Form(max_length=LONGEST)]
Code = Annotated[str, Form(max_length=100)]


@router.get("/account")
def show_account(request: Request) -> HTMLResponse:
    return _show(request)


@router.post("/account/password")
def change_password(
    request: Request, old: OwnPassword, new: OwnPassword, again: OwnPassword
) -> Response:
    """Change the password; all other log-ins of the account end. Wrong old passwords are slowed
    down as at the log-in."""
    site, user = site_of(request), visitor_of(request).user
    store, now = site.store, site.clock()
    prove_again(request, old)
    if new != again:
        raise PeopleError("两次输入的新密码不一样")
    if is_password(new, user.password):
        raise PeopleError("新密码和原来的一样，请换一个")
    hashed = hash_password(new, name=user.name, words=site.settings.review.password_words)
    with store.batch():
        changed = store.users.change(user.name, password_hash=hashed, actor=user.name, at=site.now)
        response = RedirectResponse("/account?changed=1", 303)
        sessions.begin(request, store, changed, response, now=now, limits=site.limits)
    return response


@router.post("/account/sessions/end")
def end_sessions(
    request: Request,
    which: Annotated[str, Form(min_length=1, max_length=64)],
    password: OwnPassword = "",
) -> RedirectResponse:
    """End one of one's own log-ins, or all ``others``. The password is asked again where there is
    one: a browser that was left open throws its owner out of no other."""
    site, visitor = site_of(request), visitor_of(request)
    log_ins, now = site.store.sessions, site.clock()
    assert visitor.session is not None
    if visitor.user.password:
        prove_again(request, password)
    if which == OTHERS:
        log_ins.end_others(visitor.session.digest, now=now)
        return RedirectResponse("/account?ended=1", 303)
    for one in log_ins.of_user(visitor.user.name):
        if one.place == which:
            log_ins.end(one.digest, now=now)
            return RedirectResponse("/account?ended=1", 303)
    raise HTTPException(404)


@router.post("/account/second-factor")
def begin_second_factor(request: Request, password: OwnPassword) -> HTMLResponse:
    """The picture for the authenticator app. Nothing is stored before a code of it was typed."""
    site, visitor = site_of(request), visitor_of(request)
    assert visitor.session is not None
    if not visitor.user.password:
        raise PeopleError("这个账号由单位账号登录，两步验证请在单位账号里设置")
    if site.store.factors.find(visitor.user.name):
        raise PeopleError("两步验证已经启用；换手机时请先关闭")
    prove_again(request, password)
    waiting = HalfWay(visitor.user.name, visitor.user.password, kept=make_secret())
    site.enrolling.put(waiting, now=site.clock(), key=visitor.session.digest)
    return _show_enrolment(request, waiting.kept, "")


@router.post("/account/second-factor/confirm")
def confirm_second_factor(request: Request, code: Code) -> HTMLResponse:
    """Store the second factor, and show the recovery codes this once."""
    site, visitor = site_of(request), visitor_of(request)
    assert visitor.session is not None
    waiting = site.enrolling.find(visitor.session.digest, now=site.clock())
    if waiting is None or site.store.factors.find(visitor.user.name):
        raise PeopleError("设置两步验证花的时间太久，请重新开始")
    step = fitting_step(waiting.kept, code, now=site.clock())
    if step is None:
        return _show_enrolment(request, waiting.kept, "动态码不对；请核对手机的时间后再输一次。")
    site.enrolling.end(visitor.session.digest)
    codes, name = make_recovery_codes(), visitor.user.name
    site.store.factors.put(
        name, secret=waiting.kept, step=step, codes=codes, actor=name, at=site.now
    )
    return _show(request, codes=codes)


@router.post("/account/second-factor/remove")
def remove_second_factor(request: Request, password: OwnPassword, code: Code) -> RedirectResponse:
    """Take one's own second factor away, with the password and a code of it."""
    site, user = site_of(request), visitor_of(request).user
    prove_again(request, password, code=code)
    site.store.factors.remove(user.name, actor=user.name, at=site.now)
    return RedirectResponse("/account", 303)


@router.post("/account/tokens")
def add_token(
    request: Request,
    label: Annotated[str, Form(min_length=1, max_length=100)],
    days: Annotated[int, Form(ge=1, le=MOST_DAYS)],
) -> HTMLResponse:
    """A new token. The page shows it this once: only its digest is stored."""
    site, user = site_of(request), visitor_of(request).user
    secret = TOKEN_START + secrets.token_urlsafe(32)
    site.store.tokens.add(
        user.name, digest=digest_of_secret(secret), label=label.strip(), expires_at=days_after(site.now, days),
        actor=user.name, at=site.now,
    )  # fmt: skip
    return _show(request, secret=secret)


@router.post("/account/tokens/{token_id}/revoke")
def revoke_token(request: Request, token_id: int) -> RedirectResponse:
    site, user = site_of(request), visitor_of(request).user
    if token_id not in {token.id for token in site.store.tokens.all(user.name)}:
        raise HTTPException(404)
    site.store.tokens.revoke(token_id, actor=user.name, at=site.now)
    return RedirectResponse("/account", 303)


def _show_enrolment(request: Request, secret: str, message: str) -> HTMLResponse:
    address = enrolment_address(secret, name=visitor_of(request).user.name)
    return render(
        request, "second_factor.html.j2", status=403 if message else 200, message=message, secret=secret,
        address=address, picture=Markup(enrolment_picture(address)),
    )  # fmt: skip


def _show(request: Request, *, secret: str = "", codes: tuple[str, ...] = ()) -> HTMLResponse:
    site, visitor = site_of(request), visitor_of(request)
    name, now = visitor.user.name, site.clock()
    alive = [
        one
        for one in site.store.sessions.of_user(name)
        if sessions.is_alive(one, now=now, limits=site.limits)
    ]
    factor = site.store.factors.find(name)
    asked = request.query_params
    return render(
        request, "account.html.j2", secret=secret, codes=codes, factor=factor, tokens=site.store.tokens.all(name),
        now=site.now, alive=alive, least=SHORTEST, most=LONGEST, most_days=MOST_DAYS,
        changed=asked.get("changed") == "1", ended=asked.get("ended") == "1",
        due=factor is None and visitor.user.role in site.settings.review.second_factor_roles,
    )  # fmt: skip
