"""Many recordings on many processes: a worker that dies costs its own recording only."""

from pipeline.workers.capacity import count_cores, count_workers
from pipeline.workers.job import LIMIT_LEAST_S, Job, limit_for
from pipeline.workers.malloc import keep_little
from pipeline.workers.outcome import Lost, Refused, outcome_of
from pipeline.workers.pebble_pool import AHEAD
from pipeline.workers.pool import score_all
from pipeline.workers.worker import Work, WorkerPlan

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
