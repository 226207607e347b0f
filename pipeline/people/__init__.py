"""Nouns and rules of people's work: review actions, appeals, users, queue, calibration. Pure."""

from pipeline.people.actions import SAME_PLACE_S, SCORING_KINDS, ActionKind, FindingKey, NewAction, ReviewAction
from pipeline.people.appeals import (
    LAST_LEVEL,
    Appeal,
    AppealDays,
    AppealOutcome,
    check_deciding,
    check_filing,
    check_outcome,
    days_after,
    due_line,
    is_same,
)
from pipeline.people.calibration import Calibration, CalibrationCall, Grade
from pipeline.people.passwords import LONGEST, SHORTEST, hash_password, is_password
from pipeline.people.queue import QUEUE_VIEWS, URGENT_FIRST, QueueFilter, QueuePage, QueueRow, QueueView, VerdictFilter
from pipeline.people.users import LONGEST_NAME, Session, Token, User, UserRole, check_name, digest_of_secret

__all__ = [
    "LAST_LEVEL",
    "LONGEST",
    "LONGEST_NAME",
    "QUEUE_VIEWS",
    "SAME_PLACE_S",
    "SCORING_KINDS",
    "SHORTEST",
    "URGENT_FIRST",
    "ActionKind",
    "Appeal",
    "AppealDays",
    "AppealOutcome",
    "Calibration",
    "CalibrationCall",
    "FindingKey",
    "Grade",
    "NewAction",
    "QueueFilter",
    "QueuePage",
    "QueueRow",
    "QueueView",
    "ReviewAction",
    "Session",
    "Token",
    "User",
    "UserRole",
    "VerdictFilter",
    "check_deciding",
    "check_filing",
    "check_name",
    "check_outcome",
    "days_after",
    "digest_of_secret",
    "due_line",
    "hash_password",
    "is_password",
    "is_same",
]
