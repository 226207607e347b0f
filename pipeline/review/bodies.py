"""The bodies of requests: how long they may be, and for whom they are read at all."""

from __future__ import annotations

import logging
from collections.abc import Callable

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import StoreError
from pipeline.review.gate import API, SAFE, find_visitor
from pipeline.review.pages.users import MOST_BYTES
from pipeline.types import Seconds

MOST_KNOWN = 1_048_576
"""Bytes of a visitor who has logged in, as nginx's usual limit."""

MOST_UNKNOWN = 262_144
"""Bytes of anybody else: a log-in, or a form whose session has ended (our choice)."""

UPLOADS = {"/users/import": MOST_BYTES + 10_000}
"""Addresses that take files, with their form around them."""

MESSAGES = "/api/v1/conversations/"
MOST_MESSAGES = 2_000_000
"""Bytes of messages that are handed over at once (our choice): 100 of 4,000 Chinese characters have
1.2 million."""

BODY_S: Seconds = 30.0
"""A body that has not come by then is given up (our choice)."""

TOO_LONG = "内容太长。"
AWAY = "数据库暂时不能用，请稍后再试。"
_log = logging.getLogger(__name__)
Say = Callable[..., Response]


class BoundedBodies:
    """Reads the body of a request before the app does, up to a limit. Without a valid token the API
    reads none; the app finds the visitor in ``request.state.found``."""

    def __init__(self, app: ASGIApp, say: Say) -> None:
        self._app, self._say = app, say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            request.state.found = visitor = await run_in_threadpool(find_visitor, request)
            if visitor is None and request.url.path.startswith(API):
                raise HTTPException(401, "请先登录。", {"WWW-Authenticate": "Bearer"})
            most = MOST_UNKNOWN if visitor is None else _most_for(request.url.path)
            body = await _read(request, receive, most)
        except StoreError as error:
            _log.error("%s %s: %s", request.method, request.url.path, error)
            await self._refuse(request, HTTPException(503, AWAY), send)
        except HTTPException as refused:
            await self._refuse(request, refused, send)
        else:
            await self._app(scope, _replay(body, receive), send)

    async def _refuse(self, request: Request, why: HTTPException, send: Send) -> None:
        headers = {"Connection": "close", **(why.headers or {})}
        answer = await run_in_threadpool(
            self._say, request, why.status_code, why.detail, headers=headers
        )
        await answer(request.scope, request.receive, send)


def _most_for(path: str) -> int:
    if path.startswith(MESSAGES):
        return MOST_MESSAGES
    return UPLOADS.get(path, MOST_KNOWN)


async def _read(request: Request, receive: Receive, most: int) -> bytes:
    """The body, within ``BODY_S``. 413 where it is longer than ``most`` bytes, which are the most
    that is read."""
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > most:
        raise HTTPException(413, TOO_LONG)
    with anyio.move_on_after(BODY_S):
        return await _receive(receive, most)
    raise HTTPException(408, "内容没有在限定时间内传完。")


async def _receive(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":  # the client has gone
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > most:
            raise HTTPException(413, TOO_LONG)
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the body first."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again
