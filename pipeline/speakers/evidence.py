"""Measure how much the words of a side resemble an agent's or a customer's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.types import Utterance


@dataclass(frozen=True, slots=True)
class Cues:
    """Phrases without punctuation, with their weight of evidence (natural log odds)."""

    agent: Mapping[str, float] = field(default_factory=dict)
    customer: Mapping[str, float] = field(default_factory=dict)


REPEATED = 0.5
"""Each time one side repeats a cue, the cue counts half as much (our choice: habits repeat)."""


def agent_evidence(utterances: Iterable[Utterance], cues: Cues) -> float:
    """Log odds that this side is the agent, from its words alone. 0 is no evidence, below 0 speaks
    for the customer."""
    text = "\n".join("".join(c for c in utterance.text if c.isalnum()) for utterance in utterances)
    return _weigh(text, cues.agent) - _weigh(text, cues.customer)


def _weigh(text: str, cues: Mapping[str, float]) -> float:
    """The sum of the weights. A longer cue hides shorter ones inside it, so nothing counts
    twice."""
    total = 0.0
    for phrase in sorted(cues, key=len, reverse=True):
        count = text.count(phrase)
        if count:
            text = text.replace(phrase, "\n")
            total += cues[phrase] * (1 - REPEATED**count) / (1 - REPEATED)
    return total
