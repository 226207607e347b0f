"""Figures of months, sites and changes, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.store import Store
from pipeline.study.changes import compare_scores, count_reasons, distribution
from pipeline.study.month import agent_month, coach
from pipeline.study.period import count_bands
from pipeline.study.summaries import good_calls, summarise, urgent_calls
from pipeline.types import CallMeta, CustomerOutcome, Reason, Score, ScoreItem
from pipeline.types.records import CallRecord, ItemCall, ItemSum, Resolution, Scope
from tests.builders import a_finding, a_result, a_score

AT = "2026-11-30T09:00:00+00:00"


def a_record(number: int = 0, **changes: object) -> CallRecord:
    values: dict[str, object] = {
        "result_id": number,
        "sha256": f"{number:064d}",
        "path": f"{number}.wav",
        "duration_s": 100.0,
        "attitude": 90.0,
        "total": 96.0,
        "fatal": False,
        "call_id": f"c{number}",
        "agent_id": "8001",
    }
    return CallRecord(**{**values, **changes})  # type: ignore[arg-type]


def an_item(name: str = "禁语", **changes: object) -> ItemSum:
    values: dict[str, object] = {
        "agent_id": "8001", "sheet": "default-1", "part": "items", "project": "服务态度", "indicator": "服务用语",
        "id": name, "name": name, "dimension": "taboo", "full": 30.0, "calls": 10, "hit": 2, "change": -30.0,
    }  # fmt: skip
    return ItemSum(**{**values, **changes})  # type: ignore[arg-type]


def test_a_summary_of_four_calls():
    records = [
        a_record(1, attitude=80.0, total=70.0, rating=5.0, latency_s=1.0, duration_s=60.0),
        a_record(2, attitude=100.0, total=90.0, rating=3.0, latency_s=3.0, fatal=True),
        a_record(3, attitude=None, total=None, latency_s=2.0, duration_s=80.0, doubtful=2),
        a_record(4, attitude=90.0, total=80.0, complaint=True, forbidden=3),
    ]

    found = summarise(records)

    # attitudes 80, 100, 90: mean 90, standard deviation 10, error 1.96 * 10 / sqrt 3 = 11.316
    assert (found.calls, found.scored, found.attitude, found.total) == (4, 3, 90.0, 80.0)
    assert (found.low, found.high) == (pytest.approx(78.684, abs=1e-3), 100.0)
    assert (found.fatal, found.doubtful, found.forbidden, found.complaints) == (1, 1, 1, 1)
    assert (found.handling_s, found.latency_s, found.rating, found.satisfied) == (
        85.0,
        2.0,
        4.0,
        0.5,
    )


def test_a_summary_of_nothing_knows_nothing():
    found = summarise([])

    assert (found.calls, found.attitude, found.low, found.handling_s, found.rating) == (
        0,
        None,
        None,
        None,
        None,
    )


def test_bands_count_the_lower_end():
    attitudes = (49.9, 50.0, 99.9, 100.0, None)

    assert [n for n in count_bands([a_record(attitude=a) for a in attitudes]) if n[1]] == [
        ("0～50", 1),
        ("50～60", 1),
        ("95～100", 1),
        ("100", 1),
    ]


def test_good_calls_have_no_doubt_and_upset_customers_first():
    records = [
        a_record(1, total=99.0),
        a_record(2, total=96.0, customer_upset=True),
        a_record(3, total=99.0, doubtful=1),
        a_record(4, total=94.0),
        a_record(5, total=99.0, rating=2.0),
        a_record(6, total=99.0, duration_s=30.0),
        a_record(7, total=98.0, rating=5.0),
        a_record(8, total=100.0, measured_share=0.59),
        a_record(9, total=95.0, measured_share=0.6),
    ]

    assert [record.result_id for record in good_calls(records, 9)] == [2, 7, 1, 9]


def test_fatal_calls_and_complaints_are_heard_first():
    records = [
        a_record(1, attitude=50.0),
        a_record(2, complaint=True),
        a_record(3, fatal=True),
        a_record(4),
    ]

    assert [record.result_id for record in urgent_calls(records, 3)] == [3, 2, 1]


def test_coaching_takes_the_items_that_lose_the_largest_share():
    items = [
        an_item("禁语", change=-30.0),  # 30 of 10 * 30: 10 %
        an_item("倾听", full=10.0, change=-50.0),  # 50 of 100: 50 %
        an_item("流程", full=10.0, change=-4.0),  # 4 %: too little
        an_item("满意度", part="beside", full=100.0, change=-900.0),
    ]
    team = [
        *items,
        an_item("倾听", agent_id="8002", full=10.0, calls=30, change=-30.0),
    ]  # 80 of 400: 20 %
    reasons = '[{"text": "打断客户：“等等”（依据：A 五(二)1）", "points": -3}]'
    behind = [
        ItemCall("default-1", "倾听", 7, "c7", -9.0, reasons),
        ItemCall("other-1", "倾听", 8, "c8", -9.0, "[]"),
    ]

    first, second = coach(items, team, behind)

    assert (first.item, first.lost_share, first.team_lost_share) == ("倾听", 0.5, 0.2)
    assert ([call.call_id for call in first.calls], first.reasons) == (
        ["c7"],
        ("打断客户：“等等”",),
    )
    assert (second.item, second.lost_share) == ("禁语", 0.1)


def test_a_month_keeps_the_sheets_of_several_queues_apart():
    items = [an_item(), an_item(sheet="bank-1", calls=3, change=0.0, hit=0)]
    behind = [ItemCall("default-1", "禁语", 7, "c7", -20.0, "[]")]

    month = agent_month(
        "8001", [a_record(grade="优秀"), a_record(1, grade="优秀")], period="2026-11", others=[], items=items,
        team_items=[], behind=behind, faults=[], resolution=Resolution(0, 0),
    )  # fmt: skip

    assert [(part.sheet, part.calls, len(part.items[0].calls)) for part in month.parts] == [
        ("default-1", 10, 1),
        ("bank-1", 3, 0),
    ]
    assert (month.parts[0].items[0].mean_change, month.parts[0].items[0].item.mean_points) == (
        -3.0,
        27.0,
    )
    assert (month.grades, month.resolution.rate) == ({"优秀": 2}, None)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Customer k1 calls on days 1, 5 and 20, k2 on day 2, k3 on day 28 of November."""
    path = tmp_path / "callqa.db"
    calls = [("k1", 1), ("k1", 5), ("k1", 20), ("k2", 2), ("k3", 28)]
    item = ScoreItem(
        "a",
        "礼貌用语",
        60.0,
        52.0,
        (Reason("缺少：再见", -8.0, finding=0),),
        "态度",
        "用语",
        "courtesy",
    )
    idle = ScoreItem(
        "b", "语气", 40.0, 0.0, (), "态度", "语气", "tone", applies=False, note="不适用"
    )
    score = Score(86.67, 86.67, False, (item, idle), ())
    missing = a_finding(rule="missing.closing", kind="missing", phrase="再见", points=-8.0)
    with Store.open(path) as store:
        for number, (customer, day) in enumerate(calls):
            meta = CallMeta(f"c{number}", "8001", customer, f"2026-11-{day:02d}T10:00:00", "咨询")
            made = a_result(
                call=meta, score=score, findings=(missing,), outcome=CustomerOutcome(rating=4.0)
            )
            store.results.save(
                replace(made, recording=replace(made.recording, sha256=f"{number}" * 64)),
                scored_at=AT,
            )
    return path


def test_first_call_resolution_looks_seven_days_ahead(site: Path):
    with Store.open(site) as store:
        # day 1 is followed on day 5; days 5 and 2 by nobody within 7 days; day 20 too; after day 28
        # seven days have not passed
        assert store.calls.resolution(Scope()) == Resolution(4, 1)
        assert store.calls.resolution(Scope()).rate == 0.75
        assert store.calls.resolution(Scope.of_month("2026-10")).rate is None


def test_items_count_only_calls_to_which_they_apply(site: Path):
    with Store.open(site) as store:
        courtesy, tone = store.calls.items(Scope.of_month("2026-11", agent="8001"))

    assert (courtesy.calls, courtesy.hit, courtesy.change, courtesy.mean_points) == (
        5,
        5,
        -40.0,
        52.0,
    )
    assert (tone.calls, tone.hit, tone.change) == (0, 0, 0.0)


def test_faults_are_counted_by_call(site: Path):
    with Store.open(site) as store:
        (fault,) = store.calls.faults(Scope())

    assert (fault.rule, fault.hits, fault.calls, fault.points) == ("missing.closing", 5, 5, -40.0)


@pytest.mark.long
@pytest.mark.parametrize(
    ("scope", "calls"),
    [
        (Scope(), 5),
        (Scope.of_month("2026-11"), 5),
        (Scope.of_month("2026-12"), 0),
        (Scope(agent="8002"), 0),
        (Scope(queue="咨询"), 5),
        (Scope(team="一班"), 0),
    ],
)
def test_a_scope_chooses_calls(site: Path, scope: Scope, calls: int):
    with Store.open(site) as store:
        assert (len(store.calls.records(scope)), len(store.results.effective_ids(scope))) == (
            calls,
            calls,
        )


def test_a_day_is_counted_to_its_end(site: Path):
    with Store.open(site) as store:
        day = Scope.of_month("2026-11").since
        assert day is not None
        assert [record.call_id for record in store.calls.records(Scope(day, day))] == ["c0"]


def test_hours_and_first_calls(site: Path):
    with Store.open(site) as store:
        assert store.calls.hourly_calls(Scope())["2026-11-05", 10] == 1
        assert store.calls.first_moments(Scope.of_month("2026-11"))["k1"] == "2026-11-01T10:00:00"


def test_no_change_is_none():
    assert compare_scores(a_result(), a_result()) is None


def test_a_change_lists_the_reasons_that_are_gone_and_the_new_ones():
    old = a_result(score=a_score(90.0, grade="良好"))
    new = a_result(score=a_score(70.0, grade="不合格"))

    change = compare_scores(old, new)

    assert change is not None
    assert (change.by, change.reasons) == (
        -20.0,
        ("礼貌用语：不再 -10 语速过快", "礼貌用语：-30 语速过快", "等级：良好 改为 不合格"),
    )
    assert count_reasons([change, change])[0] == ("礼貌用语：不再 -10 语速过快", 2)


def test_a_distribution_of_three():
    found = distribution([a_score(100.0, grade="优秀"), a_score(60.0), a_score(80.0, fatal=True)])

    assert (found.calls, found.fatal, found.mean_total, found.quartiles) == (
        3,
        1,
        80.0,
        (70.0, 80.0, 90.0),
    )
    assert (found.bands[2], found.bands[5], found.bands[9], found.grades) == (1, 1, 1, {"优秀": 1})
