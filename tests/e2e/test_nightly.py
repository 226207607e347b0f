"""callqa nightly, watch, status and quarantine as cron and people call them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from pipeline.commands.main import main
from pipeline.store import Store
from pipeline.types import CallMeta, Period
from tests.builders import a_result
from tests.sounds import TWO_SIDES

ROOT = Path(__file__).parents[2]


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of recordings with one that is empty, and callqa.toml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "empty.wav").touch()
    os.utime(tmp_path / "in" / "empty.wav", (0, 0))
    (tmp_path / "callqa.toml").write_text(
        '[nightly]\nfolders = ["in"]\nmetrics = "callqa.prom"\nlog = "night.jsonl"\nworkers = 1\n',
        encoding="utf-8",
    )
    return tmp_path


@pytest.mark.slow
def test_a_failed_recording_is_named_and_the_exit_code_is_1(site: Path):
    ran = run("nightly")

    assert ran.exit_code == 1
    assert ran.stdout.splitlines()[:3] == [
        f"callqa {time.strftime('%Y-%m-%d')}：评分 0 通，失败 1 通",
        "失败 1 通（callqa quarantine list）：",
        "  in/empty.wav",
    ]
    assert "callqa_recordings_failed 1.0" in Path("callqa.prom").read_text(encoding="utf-8")
    events = [
        json.loads(line)["event"]
        for line in Path("night.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert events == ["begun", "quarantined", "ended"]
    assert run("nightly").exit_code == 0
    with Store.open("callqa.db") as store:
        assert (len(store.nights.all()), len(store.runs.all())) == (
            2,
            1,
        )  # a run that found nothing new scored nothing


@pytest.mark.long
@pytest.mark.slow
def test_quarantine_is_listed_retried_and_dropped(site: Path):
    run("nightly")

    assert "in/empty.wav\tin/empty.wav: the file is empty" in run("quarantine", "list").stdout
    assert run("quarantine", "retry", "in/other.wav").exit_code == 1
    assert run("quarantine", "retry").exit_code == 2
    assert (
        run("quarantine", "retry", "--all").stdout
        == "1 recordings will be tried again by the next run.\n"
    )
    assert json.loads(run("quarantine", "list", "--json").stdout) == []
    assert run("nightly").exit_code == 1
    assert (
        run("quarantine", "drop", "in/empty.wav").stdout
        == "1 recordings are left alone for good.\n"
    )
    assert run("nightly").exit_code == 0


def test_appeals_that_are_late_are_in_the_status_and_in_the_message(site: Path):
    (site / "in" / "empty.wav").unlink()
    with Store.open("callqa.db") as store:
        store.results.save(a_result(), scored_at="2026-01-01T09:00:00+08:00")
        store.appeals.file(
            1, finding=None, agent_id="8001", filed_by="zhang", reason="没有说", at="2026-01-02T09:00:00+08:00",
            due_at="2026-01-05T09:00:00+08:00",
        )  # fmt: skip

    assert "! appeals overdue 1: please see to them." in run("status").stdout
    found = json.loads(run("status", "--json").stdout)
    assert (found["appeals_due"], found["appeals_overdue"]) == (1, 1)
    assert "申诉已逾期 1 件" in run("nightly").stdout


def test_the_report_of_the_last_month_is_written_once_by_the_night_and_is_in_the_status(site: Path):
    (site / "in" / "empty.wav").unlink()
    with Path("callqa.toml").open("a", encoding="utf-8") as settings:
        settings.write('[nightly.reports]\nperiods = ["month"]\nfolder = "reports"\n')
    month = Period.around("month", date.today()).previous
    meta = CallMeta("c1", "8001", started_at=f"{month.until}T09:00:00")
    with Store.open("callqa.db") as store:
        store.results.save(a_result(call=meta), scored_at="2026-01-01T09:00:00+08:00")

    assert f"report {month.key}: to be written" in run("status").stdout
    first, second = run("nightly"), run("nightly")

    page = f"reports/month-{month.key}/index.html"
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert f"定期报告：{page}" in first.stdout
    assert "定期报告" not in second.stdout
    assert Path(page).exists()
    assert f"report {month.key}: written to {page}" in run("status").stdout
    found = json.loads(run("status", "--json").stdout)
    assert ([one["period"] for one in found["reports"]], found["reports_due"]) == ([month.key], [])


@pytest.mark.long
def test_a_report_that_cannot_be_written_is_a_problem_of_the_run_and_ends_nothing(site: Path):
    (site / "in" / "empty.wav").unlink()
    Path("reports").write_text("in the way", encoding="utf-8")
    with Path("callqa.toml").open("a", encoding="utf-8") as settings:
        settings.write('[nightly.reports]\nperiods = ["month"]\nfolder = "reports"\n')
    month = Period.around("month", date.today()).previous
    meta = CallMeta("c1", "8001", started_at=f"{month.until}T09:00:00")
    with Store.open("callqa.db") as store:
        store.results.save(a_result(call=meta), scored_at="2026-01-01T09:00:00+08:00")

    ran = run("nightly")

    assert ran.exit_code == 1
    assert "定期报告 1 份没有写成或没有全部发出，下次运行再试：" in ran.stdout
    assert f"  {month.key}: reports/month-{month.key}：不能写入" in ran.stdout
    assert f"! report {month.key}: could not be written, 1 times" in run("status").stdout


def test_status_says_what_waits_and_what_was_done(site: Path):
    assert json.loads(run("status", "--json").stdout)["new"] == 1
    run("nightly")

    found = json.loads(run("status", "--json").stdout)
    assert (found["new"], found["quarantine"], found["runs"][0]["failed"]) == (0, 1, 1)
    assert "1 calls in quarantine" in run("status").stdout


def test_a_second_run_leaves_the_first_to_its_work(site: Path):
    with FileLock("callqa.db.lock"):
        ran = run("nightly")

    assert (ran.exit_code, "another run holds callqa.db.lock" in ran.stderr) == (75, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "folders is empty"),
        ('[nightly]\nfolders = "in"', "expected a list of texts in quotes"),
        (
            '[nightly]\nfolders = ["in"]\nnotify = ["nothing-known"]',
            "address 1 is none that apprise knows",
        ),
        ('[nightly]\nfolders = ["in"]\nworkers = -1', "workers must be 0 or more"),
        (
            '[nightly]\nfolders = ["in"]\n[nightly.reports]\nperiods = ["fortnight"]',
            "[nightly.reports] periods has 'fortnight'; expected week, month, quarter, year",
        ),
        (
            '[nightly]\nfolders = ["in"]\n[nightly.reports]\nformats = ["docx"]',
            "[nightly.reports] formats has 'docx'",
        ),
        ('[nightly]\nfolders = ["in"]\nreports = 3', "[nightly.reports] is 3; expected a table"),
        (
            '[nightly]\nfolders = ["in"]\n[nightly.reports]\nperiod = ["month"]',
            "[nightly.reports] period: no such setting",
        ),
        ('[nightly]\nfolders = ["in"]\nlog = "/proc/x/y"', "cannot be written"),
        ('[site]\nmodel = "no-such-model"\n[nightly]\nfolders = ["in"]', "no-such-model"),
        ('[site]\nlexicons = "in"\n[nightly]\nfolders = ["in"]', "no rules"),
        (
            '[nightly]\nfolders = ["in", "nosuch://calls"]',
            "nosuch://calls: cannot be read here (Protocol not known",
        ),
        ('[nightly]\nfolders = ["ftp://li:pass@host/in"]', "the URL of host holds a password"),
    ],
)
def test_a_wrong_setting_is_said_before_anything_is_touched(site: Path, text: str, said: str):
    Path("callqa.toml").write_text(text, encoding="utf-8")

    ran = run("nightly")

    assert (ran.exit_code, said in ran.stderr) == (2, True), ran.stderr
    if Path("callqa.db").exists():
        with Store.open("callqa.db") as store:
            assert not store.files.quarantined()


def test_a_cluster_wants_engine_and_scheduler(site: Path):
    assert run("nightly", "--engine", "dask").exit_code == 2
    assert run("nightly", "--scheduler", "tcp://127.0.0.1:1").exit_code == 2


def test_until_wants_a_time_of_day(site: Path):
    assert run("nightly", "--until", "6 am").exit_code == 2


@pytest.mark.thorough
@pytest.mark.slow
def test_of_runs_that_begin_at_the_same_instant_one_works(site: Path):
    for _ in range(3):
        run("quarantine", "retry", "--all")
        command = [sys.executable, str(ROOT / "cli.py"), "nightly"]
        both = [
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(2)
        ]
        codes = sorted(running.wait(timeout=60) for running in both)
        assert codes in (
            [1, 75],
            [0, 1],
        )  # the second may begin when the first has ended, and finds nothing
    with Store.open("callqa.db") as store:
        assert [night.found for night in store.nights.all() if night.found] == [1, 1, 1]


@pytest.mark.model
def test_a_night_hears_scores_reports_and_samples(site: Path):
    shutil.copy2(TWO_SIDES, "in/call.wav")
    shutil.copy2(TWO_SIDES, "in/again.wav")
    os.utime("in/call.wav", (0, 0))
    os.utime("in/again.wav", (0, 0))
    Path("in/noise.wav").write_bytes(bytes(range(256)) * 20)
    os.utime("in/noise.wav", (0, 0))
    with Path("callqa.toml").open("a", encoding="utf-8") as settings:
        settings.write("sample_per_agent = 1\n")

    first, second = run("nightly"), run("nightly")

    assert (first.exit_code, second.exit_code) == (1, 0)
    with Store.open("callqa.db") as store:
        (record,) = store.calls.records()
        assert (record.forbidden > 0, record.sampled, len(store.files.quarantined())) == (
            True,
            True,
            2,
        )
        assert store.ledger.verify().faults == ()
    assert list(Path("out").glob("day-*/index.html"))
    assert list(Path("out").glob("day-*/calls.xlsx"))


@pytest.mark.thorough
@pytest.mark.model
@pytest.mark.timeout(300)
def test_watch_scores_what_arrives_until_it_is_told_to_stop(site: Path):
    command = [sys.executable, str(ROOT / "cli.py"), "watch", "--every", "0.5"]
    watching = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        shutil.copy2(TWO_SIDES, "in/call.wav")
        until = time.monotonic() + 150
        while time.monotonic() < until:
            if Path("callqa.db").exists():
                with Store.open("callqa.db") as store:
                    if store.calls.records():
                        break
            time.sleep(0.5)
    finally:
        watching.send_signal(signal.SIGTERM)
        code = watching.wait(timeout=100)

    assert code == 0
    with Store.open("callqa.db") as store:
        assert len(store.calls.records()) == 1
