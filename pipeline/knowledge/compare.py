"""A stated value beside a fact's."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.knowledge.amounts import Stated
    from pipeline.lexicon import Amount, Hours

Match: TypeAlias = Literal["same", "other", "unclear"]

TOLERANCE = 1e-6
LIKE = 3
"""An amount that names no period, of a fact that has one, is compared up to so many times the fact
and down to such a part of it: 水费96元 is a bill and no price of a ton (our choice)."""

LENGTHS = ("分钟", "工作日", "个月")
"""Base units of time: each answers how long something takes."""
MONTHS_A_YEAR = 12


def in_terms_of(stated: Stated, fact: Amount, about: Sequence[str] = ()) -> Stated | None:
    """A stated amount for each of what the fact is for each of; ``None`` where the two cannot be
    compared. An amount that names no period has the fact's, and so has one whose period is in the
    fact's name (每期)."""
    if stated.unit != fact.unit:
        return None
    own = {fact.per, *(word.removeprefix("每") for word in about if word.startswith("每"))}
    if stated.per in ("", *own) or (fact.per == "" and stated.per in ("次", "人", "户")):
        return stated
    factor = {("年", "月"): 1 / MONTHS_A_YEAR, ("月", "年"): MONTHS_A_YEAR}.get(
        (stated.per, fact.per)
    )
    if factor is None:
        return None
    return replace(stated, low=stated.low * factor, high=stated.high * factor)


def compare_amount(stated: Stated, fact: Amount) -> Match:
    """Whether an amount in the fact's own terms is the fact's.

    >>> from pipeline.knowledge.amounts import find_amounts
    >>> from pipeline.lexicon import Amount
    >>> within = Amount(3, 5, "工作日")
    >>> [compare_amount(find_amounts(text)[0], within) for text in ("三到五个工作日", "五个工作日", "三到七个工作日")]
    ['same', 'same', 'other']
    """
    if stated.vague:
        return "unclear"
    if fact.bound:
        return _compare_limit(stated, fact)
    if _at_most(fact.low, stated.low) and _at_most(stated.high, fact.high):
        return "same"
    if fact.per and not stated.per and _may_be_sum(stated.low, fact.low):
        return "unclear"
    holds = _at_most(stated.low, fact.low) and _at_most(fact.high, stated.high)
    is_point = math.isclose(fact.low, fact.high)
    return "unclear" if holds and is_point else "other"


def _compare_limit(stated: Stated, fact: Amount) -> Match:
    value = stated.high if fact.bound == "most" else stated.low
    if math.isclose(value, fact.low):
        return "same"
    beyond = value > fact.low if fact.bound == "most" else value < fact.low
    return "other" if beyond else "unclear"


def compare_hours(span: tuple[int, int], fact: Hours, *, alone: bool) -> Match:
    """Whether a stretch of the day is the fact's. ``alone``: no other stretch was named; of several,
    one inside the fact's hours may leave out a break."""
    hull = (fact.spans[0][0], fact.spans[-1][1])
    if span in (*fact.spans, hull):
        return "same"
    inside = hull[0] <= span[0] and span[1] <= hull[1]
    return "unclear" if inside and not alone else "other"


def bare_matches(numbers: Sequence[Stated], fact: Amount) -> bool:
    """Whether a number without a unit is the fact's value."""
    return any(
        math.isclose(number.low, fact.low) and math.isclose(fact.low, fact.high)
        for number in numbers
    )


def is_akin(unit: str, fact: Amount) -> bool:
    """Whether an amount of a unit answers the same question as the fact."""
    return unit == fact.unit or (unit in LENGTHS and fact.unit in LENGTHS)


def _may_be_sum(value: float, of: float) -> bool:
    """Whether a value may be for several of what the fact is for one of, or for a part."""
    times = value / of if of else 0.0
    return not 1 / LIKE <= times <= LIKE or math.isclose(times, round(times))


def _at_most(one: float, other: float) -> bool:
    return one <= other + TOLERANCE
