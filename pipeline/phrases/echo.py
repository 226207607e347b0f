"""What one side says after the other said it: the words that both share, and how much they carry."""

from __future__ import annotations

import bisect
import re
from typing import TYPE_CHECKING

from pipeline.phrases.operators import clauses, is_matched, stretch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.lexicon import Echo
    from pipeline.phrases.condition_view import ConditionView
    from pipeline.phrases.sighting import Occurrence
    from pipeline.phrases.text import Turn

LEAST_TOGETHER = 2
"""Characters in a row that make a stretch; single ones are shared by chance."""

LEAST_DIGITS = 3
"""Numerals in a row that are a number of their own, as a room's or the last ones of a card; shorter
ones are in every talk (our choice)."""

_FAILS = re.compile("[^不]不[了去上到开动起出进成住]")
"""What does not work is told with words that are empty by themselves: 看不了, 进不去."""

SHORT_ANSWER = 3
"""Characters of a turn that only answers, as 在呢 does; such turns are not counted (our choice)."""

EMPTY = frozenset(
    "的了着过吗呢吧啊呀哦嗯哎哈么嘛啦是不没有无在这那此个些我你您他她它们咱自己就都也还又再很太真最可以能会要想说讲看叫让"
    "把被给跟和与及或到去来什怎哪谁多少几好行对请问谢麻烦帮客服先生女士小姐现已经只但而且因为所如果然"
)
"""Characters that every talk has, whatever it is about (our choice)."""

_NUMBER = re.compile(f"[零一二两三四五六七八九十百千万点]{{{LEAST_DIGITS}}}")


def of_echo(echo: Echo, view: ConditionView) -> Iterator[Occurrence]:
    """The utterances of the scope's side that repeat enough of the other side's last turns, from
    the first repeated character to the last."""
    firsts = [turn.first for turn in view.all_turns]
    for turn in view.turns:
        before = view.all_turns[: bisect.bisect_left(firsts, turn.first)]
        others = _last_of_others(turn, before, echo.turns)
        for low, high in clauses(turn):
            said = turn.text.plain[low:high]
            if echo.beside and not is_matched(echo.beside, said, view):
                continue
            parts = shared_stretches(said, [one.text.plain for one in others])
            if not carries([said[a:b] for a, b in parts], echo.least):
                continue
            own = [
                other.text.plain
                for other in before
                if other.first < others[0].first and other.role == turn.role
            ]
            fresh = _fresh(parts, said, own)
            if carries([said[a:b] for a, b in fresh], echo.least):
                yield stretch(turn, low + fresh[0][0], low + fresh[-1][1], "")


def _last_of_others(turn: Turn, before: Sequence[Turn], count: int) -> list[Turn]:
    """The other side's turns of those before ``turn``, back to the ``count``-th that is no short
    answer."""
    found: list[Turn] = []
    for other in reversed(before):
        if other.role != turn.role:
            found.append(other)
            count -= len(other.text.plain) > SHORT_ANSWER
            if count == 0:
                break
    return found[::-1]


def carries(parts: Sequence[str], least: int) -> bool:
    """Whether repeated stretches carry enough: a number, or ``least`` characters with a meaning.

    >>> carries(["七七零二"], 4), carries(["人民路", "八号"], 4), carries(["是不是可以"], 4)
    (True, True, False)
    """
    if any(_NUMBER.search(part) for part in parts):
        return True
    return sum(_weight(part) for part in parts) >= least


def _weight(part: str) -> int:
    """The characters that have a meaning; none where one alone has. 上不了 and the like have."""
    meant = sum(character not in EMPTY for character in _FAILS.sub("失灵", part))
    return meant if meant >= LEAST_TOGETHER else 0


def shared_stretches(said: str, before: Sequence[str]) -> list[tuple[int, int]]:
    """The longest stretches of ``said``, two characters or more, that stand in one of the texts
    ``before``, from left to right, none within another.

    >>> shared_stretches("好的人民路八号对吗", ["我住人民路八号"])
    [(2, 7)]
    """
    found: list[tuple[int, int]] = []
    at = 0
    while at + LEAST_TOGETHER <= len(said):
        end = at + LEAST_TOGETHER
        if not any(said[at:end] in text for text in before):
            at += 1
            continue
        while end < len(said) and any(said[at : end + 1] in text for text in before):
            end += 1
        found.append((at, end))
        at = end
    return found


def _fresh(
    parts: Sequence[tuple[int, int]], said: str, own: Sequence[str]
) -> list[tuple[int, int]]:
    """The stretches that this side has not said itself before."""
    return [(a, b) for a, b in parts if not any(said[a:b] in text for text in own)]
