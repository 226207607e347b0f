"""The sides of a transcript whose speakers are only numbered, by what they say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.phrases import load_sayers
from pipeline.speakers import Cues, Roles, agent_evidence, assign_roles

if TYPE_CHECKING:
    from pipeline.imports import Conversation
    from pipeline.lexicon import Lexicon

FIRST_PRIOR = 0.7
"""Log odds that who speaks first is the agent, as in a mix of a recording (our choice)."""


def roles_of(conversation: Conversation, lexicon: Lexicon) -> Roles:
    """Roles of the utterances. Where the file names a side they stay; where it only numbers the
    speakers, the words decide as on a recording: the agent is who speaks most like one, the
    customer who speaks least like one, and any other voice stays unknown."""
    utterances, voices = conversation.utterances, conversation.voices
    labels = Counter(voice for voice in voices if voice)
    if len(labels) < 2 or any(utterance.role == "agent" for utterance in utterances):
        return Roles(utterances, 1.0)
    cues = Cues(lexicon.agent_cues, lexicon.customer_cues, load_sayers())
    evidence = {
        label: agent_evidence(
            [u for u, own in zip(utterances, voices, strict=True) if own == label], cues
        )
        for label in labels
    }
    by_evidence = sorted(evidence, key=lambda label: evidence[label])
    pair = (by_evidence[-1], by_evidence[0])
    first = next(voice for voice in voices if voice in pair)
    second = pair[1] if first == pair[0] else pair[0]
    sides = tuple({first: 0, second: 1}.get(voice) for voice in voices)
    prior = FIRST_PRIOR if len(labels) == 2 else 0.0
    found = assign_roles(utterances, sides, cues=cues, agent_side=None, prior=prior)
    named = tuple(
        replace(one, channel=1 if one.role == "customer" else 0) if voice else before
        for one, before, voice in zip(found.utterances, utterances, voices, strict=True)
    )
    return replace(found, utterances=named)
