"""Numbers of calls and agents as a spreadsheet writes them."""

from __future__ import annotations

import re


def as_number(name: str) -> str:
    """The digits of a number as a spreadsheet keeps them; "" for other texts.

    >>> as_number("0812"), as_number("812.0"), as_number("A12")
    ('812', '812', '')
    """
    found = re.fullmatch(r"0*([0-9]+)(?:\.0+)?", name.strip())
    return found[1] if found else ""
