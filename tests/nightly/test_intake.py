"""What a night reads, what it leaves out, and what it says of both."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.main import main
from pipeline.ingest import digest_of_call
from pipeline.nightly.backlog import find_backlog
from pipeline.nightly.metrics import write_metrics
from pipeline.nightly.run import run_night
from pipeline.nightly.scored import JobOutcome, ScoredJob
from pipeline.nightly.summary import summary_of
from pipeline.nightly.tally import Tally
from pipeline.store import Night, Store, ready
from pipeline.types import CallMeta, LeftOut
from pipeline.workers import Job
from tests.builders import a_result
from tests.jobs.test_same_sound import OTHER, SOUND
from tests.night_process import saving, utc_now

LEFT_OUT = (
    LeftOut(".nmf", "是录音，但这种格式不能解码", 2, True),
    LeftOut(".txt", "不是录音", 1, False),
)


def put(folder: Path, name: str, *, age_s: float = 3600) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(name.encode())
    os.utime(path, (time.time() - age_s,) * 2)
    return path


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as opened:
        yield opened


def score(jobs: Iterable[Job]) -> Generator[tuple[Job, JobOutcome], None, None]:
    """Every job as a call of its stem; each of them sounds the same but those named ``other``."""
    for job in jobs:
        call = CallMeta(job.path.stem, started_at="2026-11-02T09:00:00")
        made = a_result(call=call, no_talk="silence" if "mute" in job.path.stem else None)
        recording = replace(made.recording, path=str(job.path), sha256=job.sha256)
        row = ready(replace(made, recording=recording), scored_at=utc_now())
        sound = OTHER if "other" in job.path.stem else SOUND
        row = replace(row, sound_print=b"" if made.no_talk else sound)
        yield (
            job,
            ScoredJob(row, call.call_id or "", None, None, False, 1.0, no_talk=bool(made.no_talk)),
        )


def night(store: Store, folder: Path) -> Tally:
    backlog = find_backlog([str(folder)], store, settle_s=2.0, now=time.time())
    return run_night(
        store, score, backlog, save=saving(store), now=utc_now, log=lambda event, detail: None
    )


def test_a_call_that_was_packed_again_is_noted_and_not_counted_twice(store: Store, tmp_path: Path):
    wav = put(tmp_path / "in", "1.wav")
    first = night(store, tmp_path / "in")
    wav.unlink()
    put(tmp_path / "in", "1.mp3")
    put(tmp_path / "in", "other.mp3")
    second = night(store, tmp_path / "in")
    third = night(store, tmp_path / "in")

    assert [(t.found, t.scored, t.same) for t in (first, second, third)] == [
        (1, 1, 0),
        (2, 1, 1),
        (0, 0, 0),
    ]
    assert len(store.calls.records()) == 2


def test_a_noted_recording_that_moves_is_not_heard_again(store: Store, tmp_path: Path):
    for name in ("1.wav", "1.mp3"):
        put(tmp_path / "in", name)
    first = night(store, tmp_path / "in")
    (tmp_path / "in" / "old").mkdir()
    for name in ("1.wav", "1.mp3"):
        (tmp_path / "in" / name).rename(tmp_path / "in" / "old" / name)

    again = night(store, tmp_path / "in")

    assert (first.scored, first.same, again.found, again.scored, again.same) == (1, 1, 2, 0, 0)


def test_two_files_of_a_call_are_one_recording_of_the_night(store: Store, tmp_path: Path):
    agent, customer = (put(tmp_path / "in", f"1-{side}.wav") for side in ("out", "in"))

    first, second = night(store, tmp_path / "in"), night(store, tmp_path / "in")

    assert (first.found, first.scored, second.found) == (1, 1, 0)
    assert store.calls.records()[0].sha256 == digest_of_call(customer) == digest_of_call(agent)


def test_a_side_waits_for_the_other_for_ten_minutes(store: Store, tmp_path: Path):
    put(tmp_path / "in", "1-out.wav", age_s=60)
    put(tmp_path / "in", "2-out.wav", age_s=3600)
    put(tmp_path / "in", "3.wav", age_s=60)

    backlog = find_backlog([str(tmp_path / "in")], store, settle_s=2.0, now=time.time())

    assert [path.name for path in backlog.growing] == ["1-out.wav"]
    assert [path.name for path in backlog.new] == ["2-out.wav", "3.wav"]


def test_unanswered_calls_and_files_left_out_are_counted(store: Store, tmp_path: Path):
    for name in ("mute.wav", "a.wav", "b.nmf", "c.txt"):
        put(tmp_path / "in", name)

    tally = night(store, tmp_path / "in")

    assert (tally.found, tally.scored, tally.unanswered, tally.is_clean) == (2, 2, 1, True)
    assert [(one.ending, one.count) for one in tally.left_out] == [(".nmf", 1), (".txt", 1)]


def test_the_message_and_the_metrics_say_what_was_left_out(tmp_path: Path):
    tally = Tally(found=4, scored=3, unanswered=1, same=1, left_out=LEFT_OUT)
    path = write_metrics(tmp_path / "a.prom", tally, quarantined=0, ended=1.0, took_s=1.0)

    assert summary_of(tally, day="2026-11-28")[1].splitlines() == [
        "新录音 4 通，已评分 3 通（0 秒），留待下次 0 通。",
        "其中未接通/无对话 1 通，不评分，不需复核。",
        "另有 1 个录音与已有的通话是同一通（声音相同），没有再记。",
        "没有读取 3 个文件：.nmf 2 个（是录音，但这种格式不能解码）；.txt 1 个（不是录音）。",
    ]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert "callqa_recordings_unanswered 1.0" in lines
    assert "callqa_recordings_same 1.0" in lines
    assert 'callqa_files_left_out{ending=".nmf",reason="是录音，但这种格式不能解码"} 2.0' in lines


def test_the_message_names_cells_that_were_not_understood():
    fault = "in/metadata.csv, line 2: transferred_to is '是 13800001111'; expected the number"
    lines = summary_of(Tally(found=1, scored=1, bad_cells=[fault]), day="2026-11-28")[
        1
    ].splitlines()

    assert lines[1] == "录音旁的表有 1 处没有读懂，按未知处理："
    assert "第 2 行：transferred_to" in lines[2]
    assert "13800001111" not in lines[2]


def test_the_message_names_columns_that_are_not_read_once():
    tally = Tally(found=2, scored=2)
    for _ in range(2):
        tally.add_unread("in/metadata.csv：没有读取这些列：星座")
    tally.add_unread("")

    text = summary_of(tally, day="2026-11-28")[1]

    assert text.splitlines()[1:] == ["in/metadata.csv：没有读取这些列：星座"]


def test_a_night_keeps_what_it_left_out(store: Store):
    night_id = store.nights.begin(at=utc_now())
    night = Night(utc_now(), utc_now(), 4, 3, 0, 0, 1.0, "完成", 1, 1, LEFT_OUT)
    store.nights.end(night_id, night)

    assert store.nights.all()[0].left_out == LEFT_OUT
    assert (store.nights.all()[0].unanswered, store.nights.all()[0].same) == (1, 1)


def test_status_says_what_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "in", "a.nmf")
    Path("callqa.toml").write_text('[nightly]\nfolders = ["in"]\n', encoding="utf-8")

    said = CliRunner().invoke(main, ["status"], catch_exceptions=False).output
    figures = json.loads(CliRunner().invoke(main, ["status", "--json"]).output)

    assert "1 files were not read: .nmf 1 (a recording whose format cannot be decoded)." in said
    assert [(one["ending"], one["count"]) for one in figures["left_out"]] == [(".nmf", 1)]
