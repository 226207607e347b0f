"""Give each utterance its role, with a probability and a reason."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.speakers.cut import cut_by_voice
from pipeline.speakers.evidence import Cues, agent_evidence, mean_score, sentence_evidence
from pipeline.speakers.parties import LIKE_AN_AGENT, assign_parties
from pipeline.speakers.swap import find_swap
from pipeline.speakers.voices import SpectralVoice, VoiceModel, Voices, split_voices

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.settings import AgentChannel
    from pipeline.sound import Acoustics
    from pipeline.types import Role, Span, Utterance

LEFT_PRIOR = 1.0
"""Log odds that the left (first) channel is the agent: most recorders do so (our choice)."""

FIRST_PRIOR = 0.7
"""Log odds that the first voice in a mix is the agent, who answers the call (our choice)."""

PICKS_UP = re.compile(
    "(?:[喂为微哎诶欸]|哈喽)+(?:[你您]好|哪位|谁[呀啊]?|[你您]?(?:是)?(?:哪里|哪位|谁)|什么事)?"
)
"""How whoever is called picks up; the recogniser writes 喂 in several ways."""

SURE = 0.85
"""From this probability a role is certain enough for points. Under it findings are for review."""

NAMED = 0.65
"""From this probability a role is named at all."""

AGENTS_SENTENCES = 2.0
"""Mean score of sentences from which a side speaks like an agent. The customers of 48 written
dialogues and 44 calls are at -2.1 on average, and two of them above it (our choice)."""

BOTH_SIDES = 1.0
"""Log odds by which two voices in a channel that should be one side's speak as agent and as customer
(our choice: a strong cue each)."""

EMBEDDED = SpectralVoice()

LITTLE_TOLD = "客服与客户的判断把握不大"
NEAR_VOICES = "单声道录音中两个人的声音很接近，角色不能确定"
CHANGED_PLACES = "互换了位置，角色不能确定"
BOTH_IN_ONE = "另一个声道没有声音，这个声道里像有两个人，角色不能确定"


def are_sides_doubtful(notes: Iterable[str]) -> bool:
    """Whether the notes of a call say that agent and customer may be exchanged, in the whole call
    or in places.

    >>> are_sides_doubtful(["客服与客户的判断把握不大"]), are_sides_doubtful(["录音开头缺了 3 秒"])
    (True, False)
    """
    doubts = (LITTLE_TOLD, NEAR_VOICES, CHANGED_PLACES, BOTH_IN_ONE)
    return any(doubt in note for note in notes for doubt in doubts)


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

    @property
    def sides_doubtful(self) -> bool:
        """Whether who is called the customer may be the agent."""
        return not self.is_sure and are_sides_doubtful([self.note])


def find_roles(
    sounds: Sequence[Acoustics],
    utterances: Sequence[Utterance],
    *,
    cues: Cues,
    agent_channel: AgentChannel,
    voices: VoiceModel = EMBEDDED,
    one_sided: bool = False,
    outbound: bool = False,
) -> Roles:
    """Find the roles of a call's utterances: by channel for several tracks, by voice for a mix.

    ``agent_channel`` decides for two tracks unless it is ``auto``; where the speakers change places
    all is left to a person. Of more than two tracks one is the agent's, one the customer's, and the
    others stay ``unknown``. ``one_sided``: the one track is one side's, so ``agent_channel`` decides
    unless both voices are in it. For a mix, voices and words always decide. If they cannot,
    utterances keep the role ``unknown`` and ``note`` gives the reason. ``outbound``: the agent
    called.
    """
    fixed = {"auto": None, "left": 0, "right": 1}[agent_channel]
    if len(sounds) > 2:
        channels = [one.track.channel for one in sounds]
        parties = assign_parties(utterances, channels, cues=cues, agent=fixed, prior=LEFT_PRIOR)
        told = (parties.note, LITTLE_TOLD if parties.confidence < SURE else "")
        return Roles(parties.utterances, parties.confidence, "；".join(filter(None, told)))
    if len(sounds) == 2:
        first = sounds[0].track.channel
        sides = tuple(int(utterance.channel != first) for utterance in utterances)
        roles = assign_roles(utterances, sides, cues=cues, agent_side=fixed, prior=LEFT_PRIOR)
        swapped_s = find_swap(sounds, utterances, cues=cues, voices=voices)
        return roles if swapped_s is None else _as_swapped(roles, swapped_s)
    found = split_voices(sounds[0], voices)
    if one_sided and fixed is not None:
        is_agent = sounds[0].track.channel == fixed
        return _one_side(utterances, found, cues=cues, is_agent=is_agent, outbound=outbound)
    if not found.is_clear:
        return Roles(tuple(utterances), 0.5, "单声道录音中分不出两个人的声音")
    cut, voiced = cut_by_voice(utterances, found.turns)
    prior = _opening(cut, voiced, outbound=outbound)
    roles = assign_roles(cut, voiced, cues=cues, agent_side=None, prior=prior)
    mixed = tuple(turn.span for turn in found.turns if turn.voice is None)
    if _are_both_agents(roles.utterances, cues):
        return Roles(cut, 0.5, "单声道录音中两个声音说的话都像客服，角色不能确定", mixed)
    near = found.distance < voices.sure_distance
    if near and not roles.is_sure:
        return Roles(
            cut, roles.confidence, "两个人的声音很接近，从对话内容也无法判断谁是客服", mixed
        )
    if near:
        return replace(
            roles,
            confidence=SURE - 0.01,
            note=NEAR_VOICES,
            mixed=mixed,
        )
    return replace(roles, mixed=mixed)


def _opening(
    utterances: Sequence[Utterance], voices: Sequence[int | None], *, outbound: bool
) -> float:
    """Log odds that voice 0 is the agent, by who speaks first: who is called. A mere 喂 may be
    either's, of an agent in a hurry or of somebody whom an agent calls."""
    said = zip(utterances, voices, strict=True)
    first = next(((u, voice) for u, voice in said if voice is not None), None)
    if first is None:
        return 0.0
    opener, voice = first
    plain = "".join(c for c in opener.text if c.isalnum())
    odds = -FIRST_PRIOR if outbound else 0.0 if PICKS_UP.fullmatch(plain) else FIRST_PRIOR
    return odds if voice == 0 else -odds


def _are_both_agents(utterances: Sequence[Utterance], cues: Cues) -> bool:
    """Whether the customer speaks like an agent, by phrases and by sentences: then the two voices are
    not those of an agent and a customer, such as a machine's and all others', or two agents'."""
    customers = [utterance for utterance in utterances if utterance.role == "customer"]
    if cues.sentences is None or agent_evidence(customers, cues) < LIKE_AN_AGENT:
        return False
    return mean_score(customers, cues.sentences) >= AGENTS_SENTENCES


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
    zero, one = ([u for u, s in zip(utterances, sides, strict=True) if s == own] for own in (0, 1))
    odds = prior + agent_evidence(zero, cues) - agent_evidence(one, cues)
    if cues.sentences is not None:
        odds += sentence_evidence(zero, one, cues.sentences)
    confidence = 1 / (1 + math.exp(-min(abs(odds), 50.0)))
    if confidence < NAMED:
        return Roles(tuple(utterances), confidence, "从对话内容无法判断谁是客服")
    note = "" if confidence >= SURE else LITTLE_TOLD
    return Roles(_label(utterances, sides, 0 if odds > 0 else 1), confidence, note)


def _as_swapped(roles: Roles, at_s: float) -> Roles:
    """Both halves keep their labels for reading; no point rests on them."""
    note = f"两个声道的人约在 {int(at_s) // 60:02d}:{int(at_s) % 60:02d} {CHANGED_PLACES}"
    return replace(roles, confidence=min(roles.confidence, SURE - 0.01), note=note)


def _one_side(
    utterances: Sequence[Utterance],
    found: Voices,
    *,
    cues: Cues,
    is_agent: bool,
    outbound: bool,
) -> Roles:
    """All is one side's, unless two voices are clear and their words are an agent's and a
    customer's: then the channel holds a mix, and a person decides."""
    cut, voiced = cut_by_voice(utterances, found.turns)
    by_voice = [
        agent_evidence([u for u, v in zip(cut, voiced, strict=True) if v == one], cues)
        for one in (0, 1)
    ]
    if found.is_clear and max(by_voice) >= BOTH_SIDES and min(by_voice) <= -BOTH_SIDES:
        prior = _opening(cut, voiced, outbound=outbound)
        roles = assign_roles(cut, voiced, cues=cues, agent_side=None, prior=prior)
        return replace(roles, confidence=min(roles.confidence, SURE - 0.01), note=BOTH_IN_ONE)
    side = 0 if is_agent else 1
    return Roles(_label(utterances, [0] * len(utterances), side), 1.0)


def _label(
    utterances: Sequence[Utterance], sides: Sequence[int | None], agent: int
) -> tuple[Utterance, ...]:
    def role(side: int | None) -> Role:
        if side is None:
            return "unknown"
        return "agent" if side == agent else "customer"

    return tuple(replace(u, role=role(side)) for u, side in zip(utterances, sides, strict=True))
