"""The figures of a call that a sheet may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pipeline.types import CustomerOutcome, Dynamics, FormOfAddress, Pace, Seconds, Tone

Figures: TypeAlias = Mapping[str, float | None]
"""Figures by their names in ``pipeline.lexicon.scorecard.FIGURES``; ``None`` or left out is
unknown."""


def figures_of(
    pace: Pace,
    dynamics: Dynamics,
    tone: Tone,
    address: FormOfAddress,
    outcome: CustomerOutcome,
    *,
    duration_s: Seconds,
    knowledge: float | None = None,
) -> dict[str, float | None]:
    """All figures of one call. The pace of a transcript that does not fit the signal is unknown: it
    would judge what the recogniser lost or invented. ``knowledge``: number of the questions whose
    answers were compared with the site's facts."""
    agent = pace.agent
    trusted = agent.check not in ("text_lost", "text_invented")
    return {
        "agent_chars_per_min": agent.chars_per_min if trusted else None,
        "agent_chars_per_min_low": agent.low_chars_per_min if trusted else None,
        "agent_chars_per_min_high": agent.high_chars_per_min if trusted else None,
        "customer_chars_per_min": pace.customer.chars_per_min,
        "pace_ratio": pace.ratio_to_customer if trusted else None,
        "tone_calm": tone.agent.calm,
        "nin_rate": address.nin_rate,
        "silence_s": dynamics.silence_s,
        "longest_silence_s": dynamics.longest_silence_s,
        "announced_wait_s": dynamics.announced_wait_s,
        "hold_s": dynamics.hold_s,
        "interruptions_by_agent": dynamics.interruptions_by_agent,
        "talk_ratio_agent": dynamics.talk_ratio_agent,
        "longest_monologue_s": dynamics.longest_monologue_agent_s,
        "response_latency_s": dynamics.response_latency_median_s,
        "time_to_greeting_s": dynamics.time_to_greeting_s,
        "replies": dynamics.replies,
        "first_reply_s": dynamics.first_reply_s,
        "reply_median_s": dynamics.reply_median_s,
        "reply_worst_s": dynamics.reply_worst_s,
        "reply_late_share": dynamics.reply_late_share,
        "unannounced_wait_s": dynamics.unannounced_wait_s,
        "duration_s": duration_s or None,
        "rating": outcome.rating,
        "resolved": None if outcome.resolved is None else float(outcome.resolved),
        "praises": outcome.praises,
        "complaints": outcome.complaints,
        "knowledge_answers": knowledge,
    }
