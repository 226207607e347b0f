"""Parts of an address with small words between them, and what stands beside one that was found: a part
before it, a landmark that leads to it, the desk where something is handed over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.privacy import addresses, regions
from pipeline.privacy.chains import OF_A_COMPANY, TO_A_HOUSE

if TYPE_CHECKING:
    from collections.abc import Iterator

_GAP = r"(?:[\s，,、。的]|嗯|呃|啊|哦|哎|对|那个|这个|就是|就|然后是?|后面是?|接着是?|再|是|在|[那这][边里]|不对|错了|应该是){1,6}"
_NAME = r"(?:(?![的了吗呢吧嗯呃啊我你您他她它们不没想请问把被让帮但就很么什吃在说是有哪这那个们叫从或住送寄到过来去然后对再])[\u4e00-\u9fff])"
_NAMED = rf"{_NAME}{{1,7}}?(?:{addresses.REGION}|{addresses.ROAD}(?![道口边上站里堵]))(?:[一二三四五]段)?"
_COUNT = "[0-9零〇一二两三四五六七八九十百幺]"
_HOUSE = (
    rf"(?:[一二三四五]段)?(?:附?[甲乙丙丁]?{_COUNT}{{1,6}}(?:号楼|号院|[号弄栋幢座](?=$|[\s，,。、！的]|{_COUNT}|[院对吧那]|就是)|单元|组(?=$|[\s，,。]))"
    rf"(?:之{_COUNT}{{1,2}})?)+"
)
_JOINED = re.compile(
    rf"(?P<first>{_NAMED})(?:(?:{_GAP})?(?:{_HOUSE}|{_NAMED}))*?(?:{_GAP}{_HOUSE})"
)
_PART = re.compile(rf"{_HOUSE}|{_NAMED}")
_BEFORE = re.compile(
    rf"(?P<v>(?:{_NAMED})+|{_COUNT}{{1,4}}(?:号楼|[栋幢座]|单元)(?={_GAP}))(?:哦不|{_GAP}){{1,3}}$"
)
_HOUSED = re.compile(rf"{_COUNT}{{1,4}}(?:号楼|[栋幢座]|单元)")
_DOOR = re.compile("[院楼门](?![口禁铃])")
_NUMBER_SIGN = re.compile(rf"{_COUNT}(?:[号弄栋幢座组]|单元)")

LOOKED_BACK = 24
"""Characters before an address in which another part of it is looked for (our choice)."""


def find_joined(text: str) -> Iterator[tuple[int, int]]:
    """The places of a named road, region or estate and its number, with small words between.

    >>> list(find_joined("嗯，江北区，然后是洋河路二段，呃，六十八号"))
    [(2, 5), (9, 14), (17, 21)]
    """
    if not _NUMBER_SIGN.search(text):
        return
    for found in _JOINED.finditer(text):
        parts = list(_PART.finditer(text, found.start(), found.end()))
        if any(addresses.is_named_place(part.group()) for part in parts):
            yield from (part.span() for part in parts)


def find_beside(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The places of what belongs to the address ``text[start:end]`` and stands beside it.

    >>> list(find_beside("芙蓉路，不对，芙蓉南路一百号", 7, 14)), list(find_beside("二楼前台收", 0, 2))
    ([(0, 3)], [(2, 4)])
    """
    ahead = regions.regions_before(text, _landmark_before(text, start))
    if ahead < start:
        yield ahead, start
    window = max(0, ahead - LOOKED_BACK)
    if before := _BEFORE.search(text[window:ahead]):
        part = before["v"]
        if (addresses.is_named_place(part) or _HOUSED.fullmatch(part)) and not OF_A_COMPANY.search(
            text[window:ahead]
        ):
            yield window + before.start("v"), window + before.end("v")
    door = _DOOR.match(text, end) if text[end - 1 : end] == "号" else None
    if door:
        yield door.span()
    if handed := _HANDED.match(text, door.end() if door else end):
        yield handed.span()


def _landmark_before(text: str, start: int) -> int:
    found = TO_A_HOUSE.search(text, max(0, start - LOOKED_BACK), start)
    if found is None or OF_A_COMPANY.search(text, max(0, found.start() - 2), start):
        return start
    return found.start()


_HANDED = re.compile(
    r"(?:[东西南北正后侧]门)?(?:的?(?:(?:菜鸟)?驿站|快递柜|丰巢柜?|物业)?(?:前台|传达室|门卫室?|保安室|收发室|值班室|大堂|驿站|[0-9一二三四五六七八九十]{1,3}号(?:货架|柜|架)))+"
)
