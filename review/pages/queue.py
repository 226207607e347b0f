"""待办: the calls that wait for a person, the most urgent first; and all others, by filters."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from pipeline.errors import StoreError
from pipeline.queue import QueueFilter, QueueView
from review.access import Permission, may
from review.render import render
from review.site import site_of, visitor_of

router = APIRouter()
VIEWS: dict[QueueView, str] = {
    "waiting": "待复核", "mine": "分派给我", "appealed": "申诉中", "sampled": "抽查", "flagged": "有提示", "all": "全部",
}  # fmt: skip
VERDICTS = {"fatal": "一票否决", "confirmed": "有确认的问题", "review": "有待判定的发现"}
Text = Annotated[str, Query(max_length=100)]
Points = Annotated[str, Query(pattern=r"^(\d{1,3}(\.\d+)?)?$")]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d\d-\d\d)?$")]


@router.get("/queue")
def show_queue(
    request: Request,
    view: Annotated[QueueView, Query()] = "waiting",
    agent: Text = "",
    team: Text = "",
    queue: Text = "",
    since: Day = "",
    until: Day = "",
    rule: Text = "",
    least: Points = "",
    most: Points = "",
    verdict: Annotated[Literal["", "fatal", "confirmed", "review"], Query()] = "",
    text: Text = "",
    mark: Annotated[Literal["", "good", "coaching"], Query()] = "",
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """A page of calls. Empty fields leave a condition out."""
    site, user = site_of(request), visitor_of(request).user
    assert set(VIEWS) == set(get_args(QueueView))
    wanted = QueueFilter(
        view=view, agent=agent or None, team=team or None, queue=queue or None, since=_day(since), until=_day(until),
        rule=rule or None, least=float(least) if least else None, most=float(most) if most else None,
        verdict=verdict or None, text=text, mark=mark or None, assigned=user.name if view == "mine" else None,
    )  # fmt: skip
    try:
        page = site.store.queue(wanted, after=after)
    except StoreError as error:
        if after is None:
            raise
        raise HTTPException(404) from error  # a place in a list that nobody made
    given = {name: value for name, value in request.query_params.items() if name != "after" and value}
    filters = {
        "agent": agent, "team": team, "queue": queue, "since": since, "until": until, "rule": rule, "least": least,
        "most": most, "verdict": verdict, "text": text, "mark": mark,
    }  # fmt: skip
    return render(
        request, "queue.html.j2", page=page, views=VIEWS, view=view, filters=filters, VERDICT_FILTERS=VERDICTS,
        teams=site.store.teams(), queues=site.queues(), rules=sorted(site.names.rules.items(), key=lambda one: one[1]),
        following=urlencode({**given, "after": page.next}) if page.next else "",
        others={one: urlencode({**given, "view": one}) for one in VIEWS}, shows_mine=may(user, Permission.REVIEW),
        is_filtered=any(filters.values()),
    )  # fmt: skip


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        return None
