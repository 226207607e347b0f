"""The syllables of a text without their tones, as the second ear knows them."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Syllables: TypeAlias = tuple[str, ...]

YOU = {"nin": "ni"}
"""您 counts as 你: the ear tells them apart worse than Whisper's alignment does (AUC 0.88 to 0.94
against 0.98)."""


@lru_cache(maxsize=20_000)
def toneless(text: str) -> Syllables:
    """One syllable a character, read in its context; a character without a reading stands for
    itself. 您 is read as 你.

    >>> toneless("您重新绿化"), toneless("重要"), toneless("5g")
    (('ni', 'chong', 'xin', 'lv', 'hua'), ('zhong', 'yao'), ('5', 'g'))
    """
    return _read(text)


def toneless_all(texts: Sequence[str]) -> tuple[Syllables, ...]:
    """The same for many texts, read in one go, which takes a tenth of the time.

    >>> toneless_all(["您好", "请讲"])
    (('ni', 'hao'), ('qing', 'jiang'))
    """
    read = _read(APART.join(texts))
    ends = itertools.accumulate(len(text) + len(APART) for text in texts)
    return tuple(
        read[end - len(text) - len(APART) : end - len(APART)]
        for text, end in zip(texts, ends, strict=True)
    )


APART = "，"


def _read(text: str) -> Syllables:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its tables take a third of a second to load

    read: list[str] = lazy_pinyin(text, errors=list)  # type: ignore[arg-type]
    if len(read) != len(text):
        read = [lazy_pinyin(character, errors=list)[0] for character in text]  # type: ignore[arg-type]
    return tuple(YOU.get(syllable, syllable) for syllable in read)
