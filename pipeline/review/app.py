"""The app: routes, the gate before them, and pages for errors."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import anyio.to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from pipeline.errors import CallqaError, StoreError
from pipeline.review import api, pages
from pipeline.review.bodies import BoundedBodies
from pipeline.review.context import ReviewContext
from pipeline.review.gate import (
    API,
    FactorDueError,
    FirstPasswordError,
    NotLoggedInError,
    authorise,
    check_rights,
)
from pipeline.review.overtaken import show_overtaken
from pipeline.review.pages.login import show_login_in_place
from pipeline.review.render import render
from pipeline.review.security import SecureHeaders
from pipeline.review.stale import StaleError

STATIC = Path(__file__).parent / "static"
MESSAGES = {
    400: "请求有误。",
    401: "请先登录。",
    403: "无此权限。",
    404: "没有这个页面，或者它不在您的范围内。",
    409: "刚才有人改动过，请刷新后再看。",
    413: "内容太长。",
    422: "填写的内容有误。",
    500: "出错了，已记入日志。",
    503: "数据库暂时不能用，请稍后再试。",
}
_log = logging.getLogger(__name__)


THREADS = 6
"""Pages rendered at the same time. One processor renders them: more pages would only wait for each
other halfway."""


@asynccontextmanager
async def _few_threads(_: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def make_app(site: ReviewContext) -> FastAPI:
    """The app of one site. Raises ``LookupError`` where a route has no permission."""
    app = FastAPI(
        title="callqa",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # it would send people to whatever host the request names
        dependencies=[Depends(authorise)],
        lifespan=_few_threads,
    )
    app.state.site = site
    for router in (*pages.ROUTERS, *api.ROUTERS):
        app.include_router(router)
    check_rights(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(BoundedBodies, say=_say)
    app.add_middleware(SecureHeaders)
    app.add_exception_handler(NotLoggedInError, _to_login)
    app.add_exception_handler(FirstPasswordError, _to_password)
    app.add_exception_handler(FactorDueError, _to_second_factor)
    app.add_exception_handler(StaleError, show_overtaken)
    app.add_exception_handler(HTTPException, _say_status)
    app.add_exception_handler(RequestValidationError, _say_invalid)
    app.add_exception_handler(CallqaError, _say_error)
    app.add_exception_handler(OverflowError, _say_unknown)
    app.add_exception_handler(Exception, _say_crash)
    return app


async def _to_login(request: Request, error: Exception) -> Response:
    """The log-in; a form that was sent in vain waits on it, and is sent after the password."""
    if request.url.path.startswith(API):
        return _say(request, 401, MESSAGES[401])
    if request.method != "GET":
        form = await request.form()
        given = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        return show_login_in_place(request, given)
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?then={quote(target)}", 303)


def _to_password(request: Request, error: Exception) -> Response:
    if request.url.path.startswith(API):
        return _say(request, 403, "请先登录页面，修改初始密码。")
    return RedirectResponse("/account?first=1", 303)


def _to_second_factor(request: Request, error: Exception) -> Response:
    if request.url.path.startswith(API):
        return _say(request, 403, "请先登录页面，启用两步验证。")
    return RedirectResponse("/account?second=1", 303)


def _say_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = (
        error.detail
        if not error.detail.isascii()
        else MESSAGES.get(error.status_code, error.detail)
    )
    return _say(request, error.status_code, message, headers=dict(error.headers or {}))


def _say_unknown(request: Request, error: Exception) -> Response:
    """An id beyond the integers of the database names nothing."""
    return _say(request, 404, MESSAGES[404])


def _say_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if request.url.path.startswith(API):
        where = [
            {"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()
        ]
        return JSONResponse({"detail": where}, 422)
    # A path such as /calls/abc names nothing
    if any(one["loc"][0] == "path" for one in error.errors()):
        return _say(request, 404, MESSAGES[404])
    wrong = "、".join(sorted({str(one["loc"][-1]) for one in error.errors()}))
    if all(one["loc"][0] == "query" for one in error.errors()):
        return _say(request, 400, f"{MESSAGES[400].removesuffix('。')}（{wrong}）。")
    return _say(request, 422, f"{MESSAGES[422].removesuffix('。')}（{wrong}）。")


def _say_error(request: Request, error: Exception) -> Response:
    status = 503 if isinstance(error, StoreError) else 400
    _log.log(
        logging.ERROR if status == 503 else logging.INFO,
        "%s %s: %s",
        request.method,
        request.url.path,
        error,
    )
    return _say(request, status, MESSAGES[503] if status == 503 else str(error))


def _say_crash(request: Request, error: Exception) -> Response:
    return _say(request, 500, MESSAGES[500])


def _say(
    request: Request, status: int, message: str, *, headers: dict[str, str] | None = None
) -> Response:
    if request.url.path.startswith(API):
        return JSONResponse({"detail": message}, status, headers=headers)
    return render(request, "error.html.j2", status=status, message=message)
