"""Values, numbers and repetitions of events, as tables of a month write them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.imports.call_values import NO, YES
from pipeline.imports.event_words import find_level
from pipeline.imports.scripts import simplified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.types import EventKind

NO_LEVEL = ("无", "没有", "一般", "普通", "一般投诉", "普通投诉", "未升级", "-", "—", "/")
"""Words for a complaint without a level."""

MOST_AT_ONCE = 1000
"""Most events in one line (our choice): more are surely a slip."""

FULL_MARK = 100.0
MOST_OF_TEN = 10.0
"""Where no mark of 100 in a table is above it, they are surely of 10 or of 5 (our choice): taken as
they are, each agent would be far below the others."""

_REPEATED = re.compile(
    r"(?:重复|二次|再次|多次|第[二三四五2-5]次|[二三四五2-5]次)(?:投诉|来电)?|重投|有|[√✓✔]"
)
_FIRST = re.compile(
    r"(?:首次|初次|第[一1]次|首|非重复|不重复|未重复|非二次|不是|没有)(?:投诉|诉)?|[×✗✘]"
)
_COUNT = re.compile(r"(\d+)(?:\.0+)?\s*[次起件笔单个条]?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SHARE = re.compile(r"0?\.\d+|1\.\d+|[01](?:\.0+)?")


@dataclass(frozen=True, slots=True)
class MarkForms:
    """How a table writes its marks of 100. ``shares``: ids of kinds whose marks are shares of 1;
    ``of_ten``: of those whose marks may be of 10; ``odd``: a column that is not read, since its marks
    are not of 100, empty without one."""

    shares: frozenset[str]
    of_ten: frozenset[str]
    odd: str = ""


def is_repeat(kind: EventKind, text: str, where: str, *, asks_first: bool = False) -> bool:
    """Whether a cell says that the event is a repetition. ``asks_first``: its column asks whether it
    is the first. Raises ``SettingsError`` beginning with ``where``."""
    said = simplified(unicodedata.normalize("NFKC", text).strip().lower())
    if not said or said in NO_LEVEL:
        return False
    if said in YES or said in NO:
        repeated = (said in YES) != asks_first
    elif _FIRST.fullmatch(said):
        repeated = False
    elif _REPEATED.fullmatch(said) and not (asks_first and said in ("有", "√", "✓", "✔")):
        repeated = True
    else:
        raise SettingsError(f"{where}: repeated is {text!r}; expected 是 or 否")
    if repeated and not kind.repeats:
        raise SettingsError(f"{where}: {kind.name} is not counted as repeated; leave it empty")
    return repeated


def read_level(kind: EventKind, text: str, where: str) -> str | None:
    """The level that a cell names, ``None`` for none. Raises ``SettingsError`` beginning with
    ``where``."""
    text = text.strip()
    level = find_level(kind, text) if text else None
    if level is not None or not text or (simplified(text) in NO_LEVEL and kind.sort != "mark"):
        return level
    known = "、".join(one.name for one in kind.levels)
    expected = f"expected one of {known}" if known else f"{kind.name} has no levels; leave it empty"
    raise SettingsError(f"{where}: the level is {text!r}; {expected}")


def are_shares(values: Iterable[str]) -> bool:
    """Whether the marks of a kind in a table are shares of 1: none is above 1, and one has a fraction.

    >>> are_shares(["0.95", "1", ""]), are_shares(["0.95", "92"]), are_shares(["1", "0"]), are_shares(["95%"])
    (True, False, False, False)
    """
    plain = [said for one in values if (said := unicodedata.normalize("NFKC", one).strip())]
    numbers = [float(one) for one in plain if _SHARE.fullmatch(one)]
    return (
        len(numbers) == len(plain) and max(numbers, default=2) <= 1 and any(n % 1 for n in numbers)
    )


def are_of_ten(values: Iterable[str]) -> bool:
    """Whether the marks of a kind in a table may be of 10 or of 5: none is above 10, one is above 1,
    and none says its unit.

    >>> are_of_ten(["4.8", "5"]), are_of_ten(["4.8", "92"]), are_of_ten(["5分"]), are_of_ten(["0"])
    (True, False, False, False)
    """
    plain = [said for one in values if (said := unicodedata.normalize("NFKC", one).strip())]
    numbers = [float(one) for one in plain if _NUMBER.fullmatch(one)]
    return len(numbers) == len(plain) and 1 < max(numbers, default=0) <= MOST_OF_TEN


def read_value(
    kind: EventKind, text: str, where: str, *, shares: bool = False, of_ten: bool = False
) -> float | None:
    """The value of an event. ``shares``: the table writes marks of this kind as shares of 1;
    ``of_ten``: they may be of 10. Raises ``SettingsError`` beginning with ``where``, also for a number
    that may be a share or a mark, or a mark of 10 or 100."""
    if not text:
        return None
    if kind.value is None:
        raise SettingsError(f"{where}: {kind.name} has no value, but the line has {text!r}")
    least, most = kind.value
    said = unicodedata.normalize("NFKC", text).strip()
    try:
        value = float(said.rstrip("%分次件").replace(",", ""))
    except ValueError:
        value = float("nan")
    if not least <= value <= most or (said.endswith("%") and most != FULL_MARK):
        raise SettingsError(
            f"{where}: the value of {kind.name} is {text!r}; expected a number from {least:g} to {most:g}"
        )
    if kind.is_of_hundred and of_ten and value and not said.endswith(("%", "分")):
        raise SettingsError(
            f"{where}: the value of {kind.name} is {text!r}, and none of the table is above 10; write marks of 100, or "
            f"{value:g}分 if it is one"
        )
    if not kind.is_of_hundred or said.endswith(("%", "分")) or value > 1 or value == 0:
        return value
    if shares:
        return round(value * FULL_MARK, 6)
    raise SettingsError(
        f"{where}: the value of {kind.name} is {text!r}, which may be a mark or a share; write "
        f"{value * FULL_MARK:g}% or {value:g}分"
    )


def read_count(text: str, kind: EventKind, where: str) -> int:
    """How many equal events a line stands for, 0 for none. Raises ``SettingsError`` beginning with
    ``where``."""
    found = _COUNT.fullmatch(simplified(unicodedata.normalize("NFKC", text).strip()))
    number = int(found[1]) if found else -1
    if not 0 <= number <= MOST_AT_ONCE:
        raise SettingsError(
            f"{where}: 次数 is {text!r}; expected a whole number from 1 to {MOST_AT_ONCE}"
        )
    if kind.sort == "mark" and number != 1:
        raise SettingsError(f"{where}: {kind.name} is a mark; expected one line for each")
    return number
