"""待办: the calls that people should look at, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Annotated, TypeVar, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.people import (
    QUEUE_SORTS,
    QUEUE_VIEWS,
    QueueFilter,
    QueuePage,
    QueuePosition,
    QueueRow,
    QueueSort,
    QueueView,
    VerdictFilter,
)
from pipeline.report import Column, Grid
from pipeline.review.access import ROLE_PERMISSIONS, Permission
from pipeline.review.actions import last_settling
from pipeline.review.bulk import tell_bulk
from pipeline.review.call_access import find_record, note_search
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.export import MOST_ROWS, TableForm, send_table
from pipeline.review.render import render
from pipeline.review.why import WhyLine, put_reasons
from pipeline.store import is_place

router = APIRouter()
PAGE = 50
AHEAD = 20
"""The number of next calls that are searched for one that nobody else works on."""

TABS: Mapping[QueueView, str] = {
    "waiting": "待复核", "sampled": "抽检任务", "appealed": "申诉中", "mine": "我的", "flagged": "有提示", "all": "全部",
}  # fmt: skip
VERDICTS: Mapping[VerdictFilter, str] = {
    "fatal": "一票否决",
    "forbidden": "有确认的禁语",
    "confirmed": "有确认的问题",
    "review": "有待复核的发现",
}
MARKED = {"good": "优秀示例", "coaching": "辅导案例"}
FIELDS = (
    "find",
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
SORTED: Mapping[QueueSort, str] = {
    "agent": "客服", "time": "时间", "duration": "时长", "attitude": "服务态度", "total": "总分", "urgency": "质检提示",
}  # fmt: skip
"""The heads by which a list can be sorted."""

WORST_FIRST = ("agent", "attitude", "total")
"""What is sorted with the smallest first at the first press."""

LONGEST = 100

Choice = TypeVar("Choice")


@router.get("/queue")
def show_queue(request: Request) -> HTMLResponse:
    """A page of calls. Unreadable parts of the address are ignored."""
    site, user = site_of(request), visitor_of(request).user
    params = dict(request.query_params)
    wanted = read_filter(params, user.name, rules=site.names.rules)
    note_search(request, wanted.text)
    number = max(1, _read(int, params.get("page")) or 1)
    page = site.store.queue.page(wanted, limit=PAGE, offset=min(number - 1, 10**6) * PAGE)
    if not page.rows and number > 1:
        number = 1 if page.total is None else max(1, -(-page.total // PAGE))
        page = site.store.queue.page(wanted, limit=PAGE, offset=(number - 1) * PAGE)
    given = {name: params[name][:LONGEST] for name in FIELDS if params.get(name)}
    sort = {"sort": wanted.sort, "up": "1" if wanted.up else "0"} if wanted.sort else {}
    return render(
        request, "queue.html.j2", page=page, wanted=wanted, given={name: given.get(name, "") for name in FIELDS},
        came=came_of(params, number), tabs=TABS, verdicts=VERDICTS, number=number, pages=_pages(page, number),
        marked=MARKED, teams=site.store.agents.teams(), rules=site.names.rules, topics=site.names.topics,
        narrowed=urlencode({**given, **sort}), narrowed_view=urlencode({"view": wanted.view, **given, **sort}), base=urlencode({"view": wanted.view, **given}), heads=_heads(wanted),
        reasons=_reasons(site, page), holders=_holders(site, page, user.name), reviewers=reviewers_of(site),
        told=tell_bulk(params), undo=_undoable(request, params), more_filters=len(given.keys() - {"find"}),
    )  # fmt: skip


def read_filter(
    params: Mapping[str, str], user: str, *, rules: Mapping[str, str] = MappingProxyType({})
) -> QueueFilter:
    """The filter in the address of a page of the queue. ``rules``: names by id, for the search box.

    >>> read_filter({"view": "mine", "least": "60", "since": "soon"}, "王主管").least
    60.0
    """
    text = {name: params.get(name, "").strip()[:LONGEST] or None for name in FIELDS}
    view: QueueView = next((one for one in QUEUE_VIEWS if one == params.get("view")), "waiting")
    find = text["find"] or ""
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
        find=find,
        find_rules=tuple(
            rule for rule, name in rules.items() if find and find in name and not _is_done(rule)
        ),
        sort=next((one for one in QUEUE_SORTS if one == params.get("sort")), None),
        up=params.get("up") == "1",
    )


def came_of(params: Mapping[str, str], number: int = 1) -> str:
    """The list that one comes from, for the addresses of its calls."""
    given = {name: params[name][:LONGEST] for name in FIELDS if params.get(name)}
    view = next((one for one in QUEUE_VIEWS if one == params.get("view")), "waiting")
    kept: dict[str, str] = {"view": view, **given}
    if params.get("sort") in QUEUE_SORTS:
        kept |= {"sort": params["sort"], "up": "1" if params.get("up") == "1" else "0"}
    if number > 1:
        kept["page"] = str(number)
    return urlencode(kept)


@router.get("/queue/export")
def export_queue(
    request: Request, form: Annotated[TableForm, Query(alias="format")] = "xlsx"
) -> Response:
    """All calls of a list as a table, with personal data masked; the ledger has it."""
    site, user = site_of(request), visitor_of(request).user
    params = dict(request.query_params)
    wanted = read_filter(params, user.name, rules=site.names.rules)
    rows = site.store.queue.page(wanted, limit=MOST_ROWS).rows
    reasons = site.store.queue.reasons([row.result_id for row in rows])
    columns = (
        Column("call_id", "通话编号", width=22), Column("agent_id", "工号"), Column("agent_name", "姓名"), Column("queue", "队列"),
        Column("started_at", "时间", "time", width=18), Column("duration_s", "时长（秒）", "number", digits=0),
        Column("attitude", "服务态度", "number"), Column("total", "总分", "number"),
        Column("fatal", "一票否决", "flag"), Column("why", "质检提示", width=60), Column("state", "状态", width=14),
        Column("assigned", "分配给"), Column("mark", "标记"),
    )  # fmt: skip
    lines = [
        {
            "call_id": row.call_id or f"通话 {row.result_id}", "agent_id": row.agent_id, "agent_name": row.agent_name,
            "queue": row.queue, "started_at": row.started_at, "duration_s": row.duration_s, "attitude": row.attitude,
            "total": row.total, "fatal": row.fatal, "assigned": row.assigned, "mark": MARKED.get(row.mark or ""),
            "why": "；".join(
                why.text for why in put_reasons(reasons.get(row.result_id, ()), site.names.rules, most=5)
            ),
            "state": "申诉中" if row.appealed else "处理完毕" if row.settled else "已复核" if row.reviewed else "未复核",
        }
        for row in rows
    ]  # fmt: skip
    return send_table(
        request,
        Grid("通话", columns, lines, title=f"通话：{TABS[wanted.view]}"),
        form=form,
        asked=params,
    )


@router.get("/calls/{result_id}/next")
def show_next(
    request: Request,
    result_id: int,
    came: Annotated[str, Query(alias="from", max_length=900)] = "",
) -> RedirectResponse:
    """Leave a call as it is for the next one of the list that one came from."""
    site, record = site_of(request), find_record(request, result_id)
    following = next_call(request, result_id, came)
    site.claims.release(record.sha256, visitor_of(request).user.name)
    if following is None:
        return RedirectResponse(f"/queue?{came}", 303)
    return RedirectResponse(f"/calls/{following}?{urlencode({'from': left_place(came)})}", 303)


def with_place(request: Request, result_id: int, came: str) -> str:
    """The list that one came from, with the place that a call had in it when it was opened:
    decisions move calls in the list."""
    params = dict(parse_qsl(came))
    if not params or "at" in params:
        return came
    place = site_of(request).store.queue.place_of(result_id, list_of(request, came))
    return urlencode({**params, "at": place}) if place else came


def left_place(came: str) -> str:
    """The list that one came from, without the place in it."""
    return urlencode({name: value for name, value in parse_qsl(came) if name != "at"})


def next_call(request: Request, result_id: int, came: str) -> int | None:
    """The next call behind the place of a call in the list that one came from, and after the last
    one the first; only calls that nobody else works on or is assigned to. ``None`` where there is
    no other. ``came``: the filter of the list, and the place."""
    site, user, wanted = site_of(request), visitor_of(request).user, list_of(request, came)
    record, place = find_record(request, result_id), _place_in(request, result_id, came)
    after = () if place is None else site.store.queue.page(wanted, limit=AHEAD, after=place).rows
    before = site.store.queue.page(wanted, limit=AHEAD).rows
    free = (
        row.result_id
        for row in (*after, *before)
        if row.sha256 != record.sha256 and _is_free(site, row, user.name)
    )
    return next(free, None)


def place_in_list(request: Request, result_id: int, came: str) -> QueuePosition | None:
    """The number of a call in the list that one came from, with what was finished of it since."""
    site, wanted = site_of(request), list_of(request, came)
    place = _place_in(request, result_id, came) if came else None
    found = site.store.queue.position(place, wanted) if place else None
    done = done_in(came)
    return found and replace(found, number=found.number + done, total=found.total + done)


def _place_in(request: Request, result_id: int, came: str) -> str | None:
    """The place that a call had in a list when it was opened, else the present one."""
    wanted, given = list_of(request, came), dict(parse_qsl(came)).get("at")
    if given and is_place(given, wanted):
        return given
    return site_of(request).store.queue.place_of(result_id, wanted)


def done_in(came: str) -> int:
    """How many calls of a list were finished since it was opened."""
    return min(max(_read(int, dict(parse_qsl(came)).get("done")) or 0, 0), 10**6)


def one_more_done(came: str) -> str:
    """The list after another of its calls was finished."""
    return urlencode({**dict(parse_qsl(came)), "done": str(done_in(came) + 1)})


def one_less_done(came: str) -> str:
    """The list before its last call was finished."""
    if not came:
        return ""
    params = dict(parse_qsl(left_place(came)))
    return urlencode({**params, "done": str(max(done_in(came) - 1, 0))})


def list_of(request: Request, came: str) -> QueueFilter:
    """The filter of the list that one came from."""
    site = site_of(request)
    params = dict(parse_qsl(came))
    return read_filter(params, visitor_of(request).user.name, rules=site.names.rules)


def reviewers_of(site: ReviewContext) -> list[str]:
    """The users to whom calls can be assigned."""
    return [
        one.name
        for one in site.store.users.all()
        if one.active and Permission.REVIEW in ROLE_PERMISSIONS[one.role]
    ]


def _is_free(site: ReviewContext, row: QueueRow, user: str) -> bool:
    return row.assigned in (None, user) and site.claims.holder(row.sha256, but=user) is None


def _is_done(rule: str) -> bool:
    """Whether a rule's findings say that something required was done."""
    return rule.startswith("required.")


def _heads(wanted: QueueFilter) -> dict[str, dict[str, str]]:
    """For each head that sorts: its name, the address part, and the present direction."""
    return {
        key: {
            "name": name,
            "to": urlencode(
                {"sort": key, "up": "1" if (key != wanted.order and key in WORST_FIRST) or
                 (key == wanted.order and not wanted.up) else "0"}
            ),
            "now": ("ascending" if wanted.up else "descending") if key == wanted.order else "none",
        }
        for key, name in SORTED.items()
    }  # fmt: skip


def _pages(page: QueuePage, number: int) -> list[int | None]:
    """The page numbers to show; ``None`` stands for those left out."""
    if page.total is None:
        return []
    last = max(1, -(-page.total // PAGE))
    wanted = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    shown: list[int | None] = []
    for one in wanted:
        if shown and shown[-1] is not None and one - shown[-1] > 1:
            shown.append(None)
        shown.append(one)
    return shown


def _reasons(site: ReviewContext, page: QueuePage) -> dict[int, list[WhyLine]]:
    found = site.store.queue.reasons([row.result_id for row in page.rows])
    return {one: put_reasons(reasons, site.names.rules) for one, reasons in found.items()}


def _holders(site: ReviewContext, page: QueuePage, user: str) -> dict[str, str]:
    held = {row.sha256: site.claims.holder(row.sha256, but=user) for row in page.rows}
    return {sha256: claim.user for sha256, claim in held.items() if claim}


def _undoable(request: Request, params: Mapping[str, str]) -> tuple[int, int, str] | None:
    return settled_before(request, params.get("settled"))


def settled_before(request: Request, given: str | None) -> tuple[int, int, str] | None:
    """Call, action and name of the call that the visitor has just settled, to take it back."""
    result_id = _read(int, given)
    record = site_of(request).store.calls.record_of(result_id) if result_id else None
    action = last_settling(request, result_id) if result_id and record else None
    if record is None or action is None:
        return None
    return record.result_id, action, record.call_id or f"通话 {record.result_id}"


def _read(how: Callable[[str], Choice], text: str | None) -> Choice | None:
    try:
        return how(text) if text else None
    except ValueError:
        return None
