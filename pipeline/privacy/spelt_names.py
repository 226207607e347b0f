"""Names that are spelt by a word, broken off and said again, corrected, or of a minority."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.privacy.common_words import COMMON_WORDS
from pipeline.privacy.surnames import COMPOUND, SINGLE, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

_SURNAME = rf"(?:{COMPOUND}|(?!{COMPOUND})[{SINGLE}])"
_HAN = "[\u4e00-\u9fff]"
_STROKES = "弓长|木子|耳东|口天|古月|立早|双木|言午|走肖|双人|草头"
_SPELT = rf"(?P<v>(?P<f>{_SURNAME}){_HAN}(?:(?!{_STROKES}|(?P=f)){_HAN})?)(?=[，,]?{_HAN}{{0,4}}(?P=f){_HAN}{{0,3}}的(?P=f))"
SPELT = re.compile(_SPELT)
"""张朋|弓长张的张."""
SPELT_FAMILY = rf"姓(?=(?P<family>{_SURNAME})[^，。,\s]{{1,5}}的(?P=family))"
"""姓|江江河的江."""

_CORRECTED = re.compile(rf"不是(?P<not>{_SURNAME}{_HAN}{{1,2}}?)[，,]?(?:而|就)?是{_SPELT}")
_ENDS = r"(?=$|[，。,、！!\s]|[两三]个字)"
_BROKEN_OFF = re.compile(
    rf"(?P<v>(?P<f>{_SURNAME}))(?=[，,、\s](?:[，,、\s呃嗯啊]|那个|就是)*(?:{_HAN}{{1,5}}的(?P=f)[，,])?(?P<full>(?P=f){_HAN}{{1,2}}){_ENDS})"
)
FROM_AFAR = re.compile(
    "[阿艾扎西顿珠卓玛次仁旦增丹巴格桑尼央金措洛罗布达瓦多吉贡嘎索朗德旺久姆拉图买提古丽努尔热依木江孜克力其日娜雅苏吾汗哈特呼乌兰夏沙吐松合帕卜杜曼麦穆罕萨迪伊]{4,8}"
)
"""Characters that names of minorities are written with (our choice)."""

_WORD, _COMPOUND = re.compile(WORDS), re.compile(COMPOUND)
SAID_AGAIN_WITHIN = 30
"""Characters between a surname and the full name (our choice)."""


def is_word(name: str) -> bool:
    """Whether a text begins like a usual word."""
    if _COMPOUND.match(name):
        return False
    return name[:2] in COMMON_WORDS or _WORD.match(name) is not None


def read_from_afar(text: str, at: int) -> int | None:
    """The end of a name of four characters and more that is written by its sound.

    >>> read_from_afar("我叫次仁卓玛藏族的", 2)
    6
    """
    found = FROM_AFAR.match(text, at)
    return found.end() if found else None


def read_broken_off(text: str, at: int) -> int | None:
    """The end of a surname that is said once more with the rest of the name."""
    found = _BROKEN_OFF.match(text, at)
    return found.end() if found and not is_word(found["full"]) else None


def find_full(text: str, family: str, at: int) -> tuple[int, int] | None:
    """The place of a full name behind the surname that ends at ``at``.

    >>> find_full("我姓章，立早章，章远", "章", 3)
    (8, 10)
    """
    pattern = re.compile(rf"(?<=[，,、。\s呃嗯是叫]){re.escape(family)}{_HAN}{{1,2}}{_ENDS}")
    for found in pattern.finditer(text, at, at + SAID_AGAIN_WITHIN):
        if not is_word(found.group()):
            return found.span()
    return None


def find_corrected(text: str) -> Iterator[tuple[int, int]]:
    """The places of a wrong and a right name, of which the right one is spelt."""
    for found in _CORRECTED.finditer(text):
        if not is_word(found["not"]) and not is_word(found["v"]):
            yield found.span("not")
            yield found.span("v")


_RADICAL = (
    rf"(?:{_HAN}{{2,3}}的{_HAN}(?:再?加上?|和))?(?:{_HAN}字[头旁底边](?![边像尾部])|草头|宝盖头?|走之底?(?![底下])|耳[朵刀]旁|[单双]人旁|[三两]点水|提手旁|绞丝旁|反犬旁|竖心旁|{_HAN}旁(?=那个|加))"
    rf"(?:(?:下面|上面|[左右]边|里面|再|加上?|外面|和)*(?:一?个|加){_HAN})?"
)
_SPELLS = re.compile(
    rf"(?:(?P<built>{_RADICAL})|{_STROKES})(?:的?(?:那个|这个)?(?P<one>{_HAN})(?:的(?P=one))?)?"
    rf"|(?:(?<!{_HAN})|(?<=的{_HAN}))(?P<word>{_HAN}{{1,4}}?)的(?:那个)?(?P<of>{_HAN})(?=$|[\s，,。、！!？?]|[吧啊呢吗呀对加]|{_HAN}{{1,4}}的)"
)


def find_spelling(text: str, name: str) -> Iterator[tuple[int, int]]:
    """The places of what spells a character of a name: a word with it, or its parts. ``text``: what
    stands behind the name, before it, or in another utterance.

    >>> list(find_spelling("，言字旁那个许，音乐的音", "许音"))
    [(1, 7), (8, 12)]
    """
    for found in _SPELLS.finditer(text):
        if found["one"] and found["one"] in name:
            yield found.span()
        elif found["built"] and found.start() <= SAID_AGAIN_WITHIN:
            yield found.span("built")
        elif found["of"] and found["of"] in name and found["of"] in found["word"]:
            yield found.span()
