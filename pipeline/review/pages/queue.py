"""待办: the calls that people should look at, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.people import QueueFilter, QueuePage, QueueSort, QueueView, VerdictFilter
from pipeline.report import Column, Grid
from pipeline.review.access import ROLE_PERMISSIONS, Permission
from pipeline.review.actions import last_settling
from pipeline.review.bulk import tell_bulk
from pipeline.review.call_access import find_record, note_search
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.export import MOST_ROWS, TableForm, send_table
from pipeline.review.queue_address import (
    FIELDS,
    came_of,
    given_in,
    left_place,
    read_as,
    read_filter,
)
from pipeline.review.queue_walk import next_call
from pipeline.review.render import render
from pipeline.review.why import WhyLine, put_reasons

router = APIRouter()
PAGE = 50

TABS: Mapping[QueueView, str] = {
    "waiting": "待复核", "told": "客户反映", "sampled": "抽检任务", "appealed": "申诉中", "mine": "我的", "flagged": "有提示", "all": "全部",
}  # fmt: skip
COUNTED: tuple[QueueView, ...] = ("waiting", "told")
"""Views whose tabs say how many calls they have: what a person should do, each by itself."""
VERDICTS: Mapping[VerdictFilter, str] = {
    "fatal": "一票否决",
    "forbidden": "有确认的禁语",
    "confirmed": "有确认的问题",
    "review": "有待复核的发现",
    "told": "有客户反映",
}
MARKED = {"good": "优秀示例", "coaching": "辅导案例"}
SORTED: Mapping[QueueSort, str] = {
    "agent": "客服", "time": "时间", "duration": "时长", "attitude": "服务态度", "total": "总分", "urgency": "质检提示",
}  # fmt: skip
"""The heads by which a list can be sorted."""

WORST_FIRST = ("agent", "attitude", "total")
"""What is sorted with the smallest first at the first press."""


@router.get("/queue")
def show_queue(request: Request) -> HTMLResponse:
    """A page of calls. Unreadable parts of the address are ignored."""
    site, user = site_of(request), visitor_of(request).user
    params = dict(request.query_params)
    wanted = read_filter(params, user.name, rules=site.names.rules)
    note_search(request, wanted.text)
    number = max(1, read_as(int, params.get("page")) or 1)
    page = site.store.queue.page(wanted, limit=PAGE, offset=min(number - 1, 10**6) * PAGE)
    if not page.rows and number > 1:
        number = 1 if page.total is None else max(1, -(-page.total // PAGE))
        page = site.store.queue.page(wanted, limit=PAGE, offset=(number - 1) * PAGE)
    given = given_in(params)
    sort = {"sort": wanted.sort, "up": "1" if wanted.up else "0"} if wanted.sort else {}
    return render(
        request, "queue.html.j2", page=page, wanted=wanted, counts={view: site.store.queue.count(view) for view in COUNTED}, given={name: given.get(name, "") for name in FIELDS},
        came=came_of(params, number), tabs=TABS, verdicts=VERDICTS, number=number, pages=_pages(page, number),
        marked=MARKED, teams=site.store.agents.teams(), rules=site.names.rules, topics=site.names.topics,
        narrowed=urlencode({**given, **sort}), narrowed_view=urlencode({"view": wanted.view, **given, **sort}), base=urlencode({"view": wanted.view, **given}), heads=_heads(wanted),
        reasons=_reasons(site, page), holders=_holders(site, page, user.name), reviewers=reviewers_of(site),
        told=tell_bulk(params), undo=settled_before(request, params.get("settled")), more_filters=len(given.keys() - {"find"}),
    )  # fmt: skip


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
    why = {
        row.result_id: put_reasons(reasons.get(row.result_id, ()), site.names.rules, most=5)
        for row in rows
    }
    columns = (
        Column("call_id", "通话编号", width=22), Column("agent_id", "工号"), Column("agent_name", "姓名"), Column("queue", "队列"),
        Column("started_at", "时间", "time", width=18), Column("duration_s", "时长（秒）", "number", digits=0),
        Column("attitude", "服务态度", "number"), Column("total", "总分", "number"),
        Column("fatal", "一票否决", "flag"), Column("why", "质检提示", width=60), Column("told", "客户反映", width=40),
        Column("state", "状态", width=14),
        Column("assigned", "分配给"), Column("mark", "标记"),
    )  # fmt: skip
    lines = [
        {
            "call_id": row.call_id or f"通话 {row.result_id}", "agent_id": row.agent_id, "agent_name": row.agent_name,
            "queue": row.queue, "started_at": row.started_at, "duration_s": row.duration_s, "attitude": row.attitude,
            "total": row.total, "fatal": row.fatal, "assigned": row.assigned, "mark": MARKED.get(row.mark or ""),
            "why": _joined(why[row.result_id], told=False), "told": _joined(why[row.result_id], told=True),
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


def reviewers_of(site: ReviewContext) -> list[str]:
    """The users to whom calls can be assigned."""
    return [
        one.name
        for one in site.store.users.all()
        if one.active and Permission.REVIEW in ROLE_PERMISSIONS[one.role]
    ]


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


def _joined(lines: Sequence[WhyLine], *, told: bool) -> str:
    return "；".join(line.text for line in lines if line.told == told)


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


def settled_before(request: Request, given: str | None) -> tuple[int, int, str] | None:
    """Call, action and name of the call that the visitor has just settled, to take it back."""
    result_id = read_as(int, given)
    record = site_of(request).store.calls.record_of(result_id) if result_id else None
    action = last_settling(request, result_id) if result_id and record else None
    if record is None or action is None:
        return None
    return record.result_id, action, record.call_id or f"通话 {record.result_id}"
