"""How many charged points hang on the machine: its instructions and its number of threads.

    python -m bench.quality.kernels CALLS

Scores CALLS once under each set of instructions that this machine has and with each number of
threads, every time in a process of its own. Sums of the recogniser round differently there, so that
probabilities and, seldom, words differ. A charged point is a confirmed finding that takes points.
Ends with 1 if more than one charged point in ``ONE_IN`` is missing in some run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import click

ONE_IN = 200
"""Of so many charged points one may differ from machine to machine (our choice)."""

INSTRUCTIONS = {"GENERIC": "", "AVX2": "avx2", "AVX512": "avx512f"}
"""Names of CTranslate2 (``CT2_FORCE_CPU_ISA``) and the flag of /proc/cpuinfo that each needs."""

THREADS = (1, 2)

SAME_PLACE_S = 2.0
"""Starts of one finding lie closer than this: the times of words shift by a few tenths of a
second."""


class Point(NamedTuple):
    """A finding that takes points, and its place."""

    call: str
    rule: str
    start_s: float
    phrase: str


@dataclass(frozen=True, slots=True)
class Run:
    """``name``: instructions and threads. ``confidences``: of all findings of the run, by call and
    rule, with their verdicts."""

    name: str
    points: tuple[Point, ...]
    findings: Mapping[tuple[str, str], Sequence[tuple[float, str, float]]]

    def has(self, point: Point) -> bool:
        return any(
            (other.call, other.rule) == (point.call, point.rule)
            and abs(other.start_s - point.start_s) < SAME_PLACE_S
            for other in self.points
        )

    def tell(self, point: Point) -> str:
        """The verdict and confidence that this run has at the place of a point."""
        near = [
            f"{verdict} {confidence:.3f}"
            for start_s, verdict, confidence in self.findings.get((point.call, point.rule), ())
            if abs(start_s - point.start_s) < SAME_PLACE_S
        ]
        return near[0] if near else "none"


@click.command()
@click.argument("calls", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--keep", type=click.Path(path_type=Path), help="Folder for the results of each run.")
def main(calls: Path, keep: Path | None) -> None:
    """Print the charged points of CALLS that differ between machines, and their share."""
    with tempfile.TemporaryDirectory() as folder:
        kept = keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        runs = [
            read_run(name, score(calls, kept / f"{name}.jsonl", extra))
            for name, extra in environments()
        ]
    every = distinct(point for run in runs for point in run.points)
    unsteady = [point for point in every if not all(run.has(point) for run in runs)]
    for run in runs:
        print(f"{run.name:12} {len(run.points)} charged points")
    for point in unsteady:
        print(f"{point.call} {point.start_s:.1f} s {point.rule} {point.phrase}")
        for run in runs:
            print(f"    {run.name:12} {run.tell(point)}")
    print(f"{len(unsteady)} of {len(every)} charged points differ", end="")
    print(f" = {len(unsteady) / len(every):.4f}; at most {1 / ONE_IN}" if every else "")
    sys.exit(int(len(unsteady) * ONE_IN > len(every)))


def environments() -> Iterator[tuple[str, Mapping[str, str]]]:
    """A name and the variables of each run that this machine can do."""
    flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    for instructions, flag in INSTRUCTIONS.items():
        if flag and flag not in flags:
            print(f"{instructions}: this machine has no {flag}; left out", file=sys.stderr)
            continue
        for threads in THREADS:
            variables = {"CT2_FORCE_CPU_ISA": instructions, "OMP_NUM_THREADS": str(threads)}
            yield f"{instructions}-{threads}", variables


def score(calls: Path, file: Path, extra: Mapping[str, str]) -> Path:
    """Score a folder of calls in a process of its own; a file that is there is taken as it is."""
    if not file.exists():
        command = [sys.executable, "-m", "pipeline.commands.main", "score", str(calls)]
        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        command += ["--jsonl", str(part)]
        subprocess.run(command, env=os.environ | extra, check=True, stdout=subprocess.DEVNULL)
        part.rename(file)
    return file


def read_run(name: str, file: Path) -> Run:
    points: list[Point] = []
    findings: defaultdict[tuple[str, str], list[tuple[float, str, float]]] = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        call = Path(result["recording"]["path"]).stem
        for finding in result["findings"]:
            at = finding["start_s"]
            told = (at, finding["verdict"], finding["confidence"])
            findings[call, finding["rule"]].append(told)
            if finding["verdict"] == "confirmed" and finding["points"] < 0:
                points.append(Point(call, finding["rule"], at, finding["phrase"]))
    return Run(name, tuple(points), findings)


def distinct(points: Iterable[Point]) -> list[Point]:
    """The points of all runs, those at one place once."""
    found: list[Point] = []
    for point in sorted(points):
        last = found[-1] if found else None
        same = last and (last.call, last.rule) == (point.call, point.rule)
        if not last or not same or point.start_s - last.start_s >= SAME_PLACE_S:
            found.append(point)
    return found


if __name__ == "__main__":
    main()
