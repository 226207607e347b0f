"""The sound of a call, and its outline."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from pipeline.people import User
from pipeline.privacy import find_personal_sound
from pipeline.review.access import may_see
from pipeline.review.audio import Copy, SilentError, open_in_memory
from pipeline.review.call_access import find_record, hidden_kinds, is_unmasked, present_recording
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.types import CallRecord, Kinds, Span

router = APIRouter()


@router.get("/calls/{result_id}/audio")
def send_audio(request: Request, result_id: int) -> Response:
    """The sound, also in parts; personal numbers are covered by a tone unless this session may hear
    them. Each listening is in the ledger. 404 for a foreign call, 409 where there is nothing to
    play."""
    site, record = site_of(request), find_record(request, result_id)
    masked = not is_unmasked(site, request, record.sha256)
    copy = _copy(request, record)
    _note_listening(request, record, masked=masked)
    return _send(copy.sound, copy, "audio/ogg")


@router.get("/calls/{result_id}/wave")
def send_wave(request: Request, result_id: int) -> Response:
    """Peaks of each channel as JSON; the copy of the sound is made too, so that it plays at
    once."""
    record = find_record(request, result_id)
    try:
        copy = _copy(request, record)
    except HTTPException as error:
        return JSONResponse({"detail": error.detail}, error.status_code)
    return _send(copy.outline, copy, "application/json")


def _send(path: Path, copy: Copy, media_type: str) -> Response:
    """A copy, or a part that is asked for; an encrypted one from memory."""
    if copy.key is None:
        return FileResponse(path, media_type=media_type)
    return _FromMemory(open_in_memory(path, copy.key), media_type)


class _FromMemory(FileResponse):
    """A file without a name, closed when it was sent, or the browser has gone."""

    def __init__(self, opened: int, media_type: str) -> None:
        super().__init__(f"/proc/self/fd/{opened}", media_type=media_type)
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.close(self._opened)


def _copy(request: Request, record: CallRecord) -> Copy:
    site, hidden = site_of(request), hidden_kinds(request)
    result = site.store.results.get(site.store.effective.machine_of(record.result_id))
    covered = find_covered(
        site,
        record,
        visitor_of(request).user,
        lambda sha256: None if is_unmasked(site, request, sha256) else hidden,
    )
    try:
        return site.sounds.copy_of(present_recording(site, result.recording), covered)
    except SilentError as error:
        raise HTTPException(409, str(error)) from error


def find_covered(
    site: ReviewContext, record: CallRecord, user: User, hidden: Callable[[str], Kinds | None]
) -> tuple[Span, ...]:
    """What may not be heard in a recording: personal data of hidden kinds, in the machine's
    transcript and in the corrected one, and pressed keys; of several agents' parts those that do not
    exist for this user. ``hidden``: by the SHA-256 of each part, ``None`` where a reason was given to
    hear all of it."""
    store = site.store
    spans: list[Span] = []
    for sha256 in store.conversations.parts_within([record.sha256]):
        counting = store.effective.of(sha256)
        machine = store.effective.machine_of(counting)
        part, kinds = store.calls.record_of(counting), hidden(sha256)
        if sha256 != record.sha256 and (part is None or not may_see(user, part)):
            spans.append(store.results.get(machine).recording.judged)
        elif kinds is not None:
            for one in sorted({machine, counting}):
                spans += find_personal_sound(store.results.get(one), kinds=kinds)
    return tuple(spans)


def _note_listening(request: Request, record: CallRecord, *, masked: bool) -> None:
    site, visitor = site_of(request), visitor_of(request)
    who = visitor.session.digest if visitor.session else visitor.user.name
    if site.sounds.is_new(f"{who} {masked}", record.sha256):
        site.store.ledger.record(
            "listened",
            f"call {record.sha256}",
            {"masked": masked},
            actor=visitor.user.name,
            at=site.now,
        )
