"""How much of what a side says sounds like an agent, or like a customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.types import Utterance


@dataclass(frozen=True, slots=True)
class Cues:
    """Phrases with their weight of evidence (natural log odds), without punctuation."""

    agent: Mapping[str, float] = field(default_factory=dict)
    customer: Mapping[str, float] = field(default_factory=dict)


REPEATED = 0.5
"""A cue that one side uses again counts half as much each time (our choice: habits repeat)."""


def agent_evidence(utterances: Iterable[Utterance], cues: Cues) -> float:
    """Log odds that this side is the agent, from its words alone; 0 says nothing, below 0 the
    customer."""
    text = "\n".join("".join(c for c in utterance.text if c.isalnum()) for utterance in utterances)
    return _weigh(text, cues.agent) - _weigh(text, cues.customer)


def _weigh(text: str, cues: Mapping[str, float]) -> float:
    """Sum of weights; a longer cue hides the shorter ones inside it, so that nothing counts
    twice."""
    total = 0.0
    for phrase in sorted(cues, key=len, reverse=True):
        count = text.count(phrase)
        if count:
            text = text.replace(phrase, "\n")
            total += cues[phrase] * (1 - REPEATED**count) / (1 - REPEATED)
    return total
