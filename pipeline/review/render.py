"""Templates into pages."""

from __future__ import annotations

import os
from datetime import datetime
from functools import cache
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from pipeline.errors import StoreError
from pipeline.people import ROLE_NAMES
from pipeline.report import environment
from pipeline.review.access import Permission, may
from pipeline.review.context import ReviewContext, Visitor, site_of

NAVIGATION = (
    ("/queue", "待办", Permission.READ_ALL),
    ("/live", "在线", Permission.WATCH),
    ("/dashboard", "总览", Permission.READ_ALL),
    ("/agents", "客服", Permission.READ_ALL),
    ("/promises", "承诺", Permission.READ_PROMISES),
    ("/events", "事项", Permission.READ_ALL),
    ("/appeals", "申诉", Permission.READ_APPEALS),
    ("/coaching", "处理措施", Permission.READ_COACHING),
    ("/rules", "规则", Permission.READ_RULES),
    ("/calibrations", "校准", Permission.READ_CALIBRATION),
    ("/ledger", "操作日志", Permission.READ_LEDGER),
    ("/users", "账号", Permission.MANAGE_USERS),
)


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page for the sender of the request. Templates have ``visitor`` (or none), ``csrf``, ``may``
    and ``path``; ``badges``: what waits for the visitor, by the address in the menu."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    page = (
        _environment()
        .get_template(template)
        .render(
            REGULATIONS=site_of(request).regulations,
            visitor=visitor,
            csrf=visitor.csrf if visitor else "",
            may=lambda name: visitor is not None and may(visitor.user, Permission[name]),
            path=request.url.path,
            navigation=[
                (at, name)
                for at, name, needed in NAVIGATION
                if visitor and may(visitor.user, needed)
            ],
            badges=_badges(site_of(request), visitor) if visitor and status < 500 else {},
            status=status,
            **values,
        )
    )
    return HTMLResponse(page, status)


def _badges(site: ReviewContext, visitor: Visitor) -> dict[str, tuple[int, str]]:
    """How much waits for a visitor, with what to say of it, by the address in the menu."""
    user, found = visitor.user, {}
    try:
        if may(user, Permission.REVIEW):
            found["/queue"] = (site.store.queue.count_mine(user.name), "分配给我的")
        if may(user, Permission.DECIDE_APPEAL):
            found["/appeals"] = (site.store.appeals.count_open(), "待处理的申诉")
        elif may(user, Permission.APPEAL) and user.agent_id:
            found["/appeals"] = (site.store.appeals.count_unseen(user.agent_id), "新答复")
    except StoreError:  # the page says more than its menu
        return {}
    return {at: badge for at, badge in found.items() if badge[0]}


@cache
def _environment() -> jinja2.Environment:
    """That of the reports, with its names and filters, and templates of our own."""
    templates = environment().overlay(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader("pipeline.review"), jinja2.PackageLoader("pipeline.report")]
        )
    )
    templates.filters = environment().filters | {
        "local": _local,
        "moment": _moment,
        "clock_of_day": _clock_of_day,
    }
    templates.globals = environment().globals | {
        "USER_ROLES": ROLE_NAMES,
        "Permission": Permission,
        "site_zone": _site_zone,
    }
    return templates


def _site_zone() -> str:
    """The zone of the times on the pages, such as ``Asia/Shanghai（UTC+08:00）``."""
    named = os.environ.get("TZ", "").removeprefix(":")
    offset = datetime.now().astimezone().strftime("%z")
    return f"{named or '服务器时区'}（UTC{offset[:3]}:{offset[3:5]}）"


def _local(moment: str | None) -> str:
    """A time as people of the site read it: in the server's time zone, to the minute."""
    if not moment:
        return "—"
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")


def _moment(seconds: float) -> str:
    """As ``_local``, of seconds since 1970."""
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")


def _clock_of_day(seconds: float) -> str:
    """The time of day of seconds since 1970, in the server's time zone."""
    return datetime.fromtimestamp(seconds).strftime("%H:%M:%S")
