"""Amounts and times of day in a sentence, with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.knowledge.numerals import DIGITS, NUMBER, read_number
from pipeline.lexicon import PERIODS, UNITS

_TO = r"(?:到|至|[-–—~～])"
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_PER = "|".join(sorted(PERIODS, key=len, reverse=True))
_AFTER_PER = rf"(?:的?(?:/|每一?个?|一个?)\s*(?P<per>{_PER}))?"

_ONE = "一二两三四五六七八九1-9"
_SMALL = (
    rf"零?[{_ONE}](?:(?:毛|角)(?:[{_ONE}]分?|钱)?|分钱?)?"
    rf"(?:(?=一个?(?:{_PER}))|(?!个|点|[\d{_ONE}零十百千万%％]|{_PER}|{_UNIT}))"
)
"""The part after 块: 五, 五毛, 八毛五, 零五分. 五块钱一公斤 has none."""

_AMOUNT = re.compile(
    rf"(?:[¥￥])?(?P<low>{NUMBER})(?P<lowhalf>个半|半)?(?:(?:{_UNIT})?{_TO}(?P<high>{NUMBER}))?(?P<vague>来|多|几)?\s?"
    rf"(?:(?P<half>半)?(?P<unit>{_UNIT})(?P<after>半)?)"
    rf"(?P<small>{_SMALL})?" + _AFTER_PER
)
_PERCENT = re.compile(
    rf"(?P<base>百|千)分之(?P<low>{NUMBER})(?:{_TO}(?:(?:百|千)分之)?(?P<high>{NUMBER}))?"
    + _AFTER_PER
)
_SOLE = re.compile(r"半(?:个)?(?P<unit>小时|钟头|天|年|月)" + _AFTER_PER)
_BEFORE_PER = re.compile(
    rf"(?:每一?个?|一个?)(?P<per>{_PER})[^\d零一二两三四五六七八九十百千万半]{{0,4}}$"
)
_BARE = re.compile(NUMBER)
_NUMBERED = re.compile(
    r"(?<!\d)\d{1,5}(?!\d)|[二两三四五六七八九十百千][零一二三四五六七八九十百千万点块毛]|[一二两三四五六七八九十](?:块|元|毛|折)"
)
"""A number that may be a value: no 一下, no 两个, no telephone."""

_DAYPART = "早上|上午|早晨|早|中午|下午|傍晚|晚上|晚|夜里|凌晨"
_CLOCK = (
    rf"(?P<part{{0}}>{_DAYPART})?(?P<hour{{0}}>\d{{{{1,2}}}}|[零一二两三四五六七八九十]{{{{1,3}}}})"
    rf"(?:[:：](?P<colon{{0}}>\d{{{{2}}}})|(?:点|时)钟?(?P<spoken{{0}}>半|一刻|三刻|整|(?:零|〇)?[\d一二三四五六七八九十]{{{{1,3}}}}分?)?)"
)
_TIME = re.compile(_CLOCK.format(1))
_SPAN = re.compile(_CLOCK.format(1) + rf"\s?{_TO}\s?" + _CLOCK.format(2))
_ROUGH_SPAN = re.compile(
    r"(?P<part1>早)(?P<hour1>[一二三四五六七八九十]{1,2})(?P<part2>晚)(?P<hour2>[一二三四五六七八九十]{1,2})"
)

PM = ("下午", "傍晚", "晚上", "晚", "夜里")


@dataclass(frozen=True, slots=True)
class Stated:
    """An amount in a base unit as it was said, at ``start`` to ``end`` of its text. ``vague``: 二十多,
    三五 and the like, which no fact can be compared with."""

    low: float
    high: float
    unit: str
    per: str
    start: int
    end: int
    vague: bool = False


@dataclass(frozen=True, slots=True)
class StatedHours:
    """A time of day from and to, in minutes after midnight."""

    span: tuple[int, int]
    start: int
    end: int


def find_amounts(text: str) -> list[Stated]:
    """All amounts with a known unit, in order. Years, dates and times of day are none.

    >>> [(a.low, a.high, a.unit, a.per) for a in find_amounts("每月二十块五，三到五个工作日，百分之三点五")]
    [(20.5, 20.5, '元', '月'), (3.0, 5.0, '工作日', ''), (3.5, 3.5, '%', '')]
    """
    taken = [(hours.start, hours.end) for hours in find_hours(text)]
    found: list[Stated] = []
    for pattern in (_PERCENT, _AMOUNT, _SOLE):
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            stated = _percent(match, text) if pattern is _PERCENT else _amount(match, text)
            if stated is not None:
                found.append(stated)
                taken.append((stated.start, stated.end))
    return sorted(found, key=lambda stated: stated.start)


def find_hours(text: str) -> list[StatedHours]:
    """All stretches of a day, in order.

    >>> [h.span for h in find_hours("上午九点到下午五点半，9:00-17:00，早九晚五，九点到五点")]
    [(540, 1050), (540, 1020), (540, 1020), (540, 1020)]
    """
    found = []
    for match in (*_SPAN.finditer(text), *_ROUGH_SPAN.finditer(text)):
        span = _span(match)
        if span is not None:
            found.append(StatedHours(span, match.start(), match.end()))
    return sorted(found, key=lambda hours: hours.start)


def find_times(text: str) -> list[int]:
    """All single times of day, as minutes after midnight; of one that names no part of the day also
    the time twelve hours later.

    >>> find_times("下午五点下班"), find_times("五点半")
    ([1020], [330, 1050])
    """
    found: list[int] = []
    for match in _TIME.finditer(text):
        minutes = _minutes(match, 1)
        if minutes is not None:
            half = 12 * 60
            found += [minutes] if match["part1"] or minutes >= half else [minutes, minutes + half]
    return found


def bare_numbers(text: str) -> list[Stated]:
    """Numbers in a text whatever follows them, with an empty unit."""
    found = []
    for match in _BARE.finditer(text):
        value = read_number(match[0])
        if value is not None:
            found.append(Stated(value, value, "", "", match.start(), match.end()))
    return found


def has_number(text: str) -> bool:
    """Whether a text has a number that may be a value, however it is said.

    >>> has_number("九十九一个月"), has_number("一个月九九"), has_number("我帮您看一下"), has_number("打13800138000")
    (True, True, False, False)
    """
    return _NUMBERED.search(text) is not None


def _amount(match: re.Match[str], text: str) -> Stated | None:
    unit, factor = UNITS.get(match["unit"], ("个月" if match["unit"] == "月" else "", 1.0))
    if "low" not in match.re.groupindex:  # 半小时, 半年
        return Stated(factor / 2, factor / 2, unit, match["per"] or "", match.start(), match.end())
    if _is_date(match, text):
        return None
    low, high = _ends(match["low"], match["high"])
    vague = low is None or high is None or bool(match["vague"])
    low, high = low or 0.0, high or 0.0
    if match["half"] or match["lowhalf"] or match["after"]:
        low, high = low + 0.5, high + 0.5
    extra = _small(match["small"]) if match["small"] and unit == "元" else 0.0
    end = match.end("small") if match["small"] and unit != "元" else match.end()
    if match["small"] and unit != "元":
        end = match.start("small")
    per = match["per"] or _per_before(text[: match.start()])
    return Stated(
        low * factor + extra, high * factor + extra, unit, per, match.start(), end, vague=vague
    )


def _ends(low: str, high: str | None) -> tuple[float | None, float | None]:
    """The ends of a range; 两三 is from two to three, 三五 is vague."""
    if high is None and len(low) == 2:
        digits = [DIGITS.get(character) for character in low]
        first, second = digits
        if first and second == first + 1 and not low.isdecimal():
            return float(first), float(second)
    return read_number(low), read_number(high or low)


def _small(text: str) -> float:
    """The part after 块: 五 and 五毛 are 0.5, 八毛五 is 0.85, 零五 and 五分 are 0.05."""
    digits = [read_number(one) or 0.0 for one in re.findall(f"[{_ONE}]", text)]
    if len(digits) > 1:
        return digits[0] / 10 + digits[1] / 100
    is_cent = "分" in text or (text.startswith("零") and not re.search("[毛角]", text))
    return digits[0] / (100 if is_cent else 10)


def _per_before(before: str) -> str:
    found = _BEFORE_PER.search(before)
    return found["per"] if found else ""


def _is_date(match: re.Match[str], text: str) -> bool:
    """A year, a day of a month or a phone number is no amount."""
    before, digits = text[: match.start()], match["low"]
    if match["unit"] == "年" and (len(digits) >= 4 or digits[0] in "零〇"):
        return True
    if match["unit"] == "号" and before.endswith("月"):
        return True
    return len(digits) > 7 and digits.isdecimal()


def _percent(match: re.Match[str], text: str) -> Stated | None:
    low, high = read_number(match["low"]), read_number(match["high"] or match["low"])
    if low is None or high is None:
        return None
    factor = 1.0 if match["base"] == "百" else 0.1
    per = match["per"] or _per_before(text[: match.start()])
    return Stated(low * factor, high * factor, "%", per, match.start(), match.end())


def _span(match: re.Match[str]) -> tuple[int, int] | None:
    start, end = _minutes(match, 1), _minutes(match, 2)
    if start is None or end is None:
        return None
    if end <= start:
        end += 12 * 60
    return (start, end) if start < end <= 24 * 60 else None


def _minutes(match: re.Match[str], side: int) -> int | None:
    hour = read_number(match[f"hour{side}"])
    if hour is None or hour > 24:
        return None
    groups = match.groupdict()
    minutes = _past(groups.get(f"colon{side}") or groups.get(f"spoken{side}") or "")
    if match[f"part{side}"] in PM and hour < 12:
        hour += 12
    return None if minutes is None else int(hour) * 60 + minutes


def _past(text: str) -> int | None:
    """Minutes past the hour."""
    fixed = {"": 0, "整": 0, "半": 30, "一刻": 15, "三刻": 45}
    if text in fixed:
        return fixed[text]
    value = read_number(text.rstrip("分").lstrip("零〇") or "零")
    return int(value) if value is not None and value < 60 else None
