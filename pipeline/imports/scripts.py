"""Traditional characters of headings and of names of sides, as simplified ones."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import opencc


@lru_cache(maxsize=10_000)
def simplified(text: str) -> str:
    """The text in simplified characters.

    >>> simplified("對話編號"), simplified("線上客服小美")
    ('对话编号', '线上客服小美')
    """
    converted: str = text if text.isascii() else _converter().convert(text)
    return converted


@cache
def _converter() -> Any:
    return opencc.OpenCC("t2s")
