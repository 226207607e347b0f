"""用单位账号登录: by the service that the settings name."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.review import sessions
from pipeline.review.context import site_of
from pipeline.review.oidc import PENDING_S, OidcError, Provider
from pipeline.review.pages.login import inside
from pipeline.review.render import render
from pipeline.review.security import is_same

router = APIRouter()
COOKIE = "callqa-oidc"
"""Binds a log-in to the browser that began it: a link logs nobody in as somebody else."""

PATH = "/login/oidc"
AWAY = "单位登录服务暂时不能用，请稍后再试，或用密码登录。"
FAILED = "单位账号登录没有成功，请重新登录。"
UNKNOWN = "您的单位账号在这里没有开通，请找管理员。"
_log = logging.getLogger(__name__)


@router.get("/login/oidc")
def begin(request: Request, then: str = "/") -> Response:
    """Off to the service."""
    site, provider = site_of(request), _provider(request)
    try:
        url, state = provider.begin(back=_back(request), then=inside(then), now=site.clock())
    except OidcError as error:
        _log.error("OIDC: %s", error)
        return _say(request, 502, AWAY)
    response = RedirectResponse(url, 303)
    response.set_cookie(
        _cookie_name(request), state, max_age=int(PENDING_S), path="/", secure=request.url.scheme == "https", httponly=True,
        samesite="lax",  # browsers send no strict cookie from the service's page
    )  # fmt: skip
    return response


@router.get("/login/oidc/callback")
def finish(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Back from the service: a session for an account that is there and active."""
    site, provider = site_of(request), _provider(request)
    address, now = sessions.address_of(request), site.clock()
    if (
        error
        or not code
        or not state
        or not is_same(state, request.cookies.get(_cookie_name(request), ""))
    ):
        _log.warning("OIDC: refused or foreign answer %r from %s", error[:50], address)
        return _say(request, 403, FAILED)
    try:
        name, then = provider.finish(state=state, code=code, back=_back(request), now=now)
    except OidcError as wrong:
        _log.error("OIDC: %s", wrong)
        return _say(request, 403, FAILED)
    user = site.store.users.find(name)
    if user is None or not user.active:
        site.store.attempts.note(name, address, now=now)
        return _say(request, 403, UNKNOWN)
    # A page and no redirect: browsers send the session's cookie only from a page of our own
    response = render(request, "oidc.html.j2", then=then)
    sessions.begin(request, site.store, user, response, now=now, limits=site.limits)
    _delete_cookie(request, response)
    return response


def _provider(request: Request) -> Provider:
    provider = site_of(request).oidc
    if provider is None:
        raise HTTPException(404)
    return provider


def _cookie_name(request: Request) -> str:
    return f"{sessions.HOST}{COOKIE}" if request.url.scheme == "https" else COOKIE


def _delete_cookie(request: Request, response: Response) -> None:
    https = request.url.scheme == "https"
    response.delete_cookie(_cookie_name(request), path="/", secure=https)


def _back(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{PATH}/callback"


def _say(request: Request, status: int, message: str) -> Response:
    response = render(
        request,
        "login.html.j2",
        status=status,
        then="/",
        message=message,
        oidc=True,
        kept="",
        name="",
    )
    _delete_cookie(request, response)
    return response
