"""The four questions of 四个一样, and the calls of two groups that each of them compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from pipeline.study.groups import Group, SiteGroups, by_check, by_customer, by_load, by_mood

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.study.resample import Floats
    from pipeline.types import CallRecord

LEAST_CALLS = 10
"""Least calls, and least customers, of each group for any statement. Our choice."""

Rows = npt.NDArray[np.int64]

ComparisonId = Literal["familiar", "checked", "load", "mood"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its two groups; ``choose``: the group of a call, ``None`` for neither."""

    id: ComparisonId
    name: str
    groups: tuple[str, str]
    choose: Callable[[CallRecord, SiteGroups], Group]


QUESTIONS = (
    Question("familiar", "生人熟人", ("首次来电", "再次来电"), by_customer),
    Question("checked", "有无检查", ("抽查的来电", "未抽查的来电"), by_check),
    Question("load", "工作忙闲", ("闲时来电", "忙时来电"), by_load),
    Question("mood", "情绪好坏", ("客户平稳的来电", "客户激动的来电"), by_mood),
)


@dataclass(frozen=True, slots=True)
class Split:
    """The scores (points) and customers (row numbers) of the two groups of one question."""

    question: Question
    scores: tuple[Floats, Floats]
    customers: tuple[Rows, Rows]
    left_out: int

    def sizes(self) -> tuple[int, int]:
        """The calls of each group."""
        return len(self.scores[0]), len(self.scores[1])

    def customer_counts(self) -> tuple[int, int]:
        """The customers of each group."""
        return len(np.unique(self.customers[0])), len(np.unique(self.customers[1]))

    def enough(self) -> bool:
        """Whether there is enough to say anything."""
        return min(*self.sizes(), *self.customer_counts()) >= LEAST_CALLS

    def columns(self, rows: int) -> Floats:
        """Rows (customers) × 4: number of calls and sum of scores in the first group, then in the
        second."""
        pairs = zip(self.customers, self.scores, strict=True)
        return np.stack(
            [np.bincount(who, by, rows) for who, s in pairs for by in (np.ones_like(s), s)], axis=1
        )


def split_calls(
    question: Question, scored: Sequence[CallRecord], customers: Rows, site: SiteGroups, calls: int
) -> Split:
    """The scores and customers of the two groups; ``calls``: of all, scored or not."""
    chosen = [question.choose(record, site) for record in scored]
    group = np.array([-1 if one is None else one for one in chosen], dtype=np.int64)
    scores = np.array([record.attitude for record in scored], dtype=np.float64)
    first, second = group == 0, group == 1
    left_out = calls - int(first.sum() + second.sum())
    return Split(
        question, (scores[first], scores[second]), (customers[first], customers[second]), left_out
    )
