"""Apply the review actions of people to a result of the machine; pure."""

from pipeline.corrections.apply import Revised, RevisionBasis, revise, scoring_actions
from pipeline.corrections.checks import check_action
from pipeline.corrections.decisions import decision_of, decisions_on, named
from pipeline.corrections.edits import retimed, utterance_at
from pipeline.corrections.rematch import look_again

__all__ = [
    "Revised",
    "RevisionBasis",
    "check_action",
    "decision_of",
    "decisions_on",
    "look_again",
    "named",
    "retimed",
    "revise",
    "scoring_actions",
    "utterance_at",
]
