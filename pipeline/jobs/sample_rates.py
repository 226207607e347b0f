"""What a sample says of all the calls that it was drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import StoreError
from pipeline.study import Drawn, Rate, estimate_rate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.store import Store
    from pipeline.types import CallRecord

FAULTS: Mapping[str, Callable[[CallRecord], bool]] = {
    "一票否决": lambda call: call.fatal,
    "说了禁语": lambda call: call.forbidden > 0,
    "缺少规定用语": lambda call: call.missing > 0,
}
"""The faults that are estimated, by their names for people."""


@dataclass(frozen=True, slots=True)
class SampleRates:
    """``reviewed``: random calls that people have reviewed, of ``random``; the others count as the
    machine judged them. ``rates``: the share of all eligible calls with each of ``FAULTS``."""

    random: int
    reviewed: int
    rates: Mapping[str, Rate]


def rate_sample(store: Store, number: int) -> SampleRates:
    """The rates by the random calls of a sample, as their effective results stand now. Raises
    ``StoreError`` where there is no such sample."""
    calls = store.samples.random_calls(number)
    if calls is None:
        raise StoreError(f"{store.path}: there is no sample {number}; callqa sample draws one")
    records = {record.sha256: record for record in store.calls.records()}
    drawn = [
        Drawn(records[sha256].result_id, records[sha256], "random", "随机抽取", probability)
        for sha256, probability in calls.items()
    ]
    reviewed = sum(one.record.reviewed for one in drawn)
    rates = {name: estimate_rate(drawn, has_fault) for name, has_fault in FAULTS.items()}
    return SampleRates(len(drawn), reviewed, rates)
