"""The usual values of a site from its earlier calls: the pace of the site and of each agent, and
their voices.

A call is never compared with itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SitePace:
    """5th and 95th percentile of the agents' rate over ``calls`` calls, characters a minute."""

    low: float
    high: float
    calls: int


@dataclass(frozen=True, slots=True)
class VoiceBaseline:
    """An agent's usual voice on recordings of one kind, over ``calls`` calls.

    For each measure of ``pipeline.tone.FEATURES``: the median of the calls' medians, and the usual
    standard deviation within a call.
    """

    calls: int
    location: Mapping[str, float]
    scale: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Baselines:
    """``voices`` by agent id and recording kind, ``paces`` (characters a minute) by agent id."""

    voices: Mapping[tuple[str, str], VoiceBaseline] = field(default_factory=dict)
    paces: Mapping[str, float] = field(default_factory=dict)
    site_pace: SitePace | None = None
