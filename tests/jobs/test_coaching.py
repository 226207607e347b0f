"""Coaching records in the store: what a month shows of them, and what a coaching list knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from pipeline.jobs import AsOf, coached_in, done_since, item_of, report_month, report_site
from pipeline.people import CoachingKind, FindingKey, NewCoachingRecord
from pipeline.report import Names
from pipeline.store import Store
from pipeline.types import CallMeta, Period, Reason, Scope, ScoreItem
from tests.builders import a_finding, a_result, a_score

ENDED = AsOf(datetime(2026, 12, 1, 9, 0))

AT = "2026-11-28T01:00:00+00:00"
ON = date(2026, 11, 10)
NOVEMBER = Period.of_key("2026-11")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Ten calls of 80 points before the 10th of November and ten of 90 after it, of 8001; one of
    8002."""
    with Store.open(tmp_path / "callqa.db") as store:
        with store.batch():
            for number in range(20):
                day = ON + timedelta(days=number - 10 + (number >= 10))
                put(store, number, "8001", day, 80.0 if number < 10 else 90.0)
            put(store, 20, "8002", ON, 100.0)
        store.agents.record(
            [("8001", "张敏", "一班"), ("8002", "李娜", "二班")], actor="test", at=AT
        )
        yield store


def put(store: Store, number: int, agent: str, day: date, points: float) -> None:
    meta = CallMeta(f"c{number}", agent, f"k{number}", f"{day}T09:00:00", "billing")
    result = a_result(call=meta, score=a_score(points))
    recording = replace(result.recording, sha256=f"{number:064x}")
    store.results.save(replace(result, recording=recording), scored_at=AT)


def record(
    store: Store, agent: str = "8001", *, on: date = ON, kind: CoachingKind = "training", **more
) -> int:
    new = NewCoachingRecord(agent, kind, on, "听录音 13800138000", **more)
    return store.coaching.add(new, actor="lead", at=AT).id


def test_a_month_has_its_measures_with_the_figures_around_them(store: Store):
    record(store)
    record(store, on=date(2026, 12, 1))
    record(store, "8002", on=date(2026, 11, 30))

    own = coached_in(store, NOVEMBER.scope(agent="8001"))
    everyone = coached_in(store, NOVEMBER.scope())
    second_team = coached_in(store, NOVEMBER.scope(team="二班"))

    assert [(one.record.on, one.effect.means) for one in own] == [(ON, (80.0, 90.0))]
    assert [one.record.agent_id for one in everyone] == ["8001", "8002"]
    assert [one.record.agent_id for one in second_team] == ["8002"]
    assert everyone[1].effect.sentence.startswith("样本不足：")


def test_a_record_about_a_finding_counts_the_calls_with_its_fault(store: Store):
    for number, by_days in ((30, -2), (31, -1), (32, 3)):
        meta = CallMeta(f"c{number}", "8001", "k", f"{ON + timedelta(days=by_days)}T09:00:00")
        verdict = "review" if number == 31 else "confirmed"
        result = a_result(call=meta, findings=(a_finding(verdict=verdict), a_finding(start_s=5.0)) if number == 30 else (a_finding(verdict=verdict),))  # fmt: skip
        recording = replace(result.recording, sha256=f"{number:064x}")
        store.results.save(replace(result, recording=recording), scored_at=AT)
    record(store, finding=FindingKey.of(a_finding()))
    record(store, finding=FindingKey.of(a_finding()), kind="praise")

    about, praise = coached_in(store, NOVEMBER.scope(agent="8001"))

    assert (about.effect.n, about.effect.faults) == ((12, 11), (1, 1))
    assert praise.effect.faults is None


def test_a_withdrawn_record_counts_nowhere(store: Store):
    store.coaching.withdraw(record(store), reason="记错了人", actor="lead", at=AT)

    assert coached_in(store, NOVEMBER.scope()) == ()
    assert done_since(store, NOVEMBER.scope()) == {}
    assert [one.is_valid for one in store.coaching.find()] == [False]


def test_a_coaching_list_knows_measures_of_90_days_before_and_later_ones(store: Store):
    old = NOVEMBER.since - timedelta(days=91)
    for on in (old, old + timedelta(days=1), ON, date(2026, 12, 5)):
        record(store, on=on)

    done = done_since(store, NOVEMBER.scope())

    assert [one.on for one in done["8001"]] == [old + timedelta(days=1), ON, date(2026, 12, 5)]


def test_each_step_is_in_the_ledger(store: Store):
    number = record(store)
    store.coaching.answer(number, answer="好的", actor="zhang", at=AT)
    store.coaching.withdraw(number, reason="重复", actor="lead", at=AT)

    steps = [(one.action, one.actor, one.detail["coaching"]) for one in store.ledger.entries("agent 8001")[-3:]]  # fmt: skip
    assert steps == [
        ("coached", "lead", number),
        ("coaching answered", "zhang", number),
        ("coaching withdrawn", "lead", number),
    ]
    assert store.ledger.verify().faults == ()


def test_the_pages_show_the_measures_and_the_lists_what_was_done(store: Store, tmp_path: Path):
    record(store, item="礼貌用语")
    record(store, kind="praise")
    scope = NOVEMBER.scope()
    page = report_month(
        store, replace(scope, agent="8001"), period="2026-11", path=tmp_path / "8001.html", names=Names(),
        formats=("xlsx",), masked=True, as_of=ENDED,
    ).read_text("utf-8")  # fmt: skip
    site = report_site(
        store, scope, period="2026-11", folder=tmp_path / "site", names=Names(), formats=("xlsx", "csv"), masked=True, as_of=ENDED
    ).read_text("utf-8")  # fmt: skip

    for text in (page, site):
        assert "处理措施与前后对比" in text
        assert "升 10.0 分" in text
        assert "本项已采取措施：2026-11-10 培训" in text
        assert "已采取措施：2026-11-10 表扬" in text
        assert "13800138000" not in text
    for path in (tmp_path / "8001.xlsx", tmp_path / "site" / "calls.xlsx"):
        sheet = openpyxl.load_workbook(path)["处理措施"]
        heads = [cell.value for cell in sheet[1]]
        row = dict(zip(heads, (cell.value for cell in sheet[2]), strict=True))
        assert (row["日期"].date(), row["措施"], row["之后服务态度"]) == (ON, "培训", 90.0)
        assert row["内容"] == "听录音 138****8000"
    assert "处理措施" not in (tmp_path / "site" / "calls.csv").read_text("utf-8")


def test_a_page_without_measures_has_no_section_of_them(store: Store, tmp_path: Path):
    page = report_month(
        store, Scope(NOVEMBER.since, NOVEMBER.until, "8001"), period="2026-11", path=tmp_path / "8001.html",
        names=Names(), formats=(), masked=True, as_of=ENDED,
    ).read_text("utf-8")  # fmt: skip

    assert "处理措施" not in page


def test_the_item_of_a_finding_is_the_one_that_it_cost_points():
    reasons = (Reason("推诿", -10.0, finding=1),)
    items = (
        ScoreItem("a", "礼貌用语", 60.0, 60.0, ()),
        ScoreItem("b", "服务禁语", 40.0, 30.0, reasons),
    )
    score = replace(a_score(), items=items, total=90.0)
    result = a_result(findings=(a_finding(start_s=0.5), a_finding()), score=score)

    assert (item_of(result, 1), item_of(result, 0)) == ("服务禁语", "")
