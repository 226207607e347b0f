"""The conversation so far, as an import of it would read it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import UnreadableError
from pipeline.imports import read_text_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.imports import Conversation
    from pipeline.types import LiveMessage, LiveTalk


def conversations_of(talk: LiveTalk, lines: Sequence[LiveMessage]) -> tuple[Conversation, ...]:
    """What was written so far, through the reader of imported chats: one conversation, or one for
    each agent's part. Empty where no person has said anything."""
    written = {
        "call_id": talk.name,
        "medium": "chat",
        "agent_id": talk.agent_id,
        "customer_id": talk.customer_id,
        "queue": talk.queue,
        "utterances": [_line(one) for one in lines],
    }
    known = {key: value for key, value in written.items() if value is not None}
    data = json.dumps(known, ensure_ascii=False).encode()
    try:
        read = read_text_bytes(Path(f"{talk.name}.json"), data)
    except UnreadableError:
        if any(line.speaker != "system" and line.text.strip() for line in lines):
            raise
        return ()
    return read.conversations


def _line(message: LiveMessage) -> dict[str, Any]:
    at = datetime.fromtimestamp(int(message.at)).astimezone()  # as imported chats are written
    line = {"role": message.speaker, "text": message.text, "time": at.isoformat()}
    return line | ({"agent_id": message.agent_id} if message.agent_id else {})


def begun_at(conversation: Conversation, *, otherwise: float) -> float:
    """When a conversation began, in seconds since 1970; ``otherwise`` where its times do not say
    it."""
    try:
        return datetime.fromisoformat(conversation.meta.started_at or "").timestamp()
    except (ValueError, OverflowError):
        return otherwise
