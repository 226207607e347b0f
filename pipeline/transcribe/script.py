"""Simplified characters and sentence ends for Whisper's text."""

from __future__ import annotations

from functools import cache
from typing import Any

import opencc

_ZHU_WORDS = (
    "著名",
    "著作",
    "著者",
    "显著",
    "卓著",
    "名著",
    "原著",
    "土著",
    "专著",
    "编著",
    "论著",
    "著称",
)
_HALF_TO_FULL = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
SENTENCE_ENDS = "。？！"
_QUESTION_ENDINGS = ("吗", "呢", "什么", "多少", "哪里", "怎么办", "对不对", "是不是", "谁")


@cache
def _converter() -> Any:
    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """Turn traditional into simplified characters, one for one: the length stays the same.

    >>> simplify("請問您等著嗎")
    '请问您等着吗'
    """
    converted: str = _converter().convert(text)
    if len(converted) != len(text):
        converted = "".join(_one(character) for character in text)
    return _mend_zhu(converted)


def _one(character: str) -> str:
    converted: str = _converter().convert(character)
    return converted if len(converted) == 1 else character


def _mend_zhu(text: str) -> str:
    """著 is written for 着 in traditional text, except in words such as 著名."""
    if "著" not in text:
        return text
    unchanged = {
        i + word.index("著")
        for word in _ZHU_WORDS
        for i in range(len(text))
        if text.startswith(word, i)
    }
    return "".join("着" if c == "著" and i not in unchanged else c for i, c in enumerate(text))


def punctuate(text: str) -> str:
    """Text with full-width punctuation, a sentence end, and no spaces between ideographs.

    >>> punctuate("您好, 请问有什么可以帮您吗"), punctuate("")
    ('您好，请问有什么可以帮您吗？', '')
    """
    joined = "".join(
        c
        for i, c in enumerate(text.strip())
        if c != " " or (text[i - 1 : i].isascii() and text[i + 1 : i + 2].isascii())
    ).translate(_HALF_TO_FULL)
    joined = joined.rstrip("，、；： ")
    if not joined or joined[-1] in SENTENCE_ENDS or joined[-1] in ".…":
        return joined
    return joined + ("？" if joined.endswith(_QUESTION_ENDINGS) else "。")
