"""What goes on behind an address: house, door, floor and room, named or as bare numbers; and rooms that
a word names by themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_COUNT = "[0-9零〇一二两三四五六七八九十百千幺]"
_DIGIT = "[0-9零〇一二三四五六七八九幺]"
_UNIT = "(?:号楼|号院|栋|幢|座|单元|号|门|层|楼|室|户|房间?|排|组|队|期)"
_LETTERED = rf"{_DIGIT}{{1,4}}的?[A-Za-z](?![A-Za-z])[座室户房]?"
_JOINED = rf"{_COUNT}{{1,4}}(?:[杠之撞\-—–]{_COUNT}{{1,4}}){{1,2}}[室号]?"
_BARE = (
    rf"(?:{_DIGIT}{{3,4}}|[一二三四五六七八九]?十[一二三四五六七八九]?零{_DIGIT}|[1-9][0-9]?[A-H])"
)
_COUNTED = rf"(?:{_COUNT}{{1,6}}{_UNIT})+(?:{_BARE})?"
_ORDERED = rf"第{_COUNT}{{1,3}}(?:[家户间排栋幢]|个(?:门|院子?|单元))"
_SIDE = rf"(?:[左右]手?边?|[东西南北]边?|最?里面?|最东|最西)(?:{_ORDERED}|那?一?[户家间])|[东西南北中]户"
_NAMED = rf"(?:楼栋号?|栋号|楼号|单元号?|房间?号?|门牌号?码?|室号)(?:呢|啊|就|是|为|[:：])*{_COUNT}{{1,7}}{_UNIT}?"
_PART = rf"(?:{_NAMED}|{_ORDERED}|{_SIDE}|{_COUNTED}|{_JOINED}|{_LETTERED}|{_BARE})"
_END = r"(?=$|[\s，,。、；;！!？?.]|[吧啊呢呀哈嘛吗]|的(?:$|[，。]))"
_GAP = r"(?:[\s，,、。]|呃|嗯|啊|就是|那个|在(?=[0-9一二三四五六七八九十]+[楼层]))*"

_GOES_ON = re.compile(rf"{_GAP}(?P<v>{_PART}+?){_END}")
_LEFT_OVER = re.compile(
    rf"(?:之?{_COUNT}{{0,6}}(?:号楼|单元|[栋幢楼层室户门])|[A-Za-z])(?:{_PART})*?{_END}"
)
"""What an address was cut off from: 三五零四|单元, 二十六楼|G."""

_TOLD = re.compile(
    r"(?:楼栋号?|栋号|楼号|单元号|房间?号|房门号|门牌号?码?|室号)(?:呢|啊|就|应该|[改换]成|写的?)*[是为:：][呃嗯，,\s]*"
    rf"(?P<v>{_COUNT}{{1,7}}(?:[杠之\-—–]{_COUNT}{{1,4}})*{_UNIT}?[A-Za-z]?){_END}"
)
_ELSEWHERE = re.compile(
    rf"(?P<v>{_DIGIT}{{3,4}}的?[A-Za-z]?[室房])(?![间租屋号])"
    rf"|(?:我[是住家]|楼[上下]|隔壁|对门)(?:是|在|的)?[，,\s]?(?P<w>{_DIGIT}{{3,4}}){_END}"
)
"""A room before its house, and those of neighbours: 楼上，|801, 我是|701."""


def find_rooms(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The places of what goes on, without a word between, with the address that ends at ``at``.

    >>> list(find_rooms("安华里二十二号楼，六门，三零二，没电梯", 8))
    [(9, 11), (12, 15)]
    """
    if found := _LEFT_OVER.match(text, at):
        yield found.span()
        at = found.end()
    while found := _GOES_ON.match(text, at):
        yield found.span("v")
        at = found.end()


def find_told(text: str) -> list[tuple[int, int]]:
    """The places of house and room numbers that words name, if they name two and more: 楼号呢是|十一，
    房号是|一千九百零四. One alone may be a room in a hotel."""
    told = [found.span("v") for found in _TOLD.finditer(text)]
    return told if len(told) > 1 else []


def find_elsewhere(text: str) -> Iterator[tuple[int, int]]:
    """The places of rooms in an utterance that tells an address too, before it or of a neighbour.

    >>> list(find_elsewhere("六零三的B室，楼是春申景城二期"))
    [(0, 6)]
    """
    for found in _ELSEWHERE.finditer(text):
        yield found.span("v" if found["v"] else "w")
    for found in _TOLD.finditer(text):
        yield found.span("v")
