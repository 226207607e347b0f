"""Files of a folder that are not read as recordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A number of files with one ``ending`` (in lower case, empty for none), left out for one
    ``reason`` (in Chinese). ``unheard``: they may be recordings of calls."""

    ending: str
    reason: str
    count: int
    unheard: bool

    def __str__(self) -> str:
        """
        >>> str(LeftOut(".nmf", "是录音，但这种格式不能解码", 2, True))
        '.nmf 2 个（是录音，但这种格式不能解码）'
        """
        return f"{self.ending or '没有扩展名'} {self.count} 个（{self.reason}）"


MOST_NAMED = 8
"""Kinds of left-out files that a line names; the others are counted (our choice)."""


def tell_left_out(left_out: Iterable[LeftOut]) -> str:
    """One line in Chinese about the files that were left out, empty without any.

    >>> tell_left_out([LeftOut(".txt", "不是录音", 3, False)])
    '没有读取 3 个文件：.txt 3 个（不是录音）。'
    """
    every = tuple(left_out)
    if not every:
        return ""
    named = "；".join(map(str, every[:MOST_NAMED]))
    more = sum(one.count for one in every[MOST_NAMED:])
    rest = f"；其他 {more} 个" if more else ""
    return f"没有读取 {sum(one.count for one in every)} 个文件：{named}{rest}。"
