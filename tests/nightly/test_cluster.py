"""A real scheduler and two worker processes on this machine; one is killed, and every call is
scored once."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, WorkerError
from pipeline.nightly.cluster import score_on_cluster
from pipeline.nightly.scored import JobOutcome, ScoredJob
from pipeline.types import Url
from pipeline.workers import Job, Lost, Refused
from tests.builders import free_port
from tests.ingest.test_remote import RemotePlan
from tests.workers.test_pool import Plan

distributed = pytest.importorskip("distributed", reason="the extra cluster is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The scheduler's address, its two workers and itself, on the loopback address."""
    port = free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    address = f"tcp://127.0.0.1:{port}"
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        env=environment, **quiet,  # type: ignore[call-overload]
    )  # fmt: skip
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"],
            env=environment, **quiet,  # type: ignore[call-overload]
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        with distributed.Client(address, timeout=30) as client:
            client.wait_for_workers(2, timeout=30)
        yield address, [*workers, scheduler]
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def jobs(*names: str) -> list[Job]:
    return [Job(Path(name), name, 1, 1, 20.0) for name in names]


@pytest.mark.long
def test_every_call_is_scored_once_though_a_worker_is_killed(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
):
    address, workers = cluster
    names = [f"slow{n}" for n in range(8)]
    found: Counter[str] = Counter()
    for job, outcome in score_on_cluster(jobs(*names), Plan(tmp_path), scheduler=address):
        assert isinstance(outcome, ScoredJob)
        found[job.path.name] += 1
        if len(found) == 1:
            workers[0].send_signal(signal.SIGKILL)

    assert found == Counter(names)


@pytest.mark.long
def test_what_cannot_be_scored_says_why(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
):
    address, _ = cluster
    found = {
        job.path.name: outcome
        for job, outcome in score_on_cluster(
            jobs("bad", "growing", "bug", "good"), Plan(tmp_path), scheduler=address
        )
    }

    assert found["bad"] == Refused("bad: no audio in it")
    assert found["growing"] == Refused("growing: still being written", later=True)
    assert found["bug"] == Lost("unforeseen ZeroDivisionError: division by zero")
    assert isinstance(found["good"], ScoredJob)


@pytest.mark.long
def test_recordings_behind_a_url_are_fetched_by_the_workers(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
):
    (tmp_path / "a.wav").write_bytes(b"sound")
    os.utime(tmp_path / "a.wav", (0.0, 1.0))
    urls = [Url(f"file://{tmp_path}/{name}") for name in ("a.wav", "gone.wav")]
    asked = [Job(url, "", 5, 1, 20.0) for url in urls]

    found = {
        job.path.name: out
        for job, out in score_on_cluster(asked, RemotePlan(), scheduler=cluster[0])
    }

    assert isinstance(scored := found["a.wav"], ScoredJob)
    assert scored.made.row["sha256"] == hashlib.sha256(b"sound").hexdigest()
    reason = f"{urls[1]}: is not there now; check the address, or who moves recordings"
    assert found["gone.wav"] == Refused(reason, later=True, blameless=True)


@pytest.mark.long
def test_a_scheduler_that_dies_ends_the_run_and_blames_no_recording(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
):
    address, processes = cluster
    found: list[JobOutcome] = []

    def run() -> None:
        for _, outcome in score_on_cluster(
            jobs(*[f"slow{n}" for n in range(8)]), Plan(tmp_path), scheduler=address
        ):
            found.append(outcome)
            processes[-1].kill()

    with pytest.raises(WorkerError, match="scheduler"):
        run()
    assert [
        out
        for out in found
        if not (isinstance(out, ScoredJob) or (isinstance(out, Refused) and out.blameless))
    ] == []


@pytest.mark.long
def test_a_worker_that_cannot_begin_blames_no_recording(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
):
    with pytest.raises(WorkerError, match="the model is not there"):
        list(score_on_cluster(jobs("good"), Plan(tmp_path, broken=True), scheduler=cluster[0]))


def test_a_scheduler_that_is_not_there_is_a_wrong_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pipeline.nightly.cluster.CONNECT_S", 1.0)
    with pytest.raises(SettingsError, match="nobody answers"):
        list(score_on_cluster(jobs("good"), Plan(tmp_path), scheduler="tcp://127.0.0.1:1"))
