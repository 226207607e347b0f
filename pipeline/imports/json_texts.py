"""The text of a message in JSON, however deep its platform puts it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_INNER = ("content", "text", "内容", "msg", "data")
_PARTS = ("message_parts", "bodies", "parts")
_DEEPEST = 4
"""So many objects lie in each other (our choice)."""


def text_in(value: Any, depth: int = 0) -> Any:
    """The text in a value: a text, an object that holds one, a list of pieces of which some are
    text, or JSON of such an object in a text. Anything else as it is.

    >>> text_in({"type": "message", "data": {"content": "您好"}}), text_in('{"text": "您好"}')
    ('您好', '您好')
    >>> text_in([{"type": "text", "text": "您好"}, {"type": "image_url"}]), text_in("{您好}"), text_in(8)
    ('您好', '{您好}', 8)
    """
    if isinstance(value, str) and value[:1] == "{":
        inner = _object(value)
        found = text_in(inner, depth + 1) if inner else value
        return found if isinstance(found, str) else value
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        pieces = [text_in(one, depth + 1) for one in value]
        said = "".join(piece for piece in pieces if isinstance(piece, str))
        return said if value and (said or all("type" in one for one in value)) else value
    if isinstance(value, dict) and depth < _DEEPEST:
        keys = [key for key in _INNER if key in value]
        return next(
            (text for key in keys if isinstance(text := text_in(value[key], depth + 1), str)), value
        )
    return value


def text_without_key(entry: Mapping[str, Any]) -> str | None:
    """The text of a message that has none under a usual key: in its parts, or its words joined;
    ``None`` without any."""
    payload = entry.get("payload")
    for one in (entry, payload if isinstance(payload, dict) else {}):
        for key in _PARTS:
            if isinstance(found := text_in(one.get(key)), str):
                return found
    words = entry.get("words")
    if isinstance(words, str):
        return words
    if not isinstance(words, list) or not all(isinstance(word, dict) for word in words):
        return None
    said = "".join(str(word.get("text", word.get("word", ""))) for word in words)
    return said or None


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
