"""A night over real files, with real worker processes: nothing is lost, nothing is done twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable
from functools import partial
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, StoreError
from pipeline.jobs.basis import load_basis
from pipeline.jobs.save import ResultSaver
from pipeline.nightly.backlog import find_backlog
from pipeline.nightly.event_log import open_log
from pipeline.nightly.metrics import write_metrics
from pipeline.nightly.run import ScoreJobs, run_night
from pipeline.nightly.scored import JobOutcome, ScoredJob
from pipeline.nightly.summary import check_addresses, send_summary, summary_of
from pipeline.nightly.tally import FatalCall, Tally
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.types import Failure
from pipeline.workers import Job, Refused, score_all
from tests.builders import a_decision, a_finding
from tests.night_process import FakePlan, saving, utc_now


def put(folder: Path, name: str, data: bytes | None = None) -> Path:
    """A recording that was finished an hour ago."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(name.encode() if data is None else data)
    os.utime(path, (time.time() - 3600,) * 2)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "in"


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as opened:
        yield opened


def engine(takes_s: float = 0.0, *, stop: threading.Event | None = None) -> ScoreJobs:
    return partial(score_all, plan=FakePlan(takes_s), workers=1, stop=stop)


def night(store: Store, *folders: Path, stop: threading.Event | None = None) -> Tally:
    backlog = find_backlog(
        [str(folder) for folder in folders], store, settle_s=2.0, now=time.time()
    )
    return run_night(
        store, engine(stop=stop), backlog, save=saving(store), now=utc_now, log=lambda event, detail: None,
    )  # fmt: skip


def scored(store: Store) -> list[str]:
    return sorted(record.call_id or "" for record in store.calls.records())


@pytest.mark.long
def test_what_is_new_is_scored_once(store: Store, folder: Path):
    put(folder, "a.wav")
    put(folder, "deep/b.mp3")

    first, second = night(store, folder), night(store, folder)

    assert (first.found, first.scored, first.left, first.is_clean) == (2, 2, 0, True)
    assert (second.found, second.scored) == (0, 0)
    assert scored(store) == ["a", "b"]


@pytest.mark.long
@pytest.mark.slow
def test_what_changed_is_scored_again_and_what_only_moved_is_not(store: Store, folder: Path):
    a, b = put(folder, "a.wav"), put(folder, "b.wav")
    night(store, folder)
    put(folder, "a.wav", b"another call")
    b.rename(folder / "moved.wav")
    a.touch()
    os.utime(a, (time.time() - 1800,) * 2)

    tally = night(store, folder)

    assert (tally.found, tally.scored, tally.left) == (2, 1, 0)
    assert len(scored(store)) == 3


@pytest.mark.long
def test_a_call_that_cannot_be_saved_is_put_aside_and_the_night_goes_on(store: Store, folder: Path):
    put(folder, "a.wav")
    put(folder, "\udcff.wav", b"b")  # its plan takes the call's id from the name as it is
    put(folder, "c.wav")

    first, second = night(store, folder), night(store, folder)

    assert (first.scored, len(first.failures), second.found) == (2, 1, 0)
    assert "no valid UTF-8" in first.failures[0].reason
    assert scored(store) == ["a", "c"]


def test_a_file_that_is_still_written_waits(store: Store, folder: Path):
    put(folder, "a.wav").touch()

    tally = night(store, folder)

    assert (tally.found, tally.scored, tally.left) == (0, 0, 1)


@pytest.mark.long
@pytest.mark.slow
def test_the_same_content_under_two_names_is_scored_once(store: Store, folder: Path):
    put(folder, "a.wav", b"one")
    put(folder, "b.wav", b"one")

    assert night(store, folder).scored == 1
    assert (night(store, folder).scored, night(store, folder).found) == (0, 0)


@pytest.mark.long
@pytest.mark.slow
def test_an_empty_file_is_put_aside_until_it_changes_or_is_retried(store: Store, folder: Path):
    path = put(folder, "a.wav", b"")

    tally = night(store, folder)
    assert [failure.path for failure in tally.failures] == [str(path)]
    assert [file.path for file in store.files.quarantined()] == [path]
    assert night(store, folder).found == 0

    assert store.files.release([path], drop=False, actor="li", at=utc_now()) == 1
    assert night(store, folder).found == 1
    put(folder, "a.wav", b"now there is sound")
    assert night(store, folder).scored == 1


def test_what_is_dropped_stays_away_from_quarantine_and_from_runs(store: Store, folder: Path):
    path = put(folder, "a.wav", b"")
    night(store, folder)

    assert (
        store.files.release([path, folder / "other.wav"], drop=True, actor="li", at=utc_now()) == 1
    )
    assert (store.files.quarantined(), night(store, folder).found) == ((), 0)
    assert [entry.action for entry in store.ledger.entries("quarantine")] == ["dropped"]


@pytest.mark.long
@pytest.mark.slow
def test_a_folder_that_is_gone_is_a_problem_and_stops_no_other(
    store: Store, folder: Path, tmp_path: Path
):
    put(folder, "a.wav")

    tally = night(store, tmp_path / "gone", folder)

    assert (tally.scored, len(tally.problems), tally.is_clean) == (1, 1, False)


@pytest.mark.long
@pytest.mark.slow
def test_a_folder_that_disappears_during_the_run_costs_no_result(
    store: Store, folder: Path, tmp_path: Path
):
    for n in range(3):
        put(folder, f"{n}.wav")
    backlog = find_backlog([str(folder)], store, settle_s=2.0, now=time.time())
    hidden = tmp_path / "away"

    def vanish(tally: Tally) -> None:
        if folder.exists():
            folder.rename(hidden)

    tally = run_night(
        store, engine(0.2), backlog, save=saving(store), now=utc_now, log=lambda event, detail: None, tell=vanish,
    )  # fmt: skip
    hidden.rename(folder)
    again = night(store, folder)

    assert (tally.scored >= 1, len(tally.problems)) == (True, 1)
    assert (tally.scored + again.scored, tally.left, store.files.quarantined()) == (
        3,
        again.scored,
        (),
    )
    assert scored(store) == ["0", "1", "2"]


@pytest.mark.long
@pytest.mark.slow
def test_a_stopped_run_leaves_the_rest_to_the_next(store: Store, folder: Path):
    for n in range(6):
        put(folder, f"{n}.wav")
    stop = threading.Event()
    stop.set()

    assert (night(store, folder, stop=stop).left, night(store, folder).scored) == (6, 6)


@pytest.mark.long
@pytest.mark.slow
def test_a_locked_database_ends_the_run_and_the_next_completes(folder: Path, tmp_path: Path):
    put(folder, "a.wav")
    db = tmp_path / "callqa.db"
    with Store.open(db, busy_timeout_s=0.2) as store:
        save = saving(store)
        backlog = find_backlog([str(folder)], store, settle_s=2.0, now=time.time())
        other = sqlite3.connect(db, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process held the database"):
            run_night(
                store, engine(), backlog, save=save, now=utc_now, log=lambda event, detail: None
            )  # fmt: skip
        other.execute("ROLLBACK")
        other.close()
        assert night(store, folder).scored == 1


@pytest.mark.thorough
@pytest.mark.slow
def test_runs_that_are_killed_at_any_moment_score_every_call_once(folder: Path, tmp_path: Path):
    for n in range(60):
        put(folder, f"{n:03d}.wav")
    db = tmp_path / "callqa.db"
    chance = random.Random(4)
    kills = 0
    for _ in range(60):
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.night_process", str(db), str(folder)]
        )
        try:
            code = running.wait(timeout=chance.uniform(0.8, 3.0) if kills < 12 else 60)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            running.wait()
            kills += 1
            continue
        if code == 0:
            break

    with Store.open(db) as store:
        assert scored(store) == [f"{n:03d}" for n in range(60)]
        assert store.db.execute(
            "SELECT count(*), count(DISTINCT sha256) FROM results"
        ).fetchone() == (60, 60)
        assert store.ledger.verify().faults == ()
    assert kills


def test_the_message_names_fatal_calls_and_failures_first():
    fatal = [FatalCall("c13800138000", "8012")]
    tally = Tally(
        found=3, scored=2, left=1, audio_s=3600.0, fatal=fatal, failures=[Failure("in/x.wav", "坏")]
    )
    tally.attitudes = [40.0, 100.0]

    title, text = summary_of(tally, day="2026-11-23", head="ab12")

    assert title == "callqa 2026-11-23：评分 2 通，一票否决 1 通，失败 1 通"
    assert text.splitlines() == [
        "一票否决 1 通，请先复听：",
        "  c138****8000　工号 8012",
        "失败 1 通（callqa quarantine list）：",
        "  in/x.wav",
        "新录音 3 通，已评分 2 通（1.0 小时），留待下次 1 通。",
        "服务态度平均 70.0。",
        "记录校验值 ab12",
    ]


def test_an_address_that_is_none_is_a_wrong_setting_and_is_not_shown():
    with pytest.raises(SettingsError, match="address 2 is none") as caught:
        check_addresses(["json://localhost", "secret-key"])
    assert "secret" not in str(caught.value)


def test_a_message_reaches_a_server_on_this_machine():
    from http.server import BaseHTTPRequestHandler, HTTPServer  # noqa: PLC0415

    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(
                self.rfile.read(int(self.headers["Content-Length"])).decode("unicode_escape")
            )
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    sent = send_summary([f"json://127.0.0.1:{server.server_port}/"], "标题", "正文")
    thread.join(5)
    server.server_close()

    assert sent
    assert "标题" in heard[0]
    assert not send_summary([f"json://127.0.0.1:{server.server_port}/"], "标题", "正文")


def test_metrics_are_what_prometheus_reads(tmp_path: Path):
    path = write_metrics(
        tmp_path / "m" / "callqa.prom",
        Tally(found=2, scored=1),
        quarantined=3,
        ended=9.0,
        took_s=2.0,
    )

    lines = path.read_text(encoding="utf-8").splitlines()
    assert "callqa_recordings_scored 1.0" in lines
    assert "callqa_quarantine 3.0" in lines
    assert not any(line.startswith("callqa_attitude_mean") for line in lines)


def test_a_run_that_broke_off_says_why_first():
    tally = Tally(found=3, scored=1, left=2, problems=["callqa.db: the disk is full", "in: gone"])

    title, text = summary_of(tally, day="2026-11-23", broken_off=True)

    assert title == "callqa 2026-11-23：运行中断，评分 1 通"
    assert text.splitlines() == [
        "运行中断，已评分的结果都已保存：callqa.db: the disk is full",
        "无法读取 1 处：",
        "  in: gone",
        "新录音 3 通，已评分 1 通（0 秒），留待下次 2 通。",
    ]


def test_a_log_that_cannot_be_written_any_more_is_said_once_and_ends_nothing(tmp_path: Path):
    said: list[str] = []
    log = open_log(str(tmp_path / "logs" / "n.jsonl"), now=lambda: "t", warn=said.append)
    (tmp_path / "logs").rename(tmp_path / "away")

    log("scored", {})
    log("scored", {})

    path = tmp_path / "logs" / "n.jsonl"
    assert said == [
        f"{path}: the log cannot be written (No such file or directory); the run goes on without it"
    ]


def test_what_lies_beside_a_recording_and_cannot_be_read_is_one_problem_and_no_quarantine(
    store: Store, folder: Path
):
    backlog = find_backlog(
        [str(put(folder, name).parent) for name in ("a.wav", "b.wav")],
        store,
        settle_s=2.0,
        now=time.time(),
    )

    def refuse(jobs: Iterable[Job]) -> Generator[tuple[Job, JobOutcome], None, None]:
        for job in jobs:
            yield job, Refused("metadata.csv, line 2: ...", later=True, blameless=True)

    tally = run_night(
        store, refuse, backlog, save=saving(store), now=utc_now, log=lambda event, detail: None
    )

    assert (tally.problems, tally.left, tally.failures) == (["metadata.csv, line 2: ..."], 2, [])
    assert store.files.quarantined() == ()


def test_the_log_is_one_object_a_line(tmp_path: Path):
    log = open_log(str(tmp_path / "n.jsonl"), now=lambda: "t")
    log("scored", {"path": "录音.wav"})

    assert (tmp_path / "n.jsonl").read_text(
        encoding="utf-8"
    ) == '{"at": "t", "event": "scored", "path": "录音.wav"}\n'
    with pytest.raises(SettingsError, match="cannot be written"):
        open_log(str(tmp_path), now=lambda: "t")


@pytest.mark.long
def test_a_call_that_was_decided_about_before_it_is_scored_is_recounted(store: Store, folder: Path):
    put(folder, "a.wav")
    shirk = a_finding()

    def decided_meanwhile(jobs: Iterable[Job]) -> Generator[tuple[Job, JobOutcome], None, None]:
        for job, outcome in engine()(jobs):
            assert isinstance(outcome, ScoredJob)
            first = store.results.put(outcome.made)
            store.actions.add(first, [a_decision(shirk)], actor="wang", at=utc_now())
            yield job, outcome

    saver = ResultSaver.begin(store, load_basis(Settings()), "t", actor="callqa", now=utc_now)
    backlog = find_backlog([str(folder)], store, settle_s=2.0, now=time.time())
    tally = run_night(
        store, decided_meanwhile, backlog, save=saver.put, now=utc_now,
        log=lambda event, detail: None,
    )  # fmt: skip

    (result_id,) = tally.results
    assert [record.result_id for record in store.calls.records()] == [result_id]
    assert store.effective.machine_of(result_id) != result_id


def test_numbers_in_names_of_files_are_masked_in_the_log_and_digests_are_not(tmp_path: Path):
    log = open_log(str(tmp_path / "n.jsonl"), now=lambda: "t")
    digest = "13800138000" + "ab" * 20
    log("known", {"path": "in/13800138000_110101199001010031.wav", "sha256": digest, "n": [1]})

    line = json.loads((tmp_path / "n.jsonl").read_text(encoding="utf-8"))
    assert line == {
        "at": "t",
        "event": "known",
        "path": "in/138****8000_110*************31.wav",
        "sha256": digest,
        "n": [1],
    }
