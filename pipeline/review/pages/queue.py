"""待办: the calls that people should look at, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TypeVar, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from pipeline.errors import StoreError
from pipeline.people import QUEUE_VIEWS, URGENT_FIRST, QueueFilter, QueueView, VerdictFilter
from pipeline.review.context import site_of, visitor_of
from pipeline.review.render import render

router = APIRouter()
PAGE = 50
AHEAD = 20
"""The number of next calls that are searched for one that nobody else is assigned to."""

TABS: Mapping[QueueView, str] = {
    "waiting": "待复核", "sampled": "已抽查", "appealed": "申诉中", "mine": "我的", "flagged": "有提示", "all": "全部",
}  # fmt: skip
VERDICTS: Mapping[VerdictFilter, str] = {
    "fatal": "一票否决",
    "confirmed": "有确认的问题",
    "review": "有待复核的发现",
}
MARKED = {"good": "优秀示例", "coaching": "辅导案例"}
FIELDS = (
    "agent",
    "team",
    "queue",
    "since",
    "until",
    "rule",
    "least",
    "most",
    "verdict",
    "text",
    "mark",
    "reviewed",
    "topic",
)
LONGEST = 100

Choice = TypeVar("Choice")


@router.get("/queue")
def show_queue(request: Request) -> HTMLResponse:
    """A page of calls. Unreadable parts of the address are ignored."""
    site, user = site_of(request), visitor_of(request).user
    params = dict(request.query_params)
    wanted = read_filter(params, user.name)
    try:
        page = site.store.queue.page(wanted, limit=PAGE, after=params.get("after") or None)
    except StoreError:
        if not params.get("after"):
            raise
        page = site.store.queue.page(wanted, limit=PAGE)
    given = {name: params[name][:LONGEST] for name in FIELDS if params.get(name)}
    came = urlencode({"view": wanted.view, **given})
    return render(
        request, "queue.html.j2", page=page, wanted=wanted, given={name: given.get(name, "") for name in FIELDS}, came=came, tabs=TABS, verdicts=VERDICTS,
        marked=MARKED, teams=site.store.calls.teams(), rules=site.names.rules, topics=site.names.topics, first=not params.get("after"),
        narrowed=urlencode(given),
    )  # fmt: skip


def read_filter(params: Mapping[str, str], user: str) -> QueueFilter:
    """The filter in the address of a page of the queue.

    >>> read_filter({"view": "mine", "least": "60", "since": "soon"}, "王主管")
    QueueFilter(view='mine', agent=None, team=None, queue=None, since=None, until=None, rule=None, least=60.0, most=None, verdict=None, text='', mark=None, assigned='王主管', reviewed=None, topic=None)
    """
    text = {name: params.get(name, "").strip()[:LONGEST] or None for name in FIELDS}
    view: QueueView = next((one for one in QUEUE_VIEWS if one == params.get("view")), "waiting")
    return QueueFilter(
        view=view,
        agent=text["agent"],
        team=text["team"],
        queue=text["queue"],
        since=_read(date.fromisoformat, text["since"]),
        until=_read(date.fromisoformat, text["until"]),
        rule=text["rule"],
        least=_read(float, text["least"]),
        most=_read(float, text["most"]),
        verdict=next((one for one in get_args(VerdictFilter) if one == text["verdict"]), None),
        text=text["text"] or "",
        mark=text["mark"],
        assigned=user if view == "mine" else None,
        reviewed={"0": False, "1": True}.get(text["reviewed"] or ""),
        topic=text["topic"],
    )


def next_call(request: Request, came: str, *, besides: str) -> int | None:
    """The most urgent other call of a queue that is assigned to nobody else; ``None`` where nothing
    waits. ``came``: the filter of the queue; ``besides``: SHA-256 of the call to skip."""
    site, user = site_of(request), visitor_of(request).user
    wanted = read_filter(dict(parse_qsl(came)), user.name)
    if wanted.view not in URGENT_FIRST:
        wanted = replace(wanted, view="waiting")
    rows = site.store.queue.page(wanted, limit=AHEAD).rows
    free = (row for row in rows if row.sha256 != besides and row.assigned in (None, user.name))
    return next((row.result_id for row in free), None)


def _read(how: Callable[[str], Choice], text: str | None) -> Choice | None:
    try:
        return how(text) if text else None
    except ValueError:
        return None
