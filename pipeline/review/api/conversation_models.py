"""Conversations in progress as the API takes them: messages, and streams of sound."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from pipeline.live import LONGEST_TEXT
from pipeline.review.api.models import Model, NameText

MessageId = Annotated[str, Field(min_length=1, max_length=200)]


class NewMessage(Model):
    """A message as it was written. ``id``: unique in its conversation; ``at``: when, with the time
    zone, null for now; ``agent_id``: who wrote it, where agents change."""

    id: MessageId
    role: Literal["agent", "customer", "system"]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)]
    at: AwareDatetime | None = None
    agent_id: NameText | None = None


class NewMessages(Model):
    """Messages of a conversation in progress, in any order; none with ``end`` alone. ``end``: no
    more will come, so the conversation is scored."""

    messages: Annotated[list[NewMessage], Field(max_length=100)] = []  # noqa: RUF012 - pydantic copies it
    agent_id: NameText | None = None
    customer_id: NameText | None = None
    queue: NameText | None = None
    end: bool = False


class NewStream(Model):
    """What a telephone system says of a stream of sound before it comes. ``call``: the number of its
    call; two streams of one call have the same; ``side``: whose sound it brings."""

    call: Annotated[str, Field(min_length=1, max_length=200)]
    side: Literal["agent", "customer", "mix"] = "mix"
    agent_id: NameText | None = None
    customer_id: NameText | None = None
    queue: NameText | None = None


class TakenStream(Model):
    """``sides``: those that the call has by all that was announced."""

    call: str
    sides: list[Literal["agent", "customer", "mix"]]


class TakenMessages(Model):
    """What became of them. ``known``: had come before; ``state``: ``ending`` until it is scored,
    ``ended`` with its ``result_id``, null where nobody said anything."""

    new: int
    known: int
    state: Literal["open", "ending", "ended", "failed"]
    result_id: int | None
