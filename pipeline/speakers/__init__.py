"""Who spoke: agent, customer, an announcement, or unknown.

By channel and words, or by voice in a mix.
"""

from pipeline.speakers.announcements import find_announcements
from pipeline.speakers.camplus import load_camplus
from pipeline.speakers.evidence import Cues, agent_evidence
from pipeline.speakers.roles import SURE, Roles, assign_roles, find_roles
from pipeline.speakers.voices import SpectralVoice, VoiceModel

__all__ = [
    "SURE",
    "Cues",
    "Roles",
    "SpectralVoice",
    "VoiceModel",
    "agent_evidence",
    "assign_roles",
    "find_announcements",
    "find_roles",
    "load_camplus",
]
