"""A whole conversation in one cell of a table: lines with breaks as databases write them, or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.imports.chat_log import is_chat_log, lines_of_cell
from pipeline.imports.dialogue import is_dialogue
from pipeline.imports.json_lists import are_messages, list_key
from pipeline.imports.json_message import read_message
from pipeline.imports.named_turns import with_breaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.imports.days import Days
    from pipeline.imports.draft import DraftLine


def is_whole_talk(text: str) -> bool:
    """Whether a cell is a conversation that names its speakers.

    >>> is_whole_talk("客服：您好\\n客户：退款"), is_whole_talk('[{"role": "客服", "text": "您好"}]'), is_whole_talk("您好")
    (True, True, False)
    """
    return is_dialogue(with_breaks(text)) or is_chat_log(text) or bool(_messages(text))


def lines_in_cell(where: str, text: str, days: Days) -> Sequence[DraftLine]:
    """The lines of such a cell that has names with times, or JSON; none for another one. Raises
    ``UnreadableError`` or ``SettingsError`` for a line that cannot be read."""
    messages = _messages(text)
    if messages:
        place = where.rpartition(", ")[2]
        return [
            read_message(f"{where}, entry {at}", f"{place}, entry {at}", entry, days)
            for at, entry in enumerate(messages, 1)
        ]
    return lines_of_cell(where, text, days) if is_chat_log(text) else ()


def _messages(text: str) -> list[Any]:
    """The messages of a cell with JSON; none where it has no list of them."""
    if text[:1] not in ("[", "{"):
        return []
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found = value.get(list_key(value) or "", []) if isinstance(value, dict) else value
    return found if isinstance(found, list) and are_messages(found, sure=True) else []
