"""Measure the reliability of each rule by people's decisions, and find rules that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from pipeline.study.shares import difference_interval, wilson_interval
from pipeline.types import RuleCount, RulePeriod

RECENT_DAYS = 30
"""Days of the recent period (our choice: most sites have enough decisions in a month)."""

BEFORE_DAYS = 90
"""Days of the period before it (our choice: a quarter; older calls belong to other campaigns and
rules)."""

TIMES = 2.0
"""A rule has drifted if its frequency rose by more than this factor, or fell by more than it (our
choice: weeks of one call centre differ by less)."""

LEAST_HITS = 20
"""Frequencies are compared only if one of the periods has this number of findings (our choice):
with 20, Poisson's error is 22 %, far from ``TIMES``."""

Drift: TypeAlias = Literal["unreliable", "less confirmed", "more frequent", "less frequent"]


@dataclass(frozen=True, slots=True)
class RuleStudy:
    """One rule.

    ``precision``: share of the decided findings that people confirmed, of both periods, with its 95
    % interval ``low`` to ``high``; ``None`` without decisions. People decide the machine's doubtful
    findings first, so it is lower than the share of all findings that are right.

    ``recent``, ``before``: counts of the two periods. ``recent_rate``, ``before_rate``: findings a
    call, ``None`` without calls. ``drift``: ``unreliable`` if people confirmed less than the wanted
    share of the recent decisions; ``less confirmed`` if the share fell by more than chance
    explains; ``more frequent`` and ``less frequent``.
    """

    rule: str
    recent: RuleCount
    before: RuleCount
    precision: float | None
    low: float | None
    high: float | None
    recent_rate: float | None
    before_rate: float | None
    drift: tuple[Drift, ...]

    @property
    def decided(self) -> int:
        """Findings that people decided, in both periods."""
        return _decided(self.recent) + _decided(self.before)


def periods(today: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """First and last day of the recent period and of the period before it.

    >>> [[str(day) for day in period] for period in periods(date(2026, 11, 30))]
    [['2026-11-01', '2026-11-30'], ['2026-08-03', '2026-10-31']]
    """
    begins = today - timedelta(days=RECENT_DAYS - 1)
    return (begins, today), (begins - timedelta(days=BEFORE_DAYS), begins - timedelta(days=1))


def study_rules(
    recent: RulePeriod, before: RulePeriod, *, least_confirmed: float, least_decisions: int
) -> tuple[RuleStudy, ...]:
    """Every rule with findings or decisions in one of the periods: first those that drifted, then
    by id.

    ``least_confirmed``: share of decisions, 0..1, below which a rule is unreliable.
    ``least_decisions``: least decisions in a period to judge the rule.
    """
    now, then = ({count.rule: count for count in period.counts} for period in (recent, before))
    studies = []
    for rule in sorted(now.keys() | then.keys()):
        one, other = (counts.get(rule, RuleCount(rule, 0, 0, 0, 0, 0)) for counts in (now, then))
        rates = _rate(one, recent), _rate(other, before)
        drift = (
            *_unreliable(one, least_confirmed, least_decisions),
            *_less_confirmed(one, other, least_decisions),
            *_frequency(one, other, *rates),
        )
        right, decided = one.confirmed + other.confirmed, _decided(one) + _decided(other)
        low, high = wilson_interval(right, decided) or (None, None)
        studies.append(
            RuleStudy(
                rule, one, other, right / decided if decided else None, low, high, *rates, drift
            )
        )
    return tuple(sorted(studies, key=lambda study: (not study.drift, study.rule)))


def _unreliable(
    count: RuleCount, least_confirmed: float, least_decisions: int
) -> tuple[Drift, ...]:
    decided = _decided(count)
    is_so = decided >= least_decisions and count.confirmed < least_confirmed * decided
    return ("unreliable",) if is_so else ()


def _less_confirmed(one: RuleCount, other: RuleCount, least_decisions: int) -> tuple[Drift, ...]:
    if min(_decided(one), _decided(other)) < least_decisions:
        return ()
    found = difference_interval((one.confirmed, _decided(one)), (other.confirmed, _decided(other)))
    return ("less confirmed",) if found is not None and found[1] < 0 else ()


def _frequency(
    one: RuleCount, other: RuleCount, recent_rate: float | None, before_rate: float | None
) -> tuple[Drift, ...]:
    if recent_rate is None or before_rate is None or max(one.hits, other.hits) < LEAST_HITS:
        return ()
    if recent_rate > TIMES * before_rate:
        return ("more frequent",)
    return ("less frequent",) if before_rate > TIMES * recent_rate else ()


def _decided(count: RuleCount) -> int:
    return count.confirmed + count.refused


def _rate(count: RuleCount, period: RulePeriod) -> float | None:
    return count.hits / period.calls if period.calls else None
