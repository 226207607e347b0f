"""How fast: hours of audio an hour on one core and on two, memory, errors of the text, beside
others with the same model.

python -m bench.speed.run CALLS [--peers PYTHON]

All of it in one run on the same calls; what each figure means is in docs/performance.md.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bench.speed.peers import CONTENDERS
from bench.speed.throughput import audio_per_second
from pipeline.ingest import find_recordings
from pipeline.transcribe.script import simplify
from pipeline.weights import find_model

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
"""What ``make bench-peers`` makes."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one contender did. ``cer``: ``None`` without evaluate.py; ``work``: multiply-adds by
    kind, callqa's only."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    cer: float | None
    lines: tuple[dict[str, Any], ...]
    work: dict[str, float]


def run_contender(
    name: str, python: Path, model: Path, threads: int, paths: list[Path], judge: Any
) -> Run:
    """One contender in a process of its own. Raises ``RuntimeError`` with the end of what it said
    where it fails."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": str(threads),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    command = [
        str(python),
        str(ROOT / "bench" / "speed" / "peers.py"),
        name,
        str(model),
        str(threads),
        *map(str, paths),
    ]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{name}: ended with {ended.returncode}: {ended.stderr.strip()[-500:]}")
    objects = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    lines, last = tuple(objects[:-1]), objects[-1]
    return Run(
        sum(line["wall_s"] for line in lines),
        sum(line["cpu_s"] for line in lines),
        last["peak_mb"],
        error_rate(lines, judge) if judge else None,
        lines,
        last["work"],
    )


def error_rate(lines: tuple[dict[str, Any], ...], judge: Any) -> float | None:
    """Wrong characters to characters said, of both sides in order of time; all texts as simplified
    characters."""
    wrong = said = 0
    for line in lines:
        path = Path(line["path"])
        truth = path.with_name(f"{path.stem}.truth.json")
        if not truth.exists():
            continue
        spoken = sorted(
            json.loads(truth.read_text(encoding="utf-8"))["lines"], key=lambda one: one["start"]
        )
        want = judge.plain("".join(one["text"] for one in spoken))
        wrong += judge.edits(want, judge.plain(simplify(line["text"])))
        said += len(want)
    return wrong / said if said else None


def load_judge(calls: Path) -> Any:
    """evaluate.py of the folder of calls, for its ``plain`` and ``edits``; ``None`` where there is
    none."""
    script = next(
        (p for p in (up / "eval" / "evaluate.py" for up in calls.resolve().parents) if p.exists()),
        None,
    )
    if script is None:
        return None
    spec = importlib.util.spec_from_file_location("evaluate", script)
    assert spec is not None
    assert spec.loader is not None
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    return judge


def print_contenders(runs: dict[str, Run | str], audio_s: float) -> None:
    """A line each, callqa first."""
    ours = runs["callqa"]
    assert isinstance(ours, Run)
    print(
        f"\n{'':12}{'hours an hour':>14}{'CPU s an hour':>15}{'to callqa':>11}{'by CPU':>8}{'peak MB':>9}{'CER':>8}"
    )
    for name, run in runs.items():
        if isinstance(run, str):
            print(f"{name:12}{run}")
            continue
        cer = "" if run.cer is None else f"{run.cer:.4f}"
        print(
            f"{name:12}{audio_s / run.wall_s:14.1f}{run.cpu_s / audio_s * 3600:15.0f}"
            f"{run.wall_s / ours.wall_s:11.2f}{run.cpu_s / ours.cpu_s:8.2f}{run.peak_mb:9.0f}{cer:>8}"
        )


def print_stages(run: Run) -> None:
    spent: Counter[str] = Counter()
    for line in run.lines:
        spent.update(line["stages"])
    whole = sum(spent.values())
    print("\ncallqa's processor time by stage")
    for stage, seconds in spent.most_common():
        print(f"  {stage:14}{seconds / whole:8.1%}{seconds:9.1f} s")


def print_limit(run: Run, audio_s: float) -> None:
    """The model's own multiply-adds against the speed of matrix products on one core."""
    one = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
    }
    measured = subprocess.run(
        [sys.executable, "-m", "bench.speed.limit"],
        cwd=ROOT,
        env=one,
        capture_output=True,
        text=True,
        check=True,
    )
    speeds = dict(zip(("float32", "int8"), map(float, measured.stdout.split()), strict=True))
    work = sum(run.work.values())
    print("\nthe limit: what the model itself multiplies and adds for these calls")
    for kind, macs in run.work.items():
        print(f"  {kind:14}{macs / 1e9:10.0f} thousand million")
    for kind, speed in speeds.items():
        least_s = work / speed
        print(
            f"  at {speed / 1e9:.1f} thousand million a second ({kind}, one core): {least_s:.1f} s of processor, "
            f"{audio_s / least_s:.1f} hours an hour and core; callqa takes {run.cpu_s / least_s:.2f} times that"
        )


@click.command()
@click.argument("calls", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--peers", default=PEERS, show_default=True, help="Python of the environment that has whisperX."
)
@click.option(
    "--threads", default=os.cpu_count() or 1, show_default=True, help="For each contender."
)
def main(calls: Path, peers: Path, threads: int) -> None:
    """Print speed, memory and errors on the calls of a folder."""
    paths = list(find_recordings([calls]))
    model = find_model("base").folder
    judge = load_judge(calls)
    pooled = {workers: audio_per_second(paths, workers) for workers in (1, 2)}
    worker_mb = (
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    )  # before there are other children
    print("pool done", file=sys.stderr)
    runs: dict[str, Run | str] = {}
    for name in CONTENDERS:
        python = Path(peers) if name == "whisperx" else Path(sys.executable)
        if not python.exists():
            runs[name] = "not installed (make bench-peers)"
            continue
        try:
            runs[name] = run_contender(name, python, model, threads, paths, judge)
        except RuntimeError as error:
            runs[name] = str(error)
        print(f"{name} done", file=sys.stderr)
    ours = runs["callqa"]
    if isinstance(ours, str):
        raise click.ClickException(ours)
    audio_s = sum(line["audio_s"] for line in ours.lines)
    print(f"{len(paths)} calls, {audio_s:.1f} s of audio; one process with {threads} threads each")
    print_contenders(runs, audio_s)
    print_stages(ours)
    print_limit(ours, audio_s)
    print("\nthe nightly pool, a process with one thread for each core")
    for workers, speed in pooled.items():
        print(f"  {workers} at work{speed:10.1f} hours an hour")
    print(f"  peak memory of a worker {worker_mb:.0f} MB")


if __name__ == "__main__":
    main()
