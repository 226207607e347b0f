"""Reports of periods that have ended: once each, caught up, tried again, and never half there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.jobs import AsOf
from pipeline.jobs.promises import save_promises
from pipeline.nightly.period_message import period_message
from pipeline.nightly.period_reports import due_periods, report_lines, write_due
from pipeline.settings import (
    NightlySettings,
    PeriodReportSettings,
    PromiseSettings,
    ReviewSettings,
    Settings,
)
from pipeline.store import PeriodReport, Store
from pipeline.types import CallMeta, Period, ServiceEvent
from tests.builders import a_result, a_score, an_utterance

NOW = "2026-11-03T01:00:00+00:00"


def due(
    today: str,
    *reports: PeriodReport,
    kinds: tuple[str, ...] = ("month",),
    without: str = "",
    **more,
):
    settings = PeriodReportSettings(periods=kinds, **more)
    found = due_periods(
        settings,
        reports,
        has_calls=lambda period: period.key not in without,
        today=date.fromisoformat(today),
    )
    return [period.key for period in found]


def done(key: str) -> PeriodReport:
    return PeriodReport(key, Period.of_key(key).kind, "page", NOW, done=True)


def failed(key: str) -> PeriodReport:
    return PeriodReport(key, Period.of_key(key).kind, tries=1, reason="the disk is full")


def test_a_period_is_due_on_the_day_after_its_last_one():
    assert due("2026-10-31") == ["2026-09"]
    assert due("2026-11-01") == ["2026-10"]
    assert due("2026-11-02", wait_days=2) == ["2026-09"]
    assert due("2026-11-03", wait_days=2) == ["2026-10"]


def test_each_kind_has_its_own_periods():
    kinds = ("year", "quarter", "month", "week")

    assert due("2027-01-04", kinds=kinds) == ["2026-W53", "2026-12", "2026-Q4", "2026"]
    assert due("2027-01-04", kinds=()) == []


def test_what_is_done_is_not_due_again_and_missed_periods_are_caught_up():
    assert due("2026-11-03", done("2026-10")) == []
    assert due("2026-11-03", done("2026-07")) == ["2026-08", "2026-09", "2026-10"]
    assert due("2026-11-03", done("2026-07"), done("2026-09")) == ["2026-08", "2026-10"]


def test_what_failed_is_due_again_and_a_period_without_calls_is_not():
    assert due("2026-11-03", failed("2026-09"), done("2026-10")) == ["2026-09"]
    assert due("2026-11-03", done("2026-08"), without="2026-09") == ["2026-10"]


def test_a_setting_that_was_off_for_years_floods_nobody():
    assert len(due("2026-11-03", done("2020-W01"), kinds=("week",))) == 13


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A call in August, two in October."""
    with Store.open(tmp_path / "callqa.db") as store:
        for number, day in enumerate(("2026-08-11", "2026-10-05", "2026-10-31")):
            meta = CallMeta(f"c{number}", "8001", "k1", f"{day}T09:00:00", "billing")
            result = a_result(call=meta)
            recording = replace(result.recording, sha256=f"{number}" * 64)
            store.results.save(replace(result, recording=recording), scored_at=NOW)
        yield store


def settings_of(folder: Path, *notify: str, **reports) -> Settings:
    wanted = PeriodReportSettings(**{"periods": ("month",), "folder": str(folder), **reports})
    return Settings(nightly=NightlySettings(notify=notify, reports=wanted))


def write(settings: Settings, store: Store, today: str = "2026-11-03", **more):
    return write_due(settings, store, now=NOW, today=date.fromisoformat(today), **more)


def test_a_month_is_written_once_with_its_tables_and_agents(store: Store, tmp_path: Path):
    settings = settings_of(tmp_path / "out", agents=True)

    first, second = write(settings, store), write(settings, store)

    folder = tmp_path / "out" / "month-2026-10"
    assert (first.written, first.problems) == ((str(folder / "index.html"),), ())
    assert (second.written, second.problems) == ((), ())
    assert sorted(path.name for path in folder.iterdir()) == [
        "8001.html",
        "8001.xlsx",
        "calls.xlsx",
        "index.html",
    ]
    assert "2026-10 客服质检" in (folder / "index.html").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(folder / "calls.xlsx")
    assert book.sheetnames == [
        "通话",
        "客服",
        "班组",
        "处理措施",
        "话题",
        "其他话题",
        "月度考核",
        "事项",
    ]
    assert list((tmp_path / "out").iterdir()) == [folder]


def test_missed_months_are_written_later_and_a_month_without_calls_is_not(
    store: Store, tmp_path: Path
):
    settings = settings_of(tmp_path)
    write(settings, store, "2026-09-02")

    written = write(settings, store).written

    assert written == (str(tmp_path / "month-2026-10" / "index.html"),)
    assert [one.period for one in store.reports.all()] == ["2026-10", "2026-08"]


def test_a_folder_that_cannot_be_written_is_tried_again_and_ends_nothing(
    store: Store, tmp_path: Path
):
    (tmp_path / "out").write_text("a file in the way")
    settings = settings_of(tmp_path / "out")

    first, second = write(settings, store), write(settings, store)

    assert first.written == second.written == ()
    assert first.problems == second.problems
    assert "set another [nightly.reports] folder" in first.problems[0]
    (one,) = store.reports.all()
    assert (one.period, one.written_at, one.tries) == ("2026-10", None, 2)
    assert report_lines([one], ())[0].startswith("! 定期报告 2026-10：写入失败 2 次")
    (tmp_path / "out").unlink()
    assert write(settings, store, "2026-12-02").written == (
        str(tmp_path / "out" / "month-2026-10" / "index.html"),
    )


@pytest.mark.long
def test_of_a_report_that_fails_in_the_middle_no_file_is_there(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("pipeline.jobs.report.write_site", fails)  # the tables come before it

    ran = write(settings_of(tmp_path / "out"), store)

    assert ran.problems == ("2026-10: RuntimeError: a fault of ours",)
    assert list((tmp_path / "out").iterdir()) == []


def test_what_a_killed_run_left_is_removed(store: Store, tmp_path: Path):
    (tmp_path / ".callqa-report-x").mkdir()
    (tmp_path / ".callqa-report-x" / "index.html").touch()

    write(settings_of(tmp_path), store)

    assert not (tmp_path / ".callqa-report-x").exists()


def test_a_run_that_was_stopped_leaves_the_report_for_three_days(store: Store, tmp_path: Path):
    settings = settings_of(tmp_path)

    assert write(settings, store, "2026-11-03", stopped=True).written == ()
    assert len(write(settings, store, "2026-11-04", stopped=True).written) == 1


class Receiver:
    """A server of this machine that takes messages, or refuses them."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.status == 200:
                    outer.heard.append(json.loads(body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"json://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def receivers() -> Iterator[tuple[Receiver, Receiver]]:
    both = Receiver(), Receiver()
    yield both
    for one in both:
        one.server.shutdown()
        one.server.server_close()


def test_each_address_gets_a_report_once_and_a_refused_one_is_sent_again(
    store: Store, tmp_path: Path, receivers: tuple[Receiver, Receiver]
):
    good, ill = receivers
    ill.status = 503
    settings = settings_of(tmp_path, good.address, ill.address)

    first = write(settings, store)
    ill.status = 200
    second, third = write(settings, store), write(settings, store)

    assert first.problems == ("2026-10: not every address of [nightly] notify took it (1 did not)",)
    assert (second.problems, third.written) == ((), ())
    assert [one["title"] for one in good.heard] == ["callqa 2026-10 月报"]
    assert [one["title"] for one in ill.heard] == ["callqa 2026-10 月报"]
    text = str(good.heard[0]["message"])
    assert "通话 2 通，评分 2 通；服务态度平均 100.0" in text
    assert str(tmp_path / "month-2026-10" / "index.html") in text
    assert "attachments" not in good.heard[0] or good.heard[0]["attachments"] == []


@pytest.mark.long
def test_the_files_go_along_if_asked_for_and_nothing_is_sent_if_not(
    store: Store, tmp_path: Path, receivers: tuple[Receiver, Receiver]
):
    with_files, silent = receivers
    write(settings_of(tmp_path / "a", silent.address, send=False), store)
    store.db.execute("DELETE FROM period_reports")
    write(settings_of(tmp_path / "b", with_files.address, attach=True), store)

    assert silent.heard == []
    attached = with_files.heard[0]["attachments"]
    assert [one["filename"] for one in attached] == ["calls.xlsx", "index.html"]


def test_the_address_with_its_key_is_not_in_the_database(
    store: Store, tmp_path: Path, receivers: tuple[Receiver, Receiver]
):
    address = receivers[0].address + "?key=secret-key"
    write(settings_of(tmp_path, address), store)

    assert store.reports.all()[0].done
    assert "secret" not in str(store.db.execute("SELECT * FROM period_reports").fetchall())


def add_calls(store: Store, agent: str, total: float, *, number: int, text: str = "您好。") -> None:
    """Ten calls of an agent in October, the first with a sentence of his own."""
    for at in range(number, number + 10):
        meta = CallMeta(f"c{at}", agent, f"k{at}", "2026-10-06T09:00:00", "billing")
        said = an_utterance(text if at == number else "您好。")
        made = a_result(call=meta, score=a_score(total), utterances=(said,))
        made = replace(made, recording=replace(made.recording, sha256=f"{at:064x}"))
        store.results.save(made, scored_at=NOW)
        save_promises(store, made, PromiseSettings())


def message(store: Store, key: str, folder: Path, **settings) -> list[str]:
    """The lines about a period in the night of 3 November."""
    page = folder / "index.html"
    as_of = AsOf(datetime(2026, 11, 3, 9, 0))
    title, text = period_message(
        Settings(**settings), store, Period.of_key(key), page, as_of=as_of, now=NOW
    )
    assert title.startswith("callqa 2026")
    return text.splitlines()


def test_the_message_of_a_month_names_results_events_promises_and_places(
    store: Store, tmp_path: Path
):
    add_calls(store, "8001", 99.0, number=100, text="今天下午三点前给您回电。")
    add_calls(store, "8002", 80.0, number=200)
    add_calls(store, "8003", 80.0, number=300, text="本月底之前给您回电。")
    store.agents.record([("8001", "张敏", "一班")], actor="t", at=NOW)
    for event in (
        ServiceEvent("praise", date(2026, 10, 9), "8001"),
        ServiceEvent("complaint", date(2026, 10, 9), "8002", level="省公司"),
        ServiceEvent("complaint", date(2026, 10, 9), "8002", repeat=True),
        ServiceEvent("survey", date(2026, 10, 9), "8001", value=90.0),
        ServiceEvent("complaint", date(2026, 11, 1), "8002", level="分公司"),
    ):
        store.events.record(event, actor="t", at=NOW)
    for name in ("calls.xlsx", "8001.html", "8001.xlsx", "8002.html", "index.html"):
        (tmp_path / name).touch()

    lines = message(
        store, "2026-10", tmp_path, review=ReviewSettings(base_url="https://qa.example.com/")
    )

    assert lines[0].startswith("通话 32 通，评分 32 通；服务态度平均 ")
    assert lines[1:] == [
        "2026-10 月度考核 3 人：优秀 1 人，合格 1 人，不合格 1 人。请在 2026-11-10 前公布。",
        "事项：客户表扬 1 件；客户投诉 2 件（省公司 1，未分级 1，其中二次 1）；考核分 1 条。",
        "承诺 2 项：到期未见兑现 2。",
        "等人处理：承诺核实 2 项。",
        "页面：https://qa.example.com/dashboard?period=month&on=2026-10-01",
        f"报告：{tmp_path / 'index.html'}",
        "同一文件夹里有：calls.xlsx、客服各自的测评表 2 份。",
    ]


def test_a_message_says_nothing_of_what_is_not_there(store: Store, tmp_path: Path):
    lines = message(store, "2026-W41", tmp_path / "none")

    assert lines == [
        "通话 1 通，评分 1 通；服务态度平均 100.0，总分平均 100.0。",
        f"报告：{tmp_path / 'none' / 'index.html'}",
    ]


def test_a_quarter_names_each_month_and_a_day_of_publication_that_has_passed(
    store: Store, tmp_path: Path
):
    assert "2026-08 月度考核 1 人：不评 1 人。" in message(store, "2026-Q3", tmp_path)
    add_calls(store, "8001", 99.0, number=100)
    store.db.execute("UPDATE calls SET moment = replace(moment, '2026-10-06', '2026-09-06')")
    store.db.execute("UPDATE calls SET started_at = moment")

    assert "2026-09 月度考核 1 人：优秀 1 人。公布期限 2026-10-10 已过。" in message(
        store, "2026-Q3", tmp_path
    )
