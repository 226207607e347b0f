"""Put a call into one of the two groups of each comparison of 四个一样 (B 一7)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.types import CallRecord

ANGRY_AROUSAL = 1.0
"""From this z-score of the voice a customer counts as agitated, even without words for it. Our
choice."""

CALM_AROUSAL = 0.5
"""Under this z-score a voice counts as calm. Our choice: the gap to ``ANGRY_AROUSAL`` keeps the
groups apart."""

Slot = tuple[int, int]
"""Weekday (0 is Monday) and hour of the day (0..23)."""

Group = int | None
"""0 is the first group of a comparison, 1 the second, ``None`` neither."""


@dataclass(frozen=True, slots=True)
class SiteGroups:
    """Facts about all calls that the grouping of one call needs.

    ``first``: customer → time of the first call ever. ``slots``: slots of the week, 0 idle, 1 busy;
    slots in between are missing. ``drawn``: ``result_id`` of the calls drawn at random; ``None``
    takes every sampled call.
    """

    first: Mapping[str, datetime]
    slots: Mapping[Slot, int]
    drawn: frozenset[int] | None = None


def read_time(text: str | None) -> datetime | None:
    """The time on the clock of the site in an ISO 8601 text; ``None`` for other texts.

    >>> read_time("2026-11-02 09:30:00")
    datetime.datetime(2026, 11, 2, 9, 30)
    >>> read_time("昨天") is None
    True
    """
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment


def read_hour(text: str | None) -> datetime | None:
    """As :func:`read_time`, but ``None`` for a date alone too: it has no hour."""
    return read_time(text) if text and len(text) > len("2026-11-02") else None


def hourly_load(records: Iterable[CallRecord]) -> dict[tuple[str, int], int]:
    """(ISO date, hour) → number of calls that started then. Calls without a time of day are not
    counted.

    >>> from pipeline.types import CallRecord
    >>> hourly_load([CallRecord(1, "ab", "a.wav", 60.0, 95.0, 95.0, False, started_at="2026-11-02T09:30:00")])
    {('2026-11-02', 9): 1}
    """
    times = (read_hour(record.started_at) for record in records)
    return dict(Counter((time.date().isoformat(), time.hour) for time in times if time))


def first_calls(
    records: Iterable[CallRecord], history: Mapping[str, str] | None = None
) -> dict[str, datetime]:
    """customer → time of the first call, in the records or in the history (customer → ISO time).
    The earlier one counts."""
    first = {
        customer: time for customer, text in (history or {}).items() if (time := read_time(text))
    }
    for record in records:
        time = read_time(record.started_at)
        if record.customer_id and time:
            first[record.customer_id] = min(time, first.get(record.customer_id, time))
    return first


def busy_slots(load: Mapping[tuple[str, int], int]) -> dict[Slot, int]:
    """Slots of the week in the top third of mean load (1) and in the bottom third (0). Other slots
    are missing.

    The mean is over the dates of that weekday that had any call. Thirds are thirds of the slots
    that had calls, so idle hours hold fewer calls than busy ones. A slot on both borders is in
    neither third.
    """
    dates = Counter(date.fromisoformat(day).weekday() for day in {day for day, _ in load})
    totals: Counter[Slot] = Counter()
    for (day, hour), calls in load.items():
        totals[date.fromisoformat(day).weekday(), hour] += calls
    means = {slot: calls / dates[slot[0]] for slot, calls in totals.items()}
    if not means:
        return {}
    low, high = (float(border) for border in np.quantile(list(means.values()), [1 / 3, 2 / 3]))
    idle = {slot: 0 for slot, mean in means.items() if mean <= low and mean < high}
    return idle | {slot: 1 for slot, mean in means.items() if mean >= high and mean > low}


def by_customer(record: CallRecord, site: SiteGroups) -> Group:
    """0: the customer's first call. 1: a later one. Calls at the same time as the first one are
    first calls too."""
    time, first = read_time(record.started_at), site.first.get(record.customer_id or "")
    return None if time is None or first is None else int(time > first)


def by_check(record: CallRecord, site: SiteGroups) -> Group:
    """0: checked by a person or drawn for it. 1: neither. With ``site.drawn``, checked calls
    outside it are in no group."""
    if site.drawn is not None and record.result_id in site.drawn:
        return 0
    if record.sampled or record.reviewed:
        return 0 if site.drawn is None else None
    return 1


def by_load(record: CallRecord, site: SiteGroups) -> Group:
    """0: in an idle slot of the week. 1: in a busy one."""
    time = read_hour(record.started_at)
    return site.slots.get((time.weekday(), time.hour)) if time else None


def by_mood(record: CallRecord, _site: SiteGroups) -> Group:
    """0: the customer is calm. 1: agitated by words or voice. A voice in between is in no group."""
    arousal = record.customer_arousal
    if record.customer_upset or (arousal is not None and arousal >= ANGRY_AROUSAL):
        return 1
    return 0 if arousal is None or arousal < CALM_AROUSAL else None
