"""What people's acts make of the machine's result; pure."""

from pipeline.revision.again import look_again
from pipeline.revision.checks import check_act
from pipeline.revision.decisions import decision_of
from pipeline.revision.edits import retimed
from pipeline.revision.revise import Revised, RevisionBasis, revise, scoring_acts

__all__ = ["Revised", "RevisionBasis", "check_act", "decision_of", "look_again", "retimed", "revise", "scoring_acts"]
