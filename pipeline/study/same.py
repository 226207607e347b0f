"""四个一样 (B 一 7): is the service the same for 生人熟人, 有无检查, 工作忙闲 and 情绪好坏?

Differences are differences of the mean attitude (0..100). They describe and do not explain. See
docs/same.md.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.study.groups import SiteGroups, busy_slots, first_calls, hourly_load
from pipeline.study.resample import Floats, interval, pooled_error, resample
from pipeline.study.same_questions import LEAST_CALLS, QUESTIONS, ComparisonId, Split, split_calls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.types import CallRecord

LEAST_POINTS = 2.0
"""The smallest difference that matters, in points of attitude. Our choice: a fifth of the cost of
one missing 再见."""

ALPHA = 0.05
"""Probability of any false claim among all comparisons of one study."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups of calls and the difference of their mean attitude (second minus first, points).

    ``n``, ``customers``, ``means``: one for each of ``groups``. A call of an unknown customer
    counts as a customer of its own. ``means``, ``difference``: ``None`` without calls. ``low``,
    ``high``: 95 % interval of this difference alone; ``None`` with too little data.

    ``claimed``: the difference is at least ``LEAST_POINTS`` and the interval excludes 0, at the
    level corrected for all comparisons of the study. Not claimed does not mean the same.
    ``left_out``: calls in neither group. ``sentence``: the finding in Chinese.
    """

    id: ComparisonId
    name: str
    groups: tuple[str, str]
    n: tuple[int, int]
    customers: tuple[int, int]
    means: tuple[float | None, float | None]
    difference: float | None
    low: float | None
    high: float | None
    claimed: bool
    left_out: int
    sentence: str


@dataclass(frozen=True, slots=True)
class SameStudy:
    """The four comparisons of one group of calls. ``level``: corrected level of the interval that a
    claim needs (0..1)."""

    calls: int
    level: float
    comparisons: tuple[Comparison, ...]

    @property
    def claimed(self) -> tuple[Comparison, ...]:
        """The comparisons in which the service is not the same."""
        return tuple(one for one in self.comparisons if one.claimed)


@dataclass(frozen=True, slots=True)
class AgentSame:
    """One agent's study. ``agent_name``: from the latest call that has a name."""

    agent_id: str
    agent_name: str | None
    study: SameStudy


def compare_groups(
    records: Sequence[CallRecord],
    *,
    seed: int = 0,
    among: int = 1,
    history: Mapping[str, str] | None = None,
    load: Mapping[tuple[str, int], int] | None = None,
    random_only: frozenset[int] | None = None,
) -> SameStudy:
    """The four comparisons of these calls (of one agent or one team). The order of calls does not
    matter.

    ``among``: number of agents or teams that are compared together; the level is corrected for 4 ×
    ``among`` comparisons (Bonferroni). ``history``: customer → ISO time of the first call ever, if
    it is older than the records. ``load``: :func:`hourly_load` of the whole site; without it these
    calls alone define busy hours.

    ``random_only``: ``result_id`` of the calls drawn at random. Only these compare fairly with
    calls not sampled: calls chosen for the machine's doubt are worse by the choice, not by the
    service.

    >>> from pipeline.types import CallRecord
    >>> study = compare_groups([CallRecord(1, "ab", "a.wav", 60.0, 95.0, 95.0, False)])
    >>> study.comparisons[0].sentence
    '生人熟人：数据不足，不作比较（首次来电 0 通，再次来电 0 通；每组至少要有 10 位客户的 10 通来电）。'
    """
    slots = busy_slots(hourly_load(records) if load is None else load)
    return _study(
        records, SiteGroups(first_calls(records, history), slots, random_only), seed, among
    )


def compare_agents(
    records: Sequence[CallRecord],
    *,
    seed: int = 0,
    history: Mapping[str, str] | None = None,
    random_only: frozenset[int] | None = None,
) -> tuple[AgentSame, ...]:
    """A study of each agent of a site, by agent id, corrected for the number of agents.

    Load and first calls come from all records. Calls without an agent count there only.
    """
    site = SiteGroups(first_calls(records, history), busy_slots(hourly_load(records)), random_only)
    by_agent: defaultdict[str, list[CallRecord]] = defaultdict(list)
    for record in records:
        if record.agent_id:
            by_agent[record.agent_id].append(record)
    return tuple(
        AgentSame(
            agent, _latest_name(calls), _study(calls, site, _seed_of(seed, agent), len(by_agent))
        )
        for agent, calls in sorted(by_agent.items())
    )


def _latest_name(calls: Sequence[CallRecord]) -> str | None:
    named = [
        (call.started_at or "", call.result_id, call.agent_name)
        for call in calls
        if call.agent_name
    ]
    return max(named)[2] if named else None


def _seed_of(seed: int, agent: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{agent}".encode()).digest()[:8], "big")


def _study(records: Sequence[CallRecord], site: SiteGroups, seed: int, among: int) -> SameStudy:
    alpha = ALPHA / (len(QUESTIONS) * max(1, among))
    scored = sorted(
        (r for r in records if r.attitude is not None), key=lambda r: (r.sha256, r.result_id)
    )
    keys = [record.customer_id or f"\0{record.result_id}" for record in scored]
    rows = {key: row for row, key in enumerate(dict.fromkeys(keys))}
    customers = np.array([rows[key] for key in keys], dtype=np.int64)
    splits = [
        split_calls(question, scored, customers, site, len(records)) for question in QUESTIONS
    ]
    resampled = _resampled_differences(splits, len(rows), np.random.default_rng(seed))
    comparisons = tuple(_judge(split, resampled.get(split.question.id), alpha) for split in splits)
    return SameStudy(len(records), 1 - alpha, comparisons)


def _resampled_differences(
    splits: Sequence[Split], rows: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Comparison id → difference in each resample of customers, NaN for an empty group. Only
    comparisons with enough calls are in it."""
    enough = [split for split in splits if split.enough()]
    if not enough:
        return {}
    sums = resample(np.concatenate([split.columns(rows) for split in enough], axis=1), rng)
    n, total, n_second, total_second = (sums[:, column::4] for column in range(4))
    with np.errstate(divide="ignore", invalid="ignore"):
        differences = total_second / n_second - total / n
    return {split.question.id: differences[:, column] for column, split in enumerate(enough)}


def _judge(split: Split, resampled: Floats | None, alpha: float) -> Comparison:
    first, second = (float(group.mean()) if len(group) else None for group in split.scores)
    difference = None if first is None or second is None else second - first
    low = high = None
    claimed = False
    if resampled is not None and difference is not None:
        low, high = _interval(split, difference, resampled, ALPHA)
        strict = _interval(split, difference, resampled, alpha)
        claimed = abs(difference) >= LEAST_POINTS and (strict[0] > 0 or strict[1] < 0)
    return Comparison(
        split.question.id,
        split.question.name,
        split.question.groups,
        split.sizes(),
        split.customer_counts(),
        (first, second),
        difference,
        low,
        high,
        claimed,
        split.left_out,
        _say(split, (first, second), (low, high), claimed),
    )


def _interval(
    split: Split, difference: float, resampled: Floats, alpha: float
) -> tuple[float, float]:
    freedom = min(split.customer_counts()) - 1
    return interval(
        difference, resampled, alpha=alpha, freedom=freedom, least_error=pooled_error(split.scores)
    )


def _say(
    split: Split,
    means: tuple[float | None, float | None],
    ends: tuple[float | None, float | None],
    claimed: bool,
) -> str:
    """The finding as one Chinese sentence."""
    (first, second), (low, high), (one, other) = means, ends, split.question.groups
    if first is None or second is None or low is None or high is None:
        sizes = "，".join(
            f"{name} {n} 通" for name, n in zip((one, other), split.sizes(), strict=True)
        )
        need = f"每组至少要有 {LEAST_CALLS} 位客户的 {LEAST_CALLS} 通来电"
        return f"{split.question.name}：数据不足，不作比较（{sizes}；{need}）。"
    averages = (
        f"{split.question.name}：{other}服务态度平均 {second:.1f} 分，{one}平均 {first:.1f} 分，"
    )
    if claimed:
        way, near, far = ("高", low, high) if second > first else ("低", -high, -low)
        size = f"{abs(second - first):.1f}"
        return f"{averages}{other}{way} {size} 分，超出偶然波动（95% 区间：{way} {near:.1f} 到 {far:.1f} 分）。"
    if abs(second - first) < LEAST_POINTS:
        return f"{averages}相差不到 {LEAST_POINTS:g} 分，不算差别。"
    return f"{averages}差别没有超出偶然波动，不下结论（95% 区间：{low:+.1f} 到 {high:+.1f} 分）。"
