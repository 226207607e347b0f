"""Who is the agent: by channel, by voice in a mix, or unknown."""

from pipeline.speakers.evidence import Cues, agent_evidence
from pipeline.speakers.roles import Roles, find_roles

__all__ = ["Cues", "Roles", "agent_evidence", "find_roles"]
