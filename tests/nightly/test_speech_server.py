"""A night whose speech server is away: no recording is to blame, and none is lost."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable
from functools import partial
from pathlib import Path

import pytest

from pipeline.errors import CallqaError, ServerAwayError, SpeechServerError
from pipeline.ingest import FileState
from pipeline.nightly.backlog import find_backlog
from pipeline.nightly.run import run_night
from pipeline.nightly.run_jobs import MOST_SILENT, Patience
from pipeline.nightly.scored import JobOutcome, ScoredJob
from pipeline.nightly.tally import Tally
from pipeline.store import Store
from pipeline.weights import BASE_BYTES, load_manifest
from pipeline.workers import Job, Refused, outcome_of
from tests.night_process import FakePlan, saving, utc_now

AWAY = ServerAwayError("the speech server h:8000: it does not answer")
WRONG = SpeechServerError("the speech server h:8000: its answer cannot be read, 3 times")


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as opened:
        yield opened


def recordings(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        path = folder / f"{number:03}.wav"
        path.write_bytes(path.name.encode())
        os.utime(path, (time.time() - 3600,) * 2)
    return folder


def night(
    store: Store, folder: Path, fault: Callable[[int], CallqaError | None]
) -> tuple[Tally, list[Job]]:
    """A run whose recordings meet ``fault(number)``, with the jobs that were begun."""
    begun: list[Job] = []

    def engine(jobs: Iterable[Job]) -> Generator[tuple[Job, JobOutcome], None, None]:
        for number, job in enumerate(jobs):
            begun.append(job)
            yield job, outcome_of(partial(scored, job, fault(number)), lambda _: None)

    backlog = find_backlog([str(folder)], store, settle_s=2.0, now=time.time())
    tally = run_night(
        store, engine, backlog, save=saving(store), now=utc_now, log=lambda *_: None,
        patience=Patience(slower=2.0, waits_s=60.0),
    )  # fmt: skip
    return tally, begun


def scored(job: Job, fault: CallqaError | None) -> ScoredJob:
    if fault is not None:
        raise fault
    return FakePlan().score(Path(str(job.path)))


@pytest.mark.parametrize("fault", [AWAY, WRONG], ids=["away", "wrong"])
def test_recordings_wait_for_the_next_run_and_the_server_is_one_problem(
    fault: CallqaError, store: Store, tmp_path: Path
):
    folder = recordings(tmp_path / "in", 3)

    first, _ = night(store, folder, lambda _: fault)
    second, _ = night(store, folder, lambda _: None)

    assert (first.scored, first.left, first.failures) == (0, 3, [])
    assert first.problems == [str(fault)]
    assert not first.is_clean
    assert store.files.quarantined() == ()
    assert (second.scored, second.left, second.is_clean) == (3, 0, True)


def test_a_server_that_stays_away_is_not_waited_for_all_night(store: Store, tmp_path: Path):
    folder = recordings(tmp_path / "in", MOST_SILENT + 5)

    tally, begun = night(store, folder, lambda _: AWAY)

    assert (len(begun), tally.left) == (MOST_SILENT, MOST_SILENT + 5)


def test_a_server_that_comes_back_is_used_for_all_that_follows(store: Store, tmp_path: Path):
    folder = recordings(tmp_path / "in", MOST_SILENT + 5)

    tally, begun = night(store, folder, lambda n: AWAY if n in (0, 1, 10) else None)

    assert (len(begun), tally.scored, tally.left) == (MOST_SILENT + 5, MOST_SILENT + 2, 3)


def test_answers_that_are_wrong_for_some_calls_do_not_end_the_night(store: Store, tmp_path: Path):
    folder = recordings(tmp_path / "in", MOST_SILENT + 5)

    tally, begun = night(store, folder, lambda _: WRONG)

    assert (len(begun), tally.left) == (MOST_SILENT + 5, MOST_SILENT + 5)


def test_a_call_may_take_longer_with_a_larger_model_and_with_a_server(store: Store, tmp_path: Path):
    _, (job,) = night(store, recordings(tmp_path / "in", 1), lambda _: None)

    # 120 s and a second for each thousand of its 7 bytes, twice, and a minute for the server
    assert job.limit_s == pytest.approx(2 * (120 + 0.007) + 60)
    assert Patience().limit_s(FileState(1000, 0)) == 121


def test_the_embedded_model_is_the_measure_of_other_models_time():
    (base,) = (spec for spec in load_manifest() if spec.name == "base")

    assert [f.size_bytes for f in base.files if f.name == "model.bin"] == [BASE_BYTES]


def test_a_refusal_by_the_server_is_no_refusal_of_the_recording():
    def away() -> ScoredJob:
        raise AWAY

    assert outcome_of(away, lambda _: None) == Refused(
        str(AWAY), later=True, blameless=True, server_away=True
    )
