"""Numbers as people say and write them."""

from __future__ import annotations

import re

NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|[零〇一二两俩三四五六七八九十百廿卅]+)"
"""A number in digits or in characters; counts below a thousand."""

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "四": 4, "五": 5, "六": 6,
           "七": 7, "八": 8, "九": 9}  # fmt: skip
_UNITS = {"十": 10, "百": 100}
_NEAR = re.compile(r"([一二两三四五六七八九])([二两三四五六七八九])(?![十百])")
_YEAR = re.compile(r"[零〇一二三四五六七八九]{4}")


def read_number(text: str) -> float | None:
    """The number that a text says; of two neighbours (两三, 三五) the greater; ``None`` for none.

    >>> [read_number(text) for text in ("二十四", "15", "两", "一百二", "两三", "三五", "十", "半")]
    [24.0, 15.0, 2.0, 120.0, 3.0, 5.0, 10.0, None]
    """
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
        return float(text)
    if not re.fullmatch(NUMBER, text):
        return None
    if _YEAR.fullmatch(text):
        return float("".join(str(_DIGITS[character]) for character in text))
    if near := _NEAR.fullmatch(text):
        return float(_DIGITS[near[2]])
    return _read_units(text.replace("廿", "二十").replace("卅", "三十"))


def _read_units(text: str) -> float | None:
    if not set(text) & set(_UNITS) and len(text.strip("零〇")) > 1:
        return None  # 二三四 is no count
    total, digit, last = 0, None, 1
    for character in text:
        if character in _UNITS:
            last = _UNITS[character]
            total += (1 if digit is None else digit) * last
            digit = None
        else:
            value = _DIGITS[character]
            if digit not in (None, 0) and value:  # 二十三四: the greater of two neighbours
                total += 0
            digit = value
            last = 1 if character in "零〇" else last
    if digit is None:
        return float(total)
    elided = last == 100 and not text.endswith(("零", "〇"))
    return float(total + digit * (10 if elided else 1))
