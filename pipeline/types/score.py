"""The score of a call, made so that no point is without a reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

FULL = 100.0

TOLERANCE = 0.011
"""Scores are rounded to two decimals."""

Dimension: TypeAlias = Literal[
    "tone",
    "pace",
    "courtesy",
    "taboo",
    "listening",
    "process",
    "response",
    "knowledge",
    "resolution",
    "satisfaction",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item has its points: a finding (index in ``CallResult.findings``) or a measured
    figure.

    One of the two is always there, so that no point is without a reason that can be checked.
    """

    text: str
    """In Chinese, for the agent and the supervisor."""
    points: float
    finding: int | None = None
    figure: float | None = None

    def __post_init__(self) -> None:
        if (self.finding is None) == (self.figure is None):
            raise ValueError("a reason needs a finding or a figure, and not both")


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One line of the sheet. ``points`` is ``full`` and what its reasons add or take, nothing else
    (``ValueError`` otherwise). ``applies`` false (不适用): the call cannot show it, it leaves the
    denominator, and ``note`` says why in Chinese. A bonus or a penalty has ``full`` 0."""

    id: str
    name: str
    full: float
    points: float
    reasons: tuple[Reason, ...]
    project: str = ""
    indicator: str = ""
    dimension: Dimension | None = None
    applies: bool = True
    note: str = ""

    def __post_init__(self) -> None:
        explained = (
            self.full + math.fsum(reason.points for reason in self.reasons) if self.applies else 0.0
        )
        if not math.isclose(self.points, explained, abs_tol=TOLERANCE):
            raise ValueError(
                f"{self.id}: {self.points:g} points, of which the reasons explain {explained:g}"
            )


@dataclass(frozen=True, slots=True)
class Score:
    """``attitude`` (服务态度) and ``total`` are 0..100, ``None`` where no agent was heard.

    ``total`` is what ``sum_up`` makes of the items, the ``extras`` (加分项, 扣分项) and the veto,
    and nothing else (``ValueError`` otherwise). ``beside``: 业务知识, 问题解决, 满意度 and others
    that do not count in the total. ``vetoes``: what made the call fatal (一票否决). ``flags`` say
    in Chinese why a supervisor should look."""

    attitude: float | None
    total: float | None
    fatal: bool
    items: tuple[ScoreItem, ...]
    flags: tuple[str, ...]
    extras: tuple[ScoreItem, ...] = ()
    beside: tuple[ScoreItem, ...] = ()
    vetoes: tuple[Reason, ...] = ()
    veto_total: float | None = None
    """What a veto lowers the total to; ``None``: it leaves the points as they are."""
    grade: str | None = None

    def __post_init__(self) -> None:
        if self.total is None:
            return
        explained = sum_up(
            self.items, self.extras, lowered_to=self.veto_total if self.fatal else None
        )
        if explained is None or not math.isclose(self.total, explained, abs_tol=TOLERANCE):
            raise ValueError(f"total {self.total:g}, of which the items explain {explained}")


def reached(items: Sequence[ScoreItem]) -> float | None:
    """Points of the items that apply, as a share of their full points, 0..100; ``None`` where none
    applies.

    >>> reached([ScoreItem("a", "a", 30, 30, ()), ScoreItem("b", "b", 10, 0, (), applies=False)])
    100.0
    """
    full = math.fsum(item.full for item in items if item.applies)
    return math.fsum(item.points for item in items if item.applies) / full * FULL if full else None


def sum_up(
    items: Sequence[ScoreItem], extras: Sequence[ScoreItem], *, lowered_to: float | None
) -> float | None:
    """The total, 0..100, rounded to two decimals; ``None`` where no item applies."""
    base = reached(items)
    if base is None:
        return None
    total = min(FULL, max(0.0, base + math.fsum(extra.points for extra in extras)))
    return round(total if lowered_to is None else min(total, lowered_to), 2)
