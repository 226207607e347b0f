"""Answers about facts, added up by topic."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pipeline.types import KnowledgeSum

if TYPE_CHECKING:
    from collections.abc import Iterable


def by_topic(sums: Iterable[KnowledgeSum]) -> tuple[KnowledgeSum, ...]:
    """The sums of all agents together, the topics with the lowest share of right answers first, and
    those without a judged answer last.

    >>> [s.right for s in by_topic([KnowledgeSum("a", "x", "月租", 2, 1, 1, 0, 0, 0, 0), KnowledgeSum("b", "x", "月租", 1, 1, 0, 0, 0, 0, 0)])]
    [2]
    """
    groups: dict[str, list[KnowledgeSum]] = defaultdict(list)
    for one in sums:
        groups[one.topic].append(one)
    joined = [
        KnowledgeSum(
            None,
            topic,
            own[-1].name,
            asked=sum(one.asked for one in own),
            right=sum(one.right for one in own),
            wrong=sum(one.wrong for one in own),
            left_out=sum(one.left_out for one in own),
            no_answer=sum(one.no_answer for one in own),
            unsure=sum(one.unsure for one in own),
            open=sum(one.open for one in own),
        )
        for topic, own in groups.items()
    ]
    return tuple(
        sorted(joined, key=lambda s: (2.0 if s.right_share is None else s.right_share, s.topic))
    )
