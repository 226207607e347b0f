"""The month's result: known answers worked by hand from D's tables, and properties of the
arithmetic."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline.lexicon import MonthlySheet, load_monthly
from pipeline.study import choose_sheet, count_outcomes, events_of, judge_month
from pipeline.types import MonthCall, ServiceEvent

RULES = load_monthly()
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
ENDED = date(2026, 12, 1)


def sheet(name: str) -> MonthlySheet:
    return next(one for one in RULES.sheets.sheets if one.id == name)


def calls(number: int = 100, **changes: Any) -> list[MonthCall]:
    values: dict[str, Any] = {"queue": "有线电视", "total": 100.0, "attitude": 100.0}
    return [MonthCall(n, f"{n:064x}", FIRST, **{**values, **changes}) for n in range(number)]


def event(kind: str, count: int = 1, **changes: Any) -> list[ServiceEvent]:
    return [
        ServiceEvent(kind, FIRST, "8001", **{"key": f"{kind} {n} {changes}", **changes})
        for n in range(count)
    ]


def judge(name: str, *events: ServiceEvent, own: list[MonthCall] | None = None) -> Any:
    return judge_month(
        sheet(name), calls() if own is None else own, events, first=FIRST, last=LAST, today=ENDED
    )


C = "complaint"
MARKS = [
    *event("procedure", level="熟悉"),
    *event("key_customers", level="落实责任并定期回访"),
    *event("after_sales", level="满足客户需求"),
]

KNOWN = [
    # events, 营业厅 (of 100), 客户服务 (of 100); the month is half of each (D 第二部分 四 5, 第四部分 五 3)
    ([], 100.0, 100.0),
    (event("praise"), 103.0, 100.0),  # 营业厅加分项 1: +3
    (event("volunteer", 2), 104.0, 100.0),  # 加分项 4: +2 each
    (event("praise_leader"), 105.0, 100.0),  # 加分项 9: +5
    (event("loss"), 95.0, 100.0),  # 扣分项 2: -5
    (event(C, 2), 94.0, 100.0),  # 扣分项 3: -3 each
    (event("hall_unsatisfied"), 95.0, 100.0),  # 客户满意度: -5
    (event("hall_unsatisfied", 4), 85.0, 100.0),  # 3 次以上 0 分: all 15
    (event("visit_unsatisfied", 2), 90.0, 100.0),  # 第三方暗访: -5 each
    (event("long_wait"), 98.0, 100.0),  # 业务办理流程规范: 等待时间长 -2
    (event("procedure", level="较熟悉"), 98.0, 100.0),  # 3 of 5 points
    (event("seats"), 98.0, 100.0),  # 现场管理: 任何一项不规范均为 0 分, 2 points
    (event("no_retention", 2), 97.0, 100.0),  # 服务主动性: -3, 单项最低得分为 0
    (event("overdue_order", 2), 100.0, 90.0),  # 六 1: 超时工单 -5 each
    ([*event("false_reply"), *event("false_reply_complaint")], 100.0, 94.0),  # 六 2: -3, again -3
    ([*event("bare_reply"), *event("bad_mismatch")], 100.0, 93.0),  # 六 6: -1, -6
    (event(C, repeat=True), 100.0, 95.0),  # 六 9: -5
    (event(C, level="分公司"), 100.0, 90.0),  # 六 10
    (event(C, level="省公司"), 100.0, 85.0),
    (event(C, level="省级以上"), 100.0, 80.0),
    ([*event("repair_thanks", value=2.0), *event("thanks")], 100.0, 105.0),  # 六 9.1, 9.2
    ([*event("repairs", value=16.0), *event("customers", value=1000.0)], 100.0, 0.0),  # 1.5 %: 15
    ([*event("repairs", value=15.0), *event("customers", value=1000.0)], 100.0, 100.0),
    ([*event("praise", 2), *event(C), *event("late_24h"), *MARKS], 103.0, 97.0),  # 6 - 3; 六 8: -3
]


@pytest.mark.parametrize(("events", "hall", "service"), KNOWN)
def test_the_two_forms_of_the_cable_regulation_give_what_its_tables_say(
    events: list[ServiceEvent], hall: float, service: float
):
    found = judge("cable", *events)

    assert [one.points for one in found.forms] == [hall, service]
    assert found.total == (hall + service) / 2


def test_two_attitude_complaints_in_100_calls_leave_94():
    own = [*calls(98), *calls(100, complaints=1)[98:]]
    events = count_outcomes("8001", own, RULES.kinds, unknown_day=FIRST)

    found = judge("default", *events, own=own)

    assert (found.total, found.grade, found.sheet.department) == (94.0, "良好", "质检部")
    assert found.publish_by == date(2026, 12, 10)
    (line,) = [one for one in found.forms[0].sums if one.charged]
    assert [one.event.result_id for one in line.charged] == [98, 99]


def test_a_complaint_costs_its_level_once_and_nothing_on_top():
    levels = {
        level: judge("default", *event(C, level=level)).total
        for level in ("分公司", "省公司", "省级以上")
    }

    assert levels == {"分公司": 90.0, "省公司": 85.0, "省级以上": 80.0}
    assert judge("default", *event(C, repeat=True)).total == 95.0
    assert judge("default", *event(C, level="省公司", repeat=True)).total == 85.0


def test_unmeasured_knowledge_does_not_apply_and_a_measured_one_counts():
    without = judge("default", own=calls(20, total=80.0))
    marked = judge("default", *event("knowledge", value=40.0), own=calls(20, total=80.0))

    (line,) = [line for line in without.forms[0].lines if line.item.id == "knowledge"]
    assert (line.points, without.total) == (None, 80.0)
    # 56 of 70 for calls, 4 of 10 for knowledge
    assert marked.total == 75.0


def test_an_event_that_no_entry_of_the_sheet_counts_is_named():
    mark, charged = event("knowledge", value=88.0), event(C, 2)
    cable = judge("cable", *mark, *charged, *event(C, level="省公司"), *event("repairs", value=1.0))

    assert [one.kind for one in cable.unused if one.kind != "repairs"] == ["knowledge"]
    assert judge("default", *mark).unused == ()


def test_with_too_few_calls_nobody_is_judged():
    found = judge("default", *event("praise"), own=calls(9))

    assert (found.total, found.grade) == (None, None)
    assert found.reason == "评分的通话 9 通，不足 10 通，不评"


def test_a_low_quantile_counts_beside_the_mean():
    own = [*calls(90), *calls(100, total=50.0)[90:]]
    found = judge("bank", own=own)

    lines = {line.item.id: line.points for line in found.forms[0].lines}
    # the mean is 95: 47.5 of 50. The tenth lowest of 100 is 50, the next 100; the quantile lies at
    # 9.9 of the ten places from 0: between the tenth (50) and the eleventh (100), 0.9 of the way.
    assert lines["calls"] == 47.5
    assert lines["low_calls"] == pytest.approx(20 * 0.95)


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_events_and_calls_does_not_matter(seed: int):
    chance = random.Random(seed)
    pool = [one for events, _, _ in KNOWN for one in events]
    events = chance.choices(pool, k=8)
    own = [replace(call, total=chance.uniform(0, 100)) for call in calls(30)]
    mixed, called = chance.sample(events, 8), chance.sample(own, 30)

    for name in ("cable", "default", "bank"):
        first, again = judge(name, *events, own=own), judge(name, *mixed, own=called)
        assert (first.total, first.grade) == (again.total, again.grade)
        assert [f.points for f in first.forms] == [f.points for f in again.forms]


@pytest.mark.parametrize("seed", range(20))
def test_bonuses_and_deductions_add_up_while_no_floor_is_reached(seed: int):
    chance = random.Random(seed)
    kinds = ["praise", "praise_leader", "taught", "late_24h", "loss", "complaint"]
    events = [one for kind in chance.choices(kinds, k=6) for one in event(kind)]
    alone = judge("default").total
    together = judge("default", *events).total
    apart = sum(judge("default", one).total - alone for one in events)

    assert together == pytest.approx(alone + apart)


@pytest.mark.parametrize("count", [0, 1, 5, 20, 200])
def test_no_form_falls_below_nothing_and_more_complaints_never_help(count: int):
    fewer, more = judge("cable", *event(C, count)), judge("cable", *event(C, count + 1))

    assert 0.0 <= more.total <= fewer.total
    assert judge("default", *event(C, count, level="省级以上")).total == max(
        0.0, 100.0 - 20 * count
    )


def test_a_form_without_a_result_leaves_its_weight_to_the_others():
    one = sheet("cable")
    hall, service = one.forms
    measured = replace(service, items=tuple(i for i in service.items if i.measure is not None))
    both = replace(one, forms=(hall, measured))
    unheard = calls(20, attitude=None)

    found = judge_month(both, unheard, event("loss"), first=FIRST, last=LAST, today=ENDED)

    assert [form.points for form in found.forms] == [95.0, None]
    assert found.total == 95.0


def test_the_sheet_is_that_of_most_calls_and_of_the_first_of_the_month():
    mixed = [*calls(3, queue="信用卡中心"), *calls(2), *calls(1, queue=None)]
    later = replace(sheet("bank"), id="bank2", starts=date(2026, 11, 2))
    book = replace(RULES.sheets, sheets=(*RULES.sheets.sheets, later))

    assert choose_sheet(book, mixed, FIRST).id == "bank"
    assert choose_sheet(book, mixed, date(2026, 12, 1)).id == "bank2"
    assert choose_sheet(book, [], FIRST).id == "default"


def test_marks_of_a_team_count_for_its_agents_and_its_complaints_do_not():
    own = replace(event("praise")[0], agent_id="8001")
    mark = ServiceEvent("survey", FIRST, None, "一班", value=90.0)
    others = [
        replace(own, agent_id="8002"),
        replace(own, state="withdrawn"),
        ServiceEvent("complaint", FIRST, None, "一班"),
        replace(mark, team="二班"),
    ]

    assert events_of("8001", "一班", [own, mark, *others], RULES.kinds) == [own, mark]


@pytest.mark.parametrize(
    ("today", "graded", "interim"),
    [
        (date(2026, 11, 30), False, "本月未结束，得分为暂计，截至 2026-11-30"),
        (date(2026, 12, 1), True, ""),
    ],
)
def test_a_month_has_a_grade_and_a_day_of_publication_when_it_has_ended(
    today: date, graded: bool, interim: str
):
    found = judge_month(sheet("default"), calls(), [], first=FIRST, last=LAST, today=today)

    assert found.total is not None
    assert (found.grade is not None, found.publish_by is not None) == (graded, graded)
    assert found.interim == interim


def test_a_month_that_has_not_begun_has_no_points_whatever_is_recorded_for_it():
    early = date(2026, 10, 31)
    found = judge_month(sheet("default"), calls(), event(C), first=FIRST, last=LAST, today=early)

    assert (found.total, found.grade, found.publish_by) == (None, None, None)
    assert found.interim == "2026-11 还没有开始，没有得分"


def test_the_result_of_december_is_published_in_january():
    first, last = date(2026, 12, 1), date(2026, 12, 31)
    found = judge_month(
        sheet("default"), calls(), [], first=first, last=last, today=date(2027, 1, 1)
    )

    assert found.publish_by == date(2027, 1, 10)
