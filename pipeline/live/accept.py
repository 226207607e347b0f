"""Messages that another program hands over as they are written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.settings import LiveSettings
    from pipeline.store import Received, Store
    from pipeline.types import LiveMessage

LONGEST_TEXT = 4000
"""Characters of a message (our choice)."""

MOST_MESSAGES = 2000
"""Messages of a conversation (our choice); what a day's work of one agent with one customer has."""

AHEAD_S = 300.0
"""A clock may be ahead of this machine's by so much (our choice)."""


FAR_S = 86400.0
"""A clock that is ahead by more is wrong (our choice)."""

OLDEST_S = 366 * 86400.0
"""A message that was written before is none of a conversation in progress (our choice)."""


class FullError(CallqaError):
    """More conversations, or more messages of one, than are kept."""


class UntimelyError(CallqaError):
    """A message's time is far away from now. The text is Chinese: the API answers with it."""


def accept_messages(
    store: Store,
    name: str,
    messages: Sequence[LiveMessage],
    *,
    about: Mapping[str, str | None],
    limits: LiveSettings,
    now: float,
    end: bool = False,
) -> Received:
    """Keep messages of the conversation ``name``; what came before changes nothing, what comes after
    the end is refused. ``about``: agent_id, customer_id, queue.

    A time that lies a little ahead becomes ``now``. Raises ``UntimelyError``, ``FullError``,
    ``StoreError``; then none of the messages is kept."""
    timely = [_timely(one, now) for one in messages]
    with store.batch():
        talk = store.live.named("api", name)
        if talk is None and store.live.count_open() >= limits.most:
            raise FullError(f"正在进行的会话已有 {limits.most} 个，不能再开始新的会话")
        if talk is not None and store.live.count_lines(talk.id) + len(messages) > MOST_MESSAGES:
            raise FullError(f"一个会话最多 {MOST_MESSAGES} 条消息")
        return store.live.receive("api", name, timely, about=about, now=now, end=end)


def _timely(message: LiveMessage, now: float) -> LiveMessage:
    if not now - OLDEST_S <= message.at <= now + FAR_S:
        raise UntimelyError(
            f"消息 {message.id} 的时间 at 离现在太远：最早为一年前，最晚为一天后；请核对时间和时区"
        )
    return message if message.at <= now + AHEAD_S else replace(message, at=now)
