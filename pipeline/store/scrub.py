"""Texts and JSON of an erased call without what tells of a person; pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

GONE = "（已删除）"
"""Stands where words were erased."""

_PLAIN = re.compile(r"(?!.*[0-9]{5})[A-Za-z_][A-Za-z0-9_.-]{0,60}")
"""Ids of rules and kinds, which are no words of anybody."""

_QUOTED = re.compile(r"“[^”]*”")


def scrub(value: Any) -> Any:
    """A JSON value whose texts are gone, but for ids; keys and numbers stay.

    >>> scrub({"kind": "forbidden", "text": "我叫张三", "start_s": 1.5, "to": "13800138000"})
    {'kind': 'forbidden', 'text': '（已删除）', 'start_s': 1.5, 'to': '（已删除）'}
    """
    if isinstance(value, str):
        return value if not value or _PLAIN.fullmatch(value) else GONE
    if isinstance(value, list):
        return [scrub(one) for one in value]
    if isinstance(value, dict):
        return {key: scrub(one) for key, one in value.items()}
    return value


def scrub_json(text: str | None) -> str | None:
    """The same for a column of JSON.

    >>> scrub_json('{"text":"13800138000"}')
    '{"text":"（已删除）"}'
    """
    return text and to_json(scrub(json.loads(text)))


def unquote(text: str | None) -> str | None:
    """A sentence of the program without the words that it quotes.

    >>> unquote("打断客户：“我叫张三”（依据：C 六）")
    '打断客户：“（已删除）”（依据：C 六）'
    """
    return text and _QUOTED.sub(f"“{GONE}”", text)


def rename(text: str | None, names: Mapping[str, str]) -> str | None:
    """A column of JSON in which texts that are one of ``names`` have another one."""

    def renamed(value: Any) -> Any:
        if isinstance(value, str):
            return names.get(value, value)
        if isinstance(value, list):
            return [renamed(one) for one in value]
        if isinstance(value, dict):
            return {key: renamed(one) for key, one in value.items()}
        return value

    return text and to_json(renamed(json.loads(text)))


def to_json(value: Any) -> str:
    """JSON as the store writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
