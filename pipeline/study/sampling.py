"""抽查: draw calls of each agent for people to listen to, and estimate figures of all calls from
the random ones (D 四2)."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.types import CallRecord, Seconds

UNKNOWN_AGENT = "未知"
"""Calls without an agent are drawn as if one agent had answered them."""

BANDS = (60.0, 80.0, 95.0)
"""Borders of the score bands, points of the total. Our choice: the borders of 不合格, 合格, 良好,
优秀 in call centres."""

HOURS = ((6, 12, "上午"), (12, 18, "下午"), (18, 23, "晚上"))
"""From, until, name. All other hours are 夜间. Our choice."""


Why = Literal["random", "doubtful", "stratified"]

Stratum = tuple[str, str, str]
"""Queue, part of the day, score band, as Chinese texts."""


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """The number and the kinds of calls of each agent.

    Shares are 0..1 of ``per_agent``; the rest is stratified. A random share above 0 is rounded up,
    so that every agent has a random call. The doubtful share is rounded to the nearest.
    ``least_s``: shorter calls are not drawn. ``exclude_reviewed``: calls that were reviewed or
    sampled before are not drawn either.
    """

    per_agent: int = 5
    random_share: float = 0.4
    doubtful_share: float = 0.3
    least_s: Seconds = 20.0
    exclude_reviewed: bool = True

    def __post_init__(self) -> None:
        if self.per_agent < 1:
            raise SettingsError(f"per_agent is {self.per_agent}; expected a whole number from 1 on")
        for name, share in (
            ("random_share", self.random_share),
            ("doubtful_share", self.doubtful_share),
        ):
            if not 0 <= share <= 1:
                raise SettingsError(f"{name} is {share:g}; expected a share from 0 to 1")
        if self.random_share + self.doubtful_share > 1 + 1e-9:
            together = self.random_share + self.doubtful_share
            raise SettingsError(
                f"random_share and doubtful_share sum to {together:g}; expected 1 at most; lower one"
            )
        if not self.least_s >= 0:
            raise SettingsError(f"least_s is {self.least_s:g}; expected seconds from 0 on")

    @property
    def random_calls(self) -> int:
        """Random calls of each agent.

        >>> SamplingPlan(5, random_share=0.5).random_calls
        3
        """
        return math.ceil(round(self.per_agent * self.random_share, 9))

    @property
    def doubtful_calls(self) -> int:
        """Most calls of each agent that are drawn for the machine's doubt."""
        nearest = math.floor(round(self.per_agent * self.doubtful_share, 9) + 0.5)
        return min(nearest, self.per_agent - self.random_calls)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A call to listen to.

    ``reason``: ``why`` in Chinese, with the stratum. ``probability``: that a random draw of this
    agent's eligible calls contains this one, 0..1. It is ``None`` for the others: their probability
    is unknown, so nothing can be estimated from them.
    """

    result_id: int
    record: CallRecord
    why: Why
    reason: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """The calls that a plan and a seed draw, by agent, and for each agent random, doubtful,
    stratified. ``eligible``: agent → number of calls."""

    plan: SamplingPlan
    seed: int
    drawn: tuple[Drawn, ...]
    eligible: Mapping[str, int]

    @property
    def random(self) -> tuple[Drawn, ...]:
        """The random calls, for :func:`estimate_rate` and for ``random_only`` of 四个一样."""
        return tuple(one for one in self.drawn if one.why == "random")


def draw(records: Sequence[CallRecord], plan: SamplingPlan, *, seed: int) -> Draw:
    """Draw the calls to listen to. The same seed and the same set of records give the same calls,
    on any machine.

    For each agent: first the random calls, from all eligible ones; then, of the others, those with
    the machine's greatest doubt; then the rest over the strata. An agent with fewer eligible calls
    gives all of them.

    >>> from pipeline.types import CallRecord
    >>> calls = [CallRecord(i, f"{i:02x}", "a.wav", 60.0, 95.0, 95.0, False, agent_id="8012") for i in range(9)]
    >>> [(one.why, one.reason) for one in draw(calls, SamplingPlan(2, 0.5, 0.0), seed=1).drawn]
    [('random', '随机抽取'), ('stratified', '分层抽取：无队列、时间未知、95 分及以上')]
    """
    by_agent: defaultdict[str, list[CallRecord]] = defaultdict(list)
    for record in records:
        if _eligible(record, plan):
            by_agent[record.agent_id or UNKNOWN_AGENT].append(record)
    agents = sorted(by_agent)
    drawn = (
        one for agent in agents for one in _draw_agent(_shuffle(by_agent[agent], seed, agent), plan)
    )
    return Draw(plan, seed, tuple(drawn), {agent: len(by_agent[agent]) for agent in agents})


def _eligible(record: CallRecord, plan: SamplingPlan) -> bool:
    seen = record.reviewed or record.sampled
    if record.no_talk:
        return False
    return record.duration_s >= plan.least_s and not (plan.exclude_reviewed and seen)


def _shuffle(calls: Sequence[CallRecord], seed: int, agent: str) -> list[CallRecord]:
    """The calls in the order of the SHA-256 of seed, agent and recording: random, and the same on
    any machine.

    The hash of the recording is used and not the row's number, so a database that is scored again
    draws the same calls.
    """

    def key(record: CallRecord) -> tuple[bytes, str, int]:
        text = f"{seed}\0{agent}\0{record.sha256}"
        return hashlib.sha256(text.encode()).digest(), record.path, record.result_id

    return sorted(calls, key=key)


def _draw_agent(calls: Sequence[CallRecord], plan: SamplingPlan) -> list[Drawn]:
    """The drawn calls of one agent. ``calls`` are in random order."""
    at_random, others = calls[: plan.random_calls], calls[plan.random_calls :]
    chance = len(at_random) / len(calls)
    unsure = sorted((call for call in others if call.doubtful > 0), key=_surety)[
        : plan.doubtful_calls
    ]
    chosen = {id(call) for call in unsure}
    others = [call for call in others if id(call) not in chosen]
    places = plan.per_agent - len(at_random) - len(unsure)
    covered = frozenset(_stratum(call) for call in (*at_random, *unsure))
    return [
        *(Drawn(call.result_id, call, "random", "随机抽取", chance) for call in at_random),
        *(Drawn(call.result_id, call, "doubtful", _say_doubt(call)) for call in unsure),
        *(
            Drawn(call.result_id, call, "stratified", f"分层抽取：{'、'.join(_stratum(call))}")
            for call in _spread(others, places, covered)
        ),
    ]


def _surety(call: CallRecord) -> tuple[int, bool, float]:
    """Sort key, the least sure first: most doubtful findings, then fatal calls, then the smallest
    margin to a border of the bands."""
    return -call.doubtful, not call.fatal, _margin(call)


def _margin(call: CallRecord) -> float:
    """Points to the nearest border of the score bands; infinite without a score."""
    return math.inf if call.total is None else min(abs(call.total - border) for border in BANDS)


def _say_doubt(call: CallRecord) -> str:
    fatal = "，且有一票否决项" if call.fatal else ""
    return f"机器拿不准：{call.doubtful} 处待人工判断{fatal}（{'、'.join(_stratum(call))}）"


def _stratum(call: CallRecord) -> Stratum:
    return call.queue or "无队列", _part_of_day(call.started_at), _band(call.total)


def _part_of_day(started_at: str | None) -> str:
    """The part of the day in Chinese; 时间未知 without a time of day.

    >>> _part_of_day("2026-11-02T09:30:00"), _part_of_day("2026-11-02"), _part_of_day(None)
    ('上午', '时间未知', '时间未知')
    """
    text = started_at or ""
    try:
        hour = datetime.fromisoformat(text).hour
    except ValueError:
        return "时间未知"
    if len(text) <= len("2026-11-02"):  # a date alone has no time of day
        return "时间未知"
    return next((name for start, end, name in HOURS if start <= hour < end), "夜间")


def _band(total: float | None) -> str:
    """The score band of a total in Chinese.

    >>> [_band(total) for total in (None, 59.9, 60.0, 95.0)]
    ['未评分', '60 分以下', '60–80 分', '95 分及以上']
    """
    if total is None:
        return "未评分"
    names = ("60 分以下", "60–80 分", "80–95 分", "95 分及以上")
    return names[sum(total >= border for border in BANDS)]


def _spread(
    calls: Sequence[CallRecord], places: int, covered: frozenset[Stratum]
) -> list[CallRecord]:
    """Choose ``places`` of the calls (in random order) over their strata by :func:`allocate`."""
    strata: defaultdict[Stratum, list[CallRecord]] = defaultdict(list)
    for call in calls:
        strata[_stratum(call)].append(call)
    shares = allocate({stratum: len(of) for stratum, of in strata.items()}, places, covered)
    return [call for stratum, share in shares.items() for call in strata[stratum][:share]]


def allocate(
    sizes: Mapping[Stratum, int], places: int, covered: frozenset[Stratum] = frozenset()
) -> dict[Stratum, int]:
    """Allocate places to strata: one for each in turn, then the rest by remaining calls (largest
    remainder).

    The turn: strata without a drawn call first, then larger ones, then by name. A stratum never
    gets more places than it has calls.

    >>> allocate({("a", "", ""): 8, ("b", "", ""): 3, ("c", "", ""): 1}, 6)
    {('a', '', ''): 3, ('b', '', ''): 2, ('c', '', ''): 1}
    """
    turn = sorted(sizes, key=lambda stratum: (stratum in covered, -sizes[stratum], stratum))
    places = min(places, sum(sizes.values()))
    if places <= len(turn):
        return dict.fromkeys(turn[:places], 1)
    more, left = places - len(turn), sum(sizes.values()) - len(turn)
    floors = {stratum: more * (sizes[stratum] - 1) // left for stratum in turn}
    by_remainder = sorted(turn, key=lambda stratum: -(more * (sizes[stratum] - 1) % left))
    rounded_up = frozenset(by_remainder[: more - sum(floors.values())])
    return {stratum: 1 + floors[stratum] + (stratum in rounded_up) for stratum in turn}
