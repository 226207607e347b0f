"""What pages call rules, scorecards, topics and events by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.lexicon import MonthRules
    from pipeline.types import Seconds

ANSWER_S = 15.0
"""Seconds within which a call is answered in time (our choice; ``[limits] answer_s``)."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of rules by id, of scorecards by version mark, and of topics by id. ``months``: the
    monthly sheets and kinds of events; ``base_url``: where the review pages are, empty for no
    links; ``answer_s``: the limit of 及时接听."""

    rules: Mapping[str, str] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    months: MonthRules | None = None
    base_url: str = ""
    answer_s: Seconds = ANSWER_S


def event_names(months: MonthRules | None) -> dict[str, str]:
    """What kinds of events are called, by id."""
    return {kind.id: kind.name for kind in months.kinds.kinds} if months else {}
