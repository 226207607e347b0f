"""An agent's month, as the printed 测评表 of the regulations (D 四), and the items to practise
next."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.study.knowledge import by_topic
from pipeline.study.summaries import STEPS, Summary, good_calls, grouped, summarise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.people import CoachingRecord
    from pipeline.study.before_after import Coached
    from pipeline.study.month_result import MonthResult
    from pipeline.study.same import SameStudy
    from pipeline.types import (
        CallRecord,
        FaultCount,
        ItemCall,
        ItemSum,
        KnowledgeSum,
        PromisePeriod,
        Resolution,
        Step,
    )

LISTED_CALLS = 5
"""Calls that are listed behind a figure."""

COACHED_ITEMS = 3
"""Weakest items in which an agent is coached at one time (our choice)."""

LEAST_LOST = 0.05
"""An item needs no coaching if a call loses less than this share of its full points (our
choice)."""


@dataclass(frozen=True, slots=True)
class ScorecardLine:
    """A line of the printed scorecard with its calls, the greatest loss first."""

    item: ItemSum
    calls: tuple[ItemCall, ...]

    @property
    def mean_change(self) -> float:
        """Mean points that a call lost (below 0) or won."""
        return self.item.change / self.item.calls if self.item.calls else 0.0


@dataclass(frozen=True, slots=True)
class ScorecardPart:
    """The lines of one scorecard. An agent who answers several queues has several scorecards."""

    sheet: str
    calls: int
    items: tuple[ScorecardLine, ...]
    extras: tuple[ScorecardLine, ...]
    beside: tuple[ScorecardLine, ...]


@dataclass(frozen=True, slots=True)
class Coaching:
    """An item to practise: the share of its points that the agent loses, the share that the team
    loses, calls to listen to, and the most frequent reasons."""

    item: str
    lost_share: float
    team_lost_share: float | None
    calls: tuple[ItemCall, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgentMonth:
    """All data of the month's page of one agent."""

    agent_id: str
    name: str | None
    team: str | None
    period: str
    summary: Summary
    others: Summary
    """The figures of all other agents, or of the other agents of the team."""
    parts: tuple[ScorecardPart, ...]
    coaching: tuple[Coaching, ...]
    faults: tuple[FaultCount, ...]
    good: tuple[CallRecord, ...]
    days: tuple[tuple[str, Summary], ...]
    grades: Mapping[str, int]
    resolution: Resolution
    same: SameStudy | None = None
    coached: tuple[Coached, ...] = ()
    """The measures of the month."""
    done: tuple[CoachingRecord, ...] = ()
    """The measures that the coaching list names."""
    step: Step = "day"
    """The step of ``days``."""
    knowledge: tuple[KnowledgeSum, ...] = ()
    results: tuple[MonthResult, ...] = ()
    """The result of each calendar month by its monthly sheet."""
    promises: PromisePeriod | None = None
    interim: str = ""
    """In Chinese, that the period has not ended."""


def agent_month(  # noqa: PLR0913 - one keyword for each sum of the store
    agent_id: str,
    records: Sequence[CallRecord],
    *,
    period: str,
    others: Sequence[CallRecord],
    items: Sequence[ItemSum],
    team_items: Sequence[ItemSum],
    behind: Sequence[ItemCall],
    faults: Sequence[FaultCount],
    resolution: Resolution,
    same: SameStudy | None = None,
    step: Step = "day",
    knowledge: Sequence[KnowledgeSum] = (),
    results: tuple[MonthResult, ...] = (),
) -> AgentMonth:
    """Assemble a month from the store's sums.

    ``records`` are the agent's calls, ``others`` are the calls for comparison.
    """
    latest = records[-1] if records else None
    grades: dict[str, int] = defaultdict(int)
    for record in records:
        if record.grade:
            grades[record.grade] += 1
    return AgentMonth(
        agent_id=agent_id,
        name=latest.agent_name if latest else None,
        team=latest.team if latest else None,
        period=period,
        summary=summarise(records),
        others=summarise(others),
        parts=_parts(items, behind),
        coaching=coach(items, team_items, behind),
        faults=tuple(faults),
        good=tuple(good_calls(records, LISTED_CALLS)),
        days=tuple((day, summarise(group)) for day, group in grouped(records, STEPS[step]).items()),
        grades=dict(grades),
        resolution=resolution,
        same=same,
        step=step,
        knowledge=by_topic(knowledge),
        results=results,
    )


def _parts(items: Sequence[ItemSum], behind: Sequence[ItemCall]) -> tuple[ScorecardPart, ...]:
    by_item = _by_item(behind)
    by_scorecard: dict[str, list[ItemSum]] = defaultdict(list)
    for item in items:
        by_scorecard[item.sheet].append(item)
    parts = []
    for scorecard, own in by_scorecard.items():
        lines = [ScorecardLine(item, tuple(by_item.get((scorecard, item.id), ()))) for item in own]
        parts.append(
            ScorecardPart(
                scorecard,
                max(item.calls for item in own),
                tuple(line for line in lines if line.item.part == "items"),
                tuple(line for line in lines if line.item.part == "extras"),
                tuple(line for line in lines if line.item.part == "beside"),
            )
        )
    return tuple(sorted(parts, key=lambda part: -part.calls))


def coach(
    items: Sequence[ItemSum], team: Sequence[ItemSum], behind: Sequence[ItemCall]
) -> tuple[Coaching, ...]:
    """The weakest items first: those that lose the largest share of their points."""
    by_item = _by_item(behind)
    own = [item for item in items if item.part == "items" and item.lost_share >= LEAST_LOST]
    weakest: dict[str, ItemSum] = {}
    for item in sorted(own, key=lambda item: (-item.lost_share, item.id)):
        weakest.setdefault(item.name, item)
    return tuple(
        Coaching(
            item=name,
            lost_share=item.lost_share,
            team_lost_share=_team_share(name, team),
            calls=tuple(by_item.get((item.sheet, item.id), ())[:LISTED_CALLS]),
            reasons=_reasons(by_item.get((item.sheet, item.id), ())),
        )
        for name, item in list(weakest.items())[:COACHED_ITEMS]
    )


def _team_share(name: str, team: Sequence[ItemSum]) -> float | None:
    same = [item for item in team if item.name == name and item.part == "items"]
    possible = sum(item.full * item.calls for item in same)
    return -sum(item.change for item in same) / possible if possible else None


def _reasons(calls: Sequence[ItemCall]) -> tuple[str, ...]:
    """The three most frequent reasons, without the clause that they cite."""
    counted: dict[str, int] = defaultdict(int)
    for call in calls:
        for reason in json.loads(call.reasons):
            counted[reason["text"].split("（依据")[0]] += 1
    return tuple(
        text for text, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    )


def _by_item(behind: Sequence[ItemCall]) -> dict[tuple[str, str], list[ItemCall]]:
    """The calls behind each item, by scorecard and item."""
    groups: dict[tuple[str, str], list[ItemCall]] = defaultdict(list)
    for call in behind:
        groups[call.sheet, call.item].append(call)
    return groups
