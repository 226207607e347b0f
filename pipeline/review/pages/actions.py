"""Forms of the review actions; each leads back to the page of its call. ``pipeline.review.actions``
decides what is allowed and stored."""

from __future__ import annotations

from typing import Annotated, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from pipeline.people import FindingKey, NewAction
from pipeline.review import actions
from pipeline.review.call_access import find_record, unmask_call
from pipeline.review.context import site_of, visitor_of
from pipeline.review.fields import (
    ChannelNumber,
    DecisionName,
    GradeName,
    ItemId,
    MarkName,
    PointsValue,
    QuoteText,
    ReasonText,
    SecondsValue,
    Text,
    ToneRole,
    UserName,
)
from pipeline.review.queue_address import left_place, one_more_done
from pipeline.review.queue_walk import list_of, next_call
from pipeline.types import Kind, Role

router = APIRouter()

Came = Annotated[str, Form(alias="from", max_length=900)]


@router.post("/calls/{result_id}/decide")
def decide(
    request: Request,
    result_id: int,
    of: Annotated[int, Form()],
    finding: Annotated[int, Form(ge=0)],
    decision: Annotated[DecisionName, Form()],
    came: Came = "",
) -> Response:
    """Confirm or refuse finding number ``finding`` of the result ``of``, another of the same
    call."""
    key = key_of(request, result_id, of, finding)
    value = {"decision": decision, "finding": key.plain()}
    return _perform(request, result_id, NewAction("decide", value), came)


@router.post("/calls/{result_id}/add")
def add_finding(
    request: Request,
    result_id: int,
    rule: Annotated[str, Form(min_length=1, max_length=200)],
    role: Annotated[Role, Form()],
    start_s: Annotated[SecondsValue, Form()] = 0.0,
    end_s: Annotated[SecondsValue, Form()] = 0.0,
    quote: Annotated[QuoteText, Form()] = "",
    came: Came = "",
) -> Response:
    """Add a finding that the machine has missed. ``rule``: id and kind, such as
    ``forbidden.shirk|forbidden``."""
    name, _, kind = rule.partition("|")
    key = FindingKey(name, _kind(kind), role, start_s, end_s)
    return _perform(request, result_id, NewAction("add", key.plain() | {"quote": quote}), came)


@router.post("/calls/{result_id}/role")
def correct_role(
    request: Request,
    result_id: int,
    channel: Annotated[ChannelNumber, Form()],
    start_s: Annotated[SecondsValue, Form()],
    end_s: Annotated[SecondsValue, Form()],
    role: Annotated[Role, Form()],
    came: Came = "",
) -> Response:
    """Correct who spoke an utterance."""
    value = {"channel": channel, "start_s": start_s, "end_s": end_s, "role": role}
    return _perform(request, result_id, NewAction("role", value), came)


@router.post("/calls/{result_id}/text")
def correct_text(
    request: Request,
    result_id: int,
    channel: Annotated[ChannelNumber, Form()],
    start_s: Annotated[SecondsValue, Form()],
    end_s: Annotated[SecondsValue, Form()],
    text: Annotated[Text, Form()] = "",
    came: Came = "",
) -> Response:
    """Correct the text of an utterance; empty where nobody spoke."""
    value = {"channel": channel, "start_s": start_s, "end_s": end_s, "text": text}
    return _perform(request, result_id, NewAction("text", value), came)


@router.post("/calls/{result_id}/tone")
def grade_tone(
    request: Request,
    result_id: int,
    role: Annotated[ToneRole, Form()],
    start_s: Annotated[SecondsValue, Form()],
    end_s: Annotated[SecondsValue, Form()],
    grade: Annotated[GradeName, Form()],
    came: Came = "",
) -> Response:
    """Grade the tone of a stretch."""
    value = {"role": role, "start_s": start_s, "end_s": end_s, "grade": grade}
    return _perform(request, result_id, NewAction("tone", value), came)


@router.post("/calls/{result_id}/comment")
def comment(
    request: Request, result_id: int, text: Annotated[ReasonText, Form()], came: Came = ""
) -> Response:
    """Comment on a call, for other reviewers."""
    return _perform(request, result_id, NewAction("comment", {"text": text}), came)


@router.post("/calls/{result_id}/mark")
def mark(
    request: Request,
    result_id: int,
    mark: Annotated[MarkName | Literal[""], Form()] = "",
    came: Came = "",
) -> Response:
    """Mark a call as a good example or for coaching; empty takes the mark away."""
    return _perform(request, result_id, NewAction("mark", {"mark": mark or None}), came)


@router.post("/calls/{result_id}/assign")
def assign(
    request: Request, result_id: int, to: Annotated[UserName, Form()] = "", came: Came = ""
) -> Response:
    """Assign a call to a reviewer; empty: to nobody in particular."""
    return _perform(request, result_id, NewAction("assign", {"to": to or None}), came)


@router.post("/calls/{result_id}/override")
def override(
    request: Request,
    result_id: int,
    item: Annotated[ItemId, Form()],
    points: Annotated[PointsValue, Form()],
    reason: Annotated[ReasonText, Form()],
    came: Came = "",
) -> Response:
    """Set the points of an item."""
    value = {"item": item, "points": points, "reason": reason}
    return _perform(request, result_id, NewAction("override", value), came)


@router.post("/calls/{result_id}/settle")
def settle(
    request: Request,
    result_id: int,
    settled: Annotated[bool, Form()] = True,
    onward: Annotated[bool, Form(alias="next")] = False,
    came: Came = "",
) -> Response:
    """Complete the review of a call, or reopen it; ``onward``: go to the next call of the list. The
    page after it offers to take that back."""
    site, record = site_of(request), find_record(request, result_id)
    answer = _perform(request, result_id, NewAction("settle", {"settled": settled}), came)
    if not onward:
        return answer
    site.claims.release(record.sha256, visitor_of(request).user.name)
    if not site.store.queue.has(result_id, list_of(request, came)):
        came = one_more_done(came)
    following = next_call(request, result_id, came)
    came = left_place(came)
    settling = urlencode({"settled": result_id})
    if following is None:
        return RedirectResponse(f"/queue?{came}&{settling}", 303)
    return RedirectResponse(f"/calls/{following}?{urlencode({'from': came})}&{settling}", 303)


@router.post("/calls/{result_id}/take")
def take(request: Request, result_id: int, came: Came = "") -> Response:
    """Assign a call to oneself."""
    to = visitor_of(request).user.name
    return _perform(request, result_id, NewAction("assign", {"to": to}), came)


@router.post("/calls/{result_id}/claim")
def claim(
    request: Request,
    result_id: int,
    over: Annotated[bool, Form()] = False,
    came: Came = "",
) -> Response:
    """A sign of life of who works on a call; ``over``: take the work over from somebody else."""
    site, user = site_of(request), visitor_of(request).user.name
    record = find_record(request, result_id)
    if over:
        site.claims.take(record.sha256, user, over=True)
        return _back(request, result_id, came)
    held = site.claims.renew(record.sha256, user) or site.claims.take(record.sha256, user)
    return JSONResponse({"by": None if held.user == user else held.user})


@router.post("/calls/{result_id}/release")
def release(
    request: Request, result_id: int, view: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """The farewell of a page: nobody works there any longer."""
    record = find_record(request, result_id)
    site_of(request).claims.release(record.sha256, visitor_of(request).user.name, view=view)
    return Response(status_code=204)


@router.post("/calls/{result_id}/undo/{act_id}")
def undo(request: Request, result_id: int, act_id: int, came: Came = "") -> Response:
    """Undo an action on this call."""
    actions.undo(request, act_id, result_id=result_id)
    return _back(request, result_id, came)


@router.post("/calls/{result_id}/unmask")
def unmask(
    request: Request, result_id: int, reason: Annotated[ReasonText, Form()], came: Came = ""
) -> Response:
    """Show this session the personal data of the call for a while. Only pages do: a token has no
    session, and the API masks always."""
    unmask_call(request, result_id, reason=reason)
    return _back(request, result_id, came)


def _perform(request: Request, result_id: int, action: NewAction, came: str) -> Response:
    """``seen`` in the address: what the page knew of the call, so that it overrules nobody."""
    actions.perform(request, result_id, [action], seen=request.query_params.get("seen", ""))
    return _back(request, result_id, came)


def _back(request: Request, result_id: int, came: str) -> RedirectResponse:
    """To the page of the call, and the part of its transcript that the form was sent from."""
    part = request.query_params.get("part", "")
    asked = {"part": part if part.isdecimal() else "", "from": came}
    kept = urlencode({name: value for name, value in asked.items() if value})
    return RedirectResponse(f"/calls/{result_id}" + (f"?{kept}" if kept else ""), 303)


def key_of(request: Request, result_id: int, of: int, number: int) -> FindingKey:
    """The key of a finding by its number in a result of the same call. 404 where there is none."""
    if find_record(request, of).sha256 != find_record(request, result_id).sha256:
        raise HTTPException(404)
    findings = site_of(request).store.results.findings_of(of)
    if number >= len(findings):
        raise HTTPException(404, actions.NO_FINDING)
    return FindingKey.of(findings[number])


def _kind(text: str) -> Kind:
    kind: Kind | None = next((one for one in get_args(Kind) if one == text), None)
    if kind is None:
        raise HTTPException(422, "请选择规则。")
    return kind
