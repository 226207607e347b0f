"""Addresses by the grammar of their parts: house numbers in a row without a name, the bed in a ward, a
house that a landmark tells, and a village with all above it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGIT = "[0-9零〇一二三四五六七八九幺]"
_COUNT = "[0-9零〇一二两三四五六七八九十百幺]"
_NUMBER = rf"(?:[A-Za-z甲乙丙丁]?(?:{_COUNT}{{1,5}}|(?<=甲|乙|丙|丁))|[A-Za-z])"
_GAP = r"(?:[的\s，,、]|那个|就是|在){0,2}"
_NO_COUNT = r"(?!(?!一[直共起定样般会下])[0-9零〇一二三四五六七八九十百千万点块元米平个人次件年月分度斤瓦兆公条])"
_ROOM = rf"(?:{_DIGIT}{{3,4}}|{_COUNT}{{1,3}}[零杠之]{_DIGIT}|{_DIGIT}{{1,4}}[A-Za-z](?![A-Za-z])){_NO_COUNT}[室号房户]?"

RANKS: tuple[tuple[str, str], ...] = (
    ("area", rf"{_NUMBER}(?:区|期|组团|弄|号院)"),
    ("house", rf"{_NUMBER}(?:号楼|栋|幢|座|排|公寓|连|舍)(?!楼)"),
    ("door", rf"(?:{_NUMBER}|[东西中])(?:单元|门(?![口诊禁]))"),
    ("floor", rf"{_NUMBER}[楼层](?![栋幢])"),
    (
        "room",
        rf"(?:{_NUMBER}(?:号房|房间|[号室户床])|第{_COUNT}{{1,2}}[家户间]|(?:[东西中]|[左右]手?)边?(?:那?一?)?户|{_ROOM})",
    ),
)
"""The parts of a house number, from the whole to the single door."""

_AHEAD = rf"(?<!第)(?<!{_COUNT})(?<![A-Za-z])"
_ROW = re.compile(
    _AHEAD
    + "".join(
        rf"(?:(?P<{name}>{pattern}){_GAP if name != 'room' else ''})?" for name, pattern in RANKS
    )
)
_SIGN_OF_HOUSE = re.compile(
    rf"(?:{_COUNT}|[A-Za-z甲乙丙丁东西中])(?:号楼|号院|栋|幢|座|排|公寓|连|舍|单元|[区期弄门])"
)
_BETWEEN_SIGNS = re.compile(r"[^，,、\s]+")
_PUBLIC = "(?:窗口|柜台|诊室|门诊|科室|登机口|检票|卫生间|厕所|食堂|餐厅|会议室|教室|办公室|展厅|大厅|影厅|健身房|服务台|收费处)"
_IN_PUBLIC = re.compile(rf"[，,]?(?:的|是|有个?)?[^，。\s]{{0,2}}{_PUBLIC}")
"""Behind a house number: it is a place for everybody."""
_NAMED_ROOM = rf"(?:(?!{_COUNT}|[号楼层栋幢座单元户地储杂])[\u4e00-\u9fff]){{1,2}}室"
_PUBLIC_ROOM = re.compile(
    rf"(?:{_NUMBER}(?:号楼|[楼层号栋座区])[的\s，,]?)+(?:{_PUBLIC}|{_NAMED_ROOM})"
)
_LIVES = re.compile("我家|我们家|[我他她妈爸]住|住在|家里|租|宿舍|业主|上门|[寄送派放]到")
_OFFICE = re.compile("门诊|医院|大厅|窗口|营业|商场|店|学校|酒店|航站|机场|车站|展")


def find_rows(text: str, *, asked: bool = False) -> Iterator[tuple[int, int]]:
    """The places of house numbers in a row, each finer than the one before. A house and its floor
    alone are one where somebody lives there; in an answer (``asked``) always.

    >>> list(find_rows("九栋三单元二十二楼二号的水管")), list(find_rows("三号楼四层是门诊"))
    ([(0, 11)], [])
    """
    at = 0
    while sign := _SIGN_OF_HOUSE.search(text, at):
        found = _row_at(text, max(at, sign.start() - 5), sign.end())
        if found is None:
            at = sign.end()
            continue
        start, end, parts = found
        at = max(end, sign.end())
        public = _IN_PUBLIC.match(text, end) or _IN_PUBLIC.match(text, end - 1)
        if not public and (_is_whole(parts) or (len(parts) > 1 and (asked or _is_home(text)))):
            for part in _BETWEEN_SIGNS.finditer(text, start, end):
                yield part.span()


def is_public_room(text: str, start: int) -> bool:
    """Whether a row of numbers alone leads to a place for everybody.

    >>> is_public_room("四楼六号自习室", 0), is_public_room("九栋三单元二号", 0)
    (True, False)
    """
    return _PUBLIC_ROOM.match(text, start) is not None


def _row_at(text: str, first: int, last: int) -> tuple[int, int, frozenset[str]] | None:
    """The longest row that begins from ``first`` on, at ``last`` the latest."""
    best = None
    for at in range(first, last):
        found = _ROW.match(text, at)
        if found and found.end() >= last:
            parts = {name: found.end(name) for name, _ in RANKS if found[name]}
            if len(parts) > 1 and (best is None or max(parts.values()) - at > best[1] - best[0]):
                best = (at, max(parts.values()), frozenset(parts))
    return best


def _is_whole(parts: frozenset[str]) -> bool:
    """Whether a row leads to one door."""
    fine = parts & {"door", "room"}
    return len(parts) > 1 and bool(parts & {"house", "door"}) and bool(fine)


def _is_home(text: str) -> bool:
    return _LIVES.search(text) is not None and _OFFICE.search(text) is None


_PLACE = r"(?:(?![的了吗呢吧我你您他她不没想请问把被让帮但就很么什吃在说是有哪或住送寄到去过来放个和])[\u4e00-\u9fff])"
_WARD = re.compile(
    rf"(?P<v>{_PLACE}{{0,10}}(?:医院|附院|院区|住院[部楼]|病区|卫生院|护理院|[内外产儿骨科]科)(?:{_PLACE}|[0-9A-Za-z]){{0,14}}?{_NUMBER}号?(?:床|病[房室]{_COUNT}{{0,4}}))(?![位上])"
)
_MARK = rf"(?P<mark>{_PLACE}{{2,9}}?)(?:斜?对[面过]|隔壁|旁边|旁|后[面边门]|前[面边]|[东西南北][门边侧]|门口|楼上)"
_WAY = r"(?:的|那[个条排栋幢边]|进去|往(?:里|东|西|南|北|前|后)走?|右拐|左拐|平房|楼|巷子|胡同|院子|小区|[，,、\s]){0,5}"
_NTH = rf"第{_COUNT}{{1,2}}(?:[户排栋幢]|家(?![\u4e00-\u9fff]{{0,3}}店)|个(?:门|巷子口?|胡同口?|院子?|单元))"
_LEFT = r"(?:[，,]?[红蓝绿黑白灰黄][色漆]?的?(?:铁|木)?门(?:那[家户])?)?"
_BY_LANDMARK = re.compile(
    rf"(?P<v>{_MARK}{_WAY}{_NTH}(?:{_WAY}(?:{_NTH}|左手边?|右手边?))*{_LEFT})"
)
TO_A_HOUSE = re.compile(rf"{_MARK}{_WAY}$")
"""A landmark that leads to a house."""
OF_A_COMPANY = re.compile("[你您]们|营业厅|网点|分店|门店|专柜|本店")
"""Near a landmark: it leads to no home."""

_VILLAGE_HALL = re.compile(
    rf"(?P<v>{_PLACE}{{1,8}}[村庄屯寨](?:村委会|村口|村头|[东西南北]头)?(?:往?[东南西北里]边?走?|进村)?{_NTH}{_LEFT})"
)
_UPPER = r"(?:[省市区县旗州盟镇乡]|街道|自治[县州旗])"
LEAST_LEVELS = 3
"""Regions above a village that make it somebody's (our choice)."""

_UPPER_SIGN = re.compile("[省市区县旗州盟镇乡道]")
_LEVELS = re.compile(
    rf"(?P<v>(?:{_PLACE}{{1,7}}?{_UPPER}){{{LEAST_LEVELS},5}}{_PLACE}{{1,7}}?(?:村|社区|屯|庄|嘎查)(?:(?:{_COUNT}{{1,3}}|{_PLACE}{{1,4}}?)[组队社屯湾])?)"
)


def find_described(text: str) -> Iterator[tuple[int, int]]:
    """The places of addresses that need no number of a house: a bed in a ward, the third door behind
    a landmark, a village with three regions above it.

    >>> list(find_described("我在省中医院住院部六楼十一床"))
    [(2, 14)]
    """
    for sign, pattern in (("床病", _WARD), ("第", _BY_LANDMARK), ("第", _VILLAGE_HALL)):
        if any(one in text for one in sign):
            for found in pattern.finditer(text):
                if not OF_A_COMPANY.search(text, max(0, found.start() - 3), found.end()):
                    yield found.span("v")
    if len(_UPPER_SIGN.findall(text)) >= LEAST_LEVELS:
        for found in _LEVELS.finditer(text):
            yield found.span("v")
