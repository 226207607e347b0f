"""待办: the calls that people should look at, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, TypeVar, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.errors import StoreError
from pipeline.people import QUEUE_VIEWS, URGENT_FIRST, QueueFilter, QueueView, VerdictFilter
from pipeline.review.call_access import find_record, note_search
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
    note_search(request, wanted.text)
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


@router.get("/calls/{result_id}/next")
def show_next(
    request: Request,
    result_id: int,
    came: Annotated[str, Query(alias="from", max_length=600)] = "",
) -> RedirectResponse:
    """Leave a call as it is for the next one of the list that one came from."""
    find_record(request, result_id)
    following = next_call(request, came, behind(request, result_id, came))
    if following is None:
        return RedirectResponse(f"/queue?{came}", 303)
    return RedirectResponse(f"/calls/{following}?{urlencode({'from': came})}", 303)


def behind(request: Request, result_id: int, came: str) -> str | None:
    """The place of a call in the list that one came from; what changes it comes later."""
    return site_of(request).store.queue.place_of(result_id, _list_of(request, came).view)


def next_call(request: Request, came: str, place: str | None) -> int | None:
    """The next call behind a place of the list that one came from, and after the last one the first;
    only calls that are assigned to nobody else. ``None`` where there is no other. ``came``: the
    filter of the list."""
    site, user, wanted = site_of(request), visitor_of(request).user, _list_of(request, came)
    after = () if place is None else site.store.queue.page(wanted, limit=AHEAD, after=place).rows
    before = site.store.queue.page(wanted, limit=AHEAD).rows
    free = (
        row.result_id
        for row in (*after, *before)
        if row.assigned in (None, user.name)
        and site.store.queue.place_of(row.result_id, wanted.view) != place
    )
    return next(free, None)


def _list_of(request: Request, came: str) -> QueueFilter:
    """The filter of a list in which one works; that of all calls is no such list."""
    wanted = read_filter(dict(parse_qsl(came)), visitor_of(request).user.name)
    return wanted if wanted.view in URGENT_FIRST else replace(wanted, view="waiting")


def _read(how: Callable[[str], Choice], text: str | None) -> Choice | None:
    try:
        return how(text) if text else None
    except ValueError:
        return None
