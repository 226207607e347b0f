"""How many calls a second go through a Dask scheduler and back when scoring takes no time: what is
left is Dask, and the rows on their way.

    dask scheduler & dask worker tcp://127.0.0.1:8786 --nthreads 1 --nworkers 2 &
    python -m bench.speed.dask_rate tcp://127.0.0.1:8786
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import click

from pipeline.nightly.cluster import score_on_cluster
from pipeline.workers import Job
from tests.night_process import FakePlan


@click.command()
@click.argument("scheduler")
@click.option("--calls", default=2000, show_default=True)
def main(scheduler: str, calls: int) -> None:
    """Print calls a second."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        jobs = [Job(Path(file.name), str(number), 0, 0, 60.0) for number in range(calls)]
        began = time.perf_counter()
        ended = sum(1 for _ in score_on_cluster(jobs, FakePlan(), scheduler=scheduler))
        print(f"{ended / (time.perf_counter() - began):.0f} calls a second")


if __name__ == "__main__":
    main()
