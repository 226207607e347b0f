"""Audio hours an hour of the nightly pool, on one core and on two: the calls of a folder, the
workers' start left out.

python -m bench.speed.throughput CALLS
"""

from __future__ import annotations

import time
from pathlib import Path

import click

from pipeline.ingest import find_recordings
from pipeline.jobs import load_basis
from pipeline.nightly.scored import ScoredJob
from pipeline.nightly.worker import ScoringPlan
from pipeline.settings import Settings
from pipeline.workers import Job, score_all

LIMIT_S = 600.0


def audio_per_second(paths: list[Path], workers: int) -> float:
    """Seconds of audio scored in a second, from the moment that every worker has scored one
    call."""
    jobs = [Job(path, str(number), 0, 0, LIMIT_S) for number, path in enumerate(paths)]
    started, audio_s = 0.0, 0.0
    outcomes = score_all(jobs, ScoringPlan("base", load_basis(Settings())), workers=workers)
    for ended, (_, outcome) in enumerate(outcomes, 1):
        if ended > workers and isinstance(outcome, ScoredJob):
            audio_s += outcome.audio_s
        if ended == workers:
            started = time.perf_counter()
    return audio_s / (time.perf_counter() - started)


@click.command()
@click.argument("calls", type=click.Path(exists=True, path_type=Path))
def main(calls: Path) -> None:
    """Print audio hours an hour."""
    paths = list(find_recordings([calls]))
    for workers in (1, 2):
        print(f"{workers} processes\t{audio_per_second(paths, workers):.1f} hours of audio an hour")


if __name__ == "__main__":
    main()
