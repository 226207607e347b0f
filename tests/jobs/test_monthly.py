"""The month of a site: nobody's events are lost, whether there are calls or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.errors import ReportError
from pipeline.jobs import AsOf, agents_in, judge_agents, load_names, report_month, report_site
from pipeline.lexicon import load_monthly
from pipeline.store import Store
from pipeline.types import CallMeta, EventLine, Period, Scope, ServiceEvent
from tests.builders import a_result, a_score

AT = "2026-11-30T09:00:00+00:00"
ENDED = AsOf(datetime(2026, 12, 1, 9, 0))
NOVEMBER = Scope.of_month("2026-11")


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as opened:
        opened.calls.import_agents(
            [("8001", "张敏", "一班"), ("8002", "李响", "二班"), ("8003", "陈晨", "二班")],
            actor="t",
            at=AT,
        )
        call = CallMeta("C1", "8001", None, "2026-11-05T09:30:00", "退款")
        opened.results.save(a_result(call=call, score=a_score(90.0)), scored_at=AT)
        day = date(2026, 11, 3)
        events = [
            ServiceEvent("complaint", day, "8002", level="省公司"),
            ServiceEvent("survey", day, team="二班", value=80.0),
        ]
        lines = [EventLine(one, "", True, f"e.csv, line {at}") for at, one in enumerate(events, 2)]
        opened.events.import_lines(lines, actor="t", at=AT)
        yield opened


def test_an_agent_with_events_and_without_calls_has_a_result_with_them(store: Store):
    results = judge_agents(
        store, load_monthly(), store.calls.records(NOVEMBER), NOVEMBER, today=ENDED.today
    )

    (absent,) = results["8002"]
    assert sorted(results) == ["8001", "8002"]
    assert (absent.calls, absent.total, absent.forms[0].penalty) == (0, None, 15.0)
    assert "不足 10 通" in absent.reason


def test_the_site_and_the_agent_show_them_with_the_name(store: Store, tmp_path: Path):
    names = load_names()
    page = report_site(
        store,
        NOVEMBER,
        period="2026-11",
        folder=tmp_path,
        names=names,
        formats=("xlsx",),
        masked=True,
        as_of=ENDED,
    )
    own = report_month(
        store,
        replace(NOVEMBER, agent="8002"),
        period="2026-11",
        path=tmp_path / "8002.html",
        names=names,
        formats=("xlsx",),
        masked=True,
        as_of=ENDED,
    )

    assert agents_in(store, NOVEMBER) == ("8001", "8002")
    assert "李响" in page.read_text(encoding="utf-8")
    sheet = own.read_text(encoding="utf-8")
    assert all(text in sheet for text in ("李响", "二班", "省公司", "不评", "没有评分的通话"))
    with pytest.raises(ReportError, match="8003: no calls and no events in 2026-11"):
        report_month(
            store,
            replace(NOVEMBER, agent="8003"),
            period="2026-11",
            path=tmp_path / "8003.html",
            names=names,
            formats=(),
            masked=True,
            as_of=ENDED,
        )


@pytest.mark.parametrize(
    ("key", "listed"), [("2026-W45", True), ("2026-Q4", True), ("2026-W46", False)]
)
def test_the_workbook_of_any_period_has_its_events(
    store: Store, tmp_path: Path, key: str, listed: bool
):
    period = Period.of_key(key)
    report_site(
        store,
        period.scope(),
        period=period.name,
        folder=tmp_path,
        names=load_names(),
        formats=("xlsx",),
        masked=True,
        as_of=ENDED,
    )

    assert ("事项" in load_workbook(tmp_path / "calls.xlsx").sheetnames) is listed
