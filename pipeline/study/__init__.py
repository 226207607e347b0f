"""Studies of many calls: what holds for a person or a team, and what is only noise."""

from pipeline.study.groups import first_calls, hourly_load
from pipeline.study.same import AgentSame, Comparison, SameStudy, compare, compare_agents

__all__ = [
    "AgentSame",
    "Comparison",
    "SameStudy",
    "compare",
    "compare_agents",
    "first_calls",
    "hourly_load",
]
