"""One call from its file to its result; pure but for reading the file.

Check a recording, listen, measure, check a text, rescore a stored result.
"""

from pipeline.call.batch import check_calls, result_or_failure
from pipeline.call.broken_off import judge_broken_off
from pipeline.call.checker import Checker, Model, provenance_of
from pipeline.call.engine import (
    Engine,
    check_text,
    check_texts,
    from_json,
    load_engine,
    names_of,
    to_json,
)
from pipeline.call.find_again import digests_of
from pipeline.call.one_thread import in_one_thread
from pipeline.call.part_result import UNANNOUNCED, in_part, judge_part
from pipeline.call.present_score import agent_is_heard, score_again
from pipeline.call.recorded_parts import Leg, Linking, Member, conversation_of, find_parts
from pipeline.call.recording import CheckedCall, check_call
from pipeline.call.rescore import Rescorer, know_again, owed_here, with_knowledge
from pipeline.call.second_ear import CallEar, SecondEar
from pipeline.call.so_far import (
    AROUND,
    Course,
    SoFar,
    find_said,
    follow_course,
    is_loud,
    tell_machines,
)
from pipeline.call.written import check_conversation, find_running_waits

__all__ = [
    "AROUND",
    "UNANNOUNCED",
    "CallEar",
    "CheckedCall",
    "Checker",
    "Course",
    "Engine",
    "Leg",
    "Linking",
    "Member",
    "Model",
    "Rescorer",
    "SecondEar",
    "SoFar",
    "agent_is_heard",
    "check_call",
    "check_calls",
    "check_conversation",
    "check_text",
    "check_texts",
    "conversation_of",
    "digests_of",
    "find_parts",
    "find_running_waits",
    "find_said",
    "follow_course",
    "from_json",
    "in_one_thread",
    "in_part",
    "is_loud",
    "judge_broken_off",
    "judge_part",
    "know_again",
    "load_engine",
    "names_of",
    "owed_here",
    "provenance_of",
    "result_or_failure",
    "score_again",
    "tell_machines",
    "to_json",
    "with_knowledge",
]
