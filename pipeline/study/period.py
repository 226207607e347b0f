"""A period of a whole site: figures, trends, teams and queues, faults, examples."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.study.changes import BANDS
from pipeline.study.knowledge import by_topic
from pipeline.study.summaries import (
    STEPS,
    Summary,
    good_calls,
    grouped,
    mean_attitude,
    summarise,
    urgent_calls,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.people import CoachingRecord
    from pipeline.study.before_after import Coached
    from pipeline.study.month import Coaching
    from pipeline.study.month_result import MonthResult
    from pipeline.study.topics import TopicPeriod
    from pipeline.types import (
        CallRecord,
        FaultCount,
        KnowledgeSum,
        PromisePeriod,
        Resolution,
        Step,
    )

LISTED = 200
"""Calls that a page lists. The tables beside the page have all."""

EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class SiteReport:
    """All data of the page of a period. ``agents``, ``teams``, ``queues``: figures by name.
    ``days``: figures of each ``step``, a day, a week (by its Monday) or a month."""

    period: str
    summary: Summary
    resolution: Resolution
    bands: tuple[tuple[str, int], ...]
    days: tuple[tuple[str, Summary], ...]
    agents: Mapping[str, Summary]
    agent_names: Mapping[str, str]
    teams: Mapping[str, Summary]
    team_days: Mapping[str, tuple[float | None, ...]]
    queues: Mapping[str, Summary]
    queue_days: Mapping[str, tuple[float | None, ...]]
    faults: tuple[FaultCount, ...]
    good: tuple[CallRecord, ...]
    urgent: tuple[CallRecord, ...]
    coaching: Mapping[str, tuple[Coaching, ...]]
    step: Step = "day"
    coached: tuple[Coached, ...] = ()
    """The measures of the period."""
    done: Mapping[str, tuple[CoachingRecord, ...]] = field(default_factory=dict)
    """The measures that the coaching lists name, by agent."""
    topics: TopicPeriod | None = None
    knowledge: tuple[KnowledgeSum, ...] = ()
    results: Mapping[str, tuple[MonthResult, ...]] = field(default_factory=dict)
    """The results of each agent by the monthly sheets, one for each calendar month."""
    promises: PromisePeriod | None = None
    interim: str = ""
    """In Chinese, that the period has not ended."""


def site_report(  # noqa: PLR0913 - one keyword for each sum of the store
    records: Sequence[CallRecord],
    *,
    period: str,
    faults: Sequence[FaultCount],
    resolution: Resolution,
    coaching: Mapping[str, tuple[Coaching, ...]],
    step: Step = "day",
    topics: TopicPeriod | None = None,
    knowledge: Sequence[KnowledgeSum] = (),
    results: Mapping[str, tuple[MonthResult, ...]] | None = None,
) -> SiteReport:
    """Assemble a report from the store's sums."""
    by_step = STEPS[step]
    days = grouped(records, by_step)
    teams, queues = grouped(records, lambda r: r.team), grouped(records, lambda r: r.queue)
    names = {r.agent_id: r.agent_name for r in records if r.agent_id and r.agent_name}
    return SiteReport(
        period=period,
        summary=summarise(records),
        resolution=resolution,
        bands=count_bands(records),
        days=_summaries(days),
        agents=dict(_summaries(grouped(records, lambda r: r.agent_id))),
        agent_names=names,
        teams=dict(_summaries(teams)),
        team_days=_trends(teams, list(days), by_step),
        queues=dict(_summaries(queues)),
        queue_days=_trends(queues, list(days), by_step),
        faults=tuple(faults),
        good=tuple(good_calls(records, EXAMPLES)),
        urgent=tuple(urgent_calls(records, LISTED)),
        coaching=coaching,
        step=step,
        topics=topics,
        knowledge=by_topic(knowledge),
        results=results or {},
    )


def count_bands(records: Sequence[CallRecord]) -> tuple[tuple[str, int], ...]:
    """Number of calls with an attitude in each band, by the band's name."""
    counted = [0] * len(BANDS)
    for record in records:
        if record.attitude is not None:
            counted[sum(record.attitude >= band for band in BANDS) - 1] += 1
    names = [f"{low}～{high}" for low, high in itertools.pairwise(BANDS)] + [f"{BANDS[-1]}"]
    return tuple(zip(names, counted, strict=True))


def _summaries(groups: Mapping[str, Sequence[CallRecord]]) -> tuple[tuple[str, Summary], ...]:
    return tuple((name, summarise(group)) for name, group in groups.items())


def _trends(
    groups: Mapping[str, Sequence[CallRecord]],
    days: Sequence[str],
    key: Callable[[CallRecord], str | None],
) -> dict[str, tuple[float | None, ...]]:
    """The mean attitude of each group, step by step."""
    return {name: _by_days(group, days, key) for name, group in groups.items()}


def _by_days(
    group: Sequence[CallRecord], days: Sequence[str], key: Callable[[CallRecord], str | None]
) -> tuple[float | None, ...]:
    means = {day: mean_attitude(own) for day, own in grouped(group, key).items()}
    return tuple(means.get(day) for day in days)
