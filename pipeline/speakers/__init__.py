"""Find the agent: by channel, or by voice in a mix, or not at all; and find announcements."""

from pipeline.speakers.announcements import find_announcements
from pipeline.speakers.camplus import load_camplus
from pipeline.speakers.evidence import Cues, agent_evidence
from pipeline.speakers.roles import Roles, find_roles
from pipeline.speakers.voices import SpectralVoice, VoiceModel

__all__ = [
    "Cues",
    "Roles",
    "SpectralVoice",
    "VoiceModel",
    "agent_evidence",
    "find_announcements",
    "find_roles",
    "load_camplus",
]
