"""A batch on several processes: outcomes in the order of the recordings, whatever becomes of each."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.call import CheckedCall
from pipeline.errors import UnreachableError
from pipeline.jobs import hear_apart
from pipeline.jobs.hear import MOST_AHEAD, HeardCall, _Order
from pipeline.settings import IngestSettings, ScoreSettings
from pipeline.types import Failure
from pipeline.workers import Job
from tests.builders import a_result
from tests.hearing import ActingPlan

HINT = "[score] memory_mb and limit_s of callqa.toml say what a call may take"


@dataclass
class Known:
    """Stands in for a database: ``contents`` by name, ``scored`` contents."""

    contents: dict[str, str] = field(default_factory=dict)
    scored: set[str] = field(default_factory=set)
    saver: object = "a database"
    ingest: IngestSettings = field(default_factory=IngestSettings)

    def digest(self, path: Path) -> str:
        if path.name == "gone":
            raise UnreachableError("gone: no such file")
        return self.contents.get(path.name, path.name)

    def knows(self, path: Path, sha256: str) -> bool:
        return sha256 in self.scored

    def find(self, path: Path) -> object:
        return CheckedCall(a_result(), ()) if self.digest(path) in self.scored else None


NOTHING_KNOWN = Known(saver=None)


def batch(
    *names: str,
    known: Known = NOTHING_KNOWN,
    stop: threading.Event | None = None,
    trace: Path | None = None,
    **limits: object,
):
    """What comes out, as it comes: names, and reasons of failures."""
    outcomes = hear_apart(
        [Path(name) for name in names],
        ActingPlan(names_only=True, trace=trace),
        known,
        workers=2,
        limits=ScoreSettings(**limits),
        stop=stop or threading.Event(),
    )
    for path, outcome in outcomes:
        yield path.name, outcome.reason if isinstance(outcome, Failure) else outcome


@pytest.mark.slow
def test_outcomes_come_in_the_order_of_the_recordings_though_a_later_one_ends_first():
    assert list(batch("slow", "b", "c", "d", "e")) == [(n, n) for n in ("slow", "b", "c", "d", "e")]


@pytest.mark.long
@pytest.mark.slow
def test_a_worker_that_dies_costs_its_recording_in_its_turn_and_the_next_ones_follow():
    names = ["a", "kill", "crash", "b", "bad", "c"]

    assert list(batch(*names)) == [
        ("a", "a"),
        ("kill", f"kill: its worker died (signal SIGKILL); {HINT}"),
        ("crash", f"crash: its worker died (signal SIGSEGV); {HINT}"),
        ("b", "b"),
        ("bad", "bad: no audio in it"),
        ("c", "c"),
    ]


@pytest.mark.slow
def test_a_call_that_takes_too_long_or_too_much_is_a_failure_by_the_settings():
    found = list(batch("hang", "swell", "a", limit_s=1.0, memory_mb=512))

    assert found == [
        ("hang", f"hang: took longer than its limit of time; {HINT}"),
        ("swell", f"swell: needed more memory than a worker may take; {HINT}"),
        ("a", "a"),
    ]


@pytest.mark.slow
def test_what_is_done_when_a_batch_is_stopped_comes_out_and_nothing_else(tmp_path: Path):
    stop = threading.Event()
    outcomes = batch("a", "hang", "b", "c", stop=stop, trace=tmp_path)

    def stop_after_c() -> None:
        while not (tmp_path / "c").exists():
            time.sleep(0.05)
        time.sleep(1.0)
        stop.set()

    threading.Thread(target=stop_after_c, daemon=True).start()

    assert list(outcomes) == [("a", "a"), ("b", "b"), ("c", "c")]


def given(order: _Order, most: int = 10) -> list[str]:
    """The jobs that are given out until there is none for now."""
    found: list[str] = []
    for job in order.jobs():
        if job is None or len(found) == most:
            return found
        found.append(job.path.name)
    return found


def an_order(*names: str, known: Known = NOTHING_KNOWN) -> _Order:
    return _Order(iter(map(Path, names)), known, 120.0, "none")  # type: ignore[arg-type]


def take(order: _Order, name: str, outcome: object) -> list[str]:
    """Give a job its outcome; the recordings whose outcomes come out by that."""
    order.take(Job(Path(name), "", 0, 0, 1.0), outcome)  # type: ignore[arg-type]
    return [path.name for path, _ in order.ready()]


def test_a_copy_of_a_recording_in_hand_is_not_heard_again():
    known = Known({"copy": "a"})
    order = an_order("a", "copy", "b", known=known)

    assert given(order) == ["a", "b"]
    assert take(order, "b", "heard") == []
    known.scored.add("a")
    assert take(order, "a", "heard") == ["a", "copy", "b"]


def test_a_copy_of_a_recording_that_failed_is_heard_after_all():
    order = an_order("a", "copy", "b", known=Known({"copy": "a"}))

    given(order)
    assert take(order, "a", Failure("a", "a worker died")) == ["a"]
    assert given(order) == ["copy"]
    assert take(order, "b", "heard") == []
    assert take(order, "copy", "heard") == ["copy", "b"]


def test_known_calls_need_no_worker_and_come_in_their_turn():
    known = Known(scored={"k1", "k2", "k3"})
    order = an_order("k1", "a", "k2", "gone", "b", "k3", known=known)

    assert [path.name for path, _ in order.known_first()] == ["k1"]
    assert given(order) == ["a", "b"]
    assert take(order, "a", "heard") == ["a", "k2", "gone"]
    assert take(order, "b", "heard") == ["b", "k3"]


def test_all_calls_known_begin_no_worker():
    found = list(batch("a", "b", known=Known(scored={"a", "b"})))

    assert [(name, type(outcome)) for name, outcome in found] == [
        ("a", HeardCall),
        ("b", HeardCall),
    ]


def test_only_so_many_calls_wait_for_one_before_them():
    names = [f"{n:03d}" for n in range(MOST_AHEAD + 3)]
    order = an_order(*names)

    assert given(order, most=1000) == names[:MOST_AHEAD]
    for name in names[1:MOST_AHEAD]:
        assert take(order, name, "heard") == []
    assert given(order) == []
    assert take(order, names[0], "heard") == names[:MOST_AHEAD]
    assert given(order) == names[MOST_AHEAD:]
