"""Findings, figures and a scorecard into a score with a reason for each point; pure."""

from pipeline.score.deductions import fits
from pipeline.score.figures import Figures, figures_of
from pipeline.score.scoring import LEAST_AGENT_SPEECH_S, LEFT, Scored, leave_to_people, score_call
from pipeline.score.words import flags_of

__all__ = [
    "LEAST_AGENT_SPEECH_S",
    "LEFT",
    "Figures",
    "Scored",
    "figures_of",
    "fits",
    "flags_of",
    "leave_to_people",
    "score_call",
]
