"""Read digits in a text, however they are written: 138, １３８, 一三八, 幺三八, 三个八, and the X
of an identity card.

Characters that callqa masked before ("*") are read too, so that masking again finds the same
borders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

Script: TypeAlias = Literal["latin", "han", "x", "star"]

HAN = "零〇○洞一幺二两三四五六七拐八九"
HAN_VALUES = "0000112234567789"
WIDE = "０１２３４５６７８９"
VALUES = dict(zip(HAN + WIDE + "0123456789", HAN_VALUES + "0123456789" * 2, strict=True))

MASK = "*"

LONGEST_FILLER = 10
"""Most characters between two digits of one number: “，然后后面是” (our choice)."""

_NOT_A_DIGIT = (
    r"(?!一[下共会个样定直些点起般次位件旦边种切]|两[天次位件种边]|两个(?![0-9"
    + HAN
    + r"])|["
    + HAN
    + r"](?:[十百千亿]|万(?!一)))"
)
_REPEATED = rf"[2-9二两三四五六]个(?:[0-9](?![0-9])|{_NOT_A_DIGIT}[{HAN}])"
_SINGLE = rf"[0-9{WIDE}]|{_NOT_A_DIGIT}(?<![周期第])[{HAN}]"
DIGIT = rf"(?:{_REPEATED}|{_SINGLE})"
"""The pattern of one spoken digit, or of one that is repeated (三个八)."""

_ATOM = re.compile(rf"{_REPEATED}|{_SINGLE}|\{MASK}|[Xx叉]|[艾埃爱]克斯")
_FILLER = re.compile(
    r"(?:[\s\-—–－‐‑−,，。、．·;；…~()（）]|\.(?=\s)|[嗯呃啊哦唔诶]|横?杠|然后|后面|接着|就?是|再|对)*"
)
_LISTENING = re.compile(
    rf"[\W\d{HAN}个XxＸ叉艾埃爱克斯嗯呃啊哦唔诶哎好的对是吧吗呢您你请说讲继续稍等慢点记下了行可以明白收到没错然后面再杠]*"
)


@dataclass(frozen=True, slots=True)
class Atom:
    """Characters ``start`` to ``end`` of an utterance's text that say ``digits``: one digit,
    several (三个八 is 888), "X", or "*" for masked characters."""

    utterance: int
    start: int
    end: int
    digits: str
    script: Script


def read_atoms(text: str, utterance: int = 0) -> tuple[Atom, ...]:
    """The digits of a text in order.

    >>> "".join(atom.digits for atom in read_atoms("幺三八，两个零，13八 000"))
    '13800138000'
    """
    return tuple(_read(found, utterance) for found in _ATOM.finditer(text))


def plain_digits(text: str) -> str:
    """The digits that a text says, one character each.

    >>> plain_digits("幺三八，三个零")
    '138000'
    """
    return "".join(atom.digits for atom in read_atoms(text))


def is_filler(text: str) -> bool:
    """Whether a text may stand inside a number without ending it.

    >>> [is_filler(text) for text in ("，", " - ", "，然后是", "元", "，电话")]
    [True, True, True, False, False]
    """
    return len(text) <= LONGEST_FILLER and _FILLER.fullmatch(text) is not None


def only_listens(text: str) -> bool:
    """Whether an utterance only follows a dictation: it has back-channels and digits and nothing
    else.

    >>> [only_listens(text) for text in ("嗯，您说。", "138，对吧？", "请问您贵姓？")]
    [True, True, False]
    """
    return _LISTENING.fullmatch(text) is not None


def _read(found: re.Match[str], utterance: int) -> Atom:
    text = found.group()
    script: Script = "latin"
    if text == MASK:
        digits, script = MASK, "star"
    elif text[0] in "Xx叉艾埃爱":
        digits, script = "X", "x"
    elif len(text) > 1:
        digits, script = VALUES[text[-1]] * int(VALUES[text[0]]), "han"
    else:
        digits, script = VALUES[text], "han" if text in HAN else "latin"
    return Atom(utterance, found.start(), found.end(), digits, script)
