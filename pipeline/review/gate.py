"""The gate before every route: the sender, the permission, and the origin of a change."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from fastapi import FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from pipeline.people import Session, digest_of_secret
from pipeline.review import sessions
from pipeline.review.access import RIGHTS, Permission, may
from pipeline.review.context import ReviewContext, Visitor, site_of
from pipeline.review.proof import is_due
from pipeline.review.security import is_foreign, is_same

_log = logging.getLogger(__name__)
API = "/api/"
BEARER = "bearer "
SAFE = ("GET", "HEAD")
FIRST_PAGES = ("/account", "/account/password", "/logout")
"""What a user with a first password can do: set another, or leave."""

FACTOR_PAGES = (*FIRST_PAGES, "/account/second-factor", "/account/second-factor/confirm")
"""What a user can do whose second factor is due: set it up, or leave."""


class NotLoggedInError(Exception):
    """The page needs a log-in."""


class FirstPasswordError(Exception):
    """The visitor must set a password of their own before anything else."""


class FactorDueError(Exception):
    """The visitor must set up a second factor before anything else."""


def check_rights(app: FastAPI) -> None:
    """Raises ``LookupError`` where a route has no permission in ``RIGHTS``, or where no route is
    found at all."""
    found = routes_of(app)
    if not found:
        raise LookupError("the app has no routes that could be checked")
    for method, path in found:
        if (method, path) not in RIGHTS:
            raise LookupError(f"{method} {path} has no permission in review.access.RIGHTS")


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of every route, also of routers that the app keeps whole. ``authorise`` looks
    up a right by the same path: it has the router's own prefix, and not a prefix given at
    inclusion."""
    return [
        (method, route.path)
        for route in _flat(app.routes)
        if isinstance(route, APIRoute)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def _flat(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        inner = getattr(
            route, "original_router", None
        )  # since FastAPI keeps included routers as one route each
        if inner is None:
            yield route
        else:
            yield from _flat(inner.routes)


async def authorise(request: Request) -> None:
    """Let a request through whose sender has the route's permission. Raises ``NotLoggedInError``,
    ``HTTPException``."""
    method = "GET" if request.method in SAFE else request.method
    permission = RIGHTS[method, request.scope["route"].path]
    is_api = request.url.path.startswith(API)
    if hasattr(request.state, "found"):  # before the body was read
        visitor: Visitor | None = request.state.found
    else:
        visitor = await run_in_threadpool(find_visitor, request)
    if visitor is not None:
        request.state.visitor = visitor
    if permission is Permission.OPEN:
        if method != "GET" and is_foreign(request.headers):
            raise HTTPException(403)
        return
    if visitor is None:
        raise (
            HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
            if is_api
            else NotLoggedInError
        )
    if visitor.user.must_change and request.scope["route"].path not in FIRST_PAGES:
        raise FirstPasswordError
    if request.scope["route"].path not in FACTOR_PAGES and await run_in_threadpool(
        is_due, site_of(request), visitor.user
    ):
        raise FactorDueError
    if not may(visitor.user, permission, scope=visitor.scope):
        _log.warning("refused %s %s to %s", method, request.scope["route"].path, visitor.user.name)
        raise HTTPException(403)
    if method != "GET" and not is_api:
        await _check_csrf(request, visitor)


def find_visitor(request: Request) -> Visitor | None:
    """Who sends a request, by session on the pages and by token to the API; ``None`` for nobody."""
    find = _find_api_visitor if request.url.path.startswith(API) else _find_visitor
    return find(site_of(request), request)


def _find_visitor(site: ReviewContext, request: Request) -> Visitor | None:
    site.refresh()
    secret = request.cookies.get(sessions.cookie_name(https=request.url.scheme == "https"))
    session: Session | None = sessions.find(
        site.store, secret, now=site.clock(), limits=site.limits
    )
    return Visitor(session.user, session) if session else None


def _find_api_visitor(site: ReviewContext, request: Request) -> Visitor | None:
    """By its token; cookies do not count, so that no other site's page can use them."""
    site.refresh()
    given = request.headers.get("authorization", "")
    if not given.lower().startswith(BEARER):
        return None
    token = site.store.tokens.find(digest_of_secret(given[len(BEARER) :].strip()), now=site.now)
    if token is None:
        return None
    user = site.store.users.find(token.user)
    return Visitor(user, scope=token.scope) if user and user.active else None


async def _check_csrf(request: Request, visitor: Visitor) -> None:
    given = request.headers.get("x-csrf-token") or (await request.form()).get("csrf")
    if (
        is_foreign(request.headers)
        or not isinstance(given, str)
        or not is_same(given, visitor.csrf)
    ):
        raise HTTPException(403, "页面已过期，请刷新后再试。")
