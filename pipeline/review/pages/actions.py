"""What reviewers do with a call; every change leads back to its page."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.corrections import decision_of
from pipeline.people import FindingKey, NewAction
from pipeline.privacy import mask_result
from pipeline.review.access import Permission, may, may_undo
from pipeline.review.call_access import find_record, is_unmasked
from pipeline.review.context import site_of, visitor_of
from pipeline.review.pages.queue import next_call
from pipeline.store import ToneLabel
from pipeline.types import CallRecord, CallResult, Kind, Role

router = APIRouter()
UNMASKED_S = 900.0
"""Personal data of a call is shown for a quarter of an hour (our choice)."""

Came = Annotated[str, Form(alias="from", max_length=600)]
SecondsField = Annotated[float, Form(ge=0, le=1e6)]
WordsField = Annotated[str, Form(min_length=1, max_length=2000)]
Short = Annotated[str, Form(min_length=1, max_length=200)]


@router.post("/calls/{result_id}/decide")
def decide(
    request: Request,
    result_id: int,
    of: Annotated[int, Form()],
    finding: Annotated[int, Form(ge=0)],
    decision: Annotated[Literal["confirmed", "refused", "open"], Form()],
    came: Came = "",
) -> Response:
    """Confirm or refuse finding number ``finding`` of the result ``of``. The same again is not kept
    twice."""
    store, record = site_of(request).store, find_record(request, result_id)
    result = _result_of_call(request, record, of)
    if finding >= len(result.findings):
        raise HTTPException(404)
    found = result.findings[finding]
    last = decision_of(found, store.actions.of(record.sha256), result.findings)
    if last is not None and last.value["decision"] == decision:
        return _back(result_id, came)
    value = {"decision": decision, "finding": FindingKey.of(found).plain()}
    return _keep(request, record, result_id, NewAction("decide", value, rule=found.rule), came)


@router.post("/calls/{result_id}/add")
def add_finding(
    request: Request,
    result_id: int,
    rule: Short,
    role: Annotated[Role, Form()],
    start_s: SecondsField = 0.0,
    end_s: SecondsField = 0.0,
    quote: Annotated[str, Form(max_length=200)] = "",
    came: Came = "",
) -> Response:
    """Add what the machine has missed. ``rule``: id and kind, such as
    ``forbidden.shirk|forbidden``."""
    record = find_record(request, result_id)
    name, _, kind = rule.partition("|")
    whole: bool = kind == "missing"
    stretch = (0.0, record.duration_s) if whole else (start_s, end_s)
    key = FindingKey(name, _kind(kind), role, *stretch)
    return _keep(
        request,
        record,
        result_id,
        NewAction("add", key.plain() | {"quote": quote.strip()}, rule=name),
        came,
    )


@router.post("/calls/{result_id}/role")
def correct_role(
    request: Request,
    result_id: int,
    channel: Annotated[int, Form()],
    start_s: SecondsField,
    end_s: SecondsField,
    role: Annotated[Role, Form()],
    came: Came = "",
) -> Response:
    """Say who spoke an utterance."""
    value = {"channel": channel, "start_s": start_s, "end_s": end_s, "role": role}
    return _keep(
        request, find_record(request, result_id), result_id, NewAction("role", value), came
    )


@router.post("/calls/{result_id}/text")
def correct_text(
    request: Request,
    result_id: int,
    channel: Annotated[int, Form()],
    start_s: SecondsField,
    end_s: SecondsField,
    text: Annotated[str, Form(max_length=2000)],
    came: Came = "",
) -> Response:
    """Say what was said in an utterance. 409 where personal data in it is masked: what one cannot
    read one would overwrite."""
    site, record = site_of(request), find_record(request, result_id)
    if not is_unmasked(site, request, record.sha256):
        result = site.store.results.get(record.result_id)
        pairs = zip(result.utterances, mask_result(result).utterances, strict=True)
        if any(
            (u.channel, u.start_s) == (channel, start_s) and u.text != shown.text
            for u, shown in pairs
        ):
            raise HTTPException(409, "这句话里有遮盖的个人信息，请先写明理由查看，再更正文字。")
    value = {"channel": channel, "start_s": start_s, "end_s": end_s, "text": text.strip()}
    return _keep(request, record, result_id, NewAction("text", value), came)


@router.post("/calls/{result_id}/tone")
def grade_tone(
    request: Request,
    result_id: int,
    role: Annotated[Literal["agent", "customer"], Form()],
    start_s: SecondsField,
    end_s: SecondsField,
    grade: Annotated[Literal["calm", "raised", "flat"], Form()],
    came: Came = "",
) -> Response:
    """Grade the tone of a stretch, which ``callqa tone train`` learns from."""
    site, record, user = site_of(request), find_record(request, result_id), visitor_of(request).user
    if not start_s < end_s <= record.duration_s + 1:
        raise HTTPException(400, "时间不在这通录音之内，或者起止颠倒。")
    value = {"role": role, "start_s": start_s, "end_s": end_s, "grade": grade}
    at, machine = site.now, site.store.effective.machine_of(record.result_id)
    with site.store.batch():
        site.store.actions.add(record.result_id, [NewAction("tone", value)], actor=user.name, at=at)
        site.store.tone.label(
            [ToneLabel(machine, role, start_s, end_s, grade, user.name)], labelled_at=at
        )
    return _back(result_id, came)


@router.post("/calls/{result_id}/comment")
def comment(request: Request, result_id: int, text: WordsField, came: Came = "") -> Response:
    return _keep(
        request,
        find_record(request, result_id),
        result_id,
        NewAction("comment", {"text": text.strip()}),
        came,
    )


@router.post("/calls/{result_id}/mark")
def mark(
    request: Request,
    result_id: int,
    mark: Annotated[Literal["good", "coaching", ""], Form()] = "",
    came: Came = "",
) -> Response:
    """Mark a call as a good example or for coaching."""
    return _keep(
        request,
        find_record(request, result_id),
        result_id,
        NewAction("mark", {"mark": mark or None}),
        came,
    )


@router.post("/calls/{result_id}/assign")
def assign(
    request: Request, result_id: int, to: Annotated[str, Form(max_length=100)] = "", came: Came = ""
) -> Response:
    """Leave a call to somebody who reviews, or to nobody in particular."""
    user = site_of(request).store.users.find(to) if to else None
    if to and (user is None or not may(user, Permission.REVIEW)):
        raise HTTPException(400, "没有这个质检员或主管。")
    return _keep(
        request,
        find_record(request, result_id),
        result_id,
        NewAction("assign", {"to": to or None}),
        came,
    )


@router.post("/calls/{result_id}/override")
def override(
    request: Request,
    result_id: int,
    item: Short,
    points: Annotated[float, Form(ge=-1000, le=1000)],
    reason: WordsField,
    came: Came = "",
) -> Response:
    """Set the points of an item."""
    value = {"item": item, "points": points, "reason": reason.strip()}
    return _keep(
        request, find_record(request, result_id), result_id, NewAction("override", value), came
    )


@router.post("/calls/{result_id}/settle")
def settle(
    request: Request,
    result_id: int,
    settled: Annotated[bool, Form()] = True,
    onward: Annotated[bool, Form(alias="next")] = False,
    came: Came = "",
) -> Response:
    """Done with the call, or not yet; ``onward``: go to the next one of the queue."""
    record = find_record(request, result_id)
    answer = _keep(request, record, result_id, NewAction("settle", {"settled": settled}), came)
    if not onward:
        return answer
    following = next_call(request, came, besides=record.sha256)
    return RedirectResponse(f"/queue?{came}", 303) if following is None else _back(following, came)


@router.post("/calls/{result_id}/undo/{act_id}")
def undo(request: Request, result_id: int, act_id: int, came: Came = "") -> Response:
    """Take an act back: one's own, or as a supervisor anybody's; what an appeal settled stays."""
    site, record, user = site_of(request), find_record(request, result_id), visitor_of(request).user
    act = next((act for act in site.store.actions.of(record.sha256) if act.id == act_id), None)
    if act is None:
        raise HTTPException(404)
    if act.in_force and not may_undo(user, act):
        told = (
            "这是申诉的结果，不能直接撤销。"
            if act.appeal_id
            else "只能撤销自己的操作；他人的操作请主管撤销。"
        )
        raise HTTPException(403, told)
    site.reviser.undo(site.store, act_id, actor=user.name, at=site.now)
    return _back(result_id, came)


@router.post("/calls/{result_id}/unmask")
def unmask(request: Request, result_id: int, reason: WordsField, came: Came = "") -> Response:
    """Show this session the personal data of the call for ``UNMASKED_S``; the reason is in the
    ledger."""
    site, record, visitor = site_of(request), find_record(request, result_id), visitor_of(request)
    if visitor.session is None or not reason.strip():
        raise HTTPException(400, "请写明查看个人信息的理由。")
    detail = {"reason": reason.strip(), "seconds": UNMASKED_S}
    site.store.ledger.record(
        "unmasked", f"call {record.sha256}", detail, actor=visitor.user.name, at=site.now
    )
    for key in [key for key, until in site.unmasked.items() if until < site.clock()]:
        site.unmasked.pop(key, None)
    site.unmasked[visitor.session.digest, record.sha256] = site.clock() + UNMASKED_S
    return _back(result_id, came)


def _keep(
    request: Request, record: CallRecord, result_id: int, act: NewAction, came: str
) -> Response:
    """Keep an act with the score that follows from it, and go back to the call."""
    site = site_of(request)
    actor = visitor_of(request).user.name
    site.reviser.act(site.store, record.result_id, [act], actor=actor, at=site.now)
    return _back(result_id, came)


def _back(result_id: int, came: str) -> RedirectResponse:
    return RedirectResponse(
        f"/calls/{result_id}" + (f"?{urlencode({'from': came})}" if came else ""), 303
    )


def _result_of_call(request: Request, record: CallRecord, result_id: int) -> CallResult:
    """A result of the same call. 404 for one of another."""
    if find_record(request, result_id).sha256 != record.sha256:
        raise HTTPException(404)
    return site_of(request).store.results.get(result_id)


def _kind(text: str) -> Kind:
    kinds: dict[str, Kind] = {
        "required": "required", "missing": "missing", "forbidden": "forbidden", "process": "process",
        "silence": "silence", "interruption": "interruption", "tone": "tone", "pace": "pace",
    }  # fmt: skip
    if text not in kinds:
        raise HTTPException(400, "请选择规则。")
    return kinds[text]
