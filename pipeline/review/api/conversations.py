"""Messages of conversations in progress, from the system that people write in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request

from pipeline.live import FullError, UntimelyError, accept_messages
from pipeline.review.api import conversation_models, models
from pipeline.review.api.parts import CHECKED, REFUSALS
from pipeline.review.context import site_of
from pipeline.types import LiveMessage

router = APIRouter(prefix="/api/v1", dependencies=CHECKED, responses=REFUSALS)

ConversationId = Annotated[
    str, Path(min_length=1, max_length=200, pattern=r"^[^\s/\\#?]+$", description="Its id there.")
]


@router.post(
    "/conversations/{conversation}/messages",
    responses={
        400: {"model": models.ErrorMessage, "description": "The body is no JSON."},
        409: {
            "model": models.ErrorMessage,
            "description": "The conversation has ended, or more is in progress than is kept.",
        },
        413: {"model": models.ErrorMessage, "description": "The body is too long."},
    },
)
def take_messages(
    request: Request, conversation: ConversationId, given: conversation_models.NewMessages
) -> conversation_models.TakenMessages:
    """Hand over messages as they are written. Those that came before change nothing."""
    site = site_of(request)
    now = site.clock()
    messages = [
        LiveMessage(one.id, one.at.timestamp() if one.at else now, one.role, one.text, one.agent_id)
        for one in given.messages
    ]
    about = {name: getattr(given, name) for name in ("agent_id", "customer_id", "queue")}
    try:
        taken = accept_messages(
            site.store, conversation, messages, about=about, limits=site.settings.live, now=now,
            end=given.end,
        )  # fmt: skip
    except FullError as error:
        raise HTTPException(409, str(error)) from error
    except UntimelyError as error:
        raise HTTPException(422, str(error)) from error
    talk = taken.talk
    if taken.refused or talk.state == "erased":
        raise HTTPException(409, "会话已经结束，不再接收新消息")
    return conversation_models.TakenMessages(
        new=taken.new, known=taken.known, state=talk.state, result_id=talk.result_id
    )
