"""The sound of a call: checked, in ranges, and each listening in the ledger."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, JSONResponse

from review.audio import NoSoundError
from review.calls import find_record, is_unmasked
from review.site import site_of, visitor_of

router = APIRouter()


@router.get("/calls/{result_id}/audio")
def play(request: Request, result_id: int) -> FileResponse:
    """An Ogg file; browsers ask for ranges of it."""
    site, record = site_of(request), find_record(request, result_id)
    visitor = visitor_of(request)
    assert visitor.session is not None
    masked = not is_unmasked(site, request, record.sha256)
    try:
        sound = site.copies.sound(site.store.result(record.result_id), masked=masked)
    except NoSoundError as error:
        raise HTTPException(404, str(error)) from error
    if site.listened.is_new(visitor.session.digest, record.sha256, masked=masked):
        site.store.record("listened", f"call {record.sha256}", {"masked": masked}, actor=visitor.user.name, at=site.now)
    return FileResponse(sound, media_type="audio/ogg", headers={"Cache-Control": "private, no-store"})


@router.get("/calls/{result_id}/wave")
def show_wave(request: Request, result_id: int) -> JSONResponse:
    """The peaks of each channel, 0..100."""
    site, record = site_of(request), find_record(request, result_id)
    try:
        return JSONResponse({"channels": site.copies.wave(site.store.result(record.result_id))})
    except NoSoundError as error:
        return JSONResponse({"channels": [], "detail": str(error)})
