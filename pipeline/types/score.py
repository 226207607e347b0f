"""The score of a call. Every point has a reason."""

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
    """The reason for an item's points: a finding (index in ``CallResult.findings``) or a measured
    figure.

    It always has exactly one of the two, so every point can be checked.
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
    """One line of the scorecard.

    ``points`` is ``full`` plus the points of its reasons, and nothing else (``ValueError``
    otherwise). ``applies`` false (不适用): the call cannot show it. Then it leaves the denominator,
    and ``note`` gives the reason in Chinese. A bonus or a penalty has ``full`` 0.
    """

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
                f"{self.id}: {self.points:g} points, but the reasons explain {explained:g}"
            )


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a call. ``attitude`` (服务态度) and ``total`` are 0..100; ``None`` if no agent
    was recognised.

    ``total`` is the result of ``sum_up`` for the items, the ``extras`` (加分项, 扣分项) and the
    auto-fail, and nothing else (``ValueError`` otherwise). ``beside``: 业务知识, 问题解决, 满意度
    and other items outside the total. ``vetoes``: the reasons that made the call fatal (一票否决).
    ``flags`` tell a supervisor in Chinese why to look at the call.
    """

    attitude: float | None
    total: float | None
    fatal: bool
    items: tuple[ScoreItem, ...]
    flags: tuple[str, ...]
    extras: tuple[ScoreItem, ...] = ()
    beside: tuple[ScoreItem, ...] = ()
    vetoes: tuple[Reason, ...] = ()
    veto_total: float | None = None
    """The total to which an auto-fail lowers the score; ``None``: it does not change the points."""
    grade: str | None = None

    def __post_init__(self) -> None:
        if self.total is None:
            return
        explained = sum_up(
            self.items, self.extras, lowered_to=self.veto_total if self.fatal else None
        )
        if explained is None or not math.isclose(self.total, explained, abs_tol=TOLERANCE):
            raise ValueError(f"total {self.total:g}, but the items explain {explained}")


def reached(items: Sequence[ScoreItem]) -> float | None:
    """Points of the items that apply, as a share of their full points, 0..100; ``None`` if none
    applies.

    >>> reached([ScoreItem("a", "a", 30, 30, ()), ScoreItem("b", "b", 10, 0, (), applies=False)])
    100.0
    """
    full = math.fsum(item.full for item in items if item.applies)
    return math.fsum(item.points for item in items if item.applies) / full * FULL if full else None


def sum_up(
    items: Sequence[ScoreItem], extras: Sequence[ScoreItem], *, lowered_to: float | None
) -> float | None:
    """The total, 0..100, rounded to two decimals; ``None`` if no item applies."""
    base = reached(items)
    if base is None:
        return None
    total = min(FULL, max(0.0, base + math.fsum(extra.points for extra in extras)))
    return round(total if lowered_to is None else min(total, lowered_to), 2)
