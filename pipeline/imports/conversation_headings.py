"""The column of a table that names the conversation of several recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Sequence

CONVERSATION_HEADINGS = (
    "会话编号", "会话ID", "会话号", "会话标识", "会话流水号", "會話編號", "主叫会话", "主会话", "主会话编号", "主会话ID",
    "通话会话编号", "conversation", "conversation_id", "linkedid", "linked_id", "关联编号", "关联通话编号",
    "原始通话编号", "主通话编号", "global_call_id", "gcid", "ucid", "call_uuid", "session_id", "uniqueid", "unique_id",
)  # fmt: skip
"""Headings, the surest first: ``linkedid`` of Asterisk goes before ``uniqueid``, which is of a channel
and only some versions keep after a transfer."""

_SAYS_NOTHING = frozenset({"", "-", "--", "/", "0", "无", "未知", "null", "none", "n/a", "unknown"})

_RANKS = {spelling(name): at for at, name in reversed(list(enumerate(CONVERSATION_HEADINGS)))}


def conversation_column(headings: Sequence[str]) -> dict[str, str]:
    """The heading of the conversation with its field, empty without one. Of several the surest
    counts.

    >>> conversation_column(["uniqueid", "LinkedID", "工号"])
    {'LinkedID': 'conversation'}
    """
    ranked = sorted(
        (rank, at, heading)
        for at, heading in enumerate(headings)
        if (rank := _RANKS.get(spelling(heading))) is not None
    )
    return {ranked[0][2]: "conversation"} if ranked else {}


def conversation_value(text: str) -> str | None:
    """The conversation in a cell, ``None`` where it names none.

    >>> conversation_value(" 1761985800.12 "), conversation_value("-")
    ('1761985800.12', None)
    """
    name = text.strip()
    return None if name.casefold() in _SAYS_NOTHING else name
