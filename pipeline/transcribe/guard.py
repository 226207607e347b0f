"""Guard against text that nobody said: loops, impossible speed, inventions known from noise.

On noise and silence Whisper writes endings of videos (谢谢观看, 下集再见, 请不吝点赞; see
SYSTRAN/faster-whisper #127). Here each of them would be a false 谢谢, 再见 or 请.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline.types import Seconds

MAX_CHARS_PER_S = 12.0
"""Nobody speaks faster: the fastest reading of Mandarin on record stays under 10 syllables a
second."""

MIN_CHARS_PER_S = 1.2
"""Fewer characters for each second of speech mean that text was dropped (ordinary speech has 3 to
6)."""

_LOOP = re.compile(r"(.{1,12}?)\1{3,}")
_RUN = re.compile(r"(.)\1{7,}")


def plain(text: str) -> str:
    """Letters, digits and ideographs only.

    >>> plain("您好，请讲。")
    '您好请讲'
    """
    return "".join(
        c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] in "LN"
    )


def is_loop(text: str) -> bool:
    """Whether a piece of two or more characters is repeated four times in a row, or one character
    eight times.

    >>> is_loop("感谢您感谢您感谢您感谢您"), is_loop("好好好的"), is_loop("一三八零零零零")
    (True, False, False)
    """
    bare = plain(text)
    return bool(_RUN.search(bare)) or any(len(set(m[1])) > 1 for m in _LOOP.finditer(bare))


def is_too_dense(text: str, speech_s: Seconds) -> bool:
    """Whether the text is longer than anybody can say in ``speech_s``.

    >>> is_too_dense("感谢您的来电再见", 0.3)
    True
    """
    return len(plain(text)) > 3 + MAX_CHARS_PER_S * speech_s


def is_too_sparse(text: str, speech_s: Seconds) -> bool:
    """Whether the text is so short for its speech that words must be missing."""
    return speech_s >= 3.0 and len(plain(text)) < MIN_CHARS_PER_S * speech_s


def is_invented(text: str, inventions: Collection[str]) -> bool:
    """Whether a text is a known invention, or consists of several.

    >>> is_invented("谢谢观看！", {"谢谢观看"}), is_invented("谢谢您，再见", {"谢谢观看"})
    (True, False)
    """
    rest = plain(text)
    if not rest:
        return False
    for invention in sorted(inventions, key=len, reverse=True):
        rest = rest.replace(plain(invention), "")
    return not rest
