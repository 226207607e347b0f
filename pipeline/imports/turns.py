"""A conversation that another program hands over line by line, without a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.errors import UnreadableError
from pipeline.imports.conversation import Conversation, finish
from pipeline.imports.draft import Draft, DraftLine, Medium, digest_of_draft
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import Seconds


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of a conversation.

    ``role``: ``agent``, ``customer``, or another name that docs/imports.md lists (客服8012, 客户);
    any other name is ``unknown``. ``start_s``, ``end_s``: seconds from the start; all turns have a
    start, or none has. ``confidence``: 0..1, how sure the recogniser was; ``None`` where nobody
    said."""

    role: str
    text: str
    start_s: Seconds | None = None
    end_s: Seconds | None = None
    confidence: float | None = None


def conversation_of(
    turns: Sequence[Turn], *, medium: Medium = "voice", call: CallMeta | None = None
) -> Conversation:
    """The turns as one conversation, in order of time, cleaned, without lines of the system.

    Raises ``UnreadableError`` for times that cannot be, and where nobody says anything.

    >>> said = conversation_of([Turn("agent", "您好，请讲。"), Turn("customer", "我要退款。")])
    >>> [(u.role, u.text, u.start_s) for u in said.utterances], said.timed
    ([('agent', '您好，请讲。', 0.0), ('customer', '我要退款。', 1.5)], False)
    """
    meta = call or CallMeta()
    name = meta.call_id or "turns"
    lines = tuple(
        DraftLine(
            f"turn {at}",
            turn.role,
            turn.text,
            None if turn.start_s is None else float(turn.start_s),
            None if turn.end_s is None else float(turn.end_s),
            turn.confidence,
            in_seconds=True,
        )
        for at, turn in enumerate(turns, start=1)
    )
    draft = Draft(name, medium, meta, lines)
    conversation = finish(draft, path=name, sha256=digest_of_draft(draft))
    if not conversation.utterances:
        raise UnreadableError(f"{name}: nobody says anything in it; expected at least one turn")
    return replace(conversation, meta=replace(conversation.meta, call_id=meta.call_id))
