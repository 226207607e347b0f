"""Give each utterance its role, with a probability and a reason."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.speakers.cut import cut_by_voice
from pipeline.speakers.evidence import Cues, agent_evidence
from pipeline.speakers.voices import SpectralVoice, VoiceModel, split_voices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.settings import AgentChannel
    from pipeline.sound import Acoustics
    from pipeline.types import Role, Span, Utterance

LEFT_PRIOR = 1.0
"""Log odds that the left (first) channel is the agent: most recorders do so (our choice)."""

FIRST_PRIOR = 0.7
"""Log odds that the first voice in a mix is the agent, who answers the call (our choice)."""

SURE = 0.85
"""From this probability a role is certain enough for points. Under it findings are for review."""

NAMED = 0.65
"""From this probability a role is named at all."""

EMBEDDED = SpectralVoice()


@dataclass(frozen=True, slots=True)
class Roles:
    """Utterances with their roles.

    ``confidence`` 0.5..1: the probability that agent and customer are not exchanged. ``note``: in
    Chinese, why the confidence is low; empty if it is high. ``mixed``: stretches of a mix in which
    neither voice can be named, because both speak or the voice changes there.
    """

    utterances: tuple[Utterance, ...]
    confidence: float
    note: str = ""
    mixed: tuple[Span, ...] = ()

    @property
    def is_sure(self) -> bool:
        return self.confidence >= SURE


def find_roles(
    sounds: Sequence[Acoustics],
    utterances: Sequence[Utterance],
    *,
    cues: Cues,
    agent_channel: AgentChannel,
    voices: VoiceModel = EMBEDDED,
) -> Roles:
    """Find the roles of a call's utterances: by channel for two tracks, by voice for a mix.

    ``agent_channel`` decides for two tracks unless it is ``auto``. For a mix, voices and words
    always decide. If they cannot, utterances keep the role ``unknown`` and ``note`` gives the
    reason.
    """
    if len(sounds) == 2:
        first = sounds[0].track.channel
        sides = tuple(int(utterance.channel != first) for utterance in utterances)
        fixed = {"auto": None, "left": 0, "right": 1}[agent_channel]
        return assign_roles(utterances, sides, cues=cues, agent_side=fixed, prior=LEFT_PRIOR)
    found = split_voices(sounds[0], voices)
    if not found.is_clear:
        return Roles(tuple(utterances), 0.5, "单声道录音中分不出两个人的声音")
    cut, voiced = cut_by_voice(utterances, found.turns)
    roles = assign_roles(cut, voiced, cues=cues, agent_side=None, prior=FIRST_PRIOR)
    mixed = tuple(turn.span for turn in found.turns if turn.voice is None)
    if roles.is_sure and found.distance < voices.sure_distance:
        return replace(
            roles,
            confidence=SURE - 0.01,
            note="单声道录音中两个人的声音很接近，角色不能确定",
            mixed=mixed,
        )
    return replace(roles, mixed=mixed)


def assign_roles(
    utterances: Sequence[Utterance],
    sides: Sequence[int | None],
    *,
    cues: Cues,
    agent_side: int | None,
    prior: float,
) -> Roles:
    """Assign roles by ``sides``, which gives 0, 1 or ``None`` (unknown) for each utterance.

    A fixed ``agent_side`` decides. Without it the words of both sides decide, with ``prior`` as log
    odds that side 0 is the agent.
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


def _label(
    utterances: Sequence[Utterance], sides: Sequence[int | None], agent: int
) -> tuple[Utterance, ...]:
    def role(side: int | None) -> Role:
        if side is None:
            return "unknown"
        return "agent" if side == agent else "customer"

    return tuple(replace(u, role=role(side)) for u, side in zip(utterances, sides, strict=True))
