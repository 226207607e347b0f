"""The whole command against plain faster-whisper on the same channels, from start to end of their
processes.

    python -m bench.speed.command CALLS [--rounds 3]

``callqa score CALLS`` on all cores, with start-up, phrases, figures, scores and its file of results;
beside it faster-whisper (beam 5, ``vad_filter``, all threads) on each channel by itself. They take
turns, so that other work on the machine meets both. Processor time is the figure to trust there."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click

from pipeline.ingest import find_recordings
from pipeline.weights import find_model

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of the clock, and of the processor in all processes."""

    wall_s: float
    cpu_s: float


def measure(command: list[str]) -> Spent:
    """Run a command to its end. Raises ``ClickException`` with what it said where it fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    before, begun = _children_s(), time.perf_counter()
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise click.ClickException(f"{command[1:4]}: {ended.stderr.strip()[-500:]}")
    return Spent(time.perf_counter() - begun, _children_s() - before)


def _children_s() -> float:
    """Processor time of all processes that have ended, with those that they waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def audio_of(results: Path) -> float:
    """Seconds of audio in a file of results."""
    lines = results.read_text(encoding="utf-8").splitlines()
    return float(sum(json.loads(line)["recording"]["duration_s"] for line in lines))


@click.command()
@click.argument("calls", type=click.Path(exists=True, path_type=Path))
@click.option("--rounds", default=3, show_default=True, help="Pairs of runs; the middle counts.")
@click.option("--workers", default=os.cpu_count() or 1, show_default=True)
def main(calls: Path, rounds: int, workers: int) -> None:
    """Print processor and clock time an hour of audio, and the quotients."""
    paths = [str(path) for path in find_recordings([calls])]
    model = str(find_model("base").folder)
    spent: dict[str, list[Spent]] = {"callqa score": [], "channels": []}
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "r.jsonl"
        score = ["score", *paths, "--workers", str(workers), "--jsonl", str(results)]
        peer = [str(ROOT / "bench" / "speed" / "peers.py"), "channels", model, str(workers), *paths]
        for number in range(rounds):
            spent["callqa score"].append(measure([sys.executable, str(ROOT / "cli.py"), *score]))
            spent["channels"].append(measure([sys.executable, *peer]))
            print(f"round {number + 1} of {rounds} done", file=sys.stderr)
        audio_s = audio_of(results)
    print(f"{len(paths)} calls, {audio_s:.1f} s; {workers} workers; the middle of {rounds} rounds")
    for name, runs in spent.items():
        cpu_s = statistics.median(run.cpu_s for run in runs)
        wall_s = statistics.median(run.wall_s for run in runs)
        print(
            f"{name:14}{cpu_s / audio_s * 3600:8.0f} s of processor an hour of audio"
            f"{audio_s / wall_s:8.1f} hours of audio an hour"
        )
    pairs = list(zip(spent["channels"], spent["callqa score"], strict=True))
    by_cpu = statistics.median(peer.cpu_s / ours.cpu_s for peer, ours in pairs)
    by_wall = statistics.median(peer.wall_s / ours.wall_s for peer, ours in pairs)
    print(
        f"channels takes {by_cpu:.2f} times the processor of callqa, {by_wall:.2f} times the clock"
    )


if __name__ == "__main__":
    main()
