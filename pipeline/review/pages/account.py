"""我的账号: the user's own password, log-ins, and tokens for programs."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import PeopleError
from pipeline.people import (
    LONGEST,
    SHORTEST,
    days_after,
    digest_of_secret,
    hash_password,
    is_password,
)
from pipeline.review import sessions
from pipeline.review.context import site_of, visitor_of
from pipeline.review.render import render

router = APIRouter()
TOKEN_START = "callqa_"
"""The start of every token: it gives the token away where it should not be, such as in a
repository."""

MOST_DAYS = 365
"""A token ends after a year at the latest (our choice)."""

OwnPassword = Annotated[str, Form(max_length=LONGEST)]


@router.get("/account")
def show_account(request: Request) -> HTMLResponse:
    return _show(request)


@router.post("/account/password")
def change_password(
    request: Request, old: OwnPassword, new: OwnPassword, again: OwnPassword
) -> Response:
    """Change the password; all other log-ins of the account end. Wrong old passwords lock the
    account as at the log-in."""
    site, user = site_of(request), visitor_of(request).user
    store, now, address = site.store, site.clock(), request.client.host if request.client else ""
    if sessions.is_locked(store, user.name, address, now=now):
        raise PeopleError("密码输错次数过多，请一刻钟后再试")
    if not is_password(old, user.password):
        store.users.note_attempt(user.name, address, now=now)
        raise PeopleError("原密码不对")
    if new != again:
        raise PeopleError("两次输入的新密码不一样")
    hashed = hash_password(new, name=user.name)
    with store.batch():
        changed = store.users.change(user.name, password_hash=hashed, actor=user.name, at=site.now)
        response = RedirectResponse("/account?changed=1", 303)
        sessions.begin(
            store,
            changed,
            response,
            now=now,
            https=request.url.scheme == "https",
            limits=site.limits,
        )
    return response


@router.post("/account/tokens")
def add_token(
    request: Request,
    label: Annotated[str, Form(min_length=1, max_length=100)],
    days: Annotated[int, Form(ge=1, le=MOST_DAYS)],
) -> HTMLResponse:
    """A new token. The page shows it this once: only its digest is stored."""
    site, user = site_of(request), visitor_of(request).user
    secret = TOKEN_START + secrets.token_urlsafe(32)
    site.store.users.add_token(
        user.name, digest=digest_of_secret(secret), label=label.strip(), expires_at=days_after(site.now, days),
        actor=user.name, at=site.now,
    )  # fmt: skip
    return _show(request, secret=secret)


@router.post("/account/tokens/{token_id}/revoke")
def revoke_token(request: Request, token_id: int) -> RedirectResponse:
    site, user = site_of(request), visitor_of(request).user
    if token_id not in {token.id for token in site.store.users.tokens(user.name)}:
        raise HTTPException(404)
    site.store.users.revoke_token(token_id, actor=user.name, at=site.now)
    return RedirectResponse("/account", 303)


def _show(request: Request, *, secret: str = "") -> HTMLResponse:
    site, visitor = site_of(request), visitor_of(request)
    limits, now = site.limits, site.clock()
    alive = [
        one
        for one in site.store.users.sessions_of(visitor.user.name)
        if now - one.seen_at <= limits.idle_s and now - one.begun_at <= limits.absolute_s
    ]
    return render(
        request, "account.html.j2", secret=secret, tokens=site.store.users.tokens(visitor.user.name), now=site.now,
        alive=alive, least=SHORTEST, most=LONGEST, most_days=MOST_DAYS,
        changed=request.query_params.get("changed") == "1",
    )  # fmt: skip
