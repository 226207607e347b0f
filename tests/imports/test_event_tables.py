"""Tables of events: what their columns mean, and what is refused with file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.imports import (
    CALL_HEADINGS,
    read_call_table,
    read_complaints,
    read_events,
    unread_columns,
)
from pipeline.lexicon import load_monthly
from pipeline.types import OF_CALL, ServiceEvent

KINDS = load_monthly().kinds


def a_table(folder: Path, *lines: str) -> Path:
    path = folder / "events.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_line_is_an_event_with_its_level_and_its_number(tmp_path: Path):
    path = a_table(
        tmp_path,
        "事项,日期,工号,投诉级别,二次投诉,分值,次数,说明,编号",
        "投诉,2026/11/2,8001,省级,是,,,电话打不通,T1",
        "超时工单,2026-11-03,8001,,,,2,,",
        "暗访,2026年11月4日,8002,,,85%,,,",
    )
    day = date(2026, 11, 2)

    events = [line.event for line in read_events(path, KINDS)]

    assert events == [
        ServiceEvent(
            "complaint", day, "8001", level="省公司", repeat=True, note="电话打不通", key="id T1"
        ),
        *[ServiceEvent("overdue_order", date(2026, 11, 3), "8001")] * 2,
        ServiceEvent("mystery_visit", date(2026, 11, 4), "8002", value=85.0),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("乱七八糟,2026-11-02,8001,,,", "line 2: '乱七八糟' is no kind of event"),
        ("超时公单,2026-11-02,8001,,,", "perhaps 超时工单"),
        (
            "投诉,2026-11-02,8001,部长,,",
            "line 2: the level is '部长'; expected one of 分公司、省公司、省级以上",
        ),
        ("超时工单,2026-11-02,8001,省公司,,", "has no levels; leave it empty"),
        ("投诉,2026-11-31,8001,,,", "is not a time"),
        ("投诉,,8001,,,", "no day"),
        ("投诉,2026-11-02,,,,", "names nobody"),
        ("投诉,2026-11-02,8001,,大概,", "expected 是 or 否"),
        ("超时工单,2026-11-02,8001,,是,", "is not counted as repeated"),
        ("抢修感谢,2026-11-02,8001,,,4", "expected a number from 1 to 3"),
        ("抢修感谢,2026-11-02,8001,,,", "has no value"),
        ("暗访,2026-11-02,8001,,,nan", "expected a number from 0 to 100"),
        ("投诉,2026-11-02,8001,,,3", "客户投诉 has no value"),
        ("业务流程抽查,2026-11-02,8001,,,", "has no level; expected 级别: 熟悉、较熟悉、基本熟悉"),
    ],
)
def test_what_cannot_be_an_event_is_refused_with_file_and_line(
    tmp_path: Path, line: str, says: str
):
    path = a_table(tmp_path, "事项,日期,工号,级别,重复,分值", line)

    with pytest.raises(SettingsError) as caught:
        read_events(path, KINDS)

    assert says in str(caught.value)
    assert str(caught.value).startswith(f"{path}, line 2: ")


@pytest.mark.parametrize("number", ["1001", "二", "-1", "1.5"])
def test_a_number_of_events_is_a_whole_one_within_reason(tmp_path: Path, number: str):
    path = a_table(tmp_path, "事项,日期,工号,次数", f"投诉,2026-11-02,8001,{number}")

    with pytest.raises(SettingsError, match="line 2: 次数"):
        read_events(path, KINDS)


def test_a_table_of_calls_names_the_levels_of_its_complaints(tmp_path: Path):
    path = a_table(
        tmp_path, "通话编号,投诉,投诉级别,重复投诉", "C1,1,省级以上,否", "C2,1,无,", "C3,,,是"
    )

    lines, faults = read_complaints(path, KINDS)
    found = [(one.call, one.event.level, one.event.repeat) for one in lines]

    assert (found, faults) == ([("C1", "省级以上", False), ("C3", None, True)], [])
    assert {one.event.key for one in lines} == {OF_CALL}
    assert [(line.key, line.values) for line in read_call_table(path).lines] == [
        ("C1", {"complaints": 1}),
        ("C2", {"complaints": 1}),
    ]


def test_a_level_of_a_complaint_that_nobody_knows_costs_only_its_line(tmp_path: Path):
    path = a_table(tmp_path, "通话编号,投诉级别,重复投诉", "C1,省政府,否", "C2,省公司,", "C3,,也许")

    lines, faults = read_complaints(path, KINDS)

    assert [(one.call, one.event.level) for one in lines] == [("C2", "省公司")]
    assert [fault.partition(";")[0] for fault in faults] == [
        f"{path}, line 2: the level is '省政府'",
        f"{path}, line 4: repeated is '也许'",
    ]


def test_columns_that_are_not_read_are_named(tmp_path: Path):
    path = a_table(tmp_path, "通话编号,满意渡,投诉级别", "C1,5,")

    assert unread_columns(path, CALL_HEADINGS) == ("满意渡",)


def test_praise_and_complaints_of_a_team_alone_are_refused_for_they_would_count_for_nobody(
    tmp_path: Path,
):
    survey, complaint = "满意度调查,2026-11-02,一班,90", "投诉,2026-11-02,一班,"
    path = a_table(tmp_path, "事项,日期,班组,分值", survey, complaint)

    with pytest.raises(SettingsError, match=r"events\.csv, line 3: 客户投诉 counts for one agent"):
        read_events(path, KINDS)


def test_the_agent_of_the_call_stands_above_the_team_of_the_line_but_for_marks(tmp_path: Path):
    path = a_table(
        tmp_path, "事项,日期,班组,通话编号", "投诉,2026-11-02,一班,C1", "表扬,2026-11-02,一班,C1"
    )

    assert [line.event.team for line in read_events(path, KINDS)] == [None, None]


def test_each_bad_line_of_a_table_is_named_at_once(tmp_path: Path):
    lines = ("投诉,昨天,8001", "投诉,2026-11-02,8001", "乱七八糟,2026-11-02,8001")
    path = a_table(tmp_path, "事项,日期,工号", *lines)

    with pytest.raises(SettingsError) as caught:
        read_events(path, KINDS)

    first, second = str(caught.value).split("\n")
    assert first.startswith(f"{path}, line 2: ")
    assert second.startswith(f"{path}, line 4: ")


def test_a_message_names_twenty_bad_lines_and_counts_the_others(tmp_path: Path):
    path = a_table(
        tmp_path, "事项,日期,工号", *[f"投诉,昨天,{number}" for number in range(8001, 8024)]
    )

    with pytest.raises(SettingsError) as caught:
        read_events(path, KINDS)

    named = str(caught.value).split("\n")
    assert (len(named), named[-1]) == (21, "and 3 more lines")


def test_a_day_of_another_century_is_a_slip_and_is_refused(tmp_path: Path):
    path = a_table(tmp_path, "事项,日期,工号", "投诉,1826-11-05,8001")

    with pytest.raises(SettingsError, match="line 2: 1826-11-05 is before 2000-01-01"):
        read_events(path, KINDS)


def test_a_day_to_come_is_a_slip_and_is_refused(tmp_path: Path):
    path = a_table(tmp_path, "事项,日期,工号", "投诉,2026-11-29,8001", "投诉,2062-11-05,8001")

    with pytest.raises(SettingsError) as caught:
        read_events(path, KINDS, today=date(2026, 11, 29))

    assert (
        str(caught.value) == f"{path}, line 3: 2062-11-05 is after today, 2026-11-29; correct 日期"
    )
