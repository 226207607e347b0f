"""``callqa score`` as people run it, on one process and on two: the same output, Ctrl+C, and deaths.
The model is left out, nothing else."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.store import Store

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


def begin(at: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.score_command", *options],
        cwd=at,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def end(running: subprocess.Popen[str]) -> Ended:
    """Wait for the end; neither a trace nor a process may be left of it."""
    out, err = running.communicate(timeout=100)
    until = time.monotonic() + 10.0
    while (left := processes_of(running.pid)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []
    assert "Traceback" not in err, err
    return Ended(running.returncode, out, err)


def processes_of(session: int) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of = place.read_text(encoding="utf-8").rpartition(") ")[2].split()[:4]
        except OSError:
            continue
        if int(of) == session and state != "Z":
            found.append(int(place.parent.name))
    return found


def recordings(at: Path, *names: str) -> None:
    (at / "in").mkdir()
    for name in names:
        path = at / "in" / f"{name}.wav"
        path.write_text(name.partition("-")[0], encoding="utf-8")
        os.utime(path, (0, 0))


def scored(at: Path) -> list[str]:
    lines = (at / "r.jsonl").read_text(encoding="utf-8").splitlines()
    return [Path(json.loads(line)["recording"]["path"]).name for line in lines]


def kept(at: Path) -> list[str]:
    with Store.open(at / "c.db") as store:
        ids = store.results.effective_ids()
        return sorted(Path(one.result.recording.path).name for one in store.results.load(ids))


def without_clock(text: str) -> str:
    return re.sub(r"^scoring.*\n", "", text, flags=re.MULTILINE)


@pytest.mark.long
def test_two_processes_say_and_write_the_same_as_one(tmp_path: Path):
    recordings(tmp_path, "a-slow", "a-copy", "b", "c-bad", "d")
    found = []
    for workers in ("1", "2"):
        options = ("in", "--jsonl", "r.jsonl", "--db", f"{workers}.db", "--workers", workers)
        done = end(begin(tmp_path, *options))
        jsonl = (tmp_path / "r.jsonl").read_text(encoding="utf-8")
        with Store.open(tmp_path / f"{workers}.db") as store:
            rows = store.db.execute("SELECT id, sha256 FROM results ORDER BY id").fetchall()
        found.append((done.code, done.out, without_clock(done.err), jsonl, rows))

    assert found[0] == found[1]
    code, out, err, _, rows = found[0]
    assert (code, len(rows)) == (1, 3)
    assert "1 of them were scored before" in out
    assert err.splitlines()[:2] == [
        "1/5 a-copy.wav: attitude 100.0",
        "2/5 a-slow.wav: attitude 100.0",
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("workers", "number"),
    [
        ("1", signal.SIGINT),
        ("2", signal.SIGINT),
        pytest.param("1", signal.SIGTERM, marks=pytest.mark.thorough),
        pytest.param("2", signal.SIGTERM, marks=pytest.mark.thorough),
    ],
)
def test_ctrl_c_keeps_what_was_done(tmp_path: Path, workers: str, number: signal.Signals):
    recordings(tmp_path, "a", "b-hang", "c-hang", "d")
    options = ("in", "--jsonl", "r.jsonl", "--db", "c.db", "--workers", workers)

    running = begin(tmp_path, *options)
    while not (tmp_path / "r.jsonl").exists() or not scored(tmp_path):
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    time.sleep(0.5)
    os.killpg(running.pid, number)  # as a terminal does
    done = end(running)

    assert done.code == 128 + number
    assert (scored(tmp_path), kept(tmp_path)) == (["a.wav"], ["a.wav"])
    assert "1 calls scored" in done.out
    assert "Interrupted: 3 calls are not scored; the same command goes on with them." in done.err


@pytest.mark.thorough
def test_a_second_run_goes_on_where_the_first_was_interrupted(tmp_path: Path):
    recordings(tmp_path, "a", "b")
    end(begin(tmp_path, "in/a.wav", "--db", "c.db"))

    done = end(begin(tmp_path, "in", "--db", "c.db", "--workers", "2"))

    assert (done.code, kept(tmp_path)) == (0, ["a.wav", "b.wav"])
    assert "1 of them were scored before and not heard again" in done.out


@pytest.mark.thorough
def test_a_worker_that_is_killed_costs_its_recording_and_the_exit_code_is_that_of_failures(
    tmp_path: Path,
):
    recordings(tmp_path, "a", "b-kill", "c", "d")

    done = end(begin(tmp_path, "in", "--jsonl", "r.jsonl", "--db", "c.db", "--workers", "2"))

    assert done.code == 1
    assert scored(tmp_path) == kept(tmp_path) == ["a.wav", "c.wav", "d.wav"]
    assert "3 calls scored, mean attitude 100.0; 1 failed." in done.out
    assert "failed: in/b-kill.wav: its worker died (signal SIGKILL); " in done.err
