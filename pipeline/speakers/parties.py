"""More than two parties, each on a channel of its own: one agent, one customer, and others."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.speakers.evidence import Cues, agent_evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import Role, Utterance


LIKE_AN_AGENT = 1.0
"""Log odds from which another party speaks like an agent, too (our choice: one strong cue)."""

UNSURE = 0.84
"""Below the confidence from which points rest on roles."""


@dataclass(frozen=True, slots=True)
class Parties:
    """As ``Roles``; ``note`` names the channels of third parties in Chinese."""

    utterances: tuple[Utterance, ...]
    confidence: float
    note: str


def assign_parties(
    utterances: Sequence[Utterance],
    channels: Sequence[int],
    *,
    cues: Cues,
    agent: int | None,
    prior: float,
) -> Parties:
    """Roles of more than two channels. A third party's words stay ``unknown``: they are never the
    agent's.

    ``agent``: the index of the agent's channel if it is fixed; else the words decide, with ``prior``
    as log odds for the first. The customer is the one of the others who speaks most; the words of two
    agents (a transfer) make the choice unsure.
    """
    said = [[u for u in utterances if u.channel == channel] for channel in channels]
    odds = [agent_evidence(own, cues) + prior * (at == 0) for at, own in enumerate(said)]
    order = sorted(range(len(channels)), key=lambda at: -odds[at])
    best = agent if agent is not None else order[0]
    rival = next(at for at in order if at != best)
    margin = max(0.0, odds[best] - odds[rival])
    confidence = 1.0 if agent is not None else 1 / (1 + math.exp(-min(margin, 50.0)))
    if agent is None and odds[rival] - prior * (rival == 0) >= LIKE_AN_AGENT:
        confidence = min(confidence, UNSURE)
    others = [at for at in range(len(channels)) if at != best]
    customer = max(others, key=lambda at: (sum(len(u.text) for u in said[at]), -odds[at]))
    roles: dict[int, Role] = {channels[best]: "agent", channels[customer]: "customer"}
    third = [channels[at] + 1 for at in others if at != customer and said[at]]
    named = "、".join(map(str, third))
    note = f"声道 {named} 是第三方，其话语不算客服的" if third else ""
    labelled = tuple(replace(u, role=roles.get(u.channel, "unknown")) for u in utterances)
    return Parties(labelled, confidence, note)
