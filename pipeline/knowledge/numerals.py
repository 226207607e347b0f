"""Numbers as they are said and written in Chinese."""

from __future__ import annotations

import re

DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    "〇": 0, "两": 2, "俩": 2, "幺": 1, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}

_SPOKEN = "".join((*DIGITS, *TENS, *MYRIADS))
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?[万亿]?|[{_SPOKEN}]+(?:点[{''.join(DIGITS)}]+)?)"
"""A number, as a pattern."""


def read_number(text: str) -> float | None:
    """The value of a number; ``None`` where the characters are no one number (三五, 十五六).

    >>> [read_number(text) for text in ("二十五", "一百二", "两千零五", "三点五", "1,200", "3万", "二零二六", "三五")]
    [25.0, 120.0, 2005.0, 3.5, 1200.0, 30000.0, 2026.0, None]
    """
    plain = text.replace(",", "")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([万亿]?)", plain)
    if found:
        return float(found[1]) * MYRIADS.get(found[2], 1)
    whole, _, decimals = plain.partition("点")
    value = _whole(whole)
    if value is None:
        return None
    if not decimals:
        return float(value)
    return float(f"{value}.{''.join(str(DIGITS[c]) for c in decimals)}")


def _whole(text: str) -> int | None:
    if text and all(character in DIGITS for character in text):
        return _spelt(text)
    total, section, digit, last = 0, 0, None, 1
    for character in text:
        if character in DIGITS:
            if digit:
                return None  # 十五六
            digit = DIGITS[character]
            last = 1 if digit == 0 else last
        elif character in TENS:
            section += (1 if digit is None else digit) * TENS[character]
            digit, last = None, TENS[character]
        else:
            total += (section + (digit or 0)) * MYRIADS[character]
            section, digit, last = 0, None, MYRIADS[character]
    if digit and last >= 100:
        digit *= last // 10  # 一百二 is 120
    return total + section + (digit or 0)


def _spelt(text: str) -> int | None:
    """Digits one by one: one of them, or a year or number of three and more."""
    if len(text) == 2 and text[0] not in "零〇":
        return None  # 三五 is from three to five
    return int("".join(str(DIGITS[character]) for character in text))
