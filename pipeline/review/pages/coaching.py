"""处理措施: the list of coaching records, and the forms to make, answer and withdraw them."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import CoachingError
from pipeline.jobs import with_effects
from pipeline.people import CoachingKind, CoachingRecord, NewCoachingRecord, User, check_answering
from pipeline.report import coaching_grid
from pipeline.review import coaching
from pipeline.review.access import Permission, may
from pipeline.review.context import site_of, visitor_of
from pipeline.review.export import MOST_ROWS, TableForm, send_table
from pipeline.review.fields import ReasonText, Text
from pipeline.review.pages.actions import key_of
from pipeline.review.periods import today
from pipeline.review.render import render

router = APIRouter()
SHOWN = 50
SOME_ANSWER = "…"
"""Stands for the answer where only the person is in question."""
AgentText = Annotated[str, Form(max_length=100)]
ItemText = Annotated[str, Form(max_length=200)]


@router.get("/coaching")
def show_coaching(
    request: Request,
    agent: Annotated[str, Query(max_length=100)] = "",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:
    """Records, the last recorded first, each with the figures before and after it."""
    site, user = site_of(request), visitor_of(request).user
    rows = coaching.list_coaching(
        request, agent_id=agent.strip() or None, limit=SHOWN + 1, before=before
    )
    return render(
        request, "coaching.html.j2", rows=with_effects(site.store, rows[:SHOWN]), more=len(rows) > SHOWN,
        agent=agent.strip(), today=today(site), linked=True, masked=True, RULES=site.names.rules,
        answerable={one.id for one in rows if _may_answer(one, user)}, may_withdraw=may(user, Permission.COACH),
    )  # fmt: skip


@router.get("/coaching/export")
def export_coaching(
    request: Request,
    form: Annotated[TableForm, Query(alias="format")] = "xlsx",
    agent: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The records as a table; the ledger has it."""
    store = site_of(request).store
    rows = coaching.list_coaching(
        request, agent_id=agent.strip() or None, limit=MOST_ROWS, before=None
    )
    people = store.agents.find({one.agent_id for one in rows})
    names = {agent_id: name for agent_id, (name, _) in people.items()}
    grid = coaching_grid(with_effects(store, rows), names)
    return send_table(request, grid, form=form, asked={"agent": agent.strip()})


@router.post("/coaching")
def make(
    request: Request,
    kind: Annotated[CoachingKind, Form()],
    on: Annotated[date, Form()],
    note: Annotated[ReasonText, Form()],
    agent: AgentText = "",
    item: ItemText = "",
    call: Annotated[int | None, Form(ge=1)] = None,
    of: Annotated[int | None, Form(ge=1)] = None,
    finding: Annotated[int | None, Form(ge=0)] = None,
) -> RedirectResponse:
    """Record a measure about an agent, a call, or finding number ``finding`` of the result ``of``,
    another of the same call."""
    key = None
    if call is not None and finding is not None:
        key = key_of(request, call, of if of is not None else call, finding)
    new = NewCoachingRecord(agent, kind, on, note, call, key, item)
    record = coaching.record(request, new)
    back = f"/agents/{quote(record.agent_id, safe='')}" if call is None else f"/calls/{call}"
    return RedirectResponse(f"{back}#coached", 303)


@router.post("/coaching/{coaching_id}/answer")
def answer(
    request: Request, coaching_id: int, text: Annotated[Text, Form(alias="answer")] = ""
) -> RedirectResponse:
    """The agent's one answer."""
    coaching.answer(request, coaching_id, text)
    return RedirectResponse(f"/coaching#c{coaching_id}", 303)


@router.post("/coaching/{coaching_id}/withdraw")
def withdraw(
    request: Request, coaching_id: int, reason: Annotated[Text, Form()] = ""
) -> RedirectResponse:
    """Withdraw a record that should not have been made; it stays in the list."""
    coaching.withdraw(request, coaching_id, reason)
    return RedirectResponse(f"/coaching#c{coaching_id}", 303)


def _may_answer(record: CoachingRecord, user: User) -> bool:
    try:
        check_answering(record, user=user, answer=SOME_ANSWER)
    except CoachingError:
        return False
    return True
