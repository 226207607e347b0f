"""Telephone calls to come, announced by the system that will send their sound."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from pipeline.review.api import conversation_models, models
from pipeline.review.api.parts import CHECKED, REFUSALS
from pipeline.review.context import site_of
from pipeline.types import StreamAnnounced

router = APIRouter(prefix="/api/v1", dependencies=CHECKED, responses=REFUSALS)

KEPT_S = 86400.0
"""What was announced is forgotten after a day (our choice): its sound comes within seconds."""

StreamId = Annotated[
    str,
    Path(
        min_length=1, max_length=64, pattern=r"^[0-9A-Fa-f-]+$",
        description="The UUID that the stream will name, such as AudioSocket's.",
    ),
]  # fmt: skip


@router.post(
    "/calls/{stream}",
    responses={
        400: {"model": models.ErrorMessage, "description": "The body is no JSON."},
        413: {"model": models.ErrorMessage, "description": "The body is too long."},
    },
)
def announce_stream(
    request: Request, stream: StreamId, given: conversation_models.NewStream
) -> conversation_models.TakenStream:
    """Say which call a stream of sound belongs to, and whose sound it is. The last word counts."""
    site = site_of(request)
    now, name = site.clock(), stream.lower()
    said = StreamAnnounced(given.call, given.side, given.agent_id, given.customer_id, given.queue)
    with site.store.batch():
        site.store.live_calls.forget_announced(now - KEPT_S)
        site.store.live_calls.announce(name, said, at=now)
        found = site.store.live_calls.announced(name)
    assert found is not None
    return conversation_models.TakenStream(call=given.call, sides=list(found[1]))
