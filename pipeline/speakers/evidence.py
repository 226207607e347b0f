"""Measure how much the words of a side resemble an agent's or a customer's."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import ahocorasick_rs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from pipeline.types import Utterance


class SentenceModel(Protocol):
    """Reads who would say a sentence."""

    def scores(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Float32 (sentences,): the higher, the likelier an agent says it."""
        ...


@dataclass(frozen=True)
class Cues:
    """Phrases without punctuation, with their weight of evidence (natural log odds), and a model of
    whole sentences, ``None`` without one."""

    agent: Mapping[str, float] = field(default_factory=dict)
    customer: Mapping[str, float] = field(default_factory=dict)
    sentences: SentenceModel | None = None

    @cached_property
    def for_agent(self) -> CueFinder:
        """Made once: thousands of cues are looked for in each part of a call."""
        return CueFinder(self.agent)

    @cached_property
    def for_customer(self) -> CueFinder:
        """The same for the other side."""
        return CueFinder(self.customer)


REPEATED = 0.5
"""Each time one side repeats a cue, the cue counts half as much (our choice: habits repeat)."""


class CueFinder:
    """Weighs the cues of one side in a text. The time hardly grows with their number."""

    def __init__(self, cues: Mapping[str, float]) -> None:
        self._cues = [(cue, cues[cue]) for cue in sorted(cues, key=len, reverse=True) if cue]
        self._automaton = ahocorasick_rs.AhoCorasick([cue for cue, _ in self._cues])

    def weigh(self, text: str) -> float:
        """The sum of the weights. A longer cue hides shorter ones inside it, so nothing counts
        twice."""
        total = 0.0
        for number in sorted(
            {
                number
                for number, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)
            }
        ):
            cue, weight = self._cues[number]
            count = text.count(cue)
            if count:
                text = text.replace(cue, "\n")
                total += weight * (1 - REPEATED**count) / (1 - REPEATED)
        return total


def agent_evidence(utterances: Iterable[Utterance], cues: Cues) -> float:
    """Log odds that this side is the agent, from its words alone. 0 is no evidence, below 0 speaks
    for the customer."""
    text = "\n".join("".join(c for c in utterance.text if c.isalnum()) for utterance in utterances)
    return cues.for_agent.weigh(text) - cues.for_customer.weigh(text)


SENTENCES_WEIGHT = 0.7
"""Log odds of a unit by which one side's mean score is above the other's. Of 92 conversations (16 of
development, 16 tuning calls, 12 mono calls, 48 written dialogues) the agent's is above in 90, by 6
on average and 3 among rude agents; the likeliest weight is 1 there, so this one is careful."""


def sentence_evidence(
    ones: Iterable[Utterance], others: Iterable[Utterance], model: SentenceModel
) -> float:
    """Log odds that ``ones`` are the agent's and ``others`` the customer's, and not the reverse, by
    what their sentences are like. A side of few sentences tells less; without any it is 0."""
    sides = [tuple(side) for side in (ones, others)]
    if not all(sides):
        return 0.0
    mean, other = (mean_score(side, model) * len(side) / (len(side) + 1) for side in sides)
    return SENTENCES_WEIGHT * (mean - other)


def mean_score(utterances: Sequence[Utterance], model: SentenceModel) -> float:
    """Of at least one utterance."""
    return float(model.scores([utterance.text for utterance in utterances]).mean())
