"""Who spoke: agent, customer, an announcement, or unknown.

By channel and words, or by voice in a mix.
"""

from pipeline.speakers.announcements import find_announcements
from pipeline.speakers.camplus import load_camplus
from pipeline.speakers.evidence import Cues, agent_evidence
from pipeline.speakers.hand_over import (
    WAITED,
    HandOverWords,
    announces_transfer,
    answers,
    find_hand_over,
    find_passed_on,
    give_to_nobody,
)
from pipeline.speakers.roles import SURE, Roles, are_sides_doubtful, assign_roles, find_roles
from pipeline.speakers.second_voice import find_second_voice
from pipeline.speakers.takeovers import LONGEST_AGENT, AgentTurn, find_agents
from pipeline.speakers.voices import SpectralVoice, VoiceModel

__all__ = [
    "LONGEST_AGENT",
    "SURE",
    "WAITED",
    "AgentTurn",
    "Cues",
    "HandOverWords",
    "Roles",
    "SpectralVoice",
    "VoiceModel",
    "agent_evidence",
    "announces_transfer",
    "answers",
    "are_sides_doubtful",
    "assign_roles",
    "find_agents",
    "find_announcements",
    "find_hand_over",
    "find_passed_on",
    "find_roles",
    "find_second_voice",
    "give_to_nobody",
    "load_camplus",
]
