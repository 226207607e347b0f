"""One call from its file to its result; pure but for reading the file.

Check a recording, listen, measure, check a text, rescore a stored result.
"""

from pipeline.call.recording import CheckedCall, Checker, check_call, check_calls
from pipeline.call.rescore import Rescorer, agent_is_heard, digests_of, score_again
from pipeline.call.written import check_text

__all__ = [
    "CheckedCall",
    "Checker",
    "Rescorer",
    "agent_is_heard",
    "check_call",
    "check_calls",
    "check_text",
    "digests_of",
    "score_again",
]
