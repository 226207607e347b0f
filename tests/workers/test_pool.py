"""The pool on real processes: workers are killed, hang, swell and fail; their neighbours are
scored."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.errors import (
    SettingsError,
    UnfinishedError,
    UnreachableError,
    UnreadableError,
    WorkerError,
)
from pipeline.nightly.scored import JobOutcome, ScoredJob, Scorer
from pipeline.store import ready
from pipeline.workers import Job, Lost, Refused, score_all
from tests.builders import a_result

pytestmark = pytest.mark.long

AT = "2026-11-02T09:00:00+00:00"


@dataclass(frozen=True)
class Plan:
    """Does what the file's name says. ``trace``: a folder in which each attempt leaves a file."""

    trace: Path
    broken: bool = False
    load_s: float = 0.0
    ballast: bytes = b""

    def load(self) -> Scorer:
        if self.broken:
            raise UnreadableError("the model is not there")
        time.sleep(self.load_s)
        return self.score

    def score(self, path: Path) -> ScoredJob:
        attempt = len(list(self.trace.glob(f"{path.name}.*")))
        (self.trace / f"{path.name}.{attempt}").touch()
        name = path.name
        if name.startswith("kill") or (name.startswith("once") and attempt == 0):
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("hang"):
            time.sleep(60)
        if name.startswith("swell"):
            bytearray(4 * 2**30)
        if name.startswith("bad"):
            raise UnreadableError(f"{path}: no audio in it")
        if name.startswith("growing"):
            raise UnfinishedError(f"{path}: still being written")
        if name.startswith("away"):
            raise UnreachableError(f"{path}: no such file")
        if name.startswith("beside"):
            raise SettingsError("metadata.csv, line 1: no column 'file'")
        if name.startswith("bug"):
            raise ZeroDivisionError("division by zero")
        if name.startswith("slow"):
            time.sleep(1.0)
        return ScoredJob(ready(a_result(), scored_at=AT), name, None, 100.0, False, 20.5)


def a_job(name: str, limit_s: float = 20.0) -> Job:
    return Job(Path(name), name, 1, 1, limit_s)


def run(
    tmp_path: Path, *names: str, limit_s: float = 20.0, memory_mb: int = 0
) -> dict[str, JobOutcome]:
    jobs = [a_job(name, limit_s) for name in names]
    return {
        job.path.name: out
        for job, out in score_all(jobs, Plan(tmp_path), workers=2, memory_mb=memory_mb)
    }


def attempts(tmp_path: Path, name: str) -> int:
    return len(list(tmp_path.glob(f"{name}.*")))


@pytest.mark.slow
def test_a_call_that_kills_its_worker_is_tried_twice_and_its_neighbours_once(tmp_path: Path):
    good = [f"good{n}" for n in range(8)]

    found = run(tmp_path, *good[:4], "kill", *good[4:])

    assert found.pop("kill") == Lost("its worker died (signal SIGKILL)")
    assert {name: type(out) for name, out in found.items()} == dict.fromkeys(good, ScoredJob)
    assert [attempts(tmp_path, name) for name in ("kill", *good)] == [2] + [1] * 8


@pytest.mark.slow
def test_what_died_once_is_scored_when_it_is_tried_alone(tmp_path: Path):
    found = run(tmp_path, "once", "good")

    assert {name: type(out) for name, out in found.items()} == {
        "once": ScoredJob,
        "good": ScoredJob,
    }


@pytest.mark.slow
def test_a_call_that_takes_too_long_is_lost_and_its_neighbours_are_not(tmp_path: Path):
    found = run(tmp_path, "hang", "good1", "good2", limit_s=3.0)

    assert found["hang"] == Lost("took longer than its limit of time")
    assert {type(found["good1"]), type(found["good2"])} == {ScoredJob}


@pytest.mark.slow
def test_the_time_that_a_worker_takes_to_begin_is_not_the_call_s(tmp_path: Path):
    jobs = [a_job("good", limit_s=1.0), a_job("hang", limit_s=1.0)]

    found = {
        job.path.name: out for job, out in score_all(jobs, Plan(tmp_path, load_s=3.0), workers=1)
    }

    assert isinstance(found["good"], ScoredJob)
    assert found["hang"] == Lost("took longer than its limit of time")


@pytest.mark.slow
def test_a_call_that_needs_too_much_memory_is_lost_and_the_worker_lives_on(tmp_path: Path):
    found = run(tmp_path, "swell", "good1", "good2", memory_mb=512)

    assert found["swell"] == Lost("needed more memory than a worker may take")
    assert {type(found["good1"]), type(found["good2"])} == {ScoredJob}


@pytest.mark.slow
def test_what_cannot_be_scored_says_why(tmp_path: Path):
    found = run(tmp_path, "bad", "growing", "away", "beside", "bug", "good")

    assert found["bad"] == Refused("bad: no audio in it")
    assert found["growing"] == Refused("growing: still being written", later=True)
    assert found["away"] == Refused("away: no such file", later=True, blameless=True)
    assert found["beside"] == Refused(
        "metadata.csv, line 1: no column 'file'", later=True, blameless=True
    )
    assert found["bug"] == Lost("unforeseen ZeroDivisionError: division by zero")
    assert isinstance(found["good"], ScoredJob)


@pytest.mark.slow
def test_a_worker_that_cannot_begin_blames_no_recording(tmp_path: Path):
    with pytest.raises(WorkerError, match="the model is not there"):
        list(score_all([a_job("good")], Plan(tmp_path, broken=True), workers=1))


def test_no_jobs_no_workers(tmp_path: Path):
    assert list(score_all([], Plan(tmp_path), workers=2)) == []


@pytest.mark.slow
def test_a_run_that_is_stopped_ends_what_is_in_hand_and_gives_back_the_rest(tmp_path: Path):
    stop = threading.Event()
    jobs = (a_job(f"slow{n}") for n in range(50))
    done = []
    for job, outcome in score_all(jobs, Plan(tmp_path), workers=2, stop=stop):
        done.append((job.path.name, type(outcome)))
        stop.set()

    assert 1 <= len(done) <= 4
    assert {kind for _, kind in done} == {ScoredJob}
    assert next(jobs).path.name not in {name for name, _ in done}
    assert attempts(tmp_path, "slow49") == 0


@pytest.mark.slow
def test_a_worker_that_is_told_to_stop_with_the_run_gives_its_call_back(tmp_path: Path):
    stop = threading.Event()
    outcomes = score_all([a_job("good"), a_job("kill")], Plan(tmp_path), workers=1, stop=stop)

    assert next(outcomes)[0].path.name == "good"
    stop.set()
    assert list(outcomes) == []


@pytest.mark.slow
def test_a_worker_killed_from_outside_costs_nobody_a_result(tmp_path: Path):
    names = [f"slow{n}" for n in range(6)]
    found = {}
    for job, outcome in score_all([a_job(name) for name in names], Plan(tmp_path), workers=2):
        found[job.path.name] = type(outcome)
        if len(found) == 1:
            children = (
                Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
                .read_text(encoding="ascii")
                .split()
            )
            workers = [
                pid
                for pid in children
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
            ]
            os.kill(int(workers[-1]), signal.SIGKILL)

    assert found == dict.fromkeys(names, ScoredJob)


def begun(parent: int) -> list[int]:
    """The worker processes of a process."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            of = int((place / "stat").read_text(encoding="utf-8").rpartition(") ")[2].split()[1])
            if of == parent and b"spawn_main" in (place / "cmdline").read_bytes():
                found.append(int(place.name))
        except (OSError, ValueError):
            continue
    return found


def test_a_worker_that_is_killed_before_it_has_read_its_plan_stops_nobody(tmp_path):
    """A plan is larger than a pipe holds: writing it to a dead process never ended."""
    plan = Plan(tmp_path, ballast=bytes(2**20))
    scored: list[str] = []
    before = set(begun(os.getpid()))

    def score() -> None:
        for job, outcome in score_all([a_job("a"), a_job("b")], plan, workers=1):
            assert isinstance(outcome, ScoredJob)
            scored.append(str(job.path))

    running = threading.Thread(target=score, daemon=True)
    running.start()
    while not (new := set(begun(os.getpid())) - before):
        time.sleep(0.001)
    for worker in new:
        os.kill(worker, signal.SIGKILL)
    running.join(timeout=60.0)

    assert sorted(scored) == ["a", "b"]


LATE_STARTER = """
import os, signal, sys, time
from pathlib import Path

place = Path(os.environ["LATE_STARTER"])
if "spawn_main" in " ".join(sys.orig_argv):
    try:
        (place / "first").touch(exist_ok=False)
    except FileExistsError:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while not (place / "over").exists():
            time.sleep(0.02)
        time.sleep(0.5)
"""
"""Of the processes that are started the first goes on, all others come when the run is over."""


@pytest.mark.slow
def test_a_worker_that_is_still_starting_when_the_run_ends_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    (tmp_path / "sitecustomize.py").write_text(LATE_STARTER, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, sys.path)]))
    monkeypatch.setenv("LATE_STARTER", str(tmp_path))
    running = score_all([a_job("a"), a_job("b")], Plan(tmp_path), workers=2)

    _, outcome = next(running)
    (tmp_path / "over").touch()
    running.close()

    assert isinstance(outcome, ScoredJob), outcome
    assert (tmp_path / "first").exists()
    assert capfd.readouterr().err == ""
