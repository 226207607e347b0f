"""Many recordings on many processes: a worker that dies costs its own recording only."""

from pipeline.workers.capacity import count_cores, count_workers
from pipeline.workers.malloc import keep_little
from pipeline.workers.pool import (
    AHEAD,
    LIMIT_LEAST_S,
    Job,
    Lost,
    Refused,
    Work,
    WorkerPlan,
    limit_for,
    outcome_of,
    score_all,
)

__all__ = [
    "AHEAD",
    "LIMIT_LEAST_S",
    "Job",
    "Lost",
    "Refused",
    "Work",
    "WorkerPlan",
    "count_cores",
    "count_workers",
    "keep_little",
    "limit_for",
    "outcome_of",
    "score_all",
]
