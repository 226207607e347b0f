"""校准: several reviewers judge the same calls blind; how far they agree, and the machine with
them."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from pipeline.errors import CalibrationError
from pipeline.people import Calibration
from pipeline.privacy import mask_result
from pipeline.review.access import Permission, may
from pipeline.review.call_access import hidden_kinds
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.render import render
from pipeline.study import study_agreement
from pipeline.types import ScoreItem

router = APIRouter()
MOST_CALLS = 200


@router.get("/calibrations")
def show_calibrations(request: Request) -> HTMLResponse:
    """All rounds, and the form for a new one."""
    store, user = site_of(request).store, visitor_of(request).user
    rounds = [
        (one, _left(store.rounds.grades_by(one.id, user.name), one)) for one in store.rounds.all()
    ]
    judges = [one.name for one in store.users.all() if may(one, Permission.CALIBRATE)]
    return render(request, "calibrations.html.j2", rounds=rounds, judges=judges)


@router.post("/calibrations")
def begin_calibration(
    request: Request,
    title: Annotated[str, Form(max_length=100)],
    calls: Annotated[str, Form(max_length=20_000)],
    reviewers: Annotated[list[str], Form(max_length=50)] = [],  # noqa: B006 - FastAPI copies it
) -> RedirectResponse:
    """A new round about calls: a call id or the number in the page's address, one a line."""
    site, actor = site_of(request), visitor_of(request).user.name
    known = {one.name for one in site.store.users.all() if may(one, Permission.CALIBRATE)}
    unknown = [name for name in reviewers if name not in known]
    if unknown:
        raise CalibrationError(f"{'、'.join(unknown)} 不能参加校准")
    ids = [_result_id(site, key) for key in re.split(r"[\s,，;；]+", calls) if key]
    if len(ids) > MOST_CALLS:
        raise CalibrationError(f"一次校准最多 {MOST_CALLS} 通电话")
    opened = site.store.rounds.begin(
        title, result_ids=ids, reviewers=reviewers, actor=actor, at=site.now
    )
    return RedirectResponse(f"/calibrations/{opened.id}", 303)


@router.get("/calibrations/{calibration_id}")
def show_calibration(request: Request, calibration_id: int) -> HTMLResponse:
    """One round: the calls still to be judged while it is open, then the agreement of the
    judges."""
    site, user = site_of(request), visitor_of(request).user
    found = _find(site, calibration_id)
    judged = {grade.sha256 for grade in site.store.rounds.grades_by(found.id, user.name)}
    agreement = (
        ()
        if found.is_open
        else study_agreement(
            site.store.rounds.grades(found.id), site.store.rounds.machine_grades(found.id)
        )
    )
    return render(
        request, "calibration.html.j2", round=found, judged=judged, is_judge=user.name in found.reviewers,
        progress=site.store.rounds.judged_by_reviewer(found.id), agreement=agreement, items=_item_names(site, found),
    )  # fmt: skip


@router.post("/calibrations/{calibration_id}/close")
def close_calibration(
    request: Request, calibration_id: int, sure: Annotated[bool, Form()] = False
) -> Response:
    """End a round. While reviewers have calls to judge the page asks first: nothing opens a round
    again."""
    site = site_of(request)
    found = _find(site, calibration_id)
    judged = site.store.rounds.judged_by_reviewer(found.id)
    missing = [
        (name, len(found.calls) - judged.get(name, 0))
        for name in found.reviewers
        if judged.get(name, 0) < len(found.calls)
    ]
    if missing and found.is_open and not sure:
        return render(
            request,
            "calibration_close.html.j2",
            round=found,
            missing=missing,
            any=any(judged.values()),
        )
    site.store.rounds.close(calibration_id, actor=visitor_of(request).user.name, at=site.now)
    return RedirectResponse(f"/calibrations/{calibration_id}", 303)


@router.get("/calibrations/{calibration_id}/calls/{result_id}")
def show_blind_call(request: Request, calibration_id: int, result_id: int) -> HTMLResponse:
    """A call with its sound and text, without the opinion of the machine or of others."""
    site, user = site_of(request), visitor_of(request).user
    found, sha256 = _judged_call(site, calibration_id, result_id, user.name)
    result = mask_result(site.store.results.get(result_id), kinds=hidden_kinds(request))
    given = {
        g.item: g.points
        for g in site.store.rounds.grades_by(found.id, user.name)
        if g.sha256 == sha256
    }
    return render(
        request, "blind.html.j2", round=found, result_id=result_id, utterances=result.utterances, given=given,
        items=[item for item in result.score.items if item.applies], duration_s=result.recording.duration_s,
    )  # fmt: skip


@router.post("/calibrations/{calibration_id}/calls/{result_id}")
async def judge_call(request: Request, calibration_id: int, result_id: int) -> RedirectResponse:
    """Store the points of every item, and go on to the next call."""
    form = await request.form()
    given = {name: str(value) for name, value in form.items()}
    return await run_in_threadpool(_judge, request, calibration_id, result_id, given)


def _judge(
    request: Request, calibration_id: int, result_id: int, form: dict[str, str]
) -> RedirectResponse:
    site, user = site_of(request), visitor_of(request).user
    found, sha256 = _judged_call(site, calibration_id, result_id, user.name)
    items = [item for item in site.store.results.get(result_id).score.items if item.applies]
    points = {item.id: _points(item, form.get(f"item:{item.id}", "")) for item in items}
    site.store.rounds.grade(found.id, sha256, points, reviewer=user.name, at=site.now)
    judged = {grade.sha256 for grade in site.store.rounds.grades_by(found.id, user.name)}
    following = next((call for call in found.calls if call.sha256 not in judged), None)
    where = f"/calibrations/{found.id}"
    return RedirectResponse(f"{where}/calls/{following.result_id}" if following else where, 303)


def _points(item: ScoreItem, given: str) -> float:
    try:
        points = float(given)
    except ValueError:
        points = -1.0
    if not 0 <= points <= item.full:
        raise CalibrationError(f"{item.name} 的得分 {given!r} 不能用：应为 0 至 {item.full:g} 的数")
    return points


def _find(site: ReviewContext, calibration_id: int) -> Calibration:
    try:
        return site.store.rounds.get(calibration_id)
    except CalibrationError as error:
        raise HTTPException(404) from error


def _judged_call(
    site: ReviewContext, calibration_id: int, result_id: int, reviewer: str
) -> tuple[Calibration, str]:
    """The round and the call's SHA-256. 404 where the call or the reviewer is not in it."""
    found = _find(site, calibration_id)
    sha256 = next((call.sha256 for call in found.calls if call.result_id == result_id), None)
    if sha256 is None or reviewer not in found.reviewers:
        raise HTTPException(404)
    return found, sha256


def _result_id(site: ReviewContext, key: str) -> int:
    found = site.store.results.id_of(key)
    if found is None and key.isdecimal() and site.store.calls.record_of(int(key)):
        found = int(key)
    if found is None:
        raise CalibrationError(f"没有通话 {key}；请填通话编号，或通话页面网址末尾的数字")
    return found


def _left(grades: tuple[object, ...], one: Calibration) -> int:
    judged = {getattr(grade, "sha256", "") for grade in grades}
    return len(one.calls) - len(judged)


def _item_names(site: ReviewContext, found: Calibration) -> dict[str, str]:
    names: dict[str, str] = {}
    for saved in site.store.results.load([call.result_id for call in found.calls], words=False):
        names |= {item.id: item.name for item in saved.result.score.items}
    return names
