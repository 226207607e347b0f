"""Scoring sheets as the regulations write them: 考核项目 → 考核指标 → 考核要素, and which sheet
counts for a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.lexicon.knowledge import KNOWLEDGE_RULES

if TYPE_CHECKING:
    from pipeline.lexicon.rule import Per, Severity
    from pipeline.types import Dimension, Kind, Role, Seconds

FigurePer: TypeAlias = Literal["call", "unit"]

SIGNAL_RULES = (
    "silence", "silence.announced", "silence.dead_air", "silence.long", "interruption",
    "pace.fast", "pace.slow", "pace.check", "tone.raised", "tone.kept_calm",
    "process.slow_reply", "process.long_wait_no_notice", *KNOWLEDGE_RULES,
)  # fmt: skip
"""Rules of findings that are measured and not looked for in words; sheets may name them too."""

SIGNAL_NAMES = {
    "silence": "静默", "silence.announced": "已告知的等待", "silence.dead_air": "无故静默", "silence.long": "长时间静默",
    "interruption": "抢话", "pace.fast": "语速过快", "pace.slow": "语速过慢", "pace.check": "语速与声音不符",
    "tone.raised": "语气高于平时", "tone.kept_calm": "保持平和",
    "process.slow_reply": "回复不及时", "process.long_wait_no_notice": "让客户久等，没有告知",
    "process.wrong_fact": "业务知识答错", "process.left_out": "业务知识漏说", "process.no_answer": "业务问题没有答复",
    "process.agent_hung_up": "客服先挂机，没有听到道别",
    "process.transfer_unannounced": "转接前没有听到说明",
}  # fmt: skip
"""What the rules of measured findings are called, everywhere."""

FIGURES = {
    "agent_chars_per_min": "客服语速（字/分）",
    "agent_chars_per_min_low": "客服语速区间下限（字/分）",
    "agent_chars_per_min_high": "客服语速区间上限（字/分）",
    "customer_chars_per_min": "客户语速（字/分）",
    "pace_ratio": "客服与客户语速之比",
    "tone_calm": "客服语气平稳时间占比",
    "nin_rate": "“您”在称呼中的占比",
    "silence_s": "静默合计（秒）",
    "longest_silence_s": "最长静默（秒）",
    "announced_wait_s": "已告知的等待（秒）",
    "hold_s": "等待音乐、播报（秒）",
    "interruptions_by_agent": "客服抢话（次）",
    "talk_ratio_agent": "客服说话占比",
    "longest_monologue_s": "客服最长独白（秒）",
    "response_latency_s": "应答间隔中位数（秒）",
    "time_to_greeting_s": "接通到问候（秒）",
    "replies": "客户等待回复（次）",
    "first_reply_s": "首次回复用时（秒）",
    "reply_median_s": "回复用时中位数（秒）",
    "reply_worst_s": "最慢一次回复用时（秒）",
    "reply_late_share": "超时回复占比",
    "unannounced_wait_s": "最长未告知的等待（秒）",
    "duration_s": "时长（秒）",
    "rating": "客户满意度评分（1～5）",
    "resolved": "问题是否解决（1 是，0 否）",
    "praises": "被客户表扬（次）",
    "complaints": "被客户投诉（次）",
    "knowledge_answers": "已核对的业务问题（个）",
}
"""The figures that a sheet may name, and what they are called. See docs/scoring.md for where each
is from."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Whether a figure lies ``above`` or ``below`` a value; with neither, whether it is known."""

    figure: str
    above: float | None = None
    below: float | None = None

    def excess(self, value: float | None) -> float:
        """How far the value is beyond the limit, 0 where it is not, or is unknown.

        >>> Limit("rating", below=5).excess(3), Limit("rating", below=5).excess(None)
        (2, 0.0)
        """
        if value is None:
            return 0.0
        if self.above is not None:
            return max(0.0, value - self.above)
        return max(0.0, self.below - value) if self.below is not None else 0.0

    def holds(self, value: float | None) -> bool:
        if self.above is None and self.below is None:
            return value is not None
        return self.excess(value) > 0


@dataclass(frozen=True, slots=True)
class FindingDeduction:
    """Points for findings of ``kind`` that fit; ``rule`` may end with ``*``.

    ``points`` ``None``: as the rule of the finding says, with its ``per`` and ``fatal``. ``per``:
    for each hit, or once a call. ``least_s``: only findings at least so long."""

    kind: Kind
    points: float | None
    per: Per
    source: str
    rule: str = "*"
    role: Role | None = None
    severity: Severity | None = None
    least_s: Seconds = 0.0


@dataclass(frozen=True, slots=True)
class FigureDeduction:
    """Points where a figure is beyond a limit: once, or for each ``unit`` beyond it."""

    limit: Limit
    points: float
    per: FigurePer
    source: str


Charge: TypeAlias = FindingDeduction | FigureDeduction


@dataclass(frozen=True, slots=True)
class Item:
    """A 考核要素. ``charges`` take points from ``full`` down to ``floor``; of ``most`` at most. It
    applies where all of ``needs`` hold; else it is 不适用 and leaves the denominator.

    All points are those of the sheet's total: a project's weight is already in them.
    """

    id: str
    name: str
    full: float
    source: str
    charges: tuple[Charge, ...]
    dimension: Dimension | None = None
    floor: float = 0.0
    most: float | None = None
    needs: tuple[Limit, ...] = ()
    project: str = ""
    indicator: str = ""

    @property
    def most_taken(self) -> float:
        """What all charges together may take."""
        return (
            self.full - self.floor if self.most is None else min(self.full - self.floor, self.most)
        )


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A 加分项 (``sign`` 1) or 扣分项 (-1) beside the 100 points: the charges, ``most`` points at
    most."""

    id: str
    name: str
    source: str
    charges: tuple[Charge, ...]
    most: float
    sign: Literal[1, -1]


@dataclass(frozen=True, slots=True)
class GradeBand:
    """A band of totals from ``least`` up."""

    name: str
    least: float


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A scoring sheet. ``attitude``: the dimensions of 服务态度. ``elements`` make the total,
    ``beside`` are shown beside it. ``vetoes`` make a call fatal, which lowers the total to
    ``veto_total`` where there is one. ``queues``: patterns of the queues it is for; in force from
    ``starts`` to ``ends``, both included. ``text``: the sheet as it is written, with the site's own
    points."""

    id: str
    name: str
    elements: tuple[Item, ...]
    attitude: tuple[Dimension, ...]
    beside: tuple[Item, ...] = ()
    extras: tuple[Adjustment, ...] = ()
    vetoes: tuple[FindingDeduction, ...] = ()
    veto_total: float | None = None
    grades: tuple[GradeBand, ...] = ()
    queues: tuple[str, ...] = ("*",)
    starts: date | None = None
    ends: date | None = None
    version: str = ""
    at: str = ""
    text: str = field(default="", repr=False, compare=False)

    @property
    def mark(self) -> str:
        """Name and version, as results record them."""
        return f"{self.id}-{self.version}"

    def is_in_force(self, day: date | None) -> bool:
        if day is None:
            return self.ends is None
        return (self.starts is None or self.starts <= day) and (
            self.ends is None or day <= self.ends
        )

    def grade(self, total: float | None) -> str | None:
        """The name of the band that a total lies in, ``None`` without bands or below the last."""
        if total is None:
            return None
        return next((grade.name for grade in self.grades if total >= grade.least), None)


@dataclass(frozen=True, slots=True)
class ScorecardBook:
    """All sheets of a site; there is always one for every queue and day. ``usual``: id of the sheet
    for calls that only ``*`` fits, where the settings name one."""

    sheets: tuple[Scorecard, ...]
    usual: str = ""

    def choose(self, queue: str | None, day: date | None) -> Scorecard:
        """The sheet for a call: in force on its day and for its queue, the pattern that says most
        first, of these the one that came into force last. An unknown day counts as today, an
        unknown queue fits ``*`` only.

        Where none is in force, the one of the earliest date: a call older than all sheets is scored
        too."""
        fitting = [
            (pattern, sheet)
            for sheet in self.sheets
            if (pattern := _pattern(sheet, queue)) is not None
        ]
        if self.usual and all(pattern == "*" for pattern, _ in fitting):
            fitting = [("*", sheet) for sheet in self.sheets if sheet.id == self.usual]
        current = [pair for pair in fitting if pair[1].is_in_force(day)]
        if current:
            return max(
                current, key=lambda pair: (len(pair[0].rstrip("*")), pair[1].starts or date.min)
            )[1]
        return min(
            fitting or [("*", sheet) for sheet in self.sheets],
            key=lambda pair: pair[1].starts or date.min,
        )[1]


def _pattern(sheet: Scorecard, queue: str | None) -> str | None:
    """The longest of the sheet's patterns that fits the queue."""
    fitting = [
        pattern
        for pattern in sheet.queues
        if pattern == "*" or (queue and fnmatchcase(queue, pattern))
    ]
    return max(fitting, key=len, default=None)
