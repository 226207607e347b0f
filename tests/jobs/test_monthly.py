"""The month of a site: nobody's events are lost, whether there are calls or not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.errors import ReportError
from pipeline.jobs import (
    AsOf,
    agents_in,
    count_events,
    judge_agents,
    load_names,
    report_month,
    report_site,
)
from pipeline.jobs.promises import save_promises
from pipeline.lexicon import load_monthly
from pipeline.report import Names
from pipeline.settings import PromiseSettings
from pipeline.store import Store
from pipeline.types import CallMeta, CustomerOutcome, EventLine, Period, Scope, ServiceEvent
from tests.builders import a_result, a_score, an_utterance

AT = "2026-11-30T09:00:00+00:00"
ENDED = AsOf(datetime(2026, 12, 1, 9, 0))
NOVEMBER = Scope.of_month("2026-11")


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as opened:
        opened.agents.record(
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


def promise(store: Store, number: int, agent: str, text: str, start: str) -> None:
    """A call of an agent who promises something, each to another customer."""
    meta = CallMeta(f"P{number}", agent, f"k{number}", start, "退款")
    made = a_result(call=meta, utterances=(an_utterance(text),), score=a_score(90.0))
    made = replace(made, recording=replace(made.recording, sha256=f"{number:064x}"))
    store.results.save(made, scored_at=AT)
    save_promises(store, made, PromiseSettings())


def promise_all(store: Store) -> None:
    promise(
        store, 21, "8001", "今天下午三点前给您回电，我的电话是13800138000。", "2026-11-10T09:30:00"
    )
    promise(store, 22, "8001", "我争取明天给您回电。", "2026-11-11T09:30:00")
    promise(store, 23, "8003", "本月底之前给您回电。", "2026-11-12T09:30:00")


@cache
def linked_names() -> Names:
    """Reading all rules takes a second."""
    return replace(load_names(), base_url="https://qa.example.com")


def report(store: Store, folder: Path, as_of: AsOf, agent: str = "", **more) -> str:
    shared = {
        "period": "2026-11",
        "names": linked_names(),
        "formats": ("xlsx",),
        "masked": True,
        **more,
    }
    if agent:
        page = report_month(
            store, replace(NOVEMBER, agent=agent), path=folder / "own.html", as_of=as_of, **shared
        )
    else:
        page = report_site(store, NOVEMBER, folder=folder, as_of=as_of, **shared)
    return page.read_text(encoding="utf-8")


@pytest.mark.long
@pytest.mark.parametrize("agent", ["", "8001"])
def test_a_month_that_has_not_ended_names_its_day_and_no_grade_anywhere(
    store: Store, tmp_path: Path, agent: str
):
    for number in range(30, 40):
        meta = CallMeta(f"C{number}", "8001", None, "2026-11-05T09:30:00", "退款")
        made = a_result(call=meta, score=a_score(90.0))
        recording = replace(made.recording, sha256=f"{number:064x}")
        store.results.save(replace(made, recording=recording), scored_at=AT)
    early = AsOf(datetime(2026, 11, 29, 23, 59))
    page = report(store, tmp_path / "early", early, agent)
    book = load_workbook(tmp_path / "early" / ("own.xlsx" if agent else "calls.xlsx"))
    final = report(store, tmp_path / "final", ENDED, agent)

    assert "本月未结束，得分为暂计，截至 2026-11-29" in page
    assert "2026-12-10" not in page
    assert "被考核人：" not in page
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]
    assert any("本月未结束，得分为暂计，截至 2026-11-29" in text for text in cells)
    assert not any("2026-12-10" in text or "等级 " in text for text in cells)
    assert "未结束" not in final
    assert "2026-12-10 前" in final


def test_each_number_of_promises_leads_to_the_calls_behind_it(store: Store, tmp_path: Path):
    promise_all(store)
    site, own = (report(store, tmp_path, ENDED, agent) for agent in ("", "8001"))
    base = "https://qa.example.com/promises?since=2026-11-01&amp;until=2026-11-30"

    assert f'<a href="{base}&amp;status=overdue">2</a>' in site
    assert f'<a href="{base}&amp;agent=8003&amp;status=overdue">1</a>' in site
    assert f'<a href="{base}&amp;agent=8001&amp;status=unknown">1</a>' in own
    assert ">P21</a>" in own
    assert ">P23</a>" not in own
    assert "13800138000" not in site + own


def test_the_workbook_has_the_promises_and_their_figures(store: Store, tmp_path: Path):
    promise_all(store)
    report(store, tmp_path, ENDED, formats=("xlsx", "csv"))
    report(store, tmp_path, ENDED, "8001")
    book, own = (load_workbook(tmp_path / name) for name in ("calls.xlsx", "own.xlsx"))

    sums = [[cell.value for cell in row] for row in book["承诺合计"].iter_rows(min_row=3)]
    assert [row[:8] for row in sums] == [
        ["8001", "张敏", 2, 0, 0, 1, 0, 1],
        ["8003", "陈晨", 1, 0, 0, 1, 0, 0],
        ["合计", None, 3, 0, 0, 2, 0, 1],
    ]
    rows = [[cell.value for cell in row] for row in own["承诺"].iter_rows(min_row=3)]
    assert [(row[0], row[1], row[4]) for row in rows] == [
        (datetime(2026, 11, 10, 15, 0), "到期未见兑现", "P21"),
        (datetime(2026, 11, 12, 23, 59), "待人工看", "P22"),
    ]
    assert "13800138000" not in (tmp_path / "promises.csv").read_text(encoding="utf-8")


def test_events_are_counted_with_levels_and_imported_complaints(store: Store):
    kinds = load_monthly().kinds
    outcome = CustomerOutcome(complaints=1, praises=2)
    meta = CallMeta("C9", "8001", None, "2026-11-05T09:30:00", "退款")
    made = a_result(call=meta, outcome=outcome)
    recording = replace(made.recording, sha256=f"{9:064x}")
    store.results.save(replace(made, recording=recording), scored_at=AT)

    sums = count_events(store, kinds, store.calls.records(NOVEMBER), NOVEMBER)

    assert [(one.kind.id, one.number, one.levels) for one in sums] == [
        ("praise", 2, ((None, 2),)),
        ("complaint", 2, (("省公司", 1), (None, 1))),
        ("survey", 1, ((None, 1),)),
    ]


def test_calls_without_a_solution_are_named_as_such_and_not_by_a_nought(
    store: Store, tmp_path: Path
):
    meta = CallMeta("C7", "8001", None, "2026-11-05T09:30:00", "退款")
    made = a_result(call=meta, outcome=CustomerOutcome(resolved=False, rating=2))
    recording = replace(made.recording, sha256=f"{7:064x}")
    store.results.save(replace(made, recording=recording), scored_at=AT)
    page = re.sub("<[^>]+>", "", report(store, tmp_path, ENDED, "8001"))
    rows = load_workbook(tmp_path / "own.xlsx")["2026-11 测评表"].iter_rows(values_only=True)
    behind = {row[4]: row[9] for row in rows}

    assert "1 通，未解决：C7" in page
    assert "1 通，不满意：C7" in page
    assert "C7（0）" not in page
    assert behind["客户的问题已解决的比例"] == "1 通；未解决：C7"
