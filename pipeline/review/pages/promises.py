"""承诺: what agents promised, what falls due, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.jobs import note_promise as keep_note
from pipeline.report import promise_grids
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.export import TableForm, send_table
from pipeline.review.periods import last_day, today
from pipeline.review.promises import list_promises
from pipeline.review.render import render
from pipeline.types import JudgedPromise, PromiseEvent, PromiseOutcome, PromisePeriod, Scope

router = APIRouter()
SHOWN = 200
"""Promises on a page; the command lists all."""

DAYS = 31
"""Days of calls whose promises are listed without a choice of month (our choice)."""

FILTERS = ("month", "since", "until", "agent", "team", "queue", "status")

WordQuery = Annotated[str, Query(max_length=100)]
MonthQuery = Annotated[str | None, Query(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]
OUTCOMES = {"kept": "已兑现", "broken": "没有兑现", "void": "不是承诺"}


@dataclass(frozen=True, slots=True)
class PromisesAsked:
    """What the address asks for. ``which``: agent, team and queue, empty for all."""

    month: str
    status: str
    which: dict[str, str]
    days: tuple[date | None, date | None]

    def find(self, request: Request) -> tuple[PromisePeriod, tuple[JudgedPromise, ...]]:
        """The promises of the time, and those of the status."""
        scope = _scope(site_of(request), self.month, self.days, self.which)
        period = list_promises(request, scope)
        wanted = (one for one in period.judged if not self.status or one.counted == self.status)
        return period, tuple(wanted)


def read_asked(
    month: MonthQuery = None,
    status: WordQuery = "",
    agent: WordQuery = "",
    team: WordQuery = "",
    queue: WordQuery = "",
    since: date | None = None,
    until: date | None = None,
) -> PromisesAsked:
    """The parameters of the page and of its export."""
    which = {"agent": agent.strip(), "team": team, "queue": queue}
    return PromisesAsked(month or "", status, which, (since, until))


Asked = Annotated[PromisesAsked, Depends(read_asked)]


@router.get("/promises")
def show_promises(request: Request, asked: Asked) -> HTMLResponse:
    """The promises of a month, of some days, or of the last 31 days; those in need of somebody
    first. Agents see those of their own calls."""
    period, wanted = asked.find(request)
    since, until = asked.days
    given = {
        "month": asked.month,
        "status": asked.status,
        **asked.which,
        "since": since,
        "until": until,
    }
    back = urlencode({name: value for name, value in given.items() if value})
    return render(
        request, "promises.html.j2", rows=wanted[:SHOWN], total=len(wanted), month=asked.month, chosen=asked.status,
        agent=asked.which["agent"], days=asked.days if since or until else None, which=asked.which, back=back,
        outcomes=OUTCOMES, figures=list(period.agents[:SHOWN]), period=period, today=today(site_of(request)), linked=True,
    )  # fmt: skip


@router.get("/promises/export")
def export_promises(
    request: Request, asked: Asked, form: Annotated[TableForm, Query(alias="format")] = "xlsx"
) -> Response:
    """The same list as a table; the ledger has it."""
    period, wanted = asked.find(request)
    grid = promise_grids(replace(period, judged=wanted), title="承诺")[1]
    return send_table(request, grid, form=form, asked=dict(request.query_params))


def _scope(
    site: ReviewContext,
    month: str | None,
    days: tuple[date | None, date | None],
    which: Mapping[str, str],
) -> Scope:
    agent, team, queue = (which[name] or None for name in ("agent", "team", "queue"))
    since, until = days
    if month:
        return Scope.of_month(month, agent=agent, team=team, queue=queue)
    if since is None and until is None:
        since = last_day(site) - timedelta(days=DAYS)
    return Scope(since, until, agent, team, queue)


@router.post("/promises/{promise_id}")
def note_promise(
    request: Request,
    promise_id: int,
    outcome: Annotated[PromiseOutcome, Form()],
    kept_at: Annotated[str, Form(max_length=16)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
    back: Annotated[str, Form(max_length=300)] = "",
) -> RedirectResponse:
    """Note what became of a promise."""
    site = site_of(request)
    if not site.store.promises.has(promise_id):
        raise HTTPException(404, "没有这项承诺。")
    if outcome == "kept" and not _is_time(kept_at):
        raise HTTPException(422, "请写明兑现的时间。")
    if not reason.strip():
        raise HTTPException(422, "请写明依据。")
    event = PromiseEvent(outcome, kept_at or None, visitor_of(request).user.name, reason.strip())
    keep_note(site.store, promise_id, event, at=site.now, today=today(site))
    kept = {name: value for name, value in parse_qsl(back) if name in FILTERS}
    return RedirectResponse(f"/promises?{urlencode(kept)}" if kept else "/promises", 303)


def _is_time(text: str) -> bool:
    try:
        return len(text) > 10 and bool(datetime.fromisoformat(text))
    except ValueError:
        return False
