"""承诺: what agents promised, what falls due, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.jobs import judge_promises
from pipeline.promises import add_up, figures_of
from pipeline.report import PROMISE_KINDS, PROMISE_STATUSES
from pipeline.review.context import site_of, visitor_of
from pipeline.review.periods import last_day
from pipeline.review.render import render
from pipeline.types import JudgedPromise, PromiseEvent, PromiseOutcome, Scope

router = APIRouter()
SHOWN = 200
"""Promises on a page; the command lists all."""

DAYS = 31
"""Days of calls whose promises are listed without a choice of month (our choice)."""

MonthQuery = Annotated[str | None, Query(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]
OUTCOMES = {"kept": "已兑现", "broken": "没有兑现", "void": "不是承诺"}


@router.get("/promises")
def show_promises(
    request: Request,
    month: MonthQuery = None,
    status: Annotated[str, Query(max_length=20)] = "",
    agent: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """The promises of a month, or of the last 31 days; those in need of somebody first."""
    site = site_of(request)
    now = datetime.fromtimestamp(site.clock())
    if month:
        scope = Scope.of_month(month, agent=agent or None)
    else:
        last = last_day(site)
        scope = Scope(last - timedelta(days=DAYS), None, agent=agent or None)
    judged = judge_promises(site.store, scope, site.settings.promises, now=now)
    wanted = [one for one in judged if not status or one.status == status]
    return render(
        request, "promises.html.j2", rows=_ordered(wanted)[:SHOWN], total=len(wanted), month=month or "", chosen=status,
        agent=agent, back=urlencode({"month": month or "", "status": status, "agent": agent}), kinds=PROMISE_KINDS, statuses=PROMISE_STATUSES, outcomes=OUTCOMES, figures=list(add_up(judged)[:SHOWN]),
        whole=figures_of(judged), today=now.date(),
    )  # fmt: skip


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
    site.store.promises.note(promise_id, event, at=site.now)
    kept = {name: value for name, value in parse_qsl(back) if name in ("month", "status", "agent")}
    return RedirectResponse(f"/promises?{urlencode(kept)}" if kept else "/promises", 303)


def _is_time(text: str) -> bool:
    try:
        return len(text) > 10 and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _ordered(judged: list[JudgedPromise]) -> list[JudgedPromise]:
    """Overdue ones first, then open ones by their term, then those for a person, then the rest."""
    order = {"overdue": 0, "open": 1, "unknown": 2, "late": 3, "kept": 4}
    return sorted(judged, key=lambda one: (order[one.status], str(one.due_at or "9999")))
