"""What agents promised to customers, by when, and what became of it; pure."""

from pipeline.promises.find import find_promises, start_of
from pipeline.promises.judge import (
    PromiseLimits,
    add_up,
    figures_of,
    judge_promise,
    order_by_need,
)
from pipeline.promises.link import is_one_case, read_contact
from pipeline.promises.times import TimeFrame, find_times
from pipeline.promises.workdays import CHINA, WorkCalendar

__all__ = [
    "CHINA",
    "PromiseLimits",
    "TimeFrame",
    "WorkCalendar",
    "add_up",
    "figures_of",
    "find_promises",
    "find_times",
    "is_one_case",
    "judge_promise",
    "order_by_need",
    "read_contact",
    "start_of",
]
