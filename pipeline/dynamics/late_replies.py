"""The figures of the customer's waits, and findings for those that were too long."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any

from pipeline.types import Dynamics, Finding, Quote, Seconds, Unmeasured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.dynamics.replies import Wait

MINUTE_S: Seconds = 60.0
"""Times that are rounded to so much give no figures in seconds, only what is late in any case."""

REPLY_FIGURES = (
    "replies", "first_reply_s", "reply_median_s", "reply_worst_s", "reply_late_share",
    "unannounced_wait_s", "announced_wait_s",
)  # fmt: skip


def find_late_replies(waits: Sequence[Wait], *, typed: bool) -> tuple[Finding, ...]:
    """A finding at the answer that ends each wait over its limit: ``process.slow_reply`` in a chat
    where the customer waited for it and nothing was said about a wait, else
    ``process.long_wait_no_notice``. For review where a wait has a ``doubt``."""
    return tuple(_finding(wait, typed=typed) for wait in waits if wait.is_late)


def _finding(wait: Wait, *, typed: bool) -> Finding:
    slow, answer = typed and wait.asked and not wait.notice, wait.answer
    return Finding(
        rule="process.slow_reply" if slow else "process.long_wait_no_notice",
        kind="process",
        phrase="回复不及时" if slow else "让客户久等，没有告知",
        role="agent",
        start_s=answer.start_s,
        end_s=answer.end_s,
        quote=answer.text,
        match="signal",
        confidence=0.5 if wait.doubt else 0.95,
        verdict="review" if wait.doubt else "confirmed",
        evidence=_evidence(wait, slow=slow),
        quotes=(Quote(answer.role, answer.start_s, answer.end_s, answer.text),),
    )


def _evidence(wait: Wait, *, slow: bool) -> str:
    length = say_length(wait.duration_s)
    if wait.slack_s >= MINUTE_S:
        length = f"约 {length}"
    text = f"客户等了 {length}才得到回复" if slow else f"客服 {length}没有说话"
    parts = [f"{text}（上限 {say_length(wait.limit_s)}）"]
    if wait.notice:
        parts.append(f"之前说过：“{wait.notice}”")
    if wait.slack_s >= MINUTE_S:
        parts.append("时间只记到分钟")
    if wait.doubt:
        parts.append(wait.doubt)
    return "；".join(parts)


def say_length(seconds: Seconds) -> str:
    """A length of time in Chinese.

    >>> say_length(252.4), say_length(45.0), say_length(60.0), say_length(7260.0)
    ('4 分 12 秒', '45 秒', '1 分钟', '2 小时 1 分')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"
    if not minutes:
        return f"{rest} 秒"
    return f"{minutes} 分 {rest} 秒" if rest else f"{minutes} 分钟"


def measure_replies(
    dynamics: Dynamics, waits: Sequence[Wait], *, typed: bool, step_s: Seconds
) -> Dynamics:
    """``dynamics`` with the figures of the waits; those with a ``doubt`` are in none of them. In a
    transcript, silence tells how long was waited without an answer being due."""
    sure = [wait for wait in waits if not wait.doubt]
    replies = [wait for wait in sure if wait.asked]
    figures: dict[str, tuple[Any, str]] = {
        "replies": (len(replies), ""),
        "first_reply_s": _first(replies),
        **_lengths([wait.duration_s for wait in replies if not wait.notice], bool(replies)),
        "reply_late_share": _share(replies),
    }
    if typed:
        told = [wait.duration_s for wait in sure if wait.notice]
        alone = [wait.duration_s for wait in sure if not wait.notice]
        figures["announced_wait_s"] = (sum(told, 0.0), "")
        figures["unannounced_wait_s"] = (max(alone, default=0.0), "")
    if step_s >= MINUTE_S:
        figures = {
            name: (None, "时间只记到分钟") if name.endswith("_s") else figure
            for name, figure in figures.items()
        }
    return with_figures(dynamics, figures)


def _first(replies: Sequence[Wait]) -> tuple[Seconds | None, str]:
    first = next((wait.duration_s for wait in replies if wait.first), None)
    return first, "" if first is not None else "不是客户先说话"


def _lengths(seconds: Sequence[Seconds], answered: bool) -> dict[str, tuple[Seconds | None, str]]:
    if not seconds:
        reason = "等待都事先告知了" if answered else "客户没有等待回复"
        return dict.fromkeys(("reply_median_s", "reply_worst_s"), (None, reason))
    return {"reply_median_s": (median(seconds), ""), "reply_worst_s": (max(seconds), "")}


def _share(replies: Sequence[Wait]) -> tuple[float | None, str]:
    if not replies:
        return None, "客户没有等待回复"
    return sum(wait.is_late for wait in replies) / len(replies), ""


def with_figures(dynamics: Dynamics, figures: Mapping[str, tuple[Any, str]]) -> Dynamics:
    """``dynamics`` with these figures, each with the reason for a ``None``."""
    others = [one for one in dynamics.unmeasured if one.figure not in figures]
    missing = [
        Unmeasured(name, reason) for name, (value, reason) in figures.items() if value is None
    ]
    values = {name: value for name, (value, _) in figures.items()}
    return replace(dynamics, **values, unmeasured=(*others, *missing))
