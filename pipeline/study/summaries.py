"""Summaries of many calls: headline figures, trends, model calls, and calls to learn from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import fmean, median
from typing import TYPE_CHECKING

import numpy as np

from pipeline.study.lines import LineFigures, count_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipeline.types import CallRecord, Seconds, Step

Z_95 = 1.96
SATISFIED_FROM = 4.0
"""From this rating on, of 1 to 5, a customer is satisfied."""

GOOD_TOTAL, GOOD_LEAST_S = 95.0, 60.0
"""Least points and least duration of a very good call (our choice)."""

GOOD_MEASURED = 0.6
"""And so large a share of the sheet's full points was measured in it: full marks for little show
nobody how it is done (our choice)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of some calls; ``None`` for unknown.

    ``low``, ``high``: 95 % interval of the mean attitude. ``handling_s``: average handling time.
    ``latency_s``: median of the calls' response latencies.
    """

    calls: int
    scored: int
    attitude: float | None
    low: float | None
    high: float | None
    total: float | None
    fatal: int
    doubtful: int
    forbidden: int
    handling_s: Seconds | None
    latency_s: Seconds | None
    rating: float | None
    satisfied: float | None
    """Share of the rated calls with a satisfied customer, 0..1."""
    complaints: int
    told: int = 0
    """Calls in which the customer told a fact; no doubt about an agent."""
    lines: LineFigures = field(default_factory=LineFigures)


def summarise(records: Sequence[CallRecord]) -> Summary:
    """The figures of these calls. Without calls they are zero and ``None``."""
    attitudes = [r.attitude for r in records if r.attitude is not None]
    ratings = [r.rating for r in records if r.rating is not None]
    latencies = [r.latency_s for r in records if r.latency_s is not None]
    totals = [r.total for r in records if r.total is not None]
    mean = fmean(attitudes) if attitudes else None
    error = (
        Z_95 * float(np.std(attitudes, ddof=1)) / len(attitudes) ** 0.5
        if len(attitudes) > 1
        else None
    )
    return Summary(
        calls=len(records),
        scored=len(attitudes),
        attitude=mean,
        low=max(0.0, mean - error) if mean is not None and error is not None else None,
        high=min(100.0, mean + error) if mean is not None and error is not None else None,
        total=fmean(totals) if totals else None,
        fatal=sum(r.fatal for r in records),
        doubtful=sum(r.doubtful > 0 for r in records),
        forbidden=sum(r.forbidden > 0 for r in records),
        handling_s=fmean(r.duration_s for r in records) if records else None,
        latency_s=median(latencies) if latencies else None,
        rating=fmean(ratings) if ratings else None,
        satisfied=sum(rating >= SATISFIED_FROM for rating in ratings) / len(ratings)
        if ratings
        else None,
        complaints=sum(bool(r.complaint) for r in records),
        told=sum(r.told for r in records),
        lines=count_lines(records),
    )


def mean_attitude(records: Iterable[CallRecord]) -> float | None:
    """The mean attitude of the scored calls; ``None`` without any."""
    attitudes = [r.attitude for r in records if r.attitude is not None]
    return fmean(attitudes) if attitudes else None


def by_day(record: CallRecord) -> str | None:
    """The day of a call; ``None`` if its start is not known."""
    return record.started_at[:10] if record.started_at else None


def by_week(record: CallRecord) -> str | None:
    """The Monday of a call's week, ISO date; ``None`` if its start is not known."""
    day = by_day(record)
    try:
        began = date.fromisoformat(day or "")
    except ValueError:
        return None
    return (began - timedelta(days=began.weekday())).isoformat()


def by_month(record: CallRecord) -> str | None:
    """The month of a call, such as ``2026-11``; ``None`` if its start is not known."""
    return record.started_at[:7] if record.started_at else None


STEPS: Mapping[Step, Callable[[CallRecord], str | None]] = {
    "day": by_day,
    "week": by_week,
    "month": by_month,
}
"""The stretch of a period's trend to which a call belongs."""


def grouped(
    records: Iterable[CallRecord], key: Callable[[CallRecord], str | None], *, unknown: str = "未知"
) -> dict[str, list[CallRecord]]:
    """Records by a key, in the order of the keys."""
    groups: dict[str, list[CallRecord]] = defaultdict(list)
    for record in records:
        groups[key(record) or unknown].append(record)
    return dict(sorted(groups.items()))


def good_calls(records: Iterable[CallRecord], limit: int) -> list[CallRecord]:
    """Calls to show others (优秀案例), without doubt and without fault. Calls with an upset
    customer come first."""
    good = [
        r
        for r in records
        if r.total is not None
        and r.total >= GOOD_TOTAL
        and not (r.fatal or r.doubtful or r.told or r.forbidden or r.complaint)
        and r.duration_s >= GOOD_LEAST_S
        and (r.rating is None or r.rating >= SATISFIED_FROM)
        and (r.measured_share is None or r.measured_share >= GOOD_MEASURED)
    ]
    return sorted(
        good, key=lambda r: (not r.customer_upset, -(r.rating or 0), -(r.total or 0), r.sha256)
    )[:limit]


def urgent_calls(records: Iterable[CallRecord], limit: int) -> list[CallRecord]:
    """Calls that a supervisor should listen to first: fatal ones, then complaints, then the lowest
    attitude."""
    ranked = sorted(
        records,
        key=lambda r: (
            not r.fatal,
            not r.complaint,
            101.0 if r.attitude is None else r.attitude,
            -r.doubtful,
            r.sha256,
        ),
    )
    return ranked[:limit]
