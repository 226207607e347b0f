"""What a line says about waiting: whether it needs an answer, and who is waited for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import TalkWords
    from pipeline.types import Seconds

_QUESTION = re.compile(
    r"[？?]|吗|呢|对吧|是吧|好吧|行吧|好不好|行不行|对不对|是不是|可不可以|能不能"
)
_CONSENT = re.compile(
    r"(?:可以|好|行|方便|成)(?:吗|么|吧|不)|愿意|行不行|可不可以|好不好|能不能|介意"
)
_HOLD = re.compile(
    r"等[一我候等会下几]|[请您]等|稍[等候后]|[别不勿][要]?(?:离开|离线|挂)|片刻|占用|耽误|给我[^，。？！]{0,6}[秒分时]"
    r"|我[^。？！]{0,12}(?:查|看|核|问|调|翻|找|对|联系|协调|处理|操作|登记)(?!到|见)[^。？！]{0,24}(?:秒|分钟)"
)
"""The customer is asked to wait, or the agent says how long he will be looking. 我看到三十分钟能送到 is
no such thing."""

_REQUEST = re.compile(
    r"(?<![申邀聘])(?:请|麻烦|劳烦|劳驾)[您你]?(?!您|你|问|稍|等|候|放心|谅解|见谅|原谅|理解|体谅|不要|别|勿|耐心|给我|允许|让我|在线)"
)
"""Anything else that the customer is asked to do."""

_PARTICLES = "了啊呀哦吧的啦哈呢嘛哟噢那就先你您们也都很"
LONGEST = 30
"""Longer lines say more than thanks or 好的 (our choice)."""

_SECONDS = {"秒": 1.0, "分": 60.0, "刻": 900.0, "时": 3600.0}
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "几": 9}
_LENGTH = re.compile(
    r"(\d{1,4}|[零一二两三四五六七八九十百几半]{1,5})(?:个|来|多)*(半)?(秒|分|刻|小?时)(半)?"
)


def plain(text: str) -> str:
    """Letters and digits in lower case, without punctuation and signs."""
    return "".join(c for c in text if c.isalnum()).lower()


def says(text: str, words: Sequence[str]) -> str:
    """The first of the words that a text has, else empty."""
    said = plain(text)
    return next((word for word in words if word in said), "")


def announces(text: str, words: TalkWords) -> bool:
    """Whether the agent has told of a wait: he asks for it or says how long it takes, or says that
    he looks something up (我查一下) and asks nothing else beside.

    >>> from pipeline.lexicon import TalkWords
    >>> talk = TalkWords(waits=("查一下", "核对一下"))
    >>> announces("我查一下。", talk), announces("跟您核对一下，尾号1234，对吗？", talk), announces("要两分钟，请您等等，好吗？", talk)
    (True, False, True)
    """
    if _HOLD.search(text) or _asks_for_time(text):
        return True
    return bool(says(text, words.waits)) and not _asks_else(text)


def _asks_for_time(text: str) -> bool:
    """Whether one sentence names a length of time and asks whether that is all right."""
    return any(
        re.search("秒|分钟", one) and _CONSENT.search(one) and one[-1] in "？?"
        for one in re.findall(r"[^。！!？?]+[。！!？?]?", text)
    )


def _asks_else(text: str) -> bool:
    """Whether one clause is a question about something other than the wait."""
    return any(
        _QUESTION.search(clause) and not _CONSENT.search(clause) and not _HOLD.search(clause)
        for clause in re.findall(r"[^，,。！!？?；;]+[？?]?", text)
    )


def leaves(text: str, words: TalkWords) -> bool:
    """Whether the agent goes to look something up (我看看) and does not ask the customer to."""
    return bool(says(text, words.leaving)) and not asks_to_do(text, words)


def asks_to_do(text: str, words: TalkWords) -> bool:
    """Whether the customer is asked to do something other than wait."""
    return bool(_REQUEST.search(text) or says(text, words.requests))


def turns_to_customer(text: str, words: TalkWords) -> bool:
    """Whether the agent asks something of the customer, or ends; the next word is his."""
    return bool(_QUESTION.search(text) or asks_to_do(text, words) or says(text, words.closings))


def waits_for_customer(text: str, words: TalkWords, *, silent: bool) -> bool:
    """Whether the agent who speaks of waiting has given the customer something to do, or, where
    the customer is ``silent``, has asked him something else."""
    return asks_to_do(text, words) or (silent and _asks_else(text))


def pauses(text: str, words: TalkWords) -> bool:
    """Whether the customer asks for time himself (等一下，我找找)."""
    return bool(says(text, words.own_pauses))


def is_chase(text: str, words: TalkWords) -> bool:
    """Whether a customer only asks whether somebody is there; question marks alone do too.

    >>> from pipeline.lexicon import TalkWords
    >>> is_chase("人呢？", TalkWords(chases=("人呢",))), is_chase("？？", TalkWords()), is_chase("人呢，我的钱", TalkWords())
    (True, True, False)
    """
    if not plain(text):
        return "?" in text or "？" in text
    return _is_made_of(text, words.chases)


def needs_answer(text: str, before: str, words: TalkWords) -> bool:
    """Whether a customer's line waits for an answer, after ``before``, which the agent said.

    Thanks, farewells and signs do not; 好的, 对 and 没有 only as the answer to a question, and not to
    one that ends the conversation (还有其他问题吗) or that gives the customer something to do."""
    if _is_made_of(text, words.thanks) or not (plain(text) or is_chase(text, words)):
        return False
    if not _is_made_of(text, (*words.back_channels, *words.endings, *words.thanks)):
        return True
    return bool(
        _QUESTION.search(before)
        and not asks_to_do(before, words)
        and not says(before, words.closings)
        and not announces(before, words)
    )


def named_wait_s(text: str) -> Seconds:
    """The longest time that a text names, in seconds, 0 without one; 几 counts as nine.

    >>> named_wait_s("大约要五分钟，请稍等"), named_wait_s("两分半左右"), named_wait_s("半小时"), named_wait_s("请稍等")
    (300.0, 150.0, 1800.0, 0.0)
    """
    return max((_length_s(*found.groups()) for found in _LENGTH.finditer(text)), default=0.0)


def _length_s(number: str, half: str | None, unit: str, more: str | None) -> Seconds:
    return (_number(number) + (0.5 if half or more else 0.0)) * _SECONDS[unit[-1]]


def _number(text: str) -> float:
    if text.isascii():
        return float(text)
    if text == "半":
        return 0.5
    whole = text.rstrip("半")
    tens, ten, ones = whole.rpartition("十")
    units = max((_DIGITS.get(c, 0) for c in ones), default=0)
    return (_DIGITS.get(tens[-1:], 1) * 10 if ten else 0) + units + (0.5 if whole != text else 0.0)


def _is_made_of(text: str, words: Sequence[str]) -> bool:
    """Whether a short line is nothing but these words and particles, one word at least."""
    said = plain(text)
    if not 0 < len(said) <= LONGEST:
        return False
    reached = {(0, False)}
    for at in range(len(said)):
        for worded in (True, False):
            if (at, worded) not in reached:
                continue
            if said[at] in _PARTICLES:
                reached.add((at + 1, worded))
            reached |= {(at + len(w), True) for w in words if said.startswith(w.lower(), at)}
    return (len(said), True) in reached
