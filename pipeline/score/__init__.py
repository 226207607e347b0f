"""Findings, figures and a scorecard into a score with a reason for each point; pure."""

from pipeline.score.deductions import fits
from pipeline.score.figures import Figures, figures_of
from pipeline.score.scoring import LEAST_AGENT_SPEECH_S, Scored, leave_to_people, score_call

__all__ = [
    "LEAST_AGENT_SPEECH_S",
    "Figures",
    "Scored",
    "figures_of",
    "fits",
    "leave_to_people",
    "score_call",
]
