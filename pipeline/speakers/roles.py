"""Give each stretch of the call its role, with how sure that is and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.settings import AgentChannel
from pipeline.speakers.evidence import Cues, agent_evidence
from pipeline.speakers.voices import split_voices
from pipeline.types import Role, Track, Utterance

LEFT_PRIOR = 1.0
"""Log odds that the left (first) channel is the agent: most recorders do so (our choice)."""

FIRST_PRIOR = 0.7
"""Log odds that the voice which speaks first in a mix is the agent, who answers the call (our choice)."""

SURE = 0.85
"""Probability from which a role is certain enough for points; under it findings are for review."""

NAMED = 0.65
"""Probability from which a role is named at all."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Utterances with their roles. ``confidence`` 0.5..1 is the probability that agent and customer are
    not exchanged; ``note`` says in Chinese why it is low, empty when it is not."""

    utterances: tuple[Utterance, ...]
    confidence: float
    note: str = ""

    @property
    def is_sure(self) -> bool:
        return self.confidence >= SURE


def find_roles(
    tracks: Sequence[Track], utterances: Sequence[Utterance], *, cues: Cues, agent_channel: AgentChannel
) -> Roles:
    """Roles of a call's utterances: by channel for two tracks, by voice for a mix.

    ``agent_channel`` settles it for two tracks unless it is ``auto``; a mix is always told by its
    voices and words. Where one cannot tell, utterances keep the role ``unknown`` and ``note`` says why.
    """
    if len(tracks) == 2:
        first = tracks[0].channel
        sides = tuple(int(utterance.channel != first) for utterance in utterances)
        fixed = {"auto": None, "left": 0, "right": 1}[agent_channel]
        return assign_roles(utterances, sides, cues=cues, agent_side=fixed, prior=LEFT_PRIOR)
    voices = split_voices(tracks[0].samples, tracks[0].speech)
    if not voices.is_clear:
        return Roles(tuple(utterances), 0.5, "单声道录音中分不出两个人的声音")
    by_start = dict(zip((span.start_s for span in tracks[0].speech), voices.labels, strict=True))
    voiced = tuple(by_start.get(utterance.start_s) for utterance in utterances)
    return assign_roles(utterances, voiced, cues=cues, agent_side=None, prior=FIRST_PRIOR)


def assign_roles(
    utterances: Sequence[Utterance], sides: Sequence[int | None], *, cues: Cues, agent_side: int | None, prior: float
) -> Roles:
    """Roles from ``sides``, which gives 0, 1 or ``None`` (cannot be told) for each utterance.

    ``agent_side`` settles the question where settings fix it; otherwise the words of both sides
    decide, with ``prior`` as log odds that side 0 is the agent.
    """
    if agent_side is not None:
        return Roles(_label(utterances, sides, agent_side), 1.0)
    zero = agent_evidence([u for u, side in zip(utterances, sides, strict=True) if side == 0], cues)
    one = agent_evidence([u for u, side in zip(utterances, sides, strict=True) if side == 1], cues)
    odds = prior + zero - one
    confidence = 1 / (1 + math.exp(-min(abs(odds), 50.0)))
    if confidence < NAMED:
        return Roles(tuple(utterances), confidence, "从对话内容无法判断谁是客服")
    note = "" if confidence >= SURE else "客服与客户的判断把握不大"
    return Roles(_label(utterances, sides, 0 if odds > 0 else 1), confidence, note)


def _label(utterances: Sequence[Utterance], sides: Sequence[int | None], agent: int) -> tuple[Utterance, ...]:
    def role(side: int | None) -> Role:
        if side is None:
            return "unknown"
        return "agent" if side == agent else "customer"

    return tuple(replace(u, role=role(side)) for u, side in zip(utterances, sides, strict=True))
