"""The page of a call: its sound, what was found, what was said, and what people do with it."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from pipeline.people import User
from pipeline.report import parts_of
from pipeline.review.access import ROLE_PERMISSIONS, Permission, may, may_undo
from pipeline.review.audio import SAID
from pipeline.review.call_access import CallView, view_call
from pipeline.review.call_view import (
    DECISIONS,
    GRADES,
    MARKS,
    SIGNALS,
    STATES,
    ActionLine,
    numbers_of,
    pair_items,
    show_findings,
    show_lines,
    sides_of,
    tell,
)
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.pages.ledger import ACTIONS
from pipeline.review.render import render

router = APIRouter()
PRIVATE = ("comment", "assign", "mark")
"""Acts that are among reviewers and not shown to agents."""


@router.get("/calls/{result_id}")
def show_call(
    request: Request,
    result_id: int,
    edit: Annotated[int | None, Query(ge=0)] = None,
    came: Annotated[str, Query(alias="from", max_length=600)] = "",
) -> HTMLResponse:
    """``edit``: the utterance to correct. ``came``: the conditions of the queue that one comes
    from."""
    site, view, user = site_of(request), view_call(request, result_id), visitor_of(request).user
    shown = show_findings(view, site.rules)
    lines = show_lines(view)
    findings = [one.finding for one in shown]
    counted, beside = pair_items(view.machine.score, view.counting.score)
    stored = site.store.results.load([view.machine_id], words=False)[0].result.recording
    silent = site.sounds.silent(stored)
    return render(
        request, "call.html.j2", view=view, result=view.counting, shown=shown, result_id=result_id, came=came,
        rows=[(line, parts_of(line.utterance, findings)) for line in lines], edit=edit,
        waiting=sum(one.waits for one in shown), counted=counted, beside=beside, number=numbers_of(shown, view),
        silent=SAID[silent] if silent else "", done=_done(site, view, user), undoable=partial(may_undo, user),
        reasons={missing.figure: missing.reason for missing in view.counting.dynamics.unmeasured},
        total=max(view.counting.recording.duration_s, 0.1), standing=_standing(view), sides=sides_of(view),
        STATES=STATES, DECISIONS=DECISIONS, MARKS=MARKS, GRADES=GRADES, ACTIONS=ACTIONS, **_tools(site, view, user),
    )  # fmt: skip


def _done(site: ReviewContext, view: CallView, user: User) -> list[ActionLine]:
    """What was done with the call, the last first."""
    score = view.counting.score
    items = {item.id: item.name for item in (*score.items, *score.extras, *score.beside)}
    seen = [act for act in view.acts if may(user, Permission.READ_ALL) or act.kind not in PRIVATE]
    return [tell(act, items, site.rules, masked=view.masked) for act in reversed(seen)]


def _standing(view: CallView) -> dict[str, Any]:
    """What acts in force say of the call as a whole: the last of each kind counts."""
    last: dict[str, Any] = {"settle": False, "assign": None, "mark": None}
    fields = {"settle": "settled", "assign": "to", "mark": "mark"}
    for act in view.acts:
        if act.in_force and act.kind in fields:
            last[act.kind] = act.value[fields[act.kind]]
    return last


def _tools(site: ReviewContext, view: CallView, user: User) -> dict[str, Any]:
    """What only those need who review or read the ledger."""
    tools: dict[str, Any] = {
        "appeals": site.store.appeals.find(sha256=view.record.sha256),
        "rules": [],
        "reviewers": [],
        "entries": [],
        "past": [],
    }
    if may(user, Permission.REVIEW):
        tools["rules"] = _choices(site)
    if may(user, Permission.ASSIGN):
        tools["reviewers"] = [
            one.name
            for one in site.store.users.all()
            if one.active and Permission.REVIEW in ROLE_PERMISSIONS[one.role]
        ]
    if may(user, Permission.READ_LEDGER):
        entries = site.store.ledger.entries(f"call {view.record.sha256}")
        tools["entries"] = [
            entry for entry in reversed(entries) if entry.action not in ("acted", "undone")
        ]
    if may(user, Permission.READ_ALL):
        tools["past"] = site.store.effective.versions_of(view.record.sha256)
    return tools


def _choices(site: ReviewContext) -> list[tuple[str, str]]:
    """Rules of which a finding can be added, as ``rule|kind`` with what it is called."""
    kinds = {"forbidden": "禁语", "process": "流程"}
    chosen = [
        (f"{r.id}|{r.kind}", f"{kinds[r.kind]}：{r.name}")
        for r in site.rules.values()
        if r.kind in kinds
    ]
    required = [rule for rule in site.rules.values() if rule.kind == "required"]
    chosen += [(f"{rule.id}|missing", f"缺少用语：{rule.name}") for rule in required]
    chosen += [(f"{rule.id}|required", f"已说：{rule.name}") for rule in required]
    signals = [
        (rule, name)
        for rule, name in SIGNALS.items()
        if rule.partition(".")[0] in ("interruption", "silence", "tone", "process")
    ]
    return chosen + [
        (f"{rule}|{rule.partition('.')[0]}", f"测量：{name}") for rule, name in signals
    ]
