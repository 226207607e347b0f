"""Names of provinces, cities and counties, by the list of python-stdnum (GB/T 2260)."""

from __future__ import annotations

import re
from functools import cache

from stdnum import numdb

_SUFFIX = re.compile("(?:特别行政区|自治[区州县旗]|地区|新区|林区|矿区|[省市区县旗盟])$")
_DATED = re.compile(r"\[[^\]]*\]")
LONGEST = 7
"""Characters of the longest name that is looked for (our choice)."""


@cache
def regions() -> dict[str, bool]:
    """Names with and without 省, 市, 区 and the like, and for each whether it is only a county or a
    district. A name of one character counts only with its suffix."""
    names: dict[str, bool] = {}
    for _, _, _, of_province, counties in numdb.get("cn/loc").prefixes:
        for name in _forms(of_province.get("province", "")):
            names[name] = False
        for _, code, _, of_county, _ in counties:
            city = code.endswith("00")
            for one in of_county.get("county", "").split(","):
                for name in _forms(_DATED.sub("", one)):
                    names[name] = not city and names.get(name, True)
    return names


def _forms(name: str) -> tuple[str, ...]:
    stem = _SUFFIX.sub("", name)
    if name in ("市辖区", "县", "") or len(name) > LONGEST:
        return ()
    return (name, stem) if len(stem) > 1 else (name,) if len(name) > 1 else ()


def read_regions(text: str, at: int) -> int | None:
    """The end of a row of regions that begins at ``at`` and has a county or a district; ``None``
    for a province or a city alone.

    >>> read_regions("宁波鄞州", 0), read_regions("宁波", 0), read_regions("公司那边", 0)
    (4, None, None)
    """
    small = False
    first = at
    while end := _longest(text, at):
        small = small or regions()[text[at:end]]
        at = end
    return at if small and at > first else None


def regions_before(text: str, at: int) -> int:
    """Where a row of regions begins that ends at ``at``; ``at`` without one.

    >>> regions_before("从宁波鄞州兴宁路", 5)
    1
    """
    while True:
        size = next(
            (size for size in range(min(LONGEST, at), 1, -1) if text[at - size : at] in regions()),
            0,
        )
        if not size:
            return at
        at -= size


def _longest(text: str, at: int) -> int | None:
    for size in range(min(LONGEST, len(text) - at), 1, -1):
        if text[at : at + size] in regions():
            return at + size
    return None
