"""Many recordings on many processes: a worker that dies costs its own recording only."""

from pipeline.workers.malloc import keep_little
from pipeline.workers.pool import AHEAD, Job, Lost, Refused, Work, WorkerPlan, outcome_of, score_all

__all__ = [
    "AHEAD",
    "Job",
    "Lost",
    "Refused",
    "Work",
    "WorkerPlan",
    "keep_little",
    "outcome_of",
    "score_all",
]
