"""Text as the words of topics are compared with it."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Text without punctuation and spaces, in half width and lower case, 您 as 你.

    >>> fold("您好，ＡＰＰ 打不开！")
    '你好app打不开'
    """
    plain = unicodedata.normalize("NFKC", text).lower().replace("您", "你")
    return "".join(character for character in plain if character.isalnum())
