"""在线: the conversations in progress, what their alarms say, and a note to an agent's desk."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi import Path as InPath
from fastapi.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.concurrency import run_in_threadpool

from pipeline.live import hear_call, show_talk, sound_folder
from pipeline.privacy import mask_text
from pipeline.review.call_access import hidden_kinds
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.render import render
from pipeline.types import LiveTalk

router = APIRouter()
TalkId = Annotated[int, InPath(ge=1, lt=2**53)]

LOOK_S = 1.0
LEAST_S, LONGEST_S = 0.5, 30.0
"""Seconds of sound that are sent at once (our choice)."""

LAST = 200
"""Lines of a conversation on its page (our choice): a quarter of an hour of a call. The page is read
anew with each sentence, and a call of hours has thousands."""

MOST_WATCHERS = 100
"""Streams at once (our choice); without one the page is loaded anew every few seconds."""


@router.get("/live")
def show_wall(request: Request) -> HTMLResponse:
    """The conversations in progress, the most urgent first, with their last sentences."""
    site = site_of(request)
    talks = site.wall.talks(site.store, hidden_kinds(request))
    return render(
        request, "live.html.j2", talks=talks, now=site.clock(), names=site.names.rules,
        listens=site.wall.listens(site.store),
    )  # fmt: skip


@router.get("/live/changes")
async def send_changes(request: Request) -> StreamingResponse:
    """Server-sent events: one whenever the wall is not what it was."""
    site = site_of(request)
    if site.watchers >= MOST_WATCHERS:
        raise HTTPException(503)
    return StreamingResponse(
        _changes(request, site), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _changes(request: Request, site: ReviewContext) -> AsyncIterator[str]:
    kinds = hidden_kinds(request)
    site.watchers += 1
    try:
        last = ""
        yield "retry: 2000\n\n"
        for _ in range(max(1, int(site.stream_s / LOOK_S))):
            mark = await run_in_threadpool(lambda: site.wall.mark(site.store, kinds))
            yield f"data: {mark}\n\n" if mark != last else ": \n\n"
            last = mark
            await asyncio.sleep(min(LOOK_S, site.stream_s))
    finally:
        site.watchers -= 1


@router.get("/live/{talk_id}")
def open_talk(
    request: Request, talk_id: TalkId, whole: Annotated[bool, Query(alias="all")] = False
) -> HTMLResponse:
    """A conversation so far, its last sentences or ``all`` of them; that it was opened is on
    record."""
    site = site_of(request)
    talk, count = _find(request, talk_id), site.store.live.count_lines(talk_id)
    last = count if whole else LAST
    live, kinds = site.store.live, hidden_kinds(request)
    lines = live.lines(talk_id)  # all: what is personal is known by where it was first said
    one = show_talk(talk, lines, site.store.alarms.of_talk(talk_id), kinds, last=last)
    one = replace(one, call=site.store.live_calls.find(talk_id))
    reader = visitor_of(request).user.name
    site.store.readings.note("watched", str(talk_id), actor=reader, at=site.now)
    return render(
        request, "live_talk.html.j2", one=one, now=site.clock(), names=site.names.rules,
        desk=bool(site.settings.review.webhooks), earlier=max(0, count - last),
    )  # fmt: skip


@router.get("/live/{talk_id}/sound")
def send_sound(
    request: Request, talk_id: TalkId, since: Annotated[float, Query(ge=0, le=10**6)] = 0.0
) -> Response:
    """The sound of a call in progress from a second on, as far as it may be heard: only what was
    transcribed and searched for numbers, with a tone over those that this visitor's role does not
    hear. Each listening is in the ledger. 204 where nothing new may be heard yet, 409 where nothing
    can be, such as when recognition could not keep up with the call."""
    site, visitor = site_of(request), visitor_of(request)
    talk, call = _find(request, talk_id), site.store.live_calls.find(talk_id)
    if call is None:
        raise HTTPException(404)
    if talk.state not in ("open", "ending"):
        return _silent("通话已经结束，请到评分结果里听录音。")
    if call.behind and call.heard_s <= since:
        return _silent("识别跟不上这通，还没有查过号码的声音不能听，请等结束后听录音。")
    until = min(call.heard_s, since + LONGEST_S)
    if until - since < LEAST_S:
        return Response(status_code=204)
    try:
        sound = hear_call(
            sound_folder(site.settings), call, since, until, hidden_kinds(request),
            look_again=lambda: site.store.live_calls.find(talk_id),
        )  # fmt: skip
    except (OSError, struct.error):
        return _silent("录音文件已不在原处，无法播放。")
    who = visitor.session.digest if visitor.session else visitor.user.name
    if site.sounds.is_new(f"{who} live", f"live {talk_id}"):
        site.store.ledger.record(
            "listened", f"live {talk_id}", {"masked": bool(hidden_kinds(request))},
            actor=visitor.user.name, at=site.now,
        )  # fmt: skip
    headers = {"X-Until": f"{until:.3f}", "Cache-Control": "no-store"}
    return Response(sound, media_type="audio/wav", headers=headers)


def _silent(why: str) -> JSONResponse:
    """There is nothing to play; the page says why."""
    return JSONResponse({"detail": why}, 409)


@router.post("/live/{talk_id}/note")
def note_to_desk(
    request: Request, talk_id: TalkId, text: Annotated[str, Form(max_length=500)]
) -> RedirectResponse:
    """Send a note to the agent's desk, through the webhooks; the ledger has it."""
    site = site_of(request)
    talk = _find(request, talk_id)
    if not text.strip():
        raise HTTPException(422, "请写明要提醒的内容。")
    if not site.settings.review.webhooks:
        raise HTTPException(
            400, "没有设置 webhook（callqa.toml 的 [review] webhooks），提醒发不出去。"
        )
    if talk.state == "ended":
        raise HTTPException(409, "会话已经结束。")
    by, note = visitor_of(request).user.name, mask_text(text.strip())
    told = {"talk_id": talk_id, "agent_id": talk.agent_id, "text": note, "by": by}
    site.store.ledger.record(
        "desk noted", f"live {talk_id}", {"agent": talk.agent_id, "text": note},
        actor=by, at=site.now,
    )  # fmt: skip
    site.hooks.tell("live.note", {**told, "link": f"/live/{talk_id}"})
    return RedirectResponse(f"/live/{talk_id}", 303)


def _find(request: Request, talk_id: int) -> LiveTalk:
    talk = site_of(request).store.live.find(talk_id)
    if talk is None:
        raise HTTPException(404)
    return talk
