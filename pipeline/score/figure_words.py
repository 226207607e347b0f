"""Sentences about figures that agents read: what cost points, and why something was not judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.lexicon import FIGURES, Limit

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARES = frozenset({"tone_calm", "nin_rate", "talk_ratio_agent", "reply_late_share"})
"""Figures from 0 to 1, read as per cent."""

SOLVED = ("本通未解决客户问题", "本通解决了客户问题")
UNITS = {"rating": "分"}
NAMES = {
    "agent_chars_per_min_low": "客服语速至少",
    "agent_chars_per_min_high": "客服语速至多",
    "customer_chars_per_min": "客户语速",
    "talk_ratio_agent": "客服说话占全部说话时间的",
    "tone_calm": "客服语气平稳的时间占",
    "nin_rate": "称呼客户时用“您”的占",
    "reply_late_share": "超时的回复占",
}
UNKNOWN = {
    "resolved": "不知道客户的问题是否解决",
    "rating": "没有客户的满意度评分",
    "tone_calm": "本通无法判断客服语气",
    "silence_s": "本通无法测量静默",
    "interruptions_by_agent": "本通无法判断是否抢话",
    "reply_late_share": "没有可以核对的回复用时",
    "knowledge_answers": "没有可以核对的业务问题",
    **dict.fromkeys(
        ("agent_chars_per_min", "agent_chars_per_min_low", "agent_chars_per_min_high"),
        "本通无法测量客服语速",
    ),
}


def explain_figure(limit: Limit, value: float, source: str) -> str:
    """
    >>> explain_figure(Limit("longest_silence_s", above=10), 12.34, "E 三(一)1")
    '最长静默 12.3 秒，超过 10 秒（依据：E 三(一)1）'
    >>> explain_figure(Limit("resolved", below=1), 0, "E 四(一)3")
    '本通未解决客户问题（依据：E 四(一)3）'
    >>> explain_figure(Limit("complaints", above=0), 2, "D 六")
    '被客户投诉 2 次（依据：D 六）'
    """
    return f"{_beyond(limit, value)}（依据：{source}）"


def _beyond(limit: Limit, value: float) -> str:
    bound = limit.above if limit.above is not None else limit.below
    if limit.figure == "resolved" or bound is None or (limit.above == 0 and value):
        return _state(limit.figure, value)
    words = "超过" if limit.above is not None else "不到"
    digits = 1
    while _amount(limit.figure, value, digits) == _amount(limit.figure, bound) and digits < 4:
        digits += 1  # 10.04 is beyond 10
    return f"{_state(limit.figure, value, digits)}，{words} {_amount(limit.figure, bound)}"


def explain_need(need: Limit, value: float | None) -> str:
    """Why an element does not apply.

    >>> explain_need(Limit("rating"), None), explain_need(Limit("replies", above=2), 1)
    ('不适用：没有客户的满意度评分', '不适用：客户等待回复 1 次')
    """
    return f"不适用：{_unknown(need.figure) if value is None else _state(need.figure, value)}"


def explain_unmeasured(figures: Iterable[str]) -> str:
    """Why an element that rests on these figures does not apply: none of them is known."""
    return f"不适用：{'，'.join(dict.fromkeys(_unknown(figure) for figure in figures))}"


def _unknown(figure: str) -> str:
    return UNKNOWN.get(figure, f"本通无法测量{_name(figure)}")


def _state(figure: str, value: float, digits: int = 1) -> str:
    if figure == "resolved":
        return SOLVED[value > 0]
    return f"{NAMES.get(figure, _name(figure))} {_amount(figure, value, digits)}"


def _name(figure: str) -> str:
    return FIGURES[figure].partition("（")[0]


def _amount(figure: str, value: float, digits: int = 1) -> str:
    """The value with its unit.

    >>> _amount("tone_calm", 0.7), _amount("reply_worst_s", 95.04), _amount("pace_ratio", 1.5)
    ('70%', '95 秒', '1.5')
    """
    if figure in SHARES:
        return f"{round(value * 100, digits):g}%"
    unit = UNITS.get(figure, FIGURES[figure].partition("（")[2].removesuffix("）"))
    return f"{round(value, digits):g} {unit}".strip()
