"""What people do with a call; the score follows at once. Every answer is the call's page again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse

from pipeline.acts import FindingKey, NewAct
from pipeline.errors import RevisionError
from pipeline.queue import QueueFilter
from pipeline.types import CallResult, Kind, Role, Utterance
from review.access import Permission, may
from review.acting import check_undo, do
from review.calls import CallView, view_call
from review.site import site_of, visitor_of

router = APIRouter()
UNMASKED_S = 900.0
"""So long personal data of a call is shown after a reason was given (our choice)."""

Seconds = Annotated[float, Form(ge=0, le=1e6, allow_inf_nan=False)]
Words = Annotated[str, Form(max_length=2000)]


@router.post("/calls/{result_id}/decide")
def decide(
    request: Request,
    result_id: int,
    machine_id: Annotated[int, Form()],
    position: Annotated[int, Form(ge=0)],
    decision: Annotated[Literal["confirmed", "refused", "open"], Form()],
) -> RedirectResponse:
    """Confirm or refuse a finding of the machine's, or leave it open again."""
    view = view_call(request, result_id)
    if machine_id != view.machine_id or position >= len(view.machine.findings):
        raise HTTPException(409)
    key = FindingKey.of(site_of(request).store.result(machine_id).findings[position])
    return _act(request, view, NewAct("decide", {"decision": decision, "finding": key.plain()}, rule=key.rule))


@router.post("/calls/{result_id}/add")
def add(
    request: Request,
    result_id: int,
    found: Annotated[str, Form(pattern=r"^(forbidden|process|required|missing):[\w.-]{1,100}$")],
    start_s: Seconds,
    end_s: Seconds,
    role: Annotated[Literal["agent", "customer"], Form()] = "agent",
) -> RedirectResponse:
    """A finding by hand on a stretch; what was said there is its quote. ``found``: its kind and rule."""
    site, view = site_of(request), view_call(request, result_id)
    kind, _, rule = found.partition(":")
    known = site.rules.get(rule)
    if known is None:
        raise RevisionError(f"没有规则 {rule}")
    whole = site.store.result(view.counting_id)
    if kind == "missing":
        start_s, end_s = 0.0, whole.recording.duration_s
    quote = "" if kind == "missing" else _said(whole, role, start_s, end_s)
    key = FindingKey(rule, cast(Kind, kind), role, start_s, end_s, known.phrase or known.name)
    return _act(request, view, NewAct("add", {**key.plain(), "quote": quote}, rule=rule))


@router.post("/calls/{result_id}/role")
def change_role(
    request: Request, result_id: int, utterance: Annotated[int, Form(ge=0)], role: Annotated[Role, Form()]
) -> RedirectResponse:
    """Who says an utterance."""
    view = view_call(request, result_id)
    return _act(request, view, NewAct("role", {**_place(_utterance(view, utterance)), "role": role}))


@router.post("/calls/{result_id}/text")
def change_text(
    request: Request, result_id: int, utterance: Annotated[int, Form(ge=0)], text: Words
) -> RedirectResponse:
    """What an utterance says; rules look at it again."""
    view = view_call(request, result_id)
    return _act(request, view, NewAct("text", {**_place(_utterance(view, utterance)), "text": text.strip()}))


@router.post("/calls/{result_id}/override")
def override(
    request: Request,
    result_id: int,
    item: Annotated[str, Form(max_length=100)],
    points: Annotated[float, Form(allow_inf_nan=False)],
    reason: Words,
) -> RedirectResponse:
    """Set an item's points, with a reason."""
    return _act(
        request, view_call(request, result_id),
        NewAct("override", {"item": item, "points": points, "reason": reason.strip()}),
    )  # fmt: skip


@router.post("/calls/{result_id}/tone")
def grade_tone(
    request: Request,
    result_id: int,
    start_s: Seconds,
    end_s: Seconds,
    grade: Annotated[Literal["calm", "raised", "flat"], Form()],
    role: Annotated[Literal["agent", "customer"], Form()] = "agent",
) -> RedirectResponse:
    """How a stretch sounds: a label for ``callqa tone train``."""
    value = {"role": role, "start_s": start_s, "end_s": end_s, "grade": grade}
    return _act(request, view_call(request, result_id), NewAct("tone", value))


@router.post("/calls/{result_id}/comment")
def comment(request: Request, result_id: int, text: Words) -> RedirectResponse:
    return _act(request, view_call(request, result_id), NewAct("comment", {"text": text.strip()}))


@router.post("/calls/{result_id}/mark")
def mark(
    request: Request, result_id: int, mark: Annotated[Literal["good", "coaching", ""], Form()] = ""
) -> RedirectResponse:
    return _act(request, view_call(request, result_id), NewAct("mark", {"mark": mark or None}))


@router.post("/calls/{result_id}/assign")
def assign(request: Request, result_id: int, to: Annotated[str, Form(max_length=100)] = "") -> RedirectResponse:
    site, view = site_of(request), view_call(request, result_id)
    chosen = site.store.user(to) if to else None
    if to and (chosen is None or not may(chosen, Permission.REVIEW)):
        raise RevisionError(f"{to} 不能复核通话")
    return _act(request, view, NewAct("assign", {"to": to or None}))


@router.post("/calls/{result_id}/settle")
def settle(
    request: Request, result_id: int, settled: Annotated[bool, Form()] = True, onward: Annotated[bool, Form()] = False
) -> RedirectResponse:
    """Done with this call; with ``onward`` the next one in the queue follows."""
    site, view = site_of(request), view_call(request, result_id)
    answer = _act(request, view, NewAct("settle", {"settled": settled}))
    if not onward:
        return answer
    rows = site.store.queue(QueueFilter(), limit=2).rows
    following = next((row for row in rows if row.sha256 != view.record.sha256), None)
    return RedirectResponse(f"/calls/{following.result_id}" if following else "/queue", 303)


@router.post("/calls/{result_id}/undo/{act_id}")
def undo(request: Request, result_id: int, act_id: int) -> RedirectResponse:
    """Take an act back: one's own, a supervisor any. Acts of other calls do not exist here."""
    site, view, user = site_of(request), view_call(request, result_id), visitor_of(request).user
    act = next((one for one in view.acts if one.id == act_id), None)
    if act is None:
        raise HTTPException(404)
    check_undo(user, act)
    return _back(site.reviser.undo(site.store, act_id, actor=user.name, at=site.now))


@router.post("/calls/{result_id}/unmask")
def unmask(request: Request, result_id: int, reason: Annotated[str, Form(max_length=500)]) -> RedirectResponse:
    """Show personal data of one call to one session for a while; the reason is in the ledger."""
    site, view, visitor = site_of(request), view_call(request, result_id), visitor_of(request)
    if len(reason.strip()) < 2:
        raise RevisionError("请写明查看个人信息的原因")
    assert visitor.session is not None
    subject = f"call {view.record.sha256}"
    site.store.record("unmasked", subject, {"reason": reason.strip()}, actor=visitor.user.name, at=site.now)
    site.unmasked[visitor.session.digest, view.record.sha256] = site.clock() + UNMASKED_S
    return _back(view.counting_id)


def _act(request: Request, view: CallView, act: NewAct) -> RedirectResponse:
    return _back(do(request, view, [act]))


def _back(result_id: int) -> RedirectResponse:
    return RedirectResponse(f"/calls/{result_id}", 303)


def _utterance(view: CallView, index: int) -> Utterance:
    """An utterance of the result that counts, as the page shows it."""
    if index >= len(view.counting.utterances):
        raise HTTPException(409)
    return view.counting.utterances[index]


def _place(utterance: Utterance) -> Mapping[str, Any]:
    return {"channel": utterance.channel, "start_s": utterance.start_s, "end_s": utterance.end_s}


def _said(result: CallResult, role: str, start_s: float, end_s: float) -> str:
    """What one side says in a stretch."""
    words = [
        word.text
        for utterance in result.utterances
        if utterance.role == role
        for word in utterance.words
        if start_s <= (word.start_s + word.end_s) / 2 <= end_s
    ]
    return "".join(words)
