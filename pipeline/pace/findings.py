"""Findings for review where the pace is unusual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.pace.rate import FASTEST_S
from pipeline.types import Finding, Pace, Seconds, SitePace, Span

if TYPE_CHECKING:
    from pipeline.settings import LimitSettings

SITE_LEAST_CALLS = 200
"""From this number of calls the site's own percentiles are the limits, unless the settings fix
them. Our choice: the 5th percentile then rests on ten calls."""


def find_pace(
    pace: Pace, limits: LimitSettings, *, within: Span, site: SitePace | None = None
) -> tuple[Finding, ...]:
    """Find where the agent's pace lies outside the limits (the whole call, ``within``, or its fastest
    stretch), and where text and signal disagree.

    All findings are for review, none is ever confirmed: each site decides which pace is right.
    Bursts are figures and not findings, since a fast stretch alone is nobody's fault.
    """
    agent = pace.agent
    if agent.chars_per_min is None:
        return ()
    found: list[Finding] = []
    low, high, whence = _limits(limits, site)
    if agent.chars_per_min > high:
        start_s = agent.fastest_start_s or within.start_s
        end_s = min(within.end_s, start_s + FASTEST_S) if agent.fastest_start_s else within.end_s
        found.append(_finding("pace.fast", "语速过快", start_s, end_s, agent.chars_per_min, whence))
    elif agent.chars_per_min < low:
        found.append(
            _finding(
                "pace.slow", "语速过慢", within.start_s, within.end_s, agent.chars_per_min, whence
            )
        )
    if agent.check in _MISFITS:
        signal = f"声音里约有 {agent.syllables_per_min:.0f} 音节/分，与文字不符，语速不可靠"
        found.append(
            _finding(
                "pace.check",
                _MISFITS[agent.check],
                within.start_s,
                within.end_s,
                agent.chars_per_min,
                signal,
            )
        )
    return tuple(found)


_MISFITS = {"text_lost": "文字可能有遗漏", "text_invented": "文字可能有多余"}


def _limits(limits: LimitSettings, site: SitePace | None) -> tuple[float, float, str]:
    if limits.pace_from_site and site is not None and site.calls >= SITE_LEAST_CALLS:
        return (
            site.low,
            site.high,
            f"本单位 {site.calls} 通电话的 5%～95% 为 {site.low:.0f}～{site.high:.0f} 字/分",
        )
    low, high = limits.slow_chars_per_min, limits.fast_chars_per_min
    return low, high, f"设定范围 {low:.0f}～{high:.0f} 字/分"


def _finding(
    rule: str, phrase: str, start_s: Seconds, end_s: Seconds, rate: float, evidence: str
) -> Finding:
    return Finding(
        rule=rule,
        kind="pace",
        phrase=phrase,
        role="agent",
        start_s=start_s,
        end_s=end_s,
        quote=f"{rate:.0f} 字/分",
        match="signal",
        confidence=0.5,
        verdict="review",
        evidence=evidence,
    )
