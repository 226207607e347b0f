"""The short notation of phrases: ``(A|B)`` one of these, ``(A|B)?`` one of these or nothing."""

from __future__ import annotations

import itertools
import re

MOST_WORDINGS = 1000
"""Wordings that one entry may stand for; more is a slip of the pen (our choice)."""

_PART = re.compile(r"\(([^()]*)\)(\??)|([^()?|]+)")


class NotationError(ValueError):
    """The notation is not understood; the message says in Chinese what was expected."""


def expand(written: str) -> tuple[str, ...]:
    """All wordings that an entry stands for, in the order in which they are written.

    Raises ``NotationError`` for brackets that do not match, other signs, or too many wordings.

    >>> expand("不归(我|我们)管"), expand("找(你们)?领导")
    (('不归我管', '不归我们管'), ('找你们领导', '找领导'))
    """
    choices: list[tuple[str, ...]] = []
    at = 0
    for part in _PART.finditer(written):
        if part.start() != at:
            break
        at = part.end()
        options = (part[3],) if part[3] else tuple(part[1].split("|"))
        choices.append((*options, "") if part[2] else options)
    if at != len(written) or not choices or any("" in options[:-1] for options in choices):
        raise NotationError(
            "不含标点和空格的文字，可用 (甲|乙) 表示任选其一、(甲|乙)? 表示可有可无"
        )
    count = 1
    for options in choices:
        count *= len(options)
    if count > MOST_WORDINGS:
        raise NotationError(f"不超过 {MOST_WORDINGS} 种说法的短语（现有 {count} 种），请分开写")
    wordings = tuple(dict.fromkeys("".join(pick) for pick in itertools.product(*choices)))
    if not all(wording and all(c.isalnum() for c in wording) for wording in wordings):
        raise NotationError("不含标点和空格的文字，且不能整个都可有可无")
    return wordings
