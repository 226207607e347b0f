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
_STROKES = "弓长|木子|耳东|口天|古月|立早|双木|言午|走肖|双人|草头|干勾|单人|西早|二马|禾火|三横"
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
    "[阿艾扎西顿珠卓玛次仁旦增丹巴格桑尼央金措洛罗布达瓦多吉贡嘎索朗德旺久姆拉图买提古丽努尔热依木江孜克力其日娜雅苏吾汗哈特呼乌兰夏沙吐松合帕卜杜曼麦穆罕萨迪伊云根宝音]{4,8}"
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
    rf"|[两三四]个{_HAN}{{1,2}}的(?P<piled>{_HAN})"
    rf"|(?:(?<!{_HAN})|(?<=的{_HAN}))(?P<word>{_HAN}{{1,4}}?)的(?:那个)?(?P<of>{_HAN})(?=$|[\s，,。、！!？?]|[吧啊呢吗呀对加]|{_HAN}{{1,4}}的)"
)


def find_spelling(text: str, name: str) -> Iterator[tuple[int, int]]:
    """The places of what spells a character of a name: a word with it, or its parts. ``text``: what
    stands behind the name, before it, or in another utterance.

    >>> list(find_spelling("，言字旁那个许，音乐的音", "许音"))
    [(1, 7), (8, 12)]
    """
    again = re.escape(name)
    for found in re.finditer(rf"{again}{_HAN}{{0,4}}的{again}", text):
        yield found.span()
    for found in _SPELLS.finditer(text):
        alone = found["one"] or found["piled"]
        if alone and alone in name:
            yield found.span()
        elif found["built"] and found.start() <= SAID_AGAIN_WITHIN:
            yield found.span("built")
        elif found["of"] and found["of"] in name and found["of"] in found["word"]:
            yield found.span()


_ITEM = rf"(?:(?:{_STROKES}){_HAN}|(?P<word>{_HAN}{{2,4}})的(?P<of>{_HAN}))(?=$|[\s，,。、！!？?]|[吧啊呢吗呀])"
_ITEMS = re.compile(rf"(?<!{_HAN}){_ITEM}")
_LED_ITEMS = re.compile(rf"(?:名字?|姓名|叫|是|写)(?P<item>{_ITEM})")
_BEFORE_ITEM = re.compile(rf"(?P<v>{_HAN}{{2,3}}?)[吗吧啊呢]?[\s，,、]+$")
_ANY_ITEM = re.compile("的.(?:$|[^一-鿿]|[吧啊呢吗呀])")


def find_told_by_parts(text: str) -> list[tuple[int, int]]:
    """The places of a name that is told by what spells it, two characters and more, and of the name
    before a spelling.

    >>> find_told_by_parts("双木林，伟大的伟"), find_told_by_parts("严肃吗，严格的严")
    ([(0, 3), (4, 8)], [(0, 2), (4, 8)])
    """
    if not _ANY_ITEM.search(text):
        return []
    items = [found for found in _ITEMS.finditer(text) if _is_item(found)]
    if not items:
        return []
    if (led := _LED_ITEMS.search(text, 0, items[0].start())) and _is_item(led):
        first = [led.span("item")]
    else:
        first = []
    places = [*first, *(found.span() for found in items)]
    spelt = {found["of"] or found.group()[-1] for found in items}
    name = _name_before(text, places[0][0], spelt)
    if name is None and len(places) < 2:
        return []
    return [name, *places] if name else places


def _is_item(found: re.Match[str]) -> bool:
    word = found["word"]
    return word is None or (found["of"] in word and not word.startswith("不是"))


def _name_before(text: str, at: int, spelt: set[str]) -> tuple[int, int] | None:
    """The name that ends right before ``at``, of which a character is spelt behind it."""
    found = _BEFORE_ITEM.search(text, 0, at)
    if found is None:
        return None
    end = found.end("v")
    for size in (3, 2):
        name = text[end - size : end] if end >= size else ""
        if _FAMILY.match(name) and spelt & set(name):
            return end - size, end
    return None


_FAMILY = re.compile(_SURNAME)
_FAR = "阿艾扎西顿珠卓玛次仁旦增丹巴格桑尼央金措洛罗布达瓦多吉贡嘎索朗德旺久姆拉图买提古丽努尔热依木江孜克力其日娜雅苏吾汗哈特呼乌兰夏沙吐松合帕卜杜曼麦穆罕萨迪伊库班祖农肯逊地山再甫赛肉亚森茹仙米里云不都来卡塔斯琴宝音朝鲁托根登毕奥"
_POINTED = re.compile(
    rf"(?P<v>[{_FAR}]{{2,8}}·{_HAN}{{2,8}}?(?:·{_HAN}{{2,8}}?)?)(?=$|[^一-鿿·]|先生|女士|小姐|师傅|老师|本人|就[行好是]|[您你我的吗吧啊是对这已在说给])"
)


def find_pointed(text: str) -> list[tuple[int, int]]:
    """The places of names of minorities with a point between their parts.

    >>> find_pointed("票上是库尔班·热合曼先生"), find_pointed("苹果·香蕉")
    ([(3, 10)], [])
    """
    if "·" not in text:
        return []
    return [
        found.span("v")
        for found in _POINTED.finditer(text)
        if any(char in _FAR for char in found["v"].split("·")[-1])
    ]


_FAR_ALONE = re.compile(
    rf"(?:(?<=[写叫是给找为到人])|(?<!{_HAN}))(?P<v>{FROM_AFAR.pattern})(?=$|[^\u4e00-\u9fff]|先生|女士|本人|就[行好是]|[吧吗的啊这在来我您你])"
)


def find_far(text: str) -> list[tuple[int, int]]:
    """The places of names of minorities that stand alone, without a point.

    >>> find_far("写丹增卓嘎就行")
    [(1, 5)]
    """
    return [found.span("v") for found in _FAR_ALONE.finditer(text)]
