"""Count the characters that are spoken for a written text: digits, Latin letters and signs as they
are read aloud."""

from __future__ import annotations

import re

QUANTITIES = "元块角毛分钱个位名人次天周月秒兆米斤岁折度千百万亿点小"
"""Before these words a number is read by its places (100 元: 一百元), elsewhere digit by digit
(工号 1027, 2026 年)."""

SPELT_LETTERS = 4
"""Latin words in capitals up to this length are spelt (VIP, ETC). Others are spoken (Android)."""

_TOKEN = re.compile(
    rf"(?P<percent>\d+(?:\.\d+)?)%|(?P<decimal>\d+\.\d+)|(?P<quantity>\d+)(?=[{QUANTITIES}])|(?P<digits>\d+)"
    r"|(?P<latin>[A-Za-z]+)"
)
_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)


def spoken_length(text: str) -> int:
    """The number of spoken characters: ideographs, and digits, letters and percents as they are
    read aloud.

    Numbers of one, three or more digits count a character a digit (room 501, agent 1027) unless a
    measure word follows (300 元: 三百). Numbers of two digits count as read: 十, 十二, 二十,
    二十五. Punctuation is not spoken.

    >>> spoken_length("您好，工号1027。"), spoken_length("88号"), spoken_length("20分钟")
    (8, 4, 4)
    >>> spoken_length("300元"), spoken_length("5.5%"), spoken_length("VIP"), spoken_length("WiFi")
    (3, 6, 3, 2)
    """
    total = at = 0
    for token in _TOKEN.finditer(text):
        total += _plain(text[at : token.start()]) + _read(token)
        at = token.end()
    return total + _plain(text[at:])


def _plain(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _read(token: re.Match[str]) -> int:
    spoken = token[0]
    if token["percent"]:
        return 3 + (_decimal(token["percent"]) if "." in spoken else _quantity(token["percent"]))
    if token["decimal"]:
        return _decimal(spoken)
    if token["quantity"]:
        return _quantity(spoken)
    if token["digits"]:
        return _quantity(spoken) if len(spoken) == 2 else len(spoken)
    if (spoken.isupper() and len(spoken) <= SPELT_LETTERS) or len(spoken) <= 2:
        return len(spoken)
    return max(1, len(_VOWELS.findall(spoken)))


def _decimal(number: str) -> int:
    whole, fraction = number.split(".")
    return _quantity(whole) + 1 + len(fraction)


def _quantity(number: str) -> int:
    """Characters of a number read by its places. With a leading 0 or more than four digits it is
    read digit by digit.

    >>> [_quantity(number) for number in ("0", "10", "12", "20", "25", "100", "105", "120", "1000", "1250", "05")]
    [1, 1, 2, 2, 3, 2, 4, 4, 2, 6, 2]
    """
    if len(number) == 1 or len(number) > 4 or number[0] == "0":
        return len(number)
    digits = [int(digit) for digit in number]
    named = sum(2 for digit in digits[:-1] if digit) + bool(digits[-1])
    gaps = len(re.findall("0+(?=[1-9])", number))
    return named + gaps - (len(number) == 2 and digits[0] == 1)
